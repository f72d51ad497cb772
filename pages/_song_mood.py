"""A song's mood for Home and the Song page: from the live model to the gauge."""

from __future__ import annotations

import numpy as np
from dash import get_relative_path
from dash.development.base_component import Component

from components import mood_gauge
from data_access import catalogue, models
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.songs import SongDetail
from ml.explain import explain
from ml.fitted import Fitted


def gauge(song: SongDetail) -> Component:
    """The gauge of one song. Raises NoModel when the catalogue has none."""
    model = models.require(catalogue.current())
    values = np.array([np.nan if song.values[name] is None else song.values[name] for name in model.features])
    if 2 * np.count_nonzero(~np.isnan(values)) < len(values):
        return mood_gauge.no_mood("Too few of its features are known to say its mood.")
    found = explain(Fitted.from_json(model.parameters), model.moods, values.astype(np.float32))
    # Near the border between two moods, what speaks for either is many times the little that is left between them.
    speaks_for = sum(share for share in found.shares.values() if share > 0) or 1.0
    return mood_gauge.gauge(
        mood=found.mood.name,
        colour=found.mood.colour,
        sure=found.sure,
        runner_up=found.runner_up.name,
        deciding=[
            mood_gauge.Deciding(
                FIELD_BY_NAME[reason.feature].label,
                FIELD_BY_NAME[reason.feature].format(reason.value),
                reason.words,
                max(0.0, reason.share / speaks_for),
            )
            for reason in found.deciding
        ],
        songs_href=get_relative_path(f"/explore?{SongFilter(moods=frozenset({found.mood.name})).to_query()}"),
    )
