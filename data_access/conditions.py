"""A filter as conditions: what a pass over the column store can test song by song."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from data_access.columns import CODE_COLUMN
from data_access.fields import FIELD_BY_NAME, Field
from data_access.filters import Range, SongFilter

_CONDITIONS_AT_MOST = 32

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


class Packed(NamedTuple):
    """Conditions as arrays, for compiled loops: one row a condition, `members` one row for each of BY_MEMBERS."""

    kinds: np.ndarray
    columns: np.ndarray
    ends: np.ndarray
    bounds: np.ndarray
    tables: np.ndarray
    members: np.ndarray
    is_free: np.ndarray


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


def packed(asked: list[Condition], n_songs: int, free: Collection[str] = ()) -> Packed:
    """Conditions side by side; those on the parts named in `free` are marked."""
    memberships = [c.members for c in asked if c.kind == BY_MEMBERS]
    return Packed(
        kinds=np.array([c.kind for c in asked], dtype=np.int64),
        columns=np.array([c.column for c in asked], dtype=np.int64),
        ends=np.array([(c.first, c.last) for c in asked], dtype=np.uint8).reshape(-1, 2),
        bounds=np.array([(c.low, c.high) for c in asked], dtype=np.float32).reshape(-1, 2),
        tables=np.array([c.table for c in asked], dtype=np.uint8).reshape(-1, 256),
        members=np.stack(memberships) if memberships else np.zeros((0, n_songs), dtype=np.uint8),
        is_free=np.array([c.part in free for c in asked], dtype=bool),
    )
