/* Ours: the brush tells of itself by events; a frame is one call of musicgroup.paint.frame for all charts. */
(function () {
    "use strict";
    const log = window.brushFrames;
    const { paint } = window.musicgroup;
    const { frame } = paint;
    document.addEventListener("mg-brush-move", (event) => log.brush(event.detail.ranges), true);
    paint.frame = function (summary, ...others) {
        const done = frame.call(this, summary, ...others);
        log.show("all", summary.selected);
        return done;
    };
})();
