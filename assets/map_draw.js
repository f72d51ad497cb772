/* The map's picture: bytes of the server become pixels in the theme's colours; over it areas, songs and names. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const math = () => mg.map.math;
    const NO_MOOD = 15;
    const FADED = 0.1;
    const FONT = "12px system-ui, sans-serif";

    // ---- colours -------------------------------------------------------------------------------

    const probe = typeof document.createElement === "function" ? document.createElement("canvas").getContext("2d") : null;

    /** Any colour of the style sheets as [r, g, b]. */
    function rgb(text) {
        probe.fillStyle = "#000";
        probe.fillStyle = text.trim();
        const number = parseInt(probe.fillStyle.slice(1), 16);
        return [number >> 16, (number >> 8) & 255, number & 255];
    }

    /** The tokens of the current theme, read from the map's element (assets/10-theme.css, 61-map.css). */
    function theme(element, moods) {
        const style = getComputedStyle(element);
        const token = (name) => style.getPropertyValue(name);
        const colours = new Array(16).fill(rgb(token("--mg-muted")));
        moods.forEach((mood) => (colours[mood.number] = rgb(token(`--mg-cat-${mood.colour}`))));
        return {
            colours,
            ghost: rgb(token("--mg-ghost")),
            crowd: rgb(token("--map-crowd")),
            crowdShare: Number(token("--map-crowd-share")),
            faintest: Number(token("--map-faintest")),
            text: token("--mg-text"),
            muted: token("--mg-muted"),
            surface: token("--mg-surface"),
            accent: token("--mg-accent"),
        };
    }

    const packed = ([r, g, b], alpha) => ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
    const mixed = (a, b, share) => a.map((part, i) => Math.round(part + (b[i] - part) * share));

    const SOLID = 10; // the level of a single song where there are no crowds, 2 / 3 of all: see map_grid._scale

    /** A pixel for every byte that a cell can have, Uint32 as ImageData wants them; moods that are not `highlight`
     *  fade. Up to SOLID a level is opacity, so that single songs are faint but there; above it, a crowd's own colour. */
    function pixelOfCell(tokens, highlight = null) {
        const pixels = new Uint32Array(256);
        for (let mood = 0; mood <= NO_MOOD; mood++) {
            const faded = highlight !== null && mood !== highlight;
            for (let level = 1; level <= 15; level++) {
                const solid = Math.min(1, (level - 1) / (SOLID - 1));
                const alpha = tokens.faintest + (1 - tokens.faintest) * solid ** 0.9;
                const crowded = mixed(tokens.colours[mood], tokens.crowd, (tokens.crowdShare * Math.max(0, level - SOLID)) / (15 - SOLID));
                pixels[(mood << 4) | level] = faded ? packed(tokens.ghost, alpha * FADED * 4) : packed(crowded, alpha);
            }
        }
        return pixels;
    }

    function pixelOfWhole(tokens) {
        return Uint32Array.from({ length: 16 }, (_, level) => (level ? packed(tokens.ghost, 0.14 + 0.4 * (level / 15)) : 0));
    }

    // ---- pixels --------------------------------------------------------------------------------

    /** An answer as pixels, Uint32Array of width * height: the whole catalogue behind, the filtered songs before it.
     *  With `ofCell` null only what is behind. */
    function pixels(answer, ofCell, ofWhole) {
        const { width, height, cells, whole } = answer;
        const found = new Uint32Array(width * height);
        if (whole) {
            const half = (width + 1) >> 1;
            for (let row = 0; row < height; row++) {
                const [start, from] = [row * width, (row >> 1) * half];
                for (let column = 0; column < width; column++) found[start + column] = ofWhole[whole[from + (column >> 1)]];
            }
        }
        if (ofCell) for (let at = 0; at < cells.length; at++) if (cells[at]) found[at] = ofCell[cells[at]];
        return found;
    }

    /** An answer as a canvas: a pixel a cell, or, where songs are few, a dot of `side` cells for each cell that has
     *  some, on `finer` times as many pixels. Places are left out: they are drawn as what they are. */
    function image(answer, tokens, { highlight = null, side = 1, finer = 1 } = {}) {
        const dotted = side > 1 && !answer.places;
        const ofCell = pixelOfCell(tokens, highlight);
        const found = pixels(answer, dotted || answer.places ? null : ofCell, pixelOfWhole(tokens));
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [answer.width, answer.height];
        canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(found.buffer), answer.width, answer.height), 0, 0);
        if (!dotted) return canvas;
        const large = document.createElement("canvas");
        [large.width, large.height] = [answer.width * finer, answer.height * finer];
        const context = large.getContext("2d");
        context.imageSmoothingEnabled = true;
        if (answer.whole) context.drawImage(canvas, 0, 0, large.width, large.height);
        dots(context, answer, ofCell, side / 2, finer);
        return large;
    }

    /** A dot for each cell with songs, the fuller ones on top. */
    function dots(context, { cells, width }, ofCell, radius, finer) {
        const alike = new Map();
        cells.forEach((cell, at) => cell && (alike.get(cell) || alike.set(cell, []).get(cell)).push(at));
        for (const cell of [...alike.keys()].sort((a, b) => (a & 15) - (b & 15))) {
            const pixel = ofCell[cell];
            context.fillStyle = `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255} / ${(pixel >>> 24) / 255})`;
            context.beginPath();
            for (const at of alike.get(cell)) {
                const [x, y] = [((at % width) + 0.5) * finer, (Math.floor(at / width) + 0.5) * finer];
                context.moveTo(x + radius * finer, y);
                context.arc(x, y, radius * finer, 0, 2 * Math.PI);
            }
            context.fill();
        }
    }

    // ---- the scene -----------------------------------------------------------------------------

    /** Everything, from the back to the front. `scene`: {window, size, ratio, pictures: [{image, window}] the best last,
     *  places, moods, names, area, drawing, hovered, highlight, tokens}. Gives where the songs are drawn. */
    function draw(context, scene) {
        const { size, ratio } = scene;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, size.width, size.height);
        scene.pictures.forEach((picture, i) => drawPicture(context, scene, picture, scene.pictures[i + 1]));
        drawArea(context, scene, scene.area, true);
        const points = (scene.places || []).map((place) => math().toScreen(scene.window, size, place.x, place.y));
        if (scene.places) drawPlaces(context, scene, points);
        else drawNames(context, scene);
        if (scene.drawing) drawArea(context, scene, scene.drawing, scene.closed);
        return points;
    }

    /** Stretched to where its window is now; what a better picture covers is left out. */
    function drawPicture(context, { window, size }, picture, better) {
        const [left, top] = math().toScreen(window, size, picture.window[0], picture.window[3]);
        const [right, bottom] = math().toScreen(window, size, picture.window[1], picture.window[2]);
        context.save();
        if (better) {
            const [x0, y0] = math().toScreen(window, size, better.window[0], better.window[3]);
            const [x1, y1] = math().toScreen(window, size, better.window[1], better.window[2]);
            const outside = new Path2D();
            outside.rect(0, 0, size.width, size.height);
            outside.rect(x0, y0, x1 - x0, y1 - y0);
            context.clip(outside, "evenodd");
        }
        context.drawImage(picture.image, left, top, right - left, bottom - top);
        context.restore();
    }

    function drawArea(context, { window, size, tokens }, corners, closed) {
        if (!corners || corners.length < 2) return;
        context.beginPath();
        corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](...math().toScreen(window, size, x, y)));
        if (closed) context.closePath();
        context.lineJoin = "round";
        context.strokeStyle = tokens.surface;
        context.lineWidth = 4;
        context.stroke();
        context.strokeStyle = tokens.accent;
        context.lineWidth = 1.75;
        context.stroke();
        context.globalAlpha = 0.06;
        context.fillStyle = tokens.accent;
        context.fill("evenodd");
        context.globalAlpha = 1;
    }

    function drawPlaces(context, scene, points) {
        const { tokens, places, hovered, highlight } = scene;
        const radius = places.length > 120 ? 3.5 : 4.5;
        points.forEach(([x, y], i) => {
            const mood = places[i].mood;
            const colour = `rgb(${(tokens.colours[mood] || tokens.colours[NO_MOOD]).join(" ")})`;
            context.globalAlpha = highlight !== null && highlight !== mood ? 0.2 : 1;
            context.beginPath();
            context.arc(x, y, i === hovered ? radius + 2 : radius, 0, 2 * Math.PI);
            context.fillStyle = colour;
            context.fill();
            context.lineWidth = i === hovered ? 2 : 1;
            context.strokeStyle = i === hovered ? tokens.text : tokens.surface;
            context.stroke();
        });
        context.globalAlpha = 1;
        drawTitles(context, scene, points, radius);
    }

    function drawTitles(context, scene, points, radius) {
        const { places, size, tokens, highlight } = scene;
        context.font = FONT;
        context.textBaseline = "middle";
        const dots = points.map(([x, y]) => ({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }));
        const labels = points.flatMap(([x, y], i) => {
            if (highlight !== null && highlight !== places[i].mood) return [];
            const text = shortened(places[i].title, 34);
            const width = context.measureText(text).width + 4;
            const gap = radius + 3;
            return [{ text, width, height: 15, places: [[x + gap, y - 7.5], [x - gap - width, y - 7.5], [x - width / 2, y - gap - 15], [x - width / 2, y + gap]] }];
        });
        math().placedLabels(labels, size, [...(scene.taken || []), ...dots]).forEach((label) => halo(context, tokens, label.text, label.x + 2, label.y + 8));
    }

    const shortened = (text, most) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("").trimEnd()}…` : text);

    /** The moods' names where most of their songs are: direct labels before a legend. */
    function drawNames(context, { names, size, tokens, highlight, taken }) {
        if (!names) return;
        context.font = `600 13px system-ui, sans-serif`;
        context.textBaseline = "middle";
        const labels = names.map(({ text, mood, px, py }) => {
            const width = context.measureText(text).width + 6;
            const aside = 0.55 * width;
            const offsets = [[0, 0], [0, -20], [0, 20], [aside, 0], [-aside, 0], [aside, 20], [-aside, -20], [0, -40], [0, 40]];
            return { text, mood, width, height: 20, places: offsets.map(([x, y]) => [px - width / 2 + x, py - 10 + y]) };
        });
        math().placedLabels(labels, size, taken || []).forEach((label) => {
            if (highlight !== null && label.mood !== highlight) return;
            halo(context, tokens, label.text, label.x + 3, label.y + 10);
        });
    }

    function halo(context, tokens, text, x, y) {
        context.lineJoin = "round";
        context.lineWidth = 3.5;
        context.strokeStyle = tokens.surface;
        context.strokeText(text, x, y);
        context.fillStyle = tokens.text;
        context.fillText(text, x, y);
    }

    mg.map = Object.assign(mg.map || {}, { paint: { draw, image, pixelOfCell, pixelOfWhole, pixels, theme } });
})();
