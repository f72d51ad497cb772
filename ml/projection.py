"""Two dimensions for the map: a plane by PCA for everything, UMAP as an extra that is trained offline."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from ml.fitted import Fitted, Plane
from ml.words import axis_words

UMAP_MISSING = "UMAP is not installed: run `pip install umap-learn==0.5.12`, or leave out --projection umap."
_UMAP_ROWS = 20_000
_UMAP_BLOCK = 50_000
_LOWER_IS_MORE = frozenset({"acousticness", "instrumentalness"})  # more of these is a calmer song


class ProjectionMissing(RuntimeError):
    """The asked-for projection needs a library that is not installed; the message has the command."""


def fit_plane(rows: np.ndarray) -> np.ndarray:
    """Axes of the two directions in which scaled rows (n, d) vary most, (2, d); by scikit-learn's PCA."""
    from sklearn.decomposition import PCA  # noqa: PLC0415  # only who fits needs scikit-learn

    with np.errstate(invalid="ignore"):  # songs that are all alike vary in no direction
        return PCA(2, svd_solver="covariance_eigh").fit(rows).components_.astype(np.float64)


def plane_of(features: tuple[str, ...], rows: np.ndarray) -> Plane:
    """The map's plane for scaled rows (n, d), through their mean.

    An axis and its reverse are equally good: it is turned so that more of what excites (energy, loudness, tempo, ...;
    less acoustic) is to the right, and up. That makes the sign a matter of the data alone.
    """
    axes = fit_plane(rows)
    excites = np.array([-1.0 if name in _LOWER_IS_MORE else 1.0 for name in features])
    turn = np.where((axes * np.abs(axes) * excites).sum(axis=1) < 0, -1.0, 1.0)
    return Plane(np.ascontiguousarray(axes * turn[:, None]), rows.mean(axis=0, dtype=np.float64))


def words_of(features: tuple[str, ...], plane: Plane) -> dict[str, str]:
    """The axes in words, from their loadings: {"x": "quiet, acoustic ↔ loud, electronic", "y": ...}."""
    return {
        name: axis_words(dict(zip(features, axis.tolist(), strict=True)))
        for name, axis in zip("xy", plane.axes, strict=True)
    }


def extent_of(xy: np.ndarray) -> list[float]:
    """[x0, x1, y0, y1] around all places (2, n), with a little room; NaN left out."""
    found = []
    for axis in xy:
        known = axis[~np.isnan(axis)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        room = (high - low) * 0.02 or 1.0
        found += [low - room, high + room]
    return found


def require_umap() -> None:
    """Raises ProjectionMissing, which has the command to run, when UMAP is not installed."""
    if find_spec("umap") is None:
        raise ProjectionMissing(UMAP_MISSING)


def umap_places(fitted: Fitted, values: np.ndarray, seed: int, say: Callable[[str], None]) -> np.ndarray:
    """Places by UMAP (McInnes et al. 2018) of values (d, n), (2, n) float32; NaN for songs without a mood.

    Fitted on a sample of at most 20,000 songs, the rest put among them; minutes for a million songs. Raises
    ProjectionMissing when the library is not installed.
    """
    require_umap()
    from umap import UMAP  # noqa: PLC0415  # an optional extra

    placed = np.flatnonzero(fitted.assign(values) < fitted.k)
    sample = np.random.default_rng(seed).permutation(placed)[:_UMAP_ROWS]
    say(f"UMAP of {len(sample):,} songs")
    neighbours = max(2, min(15, len(sample) - 1))
    model = UMAP(n_components=2, n_neighbors=neighbours, random_state=seed, n_jobs=1)
    xy = np.full((2, values.shape[1]), np.nan, dtype=np.float32)
    xy[:, sample] = model.fit_transform(fitted.scaled(values[:, sample]).T).T
    rest = np.setdiff1d(placed, sample)
    for start in range(0, len(rest), _UMAP_BLOCK):
        block = rest[start : start + _UMAP_BLOCK]
        say(f"UMAP places {start:,} of {len(rest):,} songs")
        xy[:, block] = model.transform(fitted.scaled(values[:, block]).T).T
    return xy
