"""Charts of counts: arrays in, figure out, and the card that a chart stands in.

A figure has neutral colours and no background; `assets/15-charts.css` gives its marks the theme's, so that
switching the theme needs no callback. Margins are fixed, so that the brush that lies over the plot
area (components/brush.py) can be placed by CSS alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go
from dash import dcc, html

from components import parts

# Must equal the insets of .mg-plot-<kind> .mg-brush in assets/15-charts.css.
MARGINS = {
    "histogram": {"l": 6, "r": 6, "t": 4, "b": 20},
    "density": {"l": 56, "r": 12, "t": 8, "b": 40},
    "by-year": {"l": 34, "r": 136, "t": 8, "b": 22},
}
HEADROOM = 1.06
"""Height of a histogram's axis, as a multiple of its tallest bar."""

# From nothing to the accent's colour; the middle is steep so that rare pairs still show. Works on both themes.
DENSITY_COLOURS = ((0, "rgba(22,135,143,0)"), (0.02, "rgba(22,135,143,0.14)"), (1, "rgba(22,135,143,1)"))

Ticks = Sequence[tuple[float, str]]


def histogram(
    edges: Sequence[float],
    *,
    ticks: Ticks = (),
    whole: Sequence[int] = (),
    selected: Sequence[int] = (),
) -> go.Figure:
    """Two histograms over each other: the whole catalogue in grey behind, the filtered songs in front.

    `edges` (bars + 1,) are in the field's own unit, `whole` and `selected` (bars,) counts; each is drawn as shares
    of its own sum, on one scale whose tallest bar is 1.
    """
    shares_of_both = scaled(whole, selected)
    centres, widths = _centres(edges)
    figure = go.Figure(
        [
            go.Bar(x=centres, y=shares, width=widths, uid=uid, hoverinfo="skip")
            for uid, shares in zip(("whole", "selected"), shares_of_both, strict=True)
        ],
        layout=base_layout(MARGINS["histogram"]) | {"barmode": "overlay"},
    )
    figure.update_xaxes(axis(ticks, (edges[0], edges[-1])))
    figure.update_yaxes(range=[0, HEADROOM], visible=False, fixedrange=True)
    return figure


def scaled(whole: Sequence[int], selected: Sequence[int]) -> tuple[list[float], list[float]]:
    """Counts as shares of their own sum, both divided by the largest share: heights from 0 to 1.

    A set without songs has no height anywhere.
    """
    shares = [[count / (sum(counts) or 1) for count in counts] for counts in (whole, selected)]
    tallest = max((share for both in shares for share in both), default=0) or 1
    first, second = ([share / tallest for share in both] for both in shares)
    return first, second


def density(
    x_edges: Sequence[float],
    y_edges: Sequence[float],
    *,
    counts: Sequence[Sequence[int]] = (),
    x_ticks: Ticks = (),
    y_ticks: Ticks = (),
) -> go.Figure:
    """Songs by two fields at once, (y bars, x bars); colour goes by the square root of the count.

    The square root shows the rare pairs beside the common ones. Cells without songs stay empty.
    """
    figure = go.Figure(
        go.Heatmap(
            x=list(x_edges),
            y=list(y_edges),
            z=[[count**0.5 if count else None for count in row] for row in counts],
            colorscale=DENSITY_COLOURS,
            zmin=0,
            showscale=False,
            hoverinfo="skip",
        ),
        layout=base_layout(MARGINS["density"]),
    )
    figure.update_xaxes(axis(x_ticks, (x_edges[0], x_edges[-1])), title_standoff=8)
    figure.update_yaxes(axis(y_ticks, (y_edges[0], y_edges[-1])))
    return figure


