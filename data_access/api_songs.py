"""Songs and artists as the JSON API hands them out: with album, credits and ids, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import columns, search, tables
from data_access import text as folding
from data_access.catalogue import Catalogue
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.search_index import open_index
from data_access.selection import selection

FOUND_AT_MOST = 1050
"""Hits of one search that can be paged through."""

_LONGEST_ID = 100
_LOOKED_AT = 20_000  # hits of the words that a filter then chooses from


@dataclass(frozen=True)
class Credit:
    """An artist of a song, or an artist that was found; `spotify_id` is None where the file had no ids."""

    spotify_id: str | None
    name: str


@dataclass(frozen=True)
class FullSong:
    """A song with everything that the API tells of it; `values` by field, None unknown."""

    song_id: int
    spotify_id: str
    title: str
    artists: tuple[Credit, ...]
    album: str | None
    album_spotify_id: str | None
    disc_number: int | None
    track_number: int | None
    explicit: bool | None
    release_date: date | None
    release_precision: str | None
    values: dict[str, float | None]
    key: int | None  # pitch class
    mode: int | None
    time_signature: int | None


def by_spotify_id(catalogue: Catalogue, ids: Sequence[str]) -> list[FullSong | None]:
    """The songs with these ids, in their order; None where the catalogue has none. Raises what `db.fetch` raises."""
    asked = {each for each in ids if 0 < len(each) <= _LONGEST_ID and "\0" not in each}
    found = _read(catalogue, tables.songs.c.spotify_id.in_(sorted(asked))) if asked else []
    known = {song.spotify_id: song for song in found}
    return [known.get(each) for each in ids]


def by_number(catalogue: Catalogue, song_ids: Sequence[int]) -> list[FullSong]:
    """Songs by number, in the order asked for. Raises what `db.fetch` raises."""
    found = _read(catalogue, tables.songs.c.song_id.in_(list(song_ids))) if len(song_ids) else []
    known = {song.song_id: song for song in found}
    return [known[number] for number in song_ids if number in known]


def _read(catalogue: Catalogue, condition) -> list[FullSong]:
    s, links, artists, albums = tables.songs.c, tables.song_artists.c, tables.artists.c, tables.albums.c

    def credits(column):
        return (
            select(func.array_agg(aggregate_order_by(column, links.position)))
            .join(tables.song_artists, links.artist_id == artists.artist_id)
            .where(links.song_id == s.song_id)
            .scalar_subquery()
        )

    statement = (
        select(
            *(column for column in s if column not in (s.search, s.sort_title)),
            albums.name.label("album"),
            albums.spotify_id.label("album_spotify_id"),
            credits(artists.name).label("artists"),
            credits(artists.spotify_id).label("artist_ids"),
        )
        .outerjoin(tables.albums, albums.album_id == s.album_id)
        .where(condition)
    )
    return [_song(row) for row in fetch(catalogue.version, statement)]


def _song(row) -> FullSong:
    return FullSong(
        song_id=row["song_id"],
        spotify_id=row["spotify_id"],
        title=row["title"],
        artists=tuple(Credit(*pair) for pair in zip(row["artist_ids"] or (), row["artists"] or (), strict=True)),
        album=row["album"],
        album_spotify_id=row["album_spotify_id"],
        disc_number=row["disc_number"],
        track_number=row["track_number"],
        explicit=row["explicit"],
        release_date=row["release_date"],
        release_precision=row["release_precision"],
        values={name: None if row[name] is None else float(row[name]) for name in FIELD_BY_NAME},
        key=row["key"],
        mode=row["mode"],
        time_signature=row["time_signature"],
    )


# ---- search ----------------------------------------------------------------------------------


def search_songs(catalogue: Catalogue, text: str, within: SongFilter, start: int, count: int) -> tuple[list[int], int]:
    """Numbers of songs that a text finds within a filter, `count` from `start` on, best first; and how many it finds.

    No text: all songs of the filter, the heaviest first. At most FOUND_AT_MOST are counted; all versions of a song are
    one hit.
    """
    index = open_index(columns.open_store(catalogue).folder)
    words = folding.words(text)
    restricted = within != SongFilter()
    allowed = selection(catalogue, within) if restricted else None
    if words:
        ranks = search.ranked(index, "song", words, FOUND_AT_MOST if allowed is None else _LOOKED_AT)
        numbers = index.songs.id[ranks]
    else:
        numbers = index.songs.id
    if allowed is not None:
        numbers = numbers[allowed[numbers]]
    numbers = numbers[:FOUND_AT_MOST]
    return numbers[start : start + count].tolist(), len(numbers)


def search_artists(catalogue: Catalogue, text: str, start: int, count: int) -> tuple[list[Credit], int]:
    """The artists that a text finds, best first, and how many it finds, as `search_songs`."""
    words = folding.words(text)
    if not words:
        return [], 0
    index = open_index(columns.open_store(catalogue).folder)
    numbers = index.artists.id[search.ranked(index, "artist", words, FOUND_AT_MOST)]
    shown = numbers[start : start + count].tolist()
    a = tables.artists.c
    statement = select(a.artist_id, a.spotify_id, a.name).where(a.artist_id.in_(shown))
    rows = fetch(catalogue.version, statement) if shown else []
    known = {row["artist_id"]: Credit(row["spotify_id"], row["name"]) for row in rows}
    return [known[number] for number in shown], len(numbers)
