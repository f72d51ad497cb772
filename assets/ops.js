/* Operations: logging in and out, and what its buttons ask for. The restart is in ops_restart.js. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const LOOK_MS = 500;
    const TRAINING_MS = 1000;
    const RELOAD_MS = 90000;
    const page = () => document.getElementById("ops-page");
    const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

    /** Write a sentence into an element, as a failure or not. */
    function say(id, words, failed = false) {
        const element = document.getElementById(id);
        if (!element) return;
        element.textContent = words;
        element.classList.toggle("mg-ops-bad", failed);
    }

    /** POST to a route of ours; {status, said | error, ...}, also when nobody answers. */
    async function send(path, body) {
        const form = page() ? page().dataset.mgForm : "";
        const headers = { "Content-Type": "application/json", "X-MusicGroup-Form": form };
        try {
            const answer = await fetch(mg.path(path), { method: "POST", headers, body: JSON.stringify(body || {}) });
            let told = {};
            try {
                told = await answer.json();
            } catch {
                told = { error: `The server answered ${answer.status}.` };
            }
            return { status: answer.status, ...told };
        } catch {
            return { status: 0, error: "The server does not answer." };
        }
    }

    /** GET a route of ours without the shell noticing when nobody answers: {status, text}, status 0 then. */
    function look(path, bearer) {
        return new Promise((resolve) => {
            const request = new XMLHttpRequest();
            request.open("GET", mg.path(path));
            request.timeout = 3000;
            if (bearer) request.setRequestHeader("Authorization", `Bearer ${bearer}`);
            request.onload = () => resolve({ status: request.status, text: request.responseText });
            request.onerror = request.ontimeout = () => resolve({ status: 0, text: "" });
            request.send();
        });
    }

    function parse(text) {
        try {
            return JSON.parse(text) || {};
        } catch {
            return {};
        }
    }

    /** Have the page look at everything now. */
    function renew() {
        window.dash_clientside.set_props("ops-clock", { n_intervals: Date.now() % 1000000000 });
    }

    async function logIn(form) {
        const field = form.querySelector("input");
        say("ops-login-said", "");
        const told = await send("ops/login", { password: field.value });
        if (told.status === 200) return window.location.reload();
        say("ops-login-said", told.error, true);
        field.select();
    }

    async function logOut() {
        await send("ops/logout");
        window.location.reload();
    }

    async function simple(name, button) {
        button.disabled = true;
        const told = await send(`ops/${name}`);
        say(`ops-${name}-said`, told.said || told.error, !told.said);
        button.disabled = false;
        renew();
    }

    /** Ask for new workers, then look until all old ones are gone. */
    async function reload(button) {
        const began = performance.now();
        const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
        button.disabled = true;
        const told = await send("ops/reload");
        if (!told.workers) say("ops-reload-said", told.error, true);
        else say("ops-reload-said", told.said);
        let done = !told.workers;
        while (!done && performance.now() - began < RELOAD_MS) {
            await pause(LOOK_MS);
            const { status, text } = await look("ops/workers");
            const now = status === 200 ? parse(text).workers || [] : [];
            done = now.length >= told.workers.length && !now.some((id) => told.workers.includes(id));
            if (!done) say("ops-reload-said", `New workers are starting, ${seconds()}…`);
            else say("ops-reload-said", `All ${now.length} workers are new after ${seconds()}.`);
        }
        if (!done) say("ops-reload-said", `After ${seconds()} there are still old workers; the journal may say why.`, true);
        button.disabled = false;
        renew();
    }

    /** Ask for a training, and say how it is going until it has ended; over a restart, too. */
    async function train(button) {
        button.disabled = true;
        say("ops-train-said", "Asking for a training…");
        const told = await send("ops/train");
        say("ops-train-said", told.said || told.error, !told.said);
        let running = Boolean(told.said);
        while (running && page()) {
            await pause(TRAINING_MS);
            const { status, text } = await look("ops/training");
            if (status === 401) break;
            if (status !== 200) continue;
            const now = parse(text);
            running = now.running;
            say("ops-train-said", now.words, now.failed);
        }
        button.disabled = false;
        renew();
    }

    async function showJournal(details) {
        const shown = details.querySelector("pre");
        shown.textContent = "Loading…";
        const { status, text } = await look("ops/journal");
        shown.textContent = status === 200 ? text || "It is empty." : parse(text).error || "The server does not answer.";
        shown.scrollTop = shown.scrollHeight;
    }

    document.addEventListener("submit", (event) => {
        if (event.target.id !== "ops-login") return;
        event.preventDefault();
        logIn(event.target);
    });

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-mg-ops]");
        if (!button) return;
        const action = button.dataset.mgOps;
        if (action === "logout") logOut();
        else if (action === "again") window.location.reload();
        else if (action === "reload") reload(button);
        else if (action === "clear-cache") simple(action, button);
        else if (action === "train") train(button);
        else if (mg.restart) mg.restart.press(action, button);
    });

    // "toggle" does not bubble, so it is caught on its way down.
    document.addEventListener(
        "toggle",
        (event) => {
            const details = event.target;
            if (details.dataset && "mgOpsJournal" in details.dataset && details.open) showJournal(details);
        },
        true,
    );

    // A page that nobody sees asks for nothing.
    document.addEventListener("visibilitychange", () => {
        if (!page()) return;
        window.dash_clientside.set_props("ops-clock", { disabled: document.hidden });
        if (!document.hidden) renew();
    });

    mg.ops = { look, page, parse, pause, renew, say, send };
})();
