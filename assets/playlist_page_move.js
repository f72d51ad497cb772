/* Songs of the playlist are put elsewhere: dragged by their handle, with mouse, pen or finger, or moved with keys. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const own = (mg.playlistPage = mg.playlistPage || {});
    const EDGE = 56; // pixels from the end of the list within which it scrolls by itself
    const FASTEST = 14; // pixels a frame
    let drag = null; // {id, from, to, lines, tops, grabbed: y in the list, pointer: y on the screen, frame}

    const byId = (id) => document.getElementById(id);
    const limit = (value, low, high) => Math.min(Math.max(value, low), high);

    // ---- dragging ------------------------------------------------------------------------------

    function begin(event) {
        const handle = event.target.closest?.("#playlist-list .mg-pl-handle");
        if (!handle || event.button || drag) return;
        const list = byId("playlist-list");
        const lines = [...list.children];
        const line = handle.closest("li");
        const from = lines.indexOf(line);
        drag = { id: line.dataset.song, from, to: from, lines, tops: lines.map((each) => each.offsetTop), pointer: event.clientY, frame: 0 };
        drag.grabbed = placeOf(event.clientY);
        handle.setPointerCapture(event.pointerId);
        handle.focus({ preventScroll: true });
        event.preventDefault(); // no text is selected
    }

    /** A place on the screen as one in the list, however far it is scrolled. */
    const placeOf = (y) => y - byId("playlist-list").getBoundingClientRect().top + byId("playlist-list").scrollTop;

    function follow(event) {
        if (!drag) return;
        drag.pointer = event.clientY;
        show();
        if (!drag.frame) drag.frame = requestAnimationFrame(scroll);
    }

    function show() {
        const { from, lines, tops } = drag;
        const height = lines[from].offsetHeight;
        const moved = limit(placeOf(drag.pointer) - drag.grabbed, -tops[from] + tops[0], tops.at(-1) - tops[from]);
        const middle = tops[from] + moved + height / 2;
        // The last place whose line begins above the middle of what is dragged.
        let to = 0;
        while (to < lines.length - 1 && tops[to + 1] <= middle) to += 1;
        drag.to = to;
        byId("playlist-list").classList.add("mg-pl-dragging");
        lines.forEach((line, place) => {
            const gives = place === from ? moved : place > from && place <= to ? -height : place < from && place >= to ? height : 0;
            line.classList.toggle("mg-pl-dragged", place === from);
            line.style.transform = gives ? `translateY(${gives}px)` : "";
        });
    }

    /** Near its ends the list goes on by itself, for as long as the pointer is there. */
    function scroll() {
        if (!drag) return;
        const list = byId("playlist-list");
        const box = list.getBoundingClientRect();
        const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, window.innerHeight)];
        const beyond = drag.pointer < top + EDGE ? drag.pointer - top - EDGE : drag.pointer > bottom - EDGE ? drag.pointer - bottom + EDGE : 0;
        drag.frame = 0;
        if (!beyond) return;
        const step = Math.sign(beyond) * Math.min(FASTEST, Math.ceil(Math.abs(beyond) / 4));
        const before = [list.scrollTop, window.scrollY];
        list.scrollBy({ top: step, behavior: "instant" });
        if (list.scrollTop === before[0]) window.scrollBy({ top: step, behavior: "instant" });
        show();
        if (list.scrollTop !== before[0] || window.scrollY !== before[1]) drag.frame = requestAnimationFrame(scroll);
    }

    /** Lines go back to where they are without the drag; gives what it was. */
    function end() {
        const ended = drag;
        drag = null;
        if (!ended) return null;
        cancelAnimationFrame(ended.frame);
        byId("playlist-list")?.classList.remove("mg-pl-dragging");
        ended.lines.forEach((line) => {
            line.classList.remove("mg-pl-dragged");
            line.style.transform = "";
        });
        return ended;
    }

    function drop() {
        const ended = end();
        if (ended && ended.to !== ended.from) move(ended.id, ended.to);
    }

    // ---- keys ----------------------------------------------------------------------------------

    function key(event) {
        if (drag && event.key === "Escape") {
            event.preventDefault();
            return end();
        }
        const handle = event.target.closest?.("#playlist-list .mg-pl-handle");
        if (!handle || event.altKey || event.ctrlKey || event.metaKey) return;
        const line = handle.closest("li");
        const lines = [...byId("playlist-list").children];
        const from = lines.indexOf(line);
        const bottom = lines.length - 1;
        const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: bottom, PageUp: Math.max(from - 10, 0), PageDown: Math.min(from + 10, bottom) }[event.key];
        if (event.key === "Delete") own.remove(line.dataset.song, "mg-pl-handle");
        else if (to === undefined) return;
        else if (to >= 0 && to <= bottom) move(line.dataset.song, to);
        event.preventDefault();
    }

    /** Moves the song to a place, and says where it is now; its handle keeps the keyboard. */
    function move(id, to) {
        const { songs } = mg.playlist.get();
        const from = songs.findIndex((song) => song.id === id);
        if (from < 0 || !mg.playlist.move(from, to)) return;
        own.list.focusOn({ id, of: "mg-pl-handle" });
        own.say(`${songs[from].title || "The song"} is at ${to + 1} of ${songs.length}.`);
    }

    document.addEventListener("pointerdown", begin);
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", end);
    document.addEventListener("keydown", key);

    Object.assign(own, { move: { end } });
})();
