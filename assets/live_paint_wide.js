/* Painting Explore's two wide charts while a brush moves: see live_paint.js. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const tools = () => mg.paint.tools;
    const LINE_WIDTH = 2; // as in 15-charts.css
    const DASHES = { duration_ms: [5, 3], popularity: [5, 3] };
    const LINES_FROM = 0.26; // domains of the two parts in components/charts.py
    const BARS_TO = 0.2;
    const PADDED = 0.95; // Plotly leaves a twentieth above the tallest bar
    const TICK_GAP = 1; // between a tick's text and the plot, in pixels, as Plotly has it
    const TEXT_DROP = 0.35; // of a text's size, from its middle to its baseline

    // ---- density -------------------------------------------------------------------------------

    /** "rgba(22,135,143,0.14)" -> [22, 135, 143, 0.14] */
    const parts = (text) => text.match(/[\d.]+/g).map(Number);

    /** Opacity for t from 0 to 1 by the figure's own scale, whose stops have one colour. */
    function opacityAt(stops, t) {
        let place = 1;
        while (place < stops.length - 1 && t > stops[place][0]) place += 1;
        const [[from, low], [to, high]] = [stops[place - 1], stops[place]];
        return low + ((high - low) * (t - from)) / (to - from);
    }

    const FINE = 4096; // steps of the table from root of the share to colour

    const density = {
        prepare(sheet) {
            const [cells] = sheet.graph.data;
            const stops = cells.colorscale.map(([at, text]) => [at, parts(text)]);
            const [red, green, blue] = stops[stops.length - 1][1];
            sheet.context.fillStyle = sheet.ground; // which the canvas gives back as "#rrggbb"
            const ground = sheet.context.fillStyle.match(/[0-9a-f]{2}/g).map((pair) => parseInt(pair, 16));
            const alphas = stops.map(([at, colour]) => [at, colour[3] ?? 1]);
            const mixed = (alpha) => [red, green, blue].map((ink, which) => Math.round(ground[which] + (ink - ground[which]) * alpha));
            const packed = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;
            sheet.empty = packed(ground);
            sheet.shades = Int32Array.from({ length: FINE + 1 }, (_, step) => packed(mixed(opacityAt(alphas, step / FINE))));
            sheet.spans = ""; // the places of cells are worked out when the first counts are there
        },
        paint(sheet, { density: { x, y, counts } }) {
            place(sheet, x, y, counts);
            const { empty, shades, cells, columns, rows, across, down, pixels } = sheet;
            let most = 1;
            for (let row = 0; row < rows; row++) {
                const line = counts[row];
                for (let column = 0; column < columns; column++) if (line[column] > most) most = line[column];
            }
            const scale = FINE / Math.sqrt(most);
            for (let row = 0, at = 0; row < rows; row++) {
                const line = counts[row];
                for (let column = 0; column < columns; column++, at++) {
                    const count = line[column];
                    cells[at] = count ? shades[Math.round(Math.sqrt(count) * scale)] : empty;
                }
            }
            for (let py = 0, at = 0; py < down.length; py++) {
                const start = down[py] * columns;
                for (let px = 0; px < across.length; px++, at++) pixels[at] = cells[start + across[px]];
            }
            sheet.context.putImageData(sheet.image, 0, 0);
        },
    };

    /** Which cell each pixel of the canvas shows. Cells of one size: a pixel a cell, made larger by the style sheet, as
     *  Plotly does it. Where the last one is narrower: pixels of the page, cells ending at whole ones, again like Plotly. */
    function place(sheet, xSpan, ySpan, counts) {
        const spans = [xSpan, ySpan].map(({ field, first, last, group }) => `${field} ${first} ${last} ${group}`).join();
        if (sheet.spans === spans) return;
        const { area, canvas } = sheet;
        const edges = [xSpan, ySpan].map((span) => mg.explore.tools.edgesOf(mg.explore.spanAxis(span)));
        const even = edges.every(alike);
        const [across, down] = edges.map((ends, which) => {
            const cells = ends.length - 1;
            if (even) return Uint16Array.from({ length: cells }, (_, cell) => cell);
            const length = which ? area.height : area.width;
            const stops = ends.slice(1).map((end) => Math.round(((end - ends[0]) / (ends[cells] - ends[0])) * length));
            return Uint16Array.from({ length }, (_, at) => stops.findIndex((stop) => at < stop));
        });
        [canvas.width, canvas.height] = [across.length, down.length];
        const image = new ImageData(canvas.width, canvas.height);
        const [rows, columns] = [counts.length, counts[0].length];
        const pixels = new Uint32Array(image.data.buffer);
        Object.assign(sheet, { spans, across, down: down.reverse(), rows, columns, cells: new Uint32Array(rows * columns), image, pixels });
        const box = { left: area.left, top: area.top, width: area.width, height: area.height };
        for (const [side, value] of Object.entries(box)) canvas.style[side] = `${value}px`;
    }

    function alike(edges) {
        const widths = edges.slice(1).map((edge, place) => edge - edges[place]);
        return Math.max(...widths) - Math.min(...widths) < 0.01 * widths[0];
    }

    // ---- by year -------------------------------------------------------------------------------

    const years = {
        prepare(sheet) {
            const { colour, fit } = tools();
            fit(sheet);
            sheet.colours = { songs: colour(sheet, "--mg-ghost"), ticks: colour(sheet, "--mg-muted") };
            sheet.fontSize = sheet.graph.layout.font.size;
            sheet.font = `${sheet.fontSize}px ${colour(sheet, "--mg-font")}`;
        },
        paint(sheet, summary) {
            const scene = mg.explore.yearScene(summary);
            const context = tools().wiped(sheet);
            const { area, ratio } = sheet;
            const [first, end] = area.range;
            const [bottom, top] = scene.range;
            // Places in pixels of the page, as Plotly has them.
            const across = (year) => area.left + tools().tidy(((year - first) / (end - first)) * area.width);
            const up = (height) => area.top + tools().tidy(area.height * (1 - LINES_FROM) * (1 - (height - bottom) / (top - bottom)));
            paintBars(sheet, context, summary, across);
            context.setTransform(ratio, 0, 0, ratio, 0, 0);
            scene.lines.forEach((line) => paintLine(sheet, context, line, summary.years, across, up));
            paintTicks(sheet, context, scene.ticks, up);
            context.setTransform(1, 0, 0, 1, 0, 0);
        },
    };

    function paintBars(sheet, context, { years: all, year_songs: songs }, across) {
        const { area, colours, ratio } = sheet;
        const { crisp, tidy } = tools();
        let most = 0;
        for (let place = 0; place < all.length; place++) if (songs[place] > most) most = songs[place];
        const scale = (area.height * BARS_TO * PADDED) / (most || 1);
        const bottom = tools().bottomOf(sheet);
        context.fillStyle = colours.songs;
        for (let place = 0; place < all.length; place++) {
            const top = crisp(area.top + tidy(area.height - songs[place] * scale), ratio);
            const [start, end] = [crisp(across(all[place]), ratio), crisp(across(all[place] + 1), ratio)];
            if (top < bottom) context.fillRect(start, top, end - start, bottom - top);
        }
    }

    function paintLine(sheet, context, { name, heights }, all, across, up) {
        context.beginPath();
        let drawing = false;
        for (let place = 0; place < all.length; place++) {
            const height = heights[place];
            if (height === null) {
                drawing = false;
                continue;
            }
            context[drawing ? "lineTo" : "moveTo"](across(all[place] + 0.5), up(height));
            drawing = true;
        }
        context.lineWidth = LINE_WIDTH;
        context.miterLimit = 2;
        context.setLineDash(DASHES[name] || []);
        context.strokeStyle = sheet.colours[name] || (sheet.colours[name] = tools().colour(sheet, `--${name}`));
        context.stroke();
    }

    function paintTicks({ area, colours, font, fontSize }, context, ticks, up) {
        context.font = font;
        context.fillStyle = colours.ticks;
        context.textAlign = "right";
        for (const [value, text] of ticks) context.fillText(text, area.left - TICK_GAP, up(value) + fontSize * TEXT_DROP);
    }

    Object.assign(mg.paint.painters, { density, years });
})();
