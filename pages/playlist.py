"""Playlist: the songs that a person put together while browsing, in order, drawn, sorted, and taken along.

The list is the browser's (assets/playlist_store.js); assets/playlist_page*.js draws it and asks /playlist/songs for
what the catalogue knows of its songs. An address with `songs` shows that list instead and leaves one's own alone.
"""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html
from dash.development.base_component import Component

from components import playlist_list
from pages import _playlist_parts as view
from pages import _playlist_profile as profile
from pages import _playlist_upload as upload

dash.register_page(
    __name__,
    path="/playlist",
    name="Playlist",
    order=6,
    nav=True,
    title="Playlist · MusicGroup",
    description="Your playlist: put songs in order by hand or for mixing, see its course, and take it along as a file.",
)

_LEAD = "Songs that you picked anywhere on these pages. They stay in this browser until you take them along."


def layout(songs: str | list[str] = "", name: str | list[str] = "", **_query: str | list[str]) -> Component:
    """The page for a URL's query, without songs: the browser has them. A list that cannot be read is said."""
    shared, problems = view.shared_list(songs, name)
    fields = view.fields()
    return html.Div(
        [
            dcc.Store(id="playlist-asked", data={"shared": shared, "fields": fields, "linked": view.LINK_AT_MOST}),
            dcc.Store(id="playlist-shown"),  # {"ids": [...]}, what is shown
            dcc.Store(id="playlist-started"),  # an output, so that Dash calls `start` at the first look too
            html.Div([html.H1("Playlist"), html.P(_LEAD, className="mg-lead")], className="mg-page-head"),
            html.P(" ".join(problems), className="mg-problems", role="alert") if problems else None,
            playlist_list.shared_notice(),
            html.Div(
                [
                    html.Div(id="playlist-empty", className="mg-pl-empty", hidden=True),
                    html.Div(
                        [
                            playlist_list.list_card(),
                            html.Div(
                                [playlist_list.curve_card(fields, view.FIRST[0]), playlist_list.out_card()],
                                className="mg-pl-aside",
                            ),
                        ],
                        id="playlist-body",
                        className="mg-pl-body",
                        hidden=True,
                    ),
                ],
                className="mg-pl-stage",
            ),
            upload.section(),
            profile.section(),
        ],
        id="playlist-page",
        className="mg-page mg-page-wide mg-pl",
    )


clientside_callback(
    ClientsideFunction("playlist", "start"), Output("playlist-started", "data"), Input("playlist-asked", "data")
)
clientside_callback(
    ClientsideFunction("playlist", "choose"), Input("playlist-feature", "value"), prevent_initial_call=True
)
