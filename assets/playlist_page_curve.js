/* The course of a feature over the playlist: a small SVG at the size of its card, its summary and its numbers. */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const own = (mg.playlistPage = mg.playlistPage || {});
    const SVG = "http://www.w3.org/2000/svg";
    const AIR = { top: 12, right: 12, bottom: 22, left: 46 };
    const DOTS_AT_MOST = 150; // more would be a band; then the line alone is drawn
    let drawn = null; // {songs, field, x, points}: what is on the picture
    let figures = null; // makes the table of numbers, which is folded away at first

    const byId = (id) => document.getElementById(id);

    function shape(name, attributes, textContent = "") {
        const made = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.textContent = textContent;
        return made;
    }

    /** Draws songs as the catalogue knows them (null for one that it does not have) by a field {name, label, style, low, high}. */
    function draw(songs, field) {
        const host = byId("playlist-curve-plot");
        const known = songs.map((song) => song || {});
        const points = own.math.points(known, field.name);
        byId("playlist-curve-says").textContent = own.math.curveWords(known, field);
        byId("playlist-curve-title").textContent = `${field.label} from song to song`;
        figures = () => numbers(known, points, field);
        if (byId("playlist-curve-numbers").parentElement.open) figures();
        const [width, height] = [host.clientWidth, host.clientHeight];
        drawn = null;
        if (!points.length || width < 80) return host.replaceChildren();
        host.replaceChildren(picture(known, points, field, width, height));
    }

    function picture(songs, points, field, width, height) {
        const axis = own.math.axis(points.map(({ value }) => value), field);
        const [left, right, top, bottom] = [AIR.left, width - AIR.right, AIR.top, height - AIR.bottom];
        const x = (place) => (songs.length > 1 ? left + ((right - left) * place) / (songs.length - 1) : (left + right) / 2);
        const y = (value) => bottom - ((bottom - top) * (value - axis.low)) / (axis.high - axis.low);
        const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "playlist-curve-title", "aria-describedby": "playlist-curve-says" });
        axis.ticks.forEach((tick, place) => {
            svg.append(
                shape("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: "mg-pl-grid" }),
                shape("text", { x: left - 8, y: y(tick), class: "mg-pl-tick mg-pl-tick-y" }, mg.format(tick, field.style, place === axis.ticks.length - 1)),
            );
        });
        const last = songs.length - 1;
        for (const place of last > 1 ? [0, Math.round(last / 2), last] : last ? [0, last] : [0]) {
            svg.append(shape("text", { x: x(place), y: height - 6, class: "mg-pl-tick" }, place + 1));
        }
        svg.append(shape("path", { d: path(points, x, y), class: "mg-pl-course" }));
        if (points.length <= DOTS_AT_MOST) points.forEach((point) => svg.append(dot(songs[point.place], x(point.place), y(point.value))));
        svg.append(shape("g", { id: "playlist-curve-point" }));
        drawn = { songs, field, points, x, y, width };
        return svg;
    }

    /** A line through the points, broken where songs in between are unknown. */
    function path(points, x, y) {
        return points
            .map(({ place, value }, at) => `${at && points[at - 1].place === place - 1 ? "L" : "M"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`)
            .join("");
    }

    function dot(song, cx, cy) {
        const fill = song.mood_colour ? `var(--mg-cat-${song.mood_colour})` : "var(--mg-muted)";
        return shape("circle", { cx, cy, r: 4, class: "mg-pl-dot", style: `fill: ${fill}` });
    }

    function numbers(songs, points, field) {
        const make = own.list.element;
        const head = ["", "Song", field.label].map((text, at) => make("th", { textContent: text, scope: "col", className: at === 1 ? "" : "mg-number" }));
        const rows = points.map(({ place, value }) =>
            make("tr", {},
                make("td", { className: "mg-number", textContent: place + 1 }),
                make("td", { textContent: songs[place].title, dir: "auto" }),
                make("td", { className: "mg-number", textContent: mg.format(value, field.style) })));
        byId("playlist-curve-numbers").replaceChildren(
            make("table", { className: "mg-table" },
                make("caption", { className: "visually-hidden", textContent: `${field.label} of each song, in order` }),
                make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    }

    document.addEventListener("toggle", (event) => event.target.open && event.target.closest("#playlist-curve") && figures?.(), true);

    // ---- pointing ------------------------------------------------------------------------------

    /** Shows one song of the picture with its name; null takes it away. */
    function point(place) {
        const host = byId("playlist-curve-point");
        if (!host || !drawn) return;
        const found = place === null ? null : drawn.points.find((each) => each.place === place);
        if (!found) return host.replaceChildren();
        const { songs, field, x, y, width } = drawn;
        const [cx, cy] = [x(place), y(found.value)];
        const half = width / 2;
        const words = `${place + 1}  ${shortened(songs[place].title)}, ${mg.format(found.value, field.style)}`;
        host.replaceChildren(
            shape("circle", { cx, cy, r: 6, class: "mg-pl-pointed" }),
            shape("text", {
                x: cx + (cx < half ? 11 : -11), y: cy < 40 ? cy + 18 : cy - 11,
                class: `mg-pl-pointed-name mg-pl-pointed-${cx < half ? "right" : "left"}`,
            }, words),
        );
    }

    const shortened = (title) => (title.length > 28 ? `${title.slice(0, 27).trimEnd()}…` : title);

    function light(place) {
        document.querySelectorAll("#playlist-list > .mg-pl-lit").forEach((line) => line.classList.remove("mg-pl-lit"));
        if (place !== null) byId("playlist-list")?.children[place]?.classList.add("mg-pl-lit");
    }

    function over(event) {
        const plot = event.target.closest?.("#playlist-curve-plot");
        const line = event.target.closest?.("#playlist-list > li");
        if (plot && drawn) {
            const at = event.clientX - plot.getBoundingClientRect().left;
            const nearest = drawn.points.reduce((a, b) => (Math.abs(drawn.x(b.place) - at) < Math.abs(drawn.x(a.place) - at) ? b : a));
            point(nearest.place);
            light(nearest.place);
        } else if (drawn) {
            point(line ? [...line.parentElement.children].indexOf(line) : null);
            light(null);
        }
    }

    document.addEventListener("pointermove", (event) => byId("playlist-page") && event.pointerType !== "touch" && over(event));
    document.addEventListener("pointerdown", (event) => byId("playlist-page") && event.pointerType === "touch" && over(event));

    const sizes = new ResizeObserver(() => own.redraw?.());
    /** Draws anew whenever the plot gets another size. */
    function watch() {
        sizes.disconnect();
        sizes.observe(byId("playlist-curve-plot"));
    }

    Object.assign(own, { curve: { draw, watch } });
})();
