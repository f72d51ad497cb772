"""The four algorithms behind one small interface: groups from a sample, then from all songs.

K-Means and MiniBatch K-Means are fitted on the sample and then, from the sample's centres, on all songs. A Gaussian
mixture and HDBSCAN are fitted on a part of the sample only, and all songs assigned: to the most probable Gaussian,
or to the nearest centre of HDBSCAN's groups, its noise too. scikit-learn is imported when something is fitted.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ml.fitted import Clusters
from ml.spec import MOST_GROUPS
from ml.threads import Each, one_thread

ON_ALL = frozenset({"kmeans", "minibatch"})
"""The algorithms that `on_all` takes on from the sample's groups to all songs."""

STARTS = 20  # k-means++ starts on a part of the sample: enough that every seed finds the same groups on real songs
_START_ROWS = 20_000
_GAUSSIAN_ROWS = 20_000
_HDBSCAN_ROWS = 10_000  # it takes time with the square of this
_MINIBATCH = 8192
_MINIBATCH_PASSES = 10


class FitError(ValueError):
    """These songs cannot be grouped like that; the message is one sentence that says what to choose instead."""


@contextmanager
def _quietly() -> Iterator[None]:
    """In one thread, and without warnings of fewer distinct rows than k: the caller counts the groups' songs."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    # For the whole process: catch_warnings would mix up the filters of fits in several threads.
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    with one_thread():
        yield


def on_sample(algorithm: str, rows: np.ndarray, k: int, seed: int, each: Each = map) -> Clusters:
    """Groups of scaled rows (n, d) float32; `each` may be ml.threads.each. Raises FitError."""
    with _quietly():
        if algorithm == "kmeans":
            return Clusters(_kmeans(rows, k, seed, each))
        if algorithm == "minibatch":
            return Clusters(_minibatch(rows, k, seed))
        if algorithm == "gaussian":
            return _gaussian(rows, k, seed)
        return _hdbscan(rows, seed)


def on_all(algorithm: str, rows: np.ndarray, start: np.ndarray, seed: int) -> Clusters:
    """Groups of all scaled rows (n, d) float32, from the centres (k, d) of a sample's groups; for ON_ALL."""
    from sklearn.cluster import KMeans, MiniBatchKMeans  # noqa: PLC0415

    k, centres = len(start), start.astype(rows.dtype)
    with _quietly():
        if algorithm == "kmeans":
            return _centres(KMeans(k, init=centres, n_init=1).fit(rows))
        return _centres(
            MiniBatchKMeans(
                k, init=centres, n_init=1, batch_size=_MINIBATCH, max_iter=_MINIBATCH_PASSES, random_state=seed
            ).fit(rows)
        )


def _centres(found) -> Clusters:
    return Clusters(found.cluster_centers_.astype(np.float64))


def inertia(rows: np.ndarray, centres: np.ndarray) -> float:
    """Sum of the squared distances of rows (n, d) to their nearest centre (k, d)."""
    rows = rows.astype(np.float64)
    nearest = np.full(len(rows), np.inf)
    for centre in centres:
        np.minimum(nearest, ((rows - centre) ** 2).sum(axis=1), out=nearest)
    return float(nearest.sum())


def _kmeans(rows: np.ndarray, k: int, seed: int, each: Each = map, starts: int = STARTS) -> np.ndarray:
    """Centres (k, d): many starts on a part of the rows, the best of them taken on to all rows."""
    from sklearn.cluster import KMeans  # noqa: PLC0415

    part = rows[: _part(rows, _START_ROWS)]

    def half(number: int):
        with one_thread():  # it may be a thread of its own
            random = np.random.RandomState([seed, number])  # the legacy kind, which scikit-learn wants
            return KMeans(k, n_init=starts // 2, random_state=random).fit(part)

    best = min(each(half, range(2)), key=lambda found: found.inertia_).cluster_centers_
    # To the very end (tol=0): two seeds that are on their way to the same groups shall arrive at the same.
    return KMeans(k, init=best, n_init=1, tol=0).fit(rows).cluster_centers_.astype(np.float64)


def quick_kmeans(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Centres (k, d) of K-Means from few starts: for the curve over k, where inertia matters and not which groups."""
    with _quietly():
        return _kmeans(rows, k, seed, starts=4)


def _minibatch(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    from sklearn.cluster import MiniBatchKMeans  # noqa: PLC0415

    found = MiniBatchKMeans(k, init=_kmeans(rows[: _part(rows, _START_ROWS)], k, seed), n_init=1,
                            batch_size=_MINIBATCH, max_iter=_MINIBATCH_PASSES, random_state=seed)  # fmt: skip
    return found.fit(rows).cluster_centers_.astype(np.float64)


def _gaussian(rows: np.ndarray, k: int, seed: int) -> Clusters:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415

    part = rows[: _part(rows, _GAUSSIAN_ROWS)].astype(np.float64)
    try:
        found = GaussianMixture(k, means_init=_kmeans(part, k, seed), random_state=seed, max_iter=200).fit(part)
    except ValueError as error:
        raise FitError("A Gaussian mixture cannot be fitted to these features; choose another algorithm.") from error
    return _gaussians(found)


def _gaussians(found) -> Clusters:
    """The groups of a fitted GaussianMixture with full covariances."""
    log_determinants = np.log(np.einsum("kdd->kd", found.precisions_cholesky_)).sum(axis=1)
    offsets = -2 * (np.log(found.weights_) + log_determinants)
    return Clusters(found.means_, found.precisions_cholesky_, offsets - offsets.min())


def _hdbscan(rows: np.ndarray, seed: int) -> Clusters:
    """Centres of the leaves of HDBSCAN's tree, at most the twelve largest.

    Audio features are one cloud, of which its usual choice ("excess of mass") makes a single group; leaves are the
    dense places in that cloud.
    """
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415

    chosen = np.random.default_rng(seed).permutation(len(rows))[:_HDBSCAN_ROWS]
    part = rows[np.sort(chosen)]
    # Two groups are mostly the cloud and a place beside it: look closer before being content with them.
    for share, fewest in ((0.01, 3), (0.005, 3), (0.002, 2)):
        smallest = max(5, round(len(part) * share))
        labels = HDBSCAN(
            min_cluster_size=smallest, min_samples=5, cluster_selection_method="leaf", copy=True
        ).fit_predict(part)
        songs = np.bincount(labels[labels >= 0], minlength=1)
        if len(songs) >= fewest:
            largest = np.sort(np.argsort(-songs, kind="stable")[:MOST_GROUPS])
            return Clusters(np.stack([part[labels == group].mean(axis=0, dtype=np.float64) for group in largest]))
    raise FitError("HDBSCAN finds no groups in these features: the songs are one even cloud; choose another algorithm.")


def _part(rows: np.ndarray, at_most: int) -> int:
    return min(len(rows), at_most)
