"""The frame of the map: a canvas, what lies over it, and a legend; assets/map*.js fills them."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components import charts, parts

_MODES = (
    ("pan", "Move", "Drag moves the map (P)"),
    ("box", "Box", "Draw a box around songs (B, or drag with Shift)"),
    ("lasso", "Lasso", "Draw freely around songs (L)"),
)
_ZOOMS = (
    ("+", "+", "Closer (+)"),
    ("-", "−", "Farther (−)"),
    ("0", "Whole map", "Show the whole map (0)"),
)
_KEYS = (
    "Plus and minus zoom, arrow keys move, 0 shows the whole map, B draws a box, L draws a lasso, "
    "P moves again, Escape gives up a drawing. The numbers below say what is in view."
)


def map_card(title: str, explanation: str) -> Component:
    """The card with the map; ids: map-canvas, map-says, map-numbers, map-legend, map-drawn, map-axis-<x|y>."""
    frame = html.Div(
        [
            html.Div(id="map-axis-y", className="mg-map-axis mg-map-axis-y"),
            _stage(),
            html.Div(id="map-axis-x", className="mg-map-axis mg-map-axis-x"),
        ],
        className="mg-map-frame",
    )
    body = html.Div([frame, _legend()], className="mg-map-body")
    return charts.chart_card("map", title, explanation, body, class_name="mg-map-chart")


def axis_words(words: str) -> list[Component]:
    """ "quiet, acoustic ↔ loud, electronic" -> a word for each end; nothing for an axis that means nothing."""
    low, arrow, high = words.partition("↔")
    if not arrow:
        return [html.Span(words)] if words else []
    line = html.I(className="mg-map-axis-line", **parts.aria(hidden="true"))
    return [html.Span(low.strip()), line, html.Span(high.strip())]


def drawn_panel(songs: int, *links: Component) -> list[Component]:
    """What stands over the map while an area restricts it; `songs` are those under the whole filter."""
    return [
        html.Span([html.Strong(f"{songs:,}"), f" {'song' if songs == 1 else 'songs'} in the area you drew"]),
        *links,
        html.Button("Remove", type="button", className="mg-button mg-button-quiet", **parts.data(remove="area")),
    ]


def _stage() -> Component:
    over = parts.data(map_over="")
    return html.Div(
        [
            html.Canvas(
                id="map-canvas",
                tabIndex="0",
                role="application",
                className="mg-map-canvas",
                **parts.aria(label="Map of all songs", describedby="map-keys map-says"),
            ),
            html.P(_KEYS, id="map-keys", className="visually-hidden"),
            html.Div([_modes(), _zooms()], className="mg-map-tools", **over),
            html.Div(id="map-busy", className="mg-busy"),
            html.Canvas(id="map-overview", className="mg-map-overview", hidden=True, title="Click to go there", **over),
            html.Div(id="map-drawn", className="mg-map-drawn", role="status", **over),
            html.Div(id="map-card", className="mg-map-card", hidden=True),
        ],
        id="map-host",
        className="mg-map-host",
    )


def _modes() -> Component:
    buttons = [
        html.Button(
            [html.I(className=f"mg-map-icon mg-map-icon-{mode}"), html.Span(text)],
            type="button",
            title=title,
            className="mg-map-tool",
            **parts.data(map_mode=mode),
            **parts.aria(pressed="true" if mode == "pan" else "false"),
        )
        for mode, text, title in _MODES
    ]
    return html.Div(buttons, className="mg-map-tool-group", role="group", **parts.aria(label="What dragging does"))


def _zooms() -> Component:
    buttons = [
        html.Button(
            text, type="button", title=title, className="mg-map-tool", **parts.data(map_key=key),
            **parts.aria(label=title),
        )
        for key, text, title in _ZOOMS
    ]  # fmt: skip
    return html.Div(buttons, className="mg-map-tool-group", role="group", **parts.aria(label="Zoom"))


def _legend() -> Component:
    return html.Div(
        [
            html.H3("Moods in view", id="map-legend-title"),
            html.Div(
                id="map-legend", className="mg-map-moods", role="group", **parts.aria(labelledby="map-legend-title")
            ),
            html.P("Point at a mood to see where it is, click to filter by it.", className="mg-map-note"),
            html.P(
                [
                    html.I(className="mg-map-ramp", **parts.aria(hidden="true")),
                    html.Span("one song"),
                    html.Span("a crowd"),
                ],
                className="mg-map-note mg-map-scale",
            ),
            html.P("A dot has the colour of the mood that most of its songs have.", className="mg-map-note"),
        ],
        className="mg-map-legend",
    )
