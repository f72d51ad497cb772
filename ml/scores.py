"""How good groups are: inertia and its elbow, silhouette, Davies-Bouldin, Calinski-Harabasz, stability.

All on fixed samples in the scaled space, so that the same model has the same scores.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ml import clusters
from ml.fitted import Clusters
from ml.spec import FEWEST_GROUPS, MOST_GROUPS, ModelSpec
from ml.threads import each, one_thread

SCORE_ROWS = 5000  # silhouette compares each with each
CURVE_ROWS = 20_000
CURVE_SILHOUETTE_ROWS = 3000
STABILITY_ROWS = 20_000
SEEDS = 20


def scores(rows: np.ndarray, labels: np.ndarray) -> dict | None:
    """Silhouette (Rousseeuw 1987), Davies-Bouldin (1979), Calinski-Harabasz (1974) of rows (n, d), by scikit-learn.

    On the first SCORE_ROWS; None when those are not of two groups at least.
    """
    from sklearn import metrics  # noqa: PLC0415  # only who fits needs scikit-learn

    rows, labels = rows[:SCORE_ROWS], labels[:SCORE_ROWS]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return None
    return {
        "silhouette": float(metrics.silhouette_score(rows, labels)),
        "davies_bouldin": float(metrics.davies_bouldin_score(rows, labels)),
        "calinski_harabasz": float(metrics.calinski_harabasz_score(rows, labels)),
        "sample": len(rows),
    }


def curve(rows: np.ndarray, seed: int) -> Iterator[dict]:
    """Inertia and silhouette of K-Means for k = 2..12 on the first CURVE_ROWS; one dict after each k.

    {"k", "inertia", "silhouette", "elbow", "sample"}; the elbow is None until the last.
    """
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    rows = rows[:CURVE_ROWS]
    few = rows[:CURVE_SILHOUETTE_ROWS]
    found: dict = {"k": [], "inertia": [], "silhouette": [], "elbow": None, "sample": len(rows)}
    most = min(MOST_GROUPS, len(np.unique(rows, axis=0)) - 1)

    def at(k: int) -> tuple[int, float, float | None]:
        with one_thread():
            centres = clusters.quick_kmeans(rows, k, seed)
            labels = nearest(few, centres)
            several = 2 <= len(np.unique(labels)) < len(few)
            return k, clusters.inertia(rows, centres), float(silhouette_score(few, labels)) if several else None

    for k, inertia, silhouette in each(at, range(FEWEST_GROUPS, most + 1)):
        found["k"].append(k)
        found["inertia"].append(inertia)
        found["silhouette"].append(silhouette)
        if k == most:
            found["elbow"] = elbow(found["k"], found["inertia"])
        yield dict(found)


def elbow(ks: list[int], inertias: list[float]) -> int | None:
    """Where more groups begin to gain little, by Kneedle (Satopaa et al. 2011, the `kneed` library), or None."""
    from kneed import KneeLocator  # noqa: PLC0415

    if len(ks) < 4:
        return None
    found = KneeLocator(ks, inertias, curve="convex", direction="decreasing").elbow
    return None if found is None else int(found)


def stability(spec: ModelSpec, rows: np.ndarray, fitted: Clusters) -> Iterator[dict]:
    """Adjusted Rand index between the model's groups and those of fits from 20 other seeds.

    On the first STABILITY_ROWS. One dict after each seed: {"mean", "lowest", "seeds", "sample"}.
    """
    rows = rows[:STABILITY_ROWS]
    ours = nearest_of(rows, fitted)

    def agrees(seed: int) -> float:
        other = clusters.on_sample(spec.algorithm, rows, spec.k, (spec.seed + seed) % 2**32)
        return rand_index(contingency(ours, nearest_of(rows, other), fitted.k, other.k))

    found = []
    for index in each(agrees, range(1, SEEDS + 1)):
        found.append(index)
        yield {"mean": float(np.mean(found)), "lowest": min(found), "seeds": len(found), "sample": len(rows)}


def nearest(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Number of the nearest centre of each row, (n,)."""
    return nearest_of(rows, Clusters(centres))


def nearest_of(rows: np.ndarray, groups: Clusters) -> np.ndarray:
    """Number of the nearest group of each row (n, d), (n,)."""
    exact = np.ascontiguousarray(rows.T, dtype=np.float64)
    offsets = np.zeros(groups.k) if groups.offsets is None else groups.offsets
    return np.argmin(groups.parts(exact).sum(axis=1) + offsets[:, None], axis=0)


def contingency(one: np.ndarray, other: np.ndarray, n_one: int, n_other: int) -> np.ndarray:
    """Songs by group of one and group of the other, (n_one, n_other) int64; labels beyond are left out."""
    both = (one < n_one) & (other < n_other)
    if not both.all():
        one, other = one[both], other[both]
    pairs = one.astype(np.int64) * n_other + other
    return np.bincount(pairs, minlength=n_one * n_other).reshape(n_one, n_other)


def rand_index(table: np.ndarray) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985) of a contingency table: 1 the same groups, 0 as by chance."""
    table = table.astype(np.float64)
    pairs = (table * (table - 1)).sum() / 2
    rows, columns = ((sums * (sums - 1)).sum() / 2 for sums in (table.sum(axis=1), table.sum(axis=0)))
    total = table.sum() * (table.sum() - 1) / 2
    expected = rows * columns / total if total else 0.0
    largest = (rows + columns) / 2
    return 1.0 if largest == expected else float((pairs - expected) / (largest - expected))
