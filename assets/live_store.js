/* The tiles that the page has: asked for once each, kept while there is room, and fetched ahead while nothing happens.
 *
 * A tile belongs to an active chart ("tempo", or "energy,valence" for a box), a part ("bars" or "wide") and the page's
 * context: catalogue, filter, and what the wide charts show. The query that asks for it is also its key here. The filter
 * goes without the ranges of the active chart itself, so that a chart's tile outlives its own brush.
 *
 * A tile is kept as it came and made into sums when it is first used: the sums are two to four times as large. There is
 * little room, so that the page stays small; what goes is in the browser's own cache of answers and comes back from there
 * within a frame or two of the pointer's coming near.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const KEPT_AT_MOST = 16e6; // bytes of all tiles, but for the two in use
    const AHEAD_AT_MOST = 12e6; // beyond this, what is fetched ahead is left to the browser's cache
    const KEYS_AT_MOST = 500;
    const PAUSES = [0, 300, 1000]; // ms before each attempt; as many failures in a row are a lost connection
    const LOOK_AGAIN = 2000; // ms between attempts while it is lost

    let context = null;
    const keys = new Map(); // "active part" -> key, in this context
    const kept = new Map(); // key -> the bytes, or the tile made of them; the one used last at the end
    const fetched = new Set(); // keys whose tiles came, whether they are still here or not
    const running = new Map(); // key -> {promise, stop, active, part, urgent}
    const refused = new Set(); // keys that the server has no tile for
    let failures = 0;
    let asked = 0; // when the server was last asked
    let outdated = null; // the catalogue that the server says is gone
    let told = "live";

    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

    // ---- the context ---------------------------------------------------------------------------

    /** What the page shows: {of: version of the catalogue, filter: canonical query, x, y, by}. What is no longer asked
     *  for is aborted. */
    function setContext({ of, filter, x, y, by }) {
        const next = { of, filter: filter || "", x, y, by: String(by) };
        if (context && Object.keys(next).every((name) => next[name] === context[name])) return;
        context = next;
        keys.clear();
        refused.clear();
        for (const [key, { stop, active, part }] of running) {
            if (keyOf(active, part) === key) continue;
            stop.abort();
            running.delete(key);
        }
        const here = new URLSearchParams({ of }).toString();
        for (const key of kept.keys()) if (!key.startsWith(`${here}&`)) kept.delete(key);
        if (fetched.size > KEYS_AT_MOST) fetched.clear();
        tell();
    }

    /** The query of a tile; asked for in every frame, so it is written once for each context. */
    function keyOf(active, part) {
        const name = `${active} ${part}`;
        if (!keys.has(name)) keys.set(name, written(active, part));
        return keys.get(name);
    }

    function written(active, part) {
        const query = new URLSearchParams({ of: context.of, active, part });
        if (part === "wide") ["x", "y", "by"].forEach((name) => query.set(name, context[name]));
        const own = active.split(",");
        new URLSearchParams(context.filter).forEach((value, name) => own.includes(name) || query.append(name, value));
        return query.toString();
    }

    // ---- what is kept --------------------------------------------------------------------------

    const isTile = (found) => !(found instanceof ArrayBuffer);
    const bytesOf = (found) => (isTile(found) ? found.bytes : found.byteLength);

    function bytes() {
        let total = 0;
        for (const found of kept.values()) total += bytesOf(found);
        return total;
    }

    /** The tile of a key, ready to be read; null where there is none. */
    function open(key) {
        const found = kept.get(key);
        if (!found) return null;
        kept.delete(key);
        try {
            const tile = isTile(found) ? found : mg.tile.decode(found);
            kept.set(key, tile);
            if (tile !== found) makeRoom();
            return tile;
        } catch (error) {
            refused.add(key); // the same bytes would come again
            queueMicrotask(() => {
                throw error;
            });
            return null;
        }
    }

    function keep(key, buffer, urgent) {
        fetched.add(key);
        if (!urgent && bytes() + buffer.byteLength > AHEAD_AT_MOST) return;
        kept.set(key, buffer);
        makeRoom();
    }

    /** Lets go of what was not used for the longest time; never of the last two: a frame needs both parts of a chart. */
    function makeRoom() {
        let over = bytes() - KEPT_AT_MOST;
        for (const key of [...kept.keys()].slice(0, -2)) {
            if (over <= 0) return;
            over -= bytesOf(kept.get(key));
            kept.delete(key);
        }
    }

    // ---- asking --------------------------------------------------------------------------------

    const state = () => (context && context.of === outdated ? "changed" : failures >= PAUSES.length ? "offline" : "live");
    const offline = () => state() !== "live";

    function tell() {
        if (state() === told) return;
        told = state();
        document.dispatchEvent(new CustomEvent("mg-live-state", { detail: { state: told, offline: offline() } }));
    }

    function failed(count) {
        failures = count;
        tell();
    }

    /** Fetches a tile's bytes; several who ask for one share the request. An urgent one tries again. */
    function load(active, part, urgent) {
        const key = keyOf(active, part);
        const other = running.get(key);
        if (other) {
            other.urgent = other.urgent || urgent;
            return other.promise;
        }
        if (refused.has(key) || state() === "changed") return Promise.resolve();
        if (offline() && Date.now() - asked < LOOK_AGAIN) return Promise.resolve();
        const job = { stop: new AbortController(), active, part, urgent, of: context.of };
        running.set(key, job);
        job.promise = attempts(key, job).finally(() => {
            if (running.get(key) === job) running.delete(key);
            next();
        });
        return job.promise;
    }

    async function attempts(key, job) {
        for (const pause of PAUSES) {
            if (pause) await wait(pause);
            if (job.stop.signal.aborted) return;
            try {
                const found = await answer(key, job);
                if (found) keep(key, found, job.urgent);
                return failed(0);
            } catch {
                if (job.stop.signal.aborted) return;
                failed(failures + 1);
                if (!job.urgent || offline()) return;
            }
        }
    }

    /** The bytes; null where the server will not give any for this query, however often it is asked. */
    async function answer(key, { stop, urgent, of }) {
        asked = Date.now();
        const options = { signal: stop.signal, priority: urgent ? "high" : "low" };
        const response = await window.fetch(`${mg.path("explore/tile")}?${key}`, options);
        if (response.ok) return response.arrayBuffer();
        if (response.status >= 500) throw new Error(`The tile was answered with ${response.status}.`);
        if (response.status === 409) outdated = of;
        refused.add(key);
        return null;
    }

    // ---- ahead ---------------------------------------------------------------------------------

    let waiting = []; // [active, part] to be fetched when nothing happens
    let idle = false;

    const whenIdle = (work) => (window.requestIdleCallback ? window.requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 200));

    /** The next one of the list, alone: what a person waits for comes first. */
    function next() {
        if (idle || !waiting.length || running.size) return;
        idle = true;
        whenIdle(() => {
            idle = false;
            if (running.size || !waiting.length) return; // it calls again when done; meanwhile others may be wanted
            if (mg.live?.held()) return void setTimeout(next, LOOK_AGAIN); // a brush moves, and has what it needs
            if (!context || offline() || window.navigator?.connection?.saveData) return void (waiting = []);
            const [active, part] = waiting.shift();
            if (fetched.has(keyOf(active, part))) return next();
            load(active, part, false).then(next);
        });
    }

    // The connection of the machine itself is back: no reason to wait.
    window.addEventListener("online", () => (asked = 0));

    mg.tiles = {
        setContext,
        /** The tile if it is here, else null; asks nobody. */
        peek: (active, part) => context && open(keyOf(String(active), part)),
        /** The tile, fetched if need be; null when it cannot be had, or is no longer of use when it comes. */
        async want(active, part) {
            if (!context) return null;
            const key = keyOf(String(active), part);
            if (!kept.has(key)) await load(String(active), part, true);
            return keyOf(String(active), part) === key ? open(key) : null;
        },
        /** Fetches the tiles of these charts when nothing else happens, in this order: ["tempo", "energy,valence", ...]. All
         *  bars first: they are what most charts show. Takes the place of an earlier list. */
        ahead(list) {
            waiting = ["bars", "wide"].flatMap((part) => list.map((active) => [String(active), part]));
            next();
        },
        /** Whether tiles cannot be had: no connection, or another catalogue than the page shows. The event `mg-live-state`
         *  tells when this changes: {state: "live", "offline" or "changed", offline}. */
        offline,
        bytes,
    };
})();
