/* The floors of the frame benchmark: pages that do nothing but paint a rectangle on each of some canvases, whose end
 * follows the pointer. The first canvas is what the pointer is dragged over; `words` fill the page below them.
 * Every rectangle has another shade in every frame, for a frame that looks like the last one is not painted. */
((places, words) => {
    const log = window.brushFrames;
    document.body.append(words);
    const contexts = places.map(([left, top, width, height], place) => {
        const canvas = Object.assign(document.createElement("canvas"), { width, height, id: place ? "" : "floor" });
        Object.assign(canvas.style, { left: `${left}px`, top: `${top}px` });
        document.body.append(canvas);
        return canvas.getContext("2d");
    });
    const [start] = places[0];
    let end = 0; // where the pointer is
    let shown = 0;
    let frame = 0;
    let shade = 0;

    function paint() {
        frame = 0;
        log.brush({ floor: { low: 0, high: end } });
        if (end === shown) return;
        shown = end;
        shade = 1 - shade;
        for (const context of contexts) {
            const { width, height } = context.canvas;
            context.clearRect(0, 0, width, height);
            context.fillStyle = shade ? "#16878f" : "#16868f";
            context.fillRect(0, 0, Math.min(shown, width), height);
        }
        log.show("all", shown);
    }

    document.addEventListener("pointermove", (event) => {
        if (!event.buttons) return;
        end = Math.round(event.clientX - start);
        frame ||= requestAnimationFrame(paint);
    });
})
