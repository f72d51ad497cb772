"""Recommendations for a catalogue: from things and a filter, as pages and programs name them, to songs and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data_access import explore, songs, things
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.db import fetch_ids
from data_access.filters import SongFilter, member_select
from data_access.moods import open_moods
from data_access.songs import SongLine
from data_access.things import Found, Thing
from ml.similar import recommend as nearest
from ml.similar_harmony import harmony_of
from ml.similar_query import COUNT, PER_ARTIST, Answer, Query, Wish
from ml.similar_space import Space, space_of


@dataclass(frozen=True)
class Asked:
    """What somebody wants recommended.

    seeds: any things. wishes: by feature, see Wish. song_filter: what candidates must meet. not_artists: ids or names
    as in SongFilter.artists; songs that credit one of them anywhere are left out. harmony: percent of tempo, to mix
    with the first song among the seeds; None for no such condition.
    """

    seeds: tuple[Thing, ...] = ()
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    song_filter: SongFilter = field(default_factory=SongFilter)
    not_artists: frozenset[str] = frozenset()
    count: int = COUNT
    per_artist: int = PER_ARTIST
    diversity: float = 0.0
    harmony: float | None = None


@dataclass(frozen=True, eq=False)
class Recommended:
    """The answer with what is needed to show it.

    lines: the songs, in the answer's order. moods: number of each song's mood in the live model, None without one.
    seeds: those things that were found, in order; problems: a sentence for each that was not.
    seed_values, song_values: by field the mean of the known values of the seeds, and of the answer's songs, or None.
    """

    answer: Answer
    lines: tuple[SongLine, ...]
    moods: tuple[int | None, ...]
    seeds: tuple[tuple[Thing, Found], ...]
    problems: tuple[str, ...]
    seed_values: dict[str, float | None]
    song_values: dict[str, float | None]


def recommend(catalogue: Catalogue, asked: Asked) -> Recommended:
    """Recommended songs of a catalogue.

    Raises NothingToGoBy (its message is for the reader), ValueError for numbers out of range, and what `db.fetch`
    raises.
    """
    space = space_of(catalogue)
    found, problems = _seeds(catalogue, asked.seeds)
    ids = np.unique(np.concatenate([each.song_ids for _, each in found])) if found else np.empty(0, dtype=np.int32)
    answer = nearest(
        space,
        Query(
            seeds=ids,
            wishes=asked.wishes,
            count=asked.count,
            per_artist=asked.per_artist,
            diversity=asked.diversity,
            harmony=_harmony(space, asked, found),
        ),
        _allowed(catalogue, asked),
    )
    shown = answer.ids.tolist()
    return Recommended(
        answer,
        tuple(songs.lines(catalogue.version, shown)),
        _moods(catalogue, shown),
        tuple(found),
        tuple(problems),
        _means(catalogue, ids),
        _means(catalogue, answer.ids),
    )


def _seeds(catalogue: Catalogue, seeds: tuple[Thing, ...]) -> tuple[list[tuple[Thing, Found]], list[str]]:
    found, problems = [], []
    for thing in seeds:
        try:
            found.append((thing, things.find(catalogue, thing)))
        except things.NotThere as error:
            problems.append(str(error))
    return found, problems


def _harmony(space: Space, asked: Asked, found: list[tuple[Thing, Found]]):
    first = next((each.song_ids[0] for thing, each in found if thing.kind == "song"), None)
    return None if asked.harmony is None or first is None else harmony_of(space, int(first), asked.harmony)


def _allowed(catalogue: Catalogue, asked: Asked) -> np.ndarray | None:
    if asked.song_filter == SongFilter() and not asked.not_artists:
        return None
    mask = explore.selection(catalogue, asked.song_filter)
    if asked.not_artists:
        mask[fetch_ids(catalogue.version, member_select("artists", asked.not_artists))] = False
    return mask


def _moods(catalogue: Catalogue, ids: list[int]) -> tuple[int | None, ...]:
    stored = open_moods(catalogue)
    if stored is None:
        return (None,) * len(ids)
    known = len(stored.model.moods)
    return tuple(int(number) if number < known else None for number in stored.mood[ids].tolist())


def _means(catalogue: Catalogue, ids: np.ndarray) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for each in open_store(catalogue).fields:
        values = open_store(catalogue).values(each.name)[ids]
        known = values[~np.isnan(values)]
        found[each.name] = float(known.mean(dtype=np.float64)) if len(known) else None
    return found
