/* Explore's two wide charts: songs by two features at once, and means through the years. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const byId = (id) => document.getElementById(id);
    const tools = () => mg.explore.tools; // of explore_draw.js
    const FEW_SONGS = 5;

    // ---- density -------------------------------------------------------------------------------

    function spanAxis({ field, first, last: end, group }) {
        const axis = mg.explore.setup().fields[field];
        const at = (bar) => Math.min(axis.low + bar * axis.step, axis.high);
        const step = axis.step * group; // of bars put together
        return { ...axis, low: at(first), high: at(end), step, snap: step };
    }

    function ticksWithin(axis) {
        const within = axis.ticks.filter(([value]) => value >= axis.low && value <= axis.high);
        return { tickvals: within.map(([value]) => value), ticktext: within.map(([, text]) => text) };
    }

    function drawDensity({ summary }) {
        const { counts } = summary.density;
        const [x, y] = [spanAxis(summary.density.x), spanAxis(summary.density.y)];
        tools().rebrush(byId("explore-density-brush"), x, y);
        const z = counts.map((row) => row.map((count) => (count ? Math.sqrt(count) : null)));
        const zmax = Math.max(1, ...z.flat());
        tools().withGraph("explore-density-chart", (graph) => {
            const axes = {};
            for (const [name, axis] of [["xaxis", x], ["yaxis", y]]) {
                const { tickvals, ticktext } = ticksWithin(axis);
                Object.assign(axes, {
                    [`${name}.range`]: [axis.low, axis.high],
                    [`${name}.tickvals`]: tickvals,
                    [`${name}.ticktext`]: ticktext,
                });
            }
            axes["xaxis.title.text"] = titleOf(x);
            axes["yaxis.title.text"] = titleOf(y);
            window.Plotly.update(graph, { z: [z], x: [tools().edgesOf(x)], y: [tools().edgesOf(y)], zmax }, axes, [0]);
        });
        describeDensity({ summary });
        tools().fillNumbers("explore-density");
    }

    const titleOf = (axis) => (axis.unit ? `${axis.label} (${axis.unit})` : axis.label);

    function describeDensity({ summary }) {
        const total = tools().sum(summary.density.counts.flat());
        const free = ["x", "y"].map((side) => mg.explore.setup().fields[summary.density[side].field].label.toLowerCase());
        mg.write(byId("explore-density-says"), `${mg.count(total)} songs with any ${free.join(" and ")}`);
    }

    function sayDensity({ summary }, host, values) {
        const { density } = summary;
        const [x, y] = [density.x.field, density.y.field];
        const count = density.counts[values[y].bar]?.[values[x].bar] || 0;
        const words = mg.brush.axesOf(host).map((axis) => {
            const { low, high } = values[axis.field];
            return `${axis.label} ${tools().spanWords(low, high, axis)}`;
        });
        mg.write(byId("explore-density-says"), `${words.join(", ")}: ${mg.count(count)} songs`);
    }

    // ---- by year -------------------------------------------------------------------------------

    function drawYears({ summary, whole }) {
        const card = byId("explore-years");
        card.hidden = !whole.years.length;
        if (card.hidden) return;
        const scene = yearScene(summary);
        const axis = tools().yearAxis(whole);
        tools().withGraph("explore-years-chart", (graph) => {
            const traces = graph.data.map((trace, place) => {
                const line = scene.lines.find((each) => each.name === trace.uid);
                return { place, x: summary.years.map((year) => year + 0.5), y: place ? line?.heights || [] : summary.year_songs, visible: !place || Boolean(line) };
            });
            window.Plotly.update(
                graph,
                { x: traces.map((t) => t.x), y: traces.map((t) => t.y), visible: traces.map((t) => t.visible) },
                {
                    ...axis,
                    "xaxis.tickmode": "array",
                    "yaxis.range": scene.range,
                    "yaxis.tickvals": scene.ticks.map(([value]) => value),
                    "yaxis.ticktext": scene.ticks.map(([, text]) => text),
                },
            );
        });
        labelLines(scene);
        describeYears({ summary });
        tools().fillNumbers("explore-years");
    }

    /** What the lines look like: {lines: [{name, axis, means, heights}], range, ticks: [[value, text]]}; heights are on
     *  the fields' axes from 0 to 1, by year, and `range` is the part of them that is shown. */
    function yearScene(summary) {
        const fields = mg.explore.setup().fields;
        const names = Object.keys(summary.by_year);
        // A mean of one or two songs says nothing and would stretch the axis, unless there is nothing else.
        const few = summary.year_songs.some((songs) => songs >= FEW_SONGS) ? FEW_SONGS : 1;
        const lines = names.map((name) => {
            const axis = fields[name];
            const means = summary.by_year[name].map((mean, place) => (summary.year_songs[place] < few ? null : mean));
            const height = (mean) => (mean === null ? null : (mean - axis.low) / (axis.high - axis.low));
            return { name, axis, means, heights: means.map(height) };
        });
        const heights = lines.flatMap((line) => line.heights).filter((height) => height !== null);
        const [bottom, top] = heights.length ? [Math.min(...heights), Math.max(...heights)] : [0, 1];
        const room = Math.max((top - bottom) * 0.08, 0.02);
        const range = [bottom - room, top + room];
        // One scale can be labelled only where all lines are on it.
        const plain = lines.every((line) => line.axis.low === 0 && line.axis.high === 1);
        const step = [0.05, 0.1, 0.2, 0.5].find((each) => (range[1] - range[0]) / each <= 5) || 0.5;
        const ticks = [];
        for (let value = Math.ceil(range[0] / step) * step; plain && value <= range[1]; value += step) {
            ticks.push([value, value.toFixed(step < 0.1 ? 2 : 1)]);
        }
        return { lines, range, ticks };
    }

    /** Names and last values at the right ends of the lines, pushed apart where they would overlap. */
    function labelLines({ lines, range: [bottom, top] }) {
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
        const host = byId("explore-years-labels");
        while (host.children.length > labels.length) host.lastChild.remove();
        while (host.children.length < labels.length) host.append(emptyLabel());
        labels.forEach((label, place) => {
            const element = host.children[place];
            const [words, value] = [`${label.axis.label} `, tools().shown(label.mean, label.axis)];
            const name = `mg-line-label mg-line-${label.name}`;
            if (element.className !== name) element.className = name;
            element.style.top = `${(1 - label.at) * 100}%`;
            if (element.firstChild.data !== words) element.firstChild.data = words;
            mg.write(element.lastChild, value);
        });
    }

    function emptyLabel() {
        const element = document.createElement("span");
        element.append(" ", tools().strong(""));
        return element;
    }

    function describeYears({ summary }) {
        const { years, year_songs: songs } = summary;
        const most = Math.max(...songs);
        mg.write(byId("explore-years-says"), years.length ? `most songs: ${mg.count(most)} in ${years[songs.indexOf(most)]}` : "no songs");
    }

    function sayYear({ summary }, host, { year }) {
        const { low } = year;
        const place = summary.years.indexOf(low);
        const fields = mg.explore.setup().fields;
        const means = Object.entries(summary.by_year).map(([name, values]) => {
            const mean = values[place];
            return mean === null || mean === undefined ? "" : `${fields[name].label.toLowerCase()} ${tools().shown(mean, fields[name])}`;
        });
        const songs = mg.count(summary.year_songs[place] || 0);
        mg.write(byId("explore-years-says"), [`${low}: ${songs} songs`, ...means.filter(Boolean)].join(", "));
    }

    mg.explore = Object.assign(mg.explore || {}, {
        labelLines,
        spanAxis,
        yearScene,
        /** By the id of the brush: draw, describe in a line, and say what is under the pointer. */
        wide: {
            "explore-density-brush": { says: "explore-density-says", draw: drawDensity, describe: describeDensity, say: sayDensity },
            "explore-years-brush": { says: "explore-years-says", draw: drawYears, describe: describeYears, say: sayYear },
        },
    });
})();
