"""Single songs: everything about one, some at random, and the extremes of the catalogue."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import catalogue, tables
from data_access.cache import cached
from data_access.columns import ColumnStore, open_store
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.filters import Range, SongFilter

_VERSIONS_SHOWN = 50
_LONGEST_ID = 100
_MINUTE = 60_000


@dataclass(frozen=True)
class Named:
    """An artist or an album; `id` is what stands for it in URLs: Spotify's id, or the name without one."""

    id: str
    name: str


@dataclass(frozen=True)
class SongLine:
    """A song as one line of a list; `values` maps a field's name to its value, None is unknown."""

    spotify_id: str
    title: str
    artists: tuple[str, ...]
    album: str | None
    values: dict[str, float | None]
    key: int | None  # pitch class * 2 + mode, as in fields.key_name


@dataclass(frozen=True)
class SongDetail:
    """All that the catalogue knows of one song.

    `percentiles` maps a field to the share (0..1) of the songs with a known value that are lower; a field is
    missing there when the song's own value is unknown. `versions` are the other songs of its version group.
    """

    spotify_id: str
    title: str
    artists: tuple[Named, ...]
    album: Named | None
    disc_number: int | None
    track_number: int | None
    explicit: bool | None
    values: dict[str, float | None]
    key: int | None
    time_signature: int | None
    release_date: date | None
    release_precision: str | None
    genres: tuple[str, ...]
    playlists: tuple[Named, ...]
    versions: tuple[SongLine, ...]
    percentiles: dict[str, float]


@dataclass(frozen=True)
class Extreme:
    """The song that is the most of something: "Loudest", by the field `field`."""

    what: str
    field: str
    song: SongLine


def get(spotify_id: str) -> SongDetail | None:
    """The song with this Spotify id in the live catalogue, or None.

    Raises what `catalogue.current` and `db.fetch` raise.
    """
    if len(spotify_id) > _LONGEST_ID or "\0" in spotify_id:
        return None
    live = catalogue.current()
    s, albums = tables.songs.c, tables.albums.c
    album_ref = func.coalesce(albums.spotify_id, albums.name).label("album_ref")
    statement = (
        select(*(column for column in s if column is not s.search), albums.name.label("album"), album_ref)
        .outerjoin(tables.albums, albums.album_id == s.album_id)
        .where(s.spotify_id == spotify_id)
    )
    rows = fetch(live.version, statement)
    if not rows:
        return None
    row = rows[0]
    values = {name: _number(row[name]) for name in FIELD_BY_NAME}
    return SongDetail(
        spotify_id=row["spotify_id"],
        title=row["title"],
        artists=_artists(live.version, row["song_id"]),
        album=Named(row["album_ref"], row["album"]) if row["album"] is not None else None,
        disc_number=row["disc_number"],
        track_number=row["track_number"],
        explicit=row["explicit"],
        values=values,
        key=_key(row),
        time_signature=row["time_signature"],
        release_date=row["release_date"],
        release_precision=row["release_precision"],
        genres=_genres(live.version, row["song_id"]),
        playlists=_playlists(live.version, row["song_id"]),
        versions=_versions(live.version, row["song_id"], row["version_group"]),
        percentiles=percentiles(open_store(live), values),
    )


def percentiles(store: ColumnStore, values: dict[str, float | None]) -> dict[str, float]:
    """For each known value the share (0..1) of songs with a known value that are lower."""
    found = {}
    for name, value in values.items():
        order, known = store.order(name)
        if value is not None and known:
            column = store.values(name)
            lower = bisect_left(range(known), np.float32(value), key=lambda place: column[order[place]])
            found[name] = lower / known
    return found


def random_songs(n: int, seed: int | None = None) -> list[SongLine]:
    """`n` different songs at random (all of them when there are fewer); a seed makes them the same again."""
    live = catalogue.current()
    n_songs = open_store(live).n_songs
    chosen = np.random.default_rng(seed).choice(n_songs, size=min(n, n_songs), replace=False)
    return lines(live.version, chosen.tolist())


def extremes() -> list[Extreme]:
    """The songs at the ends of the scales, each once; fields that the catalogue lacks are left out.

    Only what is music by all signs takes part: one to fifteen minutes (but for the longest), mostly not
    speech, and with the analysis not failed, which shows as a danceability or valence of exactly 0.
    """
    live = catalogue.current()
    chosen = cached("extremes", (live.version, live.started_at.isoformat()), lambda: _extremes(open_store(live)))
    found = lines(live.version, [song_id for *_, song_id in chosen])
    return [Extreme(what, field, song) for (what, field, _), song in zip(chosen, found, strict=True)]


_EXTREMES = (
    ("Most danceable", "danceability", max),
    ("Most energetic", "energy", max),
    ("Calmest", "energy", min),
    ("Happiest", "valence", max),
    ("Saddest", "valence", min),
    ("Loudest", "loudness", max),
    ("Quietest", "loudness", min),
    ("Fastest", "tempo", max),
    ("Slowest", "tempo", min),
    ("Most acoustic", "acousticness", max),
    ("Longest", "duration_ms", max),
    ("Oldest", "year", min),
    ("Most popular", "popularity", max),
)


