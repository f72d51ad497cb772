"""Songs of a window of the map by cell of a grid and by mood: windows, grids, and the loops that count.

Nothing is sampled: every song of the window is counted, whatever the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import isfinite

import numpy as np
from numba import njit

from data_access.map_index import SIDE, MapIndex
from settings import get_settings

CELLS_AT_MOST = 320_000
"""Cells of one grid. A byte of a cell carries at most some six bits that cannot be guessed (twelve moods, crowded
evenly), so that an answer stays under 300 KB even then."""
NO_MOOD = 15
LEVELS = 15
_CROWD = 64  # songs in a cell that stand for a crowd where no cell has more
_TALLIED = 65_536
_SIDE_AT_MOST = 4096


@dataclass(frozen=True)
class Window:
    """A rectangle of the plane, x0 < x1 and y0 < y1, half-open: a song on x1 or y0 is outside."""

    x0: float
    x1: float
    y0: float
    y1: float

    @classmethod
    def parse(cls, text: str) -> Window:
        """From "x0,x1,y0,y1". Raises ValueError with a sentence."""
        try:
            x0, x1, y0, y1 = ends = [float(end) for end in text.split(",")]
        except ValueError:
            raise ValueError(f"view={text[:60]} is not four numbers; write view=x0,x1,y0,y1.") from None
        if not all(isfinite(end) and abs(end) < 1e6 for end in ends) or x1 - x0 < 1e-6 or y1 - y0 < 1e-6:
            raise ValueError(f"view={text[:60]} is not a window: x0 must be below x1 and y0 below y1.")
        return cls(x0, x1, y0, y1)

    def holds(self, other: Window) -> bool:
        """Whether all of the other window is in this one."""
        return self.x0 <= other.x0 and other.x1 <= self.x1 and self.y0 <= other.y0 and other.y1 <= self.y1

    def __str__(self) -> str:
        return ",".join(f"{end:.7g}" for end in (self.x0, self.x1, self.y0, self.y1))


@dataclass(frozen=True)
class Grid:
    """Cells across and down."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Grid:
        """From "640x400". Raises ValueError with a sentence."""
        across, _, down = text.partition("x")
        if not (across.isascii() and across.isdigit() and down.isascii() and down.isdigit()):
            raise ValueError(f"grid={text[:20]} is not a grid; write for example grid=640x400.")
        width, height = int(across[:9]), int(down[:9])
        if not (min(width, height) >= 1 and max(width, height) <= _SIDE_AT_MOST and width * height <= CELLS_AT_MOST):
            raise ValueError(f"grid={text[:20]} is too large or empty; a grid has at most {CELLS_AT_MOST:,} cells.")
        return cls(width, height)


