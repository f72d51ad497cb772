/* Recommend's radar: what was aimed at, and the mean of what came, in shares of the catalogue; and its numbers. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const rec = (mg.recommend = mg.recommend || {});
    const { element, drawn } = rec;
    const byId = (id) => document.getElementById(id);
    const [WIDTH, HEIGHT, RADIUS] = [364, 272, 98];
    const NAMED = 14; // px from the rim to a name

    function at(place, places, share) {
        const angle = (2 * Math.PI * place) / places - Math.PI / 2;
        return [WIDTH / 2 + RADIUS * share * Math.cos(angle), HEIGHT / 2 + RADIUS * share * Math.sin(angle)];
    }

    const ring = (places, share) => Array.from({ length: places }, (_, place) => at(place, places, share).map((x) => x.toFixed(1)).join()).join(" ");

    function polygon(shares, name) {
        const corners = shares.map((share, place) => (share === null ? null : at(place, shares.length, share)));
        const known = corners.filter(Boolean);
        return drawn(
            "g", { class: `mg-recommend-polygon mg-recommend-polygon-${name}` },
            drawn("polygon", { points: known.map((corner) => corner.map((x) => x.toFixed(1)).join()).join(" ") }),
            ...known.map(([cx, cy]) => drawn("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 2.5 })),
        );
    }

    function label(text, place, places) {
        const [x, y] = at(place, places, 1 + NAMED / RADIUS);
        const side = Math.abs(x - WIDTH / 2) < 8 ? "middle" : x < WIDTH / 2 ? "end" : "start";
        return drawn("text", { x: x.toFixed(1), y: (y + 4).toFixed(1), "text-anchor": side }, text);
    }

    function drawRadar({ fields, shares: [aims, songs], aims: aimed, means }) {
        const labels = fields.map((name) => rec.setup().fields[name].label);
        const rings = [0.25, 0.75, 1].map((share) => drawn("polygon", { points: ring(fields.length, share), class: "mg-recommend-ring" }));
        const middle = drawn("polygon", { points: ring(fields.length, 0.5), class: "mg-recommend-ring mg-recommend-ring-middle" });
        const svg = drawn(
            "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
            ...rings, middle, polygon(aims, "aim"), polygon(songs, "songs"),
            ...labels.map((text, place) => label(text, place, labels.length)),
        );
        const key = (name, words) => element("span", { class: `mg-recommend-key mg-recommend-key-${name}` }, words);
        byId("recommend-radar").replaceChildren(svg, element("p", { class: "mg-recommend-keys" }, key("aim", "Aim"), key("songs", "Songs")));
        byId("recommend-radar-says").textContent = words(labels, aims, songs);
        const value = (found, share, place) => {
            if (found === null || share === null) return "unknown";
            return `${mg.format(found, rec.setup().fields[fields[place]].style)} (${Math.round(100 * share)} %)`;
        };
        const rows = labels.map((text, place) => [
            text, value(aimed[place], aims[place], place), value(means[place], songs[place], place),
        ]);
        const caption = "Aim and mean of the songs, and the share of the catalogue’s songs that are lower";
        byId("recommend-radar-numbers").replaceChildren(rec.table(["Feature", "Aim", "Songs"], rows, caption));
    }

    function words(labels, aims, songs) {
        const apart = labels
            .map((text, place) => [aims[place] === null || songs[place] === null ? null : Math.abs(aims[place] - songs[place]), text.toLowerCase()])
            .filter(([distance]) => distance !== null)
            .sort(([a], [b]) => a - b);
        if (!apart.length) return "";
        return `Nearest in ${apart[0][1]}, furthest apart in ${apart[apart.length - 1][1]}.`;
    }

    /** A table in the look of parts.table. */
    rec.table = (head, rows, caption) => {
        const cells = (of, name) => of.map((text, place) => element(name, { class: place ? "mg-number" : null }, text));
        return element(
            "div", { class: "mg-table-frame", tabindex: "0", role: "region", "aria-label": caption },
            element(
                "table", { class: "mg-table" },
                element("caption", { class: "visually-hidden" }, caption),
                element("thead", {}, element("tr", {}, ...cells(head, "th"))),
                element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row, "td")))),
            ),
        );
    };

    rec.drawRadar = drawRadar;
})();