def _extremes(store: ColumnStore) -> list[tuple[str, str, int]]:
    """(words, field, song id); among equals the most popular, then the first of the file."""
    music = (store.values("danceability") > 0) & (store.values("valence") > 0)
    music &= store.values("speechiness") <= 0.66
    duration = store.values("duration_ms")
    ordinary = music & (duration >= _MINUTE) & (duration <= 15 * _MINUTE)
    popularity = np.nan_to_num(store.values("popularity"))
    found: list[tuple[str, str, int]] = []
    taken: set[int] = set()
    for what, name, end in _EXTREMES:
        values = store.values(name)
        eligible = (music if name == "duration_ms" else ordinary) & ~np.isnan(values)
        eligible[list(taken)] = False
        ids = np.flatnonzero(eligible)
        if not len(ids):
            continue
        at_the_end = ids[values[ids] == (values[ids].max() if end is max else values[ids].min())]
        song_id = int(at_the_end[np.argmax(popularity[at_the_end])])
        taken.add(song_id)
        found.append((what, name, song_id))
    return found


def lines(version: int, song_ids: Sequence[int]) -> list[SongLine]:
    """Songs by number, in the order asked for; numbers that do not exist are left out."""
    return _read_lines(version, tables.songs.c.song_id.in_(song_ids), song_ids) if song_ids else []


def _read_lines(version: int, condition, song_ids: Sequence[int] | None = None) -> list[SongLine]:
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    names = (
        select(func.array_agg(aggregate_order_by(artists.name, links.position)))
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == s.song_id)
        .scalar_subquery()
    )
    columns = [s.song_id, s.spotify_id, s.title, s.key, s.mode, *(s[name] for name in FIELD_BY_NAME)]
    statement = (
        select(*columns, names.label("artists"), tables.albums.c.name.label("album"))
        .outerjoin(tables.albums, tables.albums.c.album_id == s.album_id)
        .where(condition)
        .order_by(s.song_id)
        .limit(len(song_ids) if song_ids is not None else _VERSIONS_SHOWN)
    )
    by_id = {
        row["song_id"]: SongLine(
            row["spotify_id"],
            row["title"],
            tuple(row["artists"] or ()),
            row["album"],
            {name: _number(row[name]) for name in FIELD_BY_NAME},
            _key(row),
        )
        for row in fetch(version, statement)
    }
    return [by_id[song_id] for song_id in (by_id if song_ids is None else song_ids) if song_id in by_id]


def _versions(version: int, song_id: int, group: int) -> tuple[SongLine, ...]:
    s = tables.songs.c
    return tuple(_read_lines(version, (s.version_group == group) & (s.song_id != song_id)))


def _artists(version: int, song_id: int) -> tuple[Named, ...]:
    artists, links = tables.artists.c, tables.song_artists.c
    statement = (
        select(func.coalesce(artists.spotify_id, artists.name).label("id"), artists.name)
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == song_id)
        .order_by(links.position)
    )
    return tuple(Named(row["id"], row["name"]) for row in fetch(version, statement))


def _playlists(version: int, song_id: int) -> tuple[Named, ...]:
    playlists, links = tables.playlists.c, tables.song_playlists.c
    statement = (
        select(func.coalesce(playlists.spotify_id, playlists.name).label("id"), playlists.name)
        .join(tables.song_playlists, links.playlist_id == playlists.playlist_id)
        .where(links.song_id == song_id)
        .order_by(playlists.name)
    )
    return tuple(Named(row["id"], row["name"]) for row in fetch(version, statement))


def _genres(version: int, song_id: int) -> tuple[str, ...]:
    genres, links = tables.genres.c, tables.song_genres.c
    statement = (
        select(genres.name)
        .join(tables.song_genres, links.genre_id == genres.genre_id)
        .where(links.song_id == song_id)
        .order_by(genres.name)
    )
    return tuple(row["name"] for row in fetch(version, statement))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _key(row) -> int | None:
    return None if row["key"] is None or row["mode"] is None else row["key"] * 2 + row["mode"]


# ---- songs that are like one -------------------------------------------------------------------

_LIKE = ("energy", "valence", "danceability", "acousticness", "tempo")
_LIKE_SONGS = 60


def filter_like(song: SongDetail) -> SongFilter:
    """A filter for songs like this one: its surroundings in each of five features that it knows.

    The ranges hold the same share of the catalogue on either side, as wide as would leave about sixty songs if the
    features were independent (they are not, so it is often more). Empty when nothing is known.
    """
    store = open_store(catalogue.current())
    known = [name for name in _LIKE if name in song.percentiles]
    found = SongFilter()
    for name in known:
        width = min(0.5, max(0.02, (_LIKE_SONGS / store.n_songs) ** (1 / len(known)) / 2))
        order, n_known = store.order(name)
        column, own = store.values(name), song.percentiles[name]
        ends = [
            float(column[order[int(np.clip(share * n_known, 0, n_known - 1))]]) for share in (own - width, own + width)
        ]
        step = 10.0 ** -FIELD_BY_NAME[name].decimals
        low, high = math.floor(ends[0] / step), math.ceil(ends[1] / step)
        found = found.with_range(name, Range(round(low * step, 4), round(high * step, 4)))
    return found
