"""Training: fit, score, name, and store a model with every song's mood.

The one before it serves until the last transaction of `data_access.models.store`: a training that fails, or is
killed, changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from data_access import models
from data_access.columns import ColumnStore
from data_access.models import Model
from data_access.moods import MoodStore
from ml.new_model import new_model
from ml.projection import require_umap
from ml.spec import ModelSpec


def train_catalogue(
    version: int,
    store: ColumnStore,
    spec: ModelSpec,
    say: Callable[[str], None],
    *,
    projection: str = "pca",
    songs: np.ndarray | None = None,
    filter_query: str = "",
    stored: MoodStore | None = None,
) -> Model:
    """Train a model for a catalogue, which need not be live yet, and make it that catalogue's live one.

    `say` is told what is being done, in a few words, several times a second at most. `songs` (songs,) bool and
    `filter_query` restrict what it is fitted on. Raises FitError, ProjectionMissing, and what `models.store` raises.
    """
    from ml.fit import fit_stages  # noqa: PLC0415  # scikit-learn, when it is time

    if projection == "umap":
        require_umap()
    started = time.perf_counter()
    say("Fitting a sample")
    report: dict = {}
    fitted = None
    for stage in fit_stages(store, spec, songs, stored, filter_query):
        say(stage.words)
        if stage.name == "whole":
            fitted, report = stage.fitted, dict(stage.data)
        elif stage.name != "preview":
            report[stage.name] = stage.data or None
    assert fitted is not None
    say("Placing songs on the map")
    new, mood, xy = new_model(version, store, fitted, report, time.perf_counter() - started, projection, say)
    say("Storing every song's mood")
    return models.store(new, mood, xy)


def sentence(model: Model) -> str:
    """The last line of a training."""
    without = model.report.get("without", 0)
    return (
        f"Model {model.model}: {', '.join(f'{mood.name} ({mood.songs:,})' for mood in model.moods)}"
        f"{f'; {without:,} songs without a mood' if without else ''}; fitted in {model.seconds:.1f} s."
    )
