/* Compare: what a person does to the things becomes a new state, and the address that brings it back.
 *
 * `truth` is the state: {things: tokens in order, feature, against, slots: token -> number of its colour}. A thing keeps
 * its slot while it is shown, so that its colour stays when others come, go or change places.
 */
(function () {
  "use strict";
  const mg = (window.musicgroup = window.musicgroup || {});
  let truth = null;
  let known = null; // the page that `truth` is of
  let chosen = ""; // the feature that the dropdown shows
  const names = {}; // token -> name, of all that were shown
  const colours = {}; // token -> slot, of all that were shown
  let focus = null; // {token, act, place}: where the keyboard was before the chips were drawn anew
  let armed = ""; // the thing that waits for the one to swap with
  let said = "";

  const page = () => document.getElementById("compare-page");
  const most = () => Number(page().dataset.most);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const chipOf = (token) => [...document.querySelectorAll(".mg-compare-chip")].find((chip) => chip.dataset.thing === token);
  const nameOf = (token) => names[token] || "";

  // ---- state and address -------------------------------------------------------------------------

  function address(state) {
    const query = new URLSearchParams();
    state.things.forEach((token) => query.append("thing", token));
    if (state.feature !== "energy") query.append("feature", state.feature);
    if (state.against) query.append("against", state.against);
    const text = query.toString();
    return mg.path("compare") + (text ? "?" + text : "");
  }

  /** The colours of the things: what is shown keeps its own, what was shown before gets its own again where that is
   *  free, and what is new gets one from the server. */
  function slotsFor(things) {
    const slots = {};
    for (const earlier of [truth.slots, colours]) {
      for (const token of things) {
        const free = !(token in slots) && !Object.values(slots).includes(earlier[token]);
        if (token in earlier && free) slots[token] = earlier[token];
      }
    }
    return slots;
  }

  function made(things, feature, against) {
    return { things, feature, against: things.includes(against) ? against : "", slots: slotsFor(things) };
  }

  function change(next, words) {
    if (address(next) === address(truth) || !mg.isAt("compare")) return;
    truth = next;
    said = words || "";
    window.history.pushState({}, "", address(truth));
    setProps("compare-state", { data: truth });
    setProps("compare-unread", { hidden: true }); // what could not be read is no longer in the address
  }

  const changeThings = (things, words) => change(made(things, truth.feature, truth.against), words);

  mg.followAddress("compare", () => {
    if (!page() || truth === null) return false;
    const query = new URLSearchParams(window.location.search);
    const things = [...new Set(query.getAll("thing"))];
    const next = made(things, query.get("feature") || "energy", query.get("against") || "");
    if (address(next) === address(truth)) return true;
    truth = next;
    said = "";
    setProps("compare-state", { data: truth });
    return true;
  });

  /** The state in the store, at the page's first look; later ones were `truth` before they were stored. */
  function adopt(state) {
    if (known !== page()) {
      known = page();
      truth = state;
      chosen = state.feature; // the dropdown was made with it
    }
    showFeature();
    return state.things.length;
  }

  /** The dropdown follows the state; `chosen` is what it was told last, so that its answer is not taken for a choice. */
  function showFeature() {
    if (chosen === truth.feature) return;
    chosen = truth.feature;
    setProps("compare-feature", { value: chosen });
  }

  function choose(feature) {
    if (truth === null || !feature || feature === chosen) return;
    chosen = feature;
    change(made(truth.things, feature, truth.against));
  }

  /** The answer is there: what could not be shown leaves the state, and the keyboard gets its place back. */
  function shown(answer) {
    if (!answer || !page()) return;
    Object.assign(names, answer.names);
    Object.assign(colours, answer.slots);
    if (String(answer.asked) !== String(truth.things)) return; // a newer one is on its way
    truth = { ...truth, things: answer.things, against: answer.against, slots: answer.slots };
    armed = "";
    window.setTimeout(() => {
      restoreFocus();
      const count = truth.things.length;
      if (said) document.getElementById("compare-said").textContent = `${said}. ${count} side by side.`;
      mg.compare.refreshAdd?.();
    });
  }

  function restoreFocus() {
    if (!focus) return;
    const { token, act, place, at } = focus;
    focus = null;
    if (![at, document.body].includes(document.activeElement)) return; // somebody has gone on meanwhile
    const chips = [...document.querySelectorAll(".mg-compare-chip")];
    const chip = chipOf(token) || chips[Math.min(place, chips.length - 1)];
    const wanted = chip && chip.querySelector(`[data-act="${act}"]:not(:disabled)`);
    const other = chip && chip.querySelector("[data-act]:not(:disabled)");
    (wanted || other || document.querySelector("#compare-add input"))?.focus();
  }

  // ---- what can be done to things ----------------------------------------------------------------

  function moved(things, from, to) {
    const next = [...things];
    [next[from], next[to]] = [next[to], next[from]];
    return next;
  }

  function act(action, token) {
    const things = truth.things;
    const place = things.indexOf(token);
    if (place < 0) return;
    focus = { token, act: document.activeElement?.dataset?.act || action, place, at: document.activeElement };
    if (action === "remove") {
      changeThings(things.filter((each) => each !== token), `${nameOf(token)} was removed`);
    } else if (action === "left" && place > 0) {
      changeThings(moved(things, place, place - 1), `${nameOf(token)} moved left`);
    } else if (action === "right" && place < things.length - 1) {
      changeThings(moved(things, place, place + 1), `${nameOf(token)} moved right`);
    } else if (action === "swap") {
      swap(token);
    }
  }

  /** The first press chooses, the second swaps; of two things there is nothing to choose. */
  function swap(token) {
    const things = truth.things;
    const other = things.length === 2 ? things.find((each) => each !== token) : armed;
    if (other && other !== token) {
      arm("");
      changeThings(moved(things, things.indexOf(other), things.indexOf(token)), `${nameOf(other)} and ${nameOf(token)} swapped`);
    } else {
      arm(armed === token ? "" : token);
    }
  }

  function arm(token) {
    armed = token;
    document.querySelectorAll(".mg-compare-chip").forEach((chip) => {
      const button = chip.querySelector('[data-act="swap"]');
      const own = chip.dataset.thing === token;
      chip.classList.toggle("mg-compare-armed", own);
      button.setAttribute("aria-pressed", String(own));
      const label = token && !own ? `Swap with ${nameOf(token)}` : `Swap ${nameOf(chip.dataset.thing)} with another`;
      button.title = label;
      button.setAttribute("aria-label", label);
    });
    const words = token ? `Swap ${nameOf(token)} with which? Press ⇄ on another, or Escape.` : "";
    if (page()) document.getElementById("compare-said").textContent = words;
  }

  function add(token, label) {
    if (truth.things.includes(token)) return `${label} is already there.`;
    if (truth.things.length >= most()) return "Six things fit side by side; remove one first.";
    names[token] = label;
    changeThings([...truth.things, token], `${label} was added`);
    return "";
  }

  // ---- events ------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    if (!page() || truth === null) return;
    const control = event.target.closest("[data-act]");
    const yardstick = event.target.closest("[data-against]");
    if (control) {
      act(control.dataset.act, control.closest("[data-thing]").dataset.thing);
    } else if (yardstick) {
      change(made(truth.things, truth.feature, yardstick.dataset.against));
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!page() || truth === null) return;
    if (event.key === "Escape" && armed) return arm("");
    const chip = event.target.closest?.(".mg-compare-chip");
    if (!chip || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Delete") {
      act("remove", chip.dataset.thing);
    } else if (step && event.shiftKey) {
      act(step < 0 ? "left" : "right", chip.dataset.thing);
    } else if (step) {
      const chips = [...document.querySelectorAll(".mg-compare-chip")];
      const next = chips[chips.indexOf(chip) + step];
      const same = next?.querySelector(`[data-act="${event.target.dataset.act}"]:not(:disabled)`);
      (same || next?.querySelector("a"))?.focus();
    } else {
      return;
    }
    event.preventDefault();
  });

  mg.compare = Object.assign(mg.compare || {}, {
    add,
    things: () => (truth ? truth.things : []),
    most,
  });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.compare = {
    adopt,
    shown,
    choose,
  };
})();
