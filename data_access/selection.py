"""Which songs a filter lets through, as masks and as sorted ids, from the column store and the moods."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

from data_access import columns, counts
from data_access.catalogue import Catalogue
from data_access.columns import ColumnStore, open_store
from data_access.counts import Condition
from data_access.db import fetch_ids
from data_access.filters import SongFilter, member_select
from data_access.moods import NO_MOOD, MoodStore, open_moods

SORTABLE = columns.SORTABLE | {"mood"}
"""Columns that the table can be sorted by."""

_KEPT_SELECTIONS = 4


def selection(catalogue: Catalogue, song_filter: SongFilter) -> np.ndarray:
    """The songs that a filter lets through, (songs,) bool. Raises DatabaseDown, QueryTooSlow."""
    return _selected(catalogue, song_filter, open_moods(catalogue))


def members(catalogue: Catalogue, song_filter: SongFilter, moods: MoodStore | None) -> dict[str, np.ndarray]:
    """The songs of each part of the filter that the column store cannot answer.

    Song ids from the database, or masks (songs,) bool from the live model; without a model, no songs.
    """
    found: dict[str, np.ndarray] = {}
    for kind, values in song_filter.memberships():
        if kind in ("moods", "area"):
            if moods is None:
                found[kind] = np.zeros(0, dtype=np.int32)
            elif kind == "moods":
                found[kind] = moods.in_moods(song_filter.moods)
            elif song_filter.area:
                found[kind] = moods.in_area(song_filter.area)
        else:
            found[kind] = fetch_ids(catalogue.version, member_select(kind, values))
    return found


def _selected(catalogue: Catalogue, song_filter: SongFilter, moods: MoodStore | None) -> np.ndarray:
    store = open_store(catalogue)
    if song_filter == SongFilter():
        return np.ones(store.n_songs, dtype=bool)
    # By codes where they settle it: the exact values, four times the memory, stay on disk.
    mask = np.ones(store.n_songs, dtype=bool)
    for each in counts.conditions(song_filter, members(catalogue, song_filter, moods), store.n_songs):
        mask &= _meeting(store, each)
    return mask


def _meeting(store: ColumnStore, condition: Condition) -> np.ndarray:
    """The songs that meet a condition, (songs,) bool: what `counts` marks, but nothing is counted."""
    if condition.kind == counts.BY_MEMBERS:
        return condition.members.view(bool)
    if condition.kind == counts.BY_VALUES:
        values = store.all_values[condition.column]
        return (values >= np.float32(condition.low)) & (values <= np.float32(condition.high))  # NaN meets neither
    codes = store.columns[condition.column]
    if condition.kind == counts.BY_SET:
        return condition.table.view(bool)[codes]
    width = np.uint8(condition.last - condition.first)
    return (codes - np.uint8(condition.first)) <= width  # both ends in one comparison: bytes wrap around


# ---- in the order of a column ----------------------------------------------------------------

_selections: OrderedDict[tuple, tuple[np.ndarray, int]] = OrderedDict()
_selections_lock = Lock()


def forget_selections() -> None:
    """Let go of the kept selections, so that the next block is a cold one."""
    with _selections_lock:
        _selections.clear()


def sorted_selection(
    catalogue: Catalogue, song_filter: SongFilter, sort: str, moods: MoodStore | None
) -> tuple[np.ndarray, int]:
    """Ids of the filtered songs, ascending by a column of SORTABLE, and how many of them have a known value.

    The latest few are kept: whoever scrolls asks for block after block of the same selection.
    """
    key = (catalogue.version, catalogue.started_at, moods and moods.model.model, song_filter, sort)
    with _selections_lock:
        if key in _selections:
            _selections.move_to_end(key)
            return _selections[key]
    order, known = _mood_order(catalogue, moods) if sort == "mood" else open_store(catalogue).order(sort)
    if song_filter != SongFilter():
        keep = _selected(catalogue, song_filter, moods)[order]
        order, known = order[keep], int(np.count_nonzero(keep[:known]))
    with _selections_lock:
        _selections[key] = (order, known)
        while len(_selections) > _KEPT_SELECTIONS:
            _selections.popitem(last=False)
    return order, known


def _mood_order(catalogue: Catalogue, moods: MoodStore | None) -> tuple[np.ndarray, int]:
    """Song ids by the name of their mood, those without one last, and how many have one."""
    if moods is None:
        return np.arange(open_store(catalogue).n_songs, dtype=np.int32), 0
    names = moods.names()
    rank = np.full(256, NO_MOOD, dtype=np.uint8)
    rank[sorted(range(len(names)), key=lambda number: names[number].lower())] = np.arange(len(names))
    ranks = rank[moods.mood]
    return np.argsort(ranks, kind="stable").astype(np.int32), int(np.count_nonzero(ranks != NO_MOOD))
