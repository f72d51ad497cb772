/* Ways out of the playlist: files from the server, texts for the clipboard, a link, recommendations. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const own = (mg.playlistPage = mg.playlistPage || {});
    const SEEDS_AT_MOST = 80; // as many songs of a list of one's own as recommendations take
    const byId = (id) => document.getElementById(id);

    function note(sentence, failed = false) {
        const host = byId("playlist-out-note");
        if (!host) return;
        host.textContent = sentence;
        host.classList.toggle("mg-pl-failed", failed);
    }

    // ---- files ---------------------------------------------------------------------------------

    /** Saves the songs as a file of one kind. What goes wrong is said, and the page stays as it is. */
    async function save(kind, { name, songs: all }) {
        const songs = all.filter(({ id }) => own.isId(id));
        const form = new FormData();
        const others = songs.filter(({ known }) => known === null).map(({ id, title, artists, ms }) => ({ id, title, artists, ms }));
        form.append("playlist", JSON.stringify({ name, ids: songs.map(({ id }) => id), others }));
        note("One moment…");
        try {
            const answer = await fetch(mg.path(`playlist/export/${kind}`), { method: "POST", body: form });
            if (!answer.ok) return note(await own.sentence(answer), true);
            download(await answer.blob(), fileName(answer.headers.get("content-disposition") || "") || `playlist.${kind}`);
            note(`Saved ${own.math.songWords(songs.length)}.`);
        } catch {
            note("The server cannot be reached; try again.", true);
        }
    }

    /** The name in a Content-Disposition header, the one in UTF-8 first. */
    function fileName(header) {
        const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header);
        const plain = /filename="?([^";]+)"?/i.exec(header);
        return encoded ? decodeURIComponent(encoded[1]) : plain ? plain[1] : "";
    }

    function download(blob, name) {
        const href = URL.createObjectURL(blob);
        const link = own.list.element("a", { href, download: name });
        document.body.append(link);
        link.click();
        link.remove();
        window.setTimeout(() => URL.revokeObjectURL(href), 10000);
    }

    // ---- texts ---------------------------------------------------------------------------------

    async function copy(text, words) {
        note((await written(text)) ? words : "This browser does not let us copy; here it is, select and copy it:", false);
        const host = byId("playlist-out-note");
        if (host && host.textContent.endsWith(":")) host.append(own.list.element("textarea", { value: text, readOnly: true, rows: 3, ariaLabel: "To copy" }));
    }

    async function written(text) {
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch {
            return writtenOld(text); // not over plain http
        }
    }

    function writtenOld(text) {
        const focus = document.activeElement;
        const area = own.list.element("textarea", { value: text, readOnly: true, className: "visually-hidden" });
        document.body.append(area);
        area.select();
        let done = false;
        try {
            done = document.execCommand("copy");
        } catch {
            done = false;
        }
        area.remove();
        focus?.focus({ preventScroll: true });
        return done;
    }

    function address({ name, songs }) {
        const query = [`songs=${songs.map(({ id }) => encodeURIComponent(id)).join(",")}`];
        if (name) query.push(`name=${encodeURIComponent(name)}`);
        return `${window.location.origin}${mg.path("playlist")}?${query.join("&")}`;
    }

    // ---- what can be done with these songs -------------------------------------------------------

    function draw({ songs }, linked) {
        const link = document.querySelector("[data-playlist-act=copy-link]");
        link.disabled = songs.length > linked;
        link.title = link.disabled
            ? `A link holds up to ${linked} songs; these are ${mg.count(songs.length)}.`
            : "A link that shows these songs to whoever opens it";
        const seeds = songs.filter(({ known }) => known !== null).slice(-SEEDS_AT_MOST);
        const query = new URLSearchParams({ seed: `songs:${seeds.map(({ id }) => id).join(",")}` });
        const title = seeds.length < songs.length ? `Songs like ${seeds.length} of these` : "Songs like these";
        const href = mg.path(`recommend?${query}`);
        const host = byId("playlist-recommend");
        if (host.firstElementChild?.getAttribute("href") === href) return;
        note("");
        host.replaceChildren(...(seeds.length
            ? [own.list.element("a", { className: "mg-button", href, title, textContent: "Recommend from these", data: { mgLink: "yes" } })]
            : []));
    }

    function act(name, shown) {
        const uris = shown.songs.map(({ id }) => `spotify:track:${id}`).join("\n");
        if (name.startsWith("export-")) return save(name.slice("export-".length), shown);
        if (name === "copy-uris") return copy(uris, `Copied ${own.math.songWords(shown.songs.length)}, one a line.`);
        return copy(address(shown), "Copied the link. Whoever opens it sees these songs; it does not follow later changes.");
    }

    Object.assign(own, { out: { act, address, draw, fileName } });
})();
