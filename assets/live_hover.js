/* What the songs under the pointer are like: "At 128–132 BPM: energy 0.71 against 0.58", beside the bar.
 *
 * From the tile of the chart under the pointer (mg.liveNumbers.against); the line beside the chart's title tells how many
 * songs they are (explore_draw.js). Only for pointers: with keys, a narrow brush says the same in all charts.
 */
(function () {
    "use strict";
    const mg = (window.musicgroup = window.musicgroup || {});
    const MOST_TELLING = 3;
    const FEW_SONGS = 5; // fewer say nothing
    const GAP = 8; // px between the bar and the words
    let tip = null; // the element, made when first needed
    let latest = null; // {host, values} under the pointer

    function element(name, className, ...children) {
        const made = document.createElement(name);
        if (className) made.className = className;
        made.append(...children);
        return made;
    }

    function hide() {
        latest = null;
        if (tip) tip.hidden = true;
    }

    function hover({ target: host, detail: { values } }) {
        if (!values || mg.brush.held(host) || !host.closest("#explore-page")) return hide();
        latest = { host, values };
        const active = mg.brush.axesOf(host).map((axis) => axis.field).join(",");
        if (mg.tiles.peek(active, "bars")) return say();
        if (tip) tip.hidden = true;
        mg.tiles.want(active, "bars").then((tile) => tile && latest?.host === host && say());
    }

    function say() {
        const { host, values } = latest;
        const axes = mg.brush.axesOf(host);
        const bars = mg.tiles.peek(axes.map((axis) => axis.field).join(","), "bars");
        if (!bars) return;
        const ranges = mg.explore.ranges();
        const spans = axes.map((axis) => mg.tile.columnsOf(axis, ranges[axis.field]));
        const { fields } = mg.explore.setup();
        const songs = mg.tile.read(bars, axes.map((axis) => mg.tile.columnsOf(axis, values[axis.field]))).all[0];
        const places = axes.map((axis) => values[axis.field].bar);
        const found = songs < FEW_SONGS ? [] : mg.liveNumbers.against(bars, axes, places, fields, spans).slice(0, MOST_TELLING);
        if (!found.length) return void (tip && (tip.hidden = true));
        const { spanWords, shown } = mg.explore.tools;
        const where = axes.map((axis) => {
            const { low, high } = values[axis.field];
            const plain = axes.length === 1 && (fields[axis.field].unit || axis.style === "duration" || axis.field === "year");
            return `${plain ? "" : `${axis.label.toLowerCase()} `}${spanWords(low, high, axis)}`;
        });
        const lines = found.map(({ field, inside, outside }) => {
            const [mine, all] = [shown(inside, fields[field]), shown(outside, fields[field], false)];
            return element("span", "", `${fields[field].label.toLowerCase()} `, element("strong", "", mine), ` against ${all}`);
        });
        if (!tip) {
            tip = element("div", "mg-live-tip");
            tip.setAttribute("aria-hidden", "true");
            document.body.append(tip);
        }
        tip.replaceChildren(element("span", "mg-live-tip-where", `${axes[0].field === "year" && !axes[1] ? "In" : "At"} ${where.join(", ")}`), ...lines);
        tip.hidden = false;
        place(host, axes, values);
    }

    /** Below the bar, or beside the cell; where there is no room, above or on the other side. */
    function place(host, axes, values) {
        const box = host.getBoundingClientRect();
        const { width, height } = tip.getBoundingClientRect();
        const [x, y] = axes.map((axis) => {
            const { low, high } = values[axis.field];
            return [low, high].map((value) => mg.brushAxis.fraction(axis, value));
        });
        let [left, top] = [box.left + ((x[0] + x[1]) / 2) * box.width - width / 2, box.bottom + 2.5 * GAP];
        if (y) {
            left = box.left + x[1] * box.width + GAP;
            if (left + width > window.innerWidth - GAP) left = box.left + x[0] * box.width - width - GAP;
            top = box.bottom - y[1] * box.height - height / 2;
        } else if (top + height > window.innerHeight - GAP) top = box.top - height - GAP;
        left = Math.min(Math.max(left, GAP), window.innerWidth - width - GAP);
        tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }

    document.addEventListener("mg-brush-hover", hover);
    document.addEventListener("pointerdown", hide, true);
    document.addEventListener("keydown", hide, true);
    document.addEventListener("scroll", hide, { capture: true, passive: true });
    window.addEventListener("blur", hide);
})();
