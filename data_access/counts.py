"""Linked counts: one fused pass over the codes gives every chart its numbers under a filter.

"Linked" means that each chart is counted under all conditions but its own, so that a brush can be widened.
A song that meets every condition counts in every chart; one that misses exactly one condition counts
only in the chart of that condition. So a single pass that remembers *which* condition a song
missed is enough, however many charts there are.

Conditions on a field are decided by its byte code where that settles it; only songs in the two bins that a
range cuts through have their exact value looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numba import njit

from data_access.columns import CODE_COLUMN, CODE_WIDTH, VALUE_ROW, ColumnStore
from data_access.fields import FIELD_BY_NAME, UNKNOWN_CODE, Field
from data_access.filters import Range, SongFilter
from settings import get_settings

IN, OUT, LOOK = 0, 1, 2
"""What a code says about a condition: met, missed, or look at the exact value."""

_CONDITIONS_AT_MOST = 32
MISSED_SEVERAL = 255


@dataclass(frozen=True)
class Condition:
    """One part of a filter, as the pass wants it.

    `part` is the field or facet it belongs to. `column` is the column of codes it reads, or -1 for a
    membership; `verdicts` (256,) uint8 says IN, OUT or LOOK for each code. `low` and `high` are
    the exact bounds for LOOK. `members` (songs,) uint8 holds IN or OUT for a membership, else is empty.
    """

    part: str
    column: int
    verdicts: np.ndarray
    low: np.float32
    high: np.float32
    members: np.ndarray


@dataclass(frozen=True)
class Linked:
    """Counts of one pass.

    codes: (16, 256) int64, songs by column and code, each column without the condition on itself.
    meets_others: (songs,) bool, the songs that meet every condition but those on the free parts.
    parts: the part that each condition belongs to.
    """

    codes: np.ndarray
    missed: np.ndarray
    meets_others: np.ndarray
    parts: tuple[str, ...]

    @property
    def selected(self) -> np.ndarray:
        """(songs,) bool, the songs that meet every condition."""
        return self.missed == 0

    def without(self, part: str) -> np.ndarray:
        """(songs,) bool, the songs that meet every condition but the one on `part`."""
        if part not in self.parts:
            return self.selected
        return (self.missed == 0) | (self.missed == self.parts.index(part) + 1)


def conditions(song_filter: SongFilter, members: Mapping[str, np.ndarray], n_songs: int) -> list[Condition]:
    """A filter as conditions; `members` has the song ids of each of its memberships."""
    none = np.empty(0, dtype=np.uint8)
    found = []
    for name, chosen in song_filter.ranges:
        low, high = chosen.bounds()
        verdicts = range_verdicts(FIELD_BY_NAME[name], chosen)
        found.append(Condition(name, CODE_COLUMN[name], verdicts, low, high, none))
    for name, wanted in song_filter.code_sets():
        verdicts = np.full(256, OUT, dtype=np.uint8)
        verdicts[list(wanted)] = IN
        found.append(Condition(name, CODE_COLUMN[name], verdicts, np.float32(0), np.float32(0), none))
    for kind, _ in song_filter.memberships():
        outside = np.full(n_songs, OUT, dtype=np.uint8)
        outside[members[kind]] = IN
        found.append(Condition(kind, -1, np.zeros(256, np.uint8), np.float32(0), np.float32(0), outside))
    assert len(found) <= _CONDITIONS_AT_MOST
    return found


def range_verdicts(field: Field, chosen: Range) -> np.ndarray:
    """(256,) uint8: IN for bins wholly within the range, LOOK for those it cuts through, else OUT."""
    low, high = chosen.bounds()
    verdicts = np.full(256, OUT, dtype=np.uint8)
    if low > high:
        return verdicts
    first, last = (int(code) for code in field.code(np.array([low, high], dtype=np.float32)))
    verdicts[first : last + 1] = IN
    # The end bins reach to infinity, because values beyond the domain are kept in them.
    starts = -np.inf if first == 0 else field.edges[first]
    ends = np.inf if last == field.bins - 1 else np.nextafter(field.edges[last + 1], np.float32(-np.inf))
    if low > starts:
        verdicts[first] = LOOK
    if high < ends:
        verdicts[last] = LOOK
    verdicts[UNKNOWN_CODE] = OUT
    return verdicts


def linked_counts(store: ColumnStore, asked: list[Condition], free: Collection[str] = ()) -> Linked:
    """Count every column of codes under `asked`, each without its own condition, in one pass.

    `free` names the parts (the two fields of the density chart) that `meets_others` does without.
    """
    n_songs = store.n_songs
    columns = np.array([c.column for c in asked], dtype=np.int64)
    verdicts = np.stack([c.verdicts for c in asked]) if asked else np.zeros((0, 256), np.uint8)
    low = np.array([c.low for c in asked], dtype=np.float32)
    high = np.array([c.high for c in asked], dtype=np.float32)
    value_rows = np.array([VALUE_ROW.get(c.part, 0) for c in asked], dtype=np.int64)
    member_rows = np.array([-1] * len(asked), dtype=np.int64)
    memberships = [number for number, c in enumerate(asked) if c.column < 0]
    member_rows[memberships] = np.arange(len(memberships))
    outside = (
        np.stack([asked[number].members for number in memberships]) if memberships else np.zeros((0, 0), dtype=np.uint8)
    )
    is_free = np.array([c.part in free for c in asked], dtype=bool)
    missed = np.empty(n_songs, dtype=np.uint8)
    meets_others = np.empty(n_songs, dtype=bool)

    def count(part: tuple[int, int]) -> np.ndarray:
        return _count(
            store.codes,
            store.all_values,
            *part,
            columns,
            verdicts,
            low,
            high,
            value_rows,
            member_rows,
            outside,
            is_free,
            missed,
            meets_others,
        )

    counts = sum(_threads().map(count, _parts(n_songs)), np.zeros((CODE_WIDTH, 256), np.int64))
    return Linked(counts, missed, meets_others, tuple(c.part for c in asked))


def density(store: ColumnStore, x: Field, y: Field, songs: np.ndarray) -> np.ndarray:
    """Songs by bar of two fields, (y.bars, x.bars) int64, over the mask `songs`; unknowns left out."""
    x_bar, y_bar = _bar_of_code(x), _bar_of_code(y)

    def count(part: tuple[int, int]) -> np.ndarray:
        return _density(
            store.codes, *part, songs, CODE_COLUMN[x.name], CODE_COLUMN[y.name], x_bar, y_bar, x.bars, y.bars
        )

    return sum(_threads().map(count, _parts(store.n_songs)), np.zeros((y.bars, x.bars), np.int64))


def sums_by_code(store: ColumnStore, by: str, of: str, songs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of the known values of one field by the code of another column, each (256,).

    Over the mask `songs`. Sums are float64 and repeat exactly for the same number of threads.
    """

    def add(part: tuple[int, int]) -> np.ndarray:
        return _sums(store.codes, store.values(of), *part, songs, CODE_COLUMN[by])

    sums, numbers = sum(_threads().map(add, _parts(store.n_songs)), np.zeros((2, 256)))
    return sums, numbers.astype(np.int64)


