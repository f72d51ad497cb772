"""The space in which songs are near when they sound alike; docs/decisions.md says what was measured to choose it.

1. Every feature becomes its normal score: the place of the value among all songs, as a standard deviation.
2. It is divided by how much it varies within an artist, so that what artists keep to counts more than what they do not.
3. A song's place is drawn towards the mean of its artist's songs, which says more of its style than one song can.

`own` has the places before the third step, for wishes about the song itself ("energy near 0.8"); `sound` has those
after it.
An unknown value is its artist's mean, or the catalogue's median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import NormalDist

import numpy as np

from data_access import recommend
from data_access.catalogue import Catalogue
from data_access.columns import CODE_COLUMN, VALUE_ROW, open_store
from data_access.fields import AUDIO_FEATURES

FEATURES = (*AUDIO_FEATURES, "duration_ms", "year")
"""The features that make songs alike, where the catalogue knows them."""

TOWARDS_ARTIST = 0.7
"""How far a song's place is drawn towards the mean of its artist's songs; chosen on playlists kept apart."""

_NAME = "space-v1"  # raise it when the arrays change
_AS_IF = 50  # songs' worth of belief that a feature varies within artists as it does among all songs


@dataclass(frozen=True, eq=False)
class Space:
    """The songs of a catalogue as places, and what a query needs besides.

    features: d names. own, sound: (d, songs) float32. ascending: (d, songs) float32, each feature's values in order,
    unknown last, and known: (d,) int64 how many are not. scale: (d,), what normal scores are multiplied by.
    variance: (2, d), of own and of sound. values: (fields, songs) float32 by FIELDS; key: (songs,) uint8 key codes.
    group, artist: (songs,) int32, as in data_access.recommend.Links.
    """

    features: tuple[str, ...]
    own: np.ndarray
    sound: np.ndarray
    ascending: np.ndarray
    known: np.ndarray
    scale: np.ndarray
    variance: np.ndarray
    values: np.ndarray
    key: np.ndarray
    group: np.ndarray
    artist: np.ndarray

    @property
    def n_songs(self) -> int:
        """Number of songs."""
        return self.own.shape[1]

    @cached_property
    def n_artists(self) -> int:
        """Number of artists."""
        return int(self.artist.max(initial=-1)) + 1

    def place(self, feature: str, value: float) -> float:
        """Where a song with this value of a feature has its own place; the same as that of the songs that have it."""
        row = self.features.index(feature)
        known = int(self.known[row])
        if not known:
            return 0.0
        ascending = self.ascending[row][:known]
        with np.errstate(over="ignore"):  # beyond float32 is beyond every value
            exact = np.float32(value)
        below, up_to = (int(np.searchsorted(ascending, exact, side=side)) for side in ("left", "right"))
        share = min(max((below + up_to) / (2 * known), 0.5 / known), 1 - 0.5 / known)
        return float(np.float32(NormalDist().inv_cdf(share) * self.scale[row]))


@lru_cache(maxsize=2)
def space_of(catalogue: Catalogue) -> Space:
    """The space of a catalogue, made first when missing, which takes seconds. Raises DatabaseDown."""
    store, links = open_store(catalogue), recommend.links(catalogue)
    known = {field.name for field in store.fields}
    features = tuple(name for name in FEATURES if name in known)
    arrays = recommend.kept(catalogue, _NAME, lambda: fit_places(_rows(store.all_values, features), links.artist))
    key = store.columns[CODE_COLUMN["key"]]
    return Space(features, **arrays, values=store.all_values, key=key, group=links.group, artist=links.artist)


def fit_space(values: np.ndarray, key: np.ndarray, group: np.ndarray, artist: np.ndarray) -> Space:
    """The space of any songs: values (fields, songs) float32 by FIELDS, the rest (songs,)."""
    features = tuple(name for name in FEATURES if not np.isnan(values[VALUE_ROW[name]]).all())
    arrays = fit_places(_rows(values, features), artist)
    return Space(features, **arrays, values=values, key=key, group=group, artist=artist)


def fixed(array: np.ndarray) -> np.ndarray:
    """The array, read-only, as those mapped from files are: loops are compiled for that alone."""
    view = array.view()
    view.flags.writeable = False
    return view


def _rows(values: np.ndarray, features: Sequence[str]) -> np.ndarray:
    return values[[VALUE_ROW[name] for name in features]]


def fit_places(rows: np.ndarray, artist: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of `Space` from the features' values (d, songs) float32, NaN unknown, and each song's artist."""
    own, sound, ascending = (np.empty_like(rows) for _ in range(3))
    known, scale, variance = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows)), np.zeros((2, len(rows)))
    artists = _Artists(artist)
    for row, values in enumerate(rows):
        order = np.argsort(values, kind="stable")
        ascending[row], known[row] = values[order], np.count_nonzero(~np.isnan(values))
        scores = _normal_scores(ascending[row], order, int(known[row]))
        scale[row] = 1 / np.sqrt(artists.variance_within(scores))
        own[row], sound[row] = artists.drawn(scores * scale[row], TOWARDS_ARTIST)
        variance[:, row] = [np.var(each[row], dtype=np.float64) for each in (own, sound)]
    return {"own": own, "sound": sound, "ascending": ascending, "known": known, "scale": scale, "variance": variance}


def _normal_scores(ascending: np.ndarray, order: np.ndarray, known: int) -> np.ndarray:
    """Normal scores, float64, NaN unknown: the quantile of a standard normal at the middle of a value's ranks."""
    from scipy.special import ndtri  # noqa: PLC0415  # only when a space is made

    scores = np.full(len(order), np.nan)
    values = ascending[:known]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if known else np.empty(0, dtype=np.int64)
    ends = np.append(starts[1:], known)
    scores[order[:known]] = np.repeat(ndtri((starts + ends[: len(starts)]) / (2 * max(known, 1))), ends - starts)
    return scores


class _Artists:
    """Sums over the songs of each artist; songs without an artist are each alone."""

    def __init__(self, artist: np.ndarray) -> None:
        self._n_artists = int(artist.max(initial=-1)) + 1
        self._artist = np.where(artist < 0, self._n_artists, artist)
        self._has_artist = artist >= 0

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self._artist, weights=values, minlength=self._n_artists + 1)[: self._n_artists]

    def _means(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and number of the known scores of each artist, NaN and 0 where none is."""
        is_known = ~np.isnan(scores)
        numbers = self._sum(is_known)
        with np.errstate(invalid="ignore"):
            return self._sum(np.where(is_known, scores, 0)) / numbers, numbers

    def variance_within(self, scores: np.ndarray) -> float:
        """Variance around the means of artists, held towards that of all songs where few artists have several songs."""
        known = scores[~np.isnan(scores)]
        of_all = float(known.var()) if len(known) else 0.0
        means, numbers = self._means(scores)
        counted = self._has_artist & ~np.isnan(scores)
        away = (scores - np.append(means, np.nan)[self._artist])[counted]
        freedom = np.maximum(numbers - 1, 0).sum()
        found = (float(away @ away) + _AS_IF * of_all) / (freedom + _AS_IF)
        return found if found > 1e-9 else 1.0

    def drawn(self, places: np.ndarray, towards: float) -> tuple[np.ndarray, np.ndarray]:
        """Places with the unknown ones filled in, and the same drawn towards the mean of the artist's."""
        means = np.append(self._means(places)[0], np.nan)[self._artist]
        own = np.where(np.isnan(places), np.where(np.isnan(means), 0, means), places)
        means = np.where(np.isnan(means), own, means)
        return own, (1 - towards) * own + towards * means
