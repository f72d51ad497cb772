/* Ours in the browser: the application's own modules over tiles, one summary a move, nothing drawn. */
"use strict";

window.bench = (() => {
    const mg = window.musicgroup;

    /* {bars, wide: names of files, committed, moves: [[first, stop]], passes, answers: [move]}. Gives the milliseconds
     * that the tiles took to decode, of every move of every pass after one that warms up and, as the clock is
     * coarse for one, of the mean move of each pass; and some moves' summaries. */
    async function drag({ bars, wide, committed, moves, passes, answers }) {
        const buffers = await Promise.all([bars, wide].map(async (name) => (await fetch(name)).arrayBuffer()));
        const start = performance.now();
        const tiles = buffers.map((buffer) => mg.tile.decode(buffer));
        const decoding = performance.now() - start;
        const [times, found, whole] = [[], {}, []];
        for (let pass = 0; pass <= passes; pass++) {
            const beginning = performance.now();
            moves.forEach((move, number) => {
                const begin = performance.now();
                const summary = mg.liveNumbers.summary(...tiles, [move], committed);
                const took = performance.now() - begin;
                if (pass) times.push(took);
                else if (answers.includes(number)) found[number] = summary;
            });
            if (pass) whole.push((performance.now() - beginning) / moves.length);
        }
        return { decoding, times, whole, answers: found, bytes: tiles[0].bytes + tiles[1].bytes };
    }

    const kept = [];

    /* Decodes tiles and keeps them, as the page does with those of all charts. */
    async function keep(names) {
        for (const name of names) kept.push(mg.tile.decode(await (await fetch(name)).arrayBuffer()));
        return kept.reduce((sum, tile) => sum + tile.bytes, 0);
    }

    return { drag, keep };
})();
