"""The search box: a place that assets/search.js fills with a combobox of suggestions.

The box is made in the browser because Dash has no text field that can carry a role and ARIA states;
its style sheet gives the place its final size before.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.parts import data

PLACEHOLDERS = {
    "header": "Search songs and artists",
    "home": "A song or an artist, for example “Bohemian Rhapsody”",
    "song": "Search songs and artists",
    "mood": "A song, for example “Hallelujah”",
}


def search_box(place: str = "header", *, pick: str = "") -> Component:
    """The search box for one place of the page (a key of PLACEHOLDERS); each place may have one.

    It leads to what is chosen. With `pick`, it finds songs only and stays: the id of the chosen one goes into
    the `dcc.Store` of that name.
    """
    picking = data(mg_pick=pick) if pick else {}
    return html.Div(
        id=f"search-{place}",
        className=f"mg-search mg-search-{place}",
        **data(mg_search=place, placeholder=PLACEHOLDERS[place]),
        **picking,
    )
