/* Explore's charts: counts in, marks out. Plotly drew the figures once; here they only get new heights. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const byId = (id) => document.getElementById(id);
    let last = { page: null, summary: null, whole: null };
    let live = null; // the summary in the place of the last one while a brush moves (live.js)
    const now = () => (live ? { ...last, summary: live } : last);

    // ---- taking turns --------------------------------------------------------------------------

    const BUDGET_MS = 20; // in one frame; a redraw takes Plotly about 10, and fourteen at once would be felt
    const waiting = new Map(); // id of a graph -> its latest work
    let pumping = false;

    /** Redraw a graph soon: those on the screen first, a few in each frame, only the latest work of each. */
    function withGraph(id, work) {
        waiting.set(id, work);
        if (!pumping) requestAnimationFrame(pump);
        pumping = true;
    }

    function pump() {
        pumping = false;
        if (mg.live?.held()) return; // its frames come first, and cover all this; `resume` goes on
        const start = performance.now();
        const ids = [...waiting.keys()].sort((a, b) => distance(a) - distance(b));
        let drawn = 0;
        for (const id of ids) {
            if (performance.now() - start > BUDGET_MS) break;
            const graph = byId(id)?.querySelector(".js-plotly-plot");
            if (!byId(id)) waiting.delete(id); // the page was left
            else if (graph && graph._fullLayout && window.Plotly) {
                const work = waiting.get(id);
                waiting.delete(id);
                work(graph);
                mg.live?.drawn(id);
                drawn += 1;
            }
        }
        if (!waiting.size) return mg.live?.allDrawn();
        pumping = true;
        // What is left waits for the next frame, or for Plotly's own first drawing.
        if (drawn) requestAnimationFrame(pump);
        else setTimeout(pump, 60);
    }

    function resume() {
        if (!pumping && waiting.size) requestAnimationFrame(pump);
        pumping = waiting.size > 0;
    }

    /** How far a graph is from being seen, in pixels. */
    function distance(id) {
        const box = byId(id)?.getBoundingClientRect();
        return box ? Math.max(0, -box.bottom, box.top - window.innerHeight) : 0;
    }

    // ---- numbers -------------------------------------------------------------------------------

    const sum = (counts) => counts.reduce((total, count) => total + count, 0);

    function shares(counts) {
        const total = sum(counts);
        return counts.map((count) => (total ? count / total : 0));
    }

    /** Both as shares of their own sum over the largest share; the same as charts.scaled in Python. */
    function scaled(whole, selected) {
        const both = [shares(whole), shares(selected)];
        const tallest = Math.max(...both.flat()) || 1;
        return both.map((each) => each.map((share) => share / tallest));
    }

    /** The value below which `part` of the counted songs lie, within a bar as if they were spread evenly. */
    function quantile(counts, axis, part) {
        let left = sum(counts) * part;
        if (!left) return null;
        for (let bar = 0; bar < counts.length; bar++) {
            if (counts[bar] >= left) return axis.low + (bar + left / counts[bar]) * axis.step;
            left -= counts[bar];
        }
        return axis.high;
    }

    function edgesOf(axis) {
        const bars = Math.ceil((axis.high - axis.low) / axis.step - 1e-9);
        return Array.from({ length: bars + 1 }, (_, bar) => Math.min(axis.low + bar * axis.step, axis.high));
    }

    /** "0.70–0.72", "-10.0 to -8.0 dB", "1990–1994": a bar, or some of them, in words. */
    function spanWords(low, high, axis, unit = true) {
        const last = axis.whole ? high - 1 : high;
        if (low === last) return shown(low, axis, unit);
        return `${shown(low, axis, false)}${low < 0 ? " to " : "–"}${shown(last, axis, unit)}`;
    }

    const shown = (value, axis, unit = true) => mg.format(value, axis.style, unit);

    // ---- histograms ----------------------------------------------------------------------------

    function drawHistograms({ summary, whole }) {
        const { fields } = mg.explore.setup();
        const charts = byId("explore-density").parentElement;
        charts.classList.toggle("mg-charts-all", Object.keys(fields).every((field) => field in whole.histograms));
        charts.classList.toggle("mg-charts-no-years", !whole.years.length);
        for (const [field, axis] of Object.entries(fields)) {
            const card = byId(`explore-${field}`);
            card.hidden = !(field in whole.histograms);
            if (card.hidden) continue;
            const heights = scaled(whole.histograms[field], summary.histograms[field]);
            const layout = field === "year" ? yearAxis(whole) : null;
            withGraph(`explore-${field}-chart`, (graph) => {
                if (layout) window.Plotly.update(graph, { y: heights }, layout, [0, 1]);
                else window.Plotly.restyle(graph, { y: heights }, [0, 1]);
            });
            say(field);
            fillNumbers(`explore-${field}`);
        }
    }

    /** The years that the catalogue has, with a few round ones labelled. */
    function yearAxis(whole) {
        const years = whole.years;
        if (!years.length) return null;
        const [from, to] = [years[0], years[years.length - 1] + 1];
        const step = [1, 2, 5, 10, 20, 50].find((each) => (to - from) / each <= 5) || 50;
        const values = [];
        for (let year = Math.ceil(from / step) * step; year < to; year += step) values.push(year);
        const axis = { ...mg.explore.setup().fields.year, from, to };
        ["explore-year-brush", "explore-years-brush"].forEach((id) => rebrush(byId(id), axis));
        ["low", "high"].forEach((end, i) => (byId(`explore-year-${end}`).placeholder = [from, to - 1][i]));
        return {
            "xaxis.range": [from, to],
            "xaxis.tickvals": values.map((year) => year + 0.5),
            "xaxis.ticktext": values.map(String),
        };
    }

    function rebrush(host, x, y) {
        mg.brush.setAxes(host, x, y);
        mg.brush.show(host, mg.explore.ranges());
    }

    /** The line beside a chart's title: medians, or the bar under the pointer, or the range being drawn. */
    function say(field, words, moving = false) {
        const line = byId(`explore-${field}-says`);
        const { summary, whole } = now();
        if (!line || !summary?.histograms[field]) return;
        const axis = mg.explore.setup().fields[field];
        const [mine, all] = [summary, whole].map((each) => quantile(each.histograms[field], axis, 0.5));
        const plain = words || (mine === null ? "no songs" : "");
        if (plain) return mg.write(line, plain);
        const compared = summary.filter ? ` · all ${shown(all, axis, false)}` : "";
        fillLine(line, shown(mine, axis), compared);
        if (moving) return;
        const spread = [0.25, 0.75].map((part) => shown(quantile(summary.histograms[field], axis, part), axis));
        const title = `Half of the songs lie between ${spread[0]} and ${spread[1]}.`;
        line.title = title;
        mg.write(line.lastChild, `. ${title}`);
    }

    /** Again and again while a brush moves, so its elements are made once and then only get other words. */
    function fillLine(line, median, compared) {
        if (!line.querySelector("strong")) {
            const unseen = document.createElement("span");
            unseen.className = "visually-hidden";
            line.replaceChildren("median ", strong(""), document.createTextNode(""), unseen);
        }
        const [, middle, rest] = line.childNodes;
        mg.write(middle, median);
        if (rest.data !== compared) rest.data = compared;
    }

    function strong(text) {
        const element = document.createElement("strong");
        element.textContent = text;
        return element;
    }

    document.addEventListener("mg-brush-hover", (event) => {
        const { values } = event.detail;
        const host = event.target;
        const { summary, whole } = now();
        if (!summary || mg.brush.held(host)) return;
        if (!values) return leaveHost(host);
        const [field] = Object.keys(values);
        const wide = mg.explore.wide[host.id];
        if (wide) return wide.say(now(), host, values);
        const axis = mg.explore.setup().fields[field];
        const { bar, low, high } = values[field];
        const [mine, all] = [summary, whole].map((each) => shares(each.histograms[field])[bar]);
        say(field, `${spanWords(low, high, axis)}: ${mg.percent(mine)}${summary.filter ? ` · all ${mg.percent(all)}` : ""}`);
    });

    document.addEventListener("mg-brush-words", (event) => sayBrush(event.target, event.detail.ranges));
    document.addEventListener("mg-brush-cancel", (event) => leaveHost(event.target));

    function sayBrush(host, ranges) {
        for (const [field, range] of Object.entries(ranges)) {
            const axis = mg.explore.setup()?.fields[field];
            if (axis) say(field, mg.brush.words(axis, range));
        }
        const axes = mg.brush.axesOf(host);
        const words = axes.map((axis) => `${axis.label} ${mg.brush.words(axis, ranges[axis.field])}`).join(", ");
        const wide = mg.explore.wide[host.id];
        if (wide) mg.write(byId(wide.says), words);
    }

    function leaveHost(host) {
        if (!last.summary) return;
        mg.explore.wide[host.id]?.describe(now());
        mg.brush.axesOf(host).forEach((axis) => say(axis.field));
    }

    // ---- while a brush moves -------------------------------------------------------------------

    /** Say these numbers everywhere, in the place of the last ones that Dash had; null: those of Dash again.
     *  The charts of a brush that is still `moving` say how far it goes. */
    function showLive(summary, moving = null, resting = true) {
        live = summary;
        if (!last.summary) return;
        for (const field of Object.keys(now().summary.histograms)) {
            if (!moving?.axes.some((axis) => axis.field === field)) say(field, "", !resting);
        }
        if (now().summary.years.length) mg.explore.labelLines(mg.explore.yearScene(now().summary));
        for (const [id, wide] of Object.entries(mg.explore.wide)) if (id !== moving?.host.id) wide.describe(now());
        if (moving) sayBrush(moving.host, moving.ranges);
        mg.explore.countFacets(now(), !resting);
    }

    // ---- all of it -----------------------------------------------------------------------------

    const fillNumbers = (name) => mg.explore.fillNumbers(name, now());

    mg.explore = Object.assign(mg.explore || {}, {
        /** Whether Plotly's charts show the latest answer. */
        isDrawn: () => last.page !== null && last.page === byId("explore-page") && !waiting.size,
        tools: { edgesOf, fillNumbers, rebrush, shown, spanWords, strong, sum, withGraph, yearAxis },
        /** What is shown, and what Dash had last; they differ while a brush moves. */
        latest: now,
        committed: () => last,
        showLive,
        resume,
        draw(summary, whole) {
            if (!summary || !whole || !document.getElementById("explore-page")) return window.dash_clientside.no_update;
            last = { page: document.getElementById("explore-page"), summary, whole };
            mg.live?.arrived();
            mg.explore.saved.named();
            drawHistograms(last);
            Object.values(mg.explore.wide).forEach((wide) => wide.draw(last));
            mg.explore.drawFacets(last);
            const fields = Object.keys(mg.explore.setup().fields);
            const present = new Set([...Object.keys(whole.histograms), ...(whole.moods.length ? ["mood"] : [])]);
            mg.grid.showFields("explore-table", [...fields, "mood"], present);
            mg.live?.again(); // a brush that moves all the while stays ahead of what was drawn now
            return whole.version;
        },
    });
})();
