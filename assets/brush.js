/* The brush: a range drawn over a plot, with mouse, finger or keys.
 *
 * Every `.mg-brush` is one. `data-x` (and `data-y`, which makes it a box) holds the axis as JSON:
 * {field, low, high, step, snap, style, from, to}: bars of `step` from `low`, the last one cut at `high`, and columns of
 * `snap` (of `step` where there is none), to whose edges the brush snaps; keys go by bars. `from` and `to` are what the
 * plot shows when that is less; `whole` says that values are whole numbers.
 *
 * It tells what happens with bubbling events: `mg-brush-move` while it changes, `mg-brush-words` when it has changed and
 * words may follow, `mg-brush` when it is let go, `mg-brush-cancel` when it is taken back instead (after a move to what
 * was before), `mg-brush-hover` for the bar under the pointer. Their detail is {ranges: {field: {low, high} or null}},
 * an end being null where the axis ends: the end bars also hold what lies beyond. `musicgroup.brush.show` sets it from
 * outside. The arithmetic is in brush_axis.js, the look in brush_window.js, the frames are in brush_frames.js.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const DRAWN_FROM = 4; // pixels; less is a click
    const GRIP = { mouse: 6, pen: 8, touch: 16 };
    const KEY_PAUSE = 300; // ms after the last key until it counts as let go
    const WORDS_EVERY = 300; // ms between words while it changes: nobody reads faster, and other frames then only have pictures
    const hosts = new WeakMap(); // host -> {texts, axes, ranges, drag, words: the timer until they follow}
    let typing = null; // {host, timer} of keys that do not count as let go yet

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

    // ---- showing -------------------------------------------------------------------------------

    /** Where the window is, in percent of the plot: {x: [low, high], y}; y is missing but for boxes, null is no window. */
    function windowOf({ axes, ranges }) {
        if (!axes.some((_, which) => ranges[which])) return null;
        const { fraction, low, high } = mg.brushAxis;
        const [x, y] = axes.map((axis, which) => {
            return [low, high].map((end) => fraction(axis, end(axis, ranges[which])) * 100);
        });
        return { x, y };
    }

    /** What is said of it, to those who do not see it. */
    function speak(host) {
        const state = stateOf(host);
        const { axes, ranges } = state;
        clearTimeout(state.words);
        state.words = 0;
        const words = axes.map((axis, which) => mg.brush.words(axis, ranges[which])).join(", ");
        host.setAttribute("aria-valuetext", words);
        host.setAttribute("aria-valuenow", String(mg.brushAxis.low(axes[0], ranges[0])));
    }

    function say(host) {
        speak(host);
        tell(host, "mg-brush-words");
    }

    function tell(host, name) {
        const { axes, ranges } = stateOf(host);
        if (name === "mg-brush") stateOf(host).told = ranges;
        const detail = { ranges: {} };
        axes.forEach((axis, which) => (detail.ranges[axis.field] = ranges[which] || null));
        host.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    }

    /** Tell that it is let go, or taken back; what is still to be said of it comes first. */
    function settled(host, name) {
        if (stateOf(host).words) say(host);
        tell(host, name);
    }

    function change(host, ranges, final) {
        const state = stateOf(host);
        state.ranges = ranges;
        if (state.drag) mg.brushWindow.paint(host, windowOf(state));
        else mg.brushWindow.place(host, windowOf(state));
        if (final) {
            speak(host);
            return tell(host, "mg-brush");
        }
        state.words = state.words || setTimeout(() => say(host), WORDS_EVERY);
        tell(host, "mg-brush-move");
    }

    // ---- pointer -------------------------------------------------------------------------------

    function valuesAt(host, event) {
        const box = host.getBoundingClientRect();
        const places = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
        return stateOf(host).axes.map((axis, which) => mg.brushAxis.valueAt(axis, places[which]));
    }

    /** What a press here would do on each axis: "low", "high" or "move"; null where it would draw anew. */
    function gripAt(host, event) {
        const { axes, ranges } = stateOf(host);
        if (!axes.some((_, which) => ranges[which])) return null;
        const box = host.getBoundingClientRect();
        const reach = GRIP[event.pointerType] || GRIP.mouse;
        const { fraction, low, high } = mg.brushAxis;
        const grips = axes.map((axis, which) => {
            const length = which ? box.height : box.width;
            const at = which ? box.bottom - event.clientY : event.clientX - box.left;
            const [start, end] = [low, high].map((side) => fraction(axis, side(axis, ranges[which])) * length);
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
        settle(); // whatever is pressed next, also where no brush is
        const host = event.target.closest?.(".mg-brush");
        if (!host || event.button !== 0) return;
        const state = stateOf(host);
        state.drag = {
            pointer: event.pointerId,
            grips: gripAt(host, event),
            values: valuesAt(host, event),
            before: state.ranges,
            at: [event.clientX, event.clientY],
            drawn: false,
        };
        mg.brushWindow.begin(host, windowOf(state));
        host.setPointerCapture(event.pointerId);
        host.focus({ preventScroll: true, focusVisible: false }); // a ring is for keys
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
        mg.brushFrames.ask(() => follow(host));
    }

    function follow(host) {
        const state = stateOf(host);
        const { drag } = state;
        if (!drag || !drag.latest) return;
        const values = valuesAt(host, drag.latest);
        const ranges = state.axes.map((axis, which) => {
            const grip = drag.grips ? drag.grips[which] : "draw";
            return mg.brushAxis.dragged(axis, drag.before[which], grip, drag.values[which], values[which]);
        });
        change(host, ranges, false);
    }

    function finish(event) {
        const host = event.target.closest?.(".mg-brush");
        const state = host && stateOf(host);
        if (!state || !state.drag) return;
        const { drag } = state;
        mg.brushFrames.cancel();
        if (event.type === "pointercancel") {
            return takeBack(host); // the finger scrolled the page instead
        }
        if (drag.drawn) {
            drag.latest = event;
            follow(host);
            settled(host, "mg-brush");
        }
        mg.brushWindow.end(host, windowOf(state));
        state.drag = null;
        if (!drag.drawn && !drag.grips && drag.before.some(Boolean)) change(host, [], true); // a click outside
    }

    /** As if the drag had never begun. */
    function takeBack(host) {
        const state = stateOf(host);
        const { drag } = state;
        mg.brushFrames.cancel();
        if (host.hasPointerCapture(drag.pointer)) host.releasePointerCapture(drag.pointer);
        state.drag = null;
        change(host, drag.before, false);
        mg.brushWindow.end(host, windowOf(state));
        settled(host, "mg-brush-cancel");
    }

    function hover(host, event) {
        const { axes } = stateOf(host);
        const grips = gripAt(host, event);
        const [x, y] = grips ? grips.map((grip) => grip !== "move") : [];
        host.dataset.grip = !grips ? "" : x && y ? "corner" : x ? "x" : y ? "y" : "move";
        const detail = { values: {} };
        valuesAt(host, event).forEach((value, which) => {
            detail.values[axes[which].field] = mg.brushAxis.barAt(axes[which], value);
        });
        host.dispatchEvent(new CustomEvent("mg-brush-hover", { bubbles: true, detail }));
    }

    function leave(event) {
        if (event.target.matches?.(".mg-brush")) {
            event.target.dispatchEvent(new CustomEvent("mg-brush-hover", { bubbles: true, detail: { values: null } }));
        }
    }

    // ---- keys ----------------------------------------------------------------------------------

    function key(event) {
        const host = event.target;
        if (!host.matches?.(".mg-brush")) return;
        const state = stateOf(host);
        if (event.key === "Escape" || event.key === "Delete" || event.key === "Backspace") {
            if (state.drag || state.ranges.some(Boolean)) event.preventDefault();
            unsettled(host);
            if (state.drag) takeBack(host);
            else if (state.ranges.some(Boolean)) change(host, [], true);
            return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const ranges = mg.brushAxis.keyed(state.axes, state.ranges, event.key, event.shiftKey);
        if (!ranges) return;
        event.preventDefault();
        if (typing?.host !== host) settle();
        unsettled(host);
        change(host, ranges, false);
        typing = { host, timer: setTimeout(settle, KEY_PAUSE) };
    }

    /** Let go of the keys. */
    function settle() {
        const host = typing?.host;
        if (unsettled(host)) settled(host, "mg-brush");
    }

    /** Forget that keys of a brush wait for being let go; whether they did. */
    function unsettled(host) {
        if (!typing || typing.host !== host) return false;
        clearTimeout(typing.timer);
        typing = null;
        return true;
    }

    /** Whether ranges are the same but for what an address rounds away. */
    function isSame(some, others) {
        const near = (a, b) => (a === null || b === null ? a === b : Math.abs(a - b) < 1e-5);
        return some.every((range, which) => {
            const other = others[which] || null;
            return range && other ? near(range.low, other.low) && near(range.high, other.high) : range === other;
        });
    }

    document.addEventListener("pointerdown", begin);
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", finish);
    document.addEventListener("pointercancel", finish);
    document.addEventListener("pointerout", leave);
    document.addEventListener("keydown", key);

    mg.brush = {
        /** Show ranges ({field: {low, high} or null}) that came from elsewhere; keys that wait are taken back. */
        show(host, byField) {
            const state = stateOf(host);
            if (state.drag) return;
            const ranges = state.axes.map((axis) => byField[axis.field] || null);
            if (typing?.host === host && state.told && isSame(ranges, state.told)) return; // its own of before: keys go on
            state.ranges = ranges;
            mg.brushWindow.place(host, windowOf(state));
            speak(host);
            if (unsettled(host)) tell(host, "mg-brush-cancel");
        },
        /** Change what the plot below shows: axes as objects, like those in data-x and data-y. */
        setAxes(host, x, y) {
            host.dataset.x = JSON.stringify(x);
            if (y) host.dataset.y = JSON.stringify(y);
        },
        axesOf: (host) => stateOf(host).axes,
        /** Whether it is being drawn, moved or resized now. */
        held: (host) => Boolean(stateOf(host).drag) || typing?.host === host,
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
