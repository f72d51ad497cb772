"""Recommendations: the songs that sound most like seeds, or that meet wishes, and why. Exact, over the whole catalogue.

A song's distance is the weighted sum over features of (its place - the target)^2 in `ml.similar_space.Space`; the
target is the mean of the seeds' places, or where a wished value lies. The score says the same so that it can be read:
1 for a song that lies on the target, 0 for one as far away as two songs drawn at random are from each other on average.
What a feature contributes is its share of that: positive where the song is nearer than by chance, negative where
it is further. Contributions sum to the score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from data_access.columns import VALUE_ROW
from data_access.fields import FIELD_BY_NAME
from ml import similar_kernel
from ml.similar_harmony import Harmony
from ml.similar_space import Space
from ml.threads import in_parts

COUNT = 20
PER_ARTIST = 2
AT_MOST = 200
"""Songs of an answer."""

_CLOSEST = 3
_POOL = 10  # MMR chooses among this many songs for each one shown
_NEAREST_AT_FIRST = 2048  # songs kept by each thread; more when versions and artists' limits leave too few
_MORE = 16


class NothingToGoBy(ValueError):
    """A query with neither seeds nor targets, or with nothing that weighs anything; the message is for the reader."""


@dataclass(frozen=True)
class Wish:
    """What is wanted of a feature: a target in its unit, the lowest and highest value (inclusive), a weight.

    Without a target the seeds' is meant. A song whose value is unknown is within no limits.
    """

    target: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        given = [each for each in (self.target, self.low, self.high) if each is not None]
        if not np.isfinite([*given, self.weight]).all():
            raise ValueError("Targets, limits and weights are numbers.")
        if self.weight < 0:
            raise ValueError(f"A weight is 0 or more, not {self.weight:g}.")


@dataclass(frozen=True, eq=False)
class Query:
    """What to recommend.

    seeds: song ids, any number, from wherever: songs, an artist, a genre, a mood. wishes: by feature; limits may be
    on any field, targets and weights on the space's features. count: songs at most. per_artist: songs of one
    artist at most; songs without an artist do not count. not_artists: numbers of artists not wanted. diversity: 0, the
    most alike, to 1, the most unlike each other among those. harmony: only songs that can be mixed with it.
    """

    seeds: Sequence[int] | np.ndarray = ()
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    count: int = COUNT
    per_artist: int = PER_ARTIST
    not_artists: Collection[int] = ()
    diversity: float = 0.0
    harmony: Harmony | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= AT_MOST:
            raise ValueError(f"1 to {AT_MOST} songs can be recommended, not {self.count}.")
        if self.per_artist < 1:
            raise ValueError(f"An artist has 1 song or more, not {self.per_artist}.")
        if not 0 <= self.diversity <= 1:
            raise ValueError(f"Diversity is 0 to 1, not {self.diversity:g}.")
        if unknown := sorted(set(self.wishes) - set(FIELD_BY_NAME)):
            raise ValueError(f"“{unknown[0]}” is no feature of songs.")


@dataclass(frozen=True)
class Pools:
    """How many songs: in the catalogue, after filters, limits, harmony and unwanted artists, and shown."""

    catalogue: int
    filtered: int
    shown: int


@dataclass(frozen=True, eq=False)
class Answer:
    """Recommended songs, the best first.

    ids: (n,) int32. scores: (n,) float64, at most 1. contributions: (n, d) float64, of `features`; a row sums to the
    score. closest: for each song three features, the closest first, of those that weigh anything, and furthest: the
    furthest one; both by distance in comparison with songs drawn at random. Furthest is None with a single feature.
    """

    ids: np.ndarray
    scores: np.ndarray
    features: tuple[str, ...]
    contributions: np.ndarray
    closest: tuple[tuple[str, ...], ...]
    furthest: tuple[str | None, ...]
    pools: Pools


@dataclass(frozen=True, eq=False)
class Aim:
    """Where a query aims, in the features that weigh anything, each (used,).

    rows: of the space's features. from_own: 1 where songs' own places count, because a value was wished for, 0 where
    those drawn to the artist do. targets, weights; spread: the mean squared distance of two songs drawn at random.
    """

    rows: np.ndarray
    from_own: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    spread: np.ndarray

    @property
    def by_chance(self) -> float:
        """The mean squared distance of two songs drawn at random, which makes a score of 0; 1 if all songs are one."""
        return float(self.weights @ self.spread) or 1.0

    def places(self, space: Space, ids: np.ndarray) -> np.ndarray:
        """Places of some songs, (n, used) float64."""
        own, sound = (each[self.rows[:, None], ids] for each in (space.own, space.sound))
        return np.where(self.from_own[:, None], own, sound).T.astype(np.float64)


def aim_of(space: Space, query: Query) -> Aim:
    """Where a query aims. Raises NothingToGoBy."""
    seeds = np.unique(np.asarray(query.seeds, dtype=np.int64))
    used, from_own, targets, weights = [], [], [], []
    for row, name in enumerate(space.features):
        wish = query.wishes.get(name, Wish())
        if wish.weight == 0 or (wish.target is None and not len(seeds)):
            continue
        used.append(row)
        from_own.append(wish.target is not None)
        weights.append(wish.weight)
        targets.append(
            float(space.sound[row][seeds].mean(dtype=np.float64))
            if wish.target is None
            else space.place(name, wish.target)
        )
    if not used:
        raise NothingToGoBy(
            "Every feature has the weight 0; give one of them a weight."
            if len(seeds)
            else "Recommendations start from a song, or from a target for a feature."
        )
    rows, own = np.array(used, dtype=np.int64), np.array(from_own, dtype=np.uint8)
    spread = 2 * np.where(own, space.variance[0, rows], space.variance[1, rows])
    return Aim(rows, own, np.array(targets), np.array(weights, dtype=np.float64), spread)


def recommend(space: Space, query: Query, allowed: np.ndarray | None = None) -> Answer:
    """Songs for a query, among those that the mask `allowed` (songs,) bool lets through, if there is one.

    Never a seed, nor another version of it or of a song of the answer. Equally far songs come by id: an answer repeats.
    Raises NothingToGoBy.
    """
    aim = aim_of(space, query)
    wanted = query.count if query.diversity == 0 else query.count * _POOL
    pool, distances, n_allowed = _pool(space, query, aim, allowed, wanted)
    if query.diversity > 0:
        chosen = _diverse(aim.places(space, pool), distances, aim, query)
        pool = pool[chosen]
    return _explained(space, aim, pool, n_allowed)


def _pool(
    space: Space, query: Query, aim: Aim, allowed: np.ndarray | None, wanted: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest songs that may stand side by side, at most `wanted`; their distances; how many were allowed."""
    restrictions = _restrictions(space, query, allowed)
    at_most = _NEAREST_AT_FIRST
    while True:
        songs, distances, complete, n_allowed = _nearest(space, aim, restrictions, min(at_most, space.n_songs))
        places = list(islice(_side_by_side(space, songs, query.per_artist), wanted))
        if complete or len(places) == wanted:
            return songs[places].astype(np.int32), distances[places], n_allowed
        at_most *= _MORE


