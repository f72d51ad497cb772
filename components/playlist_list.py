"""The frame of the playlist's page: head, list, curve, ways out; assets/playlist_page*.js fills it.

The songs are the browser's, so nothing here knows them. A button says by `data-playlist-act` what it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import charts, parts

_SORTS = (
    ("mixing", "for mixing", "Each song goes with the one before: keys that fit, tempos that are close"),
    ("tempo", "tempo", "Slowest first; press again for the fastest"),
    ("energy", "energy", "Calmest first; press again for the most energetic"),
    ("year", "year", "Oldest first; press again for the newest"),
    ("title", "title", "From A to Z; press again for Z to A"),
)
_EXPORTS = (
    ("csv", "CSV", "A table with all features, in Exportify’s columns"),
    ("m3u8", "M3U8", "A playlist file for players, with links to Spotify"),
    ("jspf", "JSPF", "A playlist file as JSON, as ListenBrainz and others read it"),
    ("txt", "Spotify URIs", "One a line"),
)
_COLUMNS = (("name", "Song"), ("key", "Key"), ("tempo", "Tempo"), ("year", "Year"), ("time", "Length"),
            ("into", "Into the next"))  # fmt: skip
_MOVING = (
    "Drag a song by its handle, or move it with the keyboard: on the handle, arrow keys move the song one place, "
    "Home and End to the top and the bottom, Delete takes it out."
)
_CURVE = (
    "Each dot is a song in the order of the list, in the colour of its mood; the line follows the feature from song to "
    "song. Point at a dot to see which song it is."
)


def list_card() -> Component:
    """The list with its name, tools and songs; ids: playlist-head, -done, -trouble, -list, -absent."""
    return html.Section(
        [
            html.Div(id="playlist-head", className="mg-pl-head"),
            html.Div(
                [
                    html.Div(
                        [html.Span("Sort", className="mg-pl-group-name"), *_buttons("sort", _SORTS)],
                        className="mg-pl-group",
                        role="group",
                        **parts.aria(label="Sort the playlist"),
                    ),
                    html.Div([_button("undo", "Undo", ""), _button("clear", "Clear", "Take all songs out")],
                             className="mg-pl-group"),
                ],
                id="playlist-tools",
                className="mg-pl-tools",
            ),
            html.P(id="playlist-done", className="mg-pl-done", role="status"),
            html.P(id="playlist-trouble", className="mg-problems", role="alert", hidden=True),
            html.Div(
                [html.Span(words, className=f"mg-pl-{name}") for name, words in _COLUMNS],
                className="mg-pl-line mg-pl-columns",
                **parts.aria(hidden="true"),
            ),
            html.P(_MOVING, id="playlist-moving", className="visually-hidden"),
            html.Ol(
                id="playlist-list",
                className="mg-pl-list",
                tabIndex="-1",
                **parts.aria(label="Songs", describedby="playlist-moving"),
            ),
            html.P(id="playlist-absent", className="mg-note mg-pl-absent-note", hidden=True),
        ],
        id="playlist-card",
        className="mg-card mg-pl-card",
        **parts.aria(label="The playlist"),
    )  # fmt: skip


def curve_card(fields: Sequence[dict[str, Any]], chosen: str) -> Component:
    """The course of a feature; `fields` are {name, label, ...}, `chosen` the one that is drawn first."""
    return charts.chart_card(
        "playlist-curve",
        "From song to song",
        _CURVE,
        html.Div(
            html.Label(
                [
                    html.Span("feature"),
                    dcc.Dropdown(
                        [{"value": field["name"], "label": field["label"]} for field in fields],
                        chosen, id="playlist-feature", clearable=False, searchable=False, maxHeight=320,
                    ),
                ],
                className="mg-choice",
            ),
            className="mg-choices",
        ),
        html.Div(id="playlist-curve-plot", className="mg-pl-plot"),
    )  # fmt: skip


def out_card() -> Component:
    """Ways out of the page with the songs: files, a link, recommendations."""
    return html.Section(
        [
            html.H3("Take it along", id="playlist-out-title"),
            html.Div(
                [html.Span("Save as", className="mg-pl-group-name"), *_buttons("export", _EXPORTS)],
                className="mg-pl-group",
                role="group",
                **parts.aria(label="Save the playlist as a file"),
            ),
            html.Div(
                [
                    html.Span("Copy", className="mg-pl-group-name"),
                    _button("copy-link", "a link to share", "A link that shows these songs to whoever opens it"),
                    _button(
                        "copy-uris", "Spotify URIs", "To be pasted into a playlist of Spotify’s desktop application"
                    ),
                ],
                className="mg-pl-group",
                role="group",
                **parts.aria(label="Copy"),
            ),
            html.Div(id="playlist-recommend", className="mg-pl-group"),
            html.P(id="playlist-out-note", className="mg-note mg-pl-note", role="status"),
        ],
        id="playlist-out",
        className="mg-card mg-pl-out",
        **parts.aria(labelledby="playlist-out-title"),
    )


def shared_notice() -> Component:
    """What stands over a list that came by a link; hidden for one's own."""
    return html.Div(
        [
            html.P(id="playlist-shared-says", className="mg-pl-shared-says"),
            html.Div(
                [
                    _button("add", "Add to mine", "Put these songs at the end of your playlist", loud=True),
                    _button("replace", "Replace mine", "Make this your playlist; it can be undone"),
                    html.Span(id="playlist-shared-back"),
                ],
                className="mg-pl-group",
            ),
        ],
        id="playlist-shared",
        className="mg-pl-shared",
        hidden=True,
    )


def _buttons(act: str, kinds: Sequence[tuple[str, str, str]]) -> list[Component]:
    return [_button(f"{act}-{kind}", words, title) for kind, words, title in kinds]


def _button(act: str, words: str, title: str, *, loud: bool = False) -> Component:
    return html.Button(
        words,
        type="button",
        title=title or None,
        className="mg-button" if loud else "mg-button mg-button-quiet",
        **parts.data(playlist_act=act),
    )
