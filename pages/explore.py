"""Explore: every song of the catalogue in linked charts, a sentence, and a table.

The store `explore-filter` is the truth: the canonical query of an ExploreState. Whatever a person does
(brush, box, facet, chip, word) edits this query in the browser (assets/explore.js), which also keeps the URL. From
it follow two answers of the server: the counts for all charts, which assets/explore_draw.js draws, and the blocks
of the table.
"""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, get_relative_path, html, no_update
from dash.development.base_component import Component

from components import brush, parts, song_table, states
from data_access import explore, models
from data_access.catalogue import current
from data_access.fields import FIELDS
from pages import _explore_answer as answer
from pages import _explore_parts as pieces
from pages import _guard as guard
from pages import _seeds as seeds
from pages._explore_state import ExploreState

dash.register_page(
    __name__,
    path="/explore",
    name="Explore",
    order=1,
    nav=True,
    title="Explore · MusicGroup",
    description="Filter and brush a whole catalogue of songs in linked charts: energy, tempo, key, year and more.",
)


def layout(**query: str | list[str]) -> Component:
    """The page for a URL's query, without data: callbacks fill it. Parameters that are wrong are said and left out."""
    state, problems = ExploreState.from_query(query)
    return html.Div(
        [
            dcc.Store(id="explore-filter", data=state.to_query()),
            dcc.Store(id="explore-summary"),
            dcc.Store(id="explore-whole"),
            dcc.Store(id="explore-known"),
            dcc.Store(id="explore-block"),
            dcc.Store(id="explore-adopted"),  # an output, so that Dash calls `adopt` at the first look too
            html.H1("Explore", className="visually-hidden"),
            brush.keys_help(),
            _bar(state),
            html.P(" ".join(problems), className="mg-problems", role="alert") if problems else None,
            html.Div([pieces.filter_column(state), _charts(state)], className="mg-explore-body"),
            _table(state),
        ],
        id="explore-page",
        className="mg-page mg-page-wide mg-explore",
        **parts.data(setup=pieces.setup()),
    )


# ---- the sentence, and all counts ------------------------------------------------------------


def _bar(state: ExploreState) -> Component:
    query = state.song_filter.to_query()
    download = get_relative_path("/explore.csv") + f"?{query}"
    return html.Div(
        [
            html.P("…", id="explore-sentence", className="mg-sentence", **parts.aria(live="polite")),
            # In its place while a brush moves, and what screen readers hear of that (assets/live_words.js).
            html.P(id="explore-live", className="mg-sentence", hidden=True, **parts.aria(hidden="true")),
            html.P(id="explore-live-said", className="visually-hidden", role="status"),
            html.Div(id="explore-chips", className="mg-chips", role="group", **parts.aria(label="Parts of the filter")),
            html.Div(
                [
                    # assets/explore_saved.js changes the places of these four, and the button, with the filter.
                    dcc.Link("On the map", id="explore-map", href=seeds.on_the_map(state.song_filter),
                             className="mg-button mg-button-quiet", title="These songs on the map of all songs"),
                    dcc.Link("Compare", id="explore-compare", href=seeds.beside_others(state.song_filter),
                             className="mg-button mg-button-quiet", title="These songs beside others"),
                    dcc.Link(seeds.FROM_THESE, id="explore-recommend", href=seeds.like_these(state.song_filter),
                             className="mg-button mg-button-quiet", title="Songs that sound like these"),
                    html.Button("Save filter", id="explore-save", type="button", disabled=not query,
                                className="mg-button mg-button-quiet",
                                title="Keep this filter under a name, in this browser",
                                **parts.aria(expanded="false", controls="explore-saved", haspopup="dialog")),
                    html.Button("Reset", id="explore-reset", type="button", className="mg-button mg-button-quiet",
                                disabled=not query, **parts.data(reset="all")),
                    html.Button("Copy link", id="explore-copy", type="button", className="mg-button mg-button-quiet"),
                    html.A("Download CSV", id="explore-download", href=download, download="",
                           className="mg-button mg-button-quiet"),
                ],
                className="mg-bar-actions",
            ),
            html.Div(id="explore-saved", className="mg-saved", hidden=True, role="dialog",
                     **parts.aria(label="Saved filters")),
            html.Div(id="explore-busy", className="mg-busy"),
        ],
        className="mg-bar",
    )  # fmt: skip


