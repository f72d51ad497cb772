/* The map of all songs: which window is seen under which filter, and what the server said lies in it.
 *
 * `truth` is the filter's query, as in Explore; a control calls `change`, which sets the store `map-filter` and the
 * address. The window lives here and in the address (`view=`). A picture stays until a better one is there: it is
 * stretched to the new window meanwhile, over the overview of the whole map.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const math = () => mg.map.math;
    const PAUSE_MS = 90; // without movement, then the server is asked
    const PATIENCE_MS = 320; // but in a long movement not less often than this
    const STEP = 1.6;
    const REACH = 16; // pixels within which a pointer means a song
    const OVERVIEW = { width: 240, height: 150 };
    const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

    const byId = (id) => document.getElementById(id);
    const setProps = (id, props) => window.dash_clientside.set_props(id, props);
    const state = { page: null };
    let truth = null;

    const page = () => byId("map-page");
    const alive = () => state.page && state.page === page();
    const unpoint = () => mg.map.pointer.hide(state);

    // ---- beginning -----------------------------------------------------------------------------

    /** The server's word on model and filter: at the first look, after every change, after trouble. */
    function start(base) {
        if (!base || !page()) return window.dash_clientside.no_update;
        if (state.page !== page()) begin(base);
        if (base.asked !== state.asked) return window.dash_clientside.no_update; // of a filter that has changed meanwhile
        const another = state.base && state.base.of !== base.of;
        state.base = base;
        if (another) Object.assign(state, { picture: null, overview: null, window: math().home(base.extent, state.size) });
        if (base.query !== truth) truth = base.query;
        state.area = areaOfTruth();
        state.tokens = mg.map.paint.theme(state.canvas, base.moods);
        mg.map.words.show(state, truth);
        writeAddress();
        ask(0);
        return window.dash_clientside.no_update;
    }

    function begin(base) {
        state.watch?.disconnect();
        const host = byId("map-host");
        const canvas = byId("map-canvas");
        Object.assign(state, {
            page: page(), host, canvas, context: canvas.getContext("2d"), base, mode: "pan", highlight: null, hovered: -1,
            picture: null, overview: null, points: [], drawing: null, size: null, window: null, shown: null,
        });
        truth = state.asked = base.asked;
        state.area = areaOfTruth();
        unpoint();
        measure();
        const asked = math().windowFrom(page().dataset.view);
        state.window = asked ? math().bounded(math().fitted(asked, state.size), whole()) : whole();
        mg.map.listen(canvas, told);
        state.watch = new ResizeObserver(resized);
        state.watch.observe(host);
        setMode("pan");
    }

    function measure() {
        const box = state.host.getBoundingClientRect();
        state.ratio = Math.min(window.devicePixelRatio || 1, 3);
        state.size = { width: Math.max(80, Math.round(box.width)), height: Math.max(80, Math.round(box.height)) };
        state.canvas.width = Math.round(state.size.width * state.ratio);
        state.canvas.height = Math.round(state.size.height * state.ratio);
    }

    function resized() {
        if (!alive()) return state.watch.disconnect();
        const before = state.size;
        const wasWhole = isWhole();
        measure();
        if (before.width === state.size.width && before.height === state.size.height) return redraw();
        state.window = wasWhole ? whole() : math().bounded(math().fitted(state.window, state.size), whole());
        paint(); // at once: a canvas is empty after its size has changed
        ask(PAUSE_MS);
    }

    const whole = () => math().home(state.base.extent, state.size);
    const isWhole = () => math().same(state.window, whole());

    // ---- the address ---------------------------------------------------------------------------

    function address() {
        const view = isWhole() ? "" : `view=${math().windowText(state.window)}`;
        const query = [truth, view].filter(Boolean).join("&");
        return mg.path("map") + (query ? `?${query}` : "");
    }

    function writeAddress(how = "replaceState") {
        if (!alive() || !mg.isAt("map")) return;
        if (address() !== window.location.pathname + window.location.search) window.history[how]({}, "", address());
    }

    /** Edit the filter. What the server makes of it comes back through `start`. */
    function change(edit) {
        const params = new URLSearchParams(truth);
        edit(params);
        const next = params.toString();
        if (next === truth || !mg.isAt("map")) return;
        adopt(next);
        writeAddress("pushState");
    }

    function adopt(query) {
        truth = state.asked = query; // the server may know it in another order
        state.area = areaOfTruth();
        state.shown = null;
        state.picture = state.picture && { ...state.picture, stale: true };
        state.overview = null;
        unpoint();
        mg.map.words.pressed(truth);
        setProps("map-filter", { data: truth });
        redraw();
        ask(0);
    }

    function areaOfTruth() {
        return math().areaFrom(new URLSearchParams(truth).get("area"), state.base.model);
    }

    mg.followAddress("map", () => {
        if (!alive() || truth === null) return false;
        const params = new URLSearchParams(window.location.search);
        const view = math().windowFrom(params.get("view"));
        params.delete("view");
        state.window = view ? math().bounded(math().fitted(view, state.size), whole()) : whole();
        if (params.toString() !== new URLSearchParams(truth).toString()) adopt(params.toString());
        else moved();
        return true;
    });

    // ---- moving --------------------------------------------------------------------------------

    function moved(pause = PAUSE_MS) {
        unpoint();
        redraw();
        ask(pause);
    }

    function go(window, smoothly = false) {
        const target = math().bounded(window, whole());
        cancelAnimationFrame(state.gliding);
        if (!smoothly || still()) {
            state.window = target;
            return moved();
        }
        const from = state.window;
        const begun = performance.now();
        const step = (now) => {
            if (!alive()) return;
            const t = Math.min(1, (now - begun) / 180);
            const eased = 1 - (1 - t) ** 3;
            state.window = t === 1 ? target : from.map((end, i) => end + (target[i] - end) * eased);
            moved();
            if (t < 1) state.gliding = requestAnimationFrame(step);
        };
        state.gliding = requestAnimationFrame(step);
    }

    const KEYS = {
        "+": () => go(math().zoomed(state.window, STEP), true),
        "-": () => go(math().zoomed(state.window, 1 / STEP), true),
        0: () => go(whole(), true),
        ArrowLeft: () => go(math().panned(state.window, 0.15, 0), true),
        ArrowRight: () => go(math().panned(state.window, -0.15, 0), true),
        ArrowUp: () => go(math().panned(state.window, 0, 0.15), true),
        ArrowDown: () => go(math().panned(state.window, 0, -0.15), true),
        p: () => setMode("pan"),
        b: () => setMode("box"),
        l: () => setMode("lasso"),
        Escape: () => {
            told.drawing(null);
            unpoint();
            setMode("pan");
        },
    };
    KEYS["="] = KEYS["+"];
    KEYS._ = KEYS["-"];

    function setMode(mode) {
        state.mode = mode;
        state.host.dataset.mode = mode;
        state.page.querySelectorAll("[data-map-mode]").forEach((button) => {
            button.setAttribute("aria-pressed", String(button.dataset.mapMode === mode));
        });
    }

    // ---- what hands did ------------------------------------------------------------------------

    const told = {
        mode: () => state.mode,
        zoomed(factor, px, py) {
            go(math().zoomed(state.window, factor, px / state.size.width, py / state.size.height));
        },
        panned(dx, dy) {
            go(math().panned(state.window, dx / state.size.width, dy / state.size.height));
        },
        rested: () => ask(0),
        key(name, px, py) {
            if (!alive()) return false;
            if (name === "double") {
                go(math().zoomed(state.window, 2, px / state.size.width, py / state.size.height), true);
                return true;
            }
            const act = KEYS[name.length === 1 ? name.toLowerCase() : name];
            if (act) act();
            return Boolean(act);
        },
        pointed: (px, py, kind) => mg.map.pointer.pointed(state, px, py, kind, truth),
        left: () => mg.map.pointer.left(state),
        clicked: (px, py, kind) => mg.map.pointer.clicked(state, px, py, kind, truth),
        drawing(points) {
            state.drawing = points && points.map(([x, y]) => math().toPlane(state.window, state.size, x, y));
            redraw();
        },
        drawn(points) {
            state.drawing = null;
            const xs = points.map((point) => point[0]);
            const ys = points.map((point) => point[1]);
            const wide = Math.max(...xs) - Math.min(...xs) > 4 && Math.max(...ys) - Math.min(...ys) > 4;
            redraw();
            if (!wide || points.length < 3) return;
            const corners = points.map(([x, y]) => math().toPlane(state.window, state.size, x, y));
            setMode("pan"); // whoever has drawn wants to look at it
            change((params) => params.set("area", math().areaText(state.base.model, corners)));
        },
    };

    // ---- asking --------------------------------------------------------------------------------

    /** Ask the server for the window once it rests; in a long movement every now and then. */
    function ask(pause) {
        clearTimeout(state.timer);
        state.waitingSince = state.waitingSince || performance.now();
        const left = Math.max(0, PATIENCE_MS - (performance.now() - state.waitingSince));
        state.timer = setTimeout(load, Math.min(pause, left));
    }

    async function load() {
        state.waitingSince = null;
        if (!alive()) return;
        writeAddress();
        const grid = math().gridFor(state.size, state.ratio);
        const view = math().windowText(state.window);
        const sorted = new URLSearchParams(truth); // the server's order of parameters is another than a person's
        sorted.sort();
        const key = `${view}|${grid.width}x${grid.height}|${sorted}|${state.base.of}`;
        if (state.shown !== key || state.wanted !== key) state.asking?.abort();
        byId("map-busy").classList.toggle("mg-busy-on", state.shown !== key);
        state.wanted = key;
        if (state.shown === key) return mg.map.words.show(state, truth);
        const asking = (state.asking = new AbortController());
        const needsOverview = !state.overview && !isWhole();
        try {
            const answer = await fetched(view, grid, asking.signal);
            if (!answer || asking !== state.asking || !alive()) return; // a later question is under way
            state.shown = answer.of === state.base.of ? key : null;
            state.picture = { answer, window: answer.window };
            if (isWhole()) state.overview = { answer, window: answer.window };
            repaint();
            mg.map.words.show(state, truth);
            byId("map-busy").classList.remove("mg-busy-on");
            if (answer.of !== state.base.of) refreshBase(); // somebody has kept another model
            if (needsOverview) await loadOverview(asking);
        } catch (error) {
            if (error.name !== "AbortError") byId("map-busy")?.classList.remove("mg-busy-on");
        }
    }

    async function loadOverview(asking) {
        const window = math().home(state.base.extent, OVERVIEW);
        const answer = await fetched(math().windowText(window), OVERVIEW, asking.signal);
        if (!answer || asking !== state.asking || !alive()) return;
        state.overview = { answer: { ...answer, places: null }, window: answer.window };
        repaint();
    }

    async function fetched(view, { width, height }, signal) {
        const query = `view=${view}&grid=${width}x${height}&of=${state.base.of}${truth ? `&${truth}` : ""}`;
        const answer = await fetch(`${mg.path("map/view")}?${query}`, { signal });
        if (answer.ok) return math().decoded(await answer.arrayBuffer());
        if (answer.status !== 400) refreshBase(); // the region then says what is missing, and waits for it
        byId("map-busy")?.classList.remove("mg-busy-on");
        return null;
    }

    const refreshBase = () => setProps("map-retry", { n_intervals: Date.now() % 1000000000 });

    // ---- painting ------------------------------------------------------------------------------

    /** Pixels anew: another answer, theme or highlight. */
    function repaint() {
        if (!alive() || !state.tokens) return;
        const { tokens, highlight, size } = state;
        [state.overview, state.picture].forEach((picture) => {
            if (!picture) return;
            const { answer } = picture;
            const small = answer.width <= OVERVIEW.width;
            const side = math().dotSide(answer.songs, small ? OVERVIEW : size, (small ? OVERVIEW : size).width / answer.width);
            const finer = small ? 1 : Math.ceil((size.width * state.ratio) / answer.width);
            picture.image = mg.map.paint.image(answer, tokens, { highlight, side: small ? Math.max(side, 2) : side, finer });
        });
        redraw();
    }

    function redraw() {
        if (state.frame) return;
        state.frame = requestAnimationFrame(() => {
            state.frame = null;
            if (alive()) paint();
        });
    }

    function paint() {
        const { picture, overview } = state;
        const pictures = [overview, picture].filter((each, i, all) => each?.image && all.indexOf(each) === i);
        state.taken = mg.map.words.taken(state);
        state.points = mg.map.paint.draw(state.context, {
            ...state, pictures, closed: state.mode !== "lasso",
            places: picture && !picture.stale ? picture.answer.places : null,
            names: mg.map.words.names(state),
        });
        mg.map.words.overview(state, whole());
    }

    /** The theme has changed: other colours, the same answer. */
    new MutationObserver(() => {
        if (!alive() || !state.tokens) return;
        state.tokens = mg.map.paint.theme(state.canvas, state.base.moods);
        repaint();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

    function highlight(mood) {
        if (state.highlight === mood) return;
        state.highlight = mood;
        repaint();
    }

    mg.map = Object.assign(mg.map || {}, { REACH, act: (name) => told.key(name), alive, change, go, highlight, redraw, setMode, state });
    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.map = Object.assign(window.dash_clientside.map || {}, { start });
})();
