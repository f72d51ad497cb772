/* The floor of the frame benchmark: an empty page that moves the end of one box, and does nothing else. */
(() => {
    const log = window.brushFrames;
    const host = document.createElement("div");
    const bar = document.createElement("div");
    host.id = "floor";
    Object.assign(host.style, { position: "absolute", left: "100px", top: "100px", width: "500px", height: "90px", background: "#ddd" });
    Object.assign(bar.style, { height: "100%", width: "0", background: "#16878f" });
    host.append(bar);
    document.body.append(host);
    let width = 0;
    let frame = 0;
    document.addEventListener("pointermove", (event) => {
        if (!event.buttons) return;
        const next = Math.round(event.clientX - 100);
        if (next === width) return;
        width = next;
        log.brush({ floor: { low: 0, high: width } });
        frame ||= requestAnimationFrame(() => {
            frame = 0;
            bar.style.width = `${width}px`;
            log.show("all", width);
        });
    });
})()
