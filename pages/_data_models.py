"""The Data page's part on models: which one serves the moods, how it was made, and which were before it."""

from __future__ import annotations

from urllib.parse import parse_qs

from dash import get_relative_path, html
from dash.development.base_component import Component

from components import data_parts, model_parts, mood_scores, parts
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.models import Model
from ml.spec import ALGORITHM_NAMES


def serving(model: Model | None) -> Component:
    """The model that serves: its moods, how it was made, how good it is."""
    if model is None:
        return html.P(
            ["This catalogue has no moods yet: run ", html.Code("python -m ml train"), "."], className="mg-note"
        )
    return html.Div(
        [
            model_parts.mood_links((mood.name, mood.colour, mood.songs, _songs_of(mood.name)) for mood in model.moods),
            html.Div([data_parts.definitions(_how(model)), _scores(model)], className="mg-columns"),
        ],
        className="mg-models",
    )


def history(found: list[Model], live: Model | None) -> Component:
    """All models that were stored, newest first."""
    if not found:
        return html.P("No model has been stored yet.", className="mg-note")
    return parts.table(
        ("Model", "State", "Stored", "Algorithm", "k", "Scaling", "Silhouette", "Stability", "Features", "Moods",
         "Seed", "Took", "Catalogue"),
        [
            (
                model.model,
                _state(model, live),
                data_parts.moment(model.created_at),
                ALGORITHM_NAMES.get(model.algorithm, model.algorithm),
                model.k,
                model.scaling,
                _score(model, "scores", "silhouette"),
                _score(model, "stability", "mean"),
                _features(model),
                ", ".join(mood.name for mood in model.moods),
                model.seed,
                data_parts.duration(model.seconds),
                model.catalogue_version,
            )
            for model in found
        ],
        caption="Models, newest first",
        numeric=(0, 4, 6, 7, 10, 11, 12),
        one_line=True,
    )  # fmt: skip


def _how(model: Model) -> list:
    without = model.report.get("without") or 0
    fitted = f"{_songs(model.fitted_songs)} of {_fitted_on(model)}"
    return [
        ("Model", f"{model.model}, since {data_parts.moment(model.created_at)}"),
        ("Looks at", _features(model)),
        ("Algorithm", f"{ALGORITHM_NAMES.get(model.algorithm, model.algorithm)}, k = {model.k} moods, "
                      f"seed {model.seed}"),
        ("Scaling", model_parts.SCALINGS.get(model.scaling, model.scaling)),
        ("Fitted on", fitted),
        ("Without a mood", f"{_songs(without)}, too little being known of them" if without else None),
        ("The map", _map(model)),
        ("Took", data_parts.duration(model.seconds)),
        ("Made with", ", ".join(f"{name} {number}" for name, number in model.libraries.items()) or None),
    ]  # fmt: skip


def _scores(model: Model) -> Component:
    return mood_scores.score_list(model.report.get("scores"), model.report.get("stability"))


def _features(model: Model) -> str:
    return ", ".join(FIELD_BY_NAME[name].label.lower() for name in model.features if name in FIELD_BY_NAME)


def _fitted_on(model: Model) -> str:
    if not model.fitted_filter:
        return "the whole catalogue"
    return SongFilter.from_query(parse_qs(model.fitted_filter))[0].sentence()


def _map(model: Model) -> str | None:
    told = model.projection
    if not (told.get("x") and told.get("y")):
        return None
    kind = model_parts.MAPS.get(told.get("kind", ""), told.get("kind", ""))
    return f"by {kind}; across: {told['x']}; up: {told['y']}"


def _state(model: Model, live: Model | None) -> Component:
    serves = live is not None and (model.model, model.created_at) == (live.model, live.created_at)
    return html.Span("live" if serves else "retired", className=f"mg-badge mg-badge-{'live' if serves else 'retired'}")


def _score(model: Model, kind: str, name: str) -> str:
    value = (model.report.get(kind) or {}).get(name)
    return "" if value is None else f"{value:.2f}"


def _songs_of(mood: str) -> str:
    return get_relative_path("/explore") + "?" + SongFilter(moods=frozenset({mood})).to_query()


def _songs(count: int) -> str:
    return f"{count:,} {'song' if count == 1 else 'songs'}"
