"""Fitting a model in stages: a preview on a sample, then all songs, then how good it is.

What the Moods page and `python -m ml train` both call: a generator, so that a caller can show how far it is, and stop
between two stages. scikit-learn is imported when the first stage is asked for; the dashboard's workers do not run this.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from data_access.columns import VALUE_ROW, ColumnStore
from data_access.fields import FIELD_BY_NAME
from ml import clusters, kernels, naming, projection, report, scores
from ml.clusters import FitError
from ml.fitted import Clusters, Fitted, feature_values
from ml.scaling import Scaling, fit_scaling
from ml.spec import ModelSpec
from ml.threads import each, in_parts

if TYPE_CHECKING:
    from data_access.moods import MoodStore

__all__ = ["FitError", "Stage", "feature_values", "fit_stages", "warm"]

SAMPLE = 50_000
_SAMPLE_SEED = 20_241_127  # the sample is the same for every model of a catalogue
_FEWEST_SONGS = 10


@dataclass(frozen=True, eq=False)
class Stage:
    """Something that has been found out.

    name: "preview" and "whole" have a report in `data` and the model in `fitted`, "whole" also every song's mood
    (songs,) uint8. "curve", "scores" and "stability" have that part of the report in `data`; "curve" and "stability"
    come again and again, each time with more. share: how much of everything is done, 0 to 1; words: what, for a person.
    """

    name: str
    share: float
    words: str
    data: dict
    fitted: Fitted | None = None
    mood: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class _Answer:
    fitted: Fitted
    mood: np.ndarray
    report: dict


def warm() -> None:
    """Load all that a fit needs, scikit-learn and the compiled loops, so that its first stage need not.

    Starts no thread, so that a process may be forked afterwards.
    """
    for name in ("cluster", "mixture", "metrics", "decomposition", "preprocessing"):
        importlib.import_module(f"sklearn.{name}")
    for name in ("scipy.optimize", "kneed"):
        importlib.import_module(name)
    kernels.warm()


def fit_stages(
    store: ColumnStore,
    spec: ModelSpec,
    songs: np.ndarray | None = None,
    stored: MoodStore | None = None,
    filter_query: str = "",
) -> Iterator[Stage]:
    """Fit a model on the songs of a mask (songs,) bool, or on all, and say what there is to say about it.

    `stored` is the model to compare with, `filter_query` what the mask came from, for the report. Raises FitError, one
    sentence, for songs that cannot be grouped like that.
    """
    work = _Work(store, spec, songs, stored, filter_query)
    preview = work.preview()
    yield Stage("preview", 0.1, f"A preview on {work.sample_words()}", preview.report, preview.fitted)
    whole = work.whole()
    asked = f"{whole.report['songs']:,} songs"
    yield Stage("whole", 0.4, f"All {asked}", whole.report, whole.fitted, whole.mood)
    rows = work.shuffled_rows(whole.fitted)
    for curve in scores.curve(rows, spec.seed):
        share = 0.4 + 0.25 * len(curve["k"]) / 11
        yield Stage("curve", share, f"Curve over the number of moods, {curve['k'][-1]} of 12", curve)
    found = scores.scores(rows, scores.nearest_of(rows[: scores.SCORE_ROWS], whole.fitted.clusters))
    yield Stage("scores", 0.7, "Scores", found or {})
    for stability in scores.stability(spec, rows, whole.fitted.clusters):
        share = 0.7 + 0.3 * stability["seeds"] / scores.SEEDS
        yield Stage("stability", share, f"Stability, seed {stability['seeds']} of {scores.SEEDS}", stability)


class _Work:
    """The arrays that the stages share."""

    def __init__(
        self,
        store: ColumnStore,
        spec: ModelSpec,
        asked: np.ndarray | None,
        stored: MoodStore | None,
        filter_query: str,
    ) -> None:
        unknown = [name for name in spec.features if name not in {field.name for field in store.fields}]
        if unknown:
            label = FIELD_BY_NAME[unknown[0]].label.lower()
            raise FitError(f"This catalogue knows no song's {label}; choose other features.")
        self.started = time.perf_counter()
        self.store, self.spec, self.stored, self.filter_query = store, spec, stored, filter_query
        self.asked = asked
        self.n_asked = store.n_songs if asked is None else int(np.count_nonzero(asked))
        self.values = feature_values(store, spec)
        known = np.empty(store.n_songs, dtype=np.uint8)
        in_parts(store.n_songs, lambda a, b: kernels.count_known(self.values, a, b, known))
        self.is_complete = known == len(self.values)
        wanted = self.is_complete if asked is None else self.is_complete & asked
        self.complete = np.flatnonzero(wanted)
        fewest = max(_FEWEST_SONGS, 2 * spec.k)
        if len(self.complete) < fewest:
            raise FitError(
                f"Only {len(self.complete):,} of {self.n_asked:,} songs know all of these features, and moods need "
                f"{fewest}; widen the filter or choose fewer features."
            )
        random = np.random.default_rng(_SAMPLE_SEED)
        places = np.arange(len(self.complete))
        if len(self.complete) > SAMPLE:
            places = np.sort(random.choice(len(self.complete), SAMPLE, replace=False))
        self.sample = self.complete[places]
        self.shuffle = random.permutation(len(self.sample))  # songs lie in the file's order: parts are of all of it
        self.moments = report.moments_of(store)

    def sample_words(self) -> str:
        everything = len(self.sample) == len(self.complete)
        return f"{len(self.sample):,} songs" + ("" if everything else f" of {self.n_asked:,}")

    # ---- the two models ------------------------------------------------------------------------

    def preview(self) -> _Answer:
        values = np.take(self.values, self.sample, axis=1)
        scaling = fit_scaling(self.spec.scaling, values)
        medians = np.median(values, axis=1).astype(np.float64)
        rows = _rows(scaling, values)
        groups = clusters.on_sample(self.spec.algorithm, rows[self.shuffle], self.spec.k, self.spec.seed, each)
        songs = report.songs_of(self.store, self.sample, np.ones(len(self.sample), dtype=bool))
        fitted = Fitted(self.spec, medians, scaling, groups, projection.plane_of(self.spec.features, rows))
        self.first = self._answer("preview", fitted, songs, values, len(self.sample), None)
        return self.first

    def whole(self) -> _Answer:
        fitted = self.first.fitted
        n_fitted = len(self.sample)
        if len(self.sample) < len(self.complete):
            everything = len(self.complete) == self.store.n_songs
            values = self.values if everything else np.take(self.values, self.complete, axis=1)
            scaling = fit_scaling(self.spec.scaling, values)
            medians = np.median(values, axis=1).astype(np.float64)
            sample_rows = _rows(scaling, np.take(self.values, self.sample, axis=1))
            if self.spec.algorithm in clusters.ON_ALL:
                start = _means(sample_rows, self.first.mood, fitted.k)
                groups = clusters.on_all(self.spec.algorithm, _rows(scaling, values), start, self.spec.seed)
                n_fitted = len(self.complete)
            else:  # fitted on a part of the sample by design: its scaling stays too
                scaling, groups = fitted.scaling, fitted.clusters
            plane = projection.plane_of(self.spec.features, _rows(scaling, np.take(self.values, self.sample, axis=1)))
            fitted = Fitted(self.spec, medians, scaling, groups, plane)
        songs = report.songs_of(self.store, None, self.is_complete)
        return self._answer("whole", fitted, songs, self.values, n_fitted, self.asked)

    def _answer(
        self,
        stage: str,
        fitted: Fitted,
        songs: report.Songs,
        values: np.ndarray,
        n_fitted: int,
        asked: np.ndarray | None,
    ) -> _Answer:
        """Assign, name, put the groups in the moods' order, and report; `asked` leaves songs out of the report."""
        fitted = _rounded(fitted)
        plane = fitted.plane
        assert plane is not None
        directions = _unit(fitted.clusters.centres - plane.origin)
        mood, near, along = fitted.assign_with(values, directions)
        told = mood if asked is None else np.where(asked, mood, np.uint8(kernels.NONE))
        sums, numbers = report.sums_by_mood(songs, told, fitted.k)
        sizes = np.bincount(told, minlength=256)[: fitted.k]
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / numbers
        effects = report.effects_of(means, self.moments)
        kept = np.flatnonzero(sizes)  # a group that is nobody's nearest is no mood
        if len(kept) < 2:
            raise FitError("These songs are all alike in these features: there are no groups; choose other features.")
        centroids = [
            {name: float(effects[VALUE_ROW[name], group]) for name in self.spec.features} for group in kept.tolist()
        ]
        moods = [replace(n, group=int(kept[n.group])) for n in naming.named(centroids)]
        order = np.array([n.group for n in moods])
        renumber = np.full(256, kernels.NONE, dtype=np.uint8)
        renumber[order] = np.arange(len(order), dtype=np.uint8)
        fitted = replace(fitted, clusters=fitted.clusters.reordered(order))
        # Songs that were not asked for may be of a group that has just gone: they are assigned anew.
        mood = renumber[mood] if len(order) == len(sizes) else fitted.assign(values)
        told = mood if asked is None else np.where(asked, mood, np.uint8(kernels.NONE))
        with_mood = int(sizes.sum())
        found = {
            "stage": stage,
            "songs": self.n_asked,
            "fitted": n_fitted,
            "without": (self.n_asked if stage == "whole" else len(values[0])) - with_mood,
            "seconds": 0.0,
            "spec": self.spec.to_query(),
            "filter": self.filter_query,
            **report.described(self.store, songs, self.moments, moods, told, near, along, means[:, order]),
            "projection": projection.words_of(self.spec.features, plane),
            "scores": None,
            "curve": None,
            "stability": None,
            "agreement": self._agreement(told, songs, len(order)),
        }
        found["seconds"] = round(time.perf_counter() - self.started, 3)
        return _Answer(fitted, mood, found)

    def _agreement(self, mood: np.ndarray, songs: report.Songs, k: int) -> dict | None:
        if self.stored is None:
            return None
        stored = self.stored.mood if songs.ids is None else self.stored.mood[songs.ids]
        model = self.stored.model
        return report.agreement(mood, k, stored, model.model, [mood.name for mood in model.moods])

    def shuffled_rows(self, fitted: Fitted) -> np.ndarray:
        """The sample's scaled rows (n, d) float32, in a fixed random order, so that any first part is a sample."""
        return _rows(fitted.scaling, np.take(self.values, self.sample[self.shuffle], axis=1))


def _rows(scaling: Scaling, values: np.ndarray) -> np.ndarray:
    """Scaled values (d, n) as rows (n, d) float32, the shape that scikit-learn wants."""
    n_songs = values.shape[1]
    rows = np.empty((n_songs, len(values)), dtype=np.float32)
    kind = int(scaling.kind == "quantile")
    quantiles = scaling.quantiles if kind else np.zeros((len(values), 0))
    none = np.zeros(len(values))
    in_parts(
        n_songs, lambda a, b: kernels.rows(values, a, b, none, kind, scaling.centre, scaling.scale, quantiles, rows)
    )
    return rows


def _means(rows: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    return np.stack([rows[labels == group].mean(axis=0, dtype=np.float64) for group in range(k)])


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def _rounded(fitted: Fitted) -> Fitted:
    """Centres to seven significant digits: threads add up in any order, and the last bits with it."""
    groups = fitted.clusters
    size = np.where(groups.centres == 0, 1.0, np.abs(groups.centres))
    digits = 10.0 ** (6 - np.floor(np.log10(size)))
    centres = np.round(groups.centres * digits) / digits
    return replace(fitted, clusters=Clusters(centres, groups.shapes, groups.offsets))
