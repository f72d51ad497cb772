/* Explore's charts: counts in, marks out. Plotly drew the figures once; here they only get new heights. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const byId = (id) => document.getElementById(id);
    let last = { page: null, summary: null, whole: null };

    // ---- waiting for Plotly ----------------------------------------------------------------------

    /** Run `work(graph)` when the graph has been drawn for the first time; only the latest work for each. */
    const waiting = new Map();
    function withGraph(id, work) {
        const graph = byId(id)?.querySelector(".js-plotly-plot");
        if (graph && graph._fullLayout && window.Plotly) {
            waiting.delete(id);
            return work(graph);
        }
        if (!byId(id)) return waiting.delete(id);
        const asked = waiting.has(id);
        waiting.set(id, work);
        if (!asked) setTimeout(function look() {
            const latest = waiting.get(id);
            waiting.delete(id);
            if (latest) withGraph(id, latest);
        }, 60);
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

    const shown = (value, axis, unit = true) => mg.format(value, axis.style, unit);

    // ---- histograms ----------------------------------------------------------------------------

    function drawHistograms({ summary, whole }) {
        for (const [field, axis] of Object.entries(mg.explore.setup().fields)) {
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
    function say(field, words) {
        const line = byId(`explore-${field}-says`);
        if (!line || !last.summary) return;
        if (words) return void (line.textContent = words);
        const axis = mg.explore.setup().fields[field];
        const { summary, whole } = last;
        const [mine, all] = [summary, whole].map((each) => quantile(each.histograms[field], axis, 0.5));
        const spread = [0.25, 0.75].map((part) => shown(quantile(summary.histograms[field], axis, part), axis));
        line.replaceChildren();
        if (mine === null) return void (line.textContent = "no songs");
        line.append("median ", strong(shown(mine, axis)));
        if (summary.filter) line.append(` · all ${shown(all, axis, false)}`);
        line.title = `Half of the songs lie between ${spread[0]} and ${spread[1]}.`;
        const unseen = document.createElement("span");
        unseen.className = "visually-hidden";
        unseen.textContent = `. ${line.title}`;
        line.append(unseen);
    }

    function strong(text) {
        const element = document.createElement("strong");
        element.textContent = text;
        return element;
    }

    document.addEventListener("mg-brush-hover", (event) => {
        const { values } = event.detail;
        const host = event.target;
        if (!last.summary) return;
        if (!values) return leaveHost(host);
        const [field] = Object.keys(values);
        if (host.id === "explore-density-brush") return sayDensity(host, values);
        if (host.id === "explore-years-brush") return sayYear(values.year);
        const axis = mg.explore.setup().fields[field];
        const { bar, low, high } = values[field];
        const [mine, all] = [last.summary, last.whole].map((each) => shares(each.histograms[field])[bar]);
        const place = field === "year" ? low : `${shown(low, axis, false)}–${shown(high, axis)}`;
        say(field, `${place}: ${mg.percent(mine)}${last.summary.filter ? ` · all ${mg.percent(all)}` : ""}`);
    });

    document.addEventListener("mg-brush-move", (event) => {
        const ranges = event.detail.ranges;
        for (const [field, range] of Object.entries(ranges)) {
            const axis = mg.explore.setup()?.fields[field];
            if (axis) say(field, mg.brush.words(axis, range));
        }
        const axes = mg.brush.axesOf(event.target);
        const words = axes.map((axis) => `${axis.label} ${mg.brush.words(axis, ranges[axis.field])}`).join(", ");
        if (event.target.id === "explore-density-brush") byId("explore-density-says").textContent = words;
        if (event.target.id === "explore-years-brush") byId("explore-years-says").textContent = words;
    });

    function leaveHost(host) {
        if (host.id === "explore-density-brush") return describeDensity();
        if (host.id === "explore-years-brush") return describeYears();
        mg.brush.axesOf(host).forEach((axis) => say(axis.field));
    }

    // ---- density -------------------------------------------------------------------------------

    function spanAxis({ field, first, last: end, group }) {
        const axis = mg.explore.setup().fields[field];
        const at = (bar) => Math.min(axis.low + bar * axis.step, axis.high);
        return { ...axis, low: at(first), high: at(end), step: axis.step * group }; // of bars put together
    }

    function edgesOf(axis) {
        const bars = Math.ceil((axis.high - axis.low) / axis.step - 1e-9);
        return Array.from({ length: bars + 1 }, (_, bar) => Math.min(axis.low + bar * axis.step, axis.high));
    }

    function ticksWithin(axis) {
        const within = axis.ticks.filter(([value]) => value >= axis.low && value <= axis.high);
        return { tickvals: within.map(([value]) => value), ticktext: within.map(([, text]) => text) };
    }

    function drawDensity({ summary }) {
        const { counts } = summary.density;
        const [x, y] = [spanAxis(summary.density.x), spanAxis(summary.density.y)];
        rebrush(byId("explore-density-brush"), x, y);
        const z = counts.map((row) => row.map((count) => (count ? Math.sqrt(count) : null)));
        const zmax = Math.max(1, ...z.flat());
        withGraph("explore-density-chart", (graph) => {
            const axes = {};
            for (const [name, axis] of [["xaxis", x], ["yaxis", y]]) {
                const { tickvals, ticktext } = ticksWithin(axis);
                Object.assign(axes, {
                    [`${name}.range`]: [axis.low, axis.high],
                    [`${name}.tickvals`]: tickvals,
                    [`${name}.ticktext`]: ticktext,
                });
            }
            axes["xaxis.title.text"] = axis_title(x);
            axes["yaxis.title.text"] = axis_title(y);
            window.Plotly.update(graph, { z: [z], x: [edgesOf(x)], y: [edgesOf(y)], zmax }, axes, [0]);
        });
        describeDensity();
        fillNumbers("explore-density");
    }

    const axis_title = (axis) => (axis.unit ? `${axis.label} (${axis.unit})` : axis.label);

    function describeDensity() {
        if (!last.summary) return;
        const total = sum(last.summary.density.counts.flat());
        const free = ["x", "y"].map((side) => mg.explore.setup().fields[last.summary.density[side].field].label.toLowerCase());
        byId("explore-density-says").textContent = `${mg.count(total)} songs with any ${free.join(" and ")}`;
    }

    function sayDensity(host, values) {
        const { density } = last.summary;
        const [x, y] = [density.x.field, density.y.field];
        const count = density.counts[values[y].bar]?.[values[x].bar] || 0;
        const words = mg.brush.axesOf(host).map((axis) => {
            const { low, high } = values[axis.field];
            return `${axis.label} ${shown(low, axis, false)}–${shown(high, axis)}`;
        });
        byId("explore-density-says").textContent = `${words.join(", ")}: ${mg.count(count)} songs`;
    }

    // ---- by year -------------------------------------------------------------------------------

    function drawYears({ summary, whole }) {
        const card = byId("explore-years");
        card.hidden = !whole.years.length;
        if (card.hidden) return;
        const fields = mg.explore.setup().fields;
        const names = Object.keys(summary.by_year);
        const lines = names.map((name) => {
            const axis = fields[name];
            const height = (mean) => (mean === null ? null : (mean - axis.low) / (axis.high - axis.low));
            return { name, axis, means: summary.by_year[name], heights: summary.by_year[name].map(height) };
        });
        const heights = lines.flatMap((line) => line.heights).filter((height) => height !== null);
        const [bottom, top] = heights.length ? [Math.min(...heights), Math.max(...heights)] : [0, 1];
        const room = Math.max((top - bottom) * 0.08, 0.02);
        const range = [bottom - room, top + room];
        // One scale can be labelled only where all lines are on it.
        const plain = lines.every((line) => line.axis.low === 0 && line.axis.high === 1);
        const step = [0.05, 0.1, 0.2, 0.5].find((each) => (range[1] - range[0]) / each <= 5) || 0.5;
        const ticks = [];
        for (let value = Math.ceil(range[0] / step) * step; plain && value <= range[1]; value += step) ticks.push(value);
        const axis = yearAxis(whole);
        withGraph("explore-years-chart", (graph) => {
            const traces = graph.data.map((trace, place) => {
                const line = lines.find((each) => each.name === trace.uid);
                return { place, x: summary.years.map((year) => year + 0.5), y: place ? line?.heights || [] : summary.year_songs, visible: !place || Boolean(line) };
            });
            window.Plotly.update(
                graph,
                { x: traces.map((t) => t.x), y: traces.map((t) => t.y), visible: traces.map((t) => t.visible) },
                {
                    ...axis,
                    "xaxis.tickmode": "array",
                    "yaxis.range": range,
                    "yaxis.tickvals": ticks,
                    "yaxis.ticktext": ticks.map((value) => value.toFixed(step < 0.1 ? 2 : 1)),
                },
            );
        });
        labelLines(lines, range);
        describeYears();
        fillNumbers("explore-years");
    }

    /** Names and last values at the right ends of the lines, pushed apart where they would overlap. */
    function labelLines(lines, [bottom, top]) {
        const HEIGHT = 0.095; // of the lines' part of the plot
        const labels = lines
            .map((line) => {
                const ends = line.heights.filter((height) => height !== null);
                const means = line.means.filter((mean) => mean !== null);
                return { ...line, at: (ends[ends.length - 1] - bottom) / (top - bottom), mean: means[means.length - 1] };
            })
            .filter((label) => label.mean !== undefined)
            .sort((a, b) => b.at - a.at);
        labels.forEach((label, place) => {
            label.at = Math.min(label.at, place ? labels[place - 1].at - HEIGHT : 1);
        });
        for (let place = labels.length - 1, floor = 0; place >= 0; place--, floor += HEIGHT) {
            labels[place].at = Math.max(labels[place].at, floor);
        }
        byId("explore-years-labels").replaceChildren(
            ...labels.map((label) => {
                const element = document.createElement("span");
                element.className = `mg-line-label mg-line-${label.name}`;
                element.style.top = `${(1 - label.at) * 100}%`;
                element.append(`${label.axis.label} `, strong(shown(label.mean, label.axis)));
                return element;
            }),
        );
    }

    function describeYears() {
        if (!last.summary || !last.summary.years.length) return;
        const { years, year_songs: songs } = last.summary;
        const most = Math.max(...songs);
        byId("explore-years-says").textContent = `most songs: ${mg.count(most)} in ${years[songs.indexOf(most)]}`;
    }

    function sayYear({ low }) {
        const place = last.summary.years.indexOf(low);
        const fields = mg.explore.setup().fields;
        const means = Object.entries(last.summary.by_year).map(([name, values]) => {
            const mean = values[place];
            return mean === null || mean === undefined ? "" : `${fields[name].label.toLowerCase()} ${shown(mean, fields[name])}`;
        });
        const songs = mg.count(last.summary.year_songs[place] || 0);
        byId("explore-years-says").textContent = [`${low}: ${songs} songs`, ...means.filter(Boolean)].join(", ");
    }

    // ---- all of it -----------------------------------------------------------------------------

    const fillNumbers = (name) => mg.explore.fillNumbers(name, last);

    mg.explore = Object.assign(mg.explore || {}, {
        numbers: { spanAxis, edgesOf, shown, shares },
        latest: () => last,
        draw(summary, whole) {
            if (!summary || !whole || !document.getElementById("explore-page")) return window.dash_clientside.no_update;
            last = { page: document.getElementById("explore-page"), summary, whole };
            drawHistograms(last);
            drawDensity(last);
            drawYears(last);
            mg.explore.drawFacets(last);
            return whole.version;
        },
    });
})();
