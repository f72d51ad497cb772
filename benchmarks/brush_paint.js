/* Ways to give Explore's histograms other heights in every frame, for brush_paint.py; runs in the page itself. */
(function () {
    "use strict";
    const mg = window.musicgroup;
    const { summary, whole } = mg.explore.latest();
    const names = Object.keys(whole.histograms);
    const graphs = names.map((name) => document.querySelector(`#explore-${name}-chart .js-plotly-plot`));

    /** Numbers of a brush that moves: those of the whole catalogue, thinned on one side of a place that wanders. */
    function numbers(frame) {
        const histograms = {};
        names.forEach((name, which) => {
            const counts = whole.histograms[name];
            const middle = (0.5 + 0.45 * Math.sin(frame / 17 + which)) * counts.length;
            histograms[name] = counts.map((count, bar) => Math.round((count + 1) * (0.1 + 0.9 / (1 + Math.exp((bar - middle) / 4)))));
        });
        return { ...summary, histograms };
    }

    function shares(counts) {
        const total = counts.reduce((sum, count) => sum + count, 0) || 1;
        return counts.map((count) => count / total);
    }

    function heights(name, shown) {
        const both = [shares(whole.histograms[name]), shares(shown.histograms[name])];
        const tallest = Math.max(...both[0], ...both[1]);
        return both.map((each) => each.map((share) => share / tallest));
    }

    /** Where the bars of a graph stand, in pixels of its drawing. */
    function barsOf(graph) {
        const { _offset: left, _length: width, range } = graph._fullLayout.xaxis;
        const { _offset: top, _length: height } = graph._fullLayout.yaxis;
        const at = (value) => ((value - range[0]) / (range[1] - range[0])) * width;
        const bars = graph.data[0];
        const half = (bar) => (Array.isArray(bars.width) ? bars.width[bar] : bars.width) / 2;
        return { left, top, height, ends: bars.x.map((centre, bar) => [at(centre - half(bar)), at(centre + half(bar))]) };
    }

    const barPath = ({ height, ends }, bar, share) =>
        `M${ends[bar][0].toFixed(2)},${height}V${(height * (1 - share / 1.06)).toFixed(2)}H${ends[bar][1].toFixed(2)}V${height}Z`;

    const methods = {
        canvas: {
            begin: () => mg.paint.begin(names),
            paint: (shown) => mg.paint.frame(shown, whole),
            end: () => mg.paint.end(),
        },
        "one SVG path a set": {
            begin() {
                this.layers = graphs.map((graph) => {
                    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
                    const bars = barsOf(graph);
                    svg.setAttribute("style", "position:absolute;inset:0;width:100%;height:100%");
                    const paths = ["--mg-ghost", "--mg-accent"].map((colour, which) => {
                        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
                        path.style.fill = `var(${colour})`;
                        path.setAttribute("shape-rendering", "crispEdges"); // as Plotly's are
                        path.style.fillOpacity = which ? 0.78 : 1;
                        path.setAttribute("transform", `translate(${bars.left},${bars.top})`);
                        svg.append(path);
                        return path;
                    });
                    graph.closest(".mg-plot").append(svg);
                    graph.querySelector(".barlayer").style.visibility = "hidden";
                    return { svg, bars, paths };
                });
            },
            paint(shown) {
                this.layers.forEach(({ bars, paths }, place) => {
                    heights(names[place], shown).forEach((each, which) => {
                        paths[which].setAttribute("d", each.map((share, bar) => barPath(bars, bar, share)).join(""));
                    });
                });
            },
            end() {
                this.layers.forEach(({ svg }) => svg.remove());
                graphs.forEach((graph) => (graph.querySelector(".barlayer").style.visibility = ""));
            },
        },
        "Plotly's own SVG paths": {
            begin() {
                const shown = numbers(0); // no bar without songs, for Plotly leaves those out
                graphs.forEach((graph, place) => window.Plotly.restyle(graph, { y: heights(names[place], shown) }, [0, 1]));
                this.layers = graphs.map((graph) => ({
                    bars: barsOf(graph),
                    sets: [...graph.querySelectorAll(".barlayer .trace")].map((set) => [...set.querySelectorAll("path")]),
                }));
            },
            paint(shown) {
                this.layers.forEach(({ bars, sets }, place) => {
                    heights(names[place], shown).forEach((each, which) => {
                        sets[which].forEach((path, bar) => path.setAttribute("d", barPath(bars, bar, each[bar])));
                    });
                });
            },
        },
        "Plotly.restyle": {
            paint(shown) {
                graphs.forEach((graph, place) => window.Plotly.restyle(graph, { y: heights(names[place], shown) }, [0, 1]));
            },
        },
        "Plotly.animate": {
            paint(shown) {
                const how = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } };
                graphs.forEach((graph, place) => {
                    const data = heights(names[place], shown).map((y) => ({ y }));
                    window.Plotly.animate(graph, { data, traces: [0, 1] }, how).catch(() => {}); // one interrupts the other
                });
            },
        },
    };

    const nextFrame = () => new Promise((found) => requestAnimationFrame(found));

    window.brushPaint = {
        names,
        methods: Object.keys(methods),
        begin: (name) => methods[name].begin?.(),
        end: (name) => methods[name].end?.(),
        /** Milliseconds of script in each frame, and between frames. */
        async run(name, frames, first) {
            const found = { script: [], gaps: [] };
            const shown = Array.from({ length: frames }, (_, frame) => numbers(first + frame));
            let before = await nextFrame();
            for (const each of shown) {
                const started = performance.now();
                methods[name].paint(each);
                found.script.push(performance.now() - started);
                const now = await nextFrame();
                found.gaps.push(now - before);
                before = now;
            }
            return found;
        },
    };
})();
