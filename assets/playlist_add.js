/* Buttons that put a song into the playlist: <button data-mg-add="<id>" data-mg-title data-mg-artists data-mg-ms>.
 *
 * Anything may draw them, at any time: one listener serves all, and an observer gives each its look when it appears.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const BUTTONS = "[data-mg-add]";
    const WORDS = { true: "In playlist", false: "Add to playlist" };
    const TITLES = { true: "In the playlist; press to take it out", false: "Add to the playlist" };

    const set = (button, name, value) => button.getAttribute(name) !== value && button.setAttribute(name, value);

    /** A button as the playlist is: pressed or not. Its name stays, as a toggle's should. */
    function dress(button) {
        const inside = String(mg.playlist.has(button.dataset.mgAdd));
        const words = button.querySelector(".mg-add-words");
        set(button, "aria-pressed", inside);
        set(button, "title", TITLES[inside]);
        if (!words) set(button, "aria-label", `Add ${button.dataset.mgTitle || "this song"} to the playlist`);
        else if (words.textContent !== WORDS[inside]) words.textContent = WORDS[inside];
    }

    function dressWithin(root) {
        if (root.matches?.(BUTTONS)) dress(root);
        root.querySelectorAll?.(BUTTONS).forEach(dress);
    }

    function toggle({ mgAdd, mgTitle, mgArtists, mgMs }) {
        if (mg.playlist.remove(mgAdd)) return mg.dock.say(`${mgTitle || "The song"} is out of the playlist.`);
        const added = mg.playlist.add({ id: mgAdd, title: mgTitle, artists: mgArtists, ms: mgMs || null });
        if (added) mg.dock.say(`${mgTitle || "The song"} is in the playlist.`);
        else mg.dock.say(`The playlist is full: it holds ${mg.count(mg.playlist.limit)} songs.`, true);
    }

    // In the capture phase: a button may lie in something that reacts to clicks itself.
    document.addEventListener(
        "click",
        (event) => {
            const button = event.target.closest?.(BUTTONS);
            if (!button || button.disabled) return;
            event.preventDefault();
            event.stopPropagation();
            toggle(button.dataset);
        },
        true,
    );

    /** Such a button for what is drawn in the browser: {id, title, artists, ms}, `ms` null where it is not known. */
    mg.addButton = function ({ id, title, artists, ms }) {
        const made = document.createElement("button");
        Object.assign(made, { type: "button", className: "mg-add" });
        Object.assign(made.dataset, { mgAdd: id, mgTitle: title, mgArtists: artists, mgMs: ms ?? "" });
        return made;
    };

    function start() {
        mg.playlist.subscribe(() => dressWithin(document));
        new MutationObserver((changes) => {
            for (const change of changes) {
                if (change.type === "attributes") dressWithin(change.target);
                else change.addedNodes.forEach(dressWithin);
            }
        }).observe(document.documentElement, {
            childList: true, subtree: true, attributes: true, attributeFilter: ["data-mg-add", "data-mg-title"],
        });
    }

    // Scripts come in the order of their names, the playlist's own after this one.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
})();
