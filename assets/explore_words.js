/* Explore's words: what is typed becomes part of the filter as soon as the typing rests.
 *
 * The wait is ours, because that of dcc.Input puts the cursor back a moment after each key: where keys come faster
 * than a busy page can follow, "night" became "ightn".
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const REST_MS = 300;
    let resting = 0; // the timer, while something typed has not been taken over

    const box = () => document.getElementById("explore-text");
    const squeezed = (text) => (text || "").split(/\s+/).filter(Boolean).join(" ");

    function forget() {
        clearTimeout(resting);
        resting = 0;
    }

    function take() {
        if (!resting) return;
        forget();
        if (box() && mg.explore.query() !== null) mg.explore.setWords(squeezed(box().value));
    }

    /** While somebody types in it, the box is ahead of the query. */
    function show(text) {
        if (resting || document.activeElement === box() || squeezed(box()?.value) === text) return;
        window.dash_clientside.set_props("explore-text", { value: text });
    }

    document.addEventListener("input", (event) => {
        if (event.target !== box()) return;
        forget();
        resting = setTimeout(take, REST_MS);
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target === box()) take();
    });

    mg.exploreWords = { take, show, forget };
})();
