/* The playlist's list: one line a song, kept by the song's id, so that lines move and are not made anew. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const own = (mg.playlistPage = mg.playlistPage || {});
    const FOCUSABLE = ["mg-pl-handle", "mg-pl-remove", "mg-pl-name", "mg-add", "mg-pl-listen"];
    const byId = (id) => document.getElementById(id);
    let lines = new Map(); // id -> {element, drawn: what it was drawn from}

    /** An element with properties; `aria` and `data` are objects of their own. */
    function element(name, properties = {}, ...children) {
        const { aria = {}, data = {}, style = {}, ...rest } = properties;
        const made = Object.assign(document.createElement(name), rest);
        for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value);
        for (const [key, value] of Object.entries(style)) made.style.setProperty(key, value);
        Object.assign(made.dataset, data);
        made.append(...children.filter((child) => child !== null && child !== undefined));
        return made;
    }

    const cell = (name, textContent, title = "") => element("span", { className: `mg-pl-${name}`, textContent, title });

    // ---- one line ------------------------------------------------------------------------------

    const handle = () =>
        element("button", {
            type: "button", className: "mg-pl-handle", title: "Drag; or arrow keys, Home, End", aria: { describedby: "playlist-moving" },
        });

    function name(song, title) {
        const inner = [
            element("span", { className: "mg-pl-title", dir: "auto", textContent: title }),
            element("span", { className: "mg-pl-artists", dir: "auto", textContent: song.artists || (song.title ? "" : song.id) }),
        ];
        if (song.known === null) return element("span", { className: "mg-pl-name" }, ...inner);
        const href = mg.path(`song/${encodeURIComponent(song.id)}`);
        return element("a", { className: "mg-pl-name", href, title: `${title}, ${song.artists}`, data: { mgLink: "yes" } }, ...inner);
    }

    function mood({ known }) {
        if (!known?.mood) return element("i", { className: "mg-pl-mood", aria: { hidden: "true" } });
        const colour = { "background-color": `var(--mg-cat-${known.mood_colour})` };
        return element("i", { className: "mg-pl-mood", title: known.mood, style: colour, role: "img", aria: { label: `Mood: ${known.mood}` } });
    }

    function features({ known }) {
        if (known === null) return [cell("absent", "not in this catalogue")];
        const told = known || {};
        return [
            cell("key", known ? told.camelot || "–" : "", told.key_name || (known ? "key unknown" : "")),
            cell("tempo", known ? (told.tempo ? mg.format(told.tempo, "0 BPM") : "–") : ""),
            cell("year", known ? told.year || "–" : ""),
        ];
    }

    function into(step) {
        if (!step) return cell("into", "");
        const part = (name, text, fits) => element("span", { className: `mg-pl-${name} mg-pl-${fits === null ? "unsure" : fits ? "fits" : "clash"}`, textContent: text });
        return element("span", { className: "mg-pl-into", title: step.words },
            element("span", { className: "mg-pl-step", aria: { hidden: "true" } },
                part("step-key", `${step.keys} key`, step.keysFit), part("step-tempo", step.tempo, step.tempoFits)),
            element("span", { className: "visually-hidden", textContent: step.words }));
    }

    function last(song, title, shared) {
        if (!shared) {
            return element("button", {
                type: "button", className: "mg-pl-remove", textContent: "×", title: "Take it out", aria: { label: `Take ${title} out` },
            });
        }
        return element("button", {
            type: "button", className: "mg-add", title: "Add to the playlist", aria: { pressed: "false", label: `Add ${title} to the playlist` },
            data: { mgAdd: song.id, mgTitle: song.title, mgArtists: song.artists, mgMs: song.ms ?? "" },
        });
    }

    function line(song, step, shared) {
        const title = song.title || (song.known === undefined ? "…" : "(no title)");
        const listen = element("a", {
            className: "mg-pl-listen", href: `https://open.spotify.com/track/${encodeURIComponent(song.id)}`,
            target: "_blank", rel: "noopener", title: "Listen on Spotify", aria: { label: `Listen to ${title} on Spotify` },
        });
        const className = `mg-pl-line mg-pl-song-line${song.known === null ? " mg-pl-missing" : ""}`;
        return element("li", { className, data: { song: song.id, title } },
            shared ? element("span", { className: "mg-pl-nohandle" }) : handle(),
            cell("place", ""), mood(song), name(song, title), ...features(song),
            cell("time", mg.playlistPage.math.isKnown(song.ms) ? mg.duration(song.ms) : "–"),
            into(step), listen, last(song, title, shared));
    }

    /** What of a line follows from its place. */
    function number(drawnLine, place) {
        if (Number(drawnLine.dataset.place) === place) return;
        drawnLine.dataset.place = place;
        drawnLine.querySelector(".mg-pl-place").textContent = place + 1;
        drawnLine.querySelector(".mg-pl-handle")?.setAttribute("aria-label", `Move ${drawnLine.dataset.title}, place ${place + 1}`);
        drawnLine.style.zIndex = mg.playlist.limit - place; // each lies over the next one, for what stands between them
    }

    // ---- all of them ---------------------------------------------------------------------------

    /** Where the keyboard is in the list: {id, of: class of the element}, or null. */
    function focused() {
        const active = document.activeElement;
        const id = active?.closest?.("#playlist-list > li")?.dataset.song;
        const of = FOCUSABLE.find((each) => active.classList.contains(each));
        return id && of ? { id, of } : null;
    }

    function focusOn({ id, of }) {
        const found = lines.get(id)?.element.querySelector(`.${of}`);
        found?.focus({ preventScroll: true });
        found?.closest("li").scrollIntoView({ block: "nearest" });
        return Boolean(found);
    }

    /** Draws songs, [{id, title, artists, ms, known: what the catalogue has, null for nothing, undefined while asked}]. */
    function draw(songs, shared) {
        const host = byId("playlist-list");
        const keyboard = focused();
        const before = lines;
        lines = new Map();
        songs.forEach((song, place) => {
            const next = songs[place + 1];
            const step = song.known && next?.known ? own.math.transition(song.known, next.known) : null;
            const drawn = JSON.stringify([song, step, shared]);
            const same = before.get(song.id);
            const kept = same?.drawn === drawn ? same : { drawn, element: line(song, step, shared) };
            number(kept.element, place);
            lines.set(song.id, kept);
        });
        let at = host.firstElementChild;
        for (const { element: each } of lines.values()) {
            if (each === at) at = at.nextElementSibling;
            else host.insertBefore(each, at);
        }
        while (at) {
            const rest = at.nextElementSibling;
            at.remove();
            at = rest;
        }
        if (keyboard && !focused()) focusOn(keyboard);
    }

    function forget() {
        lines = new Map();
    }

    Object.assign(own, { list: { draw, element, focusOn, forget } });
})();
