"""Recommendations: the songs that sound most like seeds, or that meet wishes, and why. Exact, over the whole catalogue.

A song's distance is the weighted sum over features of (its place - the target)^2 in `ml.similar_space.Space`; the
target is the mean of the seeds' places, or where a wished value lies. The score says the same so that it can be read:
1 for a song that lies on the target, 0 for one as far away as two songs drawn at random are from each other on average.
What a feature contributes is its share of that: positive where the song is nearer than by chance, negative where
it is further. Contributions sum to the score.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ml.similar_aim import Aim, aim_of, seeds_of
from ml.similar_pool import pool
from ml.similar_query import Answer, Furthest, Pools, Query
from ml.similar_space import Space

_CLOSEST = 3
_POOL = 10  # MMR chooses among this many songs for each one shown


def recommend(space: Space, query: Query, allowed: np.ndarray | None = None) -> Answer:
    """Songs for a query, among those that the mask `allowed` (songs,) bool lets through, if there is one.

    Never a seed, nor another version of it or of a song of the answer. Equally far songs come by id: an answer repeats.
    Raises NothingToGoBy, and ValueError for a seed that is no song.
    """
    query = replace(query, seeds=seeds_of(space, query.seeds))
    aim = aim_of(space, query)
    wanted = query.count if query.diversity == 0 else query.count * _POOL
    ids, distances, n_allowed = pool(space, query, aim, allowed, wanted)
    if query.diversity > 0:
        ids = ids[_diverse(aim.places(space, ids), distances, aim, query)]
    return _explained(space, aim, ids, n_allowed)


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
    away = aim.places(space, ids) - aim.targets
    contributions = np.zeros((len(ids), len(space.features)))
    contributions[:, aim.rows] = aim.weights * (aim.spread - away**2) / aim.by_chance
    own_away = aim.own_places(space, ids) - aim.own_targets
    far, own_far = _relative(away, aim.spread), _relative(own_away, aim.own_spread)
    names = [space.features[row] for row in aim.rows]
    closest: list[tuple[str, ...]] = []
    furthest: list[Furthest | None] = []
    for song, order in enumerate(np.argsort(np.maximum(far, own_far), axis=1, kind="stable").tolist()):
        last = int(np.argmax(far[song]))
        closest.append(tuple(names[place] for place in order if place != last or len(order) == 1)[:_CLOSEST])
        if len(order) == 1:
            furthest.append(None)
            continue
        above = bool(away[song, last] > 0)
        by_artist = bool(own_far[song, last] < far[song, last] or (own_away[song, last] > 0) != above)
        furthest.append(Furthest(names[last], above, by_artist))
    return Answer(
        ids,
        contributions.sum(axis=1),
        space.features,
        contributions,
        tuple(closest),
        tuple(furthest),
        Pools(space.n_songs, n_allowed, len(ids)),
    )


def _relative(away: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Squared distances in comparison with those of songs drawn at random; 0 where all songs are in one place."""
    return away**2 / np.where(spread > 0, spread, 1)
