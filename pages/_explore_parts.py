"""The pieces of Explore's layout: filter column, chart cards, table columns. No data is read here."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from components import brush, charts, facets, parts, song_table
from data_access.fields import CIRCLE_OF_FIFTHS, FIELDS, NOTES, UNKNOWN_KEY, Field, key_name
from data_access.filters import SongFilter
from pages._explore_state import LINES_AT_MOST, MEANS, ExploreState

_TICKS = {
    "loudness": range(-40, 1, 10),
    "tempo": range(60, 200, 40),
    "duration_ms": range(60_000, 540_001, 120_000),
    "year": range(1900, 2100, 20),
    "popularity": range(0, 100, 20),
}
_WHOLE = ("year", "popularity")
_SETS = ("key", "time", "explicit", "mood", "area", "genre", "artist", "album", "playlist")
_BEATS = (3, 4, 5, 1, 0)


def style_of(of: Field) -> str:
    """A field's number style for assets/format.js."""
    return "duration" if of.name == "duration_ms" else f"{of.decimals} {of.unit}".strip()


def ticks_of(of: Field) -> list[tuple[float, str]]:
    """Labelled places of a field's axis; the unit stands at the last one."""
    values = list(_TICKS.get(of.name, (0, 0.25, 0.5, 0.75, 1)))
    texts = [of.format(v) if of.name == "duration_ms" else f"{v:g}".replace("-", "−") for v in values]
    if of.unit:
        texts[-1] += f" {of.unit}"
    return list(zip(values, texts, strict=True))


def axis_of(of: Field) -> dict:
    """A field's axis for the brush; its bars are the histogram's, its columns those of the field."""
    code = (of.high - of.low) / of.bins
    step, snap = (round(code * codes, 6) for codes in (of.codes_per_bar, of.codes_per_column))
    return brush.axis(
        of.name, of.low, of.high, step, snap=snap, label=of.label, style=style_of(of), whole=of.name in _WHOLE
    )


def setup() -> str:
    """What assets/explore.js needs to know of fields and of the URL, as JSON."""
    fields = {f.name: axis_of(f) | {"unit": f.unit, "ticks": ticks_of(f)} for f in FIELDS}
    return json.dumps(
        {
            "fields": fields,
            "parameters": [*fields, *_SETS, "text"],
            "page": ["x", "y", "by"],
            "lines": LINES_AT_MOST,
            "keys": [_key_pair(code)[1] for code in range(UNKNOWN_KEY + 1)],
            "defaults": {"x": ExploreState.x, "y": ExploreState.y, "by": ",".join(ExploreState.by)},
        }
    )


# ---- the filter column -----------------------------------------------------------------------


def filter_column(state: ExploreState) -> Component:
    """Text, mood, key, time signature, explicit and genre; foldable where there is little room."""
    return html.Aside(
        [
            html.H2("Filters", className="visually-hidden"),
            html.Button(
                "Mood, key, genre and more", type="button", id="explore-facets-toggle",
                className="mg-button mg-button-quiet mg-facets-toggle",
                **parts.aria(expanded="false", controls="explore-facets"),
            ),
            html.Div(
                [
                    _text_filter(state),
                    # Filled by assets/explore_facets.js; hidden for a catalogue without moods.
                    facets.facet_group("Mood", [], component_id="explore-moods", class_name="mg-moods"),
                    _key_facet(),
                    html.Div([_time_facet(), _explicit_facet()], className="mg-facet-pair"),
                    facets.facet_group("Genre", [], component_id="explore-genres", class_name="mg-genres"),
                ],
                id="explore-facets",
            ),
        ],
        className="mg-card mg-filters",
        **parts.aria(label="Filters"),
    )  # fmt: skip


def _text_filter(state: ExploreState) -> Component:
    return html.Label(
        [
            html.H3("Words", className="mg-filter-title"),
            dcc.Input(
                id="explore-text", type="text", value=state.song_filter.text,
                placeholder="in title, artist or album", maxLength=200, className="mg-text-filter",
            ),
        ],
        className="mg-facet-group",
    )  # fmt: skip


