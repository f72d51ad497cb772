"""Ways into the playlist and into recommendations, for any place that shows a song.

The playlist lives in the browser (assets/playlist_store.js). A button is any `<button data-mg-add="<spotify id>">`;
assets/playlist_add.js listens to all of them at once, so that they may stand in islands and in cells drawn by scripts.
"""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import parts


def add_button(
    spotify_id: str, title: str, artists: str, milliseconds: float | None, *, words: bool = False
) -> html.Button:
    """Puts a song into the playlist, or takes it out again; a sign, or a sign and `words`.

    `artists` is one text, `milliseconds` the duration or None. Whether it is pressed is the browser's to say.
    """
    name = "Add to playlist" if words else None
    return html.Button(
        html.Span(name, className="mg-add-words") if words else None,
        type="button",
        className="mg-button mg-button-quiet mg-add" if words else "mg-add",
        title="Add to the playlist",
        **parts.data(
            mg_add=spotify_id,
            mg_title=title,
            mg_artists=artists,
            mg_ms="" if milliseconds is None else str(round(milliseconds)),
        ),
        **({} if words else parts.aria(label=f"Add {title} to the playlist")),
        **parts.aria(pressed="false"),
    )


def more_link(href: str, title: str) -> Component:
    """A sign that leads to songs like this one; `href` has the prefix."""
    return dcc.Link(
        html.Span(f"More like {title}", className="visually-hidden"),
        href=href,
        className="mg-more",
        title="More like this",
    )


def dock() -> Component:
    """The playlist behind a button, for the header; assets/playlist_dock.js fills it."""
    return html.Div(
        [
            html.Button(
                [
                    html.I(className="mg-icon mg-icon-playlist"),
                    html.Span("Playlist", className="mg-dock-word"),
                    html.Span(id="playlist-dock-count", className="mg-dock-count"),
                ],
                id="playlist-dock-button",
                type="button",
                className="mg-dock-button",
                title="Your playlist",
                **parts.aria(label="Playlist", expanded="false", controls="playlist-dock", haspopup="dialog"),
            ),
            html.Div(
                id="playlist-dock",
                className="mg-dock",
                role="dialog",
                tabIndex="-1",
                hidden=True,
                **parts.aria(label="Your playlist"),
            ),
            html.P(id="playlist-dock-says", className="mg-dock-says", role="status"),
        ],
        id="playlist-dock-host",
        className="mg-dock-host",
    )
