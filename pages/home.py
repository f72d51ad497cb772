"""Home: what this catalogue is, and ways into it."""

from __future__ import annotations

from urllib.parse import quote

import dash
from dash import Input, Output, dcc, get_relative_path, html

from components import home_parts, mood_gauge, parts, playlist_parts, shell, spark
from components.search_box import search_box
from data_access import catalogue, explore, songs
from data_access.catalogue import Catalogue
from data_access.explore import Summary
from data_access.fields import FIELD_BY_NAME, Field, key_name
from data_access.filters import Range, SongFilter
from data_access.songs import Extreme, SongLine
from pages import _guard as guard
from pages import _seeds as seeds
from pages import _song_mood as song_mood
from pages._presets import PRESETS

dash.register_page(
    __name__,
    path="/",
    name="Home",
    order=0,
    nav=True,
    title="MusicGroup: songs by how they sound",
    description="A catalogue of songs by how they sound: its extremes, its moods of the day, songs at random.",
)

GLANCE = ("energy", "valence", "danceability", "tempo", "loudness", "year", "duration_ms", "popularity")
GLANCE_TILES = 6
EXTREMES = 12
RANDOM_SONGS = 6
EXAMPLE = 6  # seed of the song whose mood is shown before anybody asks


def layout(**_query: object):
    """The frame; callbacks fill it."""
    wait = home_parts.placeholder
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Songs, by how they sound"),
                    html.P(
                        "Every song here was measured: how fast, how loud, how cheerful, how acoustic. "
                        "Search for one, or let the numbers lead you.",
                        className="mg-lead",
                    ),
                    shell.search_slot("home"),
                ],
                className="mg-hero",
            ),
            mood_card(),
            guard.region(
                "home",
                html.Div(wait(5, 44, "mg-stats-wait"), id="home-stats"),
                parts.section(
                    html.Div(wait(GLANCE_TILES, 148, "mg-tiles"), id="home-glance"),
                    title="The catalogue at a glance",
                    lead="The coloured part of each shape is the middle half of all songs. Open one to explore those.",
                ),
                parts.section(html.Div(wait(len(PRESETS), 128, "mg-ways"), id="home-ways"), title="Ways in"),
                parts.section(html.Div(wait(EXTREMES, 128, "mg-extremes"), id="home-extremes"), title="The extremes"),
                random_card(),
                whole_page=True,
            ),
            home_parts.pages_row(
                [
                    ("Explore", "Filter and brush all songs in linked charts.", get_relative_path("/explore")),
                    ("Moods", "The groups that songs fall into, and others of your own.", get_relative_path("/moods")),
                    ("Map", "All songs at once; those that sound alike lie together.", get_relative_path("/map")),
                    ("Compare", "Songs, artists, genres, moods side by side.", get_relative_path("/compare")),
                    ("Recommend", "Songs that sound like others, and why.", get_relative_path("/recommend")),
                    ("Playlist", "What you put together while browsing.", get_relative_path("/playlist")),
                    ("Data", "Where the catalogue comes from, and what is missing.", get_relative_path("/data")),
                ]
            ),
        ],
        className="mg-page mg-home",
    )


@guard.callback(
    "home",
    Output("home-stats", "children"),
    Output("home-glance", "children"),
    Output("home-ways", "children"),
    Output("home-extremes", "children"),
    Input("home-stats", "id"),
)
def fill(_id: str):
    """Everything that depends on the catalogue alone."""
    live = catalogue.current()
    whole = explore.whole_catalogue()
    return (
        _stats(live),
        html.Div([_tile(name, whole) for name in _glance(whole)], className="mg-tiles"),
        html.Div(list(_ways(whole)), className="mg-ways"),
        html.Div([_extreme(found) for found in songs.extremes()[:EXTREMES]], className="mg-extremes"),
    )


def mood_card():
    """Search a song, and a gauge answers its mood; a song of the catalogue stands there as an example."""
    return parts.card(
        html.Div(
            [
                html.Div(search_box("mood", pick="home-mood-song"), className="mg-search-slot"),
                html.Div(id="home-mood-title"),
            ],
            className="mg-home-mood-ask",
        ),
        dcc.Store(id="home-mood-song"),
        guard.region("home-mood", html.Div(id="home-mood-gauge"), height=172),
        title="What mood is it?",
        hint=mood_gauge.sure_hint(),
    )


