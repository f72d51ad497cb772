/* Recommend's other controls: seeds, ready-made settings, how the list is made, what songs must meet. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const rec = (mg.recommend = mg.recommend || {});
    const { element } = rec;
    const byId = (id) => document.getElementById(id);
    const names = {}; // token -> {name, detail, songs, href} of all seeds that were shown
    let about = null;
    let forget = () => {};
    let inputs = {};

    // ---- building ------------------------------------------------------------------------------

    function build(setup) {
        about = null;
        rec.sliders.build(byId("recommend-sliders"), setup);
        inputs = {
            perArtist: input("recommend-per-artist", "Songs of an artist"),
            diversity: input("recommend-diversity", "Variety"),
            mixing: input("recommend-mixing"),
            percent: input("recommend-percent"),
        };
        inputs.percent.value = setup.mixing;
        forget = mg.thingBox(byId("recommend-add"), {
            id: "recommend-add",
            label: "Add a song, artist, album, genre, mood, playlist or saved filter as a seed",
            placeholder: "A song, artist, genre, mood…",
            nothing: "Nothing has",
            things: () => rec.truth().seeds,
            full: () => (rec.truth().seeds.length < setup.seedsAtMost ? "" : `${setup.seedsAtMost} seeds are the most; remove one first.`),
            add: addSeed,
        });
        inputs.diversity.addEventListener("input", () => rec.change({ diversity: Number(inputs.diversity.value) }, { control: "diversity" }));
        inputs.perArtist.addEventListener("input", () => {
            const perArtist = bounded(inputs.perArtist, 1, setup.artistAtMost, true);
            if (perArtist !== null) rec.change({ perArtist }, { control: "per_artist" });
        });
        const mix = () => {
            const percent = bounded(inputs.percent, 0, setup.mixingAtMost, false);
            if (percent !== null) rec.change({ harmony: inputs.mixing.checked ? percent : null }, { control: "harmony" });
        };
        inputs.mixing.addEventListener("change", mix);
        inputs.percent.addEventListener("input", mix);
        byId("recommend-fold").addEventListener("click", (event) => {
            const open = event.currentTarget.getAttribute("aria-expanded") !== "true";
            event.currentTarget.setAttribute("aria-expanded", String(open));
        });
    }

    function input(id, label) {
        const place = byId(id);
        const { kind, min, max, step } = place.dataset;
        const optional = (value) => value ?? null;
        const made = element("input", { type: kind, min: optional(min), max: optional(max), step: optional(step), "aria-label": optional(label) });
        if (kind === "number") made.inputMode = "numeric";
        place.replaceChildren(made);
        return made;
    }

    /** The number in a box; null, and the box says so, where it is none that is allowed. */
    function bounded(box, low, high, whole) {
        const number = box.value === "" ? NaN : Number(box.value);
        const fine = number >= low && number <= high && (!whole || Number.isInteger(number));
        box.setAttribute("aria-invalid", String(!fine));
        box.title = fine ? "" : `Write ${low} to ${high}.`;
        return fine ? number : null;
    }

    function setAbout(found, state) {
        about = found;
        rec.sliders.setScales(about.fields);
        byId("recommend-moods").replaceChildren(
            ...about.moods.map(({ name, colour }) => {
                const dot = element("i", { class: "mg-mood-dot" });
                dot.style.setProperty("--mood", `var(--mg-cat-${colour})`);
                return facet("mood", name, dot, element("span", { class: "mg-facet-name" }, name));
            }),
        );
        byId("recommend-explicit").hidden = !about.explicit;
        byId("recommend-explicit").replaceChildren(facet("explicit", "no", "Not explicit"), facet("explicit", "yes", "Explicit"));
        byId("recommend-years").hidden = !about.years;
        if (about.years) {
            const [low, high] = about.years;
            byId("recommend-years").replaceChildren(yearBox("from", low, high), "to", yearBox("to", low, high));
        }
        show(state);
        rec.drawOffers(about.offers);
    }

    const facet = (name, value, ...children) =>
        element("button", { type: "button", class: "mg-facet", "data-filter": name, "data-value": value, "aria-pressed": "false" }, ...children);

    function yearBox(end, low, high) {
        const box = element("input", {
            type: "number", id: `recommend-year-${end}`, class: "mg-recommend-year", placeholder: end === "from" ? low : high,
            "aria-label": end === "from" ? "From year" : "To year", inputmode: "numeric",
        });
        box.addEventListener("change", () => setYears(low, high));
        return box;
    }

    // ---- what a person does --------------------------------------------------------------------

    function addSeed(token, label) {
        const { seeds } = rec.truth();
        if (seeds.includes(token)) return `${label} is already there.`;
        names[token] = names[token] || { name: label, detail: "", href: null };
        rec.change({ seeds: [...seeds, token] }, { words: `${label} was added.` });
        return "";
    }

    function removeSeed(token, place) {
        const { seeds } = rec.truth();
        rec.change({ seeds: seeds.filter((each) => each !== token) }, { words: `${names[token]?.name || "The seed"} was removed.` });
        const left = document.querySelectorAll(".mg-recommend-seed button");
        (left[Math.min(place, left.length - 1)] || byId("recommend-add-text")).focus();
    }

    function setYears(low, high) {
        const [from, to] = ["from", "to"].map((end) => byId(`recommend-year-${end}`));
        const years = [from, to].map((box) => (box.value.trim() === "" ? "" : Math.round(Number(box.value))));
        const turned = years[0] !== "" && years[1] !== "" && years[0] > years[1];
        [from, to].forEach((box) => {
            box.setAttribute("aria-invalid", String(turned));
            box.title = turned ? "The first year is after the last." : `${low} to ${high}`;
        });
        if (turned) return;
        const rest = rec.truth().filter.filter(([name]) => name !== "year");
        rec.change({ filter: years.join("") === "" ? rest : [...rest, ["year", years.join("..")]] });
    }

    function toggle(name, value) {
        const { filter } = rec.truth();
        const there = filter.some(([key, own]) => key === name && own === value);
        // A song has one of yes and no, so one of the two replaces the other.
        const others = filter.filter(([key, own]) => key !== name || (name !== "explicit" && own !== value));
        rec.change({ filter: there ? others : [...others, [name, value]] });
    }

    function preset(name) {
        const { count, seeds } = rec.truth();
        const plain = { ...rec.plain(), count };
        if (name === "energy") rec.change({ ...plain, weights: { energy: 4, loudness: 2, tempo: 2 } });
        else if (name === "mood") rec.change({ ...plain, weights: { valence: 4, energy: 3, acousticness: 2 } });
        else if (name === "mixing") {
            const weights = { tempo: 3, energy: 2, danceability: 2 };
            rec.change({ ...plain, weights, harmony: seeds.some((token) => token.startsWith("song")) ? rec.setup().mixing : null });
        } else if (name === "surprise") {
            const drawn = rec.sliders.known().map((each) => [Math.random(), each]).sort(([a], [b]) => a - b).slice(0, 3);
            const targets = Object.fromEntries(drawn.map(([, each]) => [each, rec.sliders.byChance(each)]));
            rec.change({ ...plain, targets, perArtist: 1, diversity: 0.7 });
        } else rec.change({ ...rec.plain(), unwanted: [] });
    }

    const actions = {
        clear: () => rec.change({ seeds: [] }, { words: "No seeds are left." }),
        more: () => rec.change({ count: Math.min(rec.setup().songsAtMost, rec.truth().count + rec.setup().count) }),
    };

    document.addEventListener("click", (event) => {
        if (!byId("recommend-page") || !rec.truth()) return;
        const found = (selector) => event.target.closest(selector);
        const button = found("#recommend-page button");
        if (!button) return;
        const { preset: settings, filter, value, part, unwanted, seed, place, recommend } = button.dataset;
        if (settings) preset(settings);
        else if (filter) toggle(filter, value);
        else if (part) rec.change({ filter: rec.truth().filter.filter(([name]) => name !== part) });
        else if (unwanted !== undefined) rec.change({ unwanted: rec.truth().unwanted.filter((each) => each !== unwanted) });
        else if (seed) removeSeed(seed, Number(place));
        else if (actions[recommend]) actions[recommend]();
    });

    // ---- showing -------------------------------------------------------------------------------

    /** All controls as the state is; called at every change, before the server answers. */
    function show(state) {
        rec.sliders.show(state);
        const write = (box, value) => document.activeElement !== box && (box.value = value);
        write(inputs.perArtist, state.perArtist);
        inputs.diversity.value = state.diversity;
        byId("recommend-diversity-says").textContent = `${Math.round(100 * state.diversity)} %`;
        inputs.diversity.setAttribute("aria-valuetext", `${Math.round(100 * state.diversity)} percent`);
        inputs.mixing.checked = state.harmony !== null;
        if (state.harmony !== null) write(inputs.percent, state.harmony);
        const has = new Set(state.filter.map(([name, value]) => `${name}=${value}`));
        document.querySelectorAll("#recommend-filters [data-filter]").forEach((button) => {
            button.setAttribute("aria-pressed", String(has.has(`${button.dataset.filter}=${button.dataset.value}`)));
        });
        const years = /^(-?[\d.]*)\.\.<?([\d.]*)$/.exec(state.filter.find(([name]) => name === "year")?.[1] || "..") || ["", "", ""];
        ["from", "to"].forEach((end, place) => byId(`recommend-year-${end}`) && write(byId(`recommend-year-${end}`), years[place + 1]));
        showSeeds(state);
        showUnwanted(state);
        document.querySelector("[data-recommend=clear]").hidden = !state.seeds.length;
        document.querySelectorAll("[data-preset=energy], [data-preset=mood], [data-preset=mixing]").forEach((button) => {
            button.disabled = !state.seeds.length;
        });
    }

    function showSeeds({ seeds }) {
        const list = byId("recommend-seeds");
        const shown = JSON.stringify(seeds.map((token) => [token, names[token]]));
        if (list.dataset.shown === shown) return;
        const focused = document.activeElement?.dataset?.seed;
        list.dataset.shown = shown;
        list.replaceChildren(
            ...seeds.map((token, place) => {
                const { name, detail, songs, href } = names[token] || { name: "…", detail: token, href: null };
                const many = songs > 1 ? `${mg.count(songs)} songs` : "";
                const remove = { type: "button", class: "mg-recommend-remove", "data-seed": token, "data-place": place, "aria-label": `Remove ${name}`, title: "Remove" };
                return element(
                    "li", { class: "mg-recommend-seed" },
                    href ? element("a", { href, "data-mg-link": "yes", dir: "auto", title: name }, name) : element("span", { dir: "auto" }, name),
                    element("small", { dir: "auto" }, [detail, many].filter(Boolean).join(" · ")),
                    element("button", remove, "×"),
                );
            }),
        );
        if (focused) [...list.querySelectorAll("button")].find((button) => button.dataset.seed === focused)?.focus();
    }

    /** A seed that the server has no name for: it is not in the catalogue, or no feature counts. */
    function asWritten(token) {
        const [kind, ...reference] = token.split(":");
        return { name: reference.join(":") || token, detail: reference.length ? kind : "", songs: 0, href: null };
    }

    function chip(words, data, title) {
        return element("button", { type: "button", class: "mg-chip", title, ...data }, element("span", { dir: "auto" }, words), element("span", { class: "mg-chip-x", "aria-hidden": "true" }, "×"));
    }

    function showUnwanted({ unwanted }) {
        byId("recommend-unwanted").replaceChildren(
            ...unwanted.map((name) => chip(`Not ${name}`, { "data-unwanted": name }, "Allow this artist again")),
        );
    }

    /** What only the server knows: names of seeds, where they are, the filter in words. An answer that is `whole`, about
     *  all that is chosen by now, names every seed that there is; others are as they were written. */
    function drawControls(answer, state, whole) {
        answer.seeds.forEach((seed) => (names[seed.token] = seed));
        if (whole) state.seeds.filter((token) => !names[token]).forEach((token) => (names[token] = asWritten(token)));
        rec.sliders.setSeedValues(answer.seedValues);
        const chips = byId("recommend-chips");
        chips.replaceChildren(...answer.filter.map(([part, words]) => chip(words, { "data-part": part }, "Remove this filter")));
        byId("recommend-explore").setAttribute("href", answer.explore);
        byId("recommend-explore").dataset.mgLink = "yes";
        show(state);
        forget();
    }

    Object.assign(rec, { build, setAbout, showControls: show, drawControls });
})();
