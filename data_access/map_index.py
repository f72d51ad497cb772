"""Songs in the order of their places on the map, so that a window reads only the songs around it.

The plane is cut into blocks of equal size, row by row from the upper left. Songs of a block lie side by side, hence
those of a stretch of a row too; and a pass over them writes to cells that are side by side.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numba import njit

from data_access.moods import MoodStore

SIDE = 256
"""Blocks across and down."""

_KEPT = 2


@dataclass(frozen=True, eq=False)
class MapIndex:
    """The songs with a place, n of them, by block.

    x, y: (n,) float32. slot: (n,) uint8, the song's mood, `kinds` for none. ids: (n,) int32. starts: (SIDE * SIDE + 1,)
    int64, where each block begins. left, top: the plane's corner; across, down: blocks for a unit of x and y. 14 bytes
    a song, in the memory of each worker that has shown a map.
    """

    kinds: int
    x: np.ndarray
    y: np.ndarray
    slot: np.ndarray
    ids: np.ndarray
    starts: np.ndarray
    left: float
    top: float
    across: float
    down: float

    def blocks(self, x0: float, x1: float, y0: float, y1: float) -> tuple[int, int, int, int]:
        """First and last row, first and last column of the blocks that a window needs, one more on each side."""
        rows = [int(np.clip((self.top - y) * self.down, 0, SIDE - 1)) for y in (y1, y0)]
        columns = [int(np.clip((x - self.left) * self.across, 0, SIDE - 1)) for x in (x0, x1)]
        (first, last), (left, right) = rows, columns
        return max(0, first - 1), min(SIDE - 1, last + 1), max(0, left - 1), min(SIDE - 1, right + 1)


_indices: OrderedDict[tuple, MapIndex] = OrderedDict()
_lock = Lock()


def index_of(store: MoodStore) -> MapIndex:
    """The index of a model's map, made at the first look."""
    key = (store.model.model, store.model.created_at)
    with _lock:  # whoever comes second waits, which is cheaper than to make it twice
        if key not in _indices:
            _indices[key] = build(store.mood, store.xy, len(store.model.moods))
            while len(_indices) > _KEPT:
                _indices.popitem(last=False)
        _indices.move_to_end(key)
        return _indices[key]


def build(mood: np.ndarray, xy: np.ndarray, kinds: int) -> MapIndex:
    """An index over moods (songs,) uint8, 255 for none, and places (2, songs) float32, NaN for none."""
    placed = np.flatnonzero(~np.isnan(xy).any(axis=0)).astype(np.int32)
    left, right, bottom, top = 0.0, 1.0, 0.0, 1.0
    if len(placed):
        (left, bottom), (right, top) = (end(xy, axis=1).astype(float).tolist() for end in (np.nanmin, np.nanmax))
    across, down = SIDE / ((right - left) or 1.0), SIDE / ((top - bottom) or 1.0)
    order, starts = _sorted(xy[0], xy[1], placed, left, top, across, down)
    slot = np.full(256, kinds, dtype=np.uint8)
    slot[:kinds] = np.arange(kinds)
    return MapIndex(kinds, xy[0, order], xy[1, order], slot[mood[order]], order, starts, left, top, across, down)


@njit(nogil=True, cache=True)
def _sorted(xs, ys, songs, left, top, across, down):
    """Ids by block, and where each block begins: a counting sort, which keeps equal ones in their order."""
    block = np.empty(len(songs), dtype=np.int32)
    starts = np.zeros(SIDE * SIDE + 1, dtype=np.int64)
    for place in range(len(songs)):
        song = songs[place]
        row = min(SIDE - 1, max(0, int((top - np.float64(ys[song])) * down)))
        column = min(SIDE - 1, max(0, int((np.float64(xs[song]) - left) * across)))
        block[place] = row * SIDE + column
        starts[block[place] + 1] += 1
    starts = np.cumsum(starts)
    following = starts[:-1].copy()
    order = np.empty(len(songs), dtype=np.int32)
    for place in range(len(songs)):
        order[following[block[place]]] = songs[place]
        following[block[place]] += 1
    return order, starts
