/* Moods: the dropdowns make a choice, the choice a job, and its progress what is shown; the address follows. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const FINAL = ["stored", "done", "failed", "cancelled", "outdated"];
    const none = () => window.dash_clientside.no_update;
    const setProps = (id, props) => window.dash_clientside.set_props(id, props);
    const byId = (id) => document.getElementById(id);
    const page = () => byId("moods-page");

    let of = null; // the page element that the rest belongs to
    let asked = null; // values of the dropdowns that the server has been asked for, until it answers
    let cancelled = null; // key of the fit that was cancelled here
    let revived = null; // key of the fit that was asked for anew since it ended without having been cancelled here
    let shown = null; // the job that the page tells of
    let source = ""; // what the charts are drawn from, as JSON
    let extras = "null"; // what has been computed beside the moods themselves, as JSON
    let state = { going: false, stale: false }; // of the last job, as far as the page shows it
    let drawn = null; // whether the cards stand for `source`; null before there are any

    function fresh() {
        if (page() === of) return;
        of = page();
        asked = cancelled = revived = shown = null;
        source = "";
        extras = "null";
        drawn = null;
    }

    /** Dimmed while the cards stand for something else than what was chosen. */
    function looks() {
        const stale = state.stale || drawn === false;
        return "mg-page mg-page-wide mg-moods-page" + (stale ? " mg-moods-stale" : "") + (state.going ? " mg-moods-going" : "");
    }

    const equal = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
    function sorted(values) {
        const { features, algorithm, k, scaling, on } = values;
        return [[...(features || [])].sort(), algorithm, algorithm === "hdbscan" ? null : k, scaling, on];
    }

    /** A dropdown was changed: a new choice, unless it is what the server just set or was already asked for. */
    function choose(features, algorithm, k, scaling, on, job) {
        fresh();
        if (!job) return none();
        const values = { features, algorithm, k, scaling, on };
        if (equal(values, asked || job.values)) return none();
        asked = values;
        return { query: job.query, values };
    }

    /** HDBSCAN finds its own number of moods. */
    function ownNumber(algorithm) {
        return algorithm === "hdbscan" ? [true, "HDBSCAN finds its own number."] : [false, ""];
    }

    function address(job) {
        const search = "?" + job.query;
        if (!job.push || !mg.isAt("moods") || window.location.search === search) return;
        window.history.pushState({}, "", mg.path("moods") + search);
    }

    const seconds = (progress) => (progress.seconds ? `${progress.seconds.toFixed(1)} s` : "");

    /** The line of progress, and what the charts are drawn from. */
    function show(job, progress, ticks) {
        fresh();
        const triggered = window.dash_clientside.callback_context.triggered.map((prop) => prop.prop_id);
        const isNew = triggered.includes("moods-job.data");
        if (!job) return Array(9).fill(none());
        if (isNew) {
            asked = cancelled = null;
            address(job);
        }
        let now = !isNew && progress && progress.key === job.key ? progress : job.progress;
        shown = job;
        if (cancelled && now.key === cancelled) now = { ...now, state: "cancelled", words: "Cancelled" };
        // Of two choices in quick succession the earlier one may have reached the server last, and ended the other's fit.
        else if (now.state === "cancelled" && revived !== now.key) {
            revived = now.key; // but not again and again
            now = { ...now, state: "outdated" };
        }
        if (now.state === "outdated") setProps("moods-choice", { data: { query: job.query, again: Date.now() } });
        const going = !FINAL.includes(now.state);
        const failed = now.state === "failed" || now.state === "cancelled";
        let next = null;
        if (!job.key) next = { model: job.model };
        else if (now.report) next = { job: job.key, report: now.report };
        const isShown = next && JSON.stringify(next) === source;
        if (next) source = JSON.stringify(next);
        if (next && !isShown && drawn) {
            drawn = false;
            document.querySelectorAll(".mg-moods-charts > *").forEach((chart) => (chart.dataset.old = ""));
        }
        state = { going, stale: Boolean(job.key && !now.report) };
        tellExtras(job.key && now.extras ? { key: job.key, parts: now.extras, state: now.state } : null);
        return [
            (now.words || "") + (going ? "…" : failed && !/[.!?]$/.test(now.words) ? "." : ""),
            seconds(now),
            { width: `${Math.round(100 * (now.share || 0))}%`, opacity: going ? 1 : 0 },
            !going,
            !failed,
            now.state !== "done",
            going ? (ticks || 0) + 1 : 0,
            next && !isShown ? next : none(),
            looks(),
        ];
    }

    /** The curve and the scores have grown. Only then, and past the callback's outputs: what each answer about progress
     *  asked for anew, or might still ask for, Dash would never get to draw while a fit goes on. */
    function tellExtras(now) {
        const told = JSON.stringify(now);
        if (now && told !== extras) setProps("moods-extras", { data: now });
        extras = told;
    }

    /** A chart has come. */
    function drawChart(islands) {
        window.dash_clientside.island.draw(islands);
        Object.keys(islands || {}).forEach((id) => byId(id)?.closest("[data-old]")?.removeAttribute("data-old"));
    }

    /** The sentence on top and the cards have come. */
    function draw(islands) {
        window.dash_clientside.island.draw(islands);
        fresh();
        drawn = true;
        return looks();
    }

    mg.followAddress("moods", () => {
        if (!page()) return false;
        setProps("moods-choice", { data: { query: window.location.search.slice(1) } });
        return true;
    });

    document.addEventListener("click", (event) => {
        const number = event.target.closest("[data-mg-k]");
        if (number && page()) setProps("moods-k", { value: Number(number.dataset.mgK) });
        if (event.target.closest("#moods-cancel")) cancelled = shown?.key ?? null;
        if (event.target.closest("#moods-again")) {
            setProps("moods-choice", { data: { query: window.location.search.slice(1), again: Date.now() } });
        }
    });

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.moods = { choose, ownNumber, show, draw, drawChart };
})();
