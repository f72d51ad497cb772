"""ModelSpec: what a person chose for a model of moods, as one small value. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from data_access.fields import AUDIO_FEATURES, FIELD_BY_NAME, FIELDS

FEATURES: tuple[str, ...] = (*AUDIO_FEATURES, "duration_ms", "year", "popularity")
"""The fields that a model may be fitted on, where the catalogue knows them."""

ALGORITHMS = ("kmeans", "minibatch", "gaussian", "hdbscan")
ALGORITHM_NAMES = {
    "kmeans": "K-Means",
    "minibatch": "MiniBatch K-Means",
    "gaussian": "Gaussian mixture",
    "hdbscan": "HDBSCAN",
}
SCALINGS = ("standard", "minmax", "robust", "quantile")
SCALING_NAMES = {"standard": "standard", "minmax": "min-max", "robust": "robust", "quantile": "quantile"}
FEWEST_GROUPS, MOST_GROUPS = 2, 12
FEWEST_FEATURES = 2
_MOST_SEED = 2**32 - 1  # scikit-learn takes no larger one


class SpecError(ValueError):
    """A model cannot be asked for like that; the message is one sentence."""


def in_order(features: Iterable[str]) -> tuple[str, ...]:
    """Distinct features in the order of FIELDS. Raises SpecError for one that is not in FEATURES."""
    wanted = set(features)
    if unknown := sorted(wanted - set(FEATURES)):
        raise SpecError(f"{unknown[0]} is not a feature that moods can be made of; choose from {', '.join(FEATURES)}.")
    return tuple(field.name for field in FIELDS if field.name in wanted)


DEFAULT_FEATURES = in_order(("energy", "loudness", "valence", "tempo", "danceability", "acousticness"))


@dataclass(frozen=True)
class ModelSpec:
    """Which features, scaled how, grouped by which algorithm into how many moods, from which seed.

    Equal choices are equal values: features are kept in the order of FIELDS, and HDBSCAN, which finds its own
    number of groups, always has the default k. Raises SpecError, one sentence, for what cannot be.
    """

    features: tuple[str, ...] = DEFAULT_FEATURES
    algorithm: str = "kmeans"
    k: int = 6
    scaling: str = "robust"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", in_order(self.features))
        if len(self.features) < FEWEST_FEATURES:
            raise SpecError("Moods need at least two features.")
        if self.algorithm not in ALGORITHMS:
            raise SpecError(f"algorithm={self.algorithm} is not one of {', '.join(ALGORITHMS)}.")
        if self.scaling not in SCALINGS:
            raise SpecError(f"scaling={self.scaling} is not one of {', '.join(SCALINGS)}.")
        if not FEWEST_GROUPS <= self.k <= MOST_GROUPS:
            raise SpecError(f"k={self.k} is not a number of moods; write {FEWEST_GROUPS} to {MOST_GROUPS}.")
        if not 0 <= self.seed <= _MOST_SEED:
            raise SpecError(f"seed={self.seed} is not a seed; write a whole number from 0 to {_MOST_SEED}.")
        if self.algorithm == "hdbscan":
            object.__setattr__(self, "k", 6)

    def to_query(self) -> str:
        """Canonical URL query with every choice: equal specs give equal strings, and `from_query` brings it back."""
        pairs = [("features", ",".join(self.features)), ("algorithm", self.algorithm)]
        if self.algorithm != "hdbscan":
            pairs.append(("k", str(self.k)))
        return urlencode([*pairs, ("scaling", self.scaling), ("seed", str(self.seed))], safe=",")

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[ModelSpec, list[str]]:
        """A spec from parsed query parameters, and one sentence for each choice that could not be used.

        What is missing, or cannot be used, takes its default. Keys that are not a spec's are left alone.
        """
        chosen: dict = {}
        problems: list[str] = []
        for name in ("features", "algorithm", "k", "scaling", "seed"):
            if name not in query:
                continue
            raw = query[name]
            text = raw if isinstance(raw, str) else ",".join(raw) if name == "features" else raw[-1]
            try:
                value = {name: _parse(name, text)}
                cls(**value)
                chosen |= value
            except SpecError as error:
                problems.append(str(error))
        return cls(**chosen), problems

    def sentence(self) -> str:
        """The spec in words: "K-Means into 6 moods by energy and valence, robust scaling, seed 0"."""
        labels = [FIELD_BY_NAME[name].label.lower() for name in self.features]
        by = f"{', '.join(labels[:-1])} and {labels[-1]}"
        groups = "" if self.algorithm == "hdbscan" else f" into {self.k} moods"
        scaling = SCALING_NAMES[self.scaling]
        return f"{ALGORITHM_NAMES[self.algorithm]}{groups} by {by}, {scaling} scaling, seed {self.seed}"


def _parse(name: str, text: str) -> Any:
    if name == "features":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name in ("k", "seed"):
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            what = "number of moods" if name == "k" else "seed"
            raise SpecError(f"{name}={text} is not a {what}; write a whole number.")
        return int(text)
    return text
