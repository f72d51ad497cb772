/* Song: the document's title, and Spotify's player after a press on its button. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.song = {
    title: function (title) {
      if (title) document.title = title + " · MusicGroup";
      return window.dash_clientside.no_update;
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mg-embed]");
    if (!button) return;
    const player = document.createElement("iframe");
    player.src = button.dataset.mgEmbed;
    player.title = button.dataset.mgTitle;
    player.allow = "encrypted-media; fullscreen; clipboard-write";
    player.referrerPolicy = "no-referrer";
    // Beside what Dash made, which only gets hidden: React must find its own elements where it left them.
    const place = button.parentElement;
    place.classList.add("mg-player-loaded");
    place.append(player);
    player.focus();
  });
})();
