"""Linked counts: one fused pass over the codes gives every chart its numbers under a filter.

"Linked" means that each chart is counted under all conditions but its own, so that a brush can be widened.
A song that meets every condition counts in every chart; one that misses exactly one condition counts
only in the chart of that condition. So a single pass that remembers *which* condition a song
missed is enough, however many charts there are.

The pass has two steps over blocks that stay in the processor's cache: mark which condition a song missed, from
columns laid out song by song (vector instructions), then tally, from rows that hold all codes of a song.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numba import njit

from data_access.columns import CODE_COLUMN, CODE_COLUMNS, CODE_WIDTH, VALUE_ROW, ColumnStore
from data_access.conditions import (
    BY_CODES,
    BY_MEMBERS,
    BY_SET,
    BY_VALUES,
    Condition,
    conditions,
    packed,
    range_condition,
)
from data_access.fields import Field
from settings import get_settings

Found = TypeVar("Found")

MISSED_SEVERAL = 255
_N_COLUMNS = len(CODE_COLUMNS)
_BLOCK = 16_384  # songs; what a block reads and writes fits the second-level cache


@dataclass(frozen=True)
class Marks:
    """Which conditions each song meets.

    missed: (songs,) uint8, 0 for a song that meets all, n + 1 for one that misses only condition n, else 255.
    meets_others: (songs,) bool, the songs that meet every condition but those on the free parts.
    parts: the part that each condition belongs to.
    """

    missed: np.ndarray
    meets_others: np.ndarray
    parts: tuple[str, ...]

    @property
    def selected(self) -> np.ndarray:
        """(songs,) bool, the songs that meet every condition."""
        return self.missed == 0

    def mark_of(self, part: str) -> int:
        """What `missed` has for songs that miss only the condition on `part`; 0 when there is none."""
        return self.parts.index(part) + 1 if part in self.parts else 0

    def without(self, part: str) -> np.ndarray:
        """(songs,) bool, the songs that meet every condition but the one on `part`."""
        mark = self.mark_of(part)
        return self.selected if mark == 0 else (self.missed == 0) | (self.missed == mark)

    def tally(self, part: str, codes: np.ndarray) -> np.ndarray:
        """Songs by code, (256,) int64, of those that meet every condition but the one on `part`."""
        mark = np.uint8(self.mark_of(part))
        found = in_stretches(len(codes), lambda start, stop: _tally(codes, start, stop, mark, self.missed))
        return sum(found, np.zeros(256, np.int64))


@dataclass(frozen=True)
class Linked(Marks):
    """Counts of one pass; codes: (16, 256) int64, songs by column and code, each column without its own condition."""

    codes: np.ndarray


def linked_counts(store: ColumnStore, asked: list[Condition], free: Collection[str] = ()) -> Linked:
    """Count every column of codes under `asked`, each without its own condition, in one pass.

    `free` names the parts (the two fields of the density chart) that `meets_others` does without.
    """
    n_songs, asked_for = store.n_songs, packed(asked, store.n_songs, free)
    missed, meets_others = np.zeros(n_songs, dtype=np.uint8), np.ones(n_songs, dtype=np.uint8)

    def count(start: int, stop: int) -> np.ndarray:
        return _count(store.codes, store.columns, store.all_values, start, stop, *asked_for, missed, meets_others)

    codes = sum(in_stretches(n_songs, count), np.zeros((CODE_WIDTH, 256), np.int64))
    return Linked(missed, meets_others.view(bool), tuple(c.part for c in asked), codes)


def marks(store: ColumnStore, asked: list[Condition], free: Collection[str] = ()) -> Marks:
    """The first step of `linked_counts` alone: which conditions each song meets."""
    n_songs, asked_for = store.n_songs, packed(asked, store.n_songs, free)
    missed, meets_others = np.zeros(n_songs, dtype=np.uint8), np.ones(n_songs, dtype=np.uint8)

    def mark(start: int, stop: int) -> None:
        _mark(store.columns, store.all_values, start, stop, *asked_for, missed, meets_others)

    if asked:
        in_stretches(n_songs, mark)
    return Marks(missed, meets_others.view(bool), tuple(c.part for c in asked))


def density(store: ColumnStore, x: Field, y: Field, songs: np.ndarray) -> np.ndarray:
    """Songs by bar of two fields, (y.bars, x.bars) int64, over the mask `songs`; unknowns left out."""
    x_bar, y_bar = _bar_of_code(x), _bar_of_code(y)

    def count(start: int, stop: int) -> np.ndarray:
        return _density(
            store.columns, start, stop, songs, CODE_COLUMN[x.name], CODE_COLUMN[y.name], x_bar, y_bar, x.bars, y.bars
        )

    return sum(in_stretches(store.n_songs, count), np.zeros((y.bars, x.bars), np.int64))


def sums_by_code(
    store: ColumnStore, by: str, of: Sequence[str], songs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Songs by the code of a column, (256,), and sums and numbers of the known values of some fields, (fields, 256).

    Over the mask `songs`, in one pass. Sums are float64 and repeat exactly for the same number of threads.
    """
    rows = np.array([VALUE_ROW[name] for name in of], dtype=np.int64)

    def add(start: int, stop: int) -> np.ndarray:
        return _sums(store.columns, store.all_values, rows, start, stop, songs, CODE_COLUMN[by])

    found = sum(in_stretches(store.n_songs, add), np.zeros((2 * len(of) + 1, 256)))
    return found[0].astype(np.int64), found[1::2], found[2::2].astype(np.int64)


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


