/* Cells of the table of songs, and asking it to fetch again. Cells are made of elements and text, never of HTML. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
    const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
    const NOTES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"]; // as in data_access/fields.py
    const make = (...parts) => window.React.createElement(...parts);
    const unknown = () => make("span", { className: "mg-unknown", title: "unknown" }, "–");

    /** A number in a column's style; an en dash where it is unknown, nothing while the row is on its way. */
    functions.mgValue = function (params, style) {
        if (!params.data) return "";
        return params.value === null || params.value === undefined ? "–" : mg.format(params.value, style, false);
    };

    /** A link within the application: Dash's router takes it, the page is not loaded anew. */
    function link(key, words, path) {
        const href = mg.path(path);
        const follow = (event) => {
            if (!mg.isPlain(event)) return;
            event.preventDefault();
            mg.go(href);
            if (!path.startsWith("explore")) window.scrollTo(0, 0);
        };
        return make("a", { key, href, onClick: follow, title: words }, words);
    }

    components.MgSongLink = ({ data, value }) => {
        if (!data) return make("span", { className: "mg-cell-waits" });
        return link("song", value || "(no title)", `song/${encodeURIComponent(data.spotify_id)}`);
    };

    components.MgAdd = ({ data }) => {
        if (!data) return null;
        const names = (data.artists || []).map(({ name }) => name).join(", ");
        return make("button", {
            type: "button", className: "mg-add", "data-mg-add": data.spotify_id, "data-mg-title": data.title,
            "data-mg-artists": names, "data-mg-ms": data.duration_ms ?? "",
        });
    };

    components.MgMore = ({ data }) => {
        if (!data) return null;
        const more = link("more", "", `recommend?${new URLSearchParams({ seed: `song:${data.spotify_id}` })}`);
        const named = { className: "mg-more", title: "More like this", "aria-label": `More like ${data.title}` };
        return window.React.cloneElement(more, named);
    };

    components.MgArtistLinks = ({ data, value }) => {
        if (!data || !value) return null;
        const links = value.flatMap(({ id, name }, place) => {
            const artist = link(place, name, `explore?${new URLSearchParams({ artist: id })}`);
            return place ? [", ", artist] : [artist];
        });
        return make("span", { title: value.map(({ name }) => name).join(", ") }, ...links);
    };

    components.MgKey = ({ data, value }) => {
        if (!data) return null;
        if (value === null || value === undefined) return unknown();
        return make("span", {}, `${NOTES[Math.floor(value / 2)]} ${value % 2 ? "major" : "minor"}`);
    };

    components.MgMood = ({ data, value }) => {
        if (!data) return null;
        if (!value) return unknown();
        const dot = make("i", { className: "mg-mood-dot", style: { "--mood": `var(--mg-cat-${data.mood_colour})` } });
        return make("span", { className: "mg-mood-cell", title: value }, dot, value);
    };

    components.MgYesNo = ({ data, value }) => {
        if (!data) return null;
        if (value === null || value === undefined) return unknown();
        return make("span", {}, value ? "yes" : "no");
    };

    // The grid's keys go from cell to cell; on a cell with one thing to press, Enter and the space bar press it.
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        if (!event.target.matches?.(".mg-grid .ag-cell")) return;
        const pressable = event.target.querySelectorAll("button, a");
        if (pressable.length !== 1) return;
        event.preventDefault();
        pressable[0].click();
    });

    function apiOf(id) {
        try {
            return window.dash_ag_grid.getApi(id);
        } catch {
            return null; // not there yet: it throws until the grid has been made
        }
    }

    mg.grid = {
        /** Throw the rows away, go to the top and ask again. */
        refetch(id) {
            const api = apiOf(id);
            if (!api) return;
            api.ensureIndexVisible && api.getDisplayedRowCount() && api.ensureIndexVisible(0, "top");
            api.purgeInfiniteCache();
            if (!api.getDisplayedRowCount()) api.setRowCount(1, false); // an empty grid asks for nothing by itself
        },
        /** Show the columns of fields that the catalogue has, hide the others. */
        showFields(id, fields, present) {
            const api = apiOf(id);
            const page = document.getElementById("explore-page"); // is there before the grid, whose code loads by itself
            const again = () => page?.isConnected && mg.grid.showFields(id, fields, present);
            if (!api) return void setTimeout(again, 200);
            for (const there of [true, false]) {
                const wrong = fields.filter((field) => present.has(field) === there && api.getColumn(field)?.isVisible() === !there);
                if (wrong.length) api.setColumnsVisible(wrong, there);
            }
        },
        /** Called with every block that the grid gets: no rows are said, and the order goes into the address. */
        answered({ total }) {
            const api = apiOf("explore-table");
            if (!api) return;
            const sorted = api.getColumnState().find((column) => column.sort);
            const order = sorted ? (sorted.sort === "desc" ? "-" : "") + sorted.colId : "";
            mg.explore.sorted(order === "title" ? "" : order);
            if (total) api.hideOverlay();
            else api.showNoRowsOverlay();
        },
    };
})();
