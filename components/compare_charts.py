"""Charts with several things over each other: radar, distributions, lines by year. Arrays in, figure out.

Every trace of a thing has the uid `slot<n>`, which the style sheet gives the n-th colour and which the pointer finds
(assets/compare_light.js). Names stand in the plot as HTML, placed in shares of it, so that they need no legend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from components import parts, radar
from components.charts import Ticks, axis, base_layout

# Must equal the insets of .mg-compare-plot .mg-compare-labels in assets/62-compare.css.
MARGINS = {
    "distribution": {"l": 40, "r": 20, "t": 4, "b": 24},
    "years": {"l": 44, "r": 124, "t": 8, "b": 24},
}
LANE_PX = 18
_LABEL_SHARE = 0.38  # of a plot's width on a phone; on a wide screen labels have room to spare
_LABEL_APART = 0.062  # of the height of the plot of years: 15 of 244 px


@dataclass(frozen=True)
class Line:
    """One thing in a chart: the number of its colour, its name, and what is drawn of it."""

    slot: int
    name: str
    y: Sequence[float | None] = ()
    at: float | None = None


@dataclass(frozen=True)
class Label:
    """A name in a plot: places as shares of the plot area from its left and its top; `lane` from the top."""

    slot: int
    name: str
    x: float = 0.0
    y: float = 0.0
    lane: int = 0
    words: str = field(default="")


def radar_of(names: Sequence[str], lines: Sequence[Line], *, middle: float = 0.5) -> go.Figure:
    """Polygons of shares (0 to 1) over the features, one a thing; the dotted ring is the catalogue's middle."""
    empty = radar.radar(names, [None] * len(names), middle=middle)
    around = [*names, *names[:1]]
    figure = go.Figure([empty.data[0]], empty.layout)
    for line in lines:
        figure.add_trace(
            go.Scatterpolar(
                theta=around,
                r=[*line.y, *line.y[:1]],
                mode="lines+markers",
                fill="toself",
                uid=f"slot{line.slot}",
                marker={"size": 5},
                connectgaps=False,
                hoverinfo="skip",
            )
        )
    return figure


def distribution(
    edges: Sequence[float], *, whole: Sequence[float], lines: Sequence[Line], ticks: Ticks = (), lanes: int = 0
) -> go.Figure:
    """Outlines of histograms as shares of each thing's songs, over the catalogue in grey.

    `edges` (bars + 1,), `whole` and each line's `y` (bars,) shares; a single song is an upright line `at` its value.
    `lanes` rows of labels lie above.
    """
    top = max((share for shares in (whole, *(line.y for line in lines)) for share in shares if share), default=1.0)
    traces = [_outline(edges, whole, "whole")]
    for line in lines:
        if line.at is not None:
            at = min(max(line.at, edges[0]), edges[-1])
            traces.append(go.Scatter(x=[at, at], y=[0, top], mode="lines", uid=f"slot{line.slot}", hoverinfo="skip"))
        else:
            traces.append(_outline(edges, line.y, f"slot{line.slot}"))
    figure = go.Figure(traces, layout=base_layout(MARGINS["distribution"]))
    figure.update_xaxes(axis(ticks), range=[edges[0], edges[-1]])
    step = _step(top)
    marks = [step * n for n in range(1, int(top / step) + 1)]
    figure.update_yaxes(
        axis([(mark, f"{100 * mark:.0f} %") for mark in marks]), range=[0, top * 1.03], domain=[0, _below(lanes)]
    )
    return figure


def years(
    lines: Sequence[Line], *, years: Sequence[int], whole: Line, low: float, high: float, ticks: Ticks
) -> go.Figure:
    """Means by year, a line a thing over the catalogue's in grey; each `y` is (years,), None for a gap."""
    traces = [
        go.Scatter(
            x=list(years), y=list(line.y), mode="lines+markers", marker={"size": 3}, uid=uid, connectgaps=False,
            hoverinfo="skip",
        )
        for line, uid in ((whole, "whole"), *((line, f"slot{line.slot}") for line in lines))
    ]  # fmt: skip
    figure = go.Figure(traces, layout=base_layout(MARGINS["years"]))
    figure.update_xaxes(axis(()) | {"tickmode": "auto", "nticks": 7, "tickformat": "d"})
    if years:
        figure.update_xaxes(range=[years[0] - 0.5, years[-1] + 0.5])
    figure.update_yaxes(axis(ticks), range=[low, high])
    return figure


