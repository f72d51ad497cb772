/* Tiles: the counts behind live brushing, from the server's bytes to the numbers of one brush.
 *
 * A tile counts songs by column of the brushed ("active") chart and by bin of all others ("passive" ones). `decode` adds
 * the columns up from the left once, so that what lies in columns a..b-1 is one subtraction for each bin, however
 * many songs there are. For a box over two charts the same is done in both directions, and a box is four corners
 * (Crow 1984, Summed-area tables for texture mapping). Nothing here touches the page.
 *
 * The bytes: the length of a JSON text (uint32, little-endian), the text, `rows * bins` counts as `planes` planes of
 * bytes (all lowest bytes first), `rows * float_bins` float32 as four planes. Planes compress better than numbers.
 * A row is a column of the active chart, the last one for songs whose value is unknown; of two, x runs faster.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});

    // ---- from bytes ----------------------------------------------------------------------------

    /** A tile: {of, active, columns, parts, values, cells, floats, bytes}, `cells` and `floats` being sums, see `room`.
     *
     *  `parts` is a list of {name, at, size} and, where it applies, {shape, first, floats, free, names}. `values` has
     *  the typed array of each part that `read` fills. Throws an Error for bytes that are no tile. */
    function decode(buffer) {
        const bytes = new Uint8Array(buffer);
        const start = bytes.length < 4 ? NaN : 4 + new DataView(buffer).getUint32(0, true);
        if (!(start <= bytes.length)) throw new Error("A tile ends before it begins.");
        const about = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
        const { rows, bins, planes } = about;
        const floatBins = about.float_bins;
        const widths = about.columns.map((columns) => columns + 1); // the unknown have a row of their own
        const counted = start + rows * bins * planes;
        const shapeFits = rows === widths.reduce((product, width) => product * width, 1);
        if (!shapeFits || bytes.length !== counted + rows * floatBins * 4) throw new Error("A tile has another size than it says.");
        const tile = {
            of: about.of,
            active: about.active,
            columns: about.columns,
            parts: about.parts,
            bins,
            floatBins,
            cells: counts(bytes, start, widths, bins, planes),
            floats: fractions(bytes, counted, widths, floatBins),
        };
        const [whole, real] = [new Int32Array(bins), new Float64Array(floatBins)];
        tile.values = Object.fromEntries(
            about.parts.map((part) => [part.name, (part.floats ? real : whole).subarray(part.at, part.at + part.size)]),
        );
        tile.bytes = tile.cells.byteLength + tile.floats.byteLength + whole.byteLength + real.byteLength;
        return tile;
    }

    // Loops over whole numbers and over fractions are written twice: one loop that meets arrays of both kinds is compiled
    // for both at once, and is six times slower.

    function counts(bytes, start, widths, bins, planes) {
        const { sums, line, lines } = room(Int32Array, widths, bins);
        const length = bins * widths.reduce((product, width) => product * width, 1);
        lines.forEach(({ from, to, count }, y) => {
            putPlanes(sums, to, bytes, start + from, length, planes, count);
            add(sums, to + bins, to + count, bins); // what lies to the left
            if (y) add(sums, to, to + count, line); // and below
        });
        return sums;
    }

    /** Numbers put together from planes of bytes that lie `length` apart. */
    function putPlanes(into, to, bytes, at, length, planes, count) {
        if (planes === 1) for (let i = 0; i < count; i++) into[to + i] = bytes[at + i];
        else for (let i = 0; i < count; i++) into[to + i] = bytes[at + i] | (bytes[at + length + i] << 8);
        for (let plane = 2; plane < planes; plane++) {
            const [low, shift] = [at + plane * length, 8 * plane];
            for (let i = 0; i < count; i++) into[to + i] |= bytes[low + i] << shift;
        }
    }

    function add(sums, start, end, back) {
        for (let i = start; i < end; i++) sums[i] = (sums[i] + sums[i - back]) | 0;
    }

    function fractions(bytes, start, widths, bins) {
        const { sums, line, lines } = room(Float64Array, widths, bins);
        const length = bins * widths.reduce((product, width) => product * width, 1);
        const bits = new Int32Array(lines[0].count);
        const numbers = new Float32Array(bits.buffer);
        lines.forEach(({ from, to, count }, y) => {
            putPlanes(bits, 0, bytes, start + from, length, 4, count);
            for (let i = 0; i < count; i++) sums[to + i] = numbers[i];
            for (let i = to + bins; i < to + count; i++) sums[i] += sums[i - bins];
            if (y) for (let i = to; i < to + count; i++) sums[i] += sums[i - line];
        });
        return sums;
    }

    /** Room for numbers added up along the active axes, with zeros in front: place c has what lies in the columns before c.
     *
     *  One axis: (width + 1, bins). Two: (height + 1, width + 1, bins), what lies before both. `lines` has, for each row of
     *  the second axis, where `count` numbers come `from` and go `to`; `line` is their distance. */
    function room(Numbers, [width, height], bins) {
        const [count, line] = [width * bins, (width + 1) * bins];
        const first = height ? line : 0;
        const lines = Array.from({ length: height || 1 }, (_, y) => ({ from: y * count, to: first + y * line + bins, count }));
        return { sums: new Numbers(first + lines.length * line), line, lines };
    }

    // ---- a brush -------------------------------------------------------------------------------

    /** The columns a..b-1 of a range as [a, b]; null for no range. An end between two columns goes to the nearest edge;
     *  the first and the last column also hold what lies beyond the axis, and an end that is null reaches there. */
    function columnsOf(axis, range) {
        if (!range || (range.low === null && range.high === null)) return null;
        const width = axis.snap || axis.step;
        const last = Math.ceil((axis.high - axis.low) / width - 1e-9);
        const edge = (value) => Math.min(Math.max(Math.round((value - axis.low) / width), 0), last);
        const a = range.low === null ? 0 : edge(range.low);
        const b = range.high === null || range.high >= axis.high ? last : edge(range.high);
        return [a, Math.max(a, b)];
    }

    /** What lies in a brush: {part: numbers}, the tile's own arrays, which the next `read` of this tile writes over.
     *
     *  `spans` has one [a, b] or null (everything, the unknown too) for each active axis. A part that is `free` of one
     *  axis (the bars of a box's own field) is counted as if this one had no range. */
    function read(tile, spans) {
        const ends = tile.columns.map((columns, axis) => spans[axis] || [0, columns + 1]);
        for (const part of tile.parts) {
            const own = part.free === undefined ? ends : ends.map((each, axis) => (axis === part.free ? [0, tile.columns[axis] + 1] : each));
            const [sums, bins] = part.floats ? [tile.floats, tile.floatBins] : [tile.cells, tile.bins];
            const into = tile.values[part.name];
            if (own.length === 1) subtract(sums, own[0][1] * bins + part.at, own[0][0] * bins + part.at, into);
            else cut(sums, bins, (tile.columns[0] + 2) * bins, part.at, own, into);
        }
        return tile.values;
    }

    function subtract(sums, to, from, into) {
        for (let i = 0; i < into.length; i++) into[i] = sums[to + i] - sums[from + i];
    }

    function cut(sums, bins, line, at, [[left, right], [bottom, top]], into) {
        const [a, b] = [bottom * line + at + left * bins, bottom * line + at + right * bins];
        const [c, d] = [top * line + at + left * bins, top * line + at + right * bins];
        for (let i = 0; i < into.length; i++) into[i] = sums[d + i] - sums[c + i] - sums[b + i] + sums[a + i];
    }

    mg.tile = { decode, columnsOf, read };
})();
