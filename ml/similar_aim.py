"""Where a query aims: the mean of its seeds, or the values that were wished for, and how much each feature weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml import similar_kernel
from ml.similar_query import NothingToGoBy, Query, Seeds, Wish
from ml.similar_space import Space, fixed
from ml.threads import in_parts


@dataclass(frozen=True, eq=False)
class Aim:
    """Where a query aims, in the features that weigh anything, each (used,).

    rows: of the space's features. from_own: 1 where songs' own places count, because a value was wished for, 0 where
    those drawn to the artist do. targets, weights; spread: the mean squared distance of two songs drawn at random.
    own_targets, own_spread: the same for the songs' own places, to say why.
    """

    rows: np.ndarray
    from_own: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    spread: np.ndarray
    own_targets: np.ndarray
    own_spread: np.ndarray

    @property
    def by_chance(self) -> float:
        """The mean squared distance of two songs drawn at random, which makes a score of 0; 1 if all songs are one."""
        return float(self.weights @ self.spread) or 1.0

    def places(self, space: Space, ids: np.ndarray) -> np.ndarray:
        """Places of some songs, (n, used) float64."""
        return np.where(self.from_own, self.own_places(space, ids), _places(space.sound, self.rows, ids))

    def own_places(self, space: Space, ids: np.ndarray) -> np.ndarray:
        """Own places of some songs, (n, used) float64."""
        return _places(space.own, self.rows, ids)


def _places(places: np.ndarray, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return places[rows[:, None], ids].T.astype(np.float64)


def aim_of(space: Space, query: Query) -> Aim:
    """Where a query aims. Raises NothingToGoBy, and ValueError for a seed that is no song."""
    seeds = seeds_of(space, query.seeds)
    used, from_own, targets, weights, own_targets = [], [], [], [], []
    for row, name in enumerate(space.features):
        wish = query.wishes.get(name, Wish())
        if wish.weight == 0 or (wish.target is None and not len(seeds)):
            continue
        used.append(row)
        from_own.append(wish.target is not None)
        weights.append(wish.weight)
        own_targets.append(float(seeds.own_means[row]) if wish.target is None else space.place(name, wish.target))
        targets.append(float(seeds.means[row]) if wish.target is None else own_targets[-1])
    if not used:
        raise NothingToGoBy(
            "Every feature has the weight 0; give one of them a weight."
            if len(seeds)
            else "Recommendations start from a song, or from a target for a feature."
        )
    rows, own = np.array(used, dtype=np.int64), np.array(from_own, dtype=np.uint8)
    own_spread, spread = 2 * space.variance[0, rows], 2 * space.variance[1, rows]
    return Aim(
        rows, own, np.array(targets), np.array(weights, dtype=np.float64), np.where(own, own_spread, spread),
        np.array(own_targets), own_spread,
    )  # fmt: skip


def seeds_of(space: Space, seeds: Sequence[int] | np.ndarray | Seeds) -> Seeds:
    """Songs to start from, summed up; the same again when they are already. Raises ValueError for one that is none."""
    if isinstance(seeds, Seeds):
        return seeds
    ids = _distinct(space, seeds)
    left_out = np.zeros(space.n_songs, dtype=np.uint8)
    left_out[space.group[ids]] = 1
    return Seeds(ids, _means(space.sound, ids), _means(space.own, ids), left_out)


def _means(places: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Mean place of the seeds, (d,) float64; the seeds ascend, so that a hundred thousand are read in a few passes."""
    read = fixed(places)
    sums = in_parts(len(seeds), lambda start, stop: similar_kernel.sums(read, seeds, start, stop))
    return np.sum(sums, axis=0) / max(len(seeds), 1)


def _distinct(space: Space, numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """The seeds, each once, ascending, (n,) int64. Raises ValueError for numbers that are no songs."""
    seeds = np.asarray(numbers, dtype=np.int64)
    if not (seeds[1:] > seeds[:-1]).all():
        seeds = np.unique(seeds)
    if len(seeds) and not (seeds[0] >= 0 and seeds[-1] < space.n_songs):
        raise ValueError("A seed is not a song of this catalogue.")
    return seeds
