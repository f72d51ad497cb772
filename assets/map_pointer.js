/* What the pointer is on: one song, or how many songs of which moods. A card says it; a click keeps the card there,
 * with ways on: to the song, to songs like it, into the playlist. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const math = () => mg.map.math;
    const REST_MS = 70;
    const AROUND = 6; // pixels to each side that count as "here"
    const AROUND_FINGER = 14;
    const byId = (id) => document.getElementById(id);
    let timer = null;
    let asking = null;
    let pinned = false;

    const places = (state) => (state.picture && !state.picture.stale ? state.picture.answer.places : null);

    function songAt(state, px, py, reach = mg.map.REACH) {
        return places(state) ? math().nearest(state.points, px, py, reach) : -1;
    }

    function pointed(state, px, py, kind, truth) {
        if (state.mode !== "pan" || !state.picture || pinned) return;
        const song = songAt(state, px, py);
        state.canvas.classList.toggle("mg-map-on-song", song >= 0);
        if (song !== state.hovered) {
            state.hovered = song;
            mg.map.redraw();
        }
        if (song >= 0) return card(state, ...state.points[song], songCard(state, places(state)[song]), false);
        clearTimeout(timer);
        if (places(state) || !anySongs(state, px, py)) return close(state);
        timer = setTimeout(() => look(state, px, py, AROUND, truth, false), REST_MS);
    }

    function clicked(state, px, py, kind, truth) {
        if (state.mode !== "pan" || !state.picture) return;
        const finger = kind === "touch";
        const song = songAt(state, px, py, finger ? 24 : mg.map.REACH);
        state.hovered = song;
        mg.map.redraw();
        if (song >= 0) return card(state, ...state.points[song], songCard(state, places(state)[song], true), true);
        close(state);
        if (!places(state) && anySongs(state, px, py)) look(state, px, py, finger ? AROUND_FINGER : AROUND, truth, true);
    }

    const link = (place) => ({ href: mg.path(`song/${encodeURIComponent(place.spotify_id)}`), "data-mg-link": "yes" });

    /** Whether a cell near the pointer has a song, as far as the picture knows. */
    function anySongs({ picture: { answer, window }, window: seen, size }, px, py) {
        const [x, y] = math().toPlane(seen, size, px, py);
        const [u, v] = math().toScreen(window, answer, x, y).map(Math.floor);
        const reach = Math.ceil(AROUND * (answer.width / size.width));
        for (let row = Math.max(0, v - reach); row <= Math.min(answer.height - 1, v + reach); row++) {
            for (let column = Math.max(0, u - reach); column <= Math.min(answer.width - 1, u + reach); column++) {
                if (answer.cells[row * answer.width + column]) return true;
            }
        }
        return false;
    }

    async function look(state, px, py, around, truth, pin) {
        asking?.abort();
        const mine = (asking = new AbortController());
        const [x0, y1] = math().toPlane(state.window, state.size, px - around, py - around);
        const [x1, y0] = math().toPlane(state.window, state.size, px + around, py + around);
        const query = `view=${math().windowText([x0, x1, y0, y1])}${truth ? `&${truth}` : ""}`;
        try {
            const answer = await fetch(`${mg.path("map/place")}?${query}`, { signal: mine.signal });
            if (!answer.ok || mine !== asking || !mg.map.alive()) return;
            const found = await answer.json();
            if (mine !== asking) return;
            if (found.songs) card(state, px, py, crowdCard(state, found, pin), pin);
            else close(state);
        } catch {
            // A later look, or a connection that is lost: the banner says that.
        }
    }

    // ---- cards ---------------------------------------------------------------------------------

    /** What can be done with a song: on a card that stays. */
    function acts({ spotify_id: id, title, artists }) {
        const { element } = mg.map.words;
        const more = `${mg.path("recommend")}?${new URLSearchParams({ seed: `song:${id}` })}`;
        return element("span", { class: "mg-map-card-acts" },
            element("a", { href: more, "data-mg-link": "yes" }, "More like this"),
            mg.addButton({ id, title, artists: artists.join(", "), ms: null }));
    }

    function songCard({ base }, place, kept = false) {
        const { element, swatch } = mg.map.words;
        const mood = base.moods[place.mood];
        return [
            element("a", { ...link(place), class: "mg-map-card-title" }, place.title),
            element("span", { class: "mg-map-card-artists" }, place.artists.join(", ")),
            element("span", { class: "mg-map-card-mood" }, swatch(mood), mood ? mood.name : "without a mood"),
            ...(kept ? [acts(place)] : []),
        ];
    }

    function crowdCard({ base }, found, kept) {
        const { counted, element, swatch } = mg.map.words;
        const rows = counted(base, found).slice(0, 4).map(({ mood, songs }) =>
            element("li", {}, swatch(mood), element("span", {}, mood ? mood.name : "without a mood"), element("b", {}, mg.count(songs))));
        const parts = [
            element("span", { class: "mg-map-card-title" }, `${mg.count(found.songs)} ${found.songs === 1 ? "song" : "songs"} here`),
            element("ul", {}, ...rows),
        ];
        const { nearest } = found;
        if (nearest) {
            parts.push(element("span", { class: "mg-map-card-artists" }, found.songs > 1 ? "among them " : "",
                element("a", link(nearest), nearest.title), ` · ${nearest.artists.join(", ")}`));
            if (kept) parts.push(acts(nearest));
        }
        return parts;
    }

    function card(state, px, py, children, pin) {
        const host = byId("map-card");
        if (!host) return;
        pinned = pin;
        host.replaceChildren(...children);
        host.hidden = false;
        host.classList.toggle("mg-map-card-pinned", pin);
        const { width, height } = host.getBoundingClientRect();
        const left = px + 16 + width > state.size.width ? px - 16 - width : px + 16;
        const top = Math.min(Math.max(8, py - height / 2), state.size.height - height - 8);
        host.style.left = `${Math.min(Math.max(8, left), Math.max(8, state.size.width - width - 8))}px`;
        host.style.top = `${top}px`;
    }

    function close(state) {
        clearTimeout(timer);
        asking?.abort();
        asking = null;
        pinned = false;
        const host = byId("map-card");
        if (host) host.hidden = true;
    }

    function hide(state) {
        close(state);
        if (state.hovered >= 0) {
            state.hovered = -1;
            mg.map.redraw();
        }
    }

    /** The pointer has left the map, perhaps for a card that was pinned. */
    function left(state) {
        if (!pinned) hide(state);
    }

    mg.map = Object.assign(mg.map || {}, { pointer: { clicked, hide, left, pointed } });
})();
