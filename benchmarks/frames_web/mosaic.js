/* The peer: linked histograms of a Mosaic vgplot page, as its own examples have them (cross-filter flights).
 *
 * The address names the DuckDB server, the Parquet file of the songs as that server sees it, and the columns.
 * Nothing is made slow on purpose: the coordinator's indexes of the active view are on, which is its default, and
 * the active view's index is asked for when the pointer enters a plot.
 */
import * as vg from "@uwdata/vgplot";

const query = new URLSearchParams(window.location.search);
const fields = query.get("fields").split(",");

async function start() {
    vg.coordinator().databaseConnector(vg.restConnector({ uri: query.get("server") }));
    vg.coordinator().logger(null);
    await vg.coordinator().exec([vg.loadParquet("songs", query.get("file"))]);
    const $brush = vg.Selection.crossfilter();
    const plots = fields.map((field) =>
        vg.plot(
            vg.rectY(vg.from("songs", { filterBy: $brush }), {
                x: vg.bin(field, { steps: 50 }),
                y: vg.count(),
                fill: "steelblue",
                inset: 0.5,
            }),
            vg.intervalX({ as: $brush }),
            vg.xDomain(vg.Fixed),
            vg.xLabel(field),
            vg.yTickFormat("s"),
            vg.width(340),
            vg.height(200),
        ),
    );
    plots.forEach((plot, place) => (plot.id = `plot-${fields[place]}`));
    document.getElementById("charts").replaceChildren(...plots);
    window.mosaicPeer = { plots, brush: $brush };
}

start();
