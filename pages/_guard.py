"""How pages meet a database that is down, slow or empty, and go on by themselves when it is back.

A part of a page that a callback fills is a *region*:

    def layout(**query):
        return parts.page(guard.region("home-extremes", html.Div(id="home-extremes-cards"), height=240), ...)

    @guard.callback("home-extremes", Output("home-extremes-cards", "children"), Input("home-shuffle", "n_clicks"))
    def fill(clicks):
        return cards(songs.extremes())          # may raise DatabaseDown, NoCatalogue, QueryTooSlow, ...

While the callback works, the region shows its body. When it raises one of the named errors, the body is
hidden at its size, the matching state from components/states.py lies over it, and the region's
`dcc.Interval` runs the callback again with its current inputs until it succeeds: then the state goes. Each answer
arms it for one tick only, since a steady clock would ask anew before a slow answer is there, and Dash drops an answer
that is no longer the latest. "Try again" buttons, and a browser that was cut off and is back
(assets/20-shell.js), advance the same interval's `n_intervals`. `ctx.triggered_id` is then `retry_id(region)`.

So a callback that changes something asks for `ctx.triggered_id` first: what the region asks for by itself only reads.
The callback's own outputs keep what they had. An error without a name here is logged and shows as "failed".
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import dash
from dash import Input, Output, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import parts, states
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow, TooManyRows
from data_access.models import NoModel

log = logging.getLogger(__name__)

SOON_MS = 3_000
LATER_MS = 20_000  # a read that was too slow must not be hammered on


class Trouble(NamedTuple):
    """What to show for an error, and after how long to try again (None: only when the inputs change)."""

    shown: Component
    again_ms: int | None


def retry_id(region: str) -> str:
    """Id of a region's interval."""
    return f"{region}-retry"


def trouble_id(region: str) -> str:
    """Id of the element that a region's state is put into."""
    return f"{region}-trouble"


def region(name: str, *body: Any, height: int | None = None, whole_page: bool = False, **options: Any) -> Component:
    """A part of a page that `callback(name, ...)` fills; `height` (px) is what it takes before it is filled.

    A card's region keeps its size in trouble; with `whole_page` it shrinks to its message.
    """
    class_name = " ".join(
        filter(None, ("mg-region", "mg-region-page" if whole_page else "", options.pop("className", "")))
    )
    return html.Div(
        [
            html.Div(id=trouble_id(name), className="mg-trouble"),
            dcc.Interval(id=retry_id(name), interval=SOON_MS, max_intervals=0),
            html.Div(list(body), className="mg-region-body"),
        ],
        className=class_name,
        style={"minHeight": f"{height}px"} if height else None,
        **parts.data(mg_region=name),
        **options,
    )


def callback(name: str, *dependencies: Any, **options: Any) -> Callable:
    """`dash.callback` for a region: outputs, then inputs, then states, positional."""
    outputs = [part for part in dependencies if isinstance(part, Output)]
    others = [part for part in dependencies if not isinstance(part, Output)]
    guard_outputs = (
        Output(trouble_id(name), "children"),
        Output(retry_id(name), "max_intervals"),
        Output(retry_id(name), "interval"),
    )

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def guarded(*arguments: Any) -> tuple:
            return _outcome(name, function, arguments[1:], len(outputs), arguments[0] or 0)

        dash.callback(*outputs, *guard_outputs, Input(retry_id(name), "n_intervals"), *others, **options)(guarded)
        return function

    return decorate


def trouble(name: str, error: Exception) -> Trouble:
    """The state for an error of a region."""
    match error:
        case DatabaseDown():
            return Trouble(states.database_down(), SOON_MS)
        case NoCatalogue():
            return Trouble(states.no_catalogue(), SOON_MS)
        case NoModel():
            return Trouble(states.no_model(), SOON_MS)
        case QueryTooSlow():
            return Trouble(states.too_slow(states.retry_button(name)), LATER_MS)
        case TooManyRows():
            return Trouble(states.too_many(str(error)), None)
        case _:
            return Trouble(states.failed(states.retry_button(name)), None)


def _outcome(name: str, function: Callable, arguments: tuple, n_outputs: int, ticks: int) -> tuple:
    """Values for the outputs, then for trouble's children, the ticks at which the interval ends, and its length."""
    try:
        found = function(*arguments)
    except PreventUpdate:
        raise
    except Exception as error:
        shown, again_ms = trouble(name, error)
        if isinstance(error, (DatabaseDown, NoCatalogue, NoModel, QueryTooSlow, TooManyRows)):
            log.warning("%s: %s", name, error)
        else:
            log.exception("%s failed", name)
        return (*[no_update] * n_outputs, shown, ticks + 1 if again_ms else 0, again_ms or SOON_MS)
    values = [found] if n_outputs == 1 else [no_update] * n_outputs if found is no_update else list(found)
    return (*values, None, 0, SOON_MS)
