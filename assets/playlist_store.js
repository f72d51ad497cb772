/* The playlist that a person puts together while browsing, kept in this browser: window.musicgroup.playlist.
 *
 * Kept as JSON under `mg-playlist`: {name, songs: [{id, title, artists, ms}]}, `id` as Spotify's, `artists` one text,
 * `ms` the duration or null. Whoever shows it subscribes; every change, of another tab too, is told to all.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const KEY = "mg-playlist";
    const AT_MOST = 1000;
    const LONGEST_NAME = 100;
    const LONGEST_TEXT = 500;
    const UNDOS = 20;

    let playlist = { name: "", songs: [] };
    let places = new Set(); // ids of the songs, for `has`
    let kept = true; // false where the browser does not let us keep anything: then it lives as long as the page
    const undos = []; // functions from the playlist as it is to the playlist as it was, the newest last
    const listeners = new Set();

    // ---- what is kept --------------------------------------------------------------------------

    const text = (value, longest) => (typeof value === "string" ? value.trim().slice(0, longest) : "");

    /** A song as it is kept, of whatever was given; null where there is no id. */
    function songOf(given) {
        const id = text(given && given.id, 100);
        if (!id) return null;
        const artists = Array.isArray(given.artists) ? given.artists.join(", ") : given.artists;
        const ms = given.ms === null || given.ms === "" ? NaN : Number(given.ms);
        return {
            id,
            title: text(given.title, LONGEST_TEXT),
            artists: text(artists, LONGEST_TEXT),
            ms: Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : null,
        };
    }

    /** Songs as they are kept: each once, no more than fit; what is none is left out. */
    function songsOf(given) {
        const found = new Map();
        for (const song of (Array.isArray(given) ? given : [given]).map(songOf)) {
            if (song && !found.has(song.id) && found.size < AT_MOST) found.set(song.id, song);
        }
        return [...found.values()];
    }

    /** What the browser keeps, by whoever wrote it, an empty playlist where that is none; null where it keeps nothing. */
    function read() {
        let found = null;
        try {
            found = JSON.parse(window.localStorage.getItem(KEY));
        } catch (error) {
            if (!(error instanceof SyntaxError)) return null;
        }
        return { name: text(found && found.name, LONGEST_NAME), songs: songsOf((found && found.songs) || []) };
    }

    function write() {
        try {
            window.localStorage.setItem(KEY, JSON.stringify(playlist));
            kept = window.localStorage.getItem(KEY) !== null;
        } catch {
            kept = false;
        }
    }

    // ---- changes -------------------------------------------------------------------------------

    const copy = ({ name, songs }) => ({ name, songs: songs.map((song) => ({ ...song })) });

    function take(changed) {
        playlist = changed;
        places = new Set(playlist.songs.map((song) => song.id));
    }

    function tell() {
        for (const listener of listeners) call(listener);
    }

    /** One listener that fails keeps nothing from the others. */
    function call(listener) {
        try {
            listener(copy(playlist));
        } catch (error) {
            queueMicrotask(() => {
                throw error;
            });
        }
    }

    /** Takes what another tab wrote since; its `storage` event may still be on its way. */
    function refresh() {
        const found = kept ? read() : null;
        if (found) take(found);
        else kept = false;
    }

    function become(changed, undo = null) {
        take(changed);
        if (undo) undos.splice(0, undos.length - UNDOS + 1), undos.push(undo);
        write();
        tell();
    }

    /** What a replacement is undone by: the songs from before, then those that came since. */
    function back(before, after) {
        const known = new Set([...before.songs, ...after.songs].map((song) => song.id));
        return (now) => {
            const since = now.songs.filter((song) => !known.has(song.id));
            return { name: now.name === after.name ? before.name : now.name, songs: songsOf([...before.songs, ...since]) };
        };
    }

    mg.playlist = {
        limit: AT_MOST,

        /** {name, songs}, a copy. */
        get: () => copy(playlist),
        ids: () => playlist.songs.map((song) => song.id),
        has: (id) => places.has(id),
        /** Whether the browser keeps the playlist when the page is closed. */
        persisted: () => kept,

        /** Puts a song, or several, at the end; how many were added: not those that are there, nor those beyond the limit. */
        add(given) {
            refresh();
            const fresh = songsOf(given).filter((song) => !places.has(song.id));
            const added = fresh.slice(0, AT_MOST - playlist.songs.length);
            if (added.length) become({ ...playlist, songs: [...playlist.songs, ...added] });
            return added.length;
        },

        /** Fills in what was not known of songs that are there: a place on the map has no duration. */
        learn(given) {
            refresh();
            const known = new Map(songsOf(given).map((song) => [song.id, song]));
            const learnt = ({ id, title, artists, ms }) => {
                const more = known.get(id) || {};
                return { id, title: title || more.title || "", artists: artists || more.artists || "", ms: ms ?? more.ms ?? null };
            };
            const songs = playlist.songs.map(learnt);
            if (JSON.stringify(songs) !== JSON.stringify(playlist.songs)) become({ ...playlist, songs });
        },

        remove(id) {
            refresh();
            const place = playlist.songs.findIndex((song) => song.id === id);
            if (place < 0) return false;
            const song = playlist.songs[place];
            const songs = playlist.songs.filter((each) => each !== song);
            become({ ...playlist, songs }, (now) => {
                const rest = now.songs.filter((each) => each.id !== id);
                return { ...now, songs: [...rest.slice(0, place), song, ...rest.slice(place)].slice(0, AT_MOST) };
            });
            return true;
        },

        /** Moves the song at place `from` to place `to`, both from 0. */
        move(from, to) {
            refresh();
            const songs = [...playlist.songs];
            if (from === to || !songs[from] || !songs[to]) return false;
            songs.splice(to, 0, ...songs.splice(from, 1));
            become({ ...playlist, songs });
            return true;
        },

        /** Other songs, or the same in another order; the name stays where none is given. */
        replace(songs, name) {
            refresh();
            const before = playlist;
            const after = { name: name === undefined ? before.name : text(name, LONGEST_NAME), songs: songsOf(songs) };
            become(after, back(before, after));
        },

        rename(name) {
            refresh();
            become({ ...playlist, name: text(name, LONGEST_NAME) });
        },

        clear() {
            refresh();
            if (playlist.songs.length) mg.playlist.replace([], "");
        },

        /** Takes the last removal, clearing or replacement back, then the one before; false where there is none. */
        undo() {
            const undone = undos.pop();
            if (!undone) return false;
            refresh();
            become(undone(playlist));
            return true;
        },
        undoable: () => undos.length > 0,

        /** Calls a function with the playlist, now and after each change; gives a function that ends it. */
        subscribe(listener) {
            listeners.add(listener);
            call(listener);
            return () => listeners.delete(listener);
        },
    };

    function changedElsewhere() {
        refresh();
        tell();
    }

    refresh();
    window.addEventListener("storage", (event) => {
        if (event.key === KEY || event.key === null) changedElsewhere();
    });
    // A page that comes back from the browser's back-forward cache was told nothing while it was away.
    window.addEventListener("pageshow", (event) => event.persisted && changedElsewhere());
})();
