"""Recommend: songs like others, or like nothing but what sliders say, each with the reason why it is there.

The store `recommend-state` holds the address's query and is the truth. What a person does edits it in the browser
(assets/recommend.js), one question at a time however fast a slider moves, and keeps the URL. The server's answer is a
dictionary of words and numbers that the browser draws.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback
from dash.development.base_component import Component

from data_access import catalogue
from pages import _guard as guard
from pages import _recommend_answer as view
from pages import _recommend_layout

dash.register_page(
    __name__,
    path="/recommend",
    name="Recommend",
    order=5,
    nav=True,
    title="Recommend · MusicGroup",
    description="Songs like the ones you name, from the whole catalogue: tuned by sliders, each with the reason why.",
)


def layout(**query: str | list[str]) -> Component:
    """The page for a URL's query, without data: callbacks and the browser fill it."""
    return _recommend_layout.page(query)


@guard.callback(
    "recommend",
    Output("recommend-answer", "data"),
    Input("recommend-state", "data"),
    running=[(Output("recommend-busy", "className"), "mg-busy mg-busy-on", "mg-busy")],
)
def answer(stored: dict) -> dict[str, Any]:
    """Recommended songs for what is in the store."""
    return view.answer(catalogue.current(), str(stored["query"]))


@guard.callback("recommend-about", Output("recommend-about", "data"), Input("recommend-page", "id"))
def about(_: str) -> dict[str, Any]:
    """What the catalogue has, once a look at the page."""
    return view.about(catalogue.current())


clientside_callback(
    ClientsideFunction("recommend", "adopt"), Output("recommend-adopted", "data"), Input("recommend-state", "data")
)
clientside_callback(
    ClientsideFunction("recommend", "about"), Input("recommend-about", "data"), prevent_initial_call=True
)
clientside_callback(
    ClientsideFunction("recommend", "answered"), Input("recommend-answer", "data"), prevent_initial_call=True
)
