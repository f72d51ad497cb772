/* What hands do to the map: drag, wheel, pinch, keys. It knows pixels and says what was meant, nothing else.
 *
 * listen(canvas, told): `told` has zoomed(factor, px, py), panned(dx, dy), rested() after either, pointed(px, py, kind),
 * left(), clicked(px, py, kind), drawn(points), drawing(points, kind), key(name), mode().
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const SLOP = 4; // pixels that a click may move
    const DOUBLE_MS = 320;

    function listen(canvas, told) {
        const pointers = new Map();
        let start = null; // of the gesture: {x, y, moved, kind, points}
        let lastTap = { at: -1e9, x: 0, y: 0 };

        const place = (event) => {
            const box = canvas.getBoundingClientRect();
            return [event.clientX - box.left, event.clientY - box.top];
        };

        canvas.addEventListener("pointerdown", (event) => {
            if (event.pointerType === "mouse" && event.button !== 0) return;
            const [x, y] = place(event);
            pointers.set(event.pointerId, [x, y]);
            canvas.setPointerCapture(event.pointerId);
            if (pointers.size > 1) {
                start = start && { ...start, moved: true, kind: "pinch" };
                told.drawing(null);
                return;
            }
            const kind = event.shiftKey && told.mode() === "pan" ? "box" : told.mode();
            start = { x, y, moved: false, kind, points: [[x, y]] };
        });

        canvas.addEventListener("pointermove", (event) => {
            const [x, y] = place(event);
            if (!pointers.has(event.pointerId) || !start) {
                if (event.pointerType !== "touch") told.pointed(x, y, event.pointerType);
                return;
            }
            if (start.kind === "pinch") return pinch(event, x, y);
            const [beforeX, beforeY] = pointers.get(event.pointerId);
            pointers.set(event.pointerId, [x, y]);
            if (!start.moved && Math.hypot(x - start.x, y - start.y) < SLOP) return;
            if (!start.moved) told.left();
            if (start.kind === "pan") told.panned(x - (start.moved ? beforeX : start.x), y - (start.moved ? beforeY : start.y));
            start.moved = true;
            canvas.classList.toggle("mg-map-dragging", start.kind === "pan");
            if (start.kind === "box") told.drawing(mg.map.math.boxCorners([start.x, start.y], [x, y]), "box");
            if (start.kind === "lasso") {
                start.points.push([x, y]);
                told.drawing(start.points, "lasso");
            }
        });

        function pinch(event, x, y) {
            const before = [...pointers.values()];
            pointers.set(event.pointerId, [x, y]);
            const after = [...pointers.values()];
            if (after.length < 2) return;
            const [was, is] = [before, after].map(([a, b]) => ({
                x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, apart: Math.max(10, Math.hypot(a[0] - b[0], a[1] - b[1])),
            }));
            told.panned(is.x - was.x, is.y - was.y);
            told.zoomed(is.apart / was.apart, is.x, is.y);
        }

        function end(event) {
            if (!pointers.delete(event.pointerId) || !start) return;
            if (pointers.size) return; // a pinch's other finger: it does not begin to pan
            const gesture = start;
            start = null;
            canvas.classList.remove("mg-map-dragging");
            const [x, y] = place(event);
            if (event.type === "pointercancel") {
                told.drawing(null);
                return told.rested();
            }
            if (!gesture.moved) return tapped(x, y, event.pointerType);
            if (gesture.kind === "box") told.drawn(mg.map.math.boxCorners([gesture.x, gesture.y], [x, y]));
            else if (gesture.kind === "lasso") told.drawn(gesture.points);
            else told.rested();
        }
        canvas.addEventListener("pointerup", end);
        canvas.addEventListener("pointercancel", end);

        function tapped(x, y, kind) {
            const now = performance.now();
            const again = now - lastTap.at < DOUBLE_MS && Math.hypot(x - lastTap.x, y - lastTap.y) < 24;
            lastTap = again ? { at: -1e9, x, y } : { at: now, x, y };
            if (again) told.key("double", x, y);
            else told.clicked(x, y, kind);
        }

        // A finger leaves whenever it is lifted, which says nothing.
        canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && !start && told.left());
        canvas.addEventListener("wheel", (event) => {
            event.preventDefault();
            const lines = [1, 16, 400][event.deltaMode] || 1;
            // A trackpad's pinch comes as a wheel with Ctrl, in small steps.
            const speed = event.ctrlKey ? 0.012 : 0.0016;
            told.zoomed(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * speed), ...place(event));
        }, { passive: false });

        canvas.addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (told.key(event.key)) event.preventDefault();
        });
    }

    mg.map = Object.assign(mg.map || {}, { listen });
})();
