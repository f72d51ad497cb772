"""What a playlist is like: against its catalogue, in itself, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import sqrt

import numpy as np

from data_access import things
from data_access.catalogue import Catalogue
from data_access.columns import ColumnStore, open_store
from data_access.compare import ALPHA, whole_catalogue
from data_access.compare import Profile as Whole
from data_access.compare_effects import Effect, Moments, effect, holm, rest
from data_access.fields import FIELD_BY_NAME
from data_access.filters import Range, SongFilter
from data_access.songs import SongLine, lines, percentiles
from ml.similar import recommend
from ml.similar_query import Query
from ml.similar_space import Space, space_of
from ml.similar_words import COMPARATIVES, why

MISSING = 8
"""Songs of the catalogue that are nearest to a playlist."""

OUTLIERS = 5
OUTLIERS_FROM = 8
"""Songs that a playlist needs before one of them can stand out."""

ALIKE = "like the catalogue"
"""The words for a feature in which a playlist does not differ."""

_REASONS = 2
_SCARCE_OF_A_KIND = 2
_SCARCE_FROM = 10  # songs; of fewer nothing can be said to lack
_TEMPI = (90, 110, 130, 150)
_STRENGTH = {"small": "a little ", "medium": "", "large": "much ", "uncommon": "", "rare": "much "}


@dataclass(frozen=True)
class Feature:
    """A field over a playlist: `known` songs have a value, `mean` is theirs, `whole_mean` the catalogue's.

    `quartiles` are the playlist's lower quartile, median and upper quartile, each as the share (0..1) of the
    catalogue's songs that are lower. `effect` tells how far the means are apart, p corrected for many fields.
    """

    name: str
    known: int
    mean: float
    whole_mean: float
    quartiles: tuple[float, float, float]
    effect: Effect | None

    @property
    def words(self) -> str:
        """ "much gentler", "a little faster", "like the catalogue" """
        found = self.effect
        if found is None or found.word not in _STRENGTH or (found.p is not None and found.p >= ALPHA):
            return ALIKE
        return _STRENGTH[found.word] + COMPARATIVES[self.name][int(found.size > 0)]


@dataclass(frozen=True)
class Reason:
    """A feature in which a song stands out: more of it (`above`) than the playlist's other songs have on average."""

    feature: str
    above: bool
    value: float
    others: float

    @property
    def words(self) -> str:
        """ "faster: 174 BPM against 112 BPM" """
        field = FIELD_BY_NAME[self.feature]
        return (
            f"{COMPARATIVES[self.feature][int(self.above)]}: {field.label.lower()} {field.format(self.value)} "
            f"against {field.format(self.others)}"
        )


@dataclass(frozen=True)
class Scarce:
    """Songs that a playlist has fewer of than its catalogue would lead to expect, by more than chance.

    `what` is "mood", "tempo" or "decade", `name` which one; `filter` lets such songs through.
    """

    what: str
    name: str
    songs: int
    known: int
    expected: float
    filter: SongFilter


@dataclass(frozen=True)
class Near:
    """A song of the catalogue that would fit in; `why` is a sentence, `score` as in ml.similar."""

    song: SongLine
    score: float
    why: str


@dataclass(frozen=True)
class Profile:
    """A playlist summed up. `moods` and `whole_moods` are songs by mood, {} without a model.

    `outliers` come with the reasons, the furthest first; `judged` is False for a playlist too small to have any.
    """

    songs: int
    features: tuple[Feature, ...]
    moods: dict[str, int]
    whole_moods: dict[str, int]
    mood_colours: dict[str, int]
    outliers: tuple[tuple[SongLine, tuple[Reason, ...]], ...]
    judged: bool
    scarce: tuple[Scarce, ...]
    missing: tuple[Near, ...]


def profile(live: Catalogue, ids: np.ndarray) -> Profile:
    """The songs `ids`, (n,) int32 ascending, at least one, as a playlist. Raises what `db.fetch` raises."""
    store, whole, space = open_store(live), whole_catalogue(), space_of(live)
    moods = things.mood_counts(live, ids)
    far = _outliers(space, ids)
    answer = recommend(space, Query(seeds=ids, count=MISSING))
    shown = {line.spotify_id: line for line in lines(live.version, [*far, *answer.ids.tolist()])}
    # `lines` leaves nothing out that is in the column store, so that places stay.
    songs = list(shown.values())
    return Profile(
        songs=len(ids),
        features=tuple(_features(store, whole, ids)),
        moods=moods,
        whole_moods=whole.moods,
        mood_colours=things.mood_colours(live),
        outliers=tuple((song, _reasons(space, store, ids, number)) for song, number in zip(songs, far, strict=False)),
        judged=len(ids) >= OUTLIERS_FROM,
        scarce=tuple(_scarce(live, store, whole, ids, moods)),
        missing=tuple(
            Near(song, float(answer.scores[place]), why(answer, place)) for place, song in enumerate(songs[len(far) :])
        ),
    )


# ---- against the catalogue -------------------------------------------------------------------


def _features(store: ColumnStore, whole: Whole, ids: np.ndarray) -> list[Feature]:
    found = []
    for field in store.fields:
        values = store.values(field.name)[ids].astype(np.float64)
        values = values[~np.isnan(values)]
        spread = whole.moments[field.name]
        if not len(values) or spread.mean is None:
            continue
        own = Moments(len(values), float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None)
        apart = effect(own, spread, spread, test=(own, rest(spread, own)))
        places = [
            percentiles(store, {field.name: float(at)})[field.name] for at in np.quantile(values, (0.25, 0.5, 0.75))
        ]
        low, middle, high = places
        found.append(Feature(field.name, own.n, float(values.mean()), spread.mean, (low, middle, high), apart))
    return _corrected(found)


