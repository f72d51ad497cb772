"""Compare: up to six things side by side, in charts that light up together.

The store `compare-state` is the truth: the things in order, their colours, the feature, the yardstick. Whatever a
person does (add, remove, move, swap) edits it in the browser (assets/compare.js), which also keeps the URL. One answer
of the server follows from it and fills the page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, get_relative_path, html
from dash.development.base_component import Component

from components import charts, compare_charts, compare_parts, parts, states
from data_access import compare, compare_ready
from data_access.fields import FIELD_BY_NAME, FIELDS, Field
from pages import _compare_answer as view
from pages import _guard as guard
from pages._compare_state import CompareState

dash.register_page(
    __name__,
    path="/compare",
    name="Compare",
    order=4,
    nav=True,
    title="Compare · MusicGroup",
    description="Songs, artists, albums, genres, moods and playlists side by side: what differs, and how much.",
)

_CHARTS = ("table", "radar", "distribution", "moods", "songs", "years")


def layout(**query: str | list[str]) -> Component:
    """The page for a URL's query, without data: callbacks fill it."""
    state, problems = CompareState.from_query(query)
    return html.Div(
        [
            dcc.Store(id="compare-state", data=state.to_store()),
            dcc.Store(id="compare-shown"),
            dcc.Store(id="compare-adopted"),  # an output, so that Dash calls `adopt` at the first look too
            html.Div(
                [
                    html.Div(
                        [html.H1(["Compare", parts.hint_mark(_KEYS)]), html.P(_LEAD, className="mg-lead")],
                        className="mg-page-head",
                    ),
                    html.Div(id="compare-add", className="mg-search mg-compare-add"),
                ],
                className="mg-compare-top",
            ),
            html.Div(
                [
                    html.Ol(
                        id="compare-chips",
                        className="mg-compare-chips",
                        **parts.aria(label="Things side by side", description=_KEYS),
                    ),
                    html.Div(id="compare-busy", className="mg-busy"),
                ],
                id="compare-bar",
                className="mg-compare-bar",
                hidden=not state.things,
            ),
            html.P(id="compare-said", className="visually-hidden", role="status"),
            html.P(" ".join(problems), id="compare-unread", className="mg-problems", role="alert", hidden=not problems),
            html.P(id="compare-problems", className="mg-problems", role="alert"),
            guard.region(
                "compare",
                html.Div(id="compare-empty", className="mg-compare-empty", hidden=bool(state.things)),
                html.Div(
                    _cards(state), id="compare-body", hidden=not state.things, className=_body_class(len(state.things))
                ),
                whole_page=True,
            ),
        ],
        id="compare-page",
        className="mg-page mg-page-wide mg-compare",
        **parts.data(most=str(compare.AT_MOST)),
    )


_LEAD = "Up to six songs, artists, albums, genres, moods, playlists or saved filters, and what tells them apart."
_KEYS = (
    "On a thing: arrow keys go to the next one, Shift with an arrow key moves it, Delete removes it, ⇄ swaps it with "
    "another. Pointing at a thing lights it in all charts."
)


# ---- cards -----------------------------------------------------------------------------------


def _cards(state: CompareState) -> list[Component]:
    return [
        html.P(id="compare-verdict", className="mg-compare-verdict", **parts.aria(live="polite")),
        charts.chart_card(
            "compare-table",
            "What tells them apart",
            "The mean of each feature, and below it the effect size: the difference of means in standard deviations "
            "(Hedges’ g). By custom 0.2 is small, 0.5 medium, 0.8 large. For a single song it is the distance from the "
            "mean in deviations (z). A ? marks a difference that chance explains as well: Welch’s test, p of 0.05 or "
            "more after Holm’s correction for the many comparisons on this page.",
            html.Div(id="compare-yardsticks"),
            html.Div(id="compare-table-frame", className="mg-compare-table-frame"),
            class_name="mg-compare-wide",
        ),
        charts.chart_card(
            "compare-radar",
            "Against the whole catalogue",
            "Each spoke is a feature; further out means that more of the catalogue’s songs are lower than the mean. "
            "The dotted ring is the middle of the catalogue.",
            compare_charts.plot("compare-radar-chart", "radar"),
        ),
        charts.chart_card(
            "compare-distribution",
            "How the songs spread",
            "The share of each thing’s songs in every bar of the feature, the whole catalogue in grey. The bars are as "
            "wide as the thing with fewest songs needs; a single song is an upright line.",
            html.Div(_feature_choice(state), className="mg-choices"),
            compare_charts.plot("compare-distribution-chart", "distribution"),
            class_name="mg-compare-wide",
        ),
        charts.chart_card(
            "compare-moods",
            "Moods",
            "The share of each thing’s songs in every mood of the stored model, in percent.",
            html.Div(id="compare-moods-bars", className="mg-compare-moods-frame"),
        ),
        html.Section(
            [
                html.Div(
                    [html.H3("Typical songs", id="compare-songs-title"),
                     parts.hint_mark("The songs nearest to the means of all audio features.")],
                    className="mg-chart-heading",
                ),
                html.Div(id="compare-songs-lists", className="mg-compare-songs-frame"),
            ],
            id="compare-songs",
            className="mg-card mg-chart mg-compare-full",
            **parts.aria(labelledby="compare-songs-title"),
        ),
        charts.chart_card(
            "compare-years",
            "Through the years",
            f"The mean of the feature chosen above over each year with {compare.YEAR_SONGS} or more songs; the whole "
            "catalogue in grey.",
            compare_charts.plot("compare-years-chart", "years"),
            class_name="mg-compare-full",
            hidden=True,
        ),
    ]  # fmt: skip


