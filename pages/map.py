"""Map: all songs of the catalogue on the plane of the live model, coloured by mood.

The server counts the songs of the window that is seen (api/song_map.py), assets/map*.js draws, moves and asks.
The store `map-filter` is the filter's query, as it stands in the address beside `view`, the window; the callback below
answers with what the browser must know of the model, and the filter in words.
"""

from __future__ import annotations

from urllib.parse import parse_qs

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, get_relative_path, html
from dash.development.base_component import Component

from components import map_parts, parts
from data_access import explore, models, song_map
from data_access.catalogue import current
from data_access.filters import SongFilter
from data_access.map_grid import Window
from pages import _explore_answer as answer
from pages import _guard as guard
from pages import _seeds as seeds

dash.register_page(
    __name__,
    path="/map",
    name="Map",
    order=3,
    nav=True,
    title="Map · MusicGroup",
    description="Every song of the catalogue on one map, coloured by mood: zoom in until single songs have names.",
)

_TITLE = "All songs by how they sound"
_EXPLANATION = (
    "Songs that sound alike lie close together; the words at the ends of an axis say what changes along it. Move by "
    "dragging, zoom with the wheel, two fingers or a double click, and draw around songs to filter by them."
)


def layout(view: str | list[str] = "", **query: str | list[str]) -> Component:
    """The page for a URL's query, without data. Parameters that are wrong are said and left out."""
    song_filter, problems = SongFilter.from_query(query)
    shown = view if isinstance(view, str) else view[-1]
    try:
        window = str(Window.parse(shown)) if shown else ""
    except ValueError as error:
        window = ""
        problems.append(str(error))
    return html.Div(
        [
            dcc.Store(id="map-filter", data=song_filter.to_query()),
            dcc.Store(id="map-base"),
            dcc.Store(id="map-started"),  # an output, so that Dash calls `start` for every answer
            html.H1("Map", className="visually-hidden"),
            _bar(song_filter),
            html.P(" ".join(problems), className="mg-problems", role="alert") if problems else None,
            guard.region("map", map_parts.map_card(_TITLE, _EXPLANATION), className="mg-map-region"),
        ],
        id="map-page",
        className="mg-page mg-page-wide mg-map",
        **parts.data(view=window),
    )


def _bar(song_filter: SongFilter) -> Component:
    return html.Div(
        [
            html.P("…", id="map-sentence", className="mg-sentence", **parts.aria(live="polite")),
            html.Div(id="map-chips", className="mg-chips", role="group", **parts.aria(label="Parts of the filter")),
            html.Div(
                [
                    dcc.Link("Explore these songs", id="map-explore", href=explore_address(song_filter),
                             className="mg-button mg-button-quiet"),
                    dcc.Link("Compare", id="map-compare", href=seeds.beside_others(song_filter),
                             className="mg-button mg-button-quiet"),
                    dcc.Link(seeds.FROM_THESE, id="map-recommend", href=seeds.like_these(song_filter),
                             className="mg-button mg-button-quiet", title="Songs that sound like these"),
                ],
                className="mg-bar-actions",
            ),
        ],
        className="mg-bar",
    )  # fmt: skip


@guard.callback(
    "map",
    Output("map-base", "data"),
    Output("map-sentence", "children"),
    Output("map-chips", "children"),
    Output("map-drawn", "children"),
    Output("map-explore", "href"),
    Output("map-compare", "href"),
    Output("map-recommend", "href"),
    Output("map-axis-x", "children"),
    Output("map-axis-y", "children"),
    Input("map-filter", "data"),
)
def begin(query: str) -> tuple:
    """What the browser must know of the model, the filter in words, and where it leads."""
    song_filter, _ = SongFilter.from_query(parse_qs(query, keep_blank_values=True))
    live = current()
    model = models.require(live)
    found = song_map.count(live, song_filter)
    names = explore.names_of(song_filter)
    base = {
        "asked": query,
        "query": song_filter.to_query(),
        "of": song_map.stamp(live, model),
        "model": model.model,
        "extent": list(model.projection["extent"]),
        "moods": [{"number": m.number, "name": m.name, "colour": m.colour, "songs": m.songs} for m in model.moods],
        "placed": found.placed,
        "selected": found.selected_placed,
    }
    return (
        base,
        sentence(song_filter, found, names),
        answer.chips(song_filter, names),
        _drawn(song_filter, found),
        explore_address(song_filter),
        seeds.beside_others(song_filter),
        seeds.like_these(song_filter),
        map_parts.axis_words(model.projection.get("x", "")),
        map_parts.axis_words(model.projection.get("y", "")),
    )


clientside_callback(
    ClientsideFunction("map", "start"),
    Output("map-started", "data"),
    Input("map-base", "data"),
    prevent_initial_call=True,
)


def explore_address(song_filter: SongFilter) -> str:
    """Explore under the same filter."""
    query = song_filter.to_query()
    return get_relative_path("/explore") + (f"?{query}" if query else "")


def sentence(song_filter: SongFilter, found: song_map.Found, names: dict[str, str]) -> list:
    """ "12,431 of 1,204,025 songs: Happy, 1990–2015"; how many of them have no place is said too."""
    unplaced = found.selected - found.selected_placed
    rest = [html.Span(f" · {unplaced:,} of them without a place on the map", className="mg-muted")] if unplaced else []
    if song_filter == SongFilter():
        return [html.Strong(f"{found.songs:,}"), " songs, the whole catalogue", *rest]
    return [html.Strong(f"{found.selected:,}"), f" of {found.songs:,} songs: {song_filter.sentence(names)}", *rest]


def _drawn(song_filter: SongFilter, found: song_map.Found) -> list[Component] | None:
    if song_filter.area is None:
        return None
    return map_parts.drawn_panel(
        found.selected,
        dcc.Link("Explore these songs", href=explore_address(song_filter), id="map-drawn-explore",
                 className="mg-button"),
        dcc.Link("Recommend from these", href=seeds.like_these(song_filter), id="map-drawn-recommend",
                 className="mg-button mg-button-quiet"),
    )  # fmt: skip
