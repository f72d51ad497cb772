/* The sentence above the charts while a brush moves: an element of its own in the place of the page's, which is React's.
 *
 * It is in the same words (SongFilter.sentence): ranges are written here, the other parts of the filter are
 * those of the chips, which no brush changes. Screen readers hear it once, when the brush rests.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const CANNOT = {
        offline: "No connection for live numbers: the charts follow when you let go.",
        changed: "The catalogue has changed: the charts follow when you let go.",
    };
    const byId = (id) => document.getElementById(id);
    let shown = false;

    // ---- words ---------------------------------------------------------------------------------

    /** A range of a field as it stands in a query, in words: "energy 0.50–0.90", "tempo at least 128 BPM", "before 1990".
     *  The same as range_words in data_access/ranges.py. */
    function rangeWords(axis, token) {
        const [low, end] = token.split("..");
        const [high, open] = [end.replace("<", ""), end.startsWith("<")];
        const year = axis.field === "year";
        const name = year ? "" : `${axis.label.toLowerCase()} `;
        const write = (text, unit = true) => mg.format(Number(text), axis.style, unit);
        if (low && high) {
            if (Number(low) === Number(high)) return `${name}${write(low)}`;
            const dash = Number(low) < 0 || Number(high) < 0 ? " to " : "–";
            return `${name}${write(low, false)}${dash}${write(high)}`;
        }
        if (low) return year ? `${write(low)} or later` : `${name}at least ${write(low)}`;
        return `${name}${open ? (year ? "before" : "under") : "up to"} ${write(high)}`;
    }

    /** What restricts, in the order of the page's sentence. `chips` are [part, words] of the chips that are there. */
    function filterWords(filter, fields, chips) {
        const params = new URLSearchParams(filter);
        const ranges = Object.entries(fields).filter(([field]) => params.get(field)).map(([field, axis]) => rangeWords(axis, params.get(field)));
        return [...ranges, ...chips.filter(([part]) => !(part in fields)).map(([, words]) => words)].join(", ");
    }

    function chipsOnPage() {
        const chips = [...document.querySelectorAll("#explore-chips [data-remove]")];
        return chips.map((chip) => [chip.dataset.remove, chip.firstChild.textContent]);
    }

    // ---- showing -------------------------------------------------------------------------------

    /** The page's sentence or ours; neither is announced while they change places. */
    function place(live) {
        const [mine, page] = [byId("explore-live"), byId("explore-sentence")];
        if (!mine || !page) return;
        mine.hidden = !live;
        page.hidden = live;
        if (live) page.setAttribute("aria-live", "off");
        // Only after React has written the new sentence, which has just been heard from us.
        else setTimeout(() => shown || byId("explore-sentence")?.setAttribute("aria-live", "polite"), 100);
        shown = live;
    }

    function show({ filter, selected, songs }) {
        const mine = byId("explore-live");
        if (!mine.querySelector("strong")) mine.replaceChildren(document.createElement("strong"), document.createTextNode(""));
        if (!shown || mine.hidden) place(true);
        if (!mine.hasAttribute("data-held")) mine.setAttribute("data-held", "");
        const [count, rest] = mine.childNodes;
        const words = filter ? ` of ${mg.count(songs)} songs: ${filterWords(filter, mg.explore.setup().fields, chipsOnPage())}` : " songs, the whole catalogue";
        mg.write(count, mg.count(selected));
        if (rest.data !== words) rest.data = words;
    }

    mg.liveWords = {
        rangeWords,
        filterWords,
        show,
        /** The brush is not held any more; what is shown stays until `end`. */
        letGo: () => byId("explore-live")?.removeAttribute("data-held"),
        /** Say aloud what is shown. */
        tell() {
            const said = byId("explore-live-said");
            if (said && shown) said.textContent = byId("explore-live").textContent;
        },
        /** Say that the charts do not follow, and why: the state of mg.tiles. */
        cannot(state) {
            const [mine, said] = [byId("explore-live"), byId("explore-live-said")];
            if (!mine || mine.textContent === CANNOT[state]) return;
            mine.textContent = said.textContent = CANNOT[state];
            place(true);
        },
        end() {
            if (!shown) return;
            place(false);
            byId("explore-live")?.replaceChildren();
        },
    };
})();
