"""A playlist from elsewhere on the page of the playlist: a file or pasted links go in, what was found comes out.

assets/playlist_upload.js makes the form, asks /playlist/upload, and shows the answer; nothing of it is stored.
"""

from __future__ import annotations

from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html
from dash.development.base_component import Component

from components import parts

_LARGEST = 10_000_000  # bytes; etl.exportify has the same, which pages do not know
_HINT = (
    "In Spotify, select songs and press Ctrl+C: what is pasted here are their links. A whole playlist as a file comes "
    "from exportify.net, with or without features; files saved on this page can be read too."
)


def section() -> Component:
    """The part of the page; empty elements for the script."""
    return html.Section(
        [
            dcc.Store(id="playlist-upload-asked", data={"largest": _LARGEST}),
            dcc.Store(id="playlist-upload-started"),  # an output, so that Dash calls `start` at the first look too
            html.Div(
                [html.H2("Bring a playlist", id="playlist-upload-title"), parts.hint_mark(_HINT)],
                className="mg-upload-head",
            ),
            html.Div(id="playlist-upload-form", className="mg-upload-form"),
            html.P(id="playlist-upload-says", className="mg-note mg-upload-says", role="status"),
            html.P(id="playlist-upload-problem", className="mg-problems", role="alert", hidden=True),
            html.Div(id="playlist-upload-result", className="mg-upload-result", tabIndex="-1", hidden=True),
        ],
        id="playlist-upload",
        className="mg-card mg-upload",
        **parts.aria(labelledby="playlist-upload-title"),
    )


clientside_callback(
    ClientsideFunction("playlist_upload", "start"),
    Output("playlist-upload-started", "data"),
    Input("playlist-upload-asked", "data"),
    State("playlist-shown", "data"),
)