def _feature_choice(state: CompareState) -> Component:
    return html.Label(
        [
            html.Span("songs by"),
            dcc.Dropdown(
                _options(FIELDS),
                state.feature, id="compare-feature", clearable=False, searchable=False, maxHeight=320,
            ),
        ],
        className="mg-choice",
    )  # fmt: skip


def _body_class(number: int) -> str:
    # From four things on the table takes the whole width.
    return "mg-compare-body mg-compare-many" if number > 3 else "mg-compare-body"


def _options(known: Collection[Field]) -> list[dict[str, Any]]:
    """Every field; those that the catalogue does not know cannot be chosen."""
    return [
        {
            "value": field.name,
            "label": field.label if field in known else f"{field.label} (not known here)",
            "disabled": field not in known,
        }
        for field in FIELDS
    ]


# ---- the answer ------------------------------------------------------------------------------


@guard.callback(
    "compare",
    Output("compare-shown", "data"),
    Output("compare-chips", "children"),
    Output("compare-bar", "hidden"),
    Output("compare-body", "hidden"),
    Output("compare-body", "className"),
    Output("compare-empty", "hidden"),
    Output("compare-empty", "children"),
    Output("compare-problems", "children"),
    Output("compare-verdict", "children"),
    Output("compare-yardsticks", "children"),
    Output("compare-table-frame", "children"),
    Output("compare-table-says", "children"),
    Output("compare-table-numbers", "children"),
    Output("compare-feature", "options"),
    Output("compare-radar-chart", "figure"),
    Output("compare-radar-says", "children"),
    Output("compare-radar-numbers", "children"),
    Output("compare-moods", "hidden"),
    Output("compare-moods-bars", "children"),
    Output("compare-moods-says", "children"),
    Output("compare-moods-numbers", "children"),
    Output("compare-songs-lists", "children"),
    Output("compare-distribution-chart", "figure"),
    Output("compare-distribution-chart-labels", "children"),
    Output("compare-distribution-says", "children"),
    Output("compare-distribution-numbers", "children"),
    Output("compare-years", "hidden"),
    Output("compare-years-chart", "figure"),
    Output("compare-years-chart-labels", "children"),
    Output("compare-years-says", "children"),
    Output("compare-years-numbers", "children"),
    Input("compare-state", "data"),
    running=[(Output("compare-busy", "className"), "mg-busy mg-busy-on", "mg-busy")],
)
def fill(stored: dict) -> tuple:
    """The whole page for the things in the store."""
    asked = CompareState.from_store(stored)
    found = compare.compare(asked.things)
    state = asked.showing([p.token for p in found.things])
    problems = list(found.problems)
    shown = {"asked": stored["things"], "names": {p.token: p.name for p in found.things}, **state.to_store()}
    if not found.things:
        return (shown, [], True, True, "mg-compare-body", False, _empty(), " ".join(problems), *[dash.no_update] * 23)
    answer = view.Answer(state, found)
    if answer.field.name != state.feature:
        problems.append(
            f"This catalogue does not know {FIELD_BY_NAME[state.feature].label.lower()}; "
            f"{answer.field.label.lower()} is shown instead."
        )
    radar, moods = view.radar(answer), view.moods(answer)
    distribution, years = view.distribution(answer), view.years(answer)
    pairs = view.pairs_numbers(answer)
    return (
        shown,
        view.chips(answer),
        False,
        False,
        _body_class(len(found.things)),
        True,
        None,
        " ".join(problems),
        view.verdict(answer),
        compare_parts.yardsticks(answer.heads(), state.against),
        view.table(answer),
        "Mean and effect size; the feature that differs most comes first.",
        [pairs, view.table_numbers(answer)],
        _options(found.fields),
        radar.figure,
        radar.says,
        radar.numbers,
        moods.labels is None,
        moods.labels,
        moods.says,
        moods.numbers,
        view.songs(answer),
        distribution.figure,
        distribution.labels,
        distribution.says,
        distribution.numbers,
        not found.catalogue.years,
        years.figure or compare_charts.nothing("years"),
        years.labels,
        years.says,
        years.numbers,
    )


def _empty() -> Component:
    offers = [
        (offer.title, offer.words, get_relative_path(f"/compare?{urlencode([('thing', t) for t in offer.tokens])}"))
        for offer in compare_ready.offers()
    ]
    return html.Div(
        [
            states.empty(
                "Nothing is compared yet.",
                html.P(
                    "Search above for a song, an artist, an album, a genre or a mood, put others beside it, and see "
                    "what tells them apart. Or begin with one of these.",
                    className="mg-state-detail",
                ),
            ),
            compare_parts.ready_made(offers),
        ]
    )


# The browser keeps address and colours; then it says what changed.
clientside_callback(
    ClientsideFunction("compare", "adopt"), Output("compare-adopted", "data"), Input("compare-state", "data")
)
clientside_callback(
    ClientsideFunction("compare", "choose"), Input("compare-feature", "value"), prevent_initial_call=True
)
clientside_callback(ClientsideFunction("compare", "shown"), Input("compare-shown", "data"), prevent_initial_call=True)
