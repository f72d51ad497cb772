/* The map's arithmetic: windows, areas, what the server answers, places of labels. Nothing here touches the page.
 *
 * A window is [x0, x1, y0, y1] of the plane, y upwards; a size is {width, height} in CSS pixels, y downwards.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const CELLS_AT_MOST = 320000; // CELLS_AT_MOST in data_access/map_grid.py
    const DEEPEST = 1500; // times that the whole map can be enlarged
    const CORNERS_AT_MOST = 60;

    const spanOf = ([x0, x1, y0, y1]) => [x1 - x0, y1 - y0];
    const middleOf = ([x0, x1, y0, y1]) => [(x0 + x1) / 2, (y0 + y1) / 2];
    const around = ([x, y], [across, up]) => [x - across / 2, x + across / 2, y - up / 2, y + up / 2];

    // ---- windows -------------------------------------------------------------------------------

    /** The smallest window of the size's proportions that has all of `window` in it: one scale for both axes. */
    function fitted(window, { width, height }) {
        const [across, up] = spanOf(window);
        const unit = Math.max(across / width, up / height);
        return around(middleOf(window), [unit * width, unit * height]);
    }

    /** The window of the whole map: its extent and a little air, so that no song lies on the edge. */
    function home(extent, size) {
        const [across, up] = spanOf(extent);
        return fitted(around(middleOf(extent), [across * 1.06 || 1, up * 1.06 || 1]), size);
    }

    /** `factor` times closer, with the point at shares (fx, fy) of the picture staying where it is. */
    function zoomed(window, factor, fx = 0.5, fy = 0.5) {
        const [x0, , , y1] = window;
        const [across, up] = spanOf(window);
        const [x, y] = [x0 + fx * across, y1 - fy * up];
        const left = x - (fx * across) / factor;
        const top = y + (fy * up) / factor;
        return [left, left + across / factor, top - up / factor, top];
    }

    /** The picture moved by shares of its own sides, to the right and down. */
    function panned(window, right, down) {
        const [across, up] = spanOf(window);
        const [x0, x1, y0, y1] = window;
        return [x0 - right * across, x1 - right * across, y0 + down * up, y1 + down * up];
    }

    /** A window that is neither wider than the whole map nor too deep in it, and has its middle on the map. */
    function bounded(window, whole) {
        const [across] = spanOf(window);
        const [most] = spanOf(whole);
        const factor = across > most ? across / most : across < most / DEEPEST ? (across * DEEPEST) / most : 1;
        const scaled = factor === 1 ? window : zoomed(window, factor);
        const [x, y] = middleOf(scaled);
        const middle = [
            Math.min(Math.max(x, whole[0]), whole[1]),
            Math.min(Math.max(y, whole[2]), whole[3]),
        ];
        return spanOf(scaled)[0] >= most * 0.9999 ? whole : around(middle, spanOf(scaled));
    }

    const depth = (window, whole) => spanOf(whole)[0] / spanOf(window)[0];

    const same = (a, b) => Boolean(a && b) && a.every((end, i) => Math.abs(end - b[i]) <= 1e-6 * spanOf(a)[i >> 1]);

    /** "-3.2,4.1,-2,3": digits as the window needs them, a two-thousandth of its side at most lost. */
    function windowText(window) {
        const digits = Math.max(0, Math.ceil(3.3 - Math.log10(Math.min(...spanOf(window)))));
        return window.map((end) => String(Number(end.toFixed(Math.min(digits, 12))))).join(",");
    }

    function windowFrom(text) {
        const ends = (text || "").split(",").map((end) => (end.trim() === "" ? NaN : Number(end)));
        const good = ends.length === 4 && ends.every((end) => Number.isFinite(end) && Math.abs(end) < 1e6);
        return good && ends[1] - ends[0] >= 1e-6 && ends[3] - ends[2] >= 1e-6 ? ends : null;
    }

    const toScreen = (window, { width, height }, x, y) => [
        ((x - window[0]) / (window[1] - window[0])) * width,
        ((window[3] - y) / (window[3] - window[2])) * height,
    ];

    const toPlane = (window, { width, height }, px, py) => [
        window[0] + (px / width) * (window[1] - window[0]),
        window[3] - (py / height) * (window[3] - window[2]),
    ];

    /** Cells for a picture: one a pixel of the screen, larger where there would be too many. */
    function gridFor({ width, height }, ratio = 1) {
        const side = Math.max(1 / ratio, Math.sqrt((width * height) / CELLS_AT_MOST));
        return { width: Math.max(1, Math.floor(width / side)), height: Math.max(1, Math.floor(height / side)) };
    }

    // ---- areas ---------------------------------------------------------------------------------

    /** The corners that matter most, at most `most`: the one whose triangle with its neighbours is smallest goes first
     *  (Visvalingam and Whyatt 1993, Line generalisation by repeated elimination of points). */
    function simplified(points, most = CORNERS_AT_MOST) {
        const kept = points.filter((point, i) => i === 0 || point[0] !== points[i - 1][0] || point[1] !== points[i - 1][1]);
        const triangle = (i) => {
            const n = kept.length;
            const [[ax, ay], [bx, by], [cx, cy]] = [kept[(i + n - 1) % n], kept[i], kept[(i + 1) % n]];
            return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));
        };
        while (kept.length > most) {
            let least = 0;
            for (let i = 1, area = triangle(0); i < kept.length; i++) {
                const next = triangle(i);
                if (next < area) [least, area] = [i, next];
            }
            kept.splice(least, 1);
        }
        return kept;
    }

    const boxCorners = ([ax, ay], [bx, by]) => [[ax, ay], [bx, ay], [bx, by], [ax, by]];

    /** Corners as SongFilter.area stands in the URL: "3:0.5,1.25,...", four decimals. */
    function areaText(model, corners) {
        const number = (value) => String(Number(value.toFixed(4)));
        return `${model}:${simplified(corners).map(([x, y]) => `${number(x)},${number(y)}`).join(",")}`;
    }

    /** The corners of an area that was drawn on this model's map; none for another's. */
    function areaFrom(text, model) {
        const [drawnOn, numbers] = (text || "").split(":");
        if (!numbers || Number(drawnOn) !== model) return [];
        const ends = numbers.split(",").map(Number);
        return ends.some(Number.isNaN) ? [] : Array.from({ length: ends.length >> 1 }, (_, i) => [ends[2 * i], ends[2 * i + 1]]);
    }

    // ---- answers -------------------------------------------------------------------------------

    /** What /map/view sent: its text, with the arrays `cells` and `whole` (null without a filter). */
    function decoded(buffer) {
        const length = new DataView(buffer).getUint32(0, true);
        const about = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
        const start = 4 + length;
        const n = about.width * about.height;
        const cells = new Uint8Array(buffer, start, n);
        const rest = buffer.byteLength - start - n;
        return { ...about, cells, whole: rest ? new Uint8Array(buffer, start + n, rest) : null };
    }

    const BLOCKS = { across: 30, down: 20 };

    /** Where each mood has most of its songs: [{mood, x, y, weight}], x and y in shares of the picture, the strongest
     *  first. The picture is looked at in blocks; a mood's place is the block that is fullest of it, neighbours too. */
    function moodMiddles({ cells, width, height }) {
        const { across, down } = BLOCKS;
        const weights = new Map();
        cells.forEach((cell, at) => {
            if (!cell) return;
            if (!weights.has(cell >> 4)) weights.set(cell >> 4, new Float64Array(across * down));
            const [column, row] = [at % width, Math.floor(at / width)];
            const block = Math.floor((row * down) / height) * across + Math.floor((column * across) / width);
            weights.get(cell >> 4)[block] += (cell & 15) ** 2;
        });
        const found = [...weights].map(([mood, blocks]) => {
            let best = { mood, x: 0.5, y: 0.5, weight: -1 };
            for (let row = 0; row < down; row++) {
                for (let column = 0; column < across; column++) {
                    const weight = surroundings(blocks, row, column);
                    if (weight > best.weight) best = { mood, x: (column + 0.5) / across, y: (row + 0.5) / down, weight };
                }
            }
            return best;
        });
        return found.sort((a, b) => b.weight - a.weight);
    }

    function surroundings(blocks, row, column) {
        const { across, down } = BLOCKS;
        let sum = 0;
        for (let r = Math.max(0, row - 1); r <= Math.min(down - 1, row + 1); r++) {
            for (let c = Math.max(0, column - 1); c <= Math.min(across - 1, column + 1); c++) sum += blocks[r * across + c];
        }
        return sum;
    }

    /** Labels {width, height, places: [[x, y], ...]} that can stand somewhere: each at the first of its places that
     *  neither overlaps what stands already (`taken`: boxes {x, y, width, height}) nor leaves the picture. */
    function placedLabels(labels, size, taken = []) {
        const standing = [...taken];
        const apart = (a, b) =>
            a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        const free = (box) =>
            box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height &&
            standing.every((other) => apart(box, other));
        return labels.flatMap((label) => {
            const boxes = label.places.map(([x, y]) => ({ ...label, x, y }));
            const box = boxes.find(free);
            if (box) standing.push(box);
            return box ? [box] : [];
        });
    }

    /** The point [px, py] nearest to a pointer, as its place in the list; -1 when none is within `reach`. */
    function nearest(points, px, py, reach) {
        let [best, least] = [-1, reach * reach];
        points.forEach(([x, y], i) => {
            const distance = (x - px) ** 2 + (y - py) ** 2;
            if (distance <= least) [best, least] = [i, distance];
        });
        return best;
    }

    /** How many cells wide a song's dot is: wider where songs are few, so that each can be seen; 1 is the cell itself. */
    function dotSide(songs, size, cellSide) {
        if (!songs) return 1;
        const wished = Math.min(0.36 * Math.sqrt((size.width * size.height) / songs), 6) / cellSide;
        return wished < 1.5 ? 1 : wished;
    }

    mg.map = Object.assign(mg.map || {}, {
        math: {
            areaFrom, areaText, bounded, boxCorners, decoded, depth, dotSide, fitted, gridFor, home, moodMiddles, nearest,
            panned, placedLabels, same, simplified, spanOf, toPlane, toScreen, windowFrom, windowText, zoomed,
        },
    });
})();
