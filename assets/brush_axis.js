/* The arithmetic of a brush: what a drag or a key makes of a range on an axis. No page is touched here.
 *
 * An axis is {field, low, high, step, snap, from, to, style, whole}: bars of `step` from `low`, the last one cut at `high`,
 * columns of `snap` (of `step` where there is none), and `from`..`to` of it shown. A range is {low, high} in the axis's
 * unit, an end being null where the shown axis ends; null is no range. Every range made here begins and ends at columns.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});

    const limit = (value, low, high) => Math.min(Math.max(value, low), high);
    const tidy = (value) => Math.round(value * 1e6) / 1e6;
    const columnOf = (axis) => axis.snap || axis.step;
    const countOf = (axis, size) => Math.ceil((axis.high - axis.low) / size - 1e-9);

    /** Where a column begins; or a bar, whose size is `axis.step`. */
    function edge(axis, index, size = columnOf(axis)) {
        const value = index >= countOf(axis, size) ? axis.high : axis.low + Math.max(index, 0) * size;
        return limit(tidy(value), axis.from, axis.to);
    }

    /** The nearest edge of a column below, around or above a value. */
    function snap(axis, value, how) {
        return edge(axis, Math[how]((value - axis.low) / columnOf(axis) + (how === "ceil" ? -1e-9 : 1e-9)));
    }

    function indexOf(axis, value, size = columnOf(axis)) {
        return value >= axis.high ? countOf(axis, size) : Math.round((value - axis.low) / size);
    }

    const low = (axis, range) => limit(range?.low ?? axis.from, axis.from, axis.to);
    const high = (axis, range) => limit(range?.high ?? axis.to, axis.from, axis.to);

    /** The ends of a range at columns, also of one that was typed: at least one column apart. */
    function ends(axis, range) {
        const start = Math.min(snap(axis, low(axis, range), "round"), edge(axis, indexOf(axis, axis.to) - 1));
        return [start, Math.max(snap(axis, high(axis, range), "round"), edge(axis, indexOf(axis, start) + 1))];
    }

    function rangeOf(axis, from, to) {
        const range = { low: from <= axis.from ? null : from, high: to >= axis.to ? null : to };
        return range.low === null && range.high === null ? null : range;
    }

    /** The bar that holds a value: {bar, low, high}. */
    function barAt(axis, value) {
        const { step } = axis;
        const bar = limit(Math.floor((value - axis.low) / step + 1e-9), 0, countOf(axis, step) - 1);
        return { bar, low: edge(axis, bar, step), high: edge(axis, bar + 1, step) };
    }

    // ---- dragging ------------------------------------------------------------------------------

    /** What a drag from one value to another makes of a range: by its "low" or "high" end, "move"d, or "draw"n anew. */
    function dragged(axis, before, grip, from, to) {
        let [start, end] = ends(axis, before);
        if (grip === "draw") {
            start = snap(axis, Math.min(from, to), "floor");
            end = Math.max(snap(axis, Math.max(from, to), "ceil"), edge(axis, indexOf(axis, start) + 1));
            if (end <= start) start = edge(axis, indexOf(axis, end) - 1); // drawn beyond the end
        } else if (grip === "low") {
            start = Math.min(snap(axis, to, "round"), edge(axis, indexOf(axis, end) - 1));
        } else if (grip === "high") {
            end = Math.max(snap(axis, to, "round"), edge(axis, indexOf(axis, start) + 1));
        } else if (before) {
            return moved(axis, before, Math.round((to - from) / columnOf(axis)) * columnOf(axis));
        }
        return rangeOf(axis, start, end);
    }

    /** A range moved by so much, as wide as before, and never over the ends. */
    function moved(axis, range, by) {
        const [start, end] = ends(axis, range);
        const room = limit(by, axis.from - start, axis.to - end);
        return rangeOf(axis, tidy(start + room), tidy(end + room));
    }

    // ---- keys ----------------------------------------------------------------------------------

    const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };

    /** What an arrow key makes of the ranges of all axes; null for other keys. They go by bars. */
    function keyed(axes, before, key, shift) {
        if (!KEYS[key]) return null;
        const [across, by] = KEYS[key];
        const flat = axes.length === 1;
        const which = flat ? 0 : across;
        const axis = axes[which];
        const ranges = axes.map((each, place) => (before[place] ? rangeOf(each, ...ends(each, before[place])) : null));
        const range = ranges[which] || middle(axis);
        if (flat && across) ranges[which] = widened(axis, range, by, by);
        else if (shift) ranges[which] = widened(axis, range, by < 0 ? 1 : 0, by > 0 ? 1 : 0);
        else ranges[which] = ranges[which] ? moved(axis, range, by * axis.step) : range;
        return ranges;
    }

    function middle(axis) {
        const fifth = (axis.to - axis.from) / 5;
        const bar = (value) => edge(axis, indexOf(axis, value, axis.step), axis.step);
        return rangeOf(axis, bar(axis.from + 2 * fifth), bar(axis.from + 3 * fifth));
    }

    function widened(axis, range, below, above) {
        const [start, end] = ends(axis, range);
        const first = below ? further(axis, start, -below) : start;
        const last = above ? further(axis, end, above) : end;
        return last > first ? rangeOf(axis, first, last) : range;
    }

    /** The edge some bars further: from the edge of a bar to that of another, from within one as far as a bar is wide. */
    function further(axis, value, bars) {
        const index = indexOf(axis, value, axis.step);
        if (Math.abs(edge(axis, index, axis.step) - value) < 1e-6) return edge(axis, index + bars, axis.step);
        return snap(axis, value + bars * axis.step, "round");
    }

    mg.brushAxis = {
        barAt,
        dragged,
        fraction: (axis, value) => (value - axis.from) / (axis.to - axis.from),
        high,
        keyed,
        low,
        /** A value between the ends of what is shown, by its place from 0 to 1. */
        valueAt: (axis, place) => axis.from + limit(place, 0, 1) * (axis.to - axis.from),
    };
})();
