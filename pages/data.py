"""Data: where the catalogue comes from, and what is known, unknown and rejected."""

from __future__ import annotations

import dash
from dash import Input, Output, get_relative_path, html

from components import data_parts, parts, states
from data_access import catalogue, models, quality
from data_access.catalogue import Catalogue
from data_access.fields import AUDIO_FEATURES, FIELD_BY_NAME, FIELDS, Field
from pages import _data_models as data_models
from pages import _guard as guard

_MODELS = 20  # their reports come along: some 30 kB each

dash.register_page(
    __name__,
    path="/data",
    name="Data",
    order=90,
    nav=True,
    title="Data · MusicGroup",
    description="Where this catalogue comes from: source, row counts, rejected rows, unknown values, loads, models.",
)


def layout(**_query: object):
    """The frame, and what does not need the database; callbacks fill the rest."""
    return parts.page(
        guard.region(
            "data",
            html.Div(
                [
                    parts.card(html.Div(states.loading(260), id="data-source"), title="Source"),
                    parts.card(html.Div(states.loading(260), id="data-rows"), title="Rows that add up"),
                ],
                className="mg-columns",
            ),
            parts.card(html.Div(states.loading(60), id="data-rejected"), title="Rejected rows"),
            parts.card(html.Div(states.loading(320), id="data-unknown"), title="What is unknown"),
            parts.card(html.Div(states.loading(80), id="data-history"), title="Loads"),
            parts.card(
                html.Div(states.loading(420), id="data-model"),
                title="Moods",
                hint="Songs that sound alike by the features of the model; a song has one mood of each model.",
                aside=parts.link("Look into them", get_relative_path("/moods")),
            ),
            parts.card(html.Div(states.loading(80), id="data-models"), title="Models"),
            whole_page=True,
        ),
        features_card(),
        title="The data",
        lead=[
            "What was loaded, what became of every row, and what the numbers mean. ",
            "Every table and column is described in the ",
            html.A("data dictionary", href=get_relative_path("/data-dictionary"), target="_blank", className="mg-link"),
            ".",
        ],
    )


@guard.callback(
    "data",
    Output("data-source", "children"),
    Output("data-rows", "children"),
    Output("data-rejected", "children"),
    Output("data-unknown", "children"),
    Output("data-history", "children"),
    Output("data-model", "children"),
    Output("data-models", "children"),
    Input("data-source", "id"),
)
def fill(_id: str):
    """All that comes from the database; the catalogue first, since without one nothing else is there."""
    live = catalogue.current()
    model = models.current(live)
    return (
        _source(live),
        _rows(live),
        _rejected(live),
        _unknown(live),
        _history(catalogue.history()),
        data_models.serving(model),
        data_models.history(models.history(_MODELS), model),
    )


# ---- from rows to tables ---------------------------------------------------------------------


def _source(live: Catalogue):
    kinds = ("songs", "artists", "albums", "genres", "playlists")
    years = f", {live.first_year} to {live.last_year}" if live.first_year else ", no years of release"
    return data_parts.definitions(
        [
            ("File", live.source_name),
            ("Format", live.source_format),
            ("Size", data_parts.size(live.source_bytes)),
            ("SHA-256", html.Code(live.source_sha256, className="mg-hash") if live.source_sha256 else None),
            ("Loaded", f"{data_parts.moment(live.finished_at)}, in {_took(live)}"),
            ("Holds", ", ".join(f"{number:,} {kind}" for kind in kinds if (number := getattr(live, kind))) + years),
            ("Catalogue version", str(live.version)),
        ]
    )


def _rows(live: Catalogue):
    return [
        data_parts.row_sum(
            file_rows=live.file_rows or 0,
            song_rows=live.song_rows or 0,
            merged_rows=live.merged_rows or 0,
            rejected_rows=live.rejected_rows or 0,
        ),
        html.P(
            "A song that stands in the file more than once, for example once for each of its genres, is one song "
            "here and keeps all of them. No row is dropped silently.",
            className="mg-note mg-below",
        ),
    ]


def _history(loads: list[Catalogue]):
    return parts.table(
        ("Version", "State", "File", "Rows", "Songs", "Rejected", "Began", "Took", "Error"),
        [
            (
                load.version,
                html.Span(load.state, className=f"mg-badge mg-badge-{load.state}"),
                load.source_name,
                data_parts.number(load.file_rows),
                data_parts.number(load.songs),
                data_parts.number(load.rejected_rows),
                data_parts.moment(load.started_at),
                _took(load),
                load.error or "",
            )
            for load in loads
        ],
        caption="Loads of a catalogue, newest first",
        numeric=(0, 3, 4, 5, 7),
        one_line=True,
    )


def features_card():
    """What each number means; needs no database."""
    features = [FIELD_BY_NAME[name] for name in AUDIO_FEATURES]
    others = [field for field in FIELDS if field not in features]
    rows = [(f.label, _scale(f), f.meaning) for f in features]
    rows += [
        (
            "Key",
            "C to B",
            "Estimated key, major or minor; also given in Camelot notation (8B is C major), as DJs write it.",
        ),
        ("Time signature", "1 to 7", "Estimated beats in a bar."),
        ("Explicit", "yes or no", "Whether the lyrics were marked as explicit."),
    ]
    rows += [(f.label, _scale(f), f.meaning) for f in others]
    named = [(html.Strong(label), scale, meaning) for label, scale, meaning in rows]
    return parts.card(
        html.P(
            "Estimates by Spotify's audio analysis, as they stand in the file. Since 27 November 2024 Spotify gives "
            "them to no new application.",
            className="mg-note",
        ),
        parts.table(("Name", "Scale", "What it means"), named, caption="The audio features and other columns"),
        title="What the numbers mean",
        id="data-features",
    )


def _scale(field: Field) -> str:
    special = {"duration_ms": "minutes", "year": "year", "loudness": "dB, 0 is full scale", "popularity": "0 to 100"}
    return special.get(field.name, field.unit or "0 to 1")


def _rejected(live: Catalogue):
    if not live.rejected_rows:
        return html.P("No row was rejected.", className="mg-note")
    found = quality.rejected_by_reason()
    return data_parts.rejections([(r.reason, r.column_name or "", r.rows, r.examples) for r in found])


def _unknown(live: Catalogue):
    found = [(_column(u.column), u.unknown) for u in quality.unknowns_per_column()]
    return data_parts.unknowns(found, live.songs or 0)


def _column(name: str) -> str:
    if name in FIELD_BY_NAME:
        return FIELD_BY_NAME[name].label
    return {"album_id": "Album"}.get(name, name.replace("_", " ").capitalize())


def _took(load: Catalogue) -> str:
    return data_parts.duration((load.finished_at - load.started_at).total_seconds()) if load.finished_at else ""
