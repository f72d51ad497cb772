"""Areas drawn on the map: a model's number and the corners of a polygon on its map.

A song lies within when a ray from it to the right crosses the outline an odd number of times (the even-odd
rule, Shimrat 1962, Algorithm 112, Communications of the ACM 5 (8): 434). PostgreSQL and numba do the same operations
on float64 in the same order, so that they agree also for songs that lie exactly on the outline.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numba import njit
from sqlalchemy import DOUBLE_PRECISION, ColumnElement, and_, case, cast, false, literal

CORNERS_AT_MOST = 60
_DECIMALS = 4
_BANDS = 256  # of the area from bottom to top; a song is held against the edges of its band only
_LARGEST = 1e6

Area = tuple[int, tuple[tuple[float, float], ...]]
"""The model that the area was drawn on, and the corners of the polygon on its map."""


def checked(model: int, corners: Sequence[Sequence[float]]) -> Area:
    """An area with its corners at four decimals, so that equal areas have one URL.

    Raises ValueError when it is no polygon of 3 to 60 corners.
    """
    if model < 0 or not 3 <= len(corners) <= CORNERS_AT_MOST:
        raise ValueError(f"An area of the map has 3 to {CORNERS_AT_MOST} corners.")
    if not all(math.isfinite(place) and abs(place) <= _LARGEST for corner in corners for place in corner):
        raise ValueError("An area of the map has a corner that is no place on it.")
    return model, tuple((round(float(x), _DECIMALS) + 0.0, round(float(y), _DECIMALS) + 0.0) for x, y in corners)


def parse(token: str) -> Area:
    """The area of a URL: "<model>:x,y,x,y,...". Raises ValueError with one sentence."""
    try:
        model, colon, places = token.partition(":")
        if not (colon and model.isascii() and model.isdigit() and len(model) < 10):
            raise ValueError
        numbers = [float(place) for place in places.split(",")]
        if len(numbers) % 2:
            raise ValueError
        return checked(int(model), list(zip(numbers[::2], numbers[1::2], strict=True)))
    except ValueError:
        raise ValueError(
            f"area={token[:40]} is not an area of the map; draw one there, or write <model>:x,y,x,y,x,y "
            f"with 3 to {CORNERS_AT_MOST} corners."
        ) from None


def token(area: Area) -> str:
    """The area as `parse` reads it."""
    model, corners = area
    return f"{model}:" + ",".join(f"{place:.{_DECIMALS}f}".rstrip("0").rstrip(".") for xy in corners for place in xy)


def clause(area: Area, x: ColumnElement, y: ColumnElement) -> ColumnElement[bool]:
    """The even-odd rule as a condition on two columns of type real; not true for a song without a place."""
    across, up = cast(x, DOUBLE_PRECISION), cast(y, DOUBLE_PRECISION)
    crossings: list[ColumnElement[int]] = []
    for left, start, dx, dy, low, high in _edges(area).tolist():
        met = and_(
            up >= _float(low), up < _float(high), across < _float(dx) * (up - _float(start)) / _float(dy) + _float(left)
        )
        crossings.append(case((met, 1), else_=0))
    return functools.reduce(operator.add, crossings) % 2 == 1 if crossings else false()


def _float(number: float) -> ColumnElement[float]:
    return cast(literal(number, DOUBLE_PRECISION), DOUBLE_PRECISION)


def inside(area: Area, xy: np.ndarray) -> np.ndarray:
    """Which places lie within, (songs,) bool; `xy` is (2, songs) float32, NaN for a song without a place."""
    edges = _edges(area)
    if not len(edges):
        return np.zeros(xy.shape[1], dtype=bool)
    lowest, highest = edges[:, 4].min(), edges[:, 5].max()
    scale = _BANDS / (highest - lowest)
    return _inside(edges, *_by_band(edges, lowest, scale), lowest, highest, scale, xy[0], xy[1])


def _by_band(edges: np.ndarray, lowest: float, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges that a place of each band can meet: where each band begins, (bands + 1,), and the edges, both int64.

    A band to either side is added, so that rounding cannot lose an edge; those too many are not crossed.
    """
    first, last = (((edges[:, column] - lowest) * scale).astype(np.int64) for column in (4, 5))
    bands = np.arange(_BANDS)[:, np.newaxis]
    band, edge = np.nonzero((first - 1 <= bands) & (bands <= last + 1))
    return np.searchsorted(band, np.arange(_BANDS + 1)), edge


def _edges(area: Area) -> np.ndarray:
    """x and y of its start, dx, dy, lower and higher y of every edge that is not level, (edges, 6) float64."""
    corners = area[1]
    edges = [
        (x, y, next_x - x, next_y - y, min(y, next_y), max(y, next_y))
        for (x, y), (next_x, next_y) in pairwise((*corners, corners[0]))
        if y != next_y
    ]
    return np.array(edges, dtype=np.float64).reshape(-1, 6)


@njit(nogil=True, cache=True)
def _inside(edges, starts, by_band, lowest, highest, scale, xs, ys):
    found = np.zeros(len(xs), dtype=np.bool_)
    for song in range(len(xs)):
        x, y = np.float64(xs[song]), np.float64(ys[song])
        if lowest <= y < highest:  # no edge is crossed elsewhere; NaN is nowhere
            band = min(int((y - lowest) * scale), len(starts) - 2)
            odd = False
            for place in range(starts[band], starts[band + 1]):
                edge = by_band[place]
                left = edges[edge, 2] * (y - edges[edge, 1]) / edges[edge, 3] + edges[edge, 0]
                odd ^= (edges[edge, 4] <= y) & (y < edges[edge, 5]) & (x < left)  # no branch to guess wrong
            found[song] = odd
    return found
