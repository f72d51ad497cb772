"""What the Explore page asks: counts under a filter, blocks of the table, the songs as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select

from data_access import areas, counts, models, tables
from data_access.cache import cached
from data_access.catalogue import Catalogue, current
from data_access.columns import ColumnStore, open_store
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME, UNKNOWN_CODE, UNKNOWN_KEY, Field
from data_access.filters import SongFilter
from data_access.models import Model
from data_access.moods import NO_MOOD, MoodStore, open_moods
from data_access.selection import SORTABLE, forget_selections, members, selection, sorted_selection

DENSITY = ("energy", "valence")
BY_YEAR = ("energy", "valence")
_BLOCK_AT_MOST = 500
_CSV_BLOCK = 5000


@dataclass(frozen=True)
class Summary:
    """Every number that the charts of Explore show for one filter.

    histograms: field -> songs by bar (Field.bar_edges), under all of the filter but the field's own range;
    unknown: field -> songs whose value is unknown, by the same rule. facets: "key" 25 counts by key code
    (24 unknown), "time_signature" 8 by beats (0 unknown), "explicit" [no, yes, unknown]; genres and moods: name ->
    songs (no moods without a model); each without its own part of the filter.
    density: songs by [y bar][x bar] without the ranges of its two fields.
    by_year: field -> mean of the filtered songs by year (None where nothing is known), for `years`.
    """

    songs: int
    selected: int
    histograms: dict[str, list[int]]
    unknown: dict[str, int]
    facets: dict[str, list[int]]
    genres: dict[str, int]
    density: list[list[int]]
    years: list[int]
    year_songs: list[int]
    by_year: dict[str, list[float | None]]
    moods: dict[str, int]


@dataclass(frozen=True)
class Block:
    """Some rows of the table, and how many there are under the filter."""

    rows: list[dict]
    total: int


def summarise(
    song_filter: SongFilter,
    density: tuple[str, str] = DENSITY,
    by_year: tuple[str, ...] = BY_YEAR,
) -> Summary:
    """All numbers of Explore for a filter; `density` is (x field, y field).

    Cached by catalogue version, model and filter. Raises NoCatalogue, DatabaseDown, QueryTooSlow.
    """
    catalogue = current()
    moods = open_moods(catalogue)
    started, model = catalogue.started_at.isoformat(), moods.model.model if moods else None
    parts = (catalogue.version, started, model, song_filter.to_query(), density, by_year)
    return cached("summary", parts, lambda: _summarise(catalogue, moods, song_filter, density, by_year))


def whole_catalogue(density: tuple[str, str] = DENSITY, by_year: tuple[str, ...] = BY_YEAR) -> Summary:
    """The numbers of the catalogue without a filter: the grey behind every chart."""
    return summarise(SongFilter(), density, by_year)


def version_of(catalogue: Catalogue, model: Model | None) -> str:
    """What the browser knows a catalogue and its moods by."""
    return f"{catalogue.version} {catalogue.started_at.isoformat()} {model.model if model else 'no model'}"


def fields_of(catalogue: Catalogue) -> tuple[Field, ...]:
    """The fields that the catalogue knows for at least one song, in the order of the page."""
    return open_store(catalogue).fields


def _summarise(
    catalogue: Catalogue,
    moods: MoodStore | None,
    song_filter: SongFilter,
    density: tuple[str, str],
    by_year: tuple[str, ...],
) -> Summary:
    store = open_store(catalogue)
    asked = counts.conditions(song_filter, members(catalogue, song_filter, moods), store.n_songs)
    linked = counts.linked_counts(store, asked, free=density)
    by_code = {name: linked.codes[column] for name, column in counts.CODE_COLUMN.items()}
    selected = linked.selected
    x, y = (FIELD_BY_NAME[name] for name in density)
    years, year_songs, means = _by_year(store, selected, by_year)
    explicit = by_code["explicit"]
    return Summary(
        songs=store.n_songs,
        selected=int(np.count_nonzero(selected)),
        histograms={f.name: counts.bars(f, by_code[f.name]).tolist() for f in store.fields},
        unknown={f.name: int(by_code[f.name][UNKNOWN_CODE]) for f in store.fields},
        facets={
            "key": by_code["key"][: UNKNOWN_KEY + 1].tolist(),
            "time_signature": by_code["time_signature"][:8].tolist(),
            "explicit": [int(explicit[0]), int(explicit[1]), int(explicit[UNKNOWN_CODE])],
        },
        genres=_genre_counts(store, linked.without("genres")),
        density=counts.density(store, x, y, linked.meets_others).tolist(),
        years=years,
        year_songs=year_songs,
        by_year=means,
        moods=_mood_counts(moods, linked),
    )


def _by_year(
    store: ColumnStore, selected: np.ndarray, names: tuple[str, ...]
) -> tuple[list[int], list[int], dict[str, list[float | None]]]:
    year = FIELD_BY_NAME["year"]
    if year not in store.fields:
        return [], [], {}
    songs, sums, numbers = counts.sums_by_code(store, "year", names, selected)
    known = np.flatnonzero(songs[: year.bins])
    if not len(known):
        return [], [], {name: [] for name in names}
    span = slice(known[0], known[-1] + 1)
    means: dict[str, list[float | None]] = {
        name: [float(total / of) if of else None for total, of in zip(sums[row, span], numbers[row, span], strict=True)]
        for row, name in enumerate(names)
    }
    return (int(year.low) + np.arange(span.start, span.stop)).tolist(), songs[span].tolist(), means


def _genre_counts(store: ColumnStore, mask: np.ndarray) -> dict[str, int]:
    song_ids, genre_ids = store.genre_pairs
    numbers = np.bincount(genre_ids[mask[song_ids]], minlength=len(store.genre_names))
    return dict(zip(store.genre_names, numbers.tolist(), strict=True))


def _mood_counts(moods: MoodStore | None, linked: counts.Linked) -> dict[str, int]:
    if moods is None:
        return {}
    return dict(zip(moods.names(), linked.tally("moods", moods.mood).tolist(), strict=False))


# ---- the table -------------------------------------------------------------------------------


def table_block(
    song_filter: SongFilter, sort: str = "title", descending: bool = False, start: int = 0, stop: int = 100
) -> Block:
    """Rows start..stop of the filtered songs by one column; unknown values come last either way.

    Raises ValueError for a column that is not in SORTABLE, and what the database raises.
    """
    if sort not in SORTABLE:
        raise ValueError(f"The table cannot be sorted by {sort}.")
    catalogue = current()
    moods = open_moods(catalogue)
    chosen, known = sorted_selection(catalogue, song_filter, sort, moods)
    start = max(0, start)
    places = np.arange(start, min(stop, start + _BLOCK_AT_MOST, len(chosen)))
    if descending:  # the known ones backwards, then the unknown ones
        places = np.where(places < known, known - 1 - places, places)
    return Block(_rows(catalogue.version, chosen[places], moods), len(chosen))


def _rows(version: int, song_ids: np.ndarray, moods: MoodStore | None) -> list[dict]:
    """The table's rows for song ids, in that order; "mood" is the name of the song's mood, or None."""
    ids = song_ids.tolist()
    if not ids:
        return []
    s, a = tables.songs.c, tables.artists.c
    columns = [
        s.song_id, s.spotify_id, s.title, tables.albums.c.name.label("album"), s.explicit, s.time_signature,
        (s.key * 2 + s.mode).label("key"), *(s[name] for name in FIELD_BY_NAME),
    ]  # fmt: skip
    songs = fetch(
        version,
        select(*columns)
        .select_from(tables.songs.outerjoin(tables.albums, s.album_id == tables.albums.c.album_id))
        .where(s.song_id.in_(ids)),
        cap=len(ids),
    )
    links = tables.song_artists.c
    credits: dict[int, list[dict]] = {}
    for row in fetch(
        version,
        select(links.song_id, func.coalesce(a.spotify_id, a.name).label("id"), a.name)
        .join(tables.artists, a.artist_id == links.artist_id)
        .where(links.song_id.in_(ids))
        .order_by(links.song_id, links.position),
        cap=len(ids) * 200,
    ):
        credits.setdefault(row["song_id"], []).append({"id": row["id"], "name": row["name"]})
    by_id = {row["song_id"]: {**row, "artists": credits.get(row["song_id"], [])} for row in songs}
    return [{**by_id[song_id], **_mood_of(song_id, moods)} for song_id in ids]


def _mood_of(song_id: int, moods: MoodStore | None) -> dict:
    number = NO_MOOD if moods is None else int(moods.mood[song_id])
    if moods is None or number == NO_MOOD:
        return {"mood": None, "mood_colour": None}
    mood = moods.model.moods[number]
    return {"mood": mood.name, "mood_colour": mood.colour}


# ---- CSV -------------------------------------------------------------------------------------

_CSV_COLUMNS = (
    "spotify_id", "title", "artists", "album", "explicit", *FIELD_BY_NAME, "key", "time_signature", "mood",
)  # fmt: skip


def csv_lines(song_filter: SongFilter) -> Iterator[str]:
    """The filtered songs as CSV, by title, header first, a few thousand rows at a time.

    Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets an
    apostrophe in front: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    catalogue = current()
    moods = open_moods(catalogue)
    chosen, _ = sorted_selection(catalogue, song_filter, "title", moods)
    yield ",".join(_CSV_COLUMNS) + "\r\n"
    for start in range(0, len(chosen), _CSV_BLOCK):
        block = io.StringIO()
        writer = csv.writer(block)
        for row in _rows(catalogue.version, chosen[start : start + _CSV_BLOCK], moods):
            names = ", ".join(artist["name"] for artist in row["artists"])
            writer.writerow([_harmless({**row, "artists": names}[column]) for column in _CSV_COLUMNS])
        yield block.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


# ---- names -----------------------------------------------------------------------------------


def names_of(song_filter: SongFilter) -> dict[str, str]:
    """Names of the artists, albums and playlists that the filter holds as ids, by id; and words for an area's token
    when it was drawn on another map than the live model's."""
    names: dict[str, str] = {}
    catalogue = current()
    version = catalogue.version
    if song_filter.area:
        live = models.current(catalogue)
        if live is None or live.model != song_filter.area[0]:
            names[areas.token(song_filter.area)] = "an area of an earlier map"
    for table, wanted in (
        (tables.artists, song_filter.artists),
        (tables.albums, song_filter.albums),
        (tables.playlists, song_filter.playlists),
    ):
        if wanted:
            ids = table.c.spotify_id
            found = fetch(version, select(ids, table.c.name).where(ids.in_(sorted(wanted))))
            names |= {row["spotify_id"]: row["name"] for row in found}
    return names


__all__ = [
    "BY_YEAR",
    "DENSITY",
    "SORTABLE",
    "Block",
    "Summary",
    "csv_lines",
    "fields_of",
    "forget_selections",
    "names_of",
    "selection",
    "summarise",
    "table_block",
    "version_of",
    "whole_catalogue",
]
