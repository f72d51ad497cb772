/* Painting while a brush moves: canvases over the plots, which show what Plotly will show when the brush is let go.
 *
 * `begin` lays an empty canvas over each plot, `frame` paints a summary on those that are on the screen, `end` gives a plot
 * back to Plotly. The grey whole and the foreground are both painted, for the two share a scale, on the card's own ground,
 * which covers Plotly's marks: neither the first frame nor the last one is seen as a jump, and the browser need not draw
 * what lies below anew. Why a canvas: benchmarks/brush_paint.py. A painter of one kind of chart is
 * {prepare(sheet), paint(sheet, summary, whole)}; those of the wide charts are in live_paint_wide.js.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const NEAR = "240px"; // charts this far outside the window are painted too, so that scrolling finds them ready
    const BUFFERS = 3; // frames that a browser keeps of one canvas
    const LINE = 1; // px, below histograms and years
    const SELECTED_OPACITY = 0.78; // as in 15-charts.css
    const painters = {}; // by the name of a card: "energy", "density", ...
    const sheets = new Map(); // name -> sheet: a canvas over one plot, and what it knows of the plot
    let latest = null; // {summary, whole} of the last frame, for those that are scrolled to, resized, or change theme

    // ---- the plots -----------------------------------------------------------------------------

    const cardOf = (name) => document.getElementById(`explore-${name}`);

    /** "energy" of a card's name, of its id or of any element in it. */
    function nameOf(card) {
        const id = typeof card === "string" ? card : card.closest(".mg-chart").id;
        return id.replace(/^explore-/, "");
    }

    const allNames = () => [...document.querySelectorAll("#explore-page .mg-chart .mg-plot")].map(nameOf);

    /** Plotly's plot area in CSS pixels from the plot's corner, and its axis; null before Plotly has drawn. It counts in
     *  whole pixels, also where the plot is a part of one wider. */
    function areaOf(graph, size) {
        const { margin, xaxis } = graph.layout || {};
        if (!margin || !xaxis?.range || !graph.querySelector(".cartesianlayer")) return null;
        const [width, height] = [Math.round(size.width) - margin.l - margin.r, Math.round(size.height) - margin.t - margin.b];
        return { left: margin.l, top: margin.t, width, height, range: xaxis.range };
    }

    /** Two decimals of a pixel, as Plotly places everything. */
    const tidy = (value) => Math.round(value * 100) / 100;

    const limit = (value, low, high) => Math.min(Math.max(value, low), high);

    /** Plotly's bars have crisp edges: a pixel of the screen is filled when its middle is. */
    const crisp = (value, ratio) => Math.round(value * ratio);

    // ---- sheets --------------------------------------------------------------------------------

    function sheetOf(name) {
        const plot = cardOf(name)?.querySelector(".mg-plot");
        const found = sheets.get(name);
        if (found && found.plot === plot) return found;
        if (found) drop(found); // the page was left and built anew
        if (!plot) return null;
        const canvas = document.createElement("canvas");
        canvas.className = "mg-live-canvas";
        canvas.setAttribute("aria-hidden", "true");
        plot.insertBefore(canvas, plot.querySelector(".mg-brush"));
        const kind = painters[name] || histogram;
        const sheet = { name, plot, canvas, kind, context: canvas.getContext("2d"), ratio: 1, size: null, near: false, live: false, stale: true, ready: false };
        canvas.addEventListener("contextrestored", () => (sheet.stale = true)); // empty, as it is then
        sheets.set(name, sheet);
        return sheet;
    }

    function drop(sheet) {
        seen.unobserve(sheet.plot);
        sized.unobserve(sheet.plot);
        sheet.canvas.remove();
        sheets.delete(sheet.name);
    }

    /** Read everything that painting needs from the page; again after a resize, a redraw by Plotly, another theme. */
    function prepare(sheet) {
        const graph = sheet.plot.querySelector(".js-plotly-plot");
        const box = sheet.plot.getBoundingClientRect();
        sheet.size = { width: box.width, height: box.height };
        sheet.ratio = window.devicePixelRatio || 1;
        sheet.graph = graph;
        sheet.area = graph && areaOf(graph, sheet.size);
        sheet.style = getComputedStyle(sheet.plot);
        sheet.ground = colour(sheet, "--mg-surface");
        sheet.ready = Boolean(sheet.area) && box.width > 0 && sheet.kind.prepare(sheet) !== false;
        sheet.stale = false;
        sheet.drawn = null;
    }

    /** The canvas as large as the plot, a pixel of its own for each of the screen: its CSS size is that of whole pixels, for
     *  anything else would be stretched a little and blur every edge. */
    function fit(sheet) {
        const { canvas, size, ratio } = sheet;
        const [across, down] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
        if (canvas.width !== across) canvas.width = across;
        if (canvas.height !== down) canvas.height = down;
        // Browsers lay out in 64ths of a pixel; rounded down, the canvas would lose one of the screen's.
        const whole = (pixels) => Math.ceil((pixels / ratio) * 64) / 64;
        canvas.style.width = `${whole(across)}px`;
        canvas.style.height = `${whole(down)}px`;
    }

    /** Nothing but the ground where Plotly has its marks; to be painted in pixels of the screen. */
    function wiped(sheet) {
        const { context, canvas, area, ratio, ground } = sheet;
        const [left, top] = [crisp(area.left, ratio), crisp(area.top, ratio)];
        context.clearRect(0, 0, canvas.width, canvas.height);
        context.globalAlpha = 1;
        context.fillStyle = ground;
        context.fillRect(left, top, crisp(area.left + area.width, ratio) - left, bottomOf(sheet) - top);
        return context;
    }

    /** Where marks end: above the line below them, which is the brush's (15-charts.css) and covers what Plotly has there. */
    const bottomOf = ({ area, ratio }) => crisp(area.top + area.height - LINE, ratio);

    const colour = (sheet, name) => sheet.style.getPropertyValue(name).trim();

    // ---- histograms ----------------------------------------------------------------------------

    const histogram = {
        prepare(sheet) {
            const [bars] = sheet.graph.data;
            if (!bars || !bars.x) return false;
            fit(sheet);
            const { left, width, range } = sheet.area;
            const scale = width / (range[1] - range[0]);
            const widthOf = (bar) => (Array.isArray(bars.width) ? bars.width[bar] : bars.width);
            const place = (value) => crisp(left + limit(tidy((value - range[0]) * scale), 0, width), sheet.ratio);
            sheet.lefts = Int32Array.from(bars.x, (centre, bar) => place(centre - widthOf(bar) / 2));
            // No bar has pixels of the next one, whatever comes of rounding: each is painted anew without the others.
            sheet.rights = sheet.lefts.map((_, bar) => Math.min(place(bars.x[bar] + widthOf(bar) / 2), sheet.lefts[bar + 1] ?? Infinity));
            sheet.headroom = sheet.graph.layout.yaxis.range[1];
            sheet.heights = [new Float64Array(bars.x.length), new Float64Array(bars.x.length)];
            sheet.tops = [new Int32Array(bars.x.length), new Int32Array(bars.x.length)]; // of what is painted, in pixels of the screen
            sheet.changed = new Int32Array(bars.x.length);
            sheet.colours = [colour(sheet, "--mg-ghost"), colour(sheet, "--mg-accent")];
            return true;
        },
        paint(sheet, summary, whole) {
            const counts = [whole.histograms[sheet.name], summary.histograms[sheet.name]];
            if (!counts[0] || !counts[1]) return;
            if (!scaledInto(sheet.heights, counts) && sheet.drawn) return; // the same picture as before
            if (!sheet.drawn) {
                wiped(sheet);
                sheet.tops.forEach((tops) => tops.fill(bottomOf(sheet)));
            }
            sheet.drawn = true;
            paintChanged(sheet);
        },
    };

    /** Only the bars whose pixels change, few of all as a rule: each is wiped, then painted whole. */
    function paintChanged({ context, area, ratio, ground, colours, headroom, heights, tops, changed, lefts, rights }) {
        const bottom = bottomOf({ area, ratio });
        const fill = (bar, top) => top < bottom && context.fillRect(lefts[bar], top, rights[bar] - lefts[bar], bottom - top);
        const topOf = (height) => Math.min(bottom, crisp(area.top + tidy(area.height * (1 - height / headroom)), ratio));
        let count = 0;
        context.globalAlpha = 1;
        context.fillStyle = ground;
        for (let bar = 0; bar < lefts.length; bar++) {
            const [all, chosen] = [topOf(heights[0][bar]), topOf(heights[1][bar])];
            if (all === tops[0][bar] && chosen === tops[1][bar]) continue;
            fill(bar, Math.min(tops[0][bar], tops[1][bar]));
            [tops[0][bar], tops[1][bar]] = [all, chosen];
            changed[count++] = bar;
        }
        for (let which = 0; which < 2; which++) {
            context.fillStyle = colours[which];
            context.globalAlpha = which ? SELECTED_OPACITY : 1;
            for (let place = 0; place < count; place++) fill(changed[place], tops[which][changed[place]]);
        }
    }

    /** charts.scaled of Python and explore_draw.js, into arrays that are there: counts as shares of their own sum over the
     *  largest share of both. Says whether anything is other than before. */
    function scaledInto(heights, counts) {
        let tallest = 0;
        const totals = [0, 0];
        for (let which = 0; which < 2; which++) {
            let most = 0;
            const bars = heights[which].length;
            for (let bar = 0; bar < bars; bar++) {
                const count = counts[which][bar];
                totals[which] += count;
                if (count > most) most = count;
            }
            if (totals[which]) tallest = Math.max(tallest, most / totals[which]);
        }
        let changed = false;
        for (let which = 0; which < 2; which++) {
            const scale = totals[which] ? 1 / (totals[which] * tallest) : 0;
            for (let bar = 0; bar < heights[which].length; bar++) {
                const height = counts[which][bar] * scale;
                if (height !== heights[which][bar]) changed = true;
                heights[which][bar] = height;
            }
        }
        return changed;
    }

    // ---- frames --------------------------------------------------------------------------------

    function paint(sheet) {
        if (sheet.stale) prepare(sheet);
        if (!sheet.ready || !latest) return;
        sheet.kind.paint(sheet, latest.summary, latest.whole);
        show(sheet, true);
    }

    /** Ours, or Plotly's again. */
    function show(sheet, live) {
        if (sheet.live === live) return;
        sheet.live = live;
        if (!live) sheet.context.clearRect(0, 0, sheet.canvas.width, sheet.canvas.height);
        sheet.plot.toggleAttribute("data-live", live);
        sheet.kind.shown?.(sheet, live);
    }

    const begun = () => [...sheets.values()].filter((sheet) => sheet.begun);

    function repaint(stale) {
        for (const sheet of begun()) {
            if (stale(sheet)) sheet.stale = true;
            if (sheet.stale && sheet.near) paint(sheet);
        }
    }

    const observer = (kind, ...rest) => (typeof kind === "function" ? new kind(...rest) : { observe() {}, unobserve() {} });

    const seen = observer(window.IntersectionObserver, (entries) => {
        for (const { target, isIntersecting } of entries) {
            const sheet = sheets.get(nameOf(target));
            if (!sheet) continue;
            sheet.near = isIntersecting;
            if (isIntersecting && sheet.begun) paint(sheet);
        }
    }, { rootMargin: NEAR });

    const sized = observer(window.ResizeObserver, (entries) => {
        const targets = new Set(entries.map((entry) => entry.target));
        repaint((sheet) => targets.has(sheet.plot) && sheet.size && differs(sheet));
    });

    function differs({ size, plot }) {
        const box = plot.getBoundingClientRect();
        return Math.abs(box.width - size.width) > 0.01 || Math.abs(box.height - size.height) > 0.01;
    }

    const themed = observer(window.MutationObserver, () => repaint(() => true));
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

    function near(plot) {
        const box = plot.getBoundingClientRect();
        return box.bottom > -240 && box.top < window.innerHeight + 240;
    }

    mg.paint = {
        painters,
        tools: { bottomOf, colour, crisp, fit, tidy, wiped },
        scaledInto,
        /** Be ready to paint these cards (names, ids or elements; all when left out). Nothing is seen to change yet. */
        begin(cards) {
            const names = cards ? [...cards].map(nameOf) : allNames();
            const found = names.map(sheetOf).filter(Boolean);
            for (const sheet of found) {
                if (sheet.begun) continue;
                sheet.begun = true;
                sheet.stale = true;
                sheet.near = near(sheet.plot);
                seen.observe(sheet.plot);
                sized.observe(sheet.plot);
            }
            // All that is read, before anything is written: one layout for all charts.
            found.filter((sheet) => sheet.near && sheet.stale).forEach(prepare);
        },
        /** Paint these numbers where nobody sees it, then use every canvas for a few frames: the browser compiles the
         *  painters, and gives a canvas its memory, when they are first used. */
        rehearse(summary, whole) {
            const ready = begun().filter((sheet) => sheet.near && sheet.ready && !sheet.live);
            const unseen = document.createElement("canvas").getContext("2d");
            for (const sheet of ready) {
                const { context } = sheet;
                sheet.context = unseen;
                sheet.kind.paint(sheet, summary, whole);
                Object.assign(sheet, { context, drawn: null });
            }
            const use = (left) => {
                ready.filter((sheet) => !sheet.live).forEach(({ context, canvas }) => context.clearRect(0, 0, canvas.width, canvas.height));
                if (left > 1) requestAnimationFrame(() => use(left - 1));
            };
            requestAnimationFrame(() => use(BUFFERS));
        },
        /** Paint these numbers, in the shapes of the stores explore-summary and explore-whole, on every begun card. */
        frame(summary, whole) {
            latest = { summary, whole };
            for (const sheet of sheets.values()) if (sheet.begun && sheet.near) paint(sheet);
        },
        /** Plotly has drawn this card (all, when left out): take the canvas away. */
        end(card) {
            const names = card ? [nameOf(card)] : [...sheets.keys()];
            for (const name of names) {
                const sheet = sheets.get(name);
                if (!sheet) continue;
                sheet.begun = false;
                seen.unobserve(sheet.plot);
                sized.unobserve(sheet.plot);
                show(sheet, false);
            }
            if (!begun().length) latest = null;
        },
        /** Plotly has moved an axis of this card while it is painted over: look again. */
        refresh(card) {
            const sheet = sheets.get(nameOf(card));
            if (sheet) sheet.stale = true;
        },
        /** Names of the cards that were begun and not ended. */
        begun: () => begun().map((sheet) => sheet.name),
    };
})();
