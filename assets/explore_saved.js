/* Where Explore leads with its filter, and filters kept under a name in this browser for the Compare page to offer.
 *
 * Kept as JSON under `mg-saved-filters`: [{name, query}], newest first, `query` as SongFilter.to_query() writes it.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const KEY = "mg-saved-filters";
    const AT_MOST = 50;
    const LONGEST_NAME = 60;
    const byId = (id) => document.getElementById(id);

    // ---- the list ------------------------------------------------------------------------------

    /** What is kept; what is no list of names and queries, by whoever wrote it, is left out. */
    function read() {
        try {
            const found = JSON.parse(window.localStorage.getItem(KEY) || "[]");
            const usable = (each) => each && typeof each.name === "string" && typeof each.query === "string" && each.query;
            return Array.isArray(found) ? found.filter(usable).map(({ name, query }) => ({ name, query })) : [];
        } catch {
            return [];
        }
    }

    /** Keeps a list; false where the browser does not let us. */
    function write(list) {
        try {
            window.localStorage.setItem(KEY, JSON.stringify(list));
            return true;
        } catch {
            return false;
        }
    }

    /** The list with a filter in front; one of the same name makes way. */
    function withOne(list, name, query) {
        return [{ name, query }, ...list.filter((each) => each.name !== name)].slice(0, AT_MOST);
    }

    /** A name for a filter from the sentence on the page: what follows "of 5,849 songs: ". */
    function suggested(sentence) {
        const words = sentence.slice(sentence.indexOf(": ") + 2);
        return words.length > LONGEST_NAME ? `${words.slice(0, LONGEST_NAME - 1)}…` : words;
    }

    // ---- links ---------------------------------------------------------------------------------

    /** Called with every new filter: the links lead to the same songs. */
    function follow(filter) {
        const thing = filter && new URLSearchParams({ thing: `filter:${filter}` });
        const seed = filter && new URLSearchParams({ seed: `filter:${filter}` });
        const href = { "explore-map": filter, "explore-compare": thing, "explore-recommend": seed };
        for (const [id, query] of Object.entries(href)) {
            const path = mg.path(id.replace("explore-", ""));
            window.dash_clientside.set_props(id, { href: path + (query ? `?${query}` : "") });
        }
        byId("explore-save").disabled = !filter && !read().length;
        if (!byId("explore-saved").hidden) show();
    }

    // ---- the dialog ----------------------------------------------------------------------------

    function element(name, properties, ...children) {
        const made = Object.assign(document.createElement(name), properties);
        made.append(...children);
        return made;
    }

    function show(said = "") {
        const filter = mg.explore.filter();
        const say = element("p", { className: "mg-saved-says", textContent: said });
        say.setAttribute("role", "status");
        const list = read();
        byId("explore-saved").replaceChildren(
            ...(filter ? [form()] : []),
            say,
            ...(list.length ? [element("ul", { className: "mg-saved-list" }, ...list.map(line))] : []),
        );
        byId("explore-saved").hidden = false;
        byId("explore-save").setAttribute("aria-expanded", "true");
    }

    function form() {
        const name = element("input", {
            id: "explore-saved-name", type: "text", maxLength: LONGEST_NAME, autocomplete: "off",
        });
        const label = element("label", { htmlFor: name.id, textContent: "Name of this filter" });
        const made = element("form", { className: "mg-saved-form" }, label, name,
            element("button", { type: "submit", className: "mg-button", textContent: "Save" }));
        named(name);
        made.addEventListener("submit", (event) => {
            event.preventDefault();
            const given = name.value.trim();
            if (!given) return void name.focus();
            const kept = write(withOne(read(), given, mg.explore.filter()));
            show(kept ? `Saved as “${given}”. Compare offers it.` : "This browser does not keep anything for this page.");
            byId("explore-saved-name").focus();
        });
        return made;
    }

    /** A name for the filter in an empty box, once the sentence on the page is about it. */
    function named(box = byId("explore-saved-name")) {
        if (box && !box.value && mg.live.answered()) box.value = suggested(byId("explore-sentence").textContent);
    }

    function line({ name, query }) {
        const use = element("button", { type: "button", className: "mg-saved-use", textContent: name, title: "Use this filter" });
        use.addEventListener("click", () => {
            close();
            mg.explore.apply(query);
        });
        const remove = element("button", { type: "button", className: "mg-saved-remove", textContent: "×" });
        remove.setAttribute("aria-label", `Forget ${name}`);
        remove.addEventListener("click", () => {
            write(read().filter((each) => each.name !== name));
            show();
            (document.querySelector("#explore-saved input, #explore-saved button") || byId("explore-save")).focus();
        });
        return element("li", {}, use, remove);
    }

    function close() {
        byId("explore-saved").hidden = true;
        byId("explore-save").setAttribute("aria-expanded", "false");
        byId("explore-save").disabled = !mg.explore.filter() && !read().length;
    }

    document.addEventListener("click", (event) => {
        const dialog = byId("explore-saved");
        if (!dialog) return;
        if (event.target.closest("#explore-save")) {
            if (!dialog.hidden) return close();
            show();
            dialog.querySelector("input")?.select();
            dialog.querySelector("input, button")?.focus();
        } else if (!dialog.hidden && event.target.isConnected && !dialog.contains(event.target)) {
            close();
        }
    });
    document.addEventListener("keydown", (event) => {
        const dialog = byId("explore-saved");
        if (event.key !== "Escape" || !dialog || dialog.hidden) return;
        close();
        byId("explore-save").focus();
    });

    mg.explore = Object.assign(mg.explore || {}, { follow, saved: { read, write, withOne, suggested, named } });
})();
