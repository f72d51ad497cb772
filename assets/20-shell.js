/* "Try again" buttons, and what happens when the server cannot be reached and when it is back. */
(function () {
  "use strict";
  const LOOK_AGAIN_MS = 2000;
  const prefix = document.querySelector('meta[name="mg-prefix"]').content;
  const plainFetch = window.fetch.bind(window);
  let lost = false;
  let reload = false; // the page itself did not arrive, so there is nothing that could be filled

  function again(region) {
    window.dash_clientside.set_props(region + "-retry", { n_intervals: Date.now() % 1000000000 });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mg-retry]");
    if (button) again(button.dataset.mgRetry);
  });

  function show(state) {
    const banner = document.getElementById("shell-lost");
    if (banner) banner.hidden = !state;
  }

  function lose(pageItself) {
    reload = reload || pageItself;
    if (lost) return;
    lost = true;
    show(true);
    window.setTimeout(look, LOOK_AGAIN_MS);
  }

  function look() {
    plainFetch(prefix + "healthz", { cache: "no-store" })
      .then((answer) => (answer.ok ? back() : window.setTimeout(look, LOOK_AGAIN_MS)))
      .catch(() => window.setTimeout(look, LOOK_AGAIN_MS));
  }

  function back() {
    lost = false;
    if (reload) return window.location.reload();
    show(false);
    document.querySelectorAll("[data-mg-region]").forEach((region) => again(region.dataset.mgRegion));
  }

  // Every request of Dash goes through fetch; a gateway's own error page means the same as no answer.
  window.fetch = function (resource, options) {
    const address = String(resource && resource.url ? resource.url : resource);
    const body = options && typeof options.body === "string" ? options.body : "";
    const pageItself = /_dash-(layout|dependencies)/.test(address) || body.includes("_pages_content");
    return plainFetch(resource, options).then(
      (answer) => {
        // Our own 503 comes as JSON: the server is there, the page says itself what it lacks.
        const ours = (answer.headers.get("content-type") || "").includes("json");
        if ([502, 503, 504].includes(answer.status) && !ours && address.includes(prefix)) lose(pageItself);
        return answer;
      },
      (error) => {
        if (error.name !== "AbortError" && address.includes(prefix)) lose(pageItself);
        throw error;
      },
    );
  };
})();
