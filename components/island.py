"""Islands: large, still parts of a page that the browser builds as plain elements, past Dash and React.

Dash keeps every component in a store of its own and looks at all of them at every callback, which for a thousand
cells takes seconds. An island is one empty element for Dash; what it shows travels as a small tree through a
`dcc.Store` and is built by assets/island.js. Components that have callbacks of their own cannot be in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, clientside_callback, dcc
from dash.development.base_component import Component

from components.parts import Content

_LEFT_OUT = ("children", "id")
_DRAW = ClientsideFunction("island", "draw")


def store(name: str) -> Component:
    """The store through which the islands of one callback travel; give `trees(...)` to its `data`."""
    return dcc.Store(id=store_id(name))


def store_id(name: str) -> str:
    """Id of that store."""
    return f"{name}-islands"


def draws(name: str, by: ClientsideFunction = _DRAW) -> None:
    """Register, once for each store, that the browser builds what comes through it; `by` does that and more."""
    clientside_callback(by, Input(store_id(name), "data"), prevent_initial_call=True)


def trees(**islands: Content) -> dict[str, Any]:
    """What to show in the element of each id; underscores in names stand for hyphens."""
    return {name.replace("_", "-"): tree(content) for name, content in islands.items()}


def tree(content: Content) -> Any:
    """Components of `dash.html`, and `dcc.Link`, as [tag, attributes, children]; texts as they are.

    Raises TypeError for any other component: those need Dash.
    """
    if content is None or isinstance(content, (str, int, float)):
        return content
    if isinstance(content, Component):
        told = content.to_plotly_json()
        kind, props = (told["namespace"], told["type"]), told["props"]
        if kind == ("dash_core_components", "Link"):
            tag, extra = "a", {"data-mg-link": "yes"}
        elif kind[0] == "dash_html_components":
            tag, extra = told["type"].lower(), {}
        else:
            raise TypeError(f"{told['type']} cannot be in an island")
        return [tag, {**_attributes(props), **extra}, tree(props.get("children"))]
    return [None, {}, [tree(part) for part in content]]


def _attributes(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if name not in _LEFT_OUT and value not in (None, False)}