def _corrected(found: list[Feature]) -> list[Feature]:
    tested = [place for place, each in enumerate(found) if each.effect and each.effect.p is not None]
    p_values = [each.effect.p for each in found if each.effect and each.effect.p is not None]
    for place, p in zip(tested, holm(p_values), strict=True):
        told = found[place].effect
        found[place] = replace(found[place], effect=replace(told, p=p) if told else None)
    return found


# ---- in itself -------------------------------------------------------------------------------


def _outliers(space: Space, ids: np.ndarray) -> list[int]:
    """The songs that are unusually far from the playlist's centre, the furthest first, at most OUTLIERS.

    Unusually: beyond the upper quartile of the distances by 1.5 times their interquartile range (J. W. Tukey,
    Exploratory Data Analysis, 1977, pp. 43-44).
    """
    if len(ids) < OUTLIERS_FROM:
        return []
    places = space.own[:, ids].astype(np.float64)
    distance = np.sqrt(((places - places.mean(axis=1, keepdims=True)) ** 2).sum(axis=0))
    lower, upper = np.quantile(distance, (0.25, 0.75))
    beyond = np.flatnonzero(distance > upper + 1.5 * (upper - lower))
    order = beyond[np.lexsort((ids[beyond], -distance[beyond]))]
    return ids[order[:OUTLIERS]].tolist()


def _reasons(space: Space, store: ColumnStore, ids: np.ndarray, song: int) -> tuple[Reason, ...]:
    """The features that take a song away from the others, the strongest first."""
    others = ids[ids != song]
    away = space.own[:, song].astype(np.float64) - space.own[:, others].mean(axis=1, dtype=np.float64)
    found = []
    for row in np.argsort(-np.abs(away), kind="stable").tolist():
        name = space.features[row]
        value, mean = float(store.values(name)[song]), _mean(store.values(name)[others])
        # The mean of places and the mean of values may lie on either side of a song where the others are skewed.
        if value == value and mean is not None and (value > mean) == (away[row] > 0):
            found.append(Reason(name, bool(away[row] > 0), value, mean))
    return tuple(found[:_REASONS])


def _mean(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean(dtype=np.float64)) if len(known) else None


# ---- what it lacks ---------------------------------------------------------------------------


def _scarce(live: Catalogue, store: ColumnStore, whole: Whole, ids: np.ndarray, moods: dict[str, int]) -> list[Scarce]:
    by_mood = [(name, moods[name], whole.moods.get(name, 0), SongFilter(moods=frozenset((name,)))) for name in moods]
    found = _fewer("mood", by_mood)
    if any(field.name == "tempo" for field in store.fields):
        counts, whole_counts = _by_tempo(store.values("tempo")[ids]), _tempi(live)
        ends = (None, *_TEMPI, None)
        bands = [
            (_band(low, high), int(counts[place]), int(whole_counts[place]), _range("tempo", low, high))
            for place, (low, high) in enumerate(pairwise(ends))
        ]
        found += _fewer("tempo", bands)
    if any(field.name == "year" for field in store.fields):
        found += _fewer("decade", _decades(store.values("year")[ids], whole))
    return found


def _fewer(what: str, parts: Sequence[tuple[str, int, int, SongFilter]]) -> list[Scarce]:
    """Parts (name, songs, songs of the catalogue, filter) that have half of what is expected or less."""
    known, whole = sum(songs for _, songs, *_ in parts), sum(songs for *_, songs, _ in parts)
    if known < _SCARCE_FROM or not whole:
        return []
    found = []
    for name, songs, of_whole, song_filter in parts:
        share = of_whole / whole
        expected = known * share
        # Two standard deviations of a draw at random from the catalogue.
        if songs <= expected / 2 and expected - songs > 2 * sqrt(expected * (1 - share)):
            found.append(Scarce(what, name, songs, known, expected, song_filter))
    return sorted(found, key=lambda each: each.songs - each.expected)[:_SCARCE_OF_A_KIND]


@lru_cache(maxsize=2)
def _tempi(live: Catalogue) -> np.ndarray:
    return _by_tempo(open_store(live).values("tempo"))


def _by_tempo(tempo: np.ndarray) -> np.ndarray:
    """Songs by band of tempo, (bands,) int64; unknown tempi are in none."""
    return np.bincount(np.searchsorted(_TEMPI, tempo[~np.isnan(tempo)], side="right"), minlength=len(_TEMPI) + 1)


def _band(low: int | None, high: int | None) -> str:
    if low is None:
        return f"below {high} BPM"
    return f"{low} BPM and faster" if high is None else f"{low} to {high} BPM"


def _range(name: str, low: float | None, high: float | None) -> SongFilter:
    return SongFilter().with_range(name, Range(low, high, open_high=high is not None))


def _decades(years: np.ndarray, whole: Whole) -> list[tuple[str, int, int, SongFilter]]:
    """Songs by decade, of the playlist and of the catalogue, whose bars are single years."""
    known = years[~np.isnan(years)].astype(int)
    first = int(FIELD_BY_NAME["year"].low)
    of_whole = np.array(whole.bars["year"])
    at = first + np.arange(len(of_whole))
    return [
        (
            f"the {decade}s",
            int(((known >= decade) & (known < decade + 10)).sum()),
            int(of_whole[(at >= decade) & (at < decade + 10)].sum()),
            SongFilter().with_range("year", Range(decade, decade + 9)),
        )
        for decade in range(first, first + len(of_whole), 10)
    ]
