/* A restart that is watched from the browser, because what serves this page goes down meanwhile.

   /healthz says which boot answers: the restart is over when another one does. The helper, which stays up, tells through
   nginx what systemd does in between; the ticket that the restart was answered with opens it for some minutes. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const { look, page, parse, pause, renew, say, send } = mg.ops;
    const STEPS = ["asked", "stopping", "starting", "healthy"];
    const LIMIT_MS = 90000;
    const HEALTH_MS = 250;
    const SERVICE_MS = 1000; // nginx lets two a second through
    const SETTLED_MS = 2000; // before that, "failed" may be from before the restart
    const KEPT = "musicgroup-restart";
    const LINES = 60;

    /** The step that is seen: `up`, whether the old boot still answers; `active`, systemd's word, "" when not known. */
    function seen(step, up, active) {
        const at = STEPS.indexOf(step);
        if (active === "activating") return "starting";
        if (["deactivating", "inactive", "failed"].includes(active)) return STEPS[Math.max(at, 1)];
        if (up) return step;
        // Nobody answers and nobody says more: it was stopping at the first such look, and starts at the next.
        return active ? STEPS[Math.max(at, 1)] : STEPS[Math.min(at + 1, 2)];
    }

    function draw(step, times) {
        const list = document.getElementById("ops-steps");
        if (!list) return;
        list.hidden = false;
        list.querySelectorAll("[data-step]").forEach((item) => {
            const place = STEPS.indexOf(item.dataset.step) - STEPS.indexOf(step);
            item.className = place < 0 || step === "healthy" ? "mg-ops-done" : place === 0 ? "mg-ops-now" : "";
            const time = times[item.dataset.step];
            item.querySelector(".mg-ops-seconds").textContent = time === undefined ? "" : `${time.toFixed(1)} s`;
        });
    }

    async function watch(restart) {
        const elapsed = () => (Date.now() - restart.at) / 1000;
        const times = { asked: 0 };
        let step = "asked";
        let unit = {};
        let asked = 0;
        buttons(true);
        window.dash_clientside.set_props("ops-clock", { disabled: true });
        while (elapsed() * 1000 < LIMIT_MS) {
            const health = await look("healthz");
            const boot = health.status === 200 ? parse(health.text).boot : "";
            if (boot && boot !== restart.boot) return healthy(restart, times, elapsed(), boot);
            if (restart.ticket && Date.now() - asked >= SERVICE_MS) {
                asked = Date.now();
                const told = await look("restart/process", restart.ticket);
                unit = told.status === 200 ? parse(told.text).unit || {} : {};
                if (unit.active === "failed" && elapsed() * 1000 > SETTLED_MS) return failed(restart, step, unit.words);
            }
            const next = seen(step, Boolean(boot), unit.active || "");
            if (next !== step) times[(step = next)] = elapsed();
            draw(step, times);
            say("ops-restart-said", `Restarting, ${elapsed().toFixed(0)} s…`);
            await pause(HEALTH_MS);
        }
        return failed(restart, step, step === "asked" ? "the one of before" : `not healthy after ${LIMIT_MS / 1000} s`);
    }

    function healthy(restart, times, seconds, boot) {
        draw("healthy", { ...times, healthy: seconds });
        say("ops-restart-said", `Restarted in ${seconds.toFixed(1)} s: boot ${boot.slice(0, 8)} answers.`);
        over();
        renew();
    }

    /** What failed, and the journal's last lines: by the helper itself, or through us if we are there. */
    async function failed(restart, step, words) {
        const current = document.querySelector(`#ops-steps [data-step="${step}"]`);
        if (current) current.className = "mg-ops-failed";
        say("ops-restart-said", `The restart did not succeed: the service is ${words}. `, true);
        // What the page showed of the service is from before, and nobody is there to renew it.
        window.dash_clientside.set_props("ops-service", { children: `The service is ${words}.` });
        let told = restart.ticket ? await look("restart/logs", restart.ticket) : { status: 0 };
        if (told.status !== 200) told = await look("ops/journal");
        const lines = told.status === 200 ? told.text.trimEnd().split("\n").slice(-LINES) : [];
        const journal = document.getElementById("ops-restart-journal");
        if (journal && lines.length) {
            journal.textContent = lines.join("\n");
            journal.hidden = false;
            journal.scrollTop = journal.scrollHeight;
        }
        const said = document.getElementById("ops-restart-said");
        if (said) {
            const link = document.createElement("a");
            link.href = mg.path("restart/");
            link.textContent = "The helper's own page";
            link.className = "mg-link";
            said.append(link, " works without the application.");
        }
        over();
    }

    function over() {
        window.sessionStorage.removeItem(KEPT);
        buttons(false);
        window.dash_clientside.set_props("ops-clock", { disabled: false });
    }

    function buttons(disabled) {
        document.querySelectorAll("#ops-page .mg-card [data-mg-ops]").forEach((button) => (button.disabled = disabled));
    }

    function confirm(asks) {
        document.getElementById("ops-confirm").hidden = !asks;
        const button = document.querySelector(asks ? '[data-mg-ops="restart-not"]' : '[data-mg-ops="restart"]');
        document.querySelector('[data-mg-ops="restart"]').hidden = asks;
        button.focus();
    }

    async function begin() {
        confirm(false);
        const journal = document.getElementById("ops-restart-journal");
        journal.hidden = true;
        buttons(true);
        say("ops-restart-said", "Asking for a restart…");
        const at = Date.now();
        const before = parse((await look("healthz")).text).boot;
        let told = await send("ops/restart");
        // No answer at all: it may be on its way here from a server that has gone meanwhile, so we look.
        if (told.status === 0 && before) told = { status: 202, boot: before, ticket: "" };
        if (told.status !== 202) {
            buttons(false);
            return say("ops-restart-said", told.error, true);
        }
        const restart = { at, boot: told.boot, ticket: told.ticket };
        window.sessionStorage.setItem(KEPT, JSON.stringify(restart));
        return watch(restart);
    }

    function press(action) {
        if (action === "restart") confirm(true);
        else if (action === "restart-not") confirm(false);
        else if (action === "restart-now") begin();
    }

    /** Whoever reloads the page in the middle sees the rest. */
    async function goOn() {
        const restart = parse(window.sessionStorage.getItem(KEPT));
        if (!restart.at || Date.now() - restart.at > LIMIT_MS) return;
        while (!page() && Date.now() - restart.at < LIMIT_MS) await pause(200);
        if (page()) watch(restart);
    }

    goOn();
    mg.restart = { press, seen };
})();
