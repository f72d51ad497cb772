/* The brush: a range drawn over a plot, with mouse, finger or keys.
 *
 * Every `.mg-brush` is one. `data-x` (and `data-y`, which makes it a box) holds the axis as JSON:
 * {field, low, high, step, style, from, to}: bars of `step` from `low`, the last one cut at `high`; `from` and `to` are
 * what the plot shows when that is less; `whole` says that values are whole numbers. The brush snaps to the edges of bars.
 *
 * It tells what happens with bubbling events: `mg-brush-move` while it changes, `mg-brush` when it is let go,
 * `mg-brush-hover` for the bar under the pointer. Their detail is {ranges: {field: {low, high} or null}}, an end being
 * null where the axis ends: the end bars also hold what lies beyond. `musicgroup.brush.show` sets it from outside.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const DRAWN_FROM = 4; // pixels; less is a click
    const GRIP = { mouse: 6, pen: 8, touch: 16 };
    const KEY_PAUSE = 300; // ms after the last key until it counts as let go
    const hosts = new WeakMap(); // host -> {texts, axes, ranges, drag, timer}

    // ---- axes ----------------------------------------------------------------------------------

    function stateOf(host) {
        let state = hosts.get(host);
        if (!state) hosts.set(host, (state = { ranges: [], texts: "" }));
        const texts = `${host.dataset.x}|${host.dataset.y || ""}`;
        if (texts !== state.texts) {
            state.texts = texts;
            state.axes = [host.dataset.x, host.dataset.y].filter(Boolean).map((text) => JSON.parse(text));
            state.axes.forEach((axis) => {
                axis.from = axis.from ?? axis.low;
                axis.to = axis.to ?? axis.high;
            });
        }
        return state;
    }

    const limit = (value, low, high) => Math.min(Math.max(value, low), high);
    const tidy = (value) => Math.round(value * 1e6) / 1e6;
    const barsOf = (axis) => Math.ceil((axis.high - axis.low) / axis.step - 1e-9);

    function edge(axis, index) {
        const last = barsOf(axis);
        const value = index >= last ? axis.high : axis.low + Math.max(index, 0) * axis.step;
        return limit(tidy(value), axis.from, axis.to);
    }

    /** The nearest edge below, around or above a value. */
    function snap(axis, value, how) {
        return edge(axis, Math[how]((value - axis.low) / axis.step + (how === "ceil" ? -1e-9 : 1e-9)));
    }

    function indexOf(axis, value) {
        return value >= axis.high ? barsOf(axis) : Math.round((value - axis.low) / axis.step);
    }

    const low = (axis, range) => limit(range.low ?? axis.from, axis.from, axis.to);
    const high = (axis, range) => limit(range.high ?? axis.to, axis.from, axis.to);
    const fraction = (axis, value) => (value - axis.from) / (axis.to - axis.from);

    function rangeOf(axis, from, to) {
        const range = { low: from <= axis.from ? null : from, high: to >= axis.to ? null : to };
        return range.low === null && range.high === null ? null : range;
    }

    // ---- showing -------------------------------------------------------------------------------

    function draw(host) {
        const { axes, ranges } = stateOf(host);
        let shown = host.querySelector(".mg-brush-window");
        if (!axes.some((_, which) => ranges[which])) {
            if (shown) shown.remove();
        } else {
            if (!shown) {
                shown = document.createElement("div");
                shown.className = axes.length > 1 ? "mg-brush-window mg-brush-box" : "mg-brush-window";
                host.append(shown);
            }
            const [x, y] = axes.map((axis, which) => {
                const range = ranges[which] || { low: null, high: null };
                return [fraction(axis, low(axis, range)) * 100, fraction(axis, high(axis, range)) * 100];
            });
            shown.style.left = `${x[0]}%`;
            shown.style.width = `${x[1] - x[0]}%`;
            shown.style.top = y ? `${100 - y[1]}%` : "0";
            shown.style.height = y ? `${y[1] - y[0]}%` : "100%";
        }
        const words = axes.map((axis, which) => mg.brush.words(axis, ranges[which])).join(", ");
        host.setAttribute("aria-valuetext", words);
        host.setAttribute("aria-valuenow", String(ranges[0] ? low(axes[0], ranges[0]) : axes[0].from));
    }

    function tell(host, name) {
        const { axes, ranges } = stateOf(host);
        const detail = { ranges: {} };
        axes.forEach((axis, which) => (detail.ranges[axis.field] = ranges[which] || null));
        host.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    }

    function change(host, ranges, final) {
        const state = stateOf(host);
        state.ranges = ranges;
        draw(host);
        tell(host, final ? "mg-brush" : "mg-brush-move");
    }

    // ---- pointer -------------------------------------------------------------------------------

    function valuesAt(host, event) {
        const box = host.getBoundingClientRect();
        const places = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
        return stateOf(host).axes.map((axis, which) => {
            return axis.from + limit(places[which], 0, 1) * (axis.to - axis.from);
        });
    }

    /** What a press here would do on each axis: "low", "high" or "move"; null where it would draw anew. */
    function gripAt(host, event) {
        const { axes, ranges } = stateOf(host);
        if (!axes.some((_, which) => ranges[which])) return null;
        const box = host.getBoundingClientRect();
        const reach = GRIP[event.pointerType] || GRIP.mouse;
        const grips = axes.map((axis, which) => {
            const length = which ? box.height : box.width;
            const at = which ? box.bottom - event.clientY : event.clientX - box.left;
            const range = ranges[which] || { low: null, high: null };
            const start = fraction(axis, low(axis, range)) * length;
            const end = fraction(axis, high(axis, range)) * length;
            if (at < start - reach || at > end + reach) return null;
            // A narrow window keeps a third of itself to be moved by.
            const inner = Math.min(reach, Math.max((end - start) / 3, 2));
            if (at < start + inner) return "low";
            if (at > end - inner) return "high";
            return "move";
        });
        return grips.includes(null) ? null : grips;
    }

    function begin(event) {
        const host = event.target.closest?.(".mg-brush");
        if (!host || event.button !== 0) return;
        const state = stateOf(host);
        clearTimeout(state.timer);
        state.drag = {
            grips: gripAt(host, event),
            values: valuesAt(host, event),
            before: state.ranges,
            at: [event.clientX, event.clientY],
            drawn: false,
        };
        host.setPointerCapture(event.pointerId);
        host.focus({ preventScroll: true });
        event.preventDefault();
    }

    function move(event) {
        const host = event.target.closest?.(".mg-brush");
        if (!host) return;
        const { drag } = stateOf(host);
        if (!drag) return hover(host, event);
        const [dx, dy] = [event.clientX - drag.at[0], event.clientY - drag.at[1]];
        if (!drag.drawn && Math.hypot(dx, dy) < DRAWN_FROM) return;
        drag.drawn = true;
        drag.latest = event;
        drag.frame = drag.frame || requestAnimationFrame(() => follow(host));
    }

    function follow(host) {
        const state = stateOf(host);
        const { drag } = state;
        if (!drag || !drag.latest) return;
        drag.frame = 0;
        const values = valuesAt(host, drag.latest);
        const ranges = state.axes.map((axis, which) => dragged(axis, drag, which, values[which]));
        change(host, ranges, false);
    }

    function dragged(axis, drag, which, value) {
        const before = drag.before[which] || { low: null, high: null };
        let [start, end] = [low(axis, before), high(axis, before)];
        const grip = drag.grips ? drag.grips[which] : "draw";
        if (grip === "draw") {
            start = snap(axis, Math.min(drag.values[which], value), "floor");
            end = snap(axis, Math.max(drag.values[which], value), "ceil");
        } else if (grip === "low") {
            start = Math.min(snap(axis, value, "round"), edge(axis, indexOf(axis, end) - 1));
        } else if (grip === "high") {
            end = Math.max(snap(axis, value, "round"), edge(axis, indexOf(axis, start) + 1));
        } else if (before.low !== null || before.high !== null) {
            return moved(axis, before, Math.round((value - drag.values[which]) / axis.step));
        }
        return rangeOf(axis, start, end);
    }

    /** A range moved by a number of bars, as wide as before, and never over the ends. */
    function moved(axis, range, bars) {
        const [start, end] = [low(axis, range), high(axis, range)];
        const room = limit(bars * axis.step, axis.from - start, axis.to - end);
        return rangeOf(axis, tidy(start + room), tidy(end + room));
    }

    function finish(event) {
        const host = event.target.closest?.(".mg-brush");
        const state = host && stateOf(host);
        if (!state || !state.drag) return;
        const { drag } = state;
        cancelAnimationFrame(drag.frame);
        if (event.type === "pointercancel") {
            state.drag = null; // the finger scrolled the page instead
            return change(host, drag.before, false);
        }
        if (drag.drawn) {
            drag.latest = event;
            follow(host);
            tell(host, "mg-brush");
        } else if (!drag.grips && drag.before.some(Boolean)) {
            change(host, [], true); // a click outside
        }
        state.drag = null;
    }

    function hover(host, event) {
        const { axes } = stateOf(host);
        const grips = gripAt(host, event);
        const ends = grips ? grips.map((grip) => grip !== "move") : [];
        host.dataset.grip = !grips ? "" : ends[0] && ends[1] ? "corner" : ends[0] ? "x" : ends[1] ? "y" : "move";
        const detail = { values: {} };
        valuesAt(host, event).forEach((value, which) => {
            const axis = axes[which];
            const bar = limit(Math.floor((value - axis.low) / axis.step + 1e-9), 0, barsOf(axis) - 1);
            detail.values[axis.field] = { bar, low: edge(axis, bar), high: edge(axis, bar + 1) };
        });
        host.dispatchEvent(new CustomEvent("mg-brush-hover", { bubbles: true, detail }));
    }

    function leave(event) {
        if (event.target.matches?.(".mg-brush")) {
            event.target.dispatchEvent(new CustomEvent("mg-brush-hover", { bubbles: true, detail: { values: null } }));
        }
    }

    // ---- keys ----------------------------------------------------------------------------------

    const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };

    function key(event) {
        const host = event.target;
        if (!host.matches?.(".mg-brush")) return;
        const state = stateOf(host);
        if (event.key === "Escape" || event.key === "Delete" || event.key === "Backspace") {
            const { drag } = state;
            if (drag || state.ranges.some(Boolean)) event.preventDefault();
            if (drag) cancelAnimationFrame(drag.frame);
            state.drag = null;
            if (drag) change(host, drag.before, false); // as if it had never begun
            else if (state.ranges.some(Boolean)) change(host, [], true);
            return;
        }
        if (!STEPS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        const [across, by] = STEPS[event.key];
        const flat = state.axes.length === 1;
        const which = flat ? 0 : across;
        const axis = state.axes[which];
        const ranges = state.axes.map((_, each) => state.ranges[each] || null);
        const range = ranges[which] || middle(axis);
        if (flat && across) ranges[which] = widened(axis, range, by, by);
        else if (event.shiftKey) ranges[which] = widened(axis, range, by < 0 ? 1 : 0, by > 0 ? 1 : 0);
        else ranges[which] = ranges[which] ? moved(axis, range, by) : range;
        change(host, ranges, false);
        clearTimeout(state.timer);
        state.timer = setTimeout(() => tell(host, "mg-brush"), KEY_PAUSE);
    }

    function middle(axis) {
        const fifth = (axis.to - axis.from) / 5;
        return rangeOf(axis, snap(axis, axis.from + 2 * fifth, "round"), snap(axis, axis.from + 3 * fifth, "round"));
    }

    function widened(axis, range, below, above) {
        const [start, end] = [low(axis, range), high(axis, range)];
        const first = edge(axis, indexOf(axis, start) - below);
        const last = edge(axis, indexOf(axis, end) + above);
        return last > first ? rangeOf(axis, first, last) : range;
    }

    document.addEventListener("pointerdown", begin);
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", finish);
    document.addEventListener("pointercancel", finish);
    document.addEventListener("pointerout", leave);
    document.addEventListener("keydown", key);

    mg.brush = {
        /** Show ranges ({field: {low, high} or null}) that came from elsewhere; tells nobody. */
        show(host, byField) {
            const state = stateOf(host);
            if (state.drag) return;
            clearTimeout(state.timer);
            state.ranges = state.axes.map((axis) => byField[axis.field] || null);
            draw(host);
        },
        /** Change what the plot below shows: axes as objects, like those in data-x and data-y. */
        setAxes(host, x, y) {
            host.dataset.x = JSON.stringify(x);
            if (y) host.dataset.y = JSON.stringify(y);
        },
        axesOf: (host) => stateOf(host).axes,
        /** "0.50 to 0.90", "at least 0.50" or "everything". */
        words(axis, range) {
            const write = (value, unit) => mg.format(value, axis.style || "2", unit);
            if (!range) return "everything";
            if (range.high === null) return `at least ${write(range.low)}`;
            const high = write(axis.whole ? range.high - 1 : range.high);
            if (range.low === null) return axis.whole ? `up to ${high}` : `under ${high}`;
            return `${write(range.low, false)} to ${high}`;
        },
    };
})();