def _restrictions(space: Space, query: Query, allowed: np.ndarray | None) -> tuple:
    """Who may be recommended, as `similar_kernel.nearest` takes it."""
    limits = [
        (VALUE_ROW[name], -np.inf if wish.low is None else wish.low, np.inf if wish.high is None else wish.high)
        for name, wish in query.wishes.items()
        if wish.low is not None or wish.high is not None
    ]
    limited = np.array([row for row, *_ in limits], dtype=np.int64)
    bounds = np.array([ends for _, *ends in limits], dtype=np.float32).reshape(-1, 2)
    nobody = np.zeros(0, dtype=np.uint8)
    mask = nobody if allowed is None else np.ascontiguousarray(allowed, dtype=bool).view(np.uint8)
    keys, tempos = nobody, np.zeros((0, 2))
    if query.harmony is not None:
        keys, tempos = query.harmony.keys(), query.harmony.tempos()
    groups = artists = nobody
    if len(query.seeds):
        groups = np.zeros(space.n_songs, dtype=np.uint8)
        groups[space.group[np.asarray(query.seeds, dtype=np.int64)]] = 1
    if query.not_artists:
        artists = np.zeros(int(space.artist.max(initial=-1)) + 1, dtype=np.uint8)
        numbers = np.array(sorted(query.not_artists), dtype=np.int64)
        artists[numbers[(numbers >= 0) & (numbers < len(artists))]] = 1
    return (
        _fixed(space.values), limited, bounds, _fixed(mask), _fixed(space.key), keys, VALUE_ROW["tempo"], tempos,
        _fixed(space.group), groups, _fixed(space.artist), artists,
    )  # fmt: skip


