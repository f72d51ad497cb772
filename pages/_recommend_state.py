"""The state of Recommend, as it stands in its URL: seeds, targets, weights, and what songs must meet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np

from data_access import things
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.things import Thing
from ml.recommender import Asked
from ml.similar_query import COUNT, HEAVIEST, PER_ARTIST, Wish
from ml.similar_space import FEATURES

SEEDS_AT_MOST = 50
SONGS_AT_MOST = 100
ARTIST_AT_MOST = 100
"""Songs of one artist that can be allowed; with as many songs in all it is no limit."""
UNWANTED_AT_MOST = 100
MIXING_PERCENT = 6.0
"""How far a tempo may be away when mixing is switched on."""
MIXING_AT_MOST = 50
_TARGET, _WEIGHT = "target_", "weight_"
_LARGEST = 1e30  # well within float32


@dataclass(frozen=True)
class RecommendState:
    """What a person asks for on Recommend.

    targets and weights: by feature, only those that were set; a weight is 1 otherwise. not_artists: ids or names.
    harmony: percent of tempo for mixing, None without it. song_filter: what recommended songs must meet.
    """

    seeds: tuple[Thing, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    not_artists: tuple[str, ...] = ()
    count: int = COUNT
    per_artist: int = PER_ARTIST
    diversity: float = 0.0
    harmony: float | None = None
    song_filter: SongFilter = field(default_factory=SongFilter)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to go by: neither a seed nor a target."""
        return not self.seeds and not self.targets

    def asked(self) -> Asked:
        """The same as a question to the engine."""
        names = [name for name in FEATURES if name in self.targets or name in self.weights]
        wishes = {name: Wish(self.targets.get(name), weight=self.weights.get(name, 1.0)) for name in names}
        return Asked(
            self.seeds, wishes, self.song_filter, frozenset(self.not_artists), self.count, self.per_artist,
            self.diversity, self.harmony,
        )  # fmt: skip

    # ---- URL ---------------------------------------------------------------------------------

    def to_query(self) -> str:
        """Canonical URL query; what is as it is by default is left out. `from_query` brings it back."""
        pairs = [("seed", thing.token) for thing in self.seeds]
        pairs += [(_TARGET + name, _written(self.targets[name])) for name in FEATURES if name in self.targets]
        pairs += [(_WEIGHT + name, _written(self.weights[name])) for name in FEATURES if name in self.weights]
        pairs += [("not_artist", name) for name in self.not_artists]
        pairs += [("count", str(self.count))] if self.count != COUNT else []
        pairs += [("per_artist", str(self.per_artist))] if self.per_artist != PER_ARTIST else []
        pairs += [("diversity", _written(self.diversity))] if self.diversity else []
        pairs += [("harmony", _written(self.harmony))] if self.harmony is not None else []
        return "&".join(filter(None, (urlencode(pairs), self.song_filter.to_query())))

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[RecommendState, list[str]]:
        """A state from parsed query parameters, and a sentence for each that cannot be used, which is left out."""
        song_filter, problems = SongFilter.from_query(query)
        reading = _Reading(query, problems)
        seeds = reading.seeds()
        targets, weights = reading.wishes()
        unwanted = reading.unwanted()
        found = cls(
            seeds,
            targets,
            {name: weight for name, weight in weights.items() if weight != 1},
            unwanted,
            int(reading.number("count", COUNT, 1, SONGS_AT_MOST, whole=True)),
            int(reading.number("per_artist", PER_ARTIST, 1, ARTIST_AT_MOST, whole=True)),
            reading.number("diversity", 0.0, 0, 1),
            reading.number("harmony", None, 0, MIXING_AT_MOST),
            song_filter,
        )
        return found, reading.problems

    @classmethod
    def from_text(cls, query: str) -> tuple[RecommendState, list[str]]:
        """The same from a query as text, which is what the page's store holds."""
        return cls.from_query(parse_qs(query, keep_blank_values=True))


class _Reading:
    """Reads parameters one kind at a time; `problems` has a sentence for each that could not be used."""

    def __init__(self, query: Mapping[str, str | list[str]], problems: list[str]) -> None:
        self._query = query
        self.problems = list(problems)

    def _values(self, name: str) -> list[str]:
        values = self._query.get(name, [])
        return [values] if isinstance(values, str) else [value for value in values if isinstance(value, str)]

    def seeds(self) -> tuple[Thing, ...]:
        """The seeds, each once, at most SEEDS_AT_MOST."""
        found: dict[str, Thing] = {}
        for token in self._values("seed"):
            try:
                thing = things.parse(token)
            except ValueError as error:
                self.problems.append(str(error))
            else:
                found.setdefault(thing.token, thing)
        return self._at_most(list(found.values()), SEEDS_AT_MOST, "seeds")

    def unwanted(self) -> tuple[str, ...]:
        """Artists that are not wanted, each once."""
        names = dict.fromkeys(name for name in self._values("not_artist") if name.strip() and "\0" not in name)
        return self._at_most(list(names), UNWANTED_AT_MOST, "artists that are not wanted")

    def _at_most(self, found: list, most: int, what: str) -> tuple:
        if len(found) > most:
            self.problems.append(f"Only the first {most} {what} are used, of {len(found)}.")
        return tuple(found[:most])

    def wishes(self) -> tuple[dict[str, float], dict[str, float]]:
        """Targets and weights by feature."""
        found: dict[str, dict[str, float]] = {_TARGET: {}, _WEIGHT: {}}
        for key in self._query:
            kind = next((each for each in found if key.startswith(each)), None)
            if kind is None:
                continue
            name = key.removeprefix(kind)
            if name not in FEATURES:
                known = ", ".join(FEATURES)
                self.problems.append(f"{things.shortened(key)}: songs are compared by {known}.")
                continue
            low, high = (0.0, float(HEAVIEST)) if kind == _WEIGHT else (-_LARGEST, _LARGEST)
            example = 0.5 if kind == _WEIGHT else _example(name)
            value: Any = self.number(key, None, low, high, example=example)
            if value is not None:
                found[kind][name] = value
        return found[_TARGET], found[_WEIGHT]

    def number(
        self, name: str, default: Any, low: float, high: float, *, whole: bool = False, example: float | None = None
    ) -> Any:
        """The last value of a parameter, or the default where it is missing or wrong."""
        values = self._values(name)
        if not values:
            return default
        convert: Callable[[str], float] = int if whole else float
        try:
            value = convert(values[-1])
        except ValueError:
            value = math.nan
        if not low <= value <= high:  # nan is not either
            wanted = (
                f"write for example {name}={example:g}"
                if example is not None and not 0 <= high <= HEAVIEST
                else f"write {low:g} to {high:g}"
            )
            kind = "a whole number" if whole else "a number"
            fault = f"is not {kind}" if math.isnan(value) else "is out of range"
            self.problems.append(f"{name}={things.shortened(values[-1])} {fault}; {wanted}.")
            return default
        return value + 0 if whole else value + 0.0  # + 0.0 turns -0.0 around


def _example(name: str) -> float:
    of = FIELD_BY_NAME[name]
    return round((of.low + of.high) / 2, of.decimals)


def _written(value: float) -> str:
    return np.format_float_positional(value, unique=True, trim="-")