def _charts(state: ExploreState) -> Component:
    return guard.region(
        "explore-charts",
        html.H2("Charts", className="visually-hidden"),
        html.Div(id="explore-empty", className="mg-explore-empty"),
        html.Div(
            [
                *map(pieces.histogram_card, FIELDS),
                pieces.legend_card(),
                pieces.density_card(state),
                pieces.by_year_card(state),
            ],
            className="mg-charts",
        ),
        className="mg-explore-charts",
    )


@guard.callback(
    "explore-charts",
    Output("explore-summary", "data"),
    Output("explore-whole", "data"),
    Output("explore-sentence", "children"),
    Output("explore-chips", "children"),
    Output("explore-empty", "children"),
    Input("explore-filter", "data"),
    State("explore-known", "data"),
    running=[(Output("explore-busy", "className"), "mg-busy mg-busy-on", "mg-busy")],
)
def summarise(query: str, known: str | None) -> tuple:
    """All counts under the filter, in one answer; those of the whole catalogue only when they are not known yet."""
    state = ExploreState.from_text(query)
    catalogue = current()
    model = models.current(catalogue)
    version = answer.version_of(catalogue, model)
    summary = explore.summarise(state.song_filter, (state.x, state.y), state.by)
    whole = explore.whole_catalogue()
    names = explore.names_of(state.song_filter)
    return (
        answer.summary_answer(state, summary, whole),
        no_update if known == version else answer.whole_answer(version, whole, model.moods if model else ()),
        answer.sentence(state.song_filter, summary, names),
        answer.chips(state.song_filter, names),
        None if summary.selected else states.empty(action=_reset_button()),
    )


def _reset_button() -> Component:
    return html.Button("Reset the filter", type="button", className="mg-button", **parts.data(reset="all"))


# Controls, address and download follow the filter; then the charts follow the counts.
clientside_callback(
    ClientsideFunction("explore", "adopt"), Output("explore-adopted", "data"), Input("explore-filter", "data")
)
clientside_callback(
    ClientsideFunction("explore", "draw"),
    Output("explore-known", "data"),
    Input("explore-summary", "data"),
    Input("explore-whole", "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("explore", "choose"),
    Input("explore-x", "value"),
    Input("explore-y", "value"),
    Input("explore-by", "value"),
    prevent_initial_call=True,
)


# ---- the table -------------------------------------------------------------------------------


def _table(state: ExploreState) -> Component:
    grid = song_table.song_table("explore-table", pieces.table_columns(state.sort))
    return html.Section(
        [html.H2("Songs", className="visually-hidden"), guard.region("explore-songs", grid)],
        className="mg-card mg-explore-table",
    )


@guard.callback(
    "explore-songs",
    Output("explore-block", "data"),
    Input("explore-table", "getRowsRequest"),
    State("explore-filter", "data"),
    prevent_initial_call=True,
)
def block(request: dict | None, query: str) -> object:
    """The rows that the grid asks for, with the filter that they answer, so that late ones can be dropped."""
    if not request:
        return no_update
    song_filter = ExploreState.from_text(query).song_filter
    sort = next(iter(request.get("sortModel") or []), {"colId": "title", "sort": "asc"})
    column = sort["colId"] if sort["colId"] in explore.SORTABLE else "title"
    found = explore.table_block(
        song_filter, column, sort["sort"] == "desc", int(request["startRow"]), int(request["endRow"])
    )
    return {"filter": song_filter.to_query(), "start": request["startRow"], "rows": found.rows, "total": found.total}


clientside_callback(
    ClientsideFunction("explore", "answerRows"),
    Output("explore-table", "getRowsResponse"),
    Input("explore-block", "data"),
    prevent_initial_call=True,
)