def _fixed(array: np.ndarray) -> np.ndarray:
    """The array, read-only, as those mapped from files are: the loop is compiled for that alone."""
    view = array.view()
    view.flags.writeable = False
    return view


def _nearest(space: Space, aim: Aim, restrictions: tuple, at_most: int) -> tuple[np.ndarray, np.ndarray, bool, int]:
    """The nearest songs by (distance, id), their distances, whether those are all there are, how many were allowed."""
    own, sound = _fixed(space.own), _fixed(space.sound)

    def run(start: int, stop: int) -> tuple[np.ndarray, np.ndarray, int]:
        distances, songs = np.empty(at_most), np.empty(at_most, dtype=np.int64)
        found, n_allowed = similar_kernel.nearest(  # type: ignore[call-arg]
            own, sound, aim.rows, aim.from_own, aim.targets, aim.weights, *restrictions, start, stop,
            distances, songs,
        )  # fmt: skip
        return distances[:found], songs[:found], n_allowed

    parts = in_parts(space.n_songs, run)
    distances = np.concatenate([part[0] for part in parts])
    songs = np.concatenate([part[1] for part in parts])
    order = np.lexsort((songs, distances))
    complete = all(len(part[0]) < at_most for part in parts)
    if not complete:  # a thread may have left out songs beyond the first `at_most` of all
        order = order[:at_most]
    return songs[order], distances[order], complete, sum(part[2] for part in parts)


def _side_by_side(space: Space, songs: np.ndarray, per_artist: int) -> Iterator[int]:
    """Places in `songs`, nearest first, of those that may stand in one answer: versions once, artists a few times."""
    groups: set[int] = set()
    of_artist: dict[int, int] = {}
    for place, (group, artist) in enumerate(
        zip(space.group[songs].tolist(), space.artist[songs].tolist(), strict=True)
    ):
        if group in groups or (artist >= 0 and of_artist.get(artist, 0) >= per_artist):
            continue
        groups.add(group)
        of_artist[artist] = of_artist.get(artist, 0) + 1
        yield place


def _diverse(places: np.ndarray, distances: np.ndarray, aim: Aim, query: Query) -> list[int]:
    """Which songs of the pool to show, by maximal marginal relevance (Carbonell and Goldstein 1998).

    One after the other the song with the greatest (1 - diversity) * score - diversity * (score of it for the nearest
    song chosen before it); of equal ones the first of the pool.
    """
    relevance = -(1 - query.diversity) * distances
    chosen = [0] if len(places) else []
    apart = np.full(len(places), np.inf)
    while chosen and len(chosen) < min(query.count, len(places)):
        apart = np.minimum(apart, ((places - places[chosen[-1]]) ** 2) @ aim.weights)
        marginal = relevance + query.diversity * apart
        marginal[chosen] = -np.inf
        chosen.append(int(np.argmax(marginal)))
    return chosen


def _explained(space: Space, aim: Aim, ids: np.ndarray, n_allowed: int) -> Answer:
    """The answer that shows these songs."""
    squares = (aim.places(space, ids) - aim.targets) ** 2
    contributions = np.zeros((len(ids), len(space.features)))
    contributions[:, aim.rows] = aim.weights * (aim.spread - squares) / aim.by_chance
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.where(squares > 0, squares / aim.spread, 0)
    names = [space.features[row] for row in aim.rows]
    closest, furthest = [], []
    for order in np.argsort(far, axis=1, kind="stable"):
        ordered = [names[place] for place in order]
        furthest.append(ordered.pop() if len(ordered) > 1 else None)
        closest.append(tuple(ordered[:_CLOSEST]))
    return Answer(
        ids,
        contributions.sum(axis=1),
        space.features,
        contributions,
        tuple(closest),
        tuple(furthest),
        Pools(space.n_songs, n_allowed, len(ids)),
    )
