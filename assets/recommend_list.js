/* Recommend's list: a song keeps its row while it stays in the answer, so that a moving slider only moves rows. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const rec = (mg.recommend = mg.recommend || {});
    const { element, drawn } = rec;
    const byId = (id) => document.getElementById(id);
    const rows = new Map(); // song's id -> its elements, of the answer that is shown
    const open = new Set(); // ids of the songs whose numbers are shown
    let shown = null; // the answer
    let list = null;

    const field = (name) => rec.setup().fields[name];
    const points = (part) => (100 * part).toFixed(1).replace("-", "−");
    const path = (token) => mg.path("recommend") + `?${new URLSearchParams({ seed: token })}`;

    // ---- a row ---------------------------------------------------------------------------------

    function made(song) {
        const parts = {
            rank: element("span", { class: "mg-recommend-rank" }),
            bars: drawn("svg", { class: "mg-recommend-why-bars", role: "img" }),
            score: element("strong", { class: "mg-recommend-score" }),
            why: element("p", { class: "mg-recommend-why" }),
            mood: element("span", { class: "mg-recommend-mood" }),
            numbers: element("div", { class: "mg-recommend-numbers", id: `recommend-numbers-${song.id}`, hidden: true }),
        };
        parts.item = element(
            "li", { class: "mg-recommend-song", "data-song": song.id },
            parts.rank, named(song), element("div", { class: "mg-recommend-fit" }, parts.bars, parts.score),
            element("p", { class: "mg-recommend-facts" }, parts.mood, ...facts(song)),
            parts.why, actions(song), parts.numbers,
        );
        return parts;
    }

    function named({ id, title, artists }) {
        const link = { href: mg.path(`song/${encodeURIComponent(id)}`), "data-mg-link": "yes", dir: "auto", class: "mg-recommend-title" };
        return element(
            "div", { class: "mg-recommend-name" },
            element("a", link, title), element("span", { dir: "auto", class: "mg-recommend-artists" }, artists.join(", ") || "unknown artist"),
        );
    }

    function facts({ key, values }) {
        const value = (name) => values[shown.fields.indexOf(name)];
        const [keyName, camelot] = rec.setup().keys[key] || ["key unknown", ""];
        const words = [camelot ? `${keyName} · ${camelot}` : keyName];
        for (const name of ["tempo", "duration_ms", "year"]) {
            if (shown.fields.includes(name) && value(name) !== null) words.push(mg.format(value(name), field(name).style));
        }
        return words.map((text) => element("span", {}, text));
    }

    function actions({ id, title, artists, values }) {
        const milliseconds = values[shown.fields.indexOf("duration_ms")];
        const quiet = "mg-recommend-action";
        const add = {
            type: "button", class: "mg-add", "data-mg-add": id, "data-mg-title": title, "data-mg-artists": artists.join(", "),
            "data-mg-ms": milliseconds ? Math.round(milliseconds) : "", "aria-pressed": "false", title: "Add to the playlist",
            "aria-label": `Add ${title} to the playlist`,
        };
        const away = { href: `https://open.spotify.com/track/${encodeURIComponent(id)}`, target: "_blank", rel: "noopener", class: quiet, "aria-label": `Listen to ${title} on Spotify` };
        const numbers = { type: "button", class: quiet, "aria-expanded": "false", "aria-controls": `recommend-numbers-${id}`, "data-numbers": id, "aria-label": `Why ${title}, in numbers` };
        return element(
            "div", { class: "mg-recommend-actions" },
            element("button", add),
            element("a", away, "Listen ↗"),
            element("a", { href: path(`song:${id}`), class: quiet, "data-like": id, "aria-label": `More like ${title}` }, "More like this"),
            artists.length
                ? element("button", { type: "button", class: quiet, "data-not": artists[0], title: `Not ${artists[0]}` }, "Not this artist")
                : null,
            element("button", numbers, "Why"),
        );
    }

    function update(parts, song, place, tallest) {
        write(parts.rank, String(place + 1));
        write(parts.why, song.why);
        write(parts.score, `${Math.round(100 * song.score)} %`.replace("-", "−"));
        drawBars(parts.bars, song.parts, tallest);
        const dot = element("i", { class: "mg-mood-dot" });
        if (song.mood) dot.style.setProperty("--mood", `var(--mg-cat-${song.mood[1]})`);
        parts.mood.replaceChildren(...(song.mood ? [dot, song.mood[0]] : []));
        parts.mood.hidden = !song.mood;
        const isOpen = open.has(song.id);
        parts.numbers.hidden = !isOpen;
        parts.item.querySelector("[data-numbers]").setAttribute("aria-expanded", String(isOpen));
        if (isOpen) parts.numbers.replaceChildren(numbersOf(song));
    }

    const write = (node, text) => node.textContent !== text && (node.textContent = text);

    /** A bar for each feature: what it adds to the score stands above the line, what it takes below. */
    function drawBars(svg, parts, tallest) {
        const most = Math.max(0, ...parts);
        const labels = shown.used.map((name) => field(name).label.toLowerCase());
        const least = parts.indexOf(Math.min(...parts));
        const best = parts.indexOf(most);
        svg.setAttribute("viewBox", `0 0 ${parts.length * 10} 40`);
        svg.setAttribute("aria-label", `${labels[best]} adds most, ${labels[least]} ${parts[least] < 0 ? "takes most" : "least"}`);
        const base = 40 * tallest.share;
        const bars = parts.map((part, place) => {
            const size = Math.max(0.6, (Math.abs(part) / tallest.span) * 38);
            const bar = drawn("rect", { x: place * 10 + 1, width: 8, y: part < 0 ? base : base - size, height: size, class: part < 0 ? "mg-recommend-less" : "" });
            bar.append(drawn("title", {}, `${labels[place]} ${part < 0 ? "" : "+"}${points(part)} %`));
            return bar;
        });
        svg.replaceChildren(...bars, drawn("line", { x1: 0, x2: parts.length * 10, y1: base, y2: base }));
    }

    /** All bars of the answer have one scale: the longest up and down fill the height. */
    function scaleOf(songs) {
        const all = songs.flatMap((song) => song.parts);
        const up = Math.max(0.0001, ...all);
        const down = Math.max(0, -Math.min(0, ...all));
        return { span: up + down, share: 0.5 / 20 + (0.95 * up) / (up + down) };
    }

    function numbersOf(song) {
        const rowsOf = shown.fields.map((name, place) => {
            const used = shown.used.indexOf(name);
            const value = (found) => mg.format(found, field(name).style);
            return [field(name).label, value(song.values[place]), value(shown.aims[place]), used < 0 ? "does not count" : `${points(song.parts[used])} %`];
        });
        rowsOf.push(["All", "", "", `${points(song.score)} %`]);
        return rec.table(["Feature", "Song", "Aim", "Adds"], rowsOf, `Why ${song.title}`);
    }

    // ---- the list ------------------------------------------------------------------------------

    function draw(answer) {
        const place = byId("recommend-songs");
        if (place !== list) {
            list = place;
            rows.clear();
            open.clear();
        }
        byId("recommend-empty").hidden = !answer.empty;
        byId("recommend-body").hidden = answer.empty;
        byId("recommend-nothing").hidden = !answer.nothing;
        byId("recommend-nothing").textContent = answer.nothing || "";
        // The old songs stay, stepped back, while the sliders say nothing that songs could be found by.
        list.classList.toggle("mg-recommend-stale", Boolean(answer.nothing));
        if (answer.nothing && !list.childElementCount) ["recommend-list-head", "recommend-radar-card"].forEach((id) => (byId(id).hidden = true));
        if (answer.empty || answer.nothing) return;
        byId("recommend-list-head").hidden = false;
        const sameFields = shown && String(shown.fields) === String(answer.fields);
        shown = answer;
        if (!sameFields) rows.clear();
        const tallest = scaleOf(answer.songs);
        const kept = new Set(answer.songs.map((song) => song.id));
        [...rows.keys()].filter((id) => !kept.has(id)).forEach((id) => {
            rows.get(id).item.remove();
            rows.delete(id);
        });
        answer.songs.forEach((song, at) => {
            if (!rows.has(song.id)) rows.set(song.id, made(song));
            const parts = rows.get(song.id);
            update(parts, song, at, tallest);
            if (list.children[at] !== parts.item) list.insertBefore(parts.item, list.children[at] || null);
        });
        while (list.children.length > answer.songs.length) list.lastElementChild.remove();
        words(answer);
        rec.drawRadar(answer);
    }

    function words({ pools: [all, filtered, count], narrowed, songs }) {
        const within = narrowed ? `, ${mg.count(filtered)} after your filters` : "";
        byId("recommend-pools").textContent = `${mg.count(all)} songs${within}, ${mg.count(count)} shown`;
        const none = !songs.length;
        byId("recommend-nothing").hidden = !none;
        if (none) byId("recommend-nothing").textContent = "No song is left: remove a filter, or allow more songs of an artist.";
        document.querySelector("[data-recommend=all]").hidden = none;
        const { count: asked } = rec.truth();
        document.querySelector("[data-recommend=more]").hidden = count < asked || asked >= rec.setup().songsAtMost;
        byId("recommend-radar-card").hidden = none;
    }

    /** What can be begun with, where there is nothing to go by. */
    function drawOffers(offers) {
        byId("recommend-empty").replaceChildren(
            element("p", { class: "mg-state-title" }, "Nothing to go by yet."),
            element("p", { class: "mg-state-detail" }, "Search for a song, an artist or a mood, or move a slider: a target alone is enough. Or begin with one of these."),
            element(
                "div", { class: "mg-recommend-offers" },
                ...offers.map(([title, detail, token]) =>
                    element("a", { href: path(token), "data-mg-link": "yes", class: "mg-recommend-offer", dir: "auto" }, element("strong", {}, title), element("span", {}, detail))),
            ),
        );
    }

    document.addEventListener("click", (event) => {
        if (!shown || list !== byId("recommend-songs")) return; // until the first answer it is an earlier visit's
        const target = event.target.closest("#recommend-page [data-like], #recommend-page [data-not], #recommend-page [data-numbers], #recommend-page [data-recommend=all]");
        if (!target || !mg.isPlain(event)) return;
        const { like, not, numbers } = target.dataset;
        if (like) {
            event.preventDefault();
            rec.change({ seeds: [`song:${like}`], targets: {} }, { words: "Songs like this one." });
            window.scrollTo(0, 0);
        } else if (not) {
            rec.change({ unwanted: [...rec.truth().unwanted, not] }, { words: `Without ${not}.` });
        } else if (numbers) {
            open.delete(numbers) || open.add(numbers);
            draw(shown);
        } else {
            addAll();
        }
    });

    function addAll() {
        const at = shown.fields.indexOf("duration_ms");
        const songs = shown.songs.map(({ id, title, artists, values }) => ({ id, title, artists: artists.join(", "), ms: values[at] ?? null }));
        const added = mg.playlist.add(songs);
        byId("recommend-said").textContent = `${mg.count(added)} songs were added to the playlist.`;
        mg.dock?.say?.(added ? `${mg.count(added)} ${added === 1 ? "song was" : "songs were"} added.` : "They are all in the playlist already.");
    }

    Object.assign(rec, { draw, drawOffers });
})();
