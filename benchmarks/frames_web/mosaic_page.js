/* Mosaic: a plot's interactor publishes its brush, each plot is drawn when its own query is answered. */
(function (fields) {
    "use strict";
    const log = window.brushFrames;
    window.mosaicPeer.plots.forEach((plot, place) => {
        const [interactor] = plot.value.interactors;
        const { publish } = interactor;
        interactor.publish = function (extent) {
            const before = this.value;
            publish.call(this, extent);
            if (!this.value || this.value === before) return;
            const { domain, range } = this.scale; // its index divides the brush by whole pixels
            const scale = Math.abs(range[1] - range[0]) / (domain[1] - domain[0]) / this.pixelSize;
            const [low, high] = this.value;
            log.brush({ [fields[place]]: { low, high, start: domain[0], scale } });
        };
        const [mark] = plot.value.marks;
        const songs = () => {
            const { columns } = mark.data;
            return (columns.y || columns.count).reduce((total, count) => total + Number(count), 0);
        };
        new MutationObserver(() => log.show(fields[place], songs())).observe(plot, { childList: true });
    });
});
