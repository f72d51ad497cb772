"""What there is to say about a fitted model: sizes, means, typical songs, distributions, as one JSON dict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.columns import CODE_COLUMN, VALUE_ROW, ColumnStore
from data_access.counts import bars
from data_access.fields import FIELDS, Field
from ml import kernels
from ml.naming import Named
from ml.scores import contingency, rand_index
from ml.threads import in_parts

_N_FIELDS = len(FIELDS)


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and standard deviation of every field over the whole catalogue, each (fields,); NaN where unknown."""

    means: np.ndarray
    deviations: np.ndarray


def moments_of(store: ColumnStore) -> Moments:
    """One pass over all values."""
    first = store.all_values[:, :1000]
    shift = np.array([row[~np.isnan(row)].mean() if (~np.isnan(row)).any() else 0.0 for row in first], dtype=float)
    number, total, squares = sum(
        in_parts(store.n_songs, lambda a, b: kernels.moments(store.all_values, a, b, shift)),
        np.zeros((3, _N_FIELDS)),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / number
        return Moments(mean + shift, np.sqrt(np.maximum(squares / number - mean**2, 0)))


@dataclass(frozen=True, eq=False)
class Songs:
    """Songs that are reported on: numbers `ids` (n,) in the catalogue, values (fields, n), codes (fields, n).

    `complete` (n,) says of which all of the model's features are known: only those may be typical.
    """

    ids: np.ndarray | None  # None: song i is number i
    values: np.ndarray
    codes: np.ndarray
    complete: np.ndarray

    def number(self, place: int) -> int:
        """Number in the catalogue of the song at a place in these arrays."""
        return int(place if self.ids is None else self.ids[place])


def songs_of(store: ColumnStore, ids: np.ndarray | None, complete: np.ndarray) -> Songs:
    """The arrays of some songs, or of all."""
    if ids is None:
        return Songs(None, store.all_values, store.columns[:_N_FIELDS], complete)
    return Songs(ids, np.take(store.all_values, ids, axis=1), np.take(store.columns[:_N_FIELDS], ids, axis=1), complete)


def sums_by_mood(songs: Songs, mood: np.ndarray, n_moods: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of known values by field and mood, each (fields, moods)."""
    found = in_parts(len(mood), lambda a, b: kernels.sums(songs.values, mood, a, b, n_moods))
    sums, numbers = sum(found, np.zeros((2, _N_FIELDS, n_moods)))
    return sums, numbers


def effects_of(means: np.ndarray, moments: Moments) -> np.ndarray:
    """Means (fields, moods) in the catalogue's standard deviations from its mean; 0 for a field that never varies."""
    away = means - moments.means[:, None]
    return np.divide(away, moments.deviations[:, None], out=np.zeros_like(away), where=moments.deviations[:, None] > 0)


def described(
    store: ColumnStore,
    songs: Songs,
    moments: Moments,
    moods: list[Named],
    mood: np.ndarray,
    near: np.ndarray,
    along: np.ndarray,
    means: np.ndarray,
) -> dict:
    """The parts of the report that come from the songs' own numbers.

    mood, near, along as Fitted.assign_with gives them for `songs`, moods already in their order; means (fields, moods).
    """
    k = len(moods)
    fields = store.fields
    effects = effects_of(means, moments)
    counts = sum(
        in_parts(len(mood), lambda a, b: kernels.tally(songs.codes, mood, a, b, k)),
        np.zeros((_N_FIELDS, k, 256), np.int64),
    )
    sizes = np.bincount(mood, minlength=256)[:k].tolist()
    typical = kernels.lowest(near, mood, songs.complete, k, 1.0)
    extreme = kernels.lowest(along, mood, songs.complete, k, -1.0)

    def by_field(numbers: np.ndarray) -> dict[str, float | None]:
        return {f.name: _number(numbers[VALUE_ROW[f.name]]) for f in fields}

    years, by_year = _years(fields, counts)
    return {
        "moods": [
            {
                "number": number,
                "name": named.name,
                "colour": named.colour,
                "songs": sizes[number],
                "means": by_field(means[:, number]),
                "effects": by_field(effects[:, number]),
                "typical": [songs.number(place) for place in typical[number] if place >= 0],
                "extreme": [songs.number(place) for place in extreme[number] if place >= 0],
            }
            for number, named in enumerate(moods)
        ],
        "means": by_field(moments.means),
        "deviations": by_field(moments.deviations),
        "distributions": {f.name: [bars(f, row).tolist() for row in counts[CODE_COLUMN[f.name]]] for f in fields},
        "years": years,
        "by_year": by_year,
        "genres": list(store.genre_names),
        "by_genre": _by_genre(store, songs, mood, k),
    }


def _years(fields: tuple[Field, ...], counts: np.ndarray) -> tuple[list[int], list[list[int]]]:
    year = next((f for f in fields if f.name == "year"), None)
    if year is None:
        return [], [[] for _ in range(counts.shape[1])]
    by_code = counts[CODE_COLUMN["year"]][:, : year.bins]
    known = np.flatnonzero(by_code.sum(axis=0))
    if not len(known):
        return [], [[] for _ in by_code]
    span = slice(known[0], known[-1] + 1)
    return (int(year.low) + np.arange(span.start, span.stop)).tolist(), by_code[:, span].tolist()


def _by_genre(store: ColumnStore, songs: Songs, mood: np.ndarray, k: int) -> list[list[int]]:
    if not store.genre_names:
        return [[] for _ in range(k)]
    by_song = mood
    if songs.ids is not None:
        by_song = np.full(store.n_songs, kernels.NONE, dtype=np.uint8)
        by_song[songs.ids] = mood
    song_ids, genre_ids = store.genre_pairs
    return contingency(by_song[song_ids], genre_ids, k, len(store.genre_names)).tolist()


def agreement(mood: np.ndarray, k: int, stored_mood: np.ndarray, number: int, names: list[str]) -> dict:
    """How far these moods (n,) are those of the stored model, over the songs that have one in both."""
    table = contingency(mood, stored_mood, k, len(names))
    return {"rand": rand_index(table), "model": number, "names": names, "table": table.tolist()}


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 6)
