/* Recommend: what a person does becomes a new state, the address that brings it back, and a question to the server.
 *
 * `truth` is the state: {seeds: tokens, targets and weights by feature, unwanted: artists, count, perArtist, diversity,
 * harmony (percent or null), filter: [key, value] pairs of the address}. One question is on its way at a time; what
 * changes meanwhile is asked when its answer is there, and only the last of it.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const rec = (mg.recommend = mg.recommend || {});
    const SLIDING_MS = 1500; // one control, moved again within this time, makes one step of the history
    const REST_MS = 250; // browsers allow only so many changes of the address a second
    let known = null; // the page that `truth` is of
    let setup = null;
    let truth = null;
    let asked = null; // query of the newest question
    let onItsWay = false;
    let questions = 0; // asked so far
    let seen = false; // the busy line was on since the newest question
    let newer = false; // the state has changed since
    let slid = { control: "", at: 0 };
    let held = Infinity; // since when the pointer is
    let resting = 0;
    let said = "";

    const page = () => document.getElementById("recommend-page");
    const byId = (id) => document.getElementById(id);
    const setProps = (id, props) => window.dash_clientside.set_props(id, props);

    // ---- state and address ---------------------------------------------------------------------

    function plain() {
        return {
            targets: {}, weights: {}, count: setup.count, perArtist: setup.perArtist, diversity: 0, harmony: null,
        };
    }

    /** A number within bounds, or undefined. */
    function within(text, low, high) {
        const number = text.trim() === "" ? NaN : Number(text);
        return number >= low && number <= high ? number : undefined;
    }

    function whole(text, high) {
        const number = within(text, 1, high);
        return Number.isInteger(number) ? number : undefined;
    }

    /** The state of a query; what cannot be used is left out, the server says so in words. */
    function parse(query) {
        const state = { seeds: [], unwanted: [], filter: [], ...plain() };
        for (const [name, value] of new URLSearchParams(query)) {
            const feature = name.replace(/^(target|weight)_/, "");
            const isFeature = feature !== name && feature in setup.fields;
            if (name === "seed" && value && !state.seeds.includes(value)) state.seeds.push(value);
            else if (name === "not_artist" && value.trim() && !state.unwanted.includes(value)) state.unwanted.push(value);
            else if (isFeature && name.startsWith("target_")) set(state.targets, feature, within(value, -1e30, 1e30));
            else if (isFeature) set(state.weights, feature, within(value, 0, 100));
            else if (name === "count") state.count = whole(value, setup.songsAtMost) ?? setup.count;
            else if (name === "per_artist") state.perArtist = whole(value, setup.artistAtMost) ?? setup.perArtist;
            else if (name === "diversity") state.diversity = within(value, 0, 1) ?? 0;
            else if (name === "harmony") state.harmony = within(value, 0, setup.mixingAtMost) ?? null;
            else if (setup.filters.includes(name) && value) state.filter.push([name, value]);
        }
        return state;
    }

    function set(values, name, value) {
        if (value === undefined) delete values[name];
        else values[name] = value;
    }

    /** The query of a state; what is as it is by default is left out. */
    function write(state) {
        const query = new URLSearchParams();
        const some = (name, value, usual) => value !== usual && query.append(name, value);
        state.seeds.forEach((token) => query.append("seed", token));
        const features = Object.keys(setup.fields);
        features.forEach((name) => name in state.targets && query.append(`target_${name}`, state.targets[name]));
        features.forEach((name) => some(`weight_${name}`, state.weights[name] ?? 1, 1));
        state.unwanted.forEach((name) => query.append("not_artist", name));
        some("count", state.count, setup.count);
        some("per_artist", state.perArtist, setup.perArtist);
        some("diversity", state.diversity, 0);
        some("harmony", state.harmony, null);
        state.filter.forEach(([name, value]) => query.append(name, value));
        return query.toString();
    }

    function address() {
        const query = write(truth);
        return mg.path("recommend") + (query ? `?${query}` : "");
    }

    document.addEventListener("pointerdown", () => (held = performance.now()), true);
    ["pointerup", "pointercancel"].forEach((end) => document.addEventListener(end, () => (held = Infinity), true));

    /** A new state. With a `control`, what it does until it rests or is let go is one step back; else every change is. */
    function change(changes, { control = "", words = "" } = {}) {
        const next = { ...truth, ...changes };
        if (write(next) === write(truth) || !mg.isAt("recommend")) return;
        const now = performance.now();
        const goesOn = control && control === slid.control && (now - slid.at < SLIDING_MS || slid.at >= held);
        slid = { control, at: now };
        if (!goesOn) settle(); // the step before this one may still wait for its address
        truth = next;
        said = words;
        if (goesOn) {
            window.clearTimeout(resting);
            resting = window.setTimeout(settle, REST_MS);
        } else {
            window.history.pushState({}, "", address());
        }
        rec.showControls(truth);
        ask();
    }

    function settle() {
        window.clearTimeout(resting);
        const waits = resting;
        resting = 0;
        if (waits && mg.isAt("recommend")) window.history.replaceState({}, "", address());
    }
    document.addEventListener("click", settle, true); // before a link's address comes

    mg.followAddress("recommend", () => {
        if (!page() || truth === null) return false;
        window.clearTimeout(resting);
        resting = 0;
        slid = { control: "", at: 0 };
        const query = window.location.search.slice(1);
        if (write(parse(query)) === write(truth)) return true;
        truth = parse(query);
        said = "";
        rec.showControls(truth);
        ask(query); // as it was written, so that what is wrong with it is said
        return true;
    });

    // ---- question and answer -------------------------------------------------------------------

    function ask(query) {
        if (onItsWay) {
            newer = true;
            return;
        }
        onItsWay = true;
        newer = seen = false;
        questions += 1;
        asked = query ?? write(truth);
        setProps("recommend-state", { data: { query: asked } });
    }

    function arrived() {
        onItsWay = false;
        if (newer && page()) ask();
    }

    /** The server's answer: seeds that it does not have leave the state, the rest is drawn. */
    function answered(answer) {
        if (!answer || !page() || truth === null) return;
        if (answer.asked === asked && !newer && !answer.empty && !answer.nothing) {
            truth = { ...truth, seeds: answer.seeds.map((seed) => seed.token) };
        }
        if (answer.asked === asked) {
            rec.drawControls(answer, truth, !newer);
            rec.draw(answer, truth);
            speak(answer);
        }
        arrived();
    }

    function speak(answer) {
        const problems = byId("recommend-problems");
        problems.textContent = answer.problems.join(" ");
        problems.hidden = !answer.problems.length;
        if (said) byId("recommend-said").textContent = said;
        said = "";
    }

    // A question without an answer (the server was down) must not be waited for: the line, which was on for it, says when
    // it is over. That of the question before may still be on, or go off, when the next one has been asked.
    function watch(busy) {
        const over = () => !busy.classList.contains("mg-busy-on");
        const look = (number) => number === questions && onItsWay && over() && arrived();
        const changed = () => {
            if (!over()) seen = true;
            else if (seen) window.setTimeout(look, 400, questions);
        };
        seen = !over();
        new MutationObserver(changed).observe(busy, { attributes: true, attributeFilter: ["class"] });
    }

    /** The state in the store, at the page's first look; later ones were `truth` before they were stored. */
    function adopt(stored) {
        if (known === page()) return true;
        known = page();
        setup = JSON.parse(known.dataset.setup);
        truth = parse(stored.query);
        asked = stored.query;
        onItsWay = true; // Dash asks by itself
        newer = false;
        watch(byId("recommend-busy"));
        rec.build(setup);
        rec.showControls(truth);
        return true;
    }

    /** What the catalogue has, once a page. */
    function about(found) {
        if (found && page() && truth) rec.setAbout(found, truth);
    }

    /** An element with attributes (null ones left out) and children; texts become text nodes. */
    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) {
            if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
        }
        made.append(...children.filter((child) => child !== null));
        return made;
    }

    function drawn(name, attributes = {}, ...children) {
        const made = document.createElementNS("http://www.w3.org/2000/svg", name);
        Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
        made.append(...children);
        return made;
    }

    Object.assign(rec, {
        element,
        drawn,
        change,
        truth: () => truth,
        /** Whether a question is on its way, or the address of what rests is still to be written. */
        busy: () => onItsWay || Boolean(resting),
        setup: () => setup,
        plain,
        parse,
        write,
    });
    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.recommend = { adopt, about, answered };
})();
