/* Moods: the dropdowns make a choice, the choice a job, and its progress what is shown; the address follows. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const FINAL = ["stored", "done", "failed", "cancelled", "outdated"];
    const none = () => window.dash_clientside.no_update;
    const setProps = (id, props) => window.dash_clientside.set_props(id, props);
    const page = () => document.getElementById("moods-page");

    let of = null; // the page element that the rest belongs to
    let asked = null; // values of the dropdowns that the server has been asked for, until it answers
    let cancelled = null; // key of the fit that was cancelled here
    let source = ""; // what the charts are drawn from, as JSON
    let state = { going: false, stale: false }; // of the last job, as far as the page shows it
    let drawn = null; // whether the cards stand for `source`; null before there are any

    function fresh() {
        if (page() === of) return;
        of = page();
        asked = cancelled = null;
        source = "";
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
        if (!job) return Array(10).fill(none());
        if (isNew) {
            asked = cancelled = null;
            address(job);
        }
        let now = !isNew && progress && progress.key === job.key ? progress : job.progress;
        if (now.state === "cancelled") cancelled = now.key;
        if (cancelled && now.key === cancelled) now = { ...now, state: "cancelled", words: "Cancelled" };
        if (now.state === "outdated") setProps("moods-choice", { data: { query: job.query, again: Date.now() } });
        const going = !FINAL.includes(now.state);
        const failed = now.state === "failed" || now.state === "cancelled";
        let next = null;
        if (!job.key) next = { model: job.model };
        else if (now.report) next = { job: job.key, report: now.report };
        const isShown = next && JSON.stringify(next) === source;
        if (next) source = JSON.stringify(next);
        if (next && !isShown && drawn) drawn = false;
        state = { going, stale: Boolean(job.key && !now.report) };
        return [
            now.words + (going ? "…" : failed && !/[.!?]$/.test(now.words) ? "." : ""),
            seconds(now),
            { width: `${Math.round(100 * (now.share || 0))}%`, opacity: going ? 1 : 0 },
            !going,
            !failed,
            now.state !== "done",
            going ? (ticks || 0) + 1 : 0,
            next && !isShown ? next : none(),
            job.key && now.extras ? { key: job.key, parts: now.extras, state: now.state } : none(),
            looks(),
        ];
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
        if (event.target.closest("#moods-again")) {
            setProps("moods-choice", { data: { query: window.location.search.slice(1), again: Date.now() } });
        }
    });

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.moods = { choose, ownNumber, show, draw };
})();
