"""The songs of a list that a person keeps: everything a playlist shows and takes along, in one read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import tables
from data_access.catalogue import Catalogue
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.moods import NO_MOOD, MoodStore, open_moods

AT_MOST = 1000
"""Songs of one playlist; as many as assets/playlist_store.js keeps."""

_LONGEST_ID = 100


@dataclass(frozen=True)
class PlaylistSong:
    """A song as a playlist shows it; `values` maps a field's name to its value, None is unknown.

    `key` is a key code (pitch class * 2 + mode) or None. `released` is as exact as is known: 1999, 1999-05 or
    1999-05-31; empty when unknown. `mood` and `mood_colour` are None without a model.
    """

    spotify_id: str
    title: str
    artists: tuple[str, ...]
    album: str | None
    values: dict[str, float | None]
    key: int | None
    time_signature: int | None
    explicit: bool | None
    released: str
    genres: tuple[str, ...]
    mood: str | None
    mood_colour: int | None


def is_id(value: object) -> bool:
    """Whether this may be a song's id: a text without spaces or control characters."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_ID
        and value.isprintable()
        and not any(character.isspace() for character in value)
    )


def songs_of(live: Catalogue, spotify_ids: Sequence[str]) -> dict[str, PlaylistSong]:
    """The songs by Spotify id, at most AT_MOST; ids that the catalogue does not have are not in it.

    Raises ValueError for more ids, and what `db.fetch` raises.
    """
    if len(spotify_ids) > AT_MOST:
        raise ValueError(f"A playlist holds up to {AT_MOST:,} songs, not {len(spotify_ids):,}.")
    if not spotify_ids:
        return {}
    s, albums = tables.songs.c, tables.albums.c
    wanted = (s.song_id, s.spotify_id, s.title, s.key, s.mode, s.time_signature, s.explicit, s.release_date,
              s.release_precision)  # fmt: skip
    statement = (
        select(*wanted, *(s[name] for name in FIELD_BY_NAME), _artists(), _genres(), albums.name.label("album"))
        .outerjoin(tables.albums, albums.album_id == s.album_id)
        .where(s.spotify_id.in_(set(spotify_ids)))
    )
    stored = open_moods(live)
    return {row["spotify_id"]: _song(row, stored) for row in fetch(live.version, statement, cap=AT_MOST)}


def _artists():
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    names = (
        select(func.array_agg(aggregate_order_by(artists.name, links.position)))
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == s.song_id)
    )
    return names.scalar_subquery().label("artists")


def _genres():
    s, links, genres = tables.songs.c, tables.song_genres.c, tables.genres.c
    names = (
        select(func.array_agg(aggregate_order_by(genres.name, genres.name)))
        .join(tables.song_genres, links.genre_id == genres.genre_id)
        .where(links.song_id == s.song_id)
    )
    return names.scalar_subquery().label("genres")


def _song(row, stored: MoodStore | None) -> PlaylistSong:
    number = NO_MOOD if stored is None else int(stored.mood[row["song_id"]])
    mood = None if stored is None or number == NO_MOOD else stored.model.moods[number]
    values = {name: None if row[name] is None else float(row[name]) for name in FIELD_BY_NAME}
    return PlaylistSong(
        spotify_id=row["spotify_id"],
        title=row["title"],
        artists=tuple(row["artists"] or ()),
        album=row["album"],
        values=values,
        key=_key(row),
        time_signature=row["time_signature"],
        explicit=row["explicit"],
        released=_released(row["release_date"], row["release_precision"], row["year"]),
        genres=tuple(row["genres"] or ()),
        mood=mood.name if mood else None,
        mood_colour=mood.colour if mood else None,
    )


def _key(row) -> int | None:
    return None if row["key"] is None or row["mode"] is None else row["key"] * 2 + row["mode"]


def _released(day: date | None, precision: str | None, year: int | None) -> str:
    if day is None:
        return "" if year is None else str(year)
    return day.isoformat()[: {"day": 10, "month": 7}.get(precision or "year", 4)]
