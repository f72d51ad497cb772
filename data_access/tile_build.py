"""Building tiles: one pass over the songs, for every chart at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access import tile_kernels as kernels
from data_access.columns import CODE_COLUMN, CODE_COLUMNS, CODE_WIDTH, VALUE_ROW, ColumnStore
from data_access.conditions import Condition
from data_access.counts import Marks, in_stretches, marks
from data_access.fields import FIELD_BY_NAME, UNKNOWN_CODE, UNKNOWN_KEY, Field
from data_access.moods import MoodStore
from data_access.tiles import BARS, YEAR, Asked, Part, Tile, shown_cells, year_span

_FACETS = {"key": UNKNOWN_KEY + 1, "time_signature": 8, "explicit": 3}
_OUTSIDE = 1 << 40  # a cell that is not shown, whatever is added to it
assert len(CODE_COLUMNS) <= kernels.MOOD_COLUMN < CODE_WIDTH


def build(store: ColumnStore, moods: MoodStore | None, asked: Asked, under: list[Condition]) -> Tile:
    """A tile under conditions, none of which may be on the active fields: those of `asked.rest(song_filter)`."""
    marked = marks(store, under, asked.density or ())
    rows = _Rows.of(store, asked.active)
    return _bars(store, moods, asked, marked, rows) if asked.part == BARS else _wide(store, asked, marked, rows)


@dataclass(frozen=True)
class _Rows:
    """A song's row: the sum of what two of its codes say, each by a table (256,) int64. columns: see Tile."""

    columns: tuple[int, ...]
    number: int
    first: int
    first_row: np.ndarray
    second: int
    second_row: np.ndarray

    @classmethod
    def of(cls, store: ColumnStore, active: tuple[str, ...]) -> _Rows:
        fields = [FIELD_BY_NAME[name] for name in active]
        first, second = CODE_COLUMN[active[0]], CODE_COLUMN[active[-1]]
        if len(fields) == 1:
            n = fields[0].columns
            row = np.full(256, n, dtype=np.int64)
            row[: fields[0].bins] = np.arange(fields[0].bins) // fields[0].codes_per_column
            return cls((n,), n + 1, first, row, second, np.zeros(256, dtype=np.int64))
        (x_row, nx), (y_row, ny) = (_cells(field, year_span(store)) for field in fields)
        return cls((nx, ny), (nx + 1) * (ny + 1), first, x_row, second, y_row * (nx + 1))

    @property
    def where(self) -> tuple[int, np.ndarray, int, np.ndarray]:
        """What the kernels take."""
        return self.first, self.first_row, self.second, self.second_row


