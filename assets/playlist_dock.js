/* The dock: the playlist behind a button of the header (components/playlist_parts.py), on every page. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const SAID_MS = 5000;
    const SEEDS_AT_MOST = 80; // as many songs of a list of one's own as recommendations take
    const byId = (id) => document.getElementById(id);
    const songs = (number) => `${mg.count(number)} ${number === 1 ? "song" : "songs"}`;
    let removed = ""; // title of the song that was taken out last, while that can be undone here
    let silence = 0;
    const asked = new Set(); // ids of songs that the server was asked about

    function element(name, properties = {}, ...children) {
        const { aria = {}, data = {}, ...rest } = properties;
        const made = Object.assign(document.createElement(name), rest);
        for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value);
        Object.assign(made.dataset, data);
        made.append(...children.filter(Boolean));
        return made;
    }

    const button = (className, words, act, properties = {}) =>
        element("button", { type: "button", className, textContent: words, data: { dockAct: act }, ...properties });

    /** A link within the application; assets/island.js follows it. */
    const link = (className, path, properties, ...children) =>
        element("a", { className, href: mg.path(path), data: { mgLink: "yes" }, ...properties }, ...children);

    // ---- the panel -----------------------------------------------------------------------------

    function length(list) {
        const known = list.filter(({ ms }) => ms !== null);
        const sum = known.reduce((total, { ms }) => total + ms, 0);
        return known.length ? `${known.length < list.length ? "at least " : ""}${mg.duration(sum)}` : "";
    }

    function line({ id, title, artists, ms }) {
        const who = link("mg-dock-song", `song/${encodeURIComponent(id)}`, { title: `${title}, ${artists}` },
            element("span", { className: "mg-dock-title", dir: "auto", textContent: title || "(no title)" }),
            element("span", { className: "mg-dock-artists", dir: "auto", textContent: artists }));
        const time = element("span", { className: "mg-dock-time", textContent: ms === null ? "–" : mg.duration(ms) });
        const remove = button("mg-dock-remove", "×", "remove", {
            title: "Take it out", aria: { label: `Take ${title} out of the playlist` }, data: { dockAct: "remove", song: id },
        });
        return element("li", { className: "mg-dock-line" }, who, time, remove);
    }

    function head({ name, songs: list }) {
        const facts = [songs(list.length), length(list)].filter(Boolean).join(" · ");
        const titles = element("div", { className: "mg-dock-titles" },
            element("h2", { className: "mg-dock-name", dir: "auto", textContent: name || "Your playlist" }),
            list.length ? element("span", { className: "mg-dock-facts", textContent: facts }) : null);
        return element("div", { className: "mg-dock-head" }, titles,
            list.length ? button("mg-dock-text mg-dock-clear", "Clear", "clear", { title: "Take all songs out" }) : null,
            button("mg-dock-close", "×", "close", { title: "Close (Escape)", aria: { label: "Close the playlist" } }));
    }

    function foot(list) {
        const seeds = list.slice(-SEEDS_AT_MOST).map(({ id }) => id);
        const those = list.length > SEEDS_AT_MOST ? `Songs like the last ${SEEDS_AT_MOST}` : "Songs like these";
        const query = new URLSearchParams({ seed: `songs:${seeds.join(",")}` });
        return element("div", { className: "mg-dock-foot" },
            link("mg-button", "playlist", {}, "Open playlist"),
            link("mg-button mg-button-quiet", `recommend?${query}`, { title: those }, "Recommend from these"));
    }

    function notes() {
        const undo = removed && mg.playlist.undoable();
        return [
            undo ? element("p", { className: "mg-dock-note" },
                element("span", { dir: "auto", textContent: `${removed} taken out.` }),
                button("mg-dock-text", "Undo", "undo")) : null,
            mg.playlist.persisted() ? null : element("p", {
                className: "mg-dock-note mg-dock-warning",
                textContent: "This browser keeps nothing for this page: the playlist is gone when you close it.",
            }),
        ];
    }

    function draw(playlist) {
        const panel = byId("playlist-dock");
        const list = playlist.songs;
        const scrolled = panel.querySelector("ol")?.scrollTop || 0;
        const empty = element("p", {
            className: "mg-dock-empty",
            textContent: "No songs yet. Press + beside any song to put it here; it stays in this browser.",
        });
        const lines = element("ol", { className: "mg-dock-songs", tabIndex: -1 }, ...list.map(line));
        panel.replaceChildren(...[head(playlist), list.length ? lines : empty, ...notes(), list.length ? foot(list) : null].filter(Boolean));
        lines.scrollTop = scrolled;
    }

    // ---- open and closed -----------------------------------------------------------------------

    /** Durations that were not known where a song was added, asked once for each page that is loaded. */
    async function complete() {
        const ids = mg.playlist.get().songs.filter(({ id, ms }) => ms === null && !asked.has(id)).map(({ id }) => id);
        if (!ids.length) return;
        ids.forEach((id) => asked.add(id));
        try {
            const headers = { "Content-Type": "application/json" };
            const answer = await fetch(mg.path("playlist/songs"), { method: "POST", headers, body: JSON.stringify({ ids }) });
            if (answer.ok) mg.playlist.learn((await answer.json()).songs);
        } catch {
            // The banner says that the connection is lost; the durations stay unknown.
        }
    }

    const isOpen = () => Boolean(byId("playlist-dock")) && !byId("playlist-dock").hidden;

    function open() {
        byId("playlist-dock").hidden = false;
        byId("playlist-dock-button").setAttribute("aria-expanded", "true");
        draw(mg.playlist.get());
        byId("playlist-dock").focus();
        complete();
    }

    function close(back) {
        byId("playlist-dock").hidden = true;
        byId("playlist-dock-button").setAttribute("aria-expanded", "false");
        removed = "";
        if (back) byId("playlist-dock-button").focus();
    }

    function changed(playlist) {
        const count = byId("playlist-dock-count");
        if (!count) return; // the page is not there yet; `start` looks again
        const number = playlist.songs.length;
        if (count.textContent !== mg.count(number)) {
            count.classList.toggle("mg-dock-bump", count.textContent !== "");
            count.textContent = mg.count(number);
        }
        byId("playlist-dock-button").setAttribute("aria-label", `Playlist, ${songs(number)}`);
        if (isOpen()) draw(playlist);
    }

    /** Says a sentence to those who listen; `shown` also to those who look. */
    function say(sentence, shown = false) {
        const says = byId("playlist-dock-says");
        if (!says) return;
        says.textContent = sentence;
        says.classList.toggle("mg-dock-said", shown);
        window.clearTimeout(silence);
        silence = window.setTimeout(() => {
            says.textContent = "";
            says.classList.remove("mg-dock-said");
        }, SAID_MS);
    }

    const acts = {
        close: () => close(true),
        remove({ dataset }) {
            const list = mg.playlist.get().songs;
            const place = list.findIndex(({ id }) => id === dataset.song);
            removed = list[place]?.title || "The song";
            mg.playlist.remove(dataset.song);
            say(`${removed} is out of the playlist.`);
            const buttons = byId("playlist-dock").querySelectorAll("[data-dock-act=remove]");
            focusOn(buttons[Math.min(place, buttons.length - 1)] || "undo");
        },
        clear() {
            removed = `All ${songs(mg.playlist.ids().length)}`;
            mg.playlist.clear();
            say("The playlist is empty.");
            focusOn("undo");
        },
        undo() {
            removed = "";
            mg.playlist.undo();
            say(`${songs(mg.playlist.ids().length)} in the playlist.`);
            byId("playlist-dock").focus();
        },
    };

    const focusOn = (what) =>
        (typeof what === "string" ? document.querySelector(`#playlist-dock [data-dock-act=${what}]`) : what)?.focus();

    document.addEventListener("click", (event) => {
        const host = event.target.closest("#playlist-dock-host");
        if (event.target.closest("#playlist-dock-button")) return isOpen() ? close(true) : open();
        if (!isOpen()) return;
        const act = event.target.closest("[data-dock-act]");
        if (host && act) return acts[act.dataset.dockAct](act);
        // Songs may be added while one looks on; anything else, a link of the panel too, closes it.
        if (event.target.closest("a") || (!host && event.target.isConnected)) close(false);
    });
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !isOpen() || event.defaultPrevented) return;
        event.preventDefault();
        close(true);
    });
    document.addEventListener("focusin", (event) => {
        if (isOpen() && !event.target.closest("#playlist-dock-host, [data-mg-add]")) close(false);
    });

    // ---- start ---------------------------------------------------------------------------------

    function start() {
        mg.playlist.subscribe(changed);
        // Dash puts the header into the page some time after this ran.
        const waits = new MutationObserver(() => {
            if (!byId("playlist-dock-count")) return;
            waits.disconnect();
            changed(mg.playlist.get());
        });
        if (!byId("playlist-dock-count")) waits.observe(document.documentElement, { childList: true, subtree: true });
    }

    mg.dock = { say };
    // Scripts come in the order of their names, the playlist's own after this one.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
})();
