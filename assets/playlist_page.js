/* The page of the playlist: what is shown, what the catalogue knows of it, and what a person does with it.
 *
 * Shown is either the playlist of this browser (assets/playlist_store.js), which every act changes and which is drawn anew
 * after each change, or the list of a link, which nothing changes. The server is asked for songs that it was not asked for.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const own = (mg.playlistPage = mg.playlistPage || {});
    const AGAIN_MS = 4000;
    const TELL_MS = 300; // so that several removals in a row are one answer of the server
    const AT_ONCE = 1000; // AT_MOST in data_access/playlist_songs.py
    const byId = (id) => document.getElementById(id);
    const isId = (id) => /^[^\s\p{C}]{1,100}$/u.test(id); // as there
    const button = (act) => document.querySelector(`#playlist-page [data-playlist-act="${act}"]`);

    let page = null; // the page that the rest is of
    let shared = null; // {ids, name} of a link, null for one's own
    let fields = [];
    let linked = 0; // songs that a link may hold
    let feature = "";
    let known = new Map(); // id -> what the catalogue has of the song, null for nothing
    let asking = new Set();
    let again = 0;
    let told = null; // the songs that the store playlist-shown has, as one text
    let telling = 0;
    let subscribed = false;

    const alive = () => page !== null && byId("playlist-page") === page;

    // ---- what is shown -------------------------------------------------------------------------

    /** {name, songs: [{id, title, artists, ms, known}]} */
    function shown() {
        const kept = mg.playlist.get();
        const { name, songs } = shared ? { name: shared.name, songs: shared.ids.map((id) => ({ id })) } : kept;
        const mine = new Map(kept.songs.map((song) => [song.id, song]));
        return { name, songs: songs.map((song) => withKnown(mine.get(song.id) || song)) };
    }

    function withKnown({ id, title = "", artists = "", ms = null }) {
        const found = known.get(id);
        return { id, title: found?.title ?? title, artists: found?.artists ?? artists, ms: found?.ms ?? ms, known: found };
    }

    function redraw() {
        if (!alive()) return;
        own.move.end();
        const list = shown();
        const empty = !list.songs.length;
        byId("playlist-empty").hidden = !empty;
        byId("playlist-body").hidden = empty;
        if (empty) drawEmpty();
        else {
            drawHead(list);
            own.list.draw(list.songs, Boolean(shared));
            drawCurve(list);
            own.out.draw(list, linked);
        }
        drawShared(list);
        drawTrouble(list);
        button("undo").disabled = !mg.playlist.undoable();
        // Some catalogues know no years at all; a column of nothing tells nothing, nor does its order.
        const years = list.songs.some((song) => song.known === undefined || song.known?.year);
        byId("playlist-card").classList.toggle("mg-pl-noyear", !years);
        button("sort-year").disabled = !years;
        byId("playlist-tools").hidden = Boolean(shared);
        ask(list);
        tell(list);
    }

    const drawCurve = (list = shown()) => own.curve.draw(list.songs.map((song) => song.known), fields.find(({ name }) => name === feature));

    function drawHead({ name, songs }) {
        const head = byId("playlist-head");
        const make = own.list.element;
        if (head.dataset.of !== (shared ? "link" : "own")) {
            head.dataset.of = shared ? "link" : "own";
            const title = shared
                ? make("h2", { id: "playlist-name", className: "mg-pl-name-text", dir: "auto" })
                : make("input", { id: "playlist-name", className: "mg-pl-name-field", dir: "auto", maxLength: 100, autocomplete: "off", spellcheck: false, placeholder: "Name this playlist", ariaLabel: "Name of the playlist" });
            head.replaceChildren(title, make("span", { id: "playlist-facts", className: "mg-pl-facts" }));
        }
        const title = byId("playlist-name");
        if (shared) title.textContent = name || "A playlist without a name";
        else if (document.activeElement !== title) title.value = name;
        byId("playlist-facts").textContent = own.math.facts(songs);
    }

    function drawEmpty() {
        const make = own.list.element;
        const link = (path, text) => make("a", { className: "mg-button mg-button-quiet", href: mg.path(path), textContent: text, data: { mgLink: "yes" } });
        const undo = make("button", { type: "button", className: "mg-button", textContent: "Undo", data: { playlistAct: "undo" } });
        byId("playlist-empty").replaceChildren(make("div", { className: "mg-state mg-state-empty" },
            make("p", { className: "mg-state-title", textContent: "No songs yet." }),
            make("p", { className: "mg-state-detail", textContent: "Press + beside a song on any page to put it here, or bring one that you have, below." }),
            make("div", { className: "mg-state-action mg-pl-group" }, mg.playlist.undoable() ? undo : null,
                link("explore", "Explore the catalogue"), link("map", "Look at the map"), link("recommend", "Ask for recommendations"))));
    }

    function drawShared({ songs }) {
        byId("playlist-shared").hidden = !shared;
        if (!shared) return;
        const mine = mg.playlist.ids();
        byId("playlist-shared-says").textContent = mine.length
            ? `You are looking at a list that came by a link. Your own playlist of ${own.math.songWords(mine.length)} is untouched.`
            : "You are looking at a list that came by a link.";
        const all = songs.every(({ id }) => mg.playlist.has(id));
        button("add").hidden = !mine.length;
        button("add").disabled = all;
        button("add").textContent = all ? "All are in yours" : "Add to mine";
        button("replace").textContent = mine.length ? "Replace mine" : "Make it mine";
        byId("playlist-shared-back").replaceChildren(...(mine.length
            ? [own.list.element("a", { className: "mg-link", href: mg.path("playlist"), textContent: "Back to mine", data: { mgLink: "yes" } })]
            : []));
    }

    // ---- what the catalogue knows ----------------------------------------------------------------

    async function ask({ songs }) {
        songs.filter(({ id }) => !isId(id)).forEach(({ id }) => known.set(id, null)); // kept by another hand than ours
        const ids = songs.map(({ id }) => id).filter((id) => !known.has(id) && !asking.has(id)).slice(0, AT_ONCE);
        if (!ids.length) return;
        const asked = asking; // of this look at the page
        ids.forEach((id) => asked.add(id));
        try {
            const found = await post("playlist/songs", { ids });
            if (asked !== asking) return;
            found.missing.forEach((id) => known.set(id, null));
            found.songs.forEach((song) => known.set(song.id, song));
            trouble("");
        } catch (error) {
            if (asked !== asking) return;
            trouble(error.message);
            window.clearTimeout(again);
            if (error.passing) again = window.setTimeout(() => alive() && ask(shown()), AGAIN_MS);
            return;
        } finally {
            ids.forEach((id) => asked.delete(id));
        }
        redraw();
    }

    /** A route's answer. Throws an Error with a sentence for the reader, `passing` where another try may help. */
    async function post(path, body) {
        let answer;
        try {
            answer = await fetch(mg.path(path), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        } catch {
            throw Object.assign(new Error("The server cannot be reached; trying again…"), { passing: true });
        }
        if (!answer.ok) throw Object.assign(new Error(await sentence(answer)), { passing: answer.status >= 500 });
        return answer.json();
    }

    async function sentence(answer) {
        const told_ = await answer.json().catch(() => ({}));
        return told_.error || "The server did not answer as it should; try again.";
    }

    let troubled = "";
    function trouble(words) {
        troubled = words;
        if (alive()) drawTrouble(shown());
    }

    function drawTrouble({ songs }) {
        const missing = songs.filter((song) => song.known === null).length;
        const absent = missing
            ? `${own.math.songWords(missing)} ${missing === 1 ? "is" : "are"} not in this catalogue: kept in the list and in files, but nothing is known of ${missing === 1 ? "it" : "them"} here.`
            : "";
        const lost = shared || mg.playlist.persisted() ? "" : "This browser keeps nothing for this page: the playlist is gone when you close it.";
        for (const [id, words] of [["playlist-trouble", [troubled, lost].filter(Boolean).join(" ")], ["playlist-absent", absent]]) {
            const host = byId(id);
            host.hidden = !words;
            if (host.textContent !== words) host.textContent = words;
        }
    }

    /** The server hears of other songs, not of another order: what is drawn of them there does not depend on it. */
    function tell({ songs }) {
        const ids = songs.map(({ id }) => id);
        const now = [...ids].sort().join(" ");
        window.clearTimeout(telling);
        if (now === told) return;
        telling = window.setTimeout(() => {
            if (!alive()) return;
            told = now;
            window.dash_clientside.set_props("playlist-shown", { data: { ids } });
        }, TELL_MS);
    }

    // ---- what a person does ----------------------------------------------------------------------

    function say(sentence_) {
        const host = byId("playlist-done");
        if (host) host.textContent = sentence_;
    }

    function remove(id, of) {
        const { songs } = mg.playlist.get();
        const place = songs.findIndex((song) => song.id === id);
        if (!mg.playlist.remove(id)) return;
        say(`${songs[place].title || "The song"} is out of the playlist.`);
        const next = mg.playlist.ids()[Math.min(place, songs.length - 2)];
        if (next) own.list.focusOn({ id: next, of });
        else document.querySelector("#playlist-empty [data-playlist-act=undo]")?.focus();
    }

    const ENDS = {
        tempo: ["slowest", "fastest"], energy: ["calmest", "most energetic"], year: ["oldest", "newest"], title: ["A", "Z"],
    };

    function sort(field) {
        const { songs } = shown();
        const details = songs.map((song) => ({ ...(song.known || {}), id: song.id, title: song.title }));
        const up = own.math.sorted(details, field);
        const down = own.math.sameOrder(up, details);
        reorder((down ? own.math.sorted(details, field, true) : up).map(({ id }) => id), `Sorted by ${field}, ${ENDS[field][down ? 1 : 0]} first.`);
    }

    async function sortForMixing() {
        const before = mg.playlist.ids();
        const current = () => alive() && !shared && own.math.sameOrderOfCommon(before, mg.playlist.ids());
        say("Sorting…");
        try {
            const { ids } = await post("playlist/order", { ids: before.filter(isId) });
            if (current()) reorder(ids, "Sorted for mixing: it begins with the same song, and each goes with the one before as well as can be.");
        } catch (error) {
            if (current()) say(error.message);
        }
    }

    /** The playlist in the order of `ids`; songs that came meanwhile stay at the end, those that went are not brought back. */
    function reorder(ids, words) {
        const { songs } = mg.playlist.get();
        const place = new Map(ids.map((id, at) => [id, at]));
        const ordered = [...songs].sort((a, b) => (place.get(a.id) ?? ids.length) - (place.get(b.id) ?? ids.length));
        if (own.math.sameOrder(ordered, songs)) return say("It is in that order already.");
        mg.playlist.replace(ordered);
        say(words);
    }

    const kept = ({ id, title, artists, ms }) => ({ id, title, artists, ms });

    const acts = {
        undo() {
            mg.playlist.undo();
            say("Undone.");
        },
        clear() {
            mg.playlist.clear();
            document.querySelector("#playlist-empty [data-playlist-act=undo]")?.focus();
        },
        add() {
            const fresh = shown().songs.filter(({ id }) => !mg.playlist.has(id));
            const added = mg.playlist.add(fresh.map(kept));
            const full = added < fresh.length ? ` It is full: it holds ${mg.count(mg.playlist.limit)} songs.` : "";
            mg.dock.say(`${own.math.songWords(added)} added to your playlist.${full}`, true);
        },
        replace() {
            const { name, songs } = shown();
            mg.playlist.replace(songs.map(kept), name);
            mg.dock.say("This is your playlist now.", true);
            mg.go(mg.path("playlist"));
        },
        "sort-mixing": sortForMixing,
    };

    function click(event) {
        if (!alive()) return;
        const removed = event.target.closest("#playlist-list .mg-pl-remove");
        if (removed) return remove(removed.closest("li").dataset.song, "mg-pl-remove");
        const act = event.target.closest("#playlist-page [data-playlist-act]")?.dataset.playlistAct;
        if (!act) return;
        if (acts[act]) acts[act]();
        else if (act.startsWith("sort-")) sort(act.slice("sort-".length));
        else own.out.act(act, shown());
    }

    document.addEventListener("click", click);
    document.addEventListener("change", (event) => event.target.id === "playlist-name" && mg.playlist.rename(event.target.value));
    document.addEventListener("keydown", (event) => event.target.id === "playlist-name" && event.key === "Enter" && event.target.blur());

    // ---- start ---------------------------------------------------------------------------------

    /** The page is there, for its own address or for that of a link. */
    function start(asked) {
        page = byId("playlist-page");
        ({ shared, fields, linked } = asked);
        feature = fields[0].name;
        known = new Map();
        asking = new Set();
        told = null;
        troubled = "";
        own.list.forget();
        own.curve.watch();
        if (subscribed) redraw();
        else subscribed = Boolean(mg.playlist.subscribe(redraw));
        return shown().songs.length;
    }

    /** Another feature for the curve. */
    function choose(chosen) {
        if (!chosen || !alive()) return;
        feature = chosen;
        if (shown().songs.length) drawCurve();
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.playlist = { start, choose };
    Object.assign(own, { redraw: () => alive() && shown().songs.length && drawCurve(), isId, remove, say, sentence });
})();