def nothing(kind: str) -> go.Figure:
    """An empty figure of a kind."""
    return go.Figure(layout=base_layout(MARGINS[kind]))


def in_lanes(labels: Sequence[Label]) -> list[Label]:
    """The labels, each in the highest lane in which it meets no other; the leftmost is placed first."""
    ends: list[float] = []
    placed = []
    for label in sorted(labels, key=lambda each: each.x):
        left = label.x * (1 - _LABEL_SHARE)  # at the left edge it begins there, at the right one it ends there
        lane = next((lane for lane, end in enumerate(ends) if end <= left), len(ends))
        ends[lane : lane + 1] = [left + _LABEL_SHARE]
        placed.append(Label(label.slot, label.name, label.x, label.y, lane, label.words))
    return placed


def apart(labels: Sequence[Label]) -> list[Label]:
    """The labels beside the ends of lines, moved up and down until none covers another."""
    ordered = sorted(labels, key=lambda label: label.y)
    places = [label.y for label in ordered]
    for _ in range(60):
        for i, (above, below) in enumerate(pairwise(places)):
            if (missing := _LABEL_APART - (below - above)) > 1e-6:
                places[i] -= missing / 2
                places[i + 1] += missing / 2
        places = [min(max(place, 0.02), 0.98) for place in places]
    return [
        Label(label.slot, label.name, label.x, place, label.lane, label.words)
        for label, place in zip(ordered, places, strict=True)
    ]


def plot(component_id: str, kind: str) -> html.Div:
    """An empty figure at its final size with a layer for labels; callbacks fill both (`<id>` and `<id>-labels`)."""
    graph = dcc.Graph(
        id=component_id,
        figure=go.Figure(layout=base_layout(MARGINS[kind])) if kind in MARGINS else go.Figure(layout={"template": {}}),
        config={"staticPlot": True, "displayModeBar": False, "responsive": True},
        className="mg-plot-graph",
        responsive=True,
    )
    return html.Div(
        [
            html.Div(graph, **parts.aria(hidden="true")),
            html.Div(id=f"{component_id}-labels", **parts.aria(hidden="true")),
        ],
        className=f"mg-plot mg-compare-plot mg-compare-{kind}",
    )


def labels_over(labels: Sequence[Label], kind: str) -> html.Div:
    """Names in a plot; those of a distribution have a line down to their peak."""
    lanes = max((label.lane for label in labels), default=-1) + 1
    children: list[Component] = []
    for label in labels:
        if kind == "distribution":
            below = _below(lanes)
            peak = (1 - below) + label.y * below
            children.append(
                html.I(
                    className="mg-compare-leader",
                    style={
                        "left": f"{100 * label.x:.2f}%",
                        "top": f"{label.lane * LANE_PX + LANE_PX - 2}px",
                        "bottom": f"{100 * (1 - peak):.2f}%",
                    },
                    **parts.data(slot=str(label.slot)),
                )
            )
            style = {
                "left": f"{100 * label.x:.2f}%",
                "top": f"{label.lane * LANE_PX}px",
                "--x": f"{100 * label.x:.1f}%",
            }
        else:
            style = {"left": "100%", "top": f"{100 * label.y:.2f}%"}
        children.append(
            html.Span(
                [html.Span(label.name, dir="auto"), html.Small(f" {label.words}") if label.words else None],
                className="mg-compare-label",
                style=style,
                **parts.data(slot=str(label.slot)),
            )
        )
    return html.Div(children, className="mg-compare-labels")


DISTRIBUTION_PX = 350
_PLOT_PX = DISTRIBUTION_PX - MARGINS["distribution"]["t"] - MARGINS["distribution"]["b"]


def _below(lanes: int) -> float:
    """Share of the plot's height that is left below the lanes of labels."""
    return 1 - lanes * LANE_PX / _PLOT_PX


def _outline(edges: Sequence[float], shares: Sequence[float | None], uid: str) -> go.Scatter:
    """From its first bar with songs to its last, so that no line runs along the axis."""
    used = [place for place, share in enumerate(shares) if share] or [0]
    first, end = used[0], used[-1] + 1
    return go.Scatter(
        x=[edges[first], *edges[first : end + 1]],
        y=[0, *shares[first:end], 0],
        mode="lines",
        line={"shape": "hv"},
        fill="tozeroy",
        uid=uid,
        hoverinfo="skip",
    )


def _step(top: float) -> float:
    """A round step of shares that gives two to four marks below `top`."""
    return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if top / step < 5), 0.5)
