/* What the frame benchmark notes in each page, ours and the peers', before anything of the page runs.
 *
 * moves:   every pointer move with a button down, as the page got it: `at`, `arrived`, when each of the moves that the
 *          browser put together had reached the browser, and `away`, how far from the press it is, in pixels.
 * brushes: every change of the page's own brush, with its ranges.
 * shown:   every drawing of a chart, with the number of songs that it shows; each is also a mark in Chromium's trace,
 *          which says when the frame with it was painted. All times are milliseconds of performance.now().
 */
(function () {
    "use strict";
    const log = (window.brushFrames = { moves: [], brushes: [], shown: [] });
    let marks = 0; // never begins anew: the trace has all of them

    let press = { clientX: 0, clientY: 0 };
    window.addEventListener("pointerdown", (event) => (press = event), true);
    window.addEventListener(
        "pointermove",
        (event) => {
            if (!event.buttons) return;
            const all = event.getCoalescedEvents();
            const away = Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY);
            log.moves.push({ at: performance.now(), arrived: (all.length ? all : [event]).map((e) => e.timeStamp), away });
        },
        true,
    );

    /** The brush has changed; an end is null where it is open. */
    log.brush = (ranges) => void log.brushes.push({ at: performance.now(), ranges });

    /** A chart has been drawn; the frame with it is still to be painted. */
    log.show = (chart, songs) => {
        marks += 1;
        performance.mark(`shown-${marks}`);
        log.shown.push({ at: performance.now(), chart, songs, mark: marks });
    };

    log.clear = () => {
        for (const list of [log.moves, log.brushes, log.shown]) list.length = 0;
    };
})();
