/* Explore's state in the browser: every control edits one query, and everything else follows from it.
 *
 * `truth` is the canonical query, the same that SongFilter.to_query() writes. A control calls `change`, which sets the
 * store `explore-filter` and the address; `adopt` is Dash's answer to a new query, wherever it came from (a control,
 * the page's first look, back and forward), and makes all controls show it.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    let truth = null;
    let known = { page: null, setup: null };
    let shown = { page: null, filter: "" }; // what the controls and the table follow
    let lastKind = "";
    let sort = "";

    const byId = (id) => document.getElementById(id);
    const page = () => byId("explore-page");
    const setProps = (id, props) => window.dash_clientside.set_props(id, props);

    function setup() {
        const found = page();
        if (found !== known.page) known = { page: found, setup: found && JSON.parse(found.dataset.setup) };
        return known.setup;
    }

    // ---- the query -----------------------------------------------------------------------------

    const parse = (query) => new URLSearchParams(query);

    /** Parameters in the order in which SongFilter writes them, each value once; as text. */
    function canonical(params) {
        const { parameters, page: pageKeys, keys, defaults } = setup();
        const ordered = new URLSearchParams();
        for (const name of [...parameters, ...pageKeys]) {
            const rank = (value) => (name === "key" ? keys.indexOf(value) : 0);
            const unknownLast = (value) => (name === "time" && value === "unknown" ? "0" : value);
            const values = [...new Set(params.getAll(name))].filter((value) => value && value !== defaults[name]);
            values.sort((a, b) => rank(a) - rank(b) || (unknownLast(a) < unknownLast(b) ? -1 : 1));
            values.forEach((value) => ordered.append(name, value));
        }
        return encoded(ordered);
    }

    // Python's urlencode leaves ~ alone and encodes *; URLSearchParams does the opposite.
    const encoded = (params) => params.toString().replace(/%7E/g, "~").replace(/\*/g, "%2A");

    /** The part of a query that chooses songs, without what only concerns charts. */
    function filterPart(query) {
        const params = parse(query);
        setup().page.forEach((name) => params.delete(name));
        return encoded(params);
    }

    /** The filter that a brush would make, were it let go with these ranges. */
    function filterWith(ranges) {
        const params = parse(truth);
        setRanges(params, ranges);
        return filterPart(canonical(params));
    }

    function setRanges(params, ranges) {
        for (const [field, range] of Object.entries(ranges)) setOnly(params, field, rangeToken(range, setup().fields[field]));
    }

    function setOnly(params, name, value) {
        params.delete(name);
        if (value) params.set(name, value);
    }

    function toggle(params, name, value) {
        const values = params.getAll(name);
        params.delete(name);
        const others = values.filter((each) => each !== value);
        const kept = name === "explicit" ? [] : others; // yes or no, never both
        [...kept, ...(others.length === values.length ? [value] : [])].forEach((each) => params.append(name, each));
    }

    const number = (value) => String(Math.round(value * 1e6) / 1e6);

    /** A brushed range as it stands in the URL: half-open, so that neighbouring bars never share a song.
     *  Of whole numbers the last one is named: 1990..1999, not 1990..<2000. */
    function rangeToken(range, axis) {
        if (!range) return "";
        const high = range.high === null ? "" : axis.whole ? number(range.high - 1) : `<${number(range.high)}`;
        return `${range.low === null ? "" : number(range.low)}..${high}`;
    }

    /** The ranges of a query as a brush shows them, up to the edge where the last bar ends. */
    function rangesIn(params) {
        const ranges = {};
        for (const [field, axis] of Object.entries(setup().fields)) {
            const token = params.get(field);
            if (!token) continue;
            const [low, high = ""] = token.split("..");
            const end = high ? Number(high.replace("<", "")) : null;
            const beyond = axis.whole && end !== null && !high.startsWith("<") ? 1 : 0;
            ranges[field] = { low: low ? Number(low) : null, high: end === null ? null : end + beyond };
        }
        return ranges;
    }

    // ---- changing it ---------------------------------------------------------------------------

    function address() {
        const parts = [truth, sort && `sort=${sort}`].filter(Boolean).join("&");
        return mg.path("explore") + (parts ? `?${parts}` : "");
    }

    /** Edit the query; `kind` "text" and the like: one entry of the history for a run of the same kind. */
    function change(edit, kind = "") {
        if (!mg.isAt("explore")) return; // another page is on its way
        if (kind !== "text") mg.exploreWords.take(); // what was typed a moment ago comes first
        const params = parse(truth);
        edit(params);
        const next = canonical(params);
        if (next === truth) return;
        truth = next;
        const again = kind && kind === lastKind;
        lastKind = kind;
        mg.live?.follow();
        window.history[again ? "replaceState" : "pushState"]({}, "", address());
        setProps("explore-filter", { data: next });
    }

    mg.followAddress("explore", () => {
        if (!page() || truth === null) return false;
        if (document.activeElement === byId("explore-text")) document.activeElement.blur();
        mg.exploreWords.forget();
        lastKind = "";
        const next = canonical(parse(window.location.search));
        if (next !== truth) setProps("explore-filter", { data: (truth = next) });
        return true;
    });

    // ---- showing it ----------------------------------------------------------------------------

    function adopt(query) {
        truth = query || "";
        if (!setup()) return truth;
        const before = shown;
        shown = { page: page(), filter: filterPart(truth) };
        if (before.page !== page()) {
            lastKind = "";
            sort = parse(window.location.search).get("sort") || "";
        }
        const params = parse(truth);
        showRanges(rangesIn(params));
        mg.explore.showFacets();
        const { filter } = shown;
        mg.explore.follow(filter);
        mg.live?.follow();
        byId("explore-download").href = mg.path("explore.csv") + (filter ? `?${filter}` : "");
        byId("explore-reset").disabled = !filter;
        showChoices(params);
        if (before.page === page() && before.filter !== filter) mg.grid.refetch("explore-table");
        return truth;
    }

    function showRanges(ranges) {
        document.querySelectorAll("#explore-page .mg-brush").forEach((host) => mg.brush.show(host, ranges));
        for (const [field, axis] of Object.entries(setup().fields)) {
            const range = ranges[field] || { low: null, high: null };
            ["low", "high"].forEach((end) => fillBox(field, end, endText(range, end, axis)));
            byId(`explore-${field}-problem`).textContent = "";
            ["low", "high"].forEach((end) => byId(`explore-${field}-${end}`)?.removeAttribute("aria-invalid"));
            byId(`explore-${field}`).classList.toggle("mg-chart-brushed", field in ranges);
        }
    }

    function endText(range, end, axis) {
        if (range[end] === null) return "";
        return mg.format(range[end] - (axis.whole && end === "high" ? 1 : 0), axis.style, false);
    }

    function fillBox(field, end, text) {
        const id = `explore-${field}-${end}`;
        const box = byId(id);
        if (box && box.value !== text) setProps(id, { value: text });
    }

    function showChoices(params) {
        mg.exploreWords.show(params.get("text") || "");
        for (const name of setup().page) {
            const value = params.get(name) || setup().defaults[name];
            if (String(chosen[name]) !== value) {
                chosen[name] = value;
                setProps(`explore-${name}`, { value: name === "by" ? value.split(",") : value });
            }
        }
    }

    let chosen = {};

    function choose(x, y, by) {
        if (truth === null || !setup()) return;
        const touched = window.dash_clientside.callback_context.triggered.map((prop) => prop.prop_id.split(".")[0]);
        const order = Object.keys(setup().fields);
        chosen = { x, y, by: [...(by || [])].sort((a, b) => order.indexOf(a) - order.indexOf(b)) };
        const before = (name) => parse(truth).get(name) || setup().defaults[name];
        if (x === y) {
            const [other, from] = touched.includes("explore-x") ? ["explore-y", "x"] : ["explore-x", "y"];
            return setProps(other, { value: before(from) }); // the two change places
        }
        if (!chosen.by.length || chosen.by.length > setup().lines) {
            return setProps("explore-by", { value: before("by").split(",") });
        }
        change((params) => {
            setOnly(params, "x", x);
            setOnly(params, "y", y);
            setOnly(params, "by", chosen.by.join(","));
        }, "choice");
    }

    // ---- boxes ---------------------------------------------------------------------------------

    function commitBox(box) {
        const group = box.closest("[data-range]");
        const field = group.dataset.range;
        const axis = setup().fields[field];
        const [lowBox, highBox] = ["low", "high"].map((end) => byId(`explore-${field}-${end}`));
        const before = parse(truth).get(field) || "..";
        const [lowBefore, highBefore] = before.split("..");
        const range = rangesIn(parse(truth))[field] || { low: null, high: null };
        // An end that was not touched keeps its exact value, also where it shows fewer digits.
        const end = (input, name, token) => {
            if (input.value.trim() === endText(range, name, axis)) return { token, value: range[name] };
            const typed = mg.parse(input.value, axis.style);
            return { token: typed === null ? "" : number(typed), value: typed };
        };
        const low = end(lowBox, "low", lowBefore);
        const high = end(highBox, "high", highBefore);
        const wrong = problem(axis, low.value, high.value);
        const atFault = problem(axis, low.value, null) ? [lowBox] : problem(axis, null, high.value) ? [highBox] : [lowBox, highBox];
        byId(`explore-${field}-problem`).textContent = wrong;
        [lowBox, highBox].forEach((input) => {
            input.setAttribute("aria-invalid", String(Boolean(wrong) && atFault.includes(input)));
        });
        if (wrong) return;
        const token = low.token || high.token ? `${low.token}..${high.token}` : "";
        change((params) => setOnly(params, field, token));
    }

    function problem(axis, low, high) {
        const example = axis.style === "duration" ? "minutes and seconds, as 3:29" : `a number, as ${example_of(axis)}`;
        if (Number.isNaN(low) || Number.isNaN(high)) return `Please write ${example}.`;
        const bounded = !axis.unit && axis.style !== "duration";
        const top = axis.field === "popularity" ? 100 : axis.high;
        if (bounded && [low, high].some((end) => end !== null && (end < axis.low || end > top))) {
            return `${axis.label} goes from ${axis.low} to ${top}.`;
        }
        if (low !== null && high !== null && low > high) return "The range begins after it ends.";
        return "";
    }

    const example_of = (axis) => mg.format(axis.low + (axis.high - axis.low) / 2, axis.style, false);

    // ---- events --------------------------------------------------------------------------------

    document.addEventListener("mg-brush", (event) => {
        if (page()) change((params) => setRanges(params, event.detail.ranges));
    });

    document.addEventListener("click", (event) => {
        if (!page() || truth === null) return;
        const facet = event.target.closest("[data-facet]");
        const part = event.target.closest("[data-remove]");
        if (facet) {
            const [name, ...value] = facet.dataset.facet.split("=");
            change((params) => toggle(params, name, value.join("=")));
        } else if (part) {
            change((params) => params.delete(part.dataset.remove));
        } else if (event.target.closest("[data-reset]")) {
            change((params) => setup().parameters.forEach((name) => params.delete(name)));
        } else if (event.target.closest("#explore-copy")) {
            copyLink(event.target.closest("#explore-copy"));
        } else if (event.target.closest("#explore-facets-toggle")) {
            const button = event.target.closest("#explore-facets-toggle");
            const open = button.getAttribute("aria-expanded") !== "true";
            button.setAttribute("aria-expanded", String(open));
            byId("explore-facets").classList.toggle("mg-facets-open", open);
        }
    });

    function copyLink(button) {
        const say = (words) => {
            button.textContent = words;
            setTimeout(() => (button.textContent = "Copy link"), 1600);
        };
        navigator.clipboard?.writeText(window.location.href).then(() => say("Copied"), () => say("Not allowed"));
    }

    const isBox = (element) => element.matches?.(".mg-range input");
    document.addEventListener("focusout", (event) => isBox(event.target) && page() && commitBox(event.target));
    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && isBox(event.target) && page()) commitBox(event.target);
    });

    mg.explore = Object.assign(mg.explore || {}, {
        canonical,
        query: () => truth,
        params: () => parse(truth || ""),
        ranges: () => rangesIn(parse(truth || "")),
        setup,
        /** The part of the query that chooses songs: as all controls show it, as it is from now on, as it would be. */
        filter: () => shown.filter,
        filterNow: () => filterPart(truth || ""),
        /** What the wide charts show: {x, y, by}. */
        choices: () => Object.fromEntries(setup().page.map((name) => [name, parse(truth).get(name) || setup().defaults[name]])),
        filterWith,
        /** Put another filter in the place of this one; what the charts show stays. */
        apply(filter) {
            change((params) => {
                setup().parameters.forEach((name) => params.delete(name));
                parse(filter).forEach((value, name) => params.append(name, value));
            });
        },
        setWords: (text) => change((params) => setOnly(params, "text", text), "text"),
        /** The grid's order, for the address: "tempo", "-tempo", "" for the usual one. */
        sorted(order) {
            if (order === sort) return;
            sort = order;
            if (page() && mg.isAt("explore")) window.history.replaceState({}, "", address());
        },
    });

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.explore = Object.assign(window.dash_clientside.explore || {}, {
        adopt,
        choose,
        draw: (summary, whole) => mg.explore.draw(summary, whole),
        /** Rows for the grid. Those of a filter that has changed meanwhile are handed over too: the grid has thrown
         *  their block away, but loads no other (maxConcurrentDatasourceRequests) until the one request is answered. */
        answerRows(block) {
            if (!block) return window.dash_clientside.no_update;
            if (block.filter === filterPart(truth)) mg.grid.answered(block);
            return { rowData: block.rows, rowCount: block.total };
        },
    });
})();
