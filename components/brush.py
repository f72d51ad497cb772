"""The brush that lies over a plot, and the boxes that set the same range in figures.

`assets/brush.js` makes every `.mg-brush` work: drag to draw, drag the inside to move, the ends to resize, arrow
keys, Escape. It is told everything by the axis in `data-x` (and `data-y` for a box).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from components import parts

KEYS = (
    "Arrow keys move the range, Shift with an arrow key widens it on that side, Up and Down widen and narrow it, "
    "Escape clears it."
)


def axis(
    field: str,
    low: float,
    high: float,
    step: float,
    *,
    snap: float | None = None,
    label: str = "",
    style: str = "",
    whole: bool = False,
) -> dict:
    """What the brush needs to know of an axis: bars of width `step` over [low, high), the last maybe narrower.

    A pointer moves the brush by columns of width `snap`, keys by bars; without `snap`, both go by bars.
    `style` is how values are spoken: "2" for decimals, "1 dB" with a unit, "duration" for m:ss. `whole` says
    that values are whole numbers, so that [1990, 2000) is 1990 to 1999 in words.
    """
    found = {"field": field, "low": low, "high": high, "step": step, "snap": snap or step}
    found |= {"label": label or field, "style": style}
    return found | {"whole": True} if whole else found


def brush(component_id: str, x: Mapping, y: Mapping | None = None, *, label: str) -> html.Div:
    """A brush over the plot area of the plot that it is put into; two axes make it a box."""
    axes = parts.data(x=json.dumps(dict(x))) | (parts.data(y=json.dumps(dict(y))) if y else {})
    return html.Div(
        id=component_id,
        className="mg-brush",
        tabIndex=0,
        role="slider",
        **parts.aria(
            label=label,
            roledescription="brush",
            describedby="mg-brush-keys",
            valuemin=str(x["low"]),
            valuemax=str(x["high"]),
            valuenow=str(x["low"]),
            valuetext="everything",
        ),
        **axes,
    )


def keys_help() -> html.P:
    """What the keyboard does, said once on a page; every brush refers to it."""
    return html.P(KEYS, id="mg-brush-keys", className="visually-hidden")


def range_boxes(name: str, field: str, *, label: str, unit: str, low: str, high: str) -> html.Div:
    """Two boxes for the ends of a range, with the unit, and a line for what is wrong with them.

    `low` and `high` are the ends of the axis, shown while nothing is entered. The boxes are committed by
    `assets/explore.js` on Enter or when left; their ids are `<name>-low` and `<name>-high`.
    """

    # Dash's own list of keyboards is older than "decimal".
    keyboard: Any = "text" if ":" in low else "decimal"

    def box(end: str, words: str, placeholder: str) -> html.Label:
        # The two end bars also hold what lies beyond them, so an empty box means "no limit".
        return html.Label(
            [
                html.Span(f"{label}, {words}", className="visually-hidden"),
                dcc.Input(
                    id=f"{name}-{end}", type="text", inputMode=keyboard,
                    placeholder=placeholder, autoComplete="off", maxLength=12, className="mg-box",
                ),
            ]
        )  # fmt: skip

    return html.Div(
        [
            box("low", "at least", low),
            html.Span("to", className="mg-range-to"),
            box("high", "at most", high),
            html.Span(unit, className="mg-range-unit"),
            html.P(id=f"{name}-problem", className="mg-range-problem", role="alert"),
        ],
        className="mg-range",
        **parts.data(range=field),
    )
