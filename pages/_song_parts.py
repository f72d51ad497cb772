"""What the Song page shows, from a SongDetail: its head, its standings, its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote, urlencode

import numpy as np
from dash import dcc, get_relative_path, html
from dash.development.base_component import Component

from components import parts, playlist_parts
from components.song_charts import Standing
from data_access.fields import FIELD_BY_NAME, FIELDS, camelot, key_name
from data_access.filters import SongFilter
from data_access.songs import SongDetail
from pages import _seeds as seeds

SPOTIFY = "https://open.spotify.com"


def waiting() -> list[Component]:
    """Quiet boxes of the final sizes."""
    return [html.Div(className=f"mg-loading mg-song-{part}-wait") for part in ("head", "charts")]


def head(song: SongDetail, like: SongFilter) -> Component:
    """Title, who sings it, the facts, and what one can do with it."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(song.title, dir="auto"),
                    html.P(_credits(song), className="mg-song-credits"),
                    parts.stats(_facts(song)),
                    _tags(song),
                    _actions(song, like),
                ],
                className="mg-song-about",
            ),
            _player(song),
        ],
        className="mg-song-head",
    )


def standings(song: SongDetail, histograms: Mapping[str, Sequence[int]]) -> list[Standing]:
    """Where the song stands in each field that it knows; `histograms` are the whole catalogue's counts."""
    found = []
    for field in FIELDS:
        value = song.values[field.name]
        if value is None or field.name not in histograms:
            continue
        first, counts = _known_part(field.name, histograms[field.name])
        edges = field.bar_edges[first : first + len(counts) + 1]
        low, high = float(edges[0]), float(edges[-1])
        found.append(
            Standing(
                name=field.label,
                meaning=field.meaning,
                value=field.format(value),
                share=song.percentiles[field.name],
                place=_place(value, edges),
                counts=counts,
                low=field.format(low),
                high=field.format(100 if field.name == "popularity" else high),  # its last bar begins at 100
            )
        )
    return found


def versions(song: SongDetail) -> Component | None:
    """The other versions in the catalogue, or nothing when there are none."""
    if not song.versions:
        return None
    compared = [FIELD_BY_NAME[name] for name in ("year", "duration_ms", "tempo", "energy", "loudness")]
    if song.values["year"] is None and all(line.values["year"] is None for line in song.versions):
        compared = compared[1:]
    rows = [
        (
            parts.link(line.title, song_address(line.spotify_id)),
            line.album or "",
            *(field.format(line.values[field.name]) for field in compared),
            seeds.add_button(line),
        )
        for line in song.versions
    ]
    labels = ("Version", "Album", *(field.label for field in compared), _hidden("Playlist"))
    return parts.card(
        parts.table(labels, rows, caption="Other versions of this song", numeric=range(2, len(labels))),
        title="Other versions",
        hint="The same primary artist and the same title, without words such as “Live” or “Remastered 2011”.",
    )


def _hidden(words: str) -> Component:
    return html.Span(words, className="visually-hidden")


def song_address(spotify_id: str) -> str:
    """Address of a song's page, with the prefix."""
    return get_relative_path(f"/song/{quote(spotify_id, safe='')}")


# ---- the head's parts --------------------------------------------------------------------------


def _explore(song_filter: SongFilter) -> str:
    return get_relative_path(f"/explore?{song_filter.to_query()}")


def _credits(song: SongDetail) -> list:
    said: list = []
    for place, artist in enumerate(song.artists):
        said += [", "] if place else []
        said.append(parts.link(artist.name, _explore(SongFilter(artists=frozenset({artist.id})))))
    if not song.artists:
        said.append("Unknown artist")
    if song.album:
        on_album = _explore(SongFilter(albums=frozenset({song.album.id})))
        said += [" · ", parts.link(song.album.name, on_album, quiet=True)]
    if song.track_number:
        disc = f", disc {song.disc_number}" if (song.disc_number or 1) > 1 else ""
        said.append(html.Span(f" · no. {song.track_number}{disc}", className="mg-muted"))
    return said