def bars(field: Field, codes: np.ndarray) -> np.ndarray:
    """Counts by code, (256,), added up to the field's bars, (field.bars,)."""
    return np.add.reduceat(codes[: field.bins], np.arange(0, field.bins, field.codes_per_bar))


def _bar_of_code(field: Field) -> np.ndarray:
    bar = np.full(256, -1, dtype=np.int64)
    bar[: field.bins] = np.arange(field.bins) // field.codes_per_bar
    return bar


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, get_settings().count_threads), thread_name_prefix="count")


def _parts(n_songs: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, n_songs, max(1, get_settings().count_threads) + 1).astype(int).tolist()
    return list(pairwise(edges))


# The loops below hold no Python object and let go of the interpreter lock. Numba's own threading is not
# used: its default layer may not be entered from two request threads at once.


@njit(nogil=True, cache=True)
def _count(
    codes,
    values,
    start,
    stop,
    columns,
    verdicts,
    low,
    high,
    value_rows,
    member_rows,
    outside,
    is_free,
    missed,
    meets_others,
):
    counts = np.zeros((16, 256), dtype=np.int64)
    n_conditions = len(columns)
    for song in range(start, stop):
        misses = 0
        other_misses = 0
        which = 0
        for number in range(n_conditions):
            column = columns[number]
            if column < 0:
                verdict = outside[member_rows[number], song]
            else:
                verdict = verdicts[number, codes[song, column]]
                if verdict == LOOK:
                    value = values[value_rows[number], song]
                    verdict = IN if low[number] <= value <= high[number] else OUT
            if verdict != IN:
                misses += 1
                which = number
                if not is_free[number]:
                    other_misses += 1
                if misses > 1 and other_misses > 0:
                    break
        meets_others[song] = other_misses == 0
        if misses == 0:
            missed[song] = 0
            for column in range(16):
                counts[column, codes[song, column]] += 1
        elif misses == 1:
            missed[song] = which + 1
            column = columns[which]
            if column >= 0:
                counts[column, codes[song, column]] += 1
        else:
            missed[song] = MISSED_SEVERAL
    return counts


@njit(nogil=True, cache=True)
def _density(codes, start, stop, songs, x_column, y_column, x_bar, y_bar, x_bars, y_bars):
    counts = np.zeros((y_bars, x_bars), dtype=np.int64)
    for song in range(start, stop):
        if songs[song]:
            x, y = x_bar[codes[song, x_column]], y_bar[codes[song, y_column]]
            if x >= 0 and y >= 0:
                counts[y, x] += 1
    return counts


@njit(nogil=True, cache=True)
def _sums(codes, values, start, stop, songs, by_column):
    sums = np.zeros((2, 256))
    for song in range(start, stop):
        if songs[song]:
            value = values[song]
            if value == value:
                code = codes[song, by_column]
                sums[0, code] += value
                sums[1, code] += 1
    return sums
