"""Recommend's layout, and what the browser needs to know of features and keys: built from a URL alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from components import parts, recommend_parts
from data_access.fields import FIELD_BY_NAME, UNKNOWN_KEY, camelot, key_name
from ml.similar_query import COUNT, PER_ARTIST
from ml.similar_space import FEATURES
from pages import _guard as guard
from pages import _recommend_answer as view
from pages._recommend_state import (
    ARTIST_AT_MOST,
    MIXING_AT_MOST,
    MIXING_PERCENT,
    SEEDS_AT_MOST,
    SONGS_AT_MOST,
    RecommendState,
)

_LEAD = "Name songs, artists or moods, or only move sliders: the nearest songs, and why."
_PRESETS = (
    ("energy", "Same energy", "Energy, loudness and tempo count most."),
    ("mood", "Same mood", "Valence, energy and acousticness count most."),
    ("mixing", "For mixing", "Neighbouring keys, a tempo that can be matched, and a beat alike."),
    ("surprise", "Surprise me", "Three features by chance, one song of an artist, much variety."),
    ("reset", "Reset", "All sliders follow the seeds again, with their usual weights."),
)


def page(query: Mapping[str, str | list[str]]) -> Component:
    """The page for a URL's query, without data: callbacks and the browser fill it."""
    nothing = RecommendState.from_query(query)[0].nothing
    return html.Div(
        [
            dcc.Store(id="recommend-state", data={"query": urlencode(query, doseq=True)}),
            dcc.Store(id="recommend-answer"),
            dcc.Store(id="recommend-about"),
            dcc.Store(id="recommend-adopted"),  # an output, so that Dash calls `adopt` at the first look too
            html.Div([html.H1("Recommend"), html.P(_LEAD, className="mg-lead")], className="mg-page-head"),
            html.P(id="recommend-problems", className="mg-problems", role="alert", hidden=True),
            html.P(id="recommend-said", className="visually-hidden", role="status"),
            html.Div(
                [
                    html.Div(
                        [
                            recommend_parts.seeds(),
                            guard.region(
                                "recommend-about",
                                recommend_parts.tuning(
                                    recommend_parts.presets(_PRESETS),
                                    recommend_parts.sliders(len(FEATURES)),
                                    recommend_parts.making(ARTIST_AT_MOST, MIXING_AT_MOST),
                                    recommend_parts.filters(),
                                ),
                            ),
                        ],
                        className="mg-recommend-controls",
                    ),
                    guard.region(
                        "recommend",
                        html.Div(id="recommend-empty", className="mg-recommend-empty", hidden=not nothing),
                        html.Div(
                            [recommend_parts.results(), recommend_parts.radar()],
                            id="recommend-body",
                            hidden=nothing,
                            className="mg-recommend-body",
                        ),
                        whole_page=True,
                        className="mg-recommend-answer",
                    ),
                ],
                className="mg-recommend-columns",
            ),
        ],
        id="recommend-page",
        className="mg-page mg-page-wide mg-recommend",
        **parts.data(setup=json.dumps(setup())),
    )


def setup() -> dict[str, Any]:
    """What assets/recommend*.js needs to know that is the same for every catalogue."""
    fields = {
        name: {
            "label": of.label,
            "meaning": of.meaning,
            "style": "duration" if name == "duration_ms" else f"{of.decimals} {of.unit}".strip(),
            "step": {"duration_ms": 1000, "year": 1, "tempo": 1, "loudness": 0.1}.get(name, 0.01),
        }
        for name in FEATURES
        if (of := FIELD_BY_NAME[name])
    }
    return {
        "fields": fields,
        "filters": view.parameters(),
        "keys": [[key_name(key), camelot(key)] for key in range(UNKNOWN_KEY)],
        "count": COUNT,
        "perArtist": PER_ARTIST,
        "mixing": MIXING_PERCENT,
        "seedsAtMost": SEEDS_AT_MOST,
        "songsAtMost": SONGS_AT_MOST,
        "artistAtMost": ARTIST_AT_MOST,
        "mixingAtMost": MIXING_AT_MOST,
    }
