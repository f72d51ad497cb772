"""What can be asked for when songs are recommended, and what an answer has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from data_access.fields import FIELD_BY_NAME
from ml.similar_harmony import Harmony

COUNT = 20
PER_ARTIST = 2
AT_MOST = 200
"""Songs of an answer."""

HEAVIEST = 100
"""The greatest weight; the usual one is 1."""


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
        if not 0 <= self.weight <= HEAVIEST:
            raise ValueError(f"A weight is 0 to {HEAVIEST}, not {self.weight:g}.")


@dataclass(frozen=True, eq=False)
class Seeds:
    """Songs to start from, with what `similar_aim.seeds_of` sums up of them: to ask for again and again.

    ids: (n,) int64 ascending, each once. means, own_means: (d,) float64, of their places in the space. left_out:
    (songs,) uint8, 1 for the numbers of their version groups.
    """

    ids: np.ndarray
    means: np.ndarray
    own_means: np.ndarray
    left_out: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Query:
    """What to recommend.

    seeds: song ids, any number, from wherever: songs, an artist, a genre, a mood. wishes: by feature; limits may be
    on any field, targets and weights on the space's features. count: songs at most. per_artist: songs of one
    artist at most; songs without an artist do not count. diversity: 0, the most alike, to 1, the most unlike each other
    among those. harmony: only songs that can be mixed with it.
    """

    seeds: Sequence[int] | np.ndarray | Seeds = ()
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    count: int = COUNT
    per_artist: int = PER_ARTIST
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
    """How many songs: in the catalogue, after filters, limits and harmony, and shown."""

    catalogue: int
    filtered: int
    shown: int


@dataclass(frozen=True)
class Furthest:
    """The feature that a song is furthest away in; `above` when it has more of it than was aimed at.

    by_artist: not so much the song itself is, which is nearer or away the other way, as its artist's other songs are.
    """

    feature: str
    above: bool
    by_artist: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """Recommended songs, the best first.

    ids: (n,) int32. scores: (n,) float64, at most 1. contributions: (n, d) float64, of `features`; a row sums to the
    score. furthest: for each song, of the features that weigh anything, the one in which it is furthest away; None
    when there is but one. closest: three others, the closest first, in which both the song itself and what its
    artist usually does are near. Near and far are in comparison with songs drawn at random, whatever the weights.
    """

    ids: np.ndarray
    scores: np.ndarray
    features: tuple[str, ...]
    contributions: np.ndarray
    closest: tuple[tuple[str, ...], ...]
    furthest: tuple[Furthest | None, ...]
    pools: Pools
