/* A playlist from elsewhere, on the page of the playlist: a file or pasted links are sent to /playlist/upload, and what
 * was found is shown, profiled, added. And the profile below: which songs it is of.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const MISSES_SHOWN = 200;
    const PROFILED_AT_MOST = 20000; // as many as an upload may have

    let page = null; // the form that was made last
    let largest = 0;
    let asked = null; // AbortController of the request under way
    let found = null; // the last answer
    let viewing = false; // whether the profile is of the upload
    let shown = []; // ids of the songs that the page shows above
    let profiled = null; // ids, as one text, that the profile was last asked for

    const byId = (id) => document.getElementById(id);
    const alive = () => page !== null && byId("playlist-upload-form") === page;

    function element(name, { data = {}, aria = {}, ...properties } = {}, ...children) {
        const made = document.createElement(name);
        Object.assign(made, properties);
        Object.assign(made.dataset, data);
        for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value);
        made.append(...children.filter((child) => child !== null && child !== undefined));
        return made;
    }

    const songWords = (count) => (count === 1 ? "1 song" : `${mg.count(count)} songs`);
    const button = (act, words, quiet = true) =>
        element("button", { type: "button", className: quiet ? "mg-button mg-button-quiet" : "mg-button", textContent: words, data: { uploadAct: act } });

    /** A sentence for all, or, where the page shows it anyway, for screen readers alone. */
    function say(words, unseen = false) {
        const host = byId("playlist-upload-says");
        host.textContent = words;
        host.classList.toggle("visually-hidden", unseen);
    }

    function complain(words) {
        const host = byId("playlist-upload-problem");
        host.textContent = words;
        host.hidden = !words;
    }

    // ---- the form ------------------------------------------------------------------------------

    function makeForm(host) {
        const file = element("input", { type: "file", id: "playlist-upload-file", className: "mg-upload-file", accept: ".csv,.txt,.tsv,.m3u8,.m3u,.jspf,.json,text/csv,text/plain" });
        const zone = element("label", { className: "mg-upload-zone", htmlFor: file.id },
            file,
            element("span", { className: "mg-upload-zone-words" },
                element("strong", { textContent: "Choose a file" }), " or drop it here"),
            element("small", { className: "mg-muted", textContent: "Exportify’s CSV, or any list of links to songs; up to 10 MB and 20,000 songs. It is read and forgotten." }));
        const text = element("textarea", { id: "playlist-upload-links", className: "mg-upload-text", rows: 3, spellcheck: false, placeholder: "https://open.spotify.com/track/…\nor Artist - Title, one a line" });
        const paste = element("form", { className: "mg-upload-paste" },
            element("label", { className: "mg-upload-label", htmlFor: text.id, textContent: "or paste links to songs" }),
            text,
            element("button", { type: "submit", className: "mg-button mg-button-quiet", textContent: "Find these songs" }));
        file.addEventListener("change", () => file.files.length && sendFile(file.files[0], file));
        paste.addEventListener("submit", (event) => {
            event.preventDefault();
            sendLinks(text.value);
        });
        dropsInto(zone);
        host.replaceChildren(zone, paste);
    }

    function dropsInto(zone) {
        const over = (event) => {
            if (![...event.dataTransfer.types].includes("Files")) return;
            event.preventDefault();
            zone.classList.add("mg-upload-over");
        };
        zone.addEventListener("dragenter", over);
        zone.addEventListener("dragover", over);
        zone.addEventListener("dragleave", () => zone.classList.remove("mg-upload-over"));
        zone.addEventListener("drop", (event) => {
            zone.classList.remove("mg-upload-over");
            if (!event.dataTransfer.files.length) return;
            event.preventDefault();
            if (event.dataTransfer.files.length > 1) return complain("One file at a time, please.");
            sendFile(event.dataTransfer.files[0]);
        });
    }

    // ---- asking --------------------------------------------------------------------------------

    function sendFile(file, input) {
        if (file.size > largest) {
            complain(`The file is larger than ${largest / 1e6} MB; split it in two.`);
        } else {
            const form = new FormData();
            form.append("file", file, file.name);
            send(form, `Reading ${file.name} …`);
        }
        if (input) input.value = ""; // so that the same file can be chosen again
    }

    function sendLinks(text) {
        if (!text.trim()) {
            complain("There is nothing in it yet; paste links to songs.");
            return byId("playlist-upload-links").focus();
        }
        const form = new FormData();
        form.append("links", text);
        send(form, "Looking for these songs …");
    }

    async function send(form, words) {
        asked?.abort();
        const own = (asked = new AbortController());
        complain("");
        say(words);
        try {
            const response = await fetch(mg.path("playlist/upload"), { method: "POST", body: form, signal: own.signal });
            const answer = await response.json().catch(() => ({}));
            if (own !== asked || !alive()) return;
            say("");
            if (!response.ok) return complain(answer.error || failed(response.status));
            found = answer;
            showResult();
        } catch (error) {
            if (error.name === "AbortError" || own !== asked || !alive()) return;
            say("");
            complain("The server cannot be reached, or the file has changed meanwhile; try again.");
        }
    }

    const failed = (status) => (status === 413 ? "That is more than the server takes; split it in two." : "That did not work; try again in a moment.");

    // ---- what was found ------------------------------------------------------------------------

    function showResult() {
        const { name, rows, matched, misses, twice } = found;
        const count = matched.length + twice; // rows that are in the catalogue
        const host = byId("playlist-upload-result");
        const rate = rows ? count / rows : 0;
        const head = element("div", { className: "mg-upload-rate" },
            element("h3", { textContent: name || "Pasted songs", dir: "auto" }),
            element("p", { id: "playlist-upload-rate" }, `${mg.count(count)} of ${songWords(rows)} found in this catalogue: `,
                element("strong", { textContent: rate === 1 ? "100 %" : mg.percent(Math.min(rate, 0.994)) })),
            element("div", { className: "mg-upload-meter", aria: { hidden: "true" } }, bar(rate)),
            element("p", { className: "mg-note", textContent: how(matched, twice) }));
        const acts = element("div", { className: "mg-pl-group mg-upload-acts" },
            matched.length ? button("profile", "Show its profile", false) : null,
            matched.length ? button("add", "Add to my playlist") : null,
            matched.length && mg.playlist.ids().length ? button("replace", "Replace my playlist") : null,
            button("close", "Forget it"));
        host.replaceChildren(head, acts, misses.length ? missTable(misses) : "");
        host.hidden = false;
        host.focus({ preventScroll: true });
        say(`${mg.count(count)} of ${songWords(rows)} found.`, true);
    }

    function bar(rate) {
        const made = element("i");
        made.style.width = `${100 * rate}%`;
        return made;
    }

    function how(matched, twice) {
        const by = { id: 0, title: 0, version: 0 };
        matched.forEach((song) => (by[song.how] += 1));
        const said = [
            by.id && `${mg.count(by.id)} by Spotify’s id`,
            by.title && `${mg.count(by.title)} by title and artist`,
            by.version && `${mg.count(by.version)} as another version of the same title`,
            twice && `${mg.count(twice)} there twice, kept once`,
        ].filter(Boolean);
        return said.length ? `${said.join(", ")}.` : "";
    }

    function missTable(misses) {
        const cell = (text, kind = "td") => element(kind, { textContent: text, dir: "auto" });
        const rows = misses.slice(0, MISSES_SHOWN).map(({ line, title, artists, why }) =>
            element("tr", {}, element("td", { className: "mg-number", textContent: mg.count(line) }), cell(title), cell(artists), cell(why)));
        const table = element("table", { className: "mg-table" },
            element("caption", { className: "visually-hidden", textContent: "What was not found, and why" }),
            element("thead", {}, element("tr", {}, element("th", { className: "mg-number", textContent: "Line" }), cell("Title", "th"), cell("Artists", "th"), cell("Why", "th"))),
            element("tbody", {}, ...rows));
        const frame = element("div", { className: "mg-table-frame mg-upload-misses", tabIndex: 0, aria: { label: "What was not found" } }, table);
        frame.setAttribute("role", "region");
        const rest = misses.length - rows.length;
        return element("details", { className: "mg-details", open: misses.length <= 20 },
            element("summary", { textContent: `What was not found (${mg.count(misses.length)})` }),
            frame,
            rest > 0 ? element("p", { className: "mg-note", textContent: `And ${mg.count(rest)} more.` }) : null);
    }

    // ---- what can be done with it --------------------------------------------------------------

    const kept = ({ id, title, artists, ms }) => ({ id, title, artists, ms });

    const acts = {
        profile() {
            viewing = true;
            profile(found.matched.map(({ id }) => id), found.name || "Pasted songs");
            const host = byId("playlist-profile");
            host.scrollIntoView({ block: "start" });
            host.focus({ preventScroll: true });
        },
        add() {
            const before = mg.playlist.ids().length;
            const songs = found.matched.filter(({ id }) => !mg.playlist.has(id));
            const added = mg.playlist.add(songs.map(kept));
            if (!before && found.name && !mg.playlist.get().name) mg.playlist.rename(found.name);
            say(`${songWords(added)} added to your playlist.${leftOut(songs.length - added)}`);
        },
        replace() {
            mg.playlist.replace(found.matched.map(kept), found.name || undefined);
            const left = found.matched.length - mg.playlist.ids().length;
            mg.dock.say(`Your playlist was replaced.${leftOut(left)}`, true);
        },
        close() {
            found = null;
            byId("playlist-upload-result").hidden = true;
            byId("playlist-upload-result").replaceChildren();
            say("Forgotten.");
            if (viewing) acts.back();
            byId("playlist-upload-file").focus();
        },
        back() {
            viewing = false;
            profile(shown, "");
        },
    };

    const leftOut = (count) => (count > 0 ? ` It holds ${mg.count(mg.playlist.limit)}: ${songWords(count)} did not fit.` : "");

    document.addEventListener("click", (event) => {
        if (!alive()) return;
        const act = event.target.closest("#playlist-upload [data-upload-act]")?.dataset.uploadAct;
        if (act) acts[act]();
        else if (event.target.closest("#playlist-profile-back")) acts.back();
    });

    // ---- the profile ---------------------------------------------------------------------------

    function profile(all, name) {
        const ids = all.slice(0, PROFILED_AT_MOST);
        byId("playlist-profile").hidden = !ids.length;
        byId("playlist-profile-back").hidden = !viewing || !shown.length;
        const now = `${name}\n${ids.join(" ")}`;
        if (!ids.length || now === profiled) return;
        profiled = now;
        window.dash_clientside.set_props("playlist-profile-of", { data: { ids, name } });
    }

    /** Other songs are shown on the page; an upload that somebody looks at stays. */
    function follow(store) {
        shown = (store && store.ids) || [];
        if (!alive()) return;
        if (viewing) byId("playlist-profile-back").hidden = !shown.length;
        else profile(shown, "");
    }

    /** The page is there, without an upload; `store` is what it shows, if it has said so already. */
    function start(limits, store) {
        const host = byId("playlist-upload-form");
        if (host === page) return true;
        page = host;
        ({ largest } = limits);
        asked?.abort();
        asked = found = profiled = null;
        viewing = false;
        makeForm(host);
        follow(store);
        return true;
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.playlist_upload = { start, follow };
})();
