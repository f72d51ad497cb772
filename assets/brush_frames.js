/* The frames of a brush: one for all moves since the last one, and none where that makes the next ones quicker.
 *
 * After a frame that took too long a browser shows all that follow one refresh later than it could, for as long as each
 * has something to show: it first has to draw the last one. One frame left out lets it catch up, as Chromium's trace
 * shows (docs/decisions.md).
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const TOO_LONG = 11; // ms, two thirds of a frame at 60 Hz: the display waits for no longer
    const [SOON, SELDOM] = [2, 64]; // frames between two that are left out: while that helps, and where it does not
    let work = null;
    let asked = 0; // the frame in which it will be done
    let began = 0;
    let late = false;
    let since = SOON; // frames since one was left out
    let apart = SOON; // as many must be between

    const done = new MessageChannel(); // answered once the frame is out of the page's hands
    done.port1.onmessage = () => {
        if (performance.now() - began > TOO_LONG) late = true;
    };

    function frame(time) {
        since += 1;
        if (since === 2) apart = late ? Math.min(apart * 2, SELDOM) : SOON; // the first one after it was too long as well
        const leaveOut = late && since > apart;
        late = false;
        if (leaveOut) {
            since = 0;
            asked = requestAnimationFrame(frame);
            return;
        }
        asked = 0;
        began = time;
        done.port2.postMessage(null);
        work();
    }

    mg.brushFrames = {
        /** Do this in the next frame, in the place of what was asked for before. */
        ask(next) {
            work = next;
            asked = asked || requestAnimationFrame(frame);
        },
        cancel() {
            cancelAnimationFrame(asked);
            asked = 0;
        },
    };
})();
