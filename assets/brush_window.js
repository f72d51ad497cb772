/* The window of a brush: an element while it is at rest, a painting while a pointer drags it.
 *
 * An element that moves is laid out and painted anew in every frame, and with it the browser looks at the whole page; a
 * canvas that lies still costs nothing of that. Both look alike: the measures are those of 16-brush.css.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const EDGE = 1;
    const LEAST = 2; // wide, in pixels
    const VEIL = 0.66;
    const TINT = 0.07;
    const HANDLE = { width: 5, height: 18, radius: 2.5, outside: 3 };
    const painted = new WeakMap(); // host -> {canvas, context, ratio, style, across, down} while it is dragged

    /** Put the element where the window is: percentages of the host, from its left and from its bottom; null without one. */
    function place(host, window_) {
        let shown = host.querySelector(".mg-brush-window");
        host.classList.toggle("mg-brush-set", Boolean(window_));
        if (!window_) return shown?.remove();
        const { x, y } = window_;
        if (!shown) {
            shown = document.createElement("div");
            shown.className = y ? "mg-brush-window mg-brush-box" : "mg-brush-window";
            host.append(shown);
        }
        shown.style.left = `${x[0]}%`;
        shown.style.width = `${x[1] - x[0]}%`;
        shown.style.top = y ? `${100 - y[1]}%` : "0";
        shown.style.height = y ? `${y[1] - y[0]}%` : "100%";
    }

    /** From the press on: paint the window as it is, where the element was. */
    function begin(host, window_) {
        const canvas = host.querySelector(".mg-brush-canvas") || document.createElement("canvas");
        canvas.className = "mg-brush-canvas";
        if (!canvas.parentElement) host.append(canvas);
        const box = host.getBoundingClientRect();
        const ratio = window.devicePixelRatio || 1;
        // Both ends of an element are rounded where they lie on the screen, so a part of it is rounded with where it begins.
        const pixels = (start, length) => (part) => Math.round((start + length * part) * ratio) - Math.round(start * ratio);
        const across = pixels(box.left + host.clientLeft, box.width - (host.offsetWidth - host.clientWidth));
        const down = pixels(box.top + host.clientTop, box.height - (host.offsetHeight - host.clientHeight));
        mg.paint.tools.fit({ canvas, size: { width: across(1) / ratio, height: down(1) / ratio }, ratio });
        painted.set(host, { canvas, context: canvas.getContext("2d"), ratio, style: getComputedStyle(host), across, down });
        host.classList.add("mg-brush-painted");
        paint(host, window_);
    }

    /** Paint the window instead of placing it; in pixels of the screen, to which the browser rounds elements too. */
    function paint(host, window_) {
        const { canvas, context, ratio, style, across, down } = painted.get(host);
        const { width, height } = canvas;
        const [surface, accent] = ["--mg-surface", "--mg-accent"].map((name) => style.getPropertyValue(name)); // of the theme now
        context.globalAlpha = 1;
        context.clearRect(0, 0, width, height);
        if (!window_) return;
        const { x, y } = window_;
        const [left, top] = [across(x[0] / 100), y ? down(1 - y[1] / 100) : 0];
        const right = Math.max(across(x[1] / 100), left + Math.round(LEAST * ratio));
        const bottom = y ? Math.max(down(1 - y[0] / 100), top + 1) : height;
        const edge = Math.max(1, Math.floor(EDGE * ratio));
        context.fillStyle = surface;
        context.globalAlpha = VEIL;
        context.fillRect(0, 0, width, height);
        context.clearRect(left, top, right - left, bottom - top);
        context.fillStyle = accent;
        context.globalAlpha = TINT;
        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
        context.fillRect(left, top, edge, bottom - top);
        context.fillRect(right - edge, top, edge, bottom - top);
        if (y) {
            context.fillRect(left, top, right - left, edge);
            context.fillRect(left, bottom - edge, right - left, edge);
        }
        const handle = { width: HANDLE.width * ratio, height: HANDLE.height * ratio };
        const high = (top + bottom) / 2 - handle.height / 2;
        for (const start of [left + edge - HANDLE.outside * ratio, right - edge + HANDLE.outside * ratio - handle.width]) {
            context.beginPath();
            context.roundRect(start, high, handle.width, handle.height, HANDLE.radius * ratio);
            context.fill();
        }
    }

    /** Let go: the element again. */
    function end(host, window_) {
        const sheet = painted.get(host);
        place(host, window_);
        if (!sheet) return;
        painted.delete(host);
        sheet.canvas.remove();
        host.classList.remove("mg-brush-painted");
    }

    mg.brushWindow = { begin, end, paint, place };
})();