def by_year(
    names: Sequence[str],
    *,
    years: Sequence[int] = (),
    songs: Sequence[int] = (),
    means: dict[str, Sequence[float | None]] | None = None,
) -> go.Figure:
    """Lines of a mean by year, one trace a name in `names`, above grey bars of the songs in each year.

    `means` maps a name to (years,) values that are already scaled to the common axis, 0 to 1; a name without
    values is not drawn. Trace 0 is the bars; they stand on an axis of their own, the lower fifth.
    """
    means = means or {}
    lines = [
        go.Scatter(
            x=list(years),
            y=list(means.get(name, ())),
            visible=name in means,
            mode="lines",
            uid=name,
            hoverinfo="skip",
            connectgaps=False,
            line={"simplify": False},  # live_paint_wide.js draws the same line, and a hundred points need no thinning
        )
        for name in names
    ]
    bars = go.Bar(x=list(years), y=list(songs), yaxis="y2", uid="songs", hoverinfo="skip")
    figure = go.Figure([bars, *lines], layout=base_layout(MARGINS["by-year"]))
    figure.update_layout(
        yaxis=axis((), (0, 1)) | {"domain": [0.26, 1]},
        yaxis2=axis(()) | {"domain": [0, 0.2], "rangemode": "tozero", "anchor": "x"},
    )
    figure.update_xaxes(axis(()) | {"tickmode": "auto", "nticks": 6, "tickformat": "d"}, anchor="y2")
    return figure


def _centres(edges: Sequence[float]) -> tuple[list[float], list[float] | float]:
    """Middles of bars and their widths; one number where all are as wide."""
    pairs = list(pairwise(edges))
    widths = [round((b - a) * 0.88, 4) for a, b in pairs]
    same = max(widths) - min(widths) < 0.001 * widths[0]
    return [round((a + b) / 2, 4) for a, b in pairs], widths[0] if same else widths


def base_layout(margin: dict) -> dict:
    """What every figure has: no boxes, no colours of its own, nothing to drag; `margin` in px."""
    return {
        "template": {},  # the default one is 7 KB in every figure, and its colours are not ours
        "margin": margin | {"autoexpand": False},
        "showlegend": False,
        "bargap": 0,
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 11, "color": "#777"},
        "hovermode": False,
        "dragmode": False,
    }


def axis(ticks: Ticks, extent: tuple[float, float] | None = None) -> dict:
    """A quiet axis with these (value, text) labels and nothing else, from `extent[0]` to `extent[1]`."""
    made: dict = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "tickangle": 0,
        "tickmode": "array",
        "tickvals": [value for value, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "automargin": False,
    }
    return made | {"range": list(extent)} if extent else made


def plot(component_id: str, figure: go.Figure, kind: str, *over: parts.Content) -> html.Div:
    """A figure at its final size, and what lies over it (a brush); `kind` is a key of MARGINS.

    The picture is hidden from screen readers: the card's summary and table say the same in words.
    """
    graph = dcc.Graph(
        id=component_id,
        figure=figure,
        config={"staticPlot": True, "displayModeBar": False, "responsive": True},
        className="mg-plot-graph",
        responsive=True,
    )
    return html.Div([html.Div(graph, **parts.aria(hidden="true")), *over], className=f"mg-plot mg-plot-{kind}")


def chart_card(
    name: str,
    title: str,
    explanation: str,
    *children: parts.Content,
    class_name: str = "",
    hidden: bool = False,
) -> html.Section:
    """A card with a title, its explanation one hover or focus away, a summary in words, and the numbers.

    `name` makes the ids: `<name>-title`, `<name>-says` (the summary, a live readout) and `<name>-numbers` (the table,
    filled when opened). A card that is `hidden` at first takes no place.
    """
    heading = html.Div(
        [
            html.H3(title, id=f"{name}-title"),
            parts.hint_mark(explanation),
            html.P(id=f"{name}-says", className="mg-chart-says"),
        ],
        className="mg-chart-heading",
    )
    numbers = html.Details(
        [html.Summary("Numbers"), html.Div(id=f"{name}-numbers", className="mg-table-frame")],
        className="mg-details mg-numbers",
    )
    return html.Section(
        [heading, *children, numbers],
        id=name,
        hidden=hidden,
        className=f"mg-card mg-chart {class_name}".strip(),
        **parts.aria(labelledby=f"{name}-title"),
    )
