"""Recommendations for a catalogue: from things and a filter, as pages and programs name them, to songs and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data_access import songs, things
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.fields import UNKNOWN_KEY
from data_access.filters import SongFilter
from data_access.moods import open_moods
from data_access.selection import selection
from data_access.songs import SongLine
from data_access.things import Found, NotThere, Thing
from ml.kept import Kept
from ml.mixing import mixing_order
from ml.similar import recommend as nearest
from ml.similar_aim import seeds_of
from ml.similar_harmony import Harmony, harmony_of
from ml.similar_query import COUNT, PER_ARTIST, Answer, NothingToGoBy, Query, Seeds, Wish
from ml.similar_space import Space, space_of


@dataclass(frozen=True)
class Asked:
    """What somebody wants recommended.

    seeds: any things. wishes: by feature, see Wish. song_filter: what candidates must meet. not_artists: ids or names
    as in SongFilter.artists; songs that credit one of them anywhere are left out. harmony: percent of tempo, to mix
    with the first song among the seeds, or the first of a list of somebody's own; None for no such condition.
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
    seeds: those things that were found, in order; problems: a sentence for whatever could not be heeded.
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

    What seeds and filters come to is kept for a while, so that moving a slider costs one pass over the songs and one
    read of those that are shown. Raises NothingToGoBy (its message is for the reader), ValueError for numbers out of
    range, and what `db.fetch` raises.
    """
    space = space_of(catalogue)
    live = (catalogue.version, catalogue.started_at, things.model_number(catalogue))
    start = _starts.get((live, tuple(asked.seeds)), lambda: _start(catalogue, space, asked.seeds))
    unwanted = tuple(sorted(asked.not_artists))
    among = _masks.get((live, asked.song_filter, unwanted), lambda: _among(catalogue, asked.song_filter, unwanted))
    if start.problems and not start.found and all(wish.target is None for wish in asked.wishes.values()):
        raise NothingToGoBy(" ".join(start.problems))
    harmony, problem = _harmony(space, asked, start)
    answer = nearest(
        space,
        Query(
            seeds=start.seeds,
            wishes=asked.wishes,
            count=asked.count,
            per_artist=asked.per_artist,
            diversity=asked.diversity,
            harmony=harmony,
        ),
        among.mask,
    )
    shown = answer.ids.tolist()
    return Recommended(
        answer,
        tuple(songs.lines(catalogue.version, shown)),
        _moods(catalogue, shown),
        start.found,
        (*start.problems, *among.problems, *problem),
        start.values,
        _means(catalogue, answer.ids),
    )


def warm_up(catalogue: Catalogue) -> None:
    """Make what the first question would have to wait for: the catalogue's space, seconds for a million songs, once for
    all workers; and compiled loops. Raises DatabaseDown."""
    space = space_of(catalogue)
    if not (space.n_songs and space.features):
        return
    nearest(space, Query((0,), {space.features[0]: Wish(target=0.5)}, harmony=harmony_of(space, 0)))
    few = np.zeros(12, dtype=np.uint8)
    mixing_order(few, few.astype(np.float32))


# ---- what is kept ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Start:
    """What seeds come to: those found, sentences for the others, their songs, and the means of their values."""

    found: tuple[tuple[Thing, Found], ...]
    problems: tuple[str, ...]
    seeds: Seeds
    values: dict[str, float | None]


@dataclass(frozen=True, eq=False)
class _Among:
    """What songs may be recommended, (songs,) bool, None for all; and a sentence for each artist that is not there."""

    mask: np.ndarray | None
    problems: tuple[str, ...]


_MEGABYTE = 2**20
_starts: Kept[_Start] = Kept(64 * _MEGABYTE, lambda each: each.seeds.ids.nbytes + each.seeds.left_out.nbytes + 1000)
_masks: Kept[_Among] = Kept(32 * _MEGABYTE, lambda each: 1000 if each.mask is None else each.mask.nbytes)


def forget() -> None:
    """Let go of what is kept, so that the next question is a cold one."""
    _starts.forget()
    _masks.forget()


def _start(catalogue: Catalogue, space: Space, asked: tuple[Thing, ...]) -> _Start:
    found, problems = [], []
    for thing, each in zip(asked, things.find_all(catalogue, asked), strict=True):
        if isinstance(each, NotThere):
            problems.append(str(each))
        else:
            found.append((thing, each))
    ids = np.concatenate([each.song_ids for _, each in found]) if found else np.empty(0, dtype=np.int32)
    seeds = seeds_of(space, ids)
    return _Start(tuple(found), tuple(problems), seeds, _means(catalogue, seeds.ids))


def _among(catalogue: Catalogue, song_filter: SongFilter, not_artists: tuple[str, ...]) -> _Among:
    if song_filter == SongFilter() and not not_artists:
        return _Among(None, ())
    mask, problems = selection(catalogue, song_filter), []
    for each in things.find_all(catalogue, [Thing("artist", name) for name in not_artists]):
        if isinstance(each, NotThere):
            problems.append(f"{str(each).removesuffix('.')}; there is nobody to leave out.")
        else:
            mask[each.song_ids] = False
    return _Among(mask, tuple(problems))


# ---- around the engine -----------------------------------------------------------------------


def _harmony(space: Space, asked: Asked, start: _Start) -> tuple[Harmony | None, tuple[str, ...]]:
    """What to mix with, and a sentence when there is nothing to mix with or nothing known of it."""
    if asked.harmony is None:
        return None, ()
    first = next((each for _, each in start.found if each.first is not None), None)
    if first is None or first.first is None:
        return None, ("Mixing goes by the key and tempo of a song; without a song among the seeds it is left out.",)
    harmony = harmony_of(space, first.first, asked.harmony)
    if harmony.key == UNKNOWN_KEY and not harmony.tempo > 0:
        return harmony, (f"Neither key nor tempo of “{first.name}” is known, so that any song goes with it.",)
    return harmony, ()


def _moods(catalogue: Catalogue, ids: list[int]) -> tuple[int | None, ...]:
    stored = open_moods(catalogue)
    if stored is None:
        return (None,) * len(ids)
    known = len(stored.model.moods)
    return tuple(int(number) if number < known else None for number in stored.mood[ids].tolist())


def _means(catalogue: Catalogue, ids: np.ndarray) -> dict[str, float | None]:
    store = open_store(catalogue)
    found: dict[str, float | None] = {}
    for each in store.fields:
        values = store.values(each.name)[ids]
        known = values[~np.isnan(values)]
        found[each.name] = float(known.mean(dtype=np.float64)) if len(known) else None
    return found
