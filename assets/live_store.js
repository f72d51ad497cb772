/* The tiles that the browser has: asked for once each, kept while there is room, and fetched ahead while nothing happens.
 *
 * A tile belongs to an active chart ("tempo", or "energy,valence" for a box), a part ("bars" or "wide") and the page's
 * context: catalogue, filter, and what the wide charts show. The query that asks for it is also its key here. The filter
 * goes without the ranges of the active chart itself, so that a chart's tile outlives its own brush.
 *
 * Bytes are kept as they came and made into sums when a tile is first used: the sums are four times as large.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const KEPT_AT_MOST = 40e6; // bytes, of all tiles
    const AHEAD_AT_MOST = 24e6; // of those fetched ahead, so that they do not push each other out
    const PAUSES = [0, 300, 1000]; // ms before each attempt; as many failures in a row are a lost connection
    const LOOK_AGAIN = 2000; // ms between attempts while it is lost

    let context = null;
    const kept = new Map(); // key -> {buffer, tile or null}, the one used last at the end
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
        refused.clear();
        for (const [key, { stop, active, part }] of running) {
            if (keyOf(active, part) === key) continue;
            stop.abort();
            running.delete(key);
        }
        const here = new URLSearchParams({ of }).toString();
        for (const key of kept.keys()) if (!key.startsWith(`${here}&`)) kept.delete(key);
        tell();
    }

    function keyOf(active, part) {
        const query = new URLSearchParams({ of: context.of, active, part });
        if (part === "wide") ["x", "y", "by"].forEach((name) => query.set(name, context[name]));
        const own = active.split(",");
        new URLSearchParams(context.filter).forEach((value, name) => own.includes(name) || query.append(name, value));
        return query.toString();
    }

    // ---- what is kept --------------------------------------------------------------------------

    const bytesOf = ({ buffer, tile }) => buffer.byteLength + (tile ? tile.bytes : 0);

    function bytes() {
        let total = 0;
        for (const entry of kept.values()) total += bytesOf(entry);
        return total;
    }

    /** The tile of a key, ready to be read; null where there is none. */
    function open(key) {
        const entry = kept.get(key);
        if (!entry) return null;
        kept.delete(key);
        kept.set(key, entry);
        try {
            entry.tile = entry.tile || mg.tile.decode(entry.buffer);
        } catch (error) {
            kept.delete(key);
            refused.add(key); // the same bytes would come again
            queueMicrotask(() => {
                throw error;
            });
            return null;
        }
        makeRoom(entry);
        return entry.tile;
    }

    /** Lets go of sums first, then of bytes, of what was not used for the longest time. */
    function makeRoom(latest) {
        let over = bytes() - KEPT_AT_MOST;
        for (const wholly of [false, true]) {
            for (const [key, entry] of kept) {
                if (over <= 0) return;
                if (entry === latest) continue;
                over -= wholly ? bytesOf(entry) : entry.tile ? entry.tile.bytes : 0;
                entry.tile = null;
                if (wholly) kept.delete(key);
            }
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
                if (found) keep(key, found);
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

    function keep(key, buffer) {
        const entry = { buffer, tile: null };
        kept.set(key, entry);
        makeRoom(entry);
    }

    // ---- ahead ---------------------------------------------------------------------------------

    let waiting = []; // [active, part] to be fetched when nothing happens
    let ahead = 0; // bytes of this list
    let idle = false;

    const whenIdle = (work) => (window.requestIdleCallback ? window.requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 200));

    /** The next one of the list, alone: what a person waits for comes first. */
    function next() {
        if (idle || !waiting.length || running.size) return;
        idle = true;
        whenIdle(() => {
            idle = false;
            if (running.size) return; // it calls again when done
            if (!context || offline() || ahead > AHEAD_AT_MOST || window.navigator?.connection?.saveData) return void (waiting = []);
            const [active, part] = waiting.shift();
            const key = keyOf(active, part);
            const count = () => (ahead += kept.has(key) ? bytesOf(kept.get(key)) : 0);
            if (kept.has(key)) return count(), next();
            load(active, part, false).then(count).then(next);
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
        /** Fetches tiles of these charts when nothing else happens, in this order: [["tempo", "bars"], "energy", ...], the
         *  name alone standing for both parts. Takes the place of an earlier list. */
        ahead(list) {
            waiting = list.flatMap((each) => (Array.isArray(each) ? [[String(each[0]), each[1]]] : [[each, "bars"], [each, "wide"]]));
            ahead = 0;
            next();
        },
        /** Whether tiles cannot be had: no connection, or another catalogue than the page shows. The event `mg-live-state`
         *  tells when this changes: {state: "live", "offline" or "changed", offline}. */
        offline,
        bytes,
    };
})();