def in_stretches(n_songs: int, work: Callable[[int, int], Found]) -> list[Found]:
    """What `work(start, stop)` gives for each thread's stretch of 0..n_songs-1, in order; all at the same time."""
    edges = np.linspace(0, n_songs, max(1, get_settings().count_threads) + 1).astype(int).tolist()
    return list(_threads().map(lambda stretch: work(*stretch), pairwise(edges)))


# The loops below hold no Python object and let go of the interpreter lock. Numba's own threading is not used: its
# default layer may not be entered from two request threads at once.


@njit(nogil=True, cache=True)
def _count(
    codes, columns, values, start, stop, kinds, condition_columns, ends, bounds, tables, members, is_free, missed,
    meets_others,
):  # fmt: skip
    """Counts by column and code of the songs start..stop, in blocks that stay in the processor's cache."""
    counts = np.zeros((CODE_WIDTH, 256), dtype=np.int64)
    for a in range(start, stop, _BLOCK):
        b = min(a + _BLOCK, stop)
        _mark(
            columns, values, a, b, kinds, condition_columns, ends, bounds, tables, members, is_free, missed,
            meets_others,
        )  # fmt: skip
        _tally_selected(codes, a, missed[a:b], counts)
        for number in range(len(kinds)):
            column = condition_columns[number]
            if column >= 0:
                _tally_missed(columns[column][a:b], np.uint8(number + 1), missed[a:b], counts[column])
    return counts


@njit(nogil=True, cache=True)
def _mark(
    columns, values, a, b, kinds, condition_columns, ends, bounds, tables, members, is_free, missed, meets_others
):
    """Write down which conditions the songs a..b miss."""
    membership = 0
    for number in range(len(kinds)):
        mark, free = np.uint8(number + 1), np.uint8(is_free[number])
        column, block, others = condition_columns[number], missed[a:b], meets_others[a:b]
        if kinds[number] == BY_CODES:
            _mark_codes(columns[column][a:b], ends[number, 0], ends[number, 1], mark, free, block, others)
        elif kinds[number] == BY_VALUES:
            _mark_values(values[column][a:b], bounds[number, 0], bounds[number, 1], mark, free, block, others)
        elif kinds[number] == BY_SET:
            _mark_set(columns[column][a:b], tables[number], mark, free, block, others)
        else:
            _mark_codes(members[membership][a:b], np.uint8(1), np.uint8(1), mark, free, block, others)
            membership += 1


# In the three below there is no branch that depends on a song, so that the compiler makes vector instructions of
# them, 32 songs at a time for bytes: 0.07 ms for a condition on 1.2 million codes, 2.3 ms with branches.


@njit(nogil=True, cache=True)
def _mark_codes(codes, first, last, mark, free, missed, meets_others):
    width = np.uint8(last - first)
    for song in range(len(codes)):
        misses = np.uint8(codes[song] - first) > width  # both ends in one comparison: bytes wrap around
        before = missed[song]
        marked = np.uint8(MISSED_SEVERAL) if before != 0 else mark
        missed[song] = marked if misses else before
        meets_others[song] = meets_others[song] & ((np.uint8(1) - np.uint8(misses)) | free)