@guard.callback(
    "home-mood",
    Output("home-mood-title", "children"),
    Output("home-mood-gauge", "children"),
    Input("home-mood-song", "data"),
)
def answer_mood(spotify_id: str | None):
    """The gauge of the chosen song, or of an example."""
    song = songs.get(spotify_id or songs.random_songs(1, seed=EXAMPLE)[0].spotify_id)
    if song is None:
        return None, mood_gauge.no_mood("This song is not in the catalogue any more; search for another one.")
    artists = ", ".join(artist.name for artist in song.artists)
    heading = mood_gauge.song_heading(song.title, artists, _song(song.spotify_id))
    return heading, song_mood.gauge(song)


def random_card():
    """Songs at random, and a button for others."""
    return parts.card(
        guard.region("home-random", html.Ol(id="home-random-songs", className="mg-songs"), height=RANDOM_SONGS * 45),
        title="Songs at random",
        aside=html.Button("Shuffle", id="home-shuffle", type="button", className="mg-button mg-button-quiet"),
    )


@guard.callback("home-random", Output("home-random-songs", "children"), Input("home-shuffle", "n_clicks"))
def shuffle(_clicks: int | None):
    """Other songs at each click."""
    return [_row(song) for song in songs.random_songs(RANDOM_SONGS)]


# ---- from numbers to parts -------------------------------------------------------------------


def _stats(live: Catalogue):
    kinds = ("songs", "artists", "albums", "genres", "playlists")
    known: list[tuple[parts.Content, str]] = [
        (f"{number:,}", kind) for kind in kinds if (number := getattr(live, kind))
    ]
    if live.first_year:
        known.append((f"{live.first_year}–{live.last_year}", "years of release"))
    known.append((html.Span(live.source_name, className="mg-stat-text"), "source"))
    return parts.stats(known)


def _glance(whole: Summary) -> list[str]:
    return [name for name in GLANCE if name in whole.histograms][:GLANCE_TILES]


def _tile(name: str, whole: Summary):
    field = FIELD_BY_NAME[name]
    first, counts = _known_part(field, whole.histograms[name])
    span = spark.middle_half(counts)
    edges = [float(edge) for edge in field.bar_edges[first : first + len(counts) + 1]]
    low, high, end = edges[span[0]], edges[span[1]], edges[-1]
    whole_numbers = field.name == "year"  # a bar is one year: its last value is no edge
    if whole_numbers:
        high, end = high - 1, end - 1
    half = SongFilter().with_range(name, Range(low, high, open_high=not whole_numbers))
    return home_parts.feature_tile(
        name=field.label,
        meaning=field.meaning,
        counts=counts,
        span=span,
        low=field.format(edges[0]),
        high=field.format(end),
        half=f"{field.format(low).removesuffix(f' {field.unit}')} – {field.format(high)}",
        href=_explore(half),
    )


def _known_part(field: Field, counts: list[int]) -> tuple[int, list[int]]:
    """A histogram without its empty ends, and the place of its first bar; only years are cut."""
    used = [place for place, count in enumerate(counts) if count]
    if field.name != "year" or not used:
        return 0, counts
    return used[0], counts[used[0] : used[-1] + 1]


def _ways(whole: Summary):
    for preset in PRESETS:
        chosen = preset.song_filter
        if any(name not in whole.histograms for name, _ in chosen.ranges):
            continue  # this catalogue does not know one of its fields
        found = explore.summarise(chosen).selected
        if found:
            yield home_parts.way_in(
                title=preset.title, words=preset.words, songs=found, share=found / whole.songs, href=_explore(chosen)
            )


def _extreme(found: Extreme):
    song = found.song
    return home_parts.extreme(
        superlative=found.what,
        value=FIELD_BY_NAME[found.field].format(song.values[found.field]),
        title=song.title,
        artists=", ".join(song.artists),
        href=_song(song.spotify_id),
        actions=_actions(song),
    )


def _row(song: SongLine):
    facts = [FIELD_BY_NAME[name].format(song.values[name]) for name in ("duration_ms", "tempo")]
    return home_parts.song_row(
        title=song.title,
        artists=", ".join(song.artists),
        facts=[*facts, "" if song.key is None else key_name(song.key)],
        href=_song(song.spotify_id),
        actions=_actions(song),
    )


def _actions(song: SongLine):
    return [playlist_parts.more_link(seeds.more_like(song.spotify_id), song.title), seeds.add_button(song)]


def _song(spotify_id: str) -> str:
    return get_relative_path(f"/song/{quote(spotify_id, safe='')}")


def _explore(song_filter: SongFilter) -> str:
    return get_relative_path(f"/explore?{song_filter.to_query()}")
