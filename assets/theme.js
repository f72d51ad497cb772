/* The theme: light, dark, or the system's. Loaded in the head, so that the first paint has it. */
(function () {
  "use strict";
  const KEY = "mg-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    let choice = null;
    try {
      choice = window.localStorage.getItem(KEY);
    } catch {
      // Storage may be forbidden; the system's theme is used then.
    }
    return choice === "light" || choice === "dark" ? choice : "system";
  }

  function apply(choice) {
    const dark = choice === "dark" || (choice === "system" && system.matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    root.setAttribute("data-ag-theme-mode", dark ? "dark" : "light");
  }

  function choose(choice) {
    try {
      window.localStorage.setItem(KEY, choice);
    } catch {
      // As above: it then holds for this page only.
    }
    apply(choice);
    return window.dash_clientside.no_update;
  }

  apply(remembered());
  system.addEventListener("change", () => apply(remembered()));
  window.addEventListener("storage", (event) => event.key === KEY && apply(remembered()));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.theme = { remembered: () => remembered(), choose: choose };
})();
