/* The peer in the browser: crossfilter2, one dimension a chart and one group a chart, over byte codes.
 *
 * Records are song numbers and values come from typed arrays, the least that crossfilter can be given to sort and to
 * keep. A group leaves out the filter of its own dimension, as a chart leaves out its own brush.
 */
"use strict";

window.bench = (() => {
    let charts = [];
    let dimensions = {};

    const bytes = async (name, Type) => new Type(await (await fetch(name)).arrayBuffer());

    /* setup: {songs, columns: {name: row of columns.bin}, bars: {field: {size, per}}, facets: {name: size}, moods,
     * density: {x, y}, line: [fields]}. Gives the milliseconds that dimensions and groups took. */
    async function load(setup) {
        const all = await bytes("columns.bin", Uint8Array);
        const code = (name) => all.subarray(setup.columns[name] * setup.songs, (setup.columns[name] + 1) * setup.songs);
        const mood = await bytes("mood.bin", Uint8Array);
        const line = [];
        for (const name of setup.line) {
            line.push(await bytes(`${name}.bin`, Float32Array));
        }
        const start = performance.now();
        const songs = crossfilter(Array.from({ length: setup.songs }, (_, song) => song));
        const chart = (name, size, value, bin, unknown) => {
            const dimension = songs.dimension(value);
            charts.push({ name, size, unknown, width: 1, group: bin ? dimension.group(bin) : dimension.group() });
            return dimension;
        };
        for (const [name, { size, per }] of Object.entries(setup.bars)) {
            const codes = code(name);
            dimensions[name] = chart(name, size, (song) => codes[song], (each) => Math.floor(each / per), true);
        }
        for (const [name, size] of Object.entries(setup.facets)) {
            const codes = code(name);
            chart(name, size, (song) => codes[song], null, true);
        }
        chart("moods", setup.moods, (song) => mood[song], null, false);
        const [x, y] = [code(setup.density.x), code(setup.density.y)];
        const { size: across, per } = setup.bars[setup.density.x];
        const up = setup.bars[setup.density.y];
        const cell = (song) =>
            x[song] === 255 || y[song] === 255
                ? 65535
                : Math.floor(y[song] / up.per) * (across - 1) + Math.floor(x[song] / per);
        chart("density", (across - 1) * (up.size - 1), cell, null, false);
        if (setup.bars.year) {
            years(songs, code("year"), line, setup.bars.year.size - 1);
        }
        return performance.now() - start;
    }

    /* A dimension that nothing is ever filtered by, since the line of years is drawn under the whole filter. */
    function years(songs, codes, line, size) {
        const changed = (by) => (sums, song) => {
            sums[0] += by;
            for (let field = 0; field < line.length; field += 1) {
                const value = line[field][song];
                if (value === value) {
                    sums[1 + 2 * field] += by;
                    sums[2 + 2 * field] += by * value;
                }
            }
            return sums;
        };
        const width = 1 + 2 * line.length;
        const group = songs.dimension((song) => codes[song]).group();
        group.reduce(changed(1), changed(-1), () => new Array(width).fill(0));
        charts.push({ name: "years", size, unknown: false, width, group });
    }

    /* drag: {active, brushes: [[field, first, last]], moves: [[first code, last code]], answers: [move]}. Gives the
     * milliseconds of every move, all groups read, and the answers after some. */
    function drag({ active, brushes, moves, answers }) {
        Object.values(dimensions).forEach((dimension) => dimension.filterAll());
        for (const [field, first, last] of brushes) {
            dimensions[field].filterRange([first, last + 1]);
        }
        const times = [];
        const found = {};
        moves.forEach(([first, last], move) => {
            const start = performance.now();
            dimensions[active].filterRange([first, last + 1]);
            charts.forEach((each) => each.group.all());
            times.push(performance.now() - start);
            if (answers.includes(move)) {
                found[move] = answer();
            }
        });
        return { times, answers: found };
    }

    function answer() {
        const found = {};
        for (const { name, size, unknown, width, group } of charts) {
            const numbers = new Array(size * width).fill(0);
            for (const { key, value } of group.all()) {
                const bin = unknown ? Math.min(key, size - 1) : key;
                if (bin < size) {
                    [].concat(value).forEach((number, place) => {
                        numbers[bin * width + place] += number;
                    });
                }
            }
            found[name] = numbers;
        }
        return found;
    }

    return { load, drag };
})();
