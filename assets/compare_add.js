/* Compare's box for one more thing. */
(function () {
  "use strict";
  const mg = (window.musicgroup = window.musicgroup || {});

  function fill(place) {
    mg.compare.refreshAdd = mg.thingBox(place, {
      id: "compare-add",
      label: "Add a song, artist, album, genre, mood, playlist or saved filter",
      placeholder: "Add a song, artist, genre, mood…",
      nothing: "Nothing to compare with",
      things: mg.compare.things,
      full: () => (mg.compare.things().length < mg.compare.most() ? "" : "Six things fit side by side; remove one first."),
      add: mg.compare.add,
    });
  }

  const look = () => document.querySelectorAll("#compare-add:empty").forEach(fill);
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
})();
