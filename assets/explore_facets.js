/* Explore's facets and number tables: counts beside buttons, and every chart's numbers as a table when opened. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const byId = (id) => document.getElementById(id);
    const GENRES_FIRST = 14;
    let allGenres = false;

    function element(name, className, text) {
        const made = document.createElement(name);
        if (className) made.className = className;
        if (text !== undefined) made.textContent = text;
        return made;
    }

    // ---- facets --------------------------------------------------------------------------------

    const written = new WeakMap(); // button -> what it shows: not all change when a brush moves a little
    const labelled = new WeakMap(); // button -> the count in its label
    const roomFor = new WeakMap(); // button -> songs in the catalogue

    const onCircle = (button) => button.classList.contains("mg-key-major") || button.classList.contains("mg-key-minor");

    function showCount(button, count, strongest) {
        const showing = `${count} ${strongest}`;
        if (written.get(button) === showing) return;
        written.set(button, showing);
        // Not through a custom property: then the browser would work out the styles of all within the button anew.
        const share = strongest ? Math.round((count / strongest) * 200) / 2 : 0; // %
        if (!onCircle(button)) button.style.backgroundSize = `${share}% 100%`;
        else button.style.backgroundColor = `color-mix(in srgb, var(--mg-accent) ${4 + share * 0.46}%, transparent)`;
        button.classList.toggle("mg-facet-none", !count);
        const shown = button.querySelector(".mg-facet-count");
        if (shown) mg.write(shown, mg.count(count));
    }

    /** The same for those who do not see it, and for who rests on it. */
    function labelCount(button, count) {
        if (labelled.get(button) === count) return;
        labelled.set(button, count);
        button.title = `${button.dataset.label}, ${mg.count(count)} ${count === 1 ? "song" : "songs"}`;
        button.setAttribute("aria-label", button.title);
    }

    /** Room for the count of all songs, so that no button moves when a filter makes it shorter. */
    function keepWidth(button, inAll) {
        const shown = button.querySelector(".mg-facet-count");
        if (!shown || roomFor.get(button) === inAll) return;
        roomFor.set(button, inAll);
        shown.style.minWidth = `${mg.count(inAll).length}ch`;
    }

    /** Counts of a group, as [pair, songs under the filter, songs in the catalogue]. */
    function countsOf(group, pairs, moving) {
        const strongest = Math.max(0, ...pairs.map(([, count]) => count));
        const byPair = new Map(pairs.map(([pair, ...counts]) => [pair, counts]));
        group.querySelectorAll("[data-facet]").forEach((button) => {
            const [count, inAll] = byPair.get(button.dataset.facet) || [0, 0];
            showCount(button, count, strongest);
            if (moving) return;
            labelCount(button, count);
            keepWidth(button, inAll);
            // What the catalogue never has is no choice, except on the circle, which would have a gap.
            button.hidden = !inAll && !onCircle(button);
        });
    }

    function drawFacets(numbers) {
        makeMoods(numbers.whole.moods);
        makeGenres(numbers.whole.genres);
        countFacets(numbers);
        showFacets();
    }

    /** Write the numbers beside all buttons; their labels only when no brush is `moving`. */
    function countFacets({ summary, whole }, moving = false) {
        const { keys } = mg.explore.setup();
        const [mine, all] = [summary.facets, whole.facets];
        const beats = (number) => `time=${number || "unknown"}`;
        const groups = {
            keys: keys.map((token, code) => [`key=${token}`, mine.key[code], all.key[code]]),
            time: mine.time_signature.map((n, i) => [beats(i), n, all.time_signature[i]]),
            explicit: ["no", "yes"].map((word, i) => [`explicit=${word}`, mine.explicit[i], all.explicit[i]]),
            moods: whole.moods.map(({ name, songs }) => [`mood=${name}`, summary.moods[name] || 0, songs]),
            genres: Object.entries(whole.genres).map(([name, songs]) => [`genre=${name}`, summary.genres[name] || 0, songs]),
        };
        for (const [name, pairs] of Object.entries(groups)) countsOf(byId(`explore-${name}`), pairs, moving);
    }

    function makeMoods(moods) {
        const group = byId("explore-moods");
        group.parentElement.hidden = !moods.length;
        const buttons = moods.map((mood) => {
            const button = facetButton(group, `mood=${mood.name}`, mood.name);
            if (!button.querySelector(".mg-mood-dot")) button.prepend(element("i", "mg-mood-dot"));
            button.style.setProperty("--mood", `var(--mg-cat-${mood.colour})`);
            return button;
        });
        keepOrReplace(group, buttons);
    }

    /** Replacing only when the list differs keeps the keyboard's place. */
    function keepOrReplace(group, buttons) {
        const same = buttons.length === group.children.length && buttons.every((button, i) => button === group.children[i]);
        if (!same) group.replaceChildren(...buttons);
    }

    function makeGenres(wholeCounts) {
        const group = byId("explore-genres");
        const names = Object.keys(wholeCounts).sort((a, b) => wholeCounts[b] - wholeCounts[a] || (a < b ? -1 : 1));
        group.parentElement.hidden = !names.length;
        const chosen = new Set(mg.explore.params().getAll("genre"));
        const shown = allGenres ? [...names].sort() : names.filter((name, place) => place < GENRES_FIRST || chosen.has(name));
        const buttons = shown.map((name) => facetButton(group, `genre=${name}`, name));
        const more = names.length - shown.length;
        if (more > 0 || allGenres) {
            const toggle = element("button", "mg-facet-more", allGenres ? "fewer" : `${more} more`);
            toggle.type = "button";
            toggle.addEventListener("click", () => {
                allGenres = !allGenres;
                drawFacets(mg.explore.latest());
            });
            buttons.push(toggle);
        }
        keepOrReplace(group, buttons);
    }

    /** The group's button for a pair, as it is or made new. */
    function facetButton(group, pair, name) {
        const there = [...group.children].find((button) => button.dataset.facet === pair);
        if (there) return there;
        const button = element("button", "mg-facet");
        button.type = "button";
        Object.assign(button.dataset, { facet: pair, label: name });
        button.append(element("span", "mg-facet-name", name), element("span", "mg-facet-count"));
        return button;
    }

    /** Press the buttons that are in the filter. */
    function showFacets() {
        const params = mg.explore.params();
        document.querySelectorAll("#explore-page [data-facet]").forEach((button) => {
            const [name, ...value] = button.dataset.facet.split("=");
            button.setAttribute("aria-pressed", String(params.getAll(name).includes(value.join("="))));
        });
    }

    const circleWords = (event) => {
        const says = byId("explore-key-says");
        const button = event.target.closest?.(".mg-key");
        if (says) says.textContent = button && event.type !== "pointerout" ? button.getAttribute("aria-label") : "";
    };
    document.addEventListener("pointerover", circleWords);
    document.addEventListener("focusin", circleWords);

    // ---- numbers -------------------------------------------------------------------------------

    function fillNumbers(name, { summary, whole }) {
        const place = byId(`${name}-numbers`);
        if (!place || !place.closest("details").open || !summary) return;
        const rows = name === "explore-density" ? densityRows(summary)
            : name === "explore-years" ? yearRows(summary)
            : histogramRows(name.replace("explore-", ""), summary, whole);
        place.replaceChildren(table(rows, rows.unknown));
    }

    function table([head, ...rows], foot) {
        const made = element("table", "mg-table");
        const line = (cells, tag) => {
            const row = element("tr");
            row.append(...cells.map((cell, column) => element(tag, column ? "mg-number" : "", cell)));
            return row;
        };
        const [thead, tbody] = [element("thead"), element("tbody")];
        thead.append(line(head, "th"));
        tbody.append(...rows.map((row) => line(row, "td")));
        made.append(thead, tbody);
        if (foot) {
            const tfoot = element("tfoot");
            tfoot.append(line(foot, "td"));
            made.append(tfoot);
        }
        return made;
    }

    function histogramRows(field, summary, whole) {
        const { edgesOf, spanWords } = mg.explore.tools;
        const axis = mg.explore.setup().fields[field];
        const edges = edgesOf(axis);
        const rows = [[axis.label, "Filtered", "All songs"]];
        whole.histograms[field].forEach((all, bar) => {
            if (!all) return;
            rows.push([spanWords(edges[bar], edges[bar + 1], axis, false), mg.count(summary.histograms[field][bar]), mg.count(all)]);
        });
        const unknown = [summary, whole].map((each) => mg.count(each.unknown[field] || 0));
        if (whole.unknown[field]) rows.unknown = ["unknown", ...unknown];
        return rows;
    }

    /** The density in fifths of each axis: 25 numbers can be read, 2,500 cannot. */
    function densityRows(summary) {
        const { edgesOf, spanWords } = mg.explore.tools;
        const { spanAxis } = mg.explore;
        const { counts } = summary.density;
        const [x, y] = [spanAxis(summary.density.x), spanAxis(summary.density.y)];
        const [xs, ys] = [x, y].map((axis) => {
            const edges = edgesOf(axis);
            const bars = edges.length - 1;
            return [0, 1, 2, 3, 4].map((part) => {
                const [from, to] = [Math.round((part * bars) / 5), Math.round(((part + 1) * bars) / 5)];
                return { from, to, words: spanWords(edges[from], edges[to], axis, false) };
            });
        });
        const rows = [[`${y.label} \\ ${x.label}`, ...xs.map((part) => part.words)]];
        for (const up of [...ys].reverse()) {
            const cells = xs.map((across) => {
                const inside = counts.slice(up.from, up.to).flatMap((row) => row.slice(across.from, across.to));
                return mg.count(inside.reduce((total, count) => total + count, 0));
            });
            rows.push([up.words, ...cells]);
        }
        return rows;
    }

    function yearRows(summary) {
        const { shown } = mg.explore.tools;
        const fields = mg.explore.setup().fields;
        const names = Object.keys(summary.by_year);
        const rows = [["Year", "Songs", ...names.map((name) => fields[name].label)]];
        summary.years.forEach((year, place) => {
            const means = names.map((name) => shown(summary.by_year[name][place], fields[name]));
            if (summary.year_songs[place]) rows.push([String(year), mg.count(summary.year_songs[place]), ...means]);
        });
        return rows;
    }

    document.addEventListener("toggle", (event) => {
        const details = event.target;
        if (!details.matches?.("#explore-page .mg-numbers") || !details.open) return;
        fillNumbers(details.closest(".mg-chart").id, mg.explore.latest());
    }, true);

    mg.explore = Object.assign(mg.explore || {}, { countFacets, drawFacets, showFacets, fillNumbers });
})();
