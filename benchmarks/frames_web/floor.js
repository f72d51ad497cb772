/* The floor of the frame benchmark: an empty page that moves the end of one box, and does nothing else. The box has
 * another shade in every frame, for a frame that looks like the last one is not painted. */
(() => {
    const log = window.brushFrames;
    const host = document.createElement("div");
    const bar = document.createElement("div");
    host.id = "floor";
    Object.assign(host.style, { position: "absolute", left: "100px", top: "100px", width: "500px", height: "90px", background: "#ddd" });
    Object.assign(bar.style, { height: "100%", width: "0" });
    host.append(bar);
    document.body.append(host);
    let width = 0;
    let frame = 0;
    let shade = 0;
    document.addEventListener("pointermove", (event) => {
        if (!event.buttons) return;
        const next = Math.round(event.clientX - 100);
        if (next === width) return;
        width = next;
        log.brush({ floor: { low: 0, high: width } });
        frame ||= requestAnimationFrame(() => {
            frame = 0;
            bar.style.width = `${width}px`;
            shade = 1 - shade;
            bar.style.background = shade ? "#16878f" : "#16868f";
            log.show("all", width);
        });
    });
})()
