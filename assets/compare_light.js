/* Compare: pointing at one thing, or moving the keyboard to it, lights it in all charts. No request: the page gets
 * data-lit, and 62-compare.css dims everything of the other slots. */
(function () {
  "use strict";
  const NEAR = [0, 4, 9]; // px: lines are thin, pointers are not
  let asked = null;

  const page = () => document.getElementById("compare-page");

  function light(slot) {
    const host = page();
    if (!host) return;
    if (slot) host.dataset.lit = slot;
    else delete host.dataset.lit;
  }

  function slotOf(element) {
    if (!element?.closest) return "";
    const own = element.closest("[data-slot]");
    if (own) return own.dataset.slot;
    const trace = element.closest(".trace");
    const found = trace && /traceslot(\d+)/.exec(trace.getAttribute("class"));
    return found ? found[1] : "";
  }

  /** The thing whose line is nearest to the pointer, looked for in rings around it. */
  function slotAt(x, y) {
    for (const far of NEAR) {
      for (let turn = 0; turn < (far ? 8 : 1); turn += 1) {
        const angle = (turn * Math.PI) / 4;
        const slot = slotOf(document.elementFromPoint(x + far * Math.cos(angle), y + far * Math.sin(angle)));
        if (slot) return slot;
      }
    }
    return "";
  }

  function pointed(event) {
    if (!page()) return;
    const inPlot = event.target.closest?.(".mg-compare-plot");
    if (!inPlot) return light(slotOf(event.target) || focused());
    if (asked) return;
    asked = window.requestAnimationFrame(() => {
      asked = null;
      light(slotAt(event.clientX, event.clientY) || focused());
    });
  }

  const focused = () => (document.activeElement?.matches(":focus-visible") ? slotOf(document.activeElement) : "");

  document.addEventListener("pointermove", pointed, { passive: true });
  document.addEventListener("pointerdown", pointed, { passive: true }); // fingers do not hover
  document.addEventListener("focusin", (event) => page() && light(slotOf(event.target)));
  document.addEventListener("focusout", (event) => page() && !slotOf(event.relatedTarget) && light(""));
  document.documentElement.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && light(focused()));
})();
