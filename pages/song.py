"""Song: one song's facts, how it compares with the whole catalogue, and its other versions."""

from __future__ import annotations

from urllib.parse import unquote

import dash
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components import mood_gauge, parts, shell, song_charts, states
from data_access import explore, songs
from data_access.fields import AUDIO_FEATURES, FIELD_BY_NAME
from pages import _guard as guard
from pages import _song_mood as song_mood
from pages import _song_parts as view

dash.register_page(
    __name__,
    path_template="/song/<spotify_id>",
    name="Song",
    nav=False,
    title="Song · MusicGroup",
    description="One song: its key, tempo and audio features, and how it compares with the whole catalogue.",
)


def layout(spotify_id: str = "", **_query: object):
    """The frame for one song; a callback fills it."""
    return html.Div(
        [
            dcc.Store(id="song-id", data=unquote(spotify_id)),
            dcc.Store(id="song-title"),
            dcc.Store(id="song-titled"),
            guard.region("song", html.Div(view.waiting(), id="song-body", className="mg-song-page"), whole_page=True),
        ],
        className="mg-page",
    )


@guard.callback("song", Output("song-body", "children"), Output("song-title", "data"), Input("song-id", "data"))
def fill(spotify_id: str):
    """Everything about the song, or one sentence when there is none with this id."""
    song = songs.get(spotify_id)
    if song is None:
        return _unknown(spotify_id), "No such song"
    whole = explore.whole_catalogue()
    names = [FIELD_BY_NAME[name].label for name in AUDIO_FEATURES]
    shares = [song.percentiles.get(name) for name in AUDIO_FEATURES]
    charts = [
        song_charts.radar_card(names, shares),
        song_charts.standings_card(view.standings(song, whole.histograms)),
    ]
    body = [
        view.head(song, songs.filter_like(song)),
        parts.card(
            guard.region("song-mood", html.Div(id="song-mood-gauge"), height=172),
            title="Mood",
            hint=mood_gauge.sure_hint(),
        ),
        html.Div(charts, className="mg-song-charts"),
        view.versions(song),
    ]
    return body, song.title


@guard.callback(
    "song-mood", Output("song-mood-gauge", "children"), Input("song-title", "data"), State("song-id", "data")
)
def fill_mood(_title: str, spotify_id: str):
    """The song's mood: a region of its own, because a catalogue may have no moods yet."""
    song = songs.get(spotify_id)
    return None if song is None else song_mood.gauge(song)


# The server renders the frame without knowing the song; the title follows with the rest.
clientside_callback(
    ClientsideFunction("song", "title"),
    Output("song-titled", "data"),
    Input("song-title", "data"),
    prevent_initial_call=True,
)


def _unknown(spotify_id: str):
    shown = spotify_id if len(spotify_id) <= 40 else spotify_id[:40] + "…"
    return states.empty(f"No song in this catalogue has the id “{shown}”.", shell.search_slot("song"))