def _facts(song: SongDetail) -> list[tuple]:
    def fact(name: str) -> str:
        return FIELD_BY_NAME[name].format(song.values[name])

    key: parts.Content = html.Span("unknown", className="mg-stat-text")
    if song.key is not None:
        key = [key_name(song.key), html.Span(camelot(song.key), className="mg-camelot", title="Camelot notation")]
    facts = [
        (fact("duration_ms"), "duration"),
        (key, "key"),
        (fact("tempo"), "tempo"),
        (fact("loudness"), "loudness"),
    ]
    if song.time_signature:
        facts.append((str(song.time_signature), "beats a bar"))
    if released := release_words(song.release_date, song.release_precision, song.values["year"]):
        facts.append((released, "released"))
    if song.values["popularity"] is not None:
        facts.append((fact("popularity"), "popularity of 100"))
    return facts


def release_words(day: date | None, precision: str | None, year: float | None) -> str:
    """ "12 May 1997", "May 1997" or "1997", as exactly as it is known; "" when it is not."""
    if day is None:
        return f"{year:.0f}" if year else ""
    return {"day": f"{day.day} {day:%b %Y}", "month": f"{day:%B %Y}"}.get(precision or "", f"{day.year}")


def _tags(song: SongDetail) -> Component | None:
    tags: list = [
        parts.link(genre, _explore(SongFilter(genres=frozenset({genre}))), quiet=True) for genre in song.genres
    ]
    tags += [
        parts.link(playlist.name, _explore(SongFilter(playlists=frozenset({playlist.id}))), quiet=True)
        for playlist in song.playlists[:12]
    ]
    if song.explicit:
        tags.append(html.Span("explicit lyrics"))
    return html.Ul([html.Li(tag) for tag in tags], className="mg-song-tags") if tags else None


def _actions(song: SongDetail, like: SongFilter) -> Component:
    artists = ", ".join(artist.name for artist in song.artists)
    links: list[Component] = [
        dcc.Link("More like this", href=seeds.more_like(song.spotify_id), className="mg-button",
                 title="The songs that sound most like it, and why"),
        playlist_parts.add_button(song.spotify_id, song.title, artists, song.values["duration_ms"], words=True),
    ]  # fmt: skip
    if like != SongFilter():
        links.append(
            dcc.Link(
                "Similar in Explore",
                href=_explore(like),
                className="mg-button mg-button-quiet",
                title=like.sentence(),
            )
        )
    compared = urlencode({"thing": f"song:{song.spotify_id}"})
    links.append(
        dcc.Link("Compare it", href=get_relative_path(f"/compare?{compared}"), className="mg-button mg-button-quiet")
    )
    links.append(
        html.A(
            "Open in Spotify ↗", href=f"{SPOTIFY}/track/{quote(song.spotify_id, safe='')}", target="_blank",
            rel="noopener", className="mg-button mg-button-quiet",
        )
    )  # fmt: skip
    return html.Div(links, className="mg-song-actions")


def _player(song: SongDetail) -> Component:
    """Spotify's player, which is only fetched after a press (assets/song.js)."""
    address = f"{SPOTIFY}/embed/track/{quote(song.spotify_id, safe='')}"
    return html.Div(
        [
            html.Button(
                "Load the player", type="button", className="mg-button mg-button-quiet",
                **parts.data(mg_embed=address, mg_title=f"Spotify's player: {song.title}"),
            ),
            html.P(
                "Loads content from Spotify, which then sees your address and may set cookies.", className="mg-note"
            ),
        ],
        key=song.spotify_id,
        className="mg-player",
    )  # fmt: skip


def _known_part(name: str, counts: Sequence[int]) -> tuple[int, Sequence[int]]:
    """A histogram without its empty ends, and the place of its first bar; only years are cut."""
    used = [place for place, count in enumerate(counts) if count]
    if name != "year" or not used:
        return 0, counts
    return used[0], counts[used[0] : used[-1] + 1]


def _place(value: float, edges: np.ndarray) -> float:
    low, high = float(edges[0]), float(edges[-1])
    return min(max((value - low) / (high - low), 0.0), 1.0)
