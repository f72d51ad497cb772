"""Other ways to say how far apart two songs are, which `python -m ml evaluate` compares ours with.

Each is a `Space` whose places are other numbers, so that the same engine recommends by all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.stats import rankdata

from data_access.columns import VALUE_ROW
from data_access.fields import AUDIO_FEATURES
from ml.similar_space import FEATURES, Space

FORERUNNER = "min-max six"
"""What MusicGroup's forerunner did."""

OURS = "ours"

_SIX = ("energy", "loudness", "valence", "tempo", "danceability", "acousticness")


def candidates(space: Space) -> dict[str, Callable[[], Space]]:
    """What is compared, by name, each made when called; `space` is ours."""
    return {
        "random": lambda: _with(space, np.random.default_rng(0).random((len(space.features), space.n_songs))),
        FORERUNNER: lambda: _with(space, _min_max(_columns(space, _SIX))),
        "standardised nine": lambda: _with(space, _standardised(_columns(space, AUDIO_FEATURES))),
        "quantiles, nine": lambda: _with(space, _quantiles(_columns(space, AUDIO_FEATURES))),
        "quantiles, with duration and year": lambda: _with(space, _quantiles(_columns(space, FEATURES))),
        "the same, whitened within artists": lambda: _with(
            space, _whitened(_quantiles(_columns(space, FEATURES)), space.artist)
        ),
        "ours, not drawn to artists": lambda: _with(space, space.own),
        OURS: lambda: space,
    }


def _with(space: Space, places: np.ndarray) -> Space:
    """The same songs in other places (d, songs); features have no names of their own any more."""
    fixed = np.ascontiguousarray(places, dtype=np.float32)
    names = tuple(f"axis {number}" for number in range(len(fixed)))
    variance = np.tile(fixed.var(axis=1, dtype=np.float64), (2, 1))
    return replace(space, features=names, own=fixed, sound=fixed, variance=variance)


def _columns(space: Space, names: tuple[str, ...]) -> np.ndarray:
    """Features that the catalogue knows, (d, songs) float64, the median for unknown values."""
    rows = space.values[[VALUE_ROW[name] for name in names if name in space.features]].astype(np.float64)
    return np.where(np.isnan(rows), np.nanmedian(rows, axis=1)[:, None], rows)


def _min_max(rows: np.ndarray) -> np.ndarray:
    low, high = rows.min(axis=1)[:, None], rows.max(axis=1)[:, None]
    return (rows - low) / np.where(high > low, high - low, 1)


def _standardised(rows: np.ndarray) -> np.ndarray:
    deviation = rows.std(axis=1)[:, None]
    return (rows - rows.mean(axis=1)[:, None]) / np.where(deviation > 0, deviation, 1)


def _quantiles(rows: np.ndarray) -> np.ndarray:
    return rankdata(rows, axis=1) / rows.shape[1]


def _whitened(rows: np.ndarray, artist: np.ndarray) -> np.ndarray:
    """Rows turned so that songs of one artist vary by 1 in all directions (relevant components, Bar-Hillel 2003)."""
    known = artist >= 0
    numbers = np.bincount(artist[known])
    several = known & (np.append(numbers, 0)[artist] > 1)
    means = np.stack([np.bincount(artist[known], row[known]) for row in rows]) / np.maximum(numbers, 1)
    away = rows[:, several] - means[:, artist[several]]
    freedom = several.sum() - (numbers > 1).sum()
    within = (away @ away.T + 1e-3 * np.eye(len(rows))) / max(freedom, 1)
    return np.linalg.cholesky(np.linalg.inv(within)).T @ rows