@njit(nogil=True, cache=True)
def _mark_values(values, low, high, mark, free, missed, meets_others):
    for song in range(len(values)):
        value = values[song]
        meets = np.uint8(value >= low) & np.uint8(value <= high)  # NaN meets neither
        before = missed[song]
        marked = np.uint8(MISSED_SEVERAL) if before != 0 else mark
        missed[song] = before if meets else marked
        meets_others[song] = meets_others[song] & (meets | free)


@njit(nogil=True, cache=True)
def _mark_set(codes, table, mark, free, missed, meets_others):
    for song in range(len(codes)):
        meets = table[codes[song]]
        before = missed[song]
        marked = np.uint8(MISSED_SEVERAL) if before != 0 else mark
        missed[song] = before if meets else marked
        meets_others[song] = meets_others[song] & (meets | free)


# The two below have no such branch either: they gather what is wanted first, because a wrong guess costs as much as
# several songs. Indices are unsigned, since for signed ones numba looks out for negative places: 7.4 ms against 3.5.


@njit(nogil=True, cache=True)
def _tally_selected(codes, start, missed, counts):
    """Add the songs of a block that met every condition to every column."""
    selected = np.empty(len(missed), dtype=np.uint32)
    n_selected = np.uint64(0)
    for song in range(np.uint64(len(missed))):
        selected[n_selected] = np.uint32(song)
        n_selected += np.uint64(missed[song] == 0)
    flat = counts.reshape(-1)
    for place in range(n_selected):
        row = np.uint64(start) + np.uint64(selected[place])
        for column in range(np.uint64(_N_COLUMNS)):
            flat[column * np.uint64(256) + np.uint64(codes[row, column])] += 1


@njit(nogil=True, cache=True)
def _tally_missed(codes, mark, missed, counts):
    """Add the songs of a block that missed one condition only, the one of `mark`, to that condition's column."""
    found = np.empty(len(missed), dtype=np.uint8)
    n_found = np.uint64(0)
    for song in range(np.uint64(len(missed))):
        found[n_found] = codes[song]
        n_found += np.uint64(missed[song] == mark)
    for place in range(n_found):
        counts[np.uint64(found[place])] += 1


@njit(nogil=True, cache=True)
def _tally(codes, start, stop, mark, missed):
    # Songs that do not count go to the second half: no branch to guess wrong. Four rows in turn, since neighbours often
    # have the same code and one increment would wait for the one before.
    counts = np.zeros((4, 512), dtype=np.int64)
    flat = counts.reshape(-1)
    for song in range(np.uint64(start), np.uint64(stop)):
        counts_not = np.uint64(missed[song] != 0) & np.uint64(missed[song] != mark)
        row = song & np.uint64(3)
        flat[row * np.uint64(512) + np.uint64(codes[song]) + np.uint64(256) * counts_not] += 1
    return counts.sum(axis=0)[:256]


@njit(nogil=True, cache=True)
def _density(columns, start, stop, songs, x_column, y_column, x_bar, y_bar, x_bars, y_bars):
    counts = np.zeros((y_bars, x_bars), dtype=np.int64)
    x_codes, y_codes = columns[x_column], columns[y_column]
    for song in range(start, stop):
        if songs[song]:
            x, y = x_bar[x_codes[song]], y_bar[y_codes[song]]
            if x >= 0 and y >= 0:
                counts[y, x] += 1
    return counts


@njit(nogil=True, cache=True)
def _sums(columns, values, rows, start, stop, songs, by_column):
    """Songs, then the sum and the number of each field's known values, by code."""
    sums = np.zeros((2 * len(rows) + 1, 256))
    codes = columns[by_column]
    for song in range(start, stop):
        if songs[song]:
            code = codes[song]
            sums[0, code] += 1
            for place in range(len(rows)):
                value = values[rows[place], song]
                if value == value:
                    sums[2 * place + 1, code] += value
                    sums[2 * place + 2, code] += 1
    return sums


__all__ = [
    "BY_CODES",
    "BY_MEMBERS",
    "BY_SET",
    "BY_VALUES",
    "CODE_COLUMN",
    "Condition",
    "Linked",
    "Marks",
    "bars",
    "conditions",
    "density",
    "in_stretches",
    "linked_counts",
    "marks",
    "range_condition",
    "sums_by_code",
]
