/* The playlist's arithmetic: how a song goes with the next, orders, scales of the curve. Nothing here touches the page. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const COUNTED = [1, 0.5, 2]; // a tempo, and the same beat counted at half or double time
    const EASY_PERCENT = 6; // a change of tempo that a DJ's pitch control makes up for; as ml/similar_harmony.py has it

    const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

    // ---- from song to song ---------------------------------------------------------------------

    /** The keys of two songs by the Camelot wheel: "same", "near" (they mix), "far", or "" where one is unknown. */
    function keysOf(a, b) {
        const [from, to] = [a, b].map((song) => /^(\d+)([AB])$/.exec(song?.camelot || ""));
        if (!from || !to) return "";
        const around = Math.abs(Number(from[1]) - Number(to[1]));
        const steps = Math.min(around, 12 - around);
        if (from[2] === to[2]) return ["same", "near"][steps] || "far";
        return steps ? "far" : "near";
    }

    /** The change of tempo in percent, counted so that it is least, and how: {percent, counted}; null when unknown. */
    function tempoStep(a, b) {
        if (!(a?.tempo > 0) || !(b?.tempo > 0)) return null;
        const ratios = COUNTED.map((counted) => ({ counted, ratio: (b.tempo * counted) / a.tempo }));
        const apart = ({ ratio }) => Math.abs(Math.log(ratio));
        const { counted, ratio } = ratios.reduce((least, each) => (apart(each) < apart(least) ? each : least));
        return { percent: 100 * (ratio - 1), counted };
    }

    const signed = (number) => (number ? `${number > 0 ? "+" : "−"}${Math.abs(number)} %` : "±0 %");

    /** How song `a` goes into `b`: {keys, tempo} in a few characters each, {keysFit, tempoFits}, and `words`. */
    function transition(a, b) {
        const keys = keysOf(a, b);
        const step = tempoStep(a, b);
        const percent = step && Math.round(step.percent);
        const counted = step && { 1: "", 0.5: " at half time", 2: " at double time" }[step.counted];
        const keyWords = {
            same: `the same key (${a?.camelot})`,
            near: `keys that mix (${a?.camelot} to ${b?.camelot})`,
            far: `keys that clash (${a?.camelot} to ${b?.camelot})`,
            "": "key unknown",
        }[keys];
        const pace = !step ? "tempo unknown" : percent ? `${Math.abs(percent)} % ${percent > 0 ? "faster" : "slower"}` : "the same tempo";
        return {
            keys: { same: "=", near: "✓", far: "✕", "": "?" }[keys],
            tempo: step ? signed(percent) + { 1: "", 0.5: " ½×", 2: " 2×" }[step.counted] : "? BPM",
            keysFit: keys ? keys !== "far" : null,
            tempoFits: step ? Math.abs(step.percent) <= EASY_PERCENT : null,
            words: `Into the next song: ${keyWords}, ${pace}${counted || ""}.`,
        };
    }

    // ---- orders --------------------------------------------------------------------------------

    const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

    /** Songs by a field, equal ones as they were, unknown ones last either way. */
    function sorted(songs, field, down = false) {
        const values = songs.map((song) => (field === "title" ? song.title || null : isKnown(song[field]) ? song[field] : null));
        const compare = field === "title" ? collator.compare : (a, b) => a - b;
        const known = [...songs.keys()].filter((place) => values[place] !== null);
        const unknown = [...songs.keys()].filter((place) => values[place] === null);
        known.sort((a, b) => (down ? -1 : 1) * compare(values[a], values[b]) || a - b);
        return [...known, ...unknown].map((place) => songs[place]);
    }

    /** Whether two lists have the same songs in the same order. */
    const sameOrder = (a, b) => a.length === b.length && a.every((song, place) => song.id === b[place].id);

    /** Whether the ids that are in both lists come in the same order. */
    function sameOrderOfCommon(a, b) {
        const [inA, inB] = [new Set(a), new Set(b)];
        return a.filter((id) => inB.has(id)).join() === b.filter((id) => inA.has(id)).join();
    }

    // ---- facts ---------------------------------------------------------------------------------

    const songWords = (number) => `${mg.count(number)} ${number === 1 ? "song" : "songs"}`;

    /** "12 songs · 42:10"; "at least" where a song's length is not known. */
    function facts(songs) {
        const known = songs.map(({ ms }) => ms).filter(isKnown);
        if (!known.length) return songWords(songs.length);
        const least = known.length < songs.length ? "at least " : "";
        return `${songWords(songs.length)} · ${least}${mg.duration(known.reduce((sum, ms) => sum + ms, 0))}`;
    }

    // ---- the curve -----------------------------------------------------------------------------

    /** The songs of which a field is known, with their places: [{place, value}]. */
    const points = (songs, field) =>
        songs.map((song, place) => ({ place, value: song[field] })).filter(({ value }) => isKnown(value));

    const STEPS = { duration: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600].map((seconds) => seconds * 1000) };

    /** The axis of a field: {low, high, ticks}, round numbers around the values, or the field's own ends. */
    function axis(values, { low, high, style }) {
        if (low !== null && high !== null) return { low, high, ticks: [low, (low + high) / 2, high] };
        const [least, most] = [Math.min(...values), Math.max(...values)];
        const whole = /^0\b/.test(style);
        const rough = Math.max((most - least) / 3, style === "duration" ? 5000 : whole ? 1 : 0.1);
        const ten = 10 ** Math.floor(Math.log10(rough));
        const steps = style === "duration" ? STEPS.duration : [1, 2, 5, 10].map((times) => times * ten);
        const step = steps.find((each) => each >= rough) || steps.at(-1);
        const [from, to] = [Math.floor(least / step), Math.max(Math.ceil(most / step), Math.floor(least / step) + 1)];
        const every = Math.ceil((to - from) / 6); // hours beyond the largest step
        const ticks = [];
        for (let tick = from; tick < to + every; tick += every) ticks.push(tick * step);
        return { low: ticks[0], high: ticks.at(-1), ticks };
    }

    /** "From 92 BPM to 171 BPM, 128 BPM in the mean; highest at 5, “Title”." */
    function curveWords(songs, field) {
        const known = points(songs, field.name);
        if (!known.length) return songs.length ? `${field.label} is unknown for all of these songs.` : "";
        const format = (value) => mg.format(value, field.style);
        const mean = known.reduce((sum, { value }) => sum + value, 0) / known.length;
        const least = known.reduce((a, b) => (b.value < a.value ? b : a));
        const most = known.reduce((a, b) => (b.value > a.value ? b : a));
        const unknown = songs.length - known.length;
        const rest = unknown ? ` Unknown for ${unknown}.` : "";
        if (known.length === 1) return `${field.label} ${format(mean)}.${rest}`;
        return (
            `From ${format(least.value)} to ${format(most.value)}, ${format(mean)} in the mean; ` +
            `highest at ${most.place + 1}, “${songs[most.place].title}”.${rest}`
        );
    }

    mg.playlistPage = Object.assign(mg.playlistPage || {}, {
        math: { axis, curveWords, facts, isKnown, keysOf, points, sameOrder, sameOrderOfCommon, songWords, sorted, tempoStep, transition },
    });
})();
