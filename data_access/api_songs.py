"""Songs and artists as the JSON API hands them out: with album, credits and ids, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import columns, search, tables
from data_access import text as folding
from data_access.catalogue import Catalogue
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.search_index import SearchIndex, open_index
from data_access.search_typos import corrections
from data_access.selection import selection

FOUND_AT_MOST = 1050
"""Hits of one search that can be paged through."""

_LONGEST_ID = 100


@dataclass(frozen=True)
class Credit:
    """An artist as a song or a search names one; `spotify_id` is None where the file had no ids."""

    spotify_id: str | None
    name: str


@dataclass(frozen=True)
class FoundArtist:
    """An artist that was found; `genres` are those of the artist's songs, by name."""

    credit: Credit
    genres: tuple[str, ...]


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

    No text: all songs of the filter, the heaviest first, or none when it restricts nothing. Genres are found however
    they are capitalised. At most FOUND_AT_MOST are counted; all versions of a song are one hit.
    """
    index = open_index(columns.open_store(catalogue).folder)
    words = folding.words(text)
    if within != SongFilter():
        ranks = _ranked_within(index, words, selection(catalogue, _capitalised(catalogue, within)))
    else:
        ranks = search.ranked(index, "song", words, FOUND_AT_MOST) if words else []
    numbers = index.songs.id[ranks[start : start + count]]
    return numbers.tolist(), len(ranks)


def _ranked_within(index: SearchIndex, words: list[str], allowed: np.ndarray) -> list[int]:
    """`search.ranked` among the songs that a mask lets through: of the versions of a song the best one of these.

    Typing errors are only looked for where the words as they stand find nothing in the whole catalogue.
    """
    songs = index.songs

    def best(*candidates: np.ndarray) -> list[int]:
        found: list[int] = []
        taken: set[int] = set()
        for ranks in candidates:
            within = ranks[allowed[songs.id[ranks]]]
            found += songs.best(within, FOUND_AT_MOST - len(found), taken)
        return found

    if not words:
        return best(np.arange(len(songs), dtype=np.int32))
    for meant in (words, *corrections(index, words)):
        ranges = list(zip(*(ends.tolist() for ends in index.word_ranges(meant)), strict=True))
        candidates = (*songs.beginning_with(" ".join(meant)), songs.having(ranges))
        if any(map(len, candidates)):
            return best(*candidates)
    return []


def _capitalised(catalogue: Catalogue, within: SongFilter) -> SongFilter:
    """The filter with its genres as the catalogue writes them."""
    wanted = {name.lower() for name in within.genres}
    written = {name for name in columns.open_store(catalogue).genre_names if name.lower() in wanted}
    return replace(within, genres=frozenset(written) or within.genres)


def search_artists(catalogue: Catalogue, text: str, start: int, count: int) -> tuple[list[FoundArtist], int]:
    """The artists that a text finds, best first, and how many it finds, as `search_songs`."""
    words = folding.words(text)
    if not words:
        return [], 0
    index = open_index(columns.open_store(catalogue).folder)
    numbers = index.artists.id[search.ranked(index, "artist", words, FOUND_AT_MOST)]
    shown = numbers[start : start + count].tolist()
    a, genres = tables.artists.c, tables.genres.c
    of_artist = (
        select(func.array_agg(aggregate_order_by(genres.name.distinct(), genres.name)))
        .join(tables.song_genres, tables.song_genres.c.genre_id == genres.genre_id)
        .join(tables.song_artists, tables.song_artists.c.song_id == tables.song_genres.c.song_id)
        .where(tables.song_artists.c.artist_id == a.artist_id)
        .scalar_subquery()
    )
    statement = select(a.artist_id, a.spotify_id, a.name, of_artist.label("genres")).where(a.artist_id.in_(shown))
    known = {
        row["artist_id"]: FoundArtist(Credit(row["spotify_id"], row["name"]), tuple(row["genres"] or ()))
        for row in (fetch(catalogue.version, statement) if shown else [])
    }
    return [known[number] for number in shown], len(numbers)
