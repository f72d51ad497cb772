/* The stock Dash recipe: its brush is a range slider, each chart is a graph of its own. */
(function (fields) {
    "use strict";
    const log = window.brushFrames;
    for (const field of fields) {
        const slider = document.getElementById(`range-${field}`);
        const thumbs = () => [...slider.querySelectorAll("[role=slider]")];
        const tell = () => {
            const [low, high] = thumbs().map((thumb) => Number(thumb.getAttribute("aria-valuenow")));
            log.brush({ [field]: { low, high } });
        };
        new MutationObserver(tell).observe(slider, { subtree: true, attributes: true, attributeFilter: ["aria-valuenow"] });
        const graph = document.querySelector(`#chart-${field} .js-plotly-plot`);
        graph.on("plotly_afterplot", () => log.show(field, graph._fullData[0].x.length));
    }
});
