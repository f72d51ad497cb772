"""A fit that is to be kept, as the register of models stores it; without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from data_access.columns import ColumnStore
from data_access.models import Mood, NewModel
from ml import projection
from ml.fitted import Fitted, feature_values

LIBRARIES = ("scikit-learn", "scipy", "numpy", "numba", "kneed")
PROJECTIONS = ("pca", "umap")
_UMAP_AXIS = "alike songs lie near each other"


def new_model(
    catalogue_version: int,
    store: ColumnStore,
    fitted: Fitted,
    report: dict,
    seconds: float,
    kind: str = "pca",
    say: Callable[[str], None] = lambda words: None,
) -> tuple[NewModel, np.ndarray, np.ndarray]:
    """What `data_access.models.store` wants: the model, every song's mood (songs,) uint8, and place (2, songs) float32.

    `report` is the whole one, with "curve", "scores" and "stability" put in. Moods are counted over all songs of the
    catalogue, whatever songs the model was fitted on. Raises ProjectionMissing for kind "umap" without UMAP.
    """
    values = feature_values(store, fitted.spec)
    mood = fitted.assign(values)
    libraries = {name: version(name) for name in LIBRARIES}
    if kind == "umap":
        xy = projection.umap_places(fitted, values, fitted.spec.seed, say)
        libraries["umap-learn"] = version("umap-learn")
        words = {"x": _UMAP_AXIS, "y": _UMAP_AXIS}
    else:
        xy, words = fitted.place(values), report["projection"]
    sizes = np.bincount(mood, minlength=256)
    told = {told["number"]: told for told in report["moods"]}
    spec = fitted.spec
    new = NewModel(
        catalogue_version=catalogue_version,
        features=spec.features,
        algorithm=spec.algorithm,
        k=fitted.k,
        scaling=spec.scaling,
        seed=spec.seed,
        fitted_filter=report["filter"],
        fitted_songs=report["fitted"],
        libraries=libraries,
        parameters=fitted.to_json(),
        projection={"kind": kind, **words, "extent": projection.extent_of(xy)},
        moods=tuple(Mood(n, told[n]["name"], told[n]["colour"], int(sizes[n])) for n in range(fitted.k)),
        report={**report, "projection": words},
        seconds=round(seconds, 3),
    )
    return new, mood, xy
