/* The map in words: legend with counts, summary, numbers, names of moods, and the small overview. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const math = () => mg.map.math;
    const NO_MOOD = 15;
    const byId = (id) => document.getElementById(id);
    const OVERVIEW_FROM = 1.25; // times enlarged, from there on it helps

    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
        made.append(...children);
        return made;
    }

    const swatch = (mood) =>
        element("i", { class: "mg-map-swatch", style: `background: ${mood ? `var(--mg-cat-${mood.colour})` : "var(--mg-muted)"}` });

    /** Moods with the songs that are in view, the most first: [{mood, songs}]; `mood` is null for songs without one. */
    function counted(base, answer) {
        return answer.moods
            .map((songs, number) => ({ mood: base.moods[number] || null, songs }))
            .filter(({ songs }) => songs)
            .sort((a, b) => b.songs - a.songs);
    }

    // ---- after every answer --------------------------------------------------------------------

    function show(state, truth) {
        legend(state, truth);
        if (!state.picture || state.picture.stale || state.base.query !== truth) return; // called again when both are there
        const { base, picture: { answer } } = state;
        byId("map-says").textContent = summary(base, answer, truth);
        numbers(base, answer);
    }

    /** "12,431 of 1,204,025 songs in view: Happy 31 %, Sad 22 %, Calm 20 %." */
    function summary(base, answer, truth) {
        const of = truth ? `${mg.count(base.selected)} filtered` : mg.count(base.placed);
        if (!answer.songs) return `None of ${of} songs in view.`;
        const found = answer.songs === (truth ? base.selected : base.placed) ? `All ${of}` : `${mg.count(answer.songs)} of ${of}`;
        const shares = counted(base, answer).map(({ mood, songs }) => `${mood ? mood.name : "no mood"} ${mg.percent(songs / answer.songs)}`);
        const between = base.moods.some((mood) => mood.name.includes(",")) ? "; " : ", ";
        return `${found} songs in view: ${shares.slice(0, 6).join(between)}${shares.length > 6 ? " …" : ""}.`;
    }

    function numbers(base, answer) {
        const rows = counted(base, answer).map(({ mood, songs }) =>
            element("tr", {},
                element("td", {}, mood ? mood.name : "without a mood"),
                element("td", { class: "mg-number" }, mg.count(songs)),
                element("td", { class: "mg-number" }, mg.percent(songs / answer.songs)),
                element("td", { class: "mg-number" }, mood ? mg.count(mood.songs) : "")));
        const head = ["Mood", "Songs in view", "Share", "In the catalogue"].map((text, i) => element("th", i ? { class: "mg-number", scope: "col" } : { scope: "col" }, text));
        byId("map-numbers").replaceChildren(
            element("table", { class: "mg-table" },
                element("caption", { class: "visually-hidden" }, "Songs in view by mood"),
                element("thead", {}, element("tr", {}, ...head)),
                element("tbody", {}, ...rows)));
    }

    // ---- legend --------------------------------------------------------------------------------

    function legend(state, truth) {
        const { base } = state;
        const host = byId("map-legend");
        if (host.dataset.of !== base.of) {
            host.dataset.of = base.of;
            host.replaceChildren(...base.moods.map((mood) => {
                const button = element("button", {
                    type: "button", class: "mg-map-mood", "data-mood": mood.name, "data-number": mood.number, "aria-pressed": "false",
                    title: `Only ${mood.name}: click to filter, point to see where`,
                }, element("span", { class: "mg-map-share" }), swatch(mood), element("span", { class: "mg-map-mood-name" }, mood.name), element("span", { class: "mg-map-mood-songs" }, "…"));
                return button;
            }));
        }
        pressed(truth);
        const answer = state.picture && !state.picture.stale ? state.picture.answer : null;
        if (!answer) return;
        const most = Math.max(1, ...answer.any_mood);
        host.querySelectorAll("[data-mood]").forEach((button) => {
            const songs = answer.any_mood[Number(button.dataset.number)];
            button.querySelector(".mg-map-mood-songs").textContent = mg.count(songs);
            button.querySelector(".mg-map-share").style.width = `${(100 * songs) / most}%`;
            button.setAttribute("aria-label", `${button.dataset.mood}, ${mg.count(songs)} songs in view`);
        });
    }

    function pressed(truth) {
        const chosen = new Set(new URLSearchParams(truth).getAll("mood"));
        byId("map-legend")?.querySelectorAll("[data-mood]").forEach((button) => {
            button.setAttribute("aria-pressed", String(chosen.has(button.dataset.mood)));
        });
    }

    const moodOf = (event) => mg.map.alive?.() && event.target.closest?.("#map-legend [data-mood]");

    function point(event) {
        const button = moodOf(event);
        if (button) mg.map.highlight(Number(button.dataset.number));
        else if (mg.map.alive?.() && event.relatedTarget?.closest?.("#map-legend [data-mood]")) mg.map.highlight(null);
    }

    function unpoint(event) {
        if (moodOf(event) && !event.relatedTarget?.closest?.("#map-legend [data-mood]")) mg.map.highlight(null);
    }

    document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && point(event));
    document.addEventListener("pointerout", unpoint);
    document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && point(event));
    document.addEventListener("focusout", unpoint);

    document.addEventListener("click", (event) => {
        if (!mg.map.alive?.()) return;
        const mood = moodOf(event);
        const part = event.target.closest("#map-page [data-remove]");
        const mode = event.target.closest("[data-map-mode]");
        const act = event.target.closest("[data-map-key]");
        if (mood) mg.map.change((params) => toggle(params, "mood", mood.dataset.mood));
        else if (part) mg.map.change((params) => params.delete(part.dataset.remove));
        else if (mode) mg.map.setMode(mode.dataset.mapMode);
        else if (act) mg.map.act(act.dataset.mapKey);
    });

    function toggle(params, name, value) {
        const values = params.getAll(name);
        params.delete(name);
        const others = values.filter((each) => each !== value);
        [...others, ...(others.length === values.length ? [value] : [])].forEach((each) => params.append(name, each));
    }

    // ---- on the picture ------------------------------------------------------------------------

    /** Names of the moods and where they belong, in pixels; none where few songs are in view, or none is the most. */
    function names({ base, picture, window, size }) {
        if (!picture || picture.stale || picture.answer.songs < 2000) return null;
        const { answer } = picture;
        answer.middles = answer.middles || math().moodMiddles(answer);
        return answer.middles
            .filter(({ mood }) => mood !== NO_MOOD && base.moods[mood] && answer.moods[mood] > 0.02 * answer.songs)
            .map(({ mood, x, y }) => {
                const [x0, x1, y0, y1] = picture.window;
                const [px, py] = math().toScreen(window, size, x0 + x * (x1 - x0), y1 - y * (y1 - y0));
                return { text: base.moods[mood].name, mood, px, py };
            });
    }

    /** Boxes of what lies over the picture, where no name may stand. */
    function taken({ host }) {
        const frame = host.getBoundingClientRect();
        return [...host.querySelectorAll("[data-map-over]")]
            .map((over) => over.getBoundingClientRect())
            .filter((box) => box.width)
            .map((box) => ({ x: box.left - frame.left, y: box.top - frame.top, width: box.width, height: box.height }));
    }

    /** The whole map small in the corner, with a frame around what is seen. */
    function overview(state, whole) {
        const canvas = byId("map-overview");
        const shown = Boolean(state.overview?.image) && math().depth(state.window, whole) > OVERVIEW_FROM;
        canvas.hidden = !shown;
        if (!shown) return;
        const box = { width: canvas.clientWidth, height: canvas.clientHeight };
        const ratio = state.ratio;
        canvas.width = Math.round(box.width * ratio);
        canvas.height = Math.round(box.height * ratio);
        const context = canvas.getContext("2d");
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        const frame = math().fitted(state.overview.window, box);
        const [left, top] = math().toScreen(frame, box, state.overview.window[0], state.overview.window[3]);
        const [right, bottom] = math().toScreen(frame, box, state.overview.window[1], state.overview.window[2]);
        context.imageSmoothingQuality = "high";
        context.drawImage(state.overview.image, left, top, right - left, bottom - top);
        const [x0, y0] = math().toScreen(frame, box, state.window[0], state.window[3]);
        const [x1, y1] = math().toScreen(frame, box, state.window[1], state.window[2]);
        context.strokeStyle = state.tokens.accent;
        context.lineWidth = 1.5;
        const grow = Math.max(0, 4 - (x1 - x0)) / 2; // deep in the map the frame is still to be seen
        context.strokeRect(x0 - grow, y0 - grow, x1 - x0 + 2 * grow, y1 - y0 + 2 * grow);
    }

    document.addEventListener("pointerdown", (event) => {
        if (event.target.id !== "map-overview" || !mg.map.alive?.()) return;
        const { state } = mg.map;
        const box = event.target.getBoundingClientRect();
        const frame = math().fitted(state.overview.window, box);
        const [x, y] = math().toPlane(frame, box, event.clientX - box.left, event.clientY - box.top);
        const [across, up] = math().spanOf(state.window);
        mg.map.go([x - across / 2, x + across / 2, y - up / 2, y + up / 2], true);
    });

    mg.map = Object.assign(mg.map || {}, { words: { counted, element, names, overview, pressed, show, summary, swatch, taken, toggle } });
})();
