/* The search box: a combobox (WAI-ARIA 1.2) over /suggest. Dash puts the places into the page, this fills them. */
(function () {
  "use strict";
  const mg = window.musicgroup;
  const PAUSE_MS = 80;
  const PATIENCE_MS = 250; // an answer that is faster than this needs no "Searching…"
  const LONGEST_TEXT = 100;
  const prefix = document.querySelector('meta[name="mg-prefix"]').content;
  const KINDS = { artist: "Artists", song: "Songs" };

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  function exploreAddress(text) {
    return prefix + "explore?" + new URLSearchParams({ text: text });
  }

  function fill(place) {
    const name = place.dataset.mgSearch;
    const listId = "search-" + name + "-list";
    const pick = place.dataset.mgPick || ""; // the store that a chosen song's id goes into, instead of leading there
    const wanted = pick ? "song" : "song or artist";
    const input = element("input", {
      type: "search", role: "combobox", id: "search-" + name + "-text", class: "mg-search-text",
      placeholder: place.dataset.placeholder, "aria-label": pick ? "Search songs" : "Search songs and artists", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": listId, autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", enterkeyhint: "search", maxlength: LONGEST_TEXT,
    });
    const list = element("div", { role: "listbox", id: listId, "aria-label": "Suggestions" });
    const note = element("p", { class: "mg-search-note", role: "status" });
    const popup = element("div", { class: "mg-search-popup", hidden: "" }, note, list);
    const form = element("form", { role: "search", class: "mg-search-form" }, input);
    if (name === "header") form.append(element("kbd", { class: "mg-search-key", "aria-hidden": "true" }, "/"));
    place.append(form, popup);

    let options = [];
    let active = -1;
    let shownFor = ""; // the text that the list answers
    let meant = ""; // the same text, or its correction where the catalogue has nothing as typed
    let entered = ""; // the text at which Enter was pressed before its songs were there, where one is picked
    let pause = 0;
    let asked = null; // AbortController of the request under way

    function open(yes) {
      popup.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) choose(-1);
    }

    function choose(index) {
      if (options[active]) options[active].setAttribute("aria-selected", "false");
      active = index;
      if (options[active]) {
        options[active].setAttribute("aria-selected", "true");
        options[active].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", options[active].id);
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function leave(address) {
      stop();
      open(false);
      input.value = shownFor = entered = "";
      if (pick) {
        const songId = decodeURIComponent(address.slice((prefix + "song/").length));
        return window.dash_clientside.set_props(pick, { data: songId });
      }
      input.blur();
      mg.go(address);
      window.scrollTo(0, 0);
    }

    function stop() {
      window.clearTimeout(pause);
      if (asked) asked.abort();
      asked = null;
    }

    function option(address, ...children) {
      const id = listId + "-" + options.length;
      const made = element(
        "a",
        { role: "option", id: id, href: address, tabindex: "-1", "aria-selected": "false", class: "mg-search-option" },
        ...children,
      );
      options.push(made);
      return made;
    }

    function suggestion(found) {
      return option(
        prefix + found.href_path.slice(1),
        element("span", { class: "mg-search-label", dir: "auto" }, found.label),
        element("span", { class: "mg-search-detail", dir: "auto" }, found.detail),
      );
    }

    /** What was searched, then below it artists and songs, whichever was found first on top. */
    function section(corrected, found) {
      const groups = [...new Set(found.map((one) => one.kind))].map((kind) => {
        const headingId = [listId, kind, corrected].join("-").replace(/\s+/g, "-");
        const heading = element("div", { class: "mg-search-kind", id: headingId, role: "presentation" }, KINDS[kind]);
        const members = found.filter((one) => one.kind === kind).map(suggestion);
        return element("div", { role: "group", "aria-labelledby": headingId }, heading, ...members);
      });
      if (corrected) {
        const words = element("b", { dir: "auto" }, corrected);
        groups.unshift(element("p", { class: "mg-search-corrected", role: "presentation" }, "Showing results for ", words));
      }
      return groups;
    }

    function show(text, found) {
      options = [];
      active = -1;
      input.removeAttribute("aria-activedescendant");
      const corrections = [...new Set(found.map((one) => one.corrected))];
      const sections = corrections.flatMap((corrected) =>
        section(corrected, found.filter((one) => one.corrected === corrected)),
      );
      meant = corrections[0] || text;
      const inExplore = option(
        exploreAddress(meant), "All songs with ", element("b", { dir: "auto" }, "“" + meant + "”"), " in Explore",
      );
      inExplore.classList.add("mg-search-all");
      if (pick) options.pop();
      list.replaceChildren(...sections, ...(found.length && !pick ? [inExplore] : []));
      if (!found.length) options = [];
      if (!found.length) say("No " + wanted + " with “" + text + "”, nor with one typing error in a word.");
      else if (meant !== text) say("Nothing is written “" + text + "”; showing results for “" + meant + "”.", true);
      else say(found.length + (found.length === 1 ? " suggestion" : " suggestions"), true);
      shownFor = text;
      open(document.activeElement === input);
      if (pick && entered === text && options.length) leave(options[0].getAttribute("href"));
    }

    function say(sentence, onlySpoken) {
      note.textContent = sentence;
      note.classList.toggle("visually-hidden", Boolean(onlySpoken));
    }

    function fail(sentence) {
      options = [];
      list.replaceChildren();
      shownFor = "";
      say(sentence);
      open(document.activeElement === input);
    }

    function ask(text) {
      stop();
      const request = (asked = new AbortController());
      const impatience = window.setTimeout(() => {
        if (asked !== request) return;
        say("Searching…");
        open(document.activeElement === input);
      }, PATIENCE_MS);
      fetch(prefix + "suggest?" + new URLSearchParams({ q: text }), { signal: request.signal })
        .then((answer) => answer.json().then((body) => ({ ok: answer.ok, body: body })))
        .then(({ ok, body }) => {
          if (asked !== request) return;
          if (ok) show(text, pick ? body.suggestions.filter((one) => one.kind === "song") : body.suggestions);
          else fail(body.error);
        })
        .catch((error) => {
          if (error.name !== "AbortError" && asked === request) fail("The server does not answer; type on to try again.");
        })
        .finally(() => window.clearTimeout(impatience));
    }

    function typed() {
      const text = input.value.trim();
      stop();
      if (!text) {
        shownFor = "";
        return open(false);
      }
      if (text === shownFor) return open(true);
      pause = window.setTimeout(ask, PAUSE_MS, text);
    }

    function pressed(event) {
      const last = options.length - 1;
      const isOpen = !popup.hidden;
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) return typed();
        const step = event.key === "ArrowDown" ? 1 : -1;
        // One place beyond each end is the text itself.
        choose(((active + 1 + step + last + 2) % (last + 2)) - 1);
      } else if ((event.key === "Home" || event.key === "End") && isOpen && active >= 0) {
        event.preventDefault();
        choose(event.key === "Home" ? 0 : last);
      } else if (event.key === "Escape") {
        event.preventDefault();
        stop();
        if (isOpen) return open(false);
        input.value = "";
        typed();
      } else if (event.key === "Tab") {
        open(false);
      }
    }

    input.addEventListener("input", () => {
      entered = "";
      typed();
    });
    input.addEventListener("keydown", pressed);
    input.addEventListener("focus", () => input.value.trim() && typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (options[active] && !popup.hidden) leave(options[active].getAttribute("href"));
      else if (pick && options.length && text === shownFor) leave(options[0].getAttribute("href"));
      else if (text && !pick) leave(exploreAddress(text === shownFor ? meant : text));
      else if (text !== shownFor) {
        entered = text;
        typed();
      }
    });
    // A press must not take the focus from the text, or the list closes before the click.
    popup.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("click", (event) => {
      const chosen = event.target.closest("a");
      if (!chosen || !mg.isPlain(event)) return;
      event.preventDefault();
      leave(chosen.getAttribute("href"));
    });
    popup.addEventListener("mousemove", (event) => {
      const over = options.indexOf(event.target.closest("a"));
      if (over >= 0 && over !== active) choose(over);
    });
    place.addEventListener("focusout", (event) => {
      if (!place.contains(event.relatedTarget)) open(false);
    });
  }

  function fillAll() {
    document.querySelectorAll("[data-mg-search]:empty").forEach(fill);
  }

  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select, [contenteditable], [role=textbox]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writing) return;
    const input = [...document.querySelectorAll(".mg-search-text")].find((box) => box.checkVisibility());
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  new MutationObserver(fillAll).observe(document.documentElement, { childList: true, subtree: true });
  fillAll();
})();
