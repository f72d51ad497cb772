/* What the charts show while a brush moves: the same numbers, in the same shape, as the store `explore-summary`
 * (pages/_explore_answer.py) will have for this filter once the brush is let go. Nothing here touches the page.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const DIGITS = 4; // of a mean, as in pages/_explore_answer.py

    // ---- all numbers ---------------------------------------------------------------------------

    /** The summary under the brush `spans` (see mg.tile.read), of the tiles `bars` and `wide` of the active chart.
     *
     *  `committed` is the summary that Dash has: the active chart's own numbers do not depend on its own brush and are
     *  taken from there, and without `wide` those of the density and the years, too. `filter` is the query to be named
     *  in the summary. What is given is new and not changed afterwards. */
    function summary(bars, wide, spans, committed, filter = committed.filter) {
        const counts = mg.tile.read(bars, spans);
        const [histograms, unknown] = [{}, {}];
        for (const field of Object.keys(committed.histograms)) {
            const own = counts[field];
            histograms[field] = own ? plain(own, 0, own.length - 1) : committed.histograms[field];
            const missing = own ? own[own.length - 1] : committed.unknown[field];
            if (missing) unknown[field] = missing;
        }
        const { key, time_signature: beats, explicit } = counts;
        return {
            filter,
            songs: committed.songs,
            selected: counts.all[0],
            histograms,
            unknown,
            facets: { key: plain(key), time_signature: plain(beats), explicit: plain(explicit) },
            genres: named(bars, "genres", committed.genres),
            moods: named(bars, "moods", committed.moods),
            ...(wide ? wideNumbers(wide, spans, committed) : {
                density: committed.density,
                years: committed.years,
                year_songs: committed.year_songs,
                by_year: committed.by_year,
            }),
        };
    }

    function wideNumbers(wide, spans, committed) {
        const counts = mg.tile.read(wide, spans);
        const density = partOf(wide, "density");
        return {
            density: density ? { ...committed.density, counts: table(counts.density, density.shape) } : committed.density,
            ...throughYears(wide, counts),
        };
    }

    // Typed arrays are no arrays to those who draw: map() would make whole numbers of shares, flat() does not open them.
    function plain(numbers, from = 0, to = numbers.length) {
        const found = new Array(to - from);
        for (let i = from; i < to; i++) found[i - from] = numbers[i];
        return found;
    }

    const table = (numbers, [height, width]) => {
        return Array.from({ length: height }, (_, y) => plain(numbers, y * width, (y + 1) * width));
    };

    const partOf = (tile, name) => tile.parts.find((part) => part.name === name);

    /** {name: songs}; the names are the tile's own, or, in the same order, those of the summary. */
    function named(tile, name, committed) {
        const told = partOf(tile, name)?.names;
        const names = told || Object.keys(committed);
        // JavaScript puts names that are whole numbers ("1990") before all others: then their order is lost.
        if (!told && /^\d+$/.test(names[0])) return committed;
        return Object.fromEntries(names.map((each, place) => [each, tile.values[name][place]]));
    }

    // ---- years ---------------------------------------------------------------------------------

    const SUMS = "sums:";

    /** Songs and means from the first to the last year that has songs; a mean of nothing known is null. */
    function throughYears(wide, counts) {
        const part = partOf(wide, "songs");
        if (!part) return { years: [], year_songs: [], by_year: {} };
        let [from, to] = [0, counts.songs.length];
        while (from < to && !counts.songs[from]) from++;
        while (to > from && !counts.songs[to - 1]) to--;
        const byYear = {};
        for (const { name } of wide.parts) {
            if (!name.startsWith(SUMS)) continue;
            const field = name.slice(SUMS.length);
            const [sums, known] = [counts[name], counts[`known:${field}`]];
            const means = (byYear[field] = new Array(to - from));
            for (let i = from; i < to; i++) means[i - from] = known[i] ? short(sums[i] / known[i]) : null;
        }
        const years = Array.from({ length: to - from }, (_, place) => part.first + from + place);
        return { years, year_songs: plain(counts.songs, from, to), by_year: byYear };
    }

    const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power); // all exact in a double

    /** A number with four digits that count, halves to the even one: what Python's format(number, ".4g") writes.
     *  toPrecision does so except for halves, but takes longer than all else that a frame needs. */
    function short(number) {
        if (!number) return 0;
        const size = Math.abs(number);
        const down = DIGITS - 1 - Math.floor(Math.log10(size)); // digits after the point that are kept
        const scale = POWERS[Math.abs(down)];
        if (!scale) return Number(number.toPrecision(DIGITS));
        const scaled = down < 0 ? size / scale : size * scale;
        const below = Math.floor(scaled);
        const rest = scaled - below;
        if (Math.abs(rest - 0.5) < 1e-9) return shortNearHalf(number);
        const digits = rest < 0.5 ? below : below + 1;
        return Math.sign(number) * (down < 0 ? digits * scale : digits / scale);
    }

    function shortNearHalf(number) {
        const [exact] = number.toExponential(40).split("e"); // exact enough to tell a half from what is beside it
        const digits = exact.replace(/[-.]/g, "");
        const isHalf = /^50*$/.test(digits.slice(DIGITS));
        if (!isHalf || Number(digits[DIGITS - 1]) % 2) return Number(number.toPrecision(DIGITS));
        const [kept, power] = [digits.slice(0, DIGITS), Number(number.toExponential().split("e")[1])];
        return Number(`${number < 0 ? "-" : ""}${kept}e${power - DIGITS + 1}`);
    }

    // ---- what is said of a bar -----------------------------------------------------------------

    /** The value below which `part` of the counted songs lie, within a bar as if they were spread evenly; null for none. */
    function quantile(counts, axis, part) {
        let total = 0;
        for (let bar = 0; bar < counts.length; bar++) total += counts[bar];
        let left = total * part;
        if (!left) return null;
        for (let bar = 0; bar < counts.length; bar++) {
            if (counts[bar] >= left) return axis.low + (bar + left / counts[bar]) * axis.step;
            left -= counts[bar];
        }
        return axis.high;
    }

    /** How the songs of one bar differ: [{field, inside, outside}], medians in the bar and of all songs under the rest
     *  of the filter (or under the brush `spans`), the most telling first: by their distance in quartile spreads of all.
     *
     *  `axis` and `bar` (its number) are those of the chart under the pointer; for a box a list of two each. `fields`
     *  has the axes of the other charts. A field of which nothing is known on one side is left out. */
    function against(bars, axis, bar, fields = mg.explore.setup().fields, spans = []) {
        const [axes, places] = [[axis].flat(), [bar].flat()];
        const cell = axes.map((each, which) => barColumns(each, places[which]));
        const others = bars.parts.filter(({ name }) => name in fields && !bars.active.includes(name));
        const medians = (counts) => others.map(({ name }) => quantile(known(counts[name]), fields[name], 0.5));
        const inside = medians(mg.tile.read(bars, cell));
        const counts = mg.tile.read(bars, spans);
        const outside = medians(counts);
        return others
            .map(({ name }, place) => {
                const quartiles = [0.25, 0.75].map((part) => quantile(known(counts[name]), fields[name], part));
                const spread = Math.max(quartiles[1] - quartiles[0], fields[name].step); // all in one bar is no spread of 0
                const [mine, all] = [inside[place], outside[place]];
                return { field: name, inside: mine, outside: all, distance: Math.abs(mine - all) / spread };
            })
            .filter((found) => found.inside !== null && found.outside !== null)
            .sort((a, b) => b.distance - a.distance)
            .map(({ field, inside: mine, outside: all }) => ({ field, inside: mine, outside: all }));
    }

    const known = (counts) => counts.subarray(0, counts.length - 1);

    /** The columns of a bar. */
    function barColumns(axis, bar) {
        const [low, high] = [axis.low + bar * axis.step, axis.low + (bar + 1) * axis.step];
        return mg.tile.columnsOf(axis, { low, high });
    }

    mg.liveNumbers = { summary, against, quantile, short };
})();
