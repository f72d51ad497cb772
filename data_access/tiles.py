"""Tiles: what every other chart shows for each column of the chart that a person brushes.

A tile has one row for each column of the *active* chart, and in a row the bins of all other charts. The numbers under a
brush over columns a..b-1 are the sum of rows a..b-1, so a browser that has added the rows up once answers every move by
a subtraction, however many songs there are. They are equal to what `explore.summarise` gives for the same filter.

The last row has the songs whose active value is unknown: they count while nothing is brushed. For a box there is a
row for each pair of cells, `y * (nx + 1) + x`, the last of each axis for what is unknown or not shown.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from data_access.columns import ColumnStore
from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELD_BY_NAME, FIELDS, Field
from data_access.filters import SongFilter

DENSITY_BARS = 50
"""Most cells that a side of the density has; finer bars are put together."""

BARS, WIDE = "bars", "wide"
YEAR = FIELD_BY_NAME["year"]
_LINES_AT_MOST = 6


@dataclass(frozen=True)
class Asked:
    """Which tile: of the chart(s) `active`, the `part` for all bars or for the two wide charts.

    The wide part has the density of two fields (x, y), or none, and the sums of `by` through the years.
    """

    active: tuple[str, ...]
    part: str = BARS
    density: tuple[str, str] | None = None
    by: tuple[str, ...] = ()

    @classmethod
    def wide(cls, active: tuple[str, ...], density: tuple[str, str] = DENSITY, by: tuple[str, ...] = BY_YEAR) -> Asked:
        """The wide part; a chart that is brushed itself is not in it."""
        is_other = len(active) == 1 and active[0] not in density
        return cls(active, WIDE, density if is_other else None, tuple(f.name for f in FIELDS if f.name in by))

    @classmethod
    def parse(cls, query: Mapping[str, str], fields: tuple[Field, ...]) -> Asked:
        """From the parameters of an address, for a catalogue that has `fields`. Raises ValueError with a sentence."""
        active = tuple(query.get("active", "").split(","))
        for name in active:
            if name not in FIELD_BY_NAME:
                raise ValueError(f"active={','.join(active)} is no chart; write for example active=energy.")
            if FIELD_BY_NAME[name] not in fields:
                raise ValueError(f"active={','.join(active)} is no chart of this catalogue, which has no {name}.")
        if len(active) > 2 or len(set(active)) < len(active):
            raise ValueError(f"active={','.join(active)} is no chart; a box has two different features.")
        part = query.get("part", BARS)
        if part == BARS:
            return cls(active)
        if part != WIDE:
            raise ValueError(f"part={part} is neither {BARS} nor {WIDE}.")
        x, y = query.get("x", DENSITY[0]), query.get("y", DENSITY[1])
        for name, value in (("x", x), ("y", y)):
            if value not in FIELD_BY_NAME:
                raise ValueError(f"{name}={value} is not a feature; write for example {name}=energy.")
        if x == y:
            raise ValueError(f"x={x} and y={y} are one feature; a density has two.")
        by = tuple(name for name in query["by"].split(",") if name) if "by" in query else BY_YEAR
        for name in by:
            if name not in FIELD_BY_NAME or name == YEAR.name:
                raise ValueError(f"by={name} has no mean by year.")
        if len(set(by)) > _LINES_AT_MOST:
            raise ValueError(f"by={','.join(by)} are more than {_LINES_AT_MOST} features.")
        return cls.wide(active, (x, y), by)

    def rest(self, song_filter: SongFilter) -> SongFilter:
        """A filter without the ranges of the active chart, which the tile's rows stand for."""
        for name in self.active:
            song_filter = song_filter.without(name)
        return song_filter


@dataclass(frozen=True)
class Part:
    """Bins at..at+size-1 of each row (of the floats, if `floats`) are one chart's.

    free: the axis of a box whose range does not apply to it. shape: (y cells, x cells). first: year of the first bin.
    """

    name: str
    at: int
    size: int
    free: int | None = None
    shape: tuple[int, int] | None = None
    first: int | None = None
    floats: bool = False

    def as_json(self) -> dict:
        """What is said of it in a tile's header."""
        told = {"name": self.name, "at": self.at, "size": self.size}
        optional = {"free": self.free, "shape": self.shape, "first": self.first, "floats": self.floats or None}
        return told | {name: value for name, value in optional.items() if value is not None}


@dataclass(frozen=True)
class Tile:
    """Counts `cells` (rows, bins) uint32 and sums `floats` (rows, float bins) float32.

    columns: how many the active chart has, on each of its axes; rows are one more, for unknown values.
    """

    active: tuple[str, ...]
    columns: tuple[int, ...]
    parts: tuple[Part, ...]
    cells: np.ndarray
    floats: np.ndarray


def shown_cells(of: Field, years: tuple[int, int] | None) -> tuple[int, int, int]:
    """Which bars of a field the density shows: first..last-1, in groups of so many.

    `years` are the catalogue's first and last. Other years are left out; of other fields all bars are shown, so that
    the axis is the same for every catalogue.
    """
    first, last = 0, of.bars
    if of.name == YEAR.name and years:
        first, last = years[0] - int(of.low), years[1] + 1 - int(of.low)
    return first, last, -(-(last - first) // DENSITY_BARS)


@lru_cache(maxsize=2)
def year_span(store: ColumnStore) -> tuple[int, int] | None:
    """First and last year that a song of the catalogue is of; None without years."""
    known = np.flatnonzero(np.bincount(store.code_column("year"), minlength=256)[: YEAR.bins])
    return (int(YEAR.low) + int(known[0]), int(YEAR.low) + int(known[-1])) if len(known) else None


# ---- as bytes --------------------------------------------------------------------------------


def encoded(tile: Tile, of: str) -> bytes:
    """A tile as bytes, for assets/live_tile.js; `of` is the catalogue and model that it counts.

    The length of a JSON text (uint32, little-endian), the text, padded so that what follows begins at a multiple of 4;
    then the counts, row by row, as planes: the lowest bytes of all of them, then the next ones, as many as the largest
    needs; then the sums (float32, little-endian) as four such planes. Bytes of one kind side by side compress best.
    """
    most = int(tile.cells.max()) if tile.cells.size else 0
    planes = max(1, -(-most.bit_length() // 8))
    about = {
        "of": of,
        "active": tile.active,
        "columns": tile.columns,
        "rows": tile.cells.shape[0],
        "bins": tile.cells.shape[1],
        "float_bins": tile.floats.shape[1],
        "planes": planes,
        "parts": [part.as_json() for part in tile.parts],
    }
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    cells = [(tile.cells >> np.uint32(8 * plane)).astype(np.uint8).tobytes() for plane in range(planes)]
    sums = np.ascontiguousarray(tile.floats, dtype="<f4").view(np.uint8).reshape(-1, 4)
    return b"".join([struct.pack("<I", len(text)), text, *cells, np.ascontiguousarray(sums.T).tobytes()])
