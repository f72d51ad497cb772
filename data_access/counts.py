"""Linked counts: one fused pass over the codes gives every chart its numbers under a filter.

"Linked" means that each chart is counted under all conditions but its own, so that a brush can be widened.
A song that meets every condition counts in every chart; one that misses exactly one condition counts
only in the chart of that condition. So a single pass that remembers *which* condition a song
missed is enough, however many charts there are.

The pass has two steps over blocks that stay in the processor's cache: mark which condition a song missed, from
columns laid out song by song (vector instructions), then tally, from rows that hold all codes of a song.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from numba import njit

from data_access.columns import CODE_COLUMN, CODE_COLUMNS, CODE_WIDTH, VALUE_ROW, ColumnStore
from data_access.fields import FIELD_BY_NAME, Field
from data_access.filters import Range, SongFilter
from settings import get_settings

_CONDITIONS_AT_MOST = 32
MISSED_SEVERAL = 255
_N_COLUMNS = len(CODE_COLUMNS)
_BLOCK = 16_384  # songs; what a block reads and writes fits the second-level cache

BY_CODES, BY_VALUES, BY_SET, BY_MEMBERS = range(4)


@dataclass(frozen=True)
class Condition:
    """One part of a filter, as the pass wants it; `part` is the field, facet or membership it belongs to.

    BY_CODES: met by the codes first..last of `column`; for ranges whose ends are edges of bins, one byte a song.
    BY_VALUES: met by float32 values low..high of the field; for all other ranges.
    BY_SET: met by the codes of `column` for which `table` (256,) uint8 is 1.
    BY_MEMBERS: met by the songs for which `members` (songs,) uint8 is 1.
    """

    part: str
    kind: int
    column: int = -1
    first: int = 0
    last: int = 0
    low: float = 0.0
    high: float = 0.0
    table: np.ndarray = field(default_factory=lambda: np.zeros(256, dtype=np.uint8))
    members: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))


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

    def tally(self, part: str, codes: np.ndarray) -> np.ndarray:
        """Songs by code, (256,) int64, of those that meet every condition but the one on `part`."""
        mark = np.uint8(self.parts.index(part) + 1 if part in self.parts else 0)

        def count(stretch: tuple[int, int]) -> np.ndarray:
            return _tally(codes, *stretch, mark, self.missed)

        return sum(_threads().map(count, _parts(len(codes))), np.zeros(256, np.int64))


def conditions(song_filter: SongFilter, members: Mapping[str, np.ndarray], n_songs: int) -> list[Condition]:
    """A filter as conditions; `members` has the songs of each of its memberships: ids, or a mask (songs,) bool."""
    found = [range_condition(FIELD_BY_NAME[name], chosen) for name, chosen in song_filter.ranges]
    for name, wanted in song_filter.code_sets():
        table = np.zeros(256, dtype=np.uint8)
        table[list(wanted)] = 1
        found.append(Condition(name, BY_SET, CODE_COLUMN[name], table=table))
    for kind, _ in song_filter.memberships():
        inside = members[kind]
        if inside.dtype != bool:
            ids, inside = inside, np.zeros(n_songs, dtype=bool)
            inside[ids] = True
        inside = inside.view(np.uint8)
        found.append(Condition(kind, BY_MEMBERS, members=inside))
    assert len(found) <= _CONDITIONS_AT_MOST
    return found


def range_condition(of: Field, chosen: Range) -> Condition:
    """A range as a condition: on codes when it cuts through no bin, else on the exact values."""
    low, high = chosen.bounds()
    first, last = (int(code) for code in of.code(np.array([low, high], dtype=np.float32)))
    # The end bins reach to infinity, because values beyond the domain are kept in them.
    starts = -np.inf if first == 0 else of.edges[first]
    ends = np.inf if last == of.bins - 1 else np.nextafter(of.edges[last + 1], np.float32(-np.inf))
    column = CODE_COLUMN[of.name]
    if first <= last and low <= starts and high >= ends:  # not so for an empty range, which values settle
        return Condition(of.name, BY_CODES, column, first=first, last=last)
    return Condition(of.name, BY_VALUES, column, low=float(low), high=float(high))


def linked_counts(store: ColumnStore, asked: list[Condition], free: Collection[str] = ()) -> Linked:
    """Count every column of codes under `asked`, each without its own condition, in one pass.

    `free` names the parts (the two fields of the density chart) that `meets_others` does without.
    """
    n_songs = store.n_songs
    kinds = np.array([c.kind for c in asked], dtype=np.int64)
    columns = np.array([c.column for c in asked], dtype=np.int64)
    ends = np.array([(c.first, c.last) for c in asked], dtype=np.uint8).reshape(-1, 2)
    bounds = np.array([(c.low, c.high) for c in asked], dtype=np.float32).reshape(-1, 2)
    tables = np.array([c.table for c in asked], dtype=np.uint8).reshape(-1, 256)
    memberships = [c.members for c in asked if c.kind == BY_MEMBERS]
    members = np.stack(memberships) if memberships else np.zeros((0, n_songs), dtype=np.uint8)
    is_free = np.array([c.part in free for c in asked], dtype=bool)
    missed = np.zeros(n_songs, dtype=np.uint8)
    meets_others = np.ones(n_songs, dtype=np.uint8)

    def count(part: tuple[int, int]) -> np.ndarray:
        return _count(
            store.codes, store.columns, store.all_values, *part, kinds, columns, ends, bounds, tables, members, is_free,
            missed, meets_others,
        )  # fmt: skip

    counts = sum(_threads().map(count, _parts(n_songs)), np.zeros((CODE_WIDTH, 256), np.int64))
    return Linked(counts, missed, meets_others.view(bool), tuple(c.part for c in asked))


def density(store: ColumnStore, x: Field, y: Field, songs: np.ndarray) -> np.ndarray:
    """Songs by bar of two fields, (y.bars, x.bars) int64, over the mask `songs`; unknowns left out."""
    x_bar, y_bar = _bar_of_code(x), _bar_of_code(y)

    def count(part: tuple[int, int]) -> np.ndarray:
        return _density(
            store.columns, *part, songs, CODE_COLUMN[x.name], CODE_COLUMN[y.name], x_bar, y_bar, x.bars, y.bars
        )

    return sum(_threads().map(count, _parts(store.n_songs)), np.zeros((y.bars, x.bars), np.int64))


def sums_by_code(
    store: ColumnStore, by: str, of: Sequence[str], songs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Songs by the code of a column, (256,), and sums and numbers of the known values of some fields, (fields, 256).

    Over the mask `songs`, in one pass. Sums are float64 and repeat exactly for the same number of threads.
    """
    rows = np.array([VALUE_ROW[name] for name in of], dtype=np.int64)

    def add(part: tuple[int, int]) -> np.ndarray:
        return _sums(store.columns, store.all_values, rows, *part, songs, CODE_COLUMN[by])

    found = sum(_threads().map(add, _parts(store.n_songs)), np.zeros((2 * len(of) + 1, 256)))
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


def _parts(n_songs: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, n_songs, max(1, get_settings().count_threads) + 1).astype(int).tolist()
    return list(pairwise(edges))


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
        _tally_selected(codes, a, missed[a:b], counts)
        for number in range(len(kinds)):
            column = condition_columns[number]
            if column >= 0:
                _tally_missed(columns[column][a:b], np.uint8(number + 1), missed[a:b], counts[column])
    return counts


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
