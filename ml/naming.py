"""Names of moods, from their centroids alone: the same groups have the same names and colours, whatever their numbers.

With the six default features, moods get the six words of the project's forerunner where a word is true of the
centroid: each word has a prototype, and conditions that must hold (nothing is Happy whose valence is below the
catalogue's mean). Which group gets which word is the assignment with the least distance to the prototypes in all
(Kuhn 1955, by scipy's `linear_sum_assignment`), where a group may also go without. Whatever has no word is described by
what stands out: "loud, fast, electronic". A group near the catalogue's mean in everything has no word, though it be
nearest to one.

Centroids are given as effects: the mood's mean less the catalogue's, in the catalogue's standard deviations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.spec import DEFAULT_FEATURES
from ml.words import AVERAGE, adjective, described

Effects = Mapping[str, float]
_FORBIDDEN = 1e6
_FARTHEST = 6.0  # squared distance to a prototype from which on a description says more


@dataclass(frozen=True)
class Word:
    """One of the six words: its colour, the effects of its prototype, and what must be true of a centroid."""

    colour: int
    prototype: Effects
    is_true: Callable[[Effects], bool]


def _near(energy: float, loudness: float, valence: float, tempo: float, danceability: float, acousticness: float):
    return {
        "energy": energy,
        "loudness": loudness,
        "valence": valence,
        "tempo": tempo,
        "danceability": danceability,
        "acousticness": acousticness,
    }


WORDS: dict[str, Word] = {
    "Happy": Word(7, _near(0.4, 0.4, 1.0, -0.2, 0.8, -0.3), lambda e: e["valence"] > 0.35 and e["energy"] > -0.35),
    "Energetic": Word(
        2,
        _near(0.6, 0.6, -0.1, 1.2, -0.6, -0.4),
        lambda e: e["energy"] > 0.15 and (e["tempo"] > 0.3 or e["loudness"] > 0.3),
    ),
    "Angry": Word(10, _near(0.8, 0.6, -0.8, -0.2, -0.5, -0.5), lambda e: e["energy"] > 0.3 and e["valence"] < -0.2),
    "Sad": Word(1, _near(-1.5, -1.3, -0.8, -0.3, -0.6, 1.6), lambda e: e["energy"] < -0.35 and e["valence"] < -0.15),
    "Calm": Word(
        3,
        _near(-0.8, -0.4, 0.1, -0.3, 0.1, 1.4),
        lambda e: e["energy"] < -0.35 and e["acousticness"] > 0.2 and e["tempo"] < 0.3,
    ),
    "Laid-Back": Word(4, _near(-0.6, -0.8, 0.0, -0.3, 0.5, -0.1), lambda e: e["energy"] < -0.25 and e["tempo"] < 0.2),
}
"""In the order in which moods are numbered."""

DESCRIBED_COLOURS = (5, 8, 9, 6, 11, 12)


@dataclass(frozen=True)
class Named:
    """A mood's name and colour, and the group of the fit that it is."""

    name: str
    colour: int
    group: int


def named(centroids: Sequence[Effects]) -> list[Named]:
    """Names and colours of groups, in the order of the moods' numbers.

    `centroids` are the effects of each group by feature. Words come first, in their order, then descriptions from the
    most energetic to the least.
    """
    groups = range(len(centroids))
    words = _words(centroids) if set(centroids[0]) == set(DEFAULT_FEATURES) else {}
    rest = sorted((g for g in groups if g not in words), key=lambda g: _by_energy(centroids[g]))
    names = words | dict(zip(rest, _descriptions([centroids[g] for g in rest]), strict=True))
    order = sorted(words, key=lambda g: list(WORDS).index(words[g])) + rest
    taken = [WORDS[words[g]].colour for g in words]
    free = [colour for colour in (*DESCRIBED_COLOURS, *range(1, 13)) if colour not in taken]
    colours = iter(dict.fromkeys(free))
    return [Named(names[g], WORDS[words[g]].colour if g in words else next(colours), g) for g in order]


def _by_energy(effects: Effects) -> tuple[float, ...]:
    first = "energy" if "energy" in effects else next(iter(effects))
    order = (first, *effects)
    return (*(-round(effects[name], 6) for name in order), *(-effects[name] for name in order))


def _words(centroids: Sequence[Effects]) -> dict[int, str]:
    """Group -> word, for the groups that a word is true of."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  # workers explain moods, they do not name them

    n_groups, n_words = len(centroids), len(WORDS)
    # One more column for each group: to go without a word.
    costs = np.full((n_groups, n_words + n_groups), _FARTHEST)
    for group, effects in enumerate(centroids):
        for column, word in enumerate(WORDS.values()):
            away = sum((effects[name] - wanted) ** 2 for name, wanted in word.prototype.items())
            fits = word.is_true(effects) and described(effects) != AVERAGE
            costs[group, column] = away if fits else _FORBIDDEN
    chosen = zip(*linear_sum_assignment(costs), strict=True)
    return {int(group): list(WORDS)[column] for group, column in chosen if column < n_words}


def _descriptions(centroids: Sequence[Effects]) -> list[str]:
    """One description each, all different: longer ones where three words do not tell groups apart."""
    most = max((len(effects) for effects in centroids), default=0)
    names = [described(effects) for effects in centroids]
    for words in range(4, most + 1):
        names = [described(centroids[i], words) if names.count(name) > 1 else name for i, name in enumerate(names)]
    for i, name in enumerate(names):
        if name in names[:i]:  # alike to the last word: say how they differ most
            other = centroids[names.index(name)]
            feature = max(other, key=lambda f: abs(centroids[i][f] - other[f]))
            more = adjective(feature, centroids[i][feature] > other[feature])
            longer = f"{name}, more {more}"
            names[i] = longer if longer not in names else f"{longer} ({i + 1})"
    return names
