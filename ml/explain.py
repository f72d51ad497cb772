"""Why a song has its mood: the mood before and after, how sure the model is, and the features that decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_access.models import Mood
from ml.fitted import Fitted
from ml.words import adjective

_REASONS = 3


@dataclass(frozen=True)
class Reason:
    """What one feature says: its value (NaN unknown), its share of what parts the two moods, and words.

    share: of d2^2 - d1^2, the runner-up's squared distance less the mood's; negative when the feature speaks for
    the runner-up. words: "loud for Calm".
    """

    feature: str
    value: float
    share: float
    words: str


@dataclass(frozen=True)
class Explanation:
    """A song's mood, the next one, how sure (0 on the border, 1 at the centre), and what decides.

    `deciding` has the three features with the largest shares; `shares` all of them. They sum to 1, less the share
    of what is no feature's: a Gaussian mixture also goes by how large and how wide its moods are.
    """

    mood: Mood
    runner_up: Mood
    sure: float
    deciding: tuple[Reason, ...]
    shares: dict[str, float]


def explain(fitted: Fitted, moods: Sequence[Mood], values: np.ndarray) -> Explanation:
    """Explain the mood of a song with values (features,) float32, NaN unknown, in the order of `fitted.spec.features`.

    `sure` is the simplified silhouette 1 - d1/d2 (Hruschka, Campello and de Castro 2004), d1 and d2 the distances to
    the own and to the next centre. Raises ValueError for a song that has no mood.
    """
    column = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    distances = fitted.distances(column)[0]
    if np.isnan(distances).any():
        raise ValueError("This song has no mood: fewer than half of the model's features are known.")
    first, second = (int(number) for number in np.argsort(distances, kind="stable")[:2])
    sure = 1 - distances[first] / distances[second] if distances[second] > 0 else 0.0
    scaled = fitted.scaled(column)
    parts = fitted.clusters.parts(scaled)[:, :, 0]
    gains = parts[second] - parts[first]  # what each feature adds to the difference, (features,)
    whole = distances[second] ** 2 - distances[first] ** 2
    shares = gains / whole if whole > 0 else np.zeros(len(gains))
    known = ~np.isnan(column[:, 0])
    order = sorted(range(len(gains)), key=lambda f: (not known[f], -round(float(shares[f]), 9)))
    deciding = tuple(
        Reason(
            fitted.spec.features[f],
            float(column[f, 0]),
            float(shares[f]),
            _words(fitted, moods, scaled[:, 0], f, bool(known[f]), first if shares[f] < 0 else second),
        )
        for f in order[:_REASONS]
    )
    names = fitted.spec.features
    return Explanation(
        moods[first], moods[second], float(sure), deciding, dict(zip(names, shares.tolist(), strict=True))
    )


def _words(fitted: Fitted, moods: Sequence[Mood], scaled: np.ndarray, feature: int, known: bool, against: int) -> str:
    """How the feature sets the song apart from a mood: "loud for Calm"."""
    name = fitted.spec.features[feature]
    if not known:
        return "unknown, taken as the catalogue's median"
    above = bool(scaled[feature] >= fitted.clusters.centres[against, feature])
    return f"{adjective(name, above)} for {moods[against].name}"