def _key_facet() -> Component:
    pitches = [place % 12 for place in CIRCLE_OF_FIFTHS]
    majors = [_key_button(pitch * 2 + 1) for pitch in pitches]
    minors = [_key_button((pitch + 9) % 12 * 2) for pitch in pitches]
    unknown = facets.facet_button("key=unknown", "unknown", label="key unknown", class_name="mg-key-unknown")
    circle = facets.circle_of_fifths("explore-key-says", majors, minors)
    return facets.facet_group("Key", [circle, unknown], component_id="explore-keys")


def _key_pair(code: int) -> tuple[str, str]:
    """The URL parameter of a key code, as SongFilter writes it: ("key", "Am")."""
    return parse_qsl(SongFilter(keys=frozenset({code})).to_query())[0]


def _key_button(code: int) -> tuple[str, str, str]:
    text = NOTES[code // 2] + ("" if code % 2 else "m")
    return "=".join(_key_pair(code)), text, key_name(code)


def _time_facet() -> Component:
    buttons = [
        facets.facet_button(
            f"time={beats or 'unknown'}", str(beats) if beats else "unknown",
            label=f"{beats} beats a bar" if beats else "beats a bar unknown",
        )
        for beats in _BEATS
    ]  # fmt: skip
    return facets.facet_group("Beats a bar", buttons, component_id="explore-time", class_name="mg-chips-row")


def _explicit_facet() -> Component:
    buttons = [
        facets.facet_button("explicit=no", "no", label="not explicit"),
        facets.facet_button("explicit=yes", "yes", label="explicit"),
    ]
    return facets.facet_group("Explicit lyrics", buttons, component_id="explore-explicit", class_name="mg-chips-row")


# ---- the charts ------------------------------------------------------------------------------


@cache
def _empty_histogram(of: Field) -> go.Figure:
    ticks = [] if of.name == "year" else ticks_of(of)  # a catalogue's years come with its numbers
    return charts.histogram([float(edge) for edge in of.bar_edges.round(4)], ticks=ticks)


def histogram_card(of: Field) -> Component:
    """A field's histogram with its brush and its two boxes."""
    name = f"explore-{of.name}"
    overlay = brush.brush(f"{name}-brush", axis_of(of), label=f"{of.label} range")
    return charts.chart_card(
        name,
        of.label,
        of.meaning,
        charts.plot(f"{name}-chart", _empty_histogram(of), "histogram", overlay),
        brush.range_boxes(
            name, of.name, label=of.label, unit=of.unit, low=_end_text(of, of.low), high=_end_text(of, of.high)
        ),
        class_name="mg-chart-histogram",
        # Files have years or popularity, seldom both: with one of them to begin with, nothing moves later.
        hidden=of.name == "popularity",
    )


def _end_text(of: Field, value: float) -> str:
    if of.name == "year":  # the browser writes the catalogue's own first and last year
        return ""
    return of.format(min(value, 100) if of.name == "popularity" else value).removesuffix(f" {of.unit}")


def density_card(state: ExploreState) -> Component:
    """Two fields against each other, with a box brush."""
    by_name = {f.name: f for f in FIELDS}
    x, y = by_name[state.x], by_name[state.y]
    figure = charts.density([float(x.low), float(x.high)], [float(y.low), float(y.high)])
    overlay = brush.brush(
        "explore-density-brush", axis_of(x), axis_of(y), label="Range of both features, drawn as a box"
    )
    choices = [
        _choice("explore-x", "across", state.x, [f.name for f in FIELDS]),
        _choice("explore-y", "up", state.y, [f.name for f in FIELDS]),
    ]
    return charts.chart_card(
        "explore-density",
        "Two features together",
        "Where the songs lie by two features at once: the stronger the colour, the more songs. Draw a box to filter "
        "by both.",
        html.Div(choices, className="mg-choices"),
        charts.plot("explore-density-chart", figure, "density", overlay),
        class_name="mg-chart-wide",
    )


def by_year_card(state: ExploreState) -> Component:
    """Means by year over the number of songs, with a brush over the years."""
    year = next(f for f in FIELDS if f.name == "year")
    overlay = brush.brush("explore-years-brush", axis_of(year), label="Years")
    labels = html.Div(id="explore-years-labels", className="mg-line-labels", **parts.aria(hidden="true"))
    return charts.chart_card(
        "explore-years",
        "Through the years",
        "The mean of each chosen feature over the filtered songs of a year, where a year has five or more; the bars "
        "below count these songs.",
        html.Div(_choice("explore-by", "mean of", list(state.by), list(MEANS), several=True), className="mg-choices"),
        charts.plot("explore-years-chart", charts.by_year(MEANS), "by-year", overlay, labels),
        class_name="mg-chart-wide",
    )


def _choice(component_id: str, words: str, value: Any, names: list[str], several: bool = False) -> Component:
    label = {f.name: f.label for f in FIELDS}
    return html.Label(
        [
            html.Span(words),
            dcc.Dropdown(
                [{"value": name, "label": label[name]} for name in names],
                value, id=component_id, multi=several, clearable=False, searchable=False,
                maxHeight=320, labels={"select_all": "", "deselect_all": ""} if several else None,
            ),
        ],
        className="mg-choice mg-choice-several" if several else "mg-choice",
        title=f"At most {LINES_AT_MOST}" if several else None,
    )  # fmt: skip


def legend_card() -> Component:
    """How to read the charts, said once."""
    return html.Div(
        [
            html.H3("How to read these"),
            html.P([html.I(className="mg-swatch mg-swatch-whole"), "the whole catalogue"]),
            html.P([html.I(className="mg-swatch mg-swatch-selected"), "your songs, under all other brushes"]),
            html.P("Each is drawn as shares of its own set, so that a handful of songs stays readable."),
            html.P("Drag over a chart to brush a range: all others follow. Drag it to move, click beside it to clear."),
        ],
        className="mg-card mg-chart mg-legend",
    )


# ---- the table -------------------------------------------------------------------------------

_SHOWN_FIRST = ("duration_ms", "tempo", "energy", "danceability", "valence", "loudness", "popularity")


def table_columns(sort: str) -> list[dict]:
    """Columns of the table, the order of `sort` ("tempo", "-tempo") shown at its header."""
    field = {f.name: f for f in FIELDS}
    rest = [f.name for f in FIELDS if f.name not in (*_SHOWN_FIRST, "year")]
    columns = [
        song_table.sign_column("add", "Playlist", "MgAdd"),
        song_table.sign_column("more", "More like this", "MgMore"),
        song_table.column("title", "Title", renderer="MgSongLink", width=260),
        song_table.column("artists", "Artists", renderer="MgArtistLinks", width=200),
        song_table.column("album", "Album", width=190),
        song_table.column("mood", "Mood", renderer="MgMood", width=130),
        *(_number_column(field[name]) for name in ("year", *_SHOWN_FIRST[:2])),
        song_table.column("key", "Key", renderer="MgKey", width=96),
        *(_number_column(field[name]) for name in (*_SHOWN_FIRST[2:], *rest)),
        song_table.column("time_signature", "Beats", style="0", width=80, tooltip="Beats a bar"),
        song_table.column("explicit", "Explicit", renderer="MgYesNo", width=88),
    ]
    name, order = sort.removeprefix("-"), "desc" if sort.startswith("-") else "asc"
    for column in columns:
        if column["field"] == name:
            column["initialSort"] = order
    return columns


def _number_column(of: Field) -> dict:
    unit = f" ({of.unit})" if of.unit else ""
    width = max(78, 34 + 8 * len(of.label))
    column = song_table.column(of.name, of.label, style=style_of(of).split(" ")[0], width=width, tooltip=of.meaning)
    return column | {"headerTooltip": f"{of.label}{unit}: {of.meaning}"}