def _cells(field: Field, years: tuple[int, int] | None) -> tuple[np.ndarray, int]:
    """A field's shown cell by code, (256,) int64, and how many there are: also the cell of what is not shown."""
    first, last, group = shown_cells(field, years)
    number = -(-(last - first) // group)
    bar = np.arange(field.bins) // field.codes_per_bar
    cell = np.full(256, number, dtype=np.int64)
    cell[: field.bins] = np.where((bar >= first) & (bar < last), (bar - first) // group, number)
    return cell, number


# ---- all bars --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """Where bars are in a row. places (16, 256): by column and code; `bins`, one past the last, for none."""

    parts: dict[str, Part]
    bins: int
    places: np.ndarray

    @classmethod
    def of(cls, store: ColumnStore, moods: MoodStore | None, active: tuple[str, ...]) -> _Layout:
        fields = [f for f in store.fields if len(active) > 1 or f.name not in active]
        names = moods.names() if moods else ()
        sizes = {"all": 1, **{f.name: f.bars + 1 for f in fields}, **_FACETS}
        sizes |= {"genres": len(store.genre_names), "moods": len(names)}
        parts, bins = {}, 0
        for name, size in sizes.items():
            parts[name] = Part(name, bins, size, active.index(name) if name in active else None)
            bins += size
        places = np.full((CODE_WIDTH, 256), bins, dtype=np.uint32)
        for f in fields:
            at = parts[f.name].at
            places[CODE_COLUMN[f.name], : f.bins] = at + np.arange(f.bins) // f.codes_per_bar
            places[CODE_COLUMN[f.name], UNKNOWN_CODE] = at + f.bars
        for name in ("key", "time_signature"):
            places[CODE_COLUMN[name], : parts[name].size] = parts[name].at + np.arange(parts[name].size)
        places[CODE_COLUMN["explicit"], [0, 1, UNKNOWN_CODE]] = parts["explicit"].at + np.arange(3)
        places[kernels.MOOD_COLUMN, : len(names)] = parts["moods"].at + np.arange(len(names))
        return cls(parts, bins, places)

    @property
    def columns(self) -> dict[str, int]:
        """The column of codes that a part is counted by."""
        return {name: CODE_COLUMN[name] for name in self.parts if name in CODE_COLUMN} | {"moods": kernels.MOOD_COLUMN}


def _bars(store: ColumnStore, moods: MoodStore | None, asked: Asked, marked: Marks, rows: _Rows) -> Tile:
    layout = _Layout.of(store, moods, asked.active)
    width = layout.bins + 1  # what belongs in no bin has one of its own, which is dropped
    used = np.array(list(layout.columns.values()), dtype=np.uint64)
    alone = np.array([layout.columns.get(part, -1) for part in marked.parts], dtype=np.int64)
    codes = store.codes.view(np.uint64)
    mood = moods.mood if moods else np.zeros(0, dtype=np.uint8)
    songs, genres = store.genre_pairs
    genres_at, genres_mark = layout.parts["genres"].at, np.uint8(marked.mark_of("genres"))

    def count(start: int, stop: int) -> np.ndarray:
        tile = np.zeros(rows.number * width, dtype=np.uint32)
        kernels.count_bars(
            codes, store.columns, mood, start, stop, *rows.where, used, layout.places, marked.missed, alone, width, tile
        )
        return tile

    def count_genres(start: int, stop: int) -> np.ndarray:
        tile = np.zeros(rows.number * width, dtype=np.uint32)
        kernels.count_pairs(
            songs, genres, start, stop, store.columns, *rows.where, marked.missed, genres_mark, genres_at, width, tile
        )
        return tile

    found = in_stretches(store.n_songs, count)
    if len(songs):
        found += in_stretches(len(songs), count_genres)
    cells = _total(found).reshape(rows.number, width)[:, : layout.bins]
    return Tile(asked.active, rows.columns, tuple(layout.parts.values()), cells, _no_floats(rows))


def _total(found: list[np.ndarray]) -> np.ndarray:
    for other in found[1:]:
        found[0] += other
    return found[0]


def _no_floats(rows: _Rows) -> np.ndarray:
    return np.zeros((rows.number, 0), dtype=np.float32)


# ---- the two wide charts ---------------------------------------------------------------------


def _wide(store: ColumnStore, asked: Asked, marked: Marks, rows: _Rows) -> Tile:
    parts: list[Part] = []
    counted, sums = [np.zeros((rows.number, 0), dtype=np.uint32)], _no_floats(rows)
    if asked.density:
        shape, cells = _density(store, asked.density, marked, rows)
        parts.append(Part("density", 0, cells.shape[1], shape=shape))
        counted.append(cells)
    if span := year_span(store):
        at, first, years = sum(part.size for part in parts), span[0], span[1] - span[0] + 1
        parts += [Part(name, at + place * years, years, first=first)
                  for place, name in enumerate(["songs", *(f"known:{name}" for name in asked.by)])]  # fmt: skip
        parts += [Part(f"sums:{name}", place * years, years, first=first, floats=True)
                  for place, name in enumerate(asked.by)]  # fmt: skip
        known, sums = _years(store, asked.by, span, marked, rows)
        counted.append(known)
    return Tile(asked.active, rows.columns, tuple(parts), np.hstack(counted), sums)


def _density(
    store: ColumnStore, fields: tuple[str, str], marked: Marks, rows: _Rows
) -> tuple[tuple[int, int], np.ndarray]:
    """Cells (rows, ny * nx) of the songs that meet all but the conditions on the two fields."""
    years = year_span(store)
    (x_cell, nx), (y_cell, ny) = (_cells(FIELD_BY_NAME[name], years) for name in fields)
    width = nx * ny
    x_cell = np.where(x_cell < nx, x_cell, _OUTSIDE)
    y_cell = np.where(y_cell < ny, y_cell * nx, _OUTSIDE)
    x, y = (CODE_COLUMN[name] for name in fields)

    def count(start: int, stop: int) -> np.ndarray:
        tile = np.zeros(rows.number * width, dtype=np.uint32)
        kernels.count_cells(
            store.columns,
            start,
            stop,
            rows.first,
            rows.first_row,
            x,
            x_cell,
            y,
            y_cell,
            marked.meets_others,
            width,
            tile,
        )
        return tile

    return (ny, nx), _total(in_stretches(store.n_songs, count)).reshape(rows.number, width)


def _years(
    store: ColumnStore, by: tuple[str, ...], span: tuple[int, int], marked: Marks, rows: _Rows
) -> tuple[np.ndarray, np.ndarray]:
    """Songs and known values (rows, (1 + fields) * years), and sums (rows, fields * years) float32."""
    years = span[1] - span[0] + 1
    place = np.full(256, -1, dtype=np.int64)
    place[span[0] - int(YEAR.low) : span[1] + 1 - int(YEAR.low)] = np.arange(years)
    wanted = np.array([VALUE_ROW[name] for name in by], dtype=np.int64)
    width = 1 + 2 * len(by)

    def add(start: int, stop: int) -> np.ndarray:
        tile = np.zeros((rows.number, years, width))
        kernels.add_years(
            store.columns, store.all_values, start, stop, *rows.where, CODE_COLUMN["year"], place, marked.missed,
            wanted, tile,
        )  # fmt: skip
        return tile

    total = _total(in_stretches(store.n_songs, add)).transpose(0, 2, 1)  # [row][what][year]
    known, sums = total[:, [0, *range(2, width, 2)]], total[:, 1::2]
    return (
        known.reshape(rows.number, -1).astype(np.uint32),
        sums.reshape(rows.number, -1).astype(np.float32),
    )
