/* Live brushing: while a brush moves over one chart, all others follow in the same frame.
 *
 * Each move is a subtraction in the tiles of the brushed chart (live_store.js, live_numbers.js), painted over the plots
 * (live_paint.js) and told in words (live_words.js); nothing is asked of the server, and nothing depends on the number of
 * songs. When the brush is let go, explore.js commits the filter as ever; what was painted stays until explore_draw.js
 * has drawn the answer below it. Without a tile nothing follows until then, and when that is for want of a connection,
 * it is said.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const FEW = 3; // charts whose tiles are fetched ahead under a filter
    const RESTS_AFTER = 250; // ms without a move until labels and open tables of numbers follow
    const REHEARSE_AFTER = 5000; // ms after the last time
    const GIVE_UP = 4000; // ms for the awaited answer after another one
    let hand = null; // the brush that moves: {host, active, axes, ranges, base, query, begun}
    let over = null; // what is painted over the charts: {page, summary}
    let entered = null; // the brush that the pointer or the keyboard came to last
    let recent = []; // active charts, the last one brushed first
    let rest = 0; // the timer until a brush that is held still counts as resting
    let rehearsed = -Infinity;
    let tiles = "live"; // what mg-live-state told last

    const page = () => document.getElementById("explore-page");
    const activeOf = (host) => mg.brush.axesOf(host).map((axis) => axis.field).join(",");

    // ---- a move --------------------------------------------------------------------------------

    function take(host) {
        forget();
        const active = activeOf(host);
        recent = [active, ...recent.filter((each) => each !== active)];
        // What was let go a moment ago may not have been answered yet: then what is painted is the newer truth.
        const base = over ? over.summary : mg.explore.committed().summary;
        hand = { host, active, axes: mg.brush.axesOf(host), ranges: {}, base, query: mg.explore.query(), begun: false };
    }

    /** What a page showed that was left meanwhile is gone. */
    function forget() {
        if (over && over.page !== page()) over = null;
        if (hand && !page()?.contains(hand.host)) hand = null;
    }

    function follow({ target, detail }) {
        if (!page()?.contains(target) || mg.explore.committed().page !== page()) return;
        if (hand?.host !== target) take(target);
        hand.ranges = detail.ranges;
        if (!frame()) fetchFor(hand);
        clearTimeout(rest);
        rest = setTimeout(resting, RESTS_AFTER);
    }

    /** Everything under the brush in hand, now; whether all tiles were there for it. */
    function frame() {
        const { active, axes, ranges, base } = hand;
        const bars = mg.tiles.peek(active, "bars");
        if (!bars) return false;
        const wide = fits(base) ? mg.tiles.peek(active, "wide") : null;
        const spans = axes.map((axis) => mg.tile.columnsOf(axis, ranges[axis.field]));
        const summary = mg.liveNumbers.summary(bars, wide, spans, base, mg.explore.filterWith(ranges));
        if (!hand.begun) mg.paint.begin();
        hand.begun = true;
        over = { page: page(), summary };
        mg.paint.frame(summary, mg.explore.committed().whole);
        return Boolean(wide);
    }

    /** A frame that no move asked for. */
    function again() {
        frame();
        words();
    }

    /** What is said of the latest numbers: the sentence, the charts' lines, the facets. */
    function words() {
        if (!hand || !over) return;
        mg.explore.showLive(over.summary, hand, false);
        mg.liveWords.show(over.summary);
    }

    /** Whether the wide charts show what is chosen for them; just after a choice they do not yet. */
    function fits({ density }) {
        const { x, y } = mg.explore.choices();
        return density.x.field === x && density.y.field === y;
    }

    /** The tiles that are not here yet; the charts follow from when they are. */
    function fetchFor(held) {
        if (mg.tiles.offline() && !over) mg.liveWords.cannot(tiles);
        ask(held.active, () => hand === held && again());
    }

    function ask(active, then = () => {}) {
        for (const part of ["bars", "wide"]) {
            if (!mg.tiles.peek(active, part)) mg.tiles.want(active, part).then((tile) => tile && then());
        }
    }

    /** What need not follow while it moves. */
    function resting() {
        rest = 0;
        forget();
        if (!over) return;
        mg.explore.showLive(over.summary, hand);
        document.querySelectorAll("#explore-page .mg-numbers[open]").forEach((details) => {
            mg.explore.tools.fillNumbers(details.closest(".mg-chart").id);
        });
    }

    // ---- let go --------------------------------------------------------------------------------

    function letGo({ target, type }) {
        if (hand?.host !== target) return;
        const same = hand.query === mg.explore.query();
        hand = null;
        mg.liveWords.letGo();
        if (!over) mg.liveWords.end();
        else if (same && answered()) end();
        else if (type === "mg-brush") mg.liveWords.tell();
        mg.explore.resume();
    }

    /** Whether the numbers that Dash has are those of the filter as it is now. */
    const answered = () => compared(mg.explore.committed().summary.filter) === compared(mg.explore.filterNow());

    // Ends of ranges as the server compares them, however they were written.
    const compared = (filter) => filter.replace(/-?\d+(?:\.\d+)?/g, (number) => Math.fround(Number(number)));

    function end() {
        mg.paint.end();
        over = null;
        mg.explore.showLive(null);
        mg.liveWords.end();
    }

    /** Dash's numbers are here, about to be drawn. */
    function arrived() {
        forget();
        followFilter();
        if (hand) {
            if (answered()) hand.base = mg.explore.committed().summary;
        } else if (over && answered()) {
            mg.explore.showLive(null);
            mg.liveWords.end();
        } else if (over) {
            const { summary } = over;
            setTimeout(() => over?.summary === summary && !hand && end(), GIVE_UP);
        }
    }

    /** Plotly has drawn a graph. */
    function drawn(graph) {
        const card = graph.replace(/-chart$/, "");
        if (over && !hand && answered()) mg.paint.end(card);
        else mg.paint.refresh(card);
    }

    function allDrawn() {
        if (over && !hand && answered()) end();
        if (mg.tiles.offline() && page()?.contains(entered)) ask(activeOf(entered)); // Dash was answered: it may be over
        prefetch();
    }

    // ---- tiles ahead ---------------------------------------------------------------------------

    function followFilter() {
        const { whole } = mg.explore.committed();
        if (!page() || !whole) return;
        mg.tiles.setContext({ of: whole.version, filter: mg.explore.filterNow(), ...mg.explore.choices() });
    }

    /** Without a filter the tiles of all charts, which the server has ready; with one, of those brushed most likely next. */
    function prefetch() {
        if (!page()) return;
        const hosts = [...document.querySelectorAll("#explore-page .mg-brush")].filter((host) => !host.closest("[hidden]"));
        const all = hosts.map(activeOf);
        const ranges = mg.explore.ranges();
        const brushed = all.filter((active) => active.split(",").every((field) => field in ranges));
        const likely = [...recent.filter((active) => all.includes(active)), ...brushed];
        const list = mg.explore.filterNow() ? [...new Set(likely)].slice(0, FEW) : [...new Set([...likely, ...all])];
        mg.tiles.ahead(list);
    }

    const enter = (event) => {
        const host = event.target.closest?.("#explore-page .mg-brush");
        if (!host || mg.explore.committed().page !== page()) return;
        entered = host;
        ask(activeOf(host));
        lay();
    };

    /** Empty canvases over the plots as soon as a pointer looks at one: the first move then only has to paint. */
    function lay() {
        (window.requestIdleCallback || setTimeout)(() => {
            if (!page() || hand || over) return;
            mg.paint.begin();
            if (performance.now() - rehearsed > REHEARSE_AFTER) rehearse();
        });
    }

    /** What a move does, without its being seen: what is compiled and allocated now is not waited for in the first frames. */
    function rehearse() {
        rehearsed = performance.now();
        const { summary, whole } = mg.explore.committed();
        const [bars, wide] = ["bars", "wide"].map((part) => mg.tiles.peek(activeOf(entered), part));
        if (!bars || !wide || !fits(summary)) return;
        const ranges = mg.explore.ranges();
        const spans = mg.brush.axesOf(entered).map((axis) => mg.tile.columnsOf(axis, ranges[axis.field]));
        mg.paint.rehearse(mg.liveNumbers.summary(bars, wide, spans, summary, summary.filter), whole);
    }

    document.addEventListener("pointerover", enter);
    document.addEventListener("pointerdown", enter, true);
    document.addEventListener("focusin", enter);
    document.addEventListener("mg-brush-move", follow);
    document.addEventListener("mg-brush-words", ({ target }) => hand?.host === target && words());
    document.addEventListener("mg-brush", letGo);
    document.addEventListener("mg-brush-cancel", letGo);
    document.addEventListener("mg-live-state", ({ detail }) => {
        tiles = detail.state;
        if (!detail.offline) prefetch();
        if (!hand || over) return;
        if (detail.offline) mg.liveWords.cannot(tiles);
        else fetchFor(hand);
    });

    mg.live = {
        follow: followFilter,
        arrived,
        /** A brush still moves while Dash's numbers were drawn: its own go over them. */
        again: () => hand && again(),
        drawn,
        allDrawn,
        /** Whether what the page tells of is the filter that is chosen. */
        answered: () => mg.explore.committed().page === page() && answered(),
        /** "moves", "rests" with all that it shows, "waits" for Dash's answer, or nothing, when the page is Dash's. */
        state: () => (hand ? (rest ? "moves" : "rests") : over ? "waits" : ""),
        held: () => Boolean(hand && page()?.contains(hand.host)),
    };
})();