def tally(
    index: MapIndex,
    window: Window,
    grid: Grid,
    chosen: np.ndarray | None = None,
    moods: Sequence[int] | None = None,
    ids_at_most: int = 0,
    ground: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Songs of a window, each of them counted.

    `chosen` is a mask (songs,) bool, None for every song. Gives counts (cells, moods + 1) uint32 of the chosen songs
    by cell, row by row from the upper left, and mood; with `ground` the whole catalogue's in cells twice as large,
    ((height + 1) // 2, (width + 1) // 2) uint32, else (0, 0); and ids of chosen songs in the window that have one of
    `moods` (None: any or none), ascending int32: all of them where they are at most `ids_at_most`.
    """
    wanted = np.full(index.kinds + 1, moods is None)
    wanted[list(moods or ())] = True
    counts = np.zeros((grid.width * grid.height, index.kinds + 1), dtype=np.uint32)
    whole = np.zeros(((grid.height + 1) // 2, (grid.width + 1) // 2) if ground else (0, 0), dtype=np.uint32)
    scale = (grid.width / (window.x1 - window.x0), grid.height / (window.y1 - window.y0))
    songs = np.zeros(0, dtype=bool) if chosen is None else chosen

    def count(rows: tuple[int, int]) -> np.ndarray:
        upper, lower = (window.y1 - row / scale[1] for row in rows)
        return _tally(
            index.x, index.y, index.slot, index.ids, index.starts, *index.blocks(window.x0, window.x1, lower, upper),
            songs, wanted, window.x0, window.y1, *scale, grid.width, *rows, counts, whole, ids_at_most,
        )  # fmt: skip

    found = np.sort(np.concatenate(list(_threads().map(count, _parts(index, window, grid)))))
    return counts, whole, found


def _parts(index: MapIndex, window: Window, grid: Grid) -> list[tuple[int, int]]:
    """Rows of cells for each thread, first and behind the last, with about as many songs each.

    They meet at even rows: cells of the whole catalogue are two rows high, and no two threads may write to one.
    """
    first, last, left, right = index.blocks(window.x0, window.x1, window.y0, window.y1)
    block_rows = np.arange(first, last + 1) * SIDE
    songs = np.cumsum(index.starts[block_rows + right + 1] - index.starts[block_rows + left])
    parts = max(1, get_settings().count_threads)
    ends = [0]
    for part in range(1, parts):
        block_row = first + int(np.searchsorted(songs, songs[-1] * part / parts))
        row = (window.y1 - (index.top - block_row / index.down)) * grid.height / (window.y1 - window.y0)
        ends.append(int(np.clip(row, ends[-1], grid.height)) // 2 * 2)
    return list(pairwise([*ends, grid.height]))


def nearest_song(index: MapIndex, window: Window, chosen: np.ndarray | None = None) -> int:
    """The chosen song of a window that is nearest to its middle; -1 without any."""
    songs = np.zeros(0, dtype=bool) if chosen is None else chosen
    ends = (window.x0, window.x1, window.y0, window.y1)
    return int(_nearest(index.x, index.y, index.ids, index.starts, *index.blocks(*ends), songs, *ends))


def cells_of(counts: np.ndarray, moods: Sequence[int] | None = None) -> tuple[np.ndarray, int, np.ndarray]:
    """`tally`'s counts (cells, moods + 1) as bytes (cells,) uint8, the songs of a cell of the highest level, and sums.

    A byte is 0 without a song, else mood << 4 | level: the mood that most songs of the cell have, the smaller number of
    equal ones (NO_MOOD for songs without one), and 1..LEVELS by the logarithm of how many they are. With `moods` only
    these count for the bytes. The sums (moods + 1,) int64 are of all counts.
    """
    wanted = np.full(counts.shape[1], moods is None)
    wanted[list(moods or ())] = True
    cells, crowd, sums = _cells(counts, wanted, LEVELS, _CROWD, NO_MOOD)
    return cells, int(crowd), sums


def levels_of(counts: np.ndarray) -> np.ndarray:
    """Counts of any shape as levels 0..LEVELS, uint8."""
    return _levels(counts, LEVELS, _CROWD)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, get_settings().count_threads), thread_name_prefix="map")


# The loops below hold no Python object and let go of the interpreter lock. The arithmetic is that of
# floor((x - x0) * (width / (x1 - x0))) in float64, the same operations as in SQL, so that edges fall alike.


@njit(nogil=True, cache=True)
def _tally(
    x, y, slot, ids, starts, first_block, last_block, left_block, right_block, chosen, wanted, x0, y1, x_scale, y_scale,
    width, first_row, end_row, counts, whole, at_most,
):  # fmt: skip
    """Count the songs of the rows first_row..end_row - 1 of cells."""
    found = np.empty(at_most, dtype=np.int32)
    n_found = 0
    everything, ground = len(chosen) == 0, len(whole) > 0
    for block_row in range(first_block, last_block + 1):
        start, stop = starts[block_row * SIDE + left_block], starts[block_row * SIDE + right_block + 1]
        for place in range(start, stop):
            across = (np.float64(x[place]) - x0) * x_scale
            down = (y1 - np.float64(y[place])) * y_scale
            if across >= 0 and across < width and down >= first_row and down < end_row:
                row, column = int(down), int(across)
                if ground:
                    whole[row >> 1, column >> 1] += np.uint32(1)
                if everything or chosen[ids[place]]:
                    kind = slot[place]
                    counts[row * width + column, kind] += np.uint32(1)
                    if wanted[kind] and n_found < at_most:
                        found[n_found] = ids[place]
                        n_found += 1
    return found[:n_found]


@njit(nogil=True, cache=True)
def _nearest(
    x, y, ids, starts, first_block, last_block, left_block, right_block, chosen, x0, x1, y0, y1
):  # fmt: skip
    best, nearest = -1, np.inf
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    everything = len(chosen) == 0
    for block_row in range(first_block, last_block + 1):
        for place in range(starts[block_row * SIDE + left_block], starts[block_row * SIDE + right_block + 1]):
            a, b = np.float64(x[place]), np.float64(y[place])
            if a >= x0 and a < x1 and b > y0 and b <= y1 and (everything or chosen[ids[place]]):
                distance = (a - middle_x) ** 2 + (b - middle_y) ** 2
                if distance < nearest or (distance == nearest and ids[place] < best):
                    best, nearest = ids[place], distance
    return best


@njit(nogil=True, cache=True)
def _cells(counts, wanted, levels, crowd_at_least, no_mood):
    n_cells, slots = counts.shape
    sums = np.zeros(slots, dtype=np.int64)
    songs = np.zeros(n_cells, dtype=np.uint32)
    cells = np.zeros(n_cells, dtype=np.uint8)
    for cell in range(n_cells):
        most, best = 0, np.uint32(0)
        for slot in range(slots):
            number = counts[cell, slot]
            sums[slot] += number
            if wanted[slot]:
                songs[cell] += number
                if number > best:
                    most, best = slot, number
        cells[cell] = np.uint8((most if most < slots - 1 else no_mood) << 4)
    crowd = _crowd(songs)
    of_count = _scale(songs.max(), crowd, levels, crowd_at_least)
    for cell in range(n_cells):
        level = of_count[min(songs[cell], len(of_count) - 1)]
        cells[cell] = cells[cell] | level if level > 0 else np.uint8(0)
    return cells, crowd, sums


@njit(nogil=True, cache=True)
def _levels(counts, levels, crowd_at_least):
    flat = counts.reshape(-1)
    of_count = _scale(flat.max(), _crowd(flat), levels, crowd_at_least)
    found = np.zeros(len(flat), dtype=np.uint8)
    for cell in range(len(flat)):
        found[cell] = of_count[min(flat[cell], len(of_count) - 1)]
    return found.reshape(counts.shape)


@njit(nogil=True, cache=True)
def _crowd(sums):
    """The number of songs that only one in two hundred of the cells with songs exceeds; 1 where there are none.

    Not the fullest cell: a record that stands in the catalogue thirty times over would make everything else pale.
    """
    tallied = np.zeros(_TALLIED, dtype=np.int64)
    filled = 0
    for cell in range(len(sums)):
        if sums[cell] > 0:
            tallied[min(sums[cell], _TALLIED - 1)] += 1
            filled += 1
    seen = 0
    for number in range(1, _TALLIED):
        seen += tallied[number]
        if seen >= filled - filled // 200:
            return number
    return 1


@njit(nogil=True, cache=True)
def _scale(fullest, crowd, levels, crowd_at_least):
    """Level by number of songs, uint8, the last entry also for all above: a crowd has the highest level.

    A single song has the lowest one; but where no cell has a crowd, it is what there is to see: then it has a middle
    level, and the highest ones, which stand for crowds, are not used.
    """
    of_count = np.zeros(min(fullest, crowd) + 1, dtype=np.uint8)
    span = np.log(max(np.float64(crowd), np.float64(crowd_at_least)))
    highest = levels * (2 + np.log(np.float64(crowd)) / span) / 3
    for number in range(1, len(of_count)):
        below = (np.log(np.float64(crowd)) - np.log(np.float64(number))) / span
        of_count[number] = np.uint8(round(highest - (levels - 1) * below))
    return of_count
