/* A box to add a thing: a combobox (WAI-ARIA 1.2) over /compare/suggest and this browser's saved filters.
 *
 * `musicgroup.thingBox(place, options)` fills an empty `.mg-search` and gives a function that forgets what was suggested:
 *   id           of the text box is `<id>-text`, of the list `<id>-list`
 *   label, placeholder, nothing (words before the text that nothing was found for)
 *   things()     tokens that are there and not offered
 *   full()       a sentence when no more can be added, else ""
 *   add(token, label)   adds it; gives a sentence when it cannot be
 */
(function () {
  "use strict";
  const mg = (window.musicgroup = window.musicgroup || {});
  const PAUSE_MS = 90;
  const LONGEST_TEXT = 100;
  const SAVED = "mg-saved-filters"; // [{name, query}], written by Explore
  const HEADINGS = {
    filter: "Saved filters", mood: "Moods", genre: "Genres", artist: "Artists", playlist: "Playlists", album: "Albums",
    song: "Songs",
  };

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  function savedFilters(text) {
    let saved = [];
    try {
      saved = JSON.parse(window.localStorage.getItem(SAVED) || "[]");
    } catch {
      // Storage may be forbidden, or hold what is not ours.
    }
    if (!Array.isArray(saved)) return [];
    return saved
      .filter((one) => one && one.query && String(one.name).toLowerCase().includes(text.toLowerCase()))
      .map((one) => ({
        kind: "filter",
        token: `filter:${one.query}&${new URLSearchParams({ name: one.name })}`,
        label: String(one.name),
        detail: "filter",
      }));
  }

  function fill(place, options) {
    const LIST = `${options.id}-list`;
    const input = element("input", {
      type: "search", role: "combobox", id: `${options.id}-text`, class: "mg-search-text", autocomplete: "off",
      "aria-label": options.label, "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": LIST, autocapitalize: "off", spellcheck: "false", enterkeyhint: "done",
      maxlength: LONGEST_TEXT, placeholder: options.placeholder,
    });
    const list = element("div", { role: "listbox", id: LIST, "aria-label": "Things to add" });
    const note = element("p", { class: "mg-search-note", role: "status" });
    const popup = element("div", { class: "mg-search-popup", hidden: "" }, note, list);
    const form = element("form", { role: "search", class: "mg-search-form" }, input);
    place.append(form, popup);

    let shown = [];
    let choices = [];
    let active = -1;
    let shownFor = null; // the text that the list answers
    let old = false; // whether it must be asked for anew at the next look, since things were added or taken away
    let entered = null; // the text at which Enter was pressed before its suggestions were there
    let pause = 0;
    let asked = null; // AbortController of the request under way

    function open(yes) {
      popup.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) choose(-1);
    }

    function choose(index) {
      shown[active]?.setAttribute("aria-selected", "false");
      active = index;
      if (shown[active]) {
        shown[active].setAttribute("aria-selected", "true");
        shown[active].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", shown[active].id);
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function say(sentence, onlySpoken) {
      note.textContent = sentence;
      note.classList.toggle("visually-hidden", Boolean(onlySpoken));
    }

    function option(found) {
      const made = element(
        "div",
        { role: "option", id: `${LIST}-${shown.length}`, "aria-selected": "false", class: "mg-search-option" },
        element("span", { class: "mg-search-label", dir: "auto" }, found.label),
        element("span", { class: "mg-search-detail", dir: "auto" }, found.detail),
      );
      shown.push(made);
      choices.push(found);
      return made;
    }

    function show(text, found) {
      const there = new Set(options.things());
      const fresh = found.filter((one) => !there.has(one.token));
      shown = [];
      choices = [];
      active = -1;
      input.removeAttribute("aria-activedescendant");
      const groups = Object.keys(HEADINGS).filter((kind) => fresh.some((one) => one.kind === kind)).map((kind) => {
        const heading = element("div", { class: "mg-search-kind", id: `${LIST}-${kind}`, role: "presentation" }, HEADINGS[kind]);
        const members = fresh.filter((one) => one.kind === kind).map(option);
        return element("div", { role: "group", "aria-labelledby": heading.id }, heading, ...members);
      });
      list.replaceChildren(...groups);
      if (!fresh.length) say(text ? `${options.nothing} “${text}” in its name.` : "Type a name.");
      else say(`${fresh.length} found`, true);
      shownFor = text;
      old = false;
      open(document.activeElement === input);
      if (entered === text && !popup.hidden) take(0);
    }

    function fail(sentence) {
      shown = [];
      choices = [];
      list.replaceChildren();
      shownFor = null;
      say(sentence);
      open(document.activeElement === input);
    }

    /** What is on its way, or about to be asked, is no longer wanted. */
    function stop() {
      window.clearTimeout(pause);
      asked?.abort();
      asked = null;
    }

    function ask(text) {
      stop();
      const request = (asked = new AbortController());
      fetch(mg.path("compare/suggest") + "?" + new URLSearchParams({ q: text }), { signal: request.signal })
        .then((answer) => answer.json().then((body) => ({ ok: answer.ok, body })))
        .then(({ ok, body }) => {
          if (asked !== request) return;
          if (ok) show(text, [...savedFilters(text), ...body.things]);
          else fail(body.error);
        })
        .catch((error) => {
          if (error.name !== "AbortError" && asked === request) fail("The server does not answer; type on to try again.");
        });
    }

    function typed() {
      const text = input.value.trim();
      stop();
      const full = options.full();
      if (full) return fail(full);
      if (text === shownFor && !old) return open(true);
      pause = window.setTimeout(ask, PAUSE_MS, text);
    }

    function take(index) {
      const chosen = choices[index];
      if (!chosen) return;
      stop();
      entered = null;
      const problem = options.add(chosen.token, chosen.label);
      if (problem) return fail(problem);
      input.value = "";
      shownFor = null;
      open(false);
    }

    function pressed(event) {
      if (event.isComposing) return;
      const last = shown.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (popup.hidden) return typed();
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(((active + 1 + step + last + 2) % (last + 2)) - 1); // one place beyond each end is the text itself
      } else if ((event.key === "Home" || event.key === "End") && active >= 0) {
        event.preventDefault();
        choose(event.key === "Home" ? 0 : last);
      } else if (event.key === "Escape") {
        event.preventDefault();
        stop();
        entered = null;
        if (!popup.hidden) return open(false);
        input.value = "";
      } else if (event.key === "Tab") {
        open(false);
      }
    }

    input.addEventListener("input", () => {
      entered = null;
      typed();
    });
    input.addEventListener("keydown", pressed);
    input.addEventListener("focus", typed);
    input.addEventListener("click", () => popup.hidden && typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // Enter takes the first suggestion when none was chosen, but only one that answers what stands in the box.
      const text = input.value.trim();
      if (!popup.hidden && shownFor === text) take(Math.max(active, 0));
      else if (text && shownFor !== text) {
        entered = text;
        typed();
      }
    });
    popup.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("click", (event) => take(shown.indexOf(event.target.closest("[role=option]"))));
    popup.addEventListener("mousemove", (event) => {
      const over = shown.indexOf(event.target.closest("[role=option]"));
      if (over >= 0 && over !== active) choose(over);
    });
    place.addEventListener("focusout", (event) => !place.contains(event.relatedTarget) && open(false));
    return () => {
      old = true;
    };
  }

  mg.thingBox = fill;
})();
