"""Facets: buttons that put a value into the filter or take it out, with the number of songs behind each.

A button's `data-facet` is the pair that it toggles in the URL, such as `key=Am`. `assets/explore.js` presses them
and writes their counts; the strength of a button's background is its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from dash import html

from components import parts

_OUTER, _INNER = 41.5, 25.5  # radii of the two rings, percent of the square's side


def facet_button(
    pair: str, text: str, *, label: str = "", class_name: str = "", style: dict | None = None
) -> html.Button:
    """One toggle; `label` is its full name where `text` is too short to say it ("A minor" for "Am")."""
    return html.Button(
        [html.Span(text, className="mg-facet-name"), html.Span(className="mg-facet-count")],
        type="button",
        className=f"mg-facet {class_name}".strip(),
        style=style or {},
        **parts.data(facet=pair, label=label or text),
        **parts.aria(label=label or text, pressed="false"),
    )


def facet_group(title: str, children: Sequence, *, component_id: str, class_name: str = "") -> html.Div:
    """A titled group of facets."""
    return html.Div(
        [html.H3(title, id=f"{component_id}-title"), html.Div(children, id=component_id, className=class_name)],
        className="mg-facet-group",
        role="group",
        **parts.aria(labelledby=f"{component_id}-title"),
    )


def circle_of_fifths(
    component_id: str, majors: Sequence[tuple[str, str, str]], minors: Sequence[tuple[str, str, str]]
) -> html.Div:
    """Twelve major keys on an outer ring and their relative minors inside, C and A minor on top.

    Each key is (pair, text, full name), by fifths clockwise. What lies under the pointer is said in the middle.
    """
    buttons = [
        facet_button(pair, text, label=label, class_name=f"mg-key {ring}", style=_on_ring(place, len(keys), radius))
        for keys, ring, radius in ((majors, "mg-key-major", _OUTER), (minors, "mg-key-minor", _INNER))
        for place, (pair, text, label) in enumerate(keys)
    ]
    return html.Div(
        [html.Div(id=component_id, className="mg-circle-says", **parts.aria(hidden="true")), *buttons],
        className="mg-circle",
    )


def _on_ring(place: int, places: int, radius: float) -> dict[str, str]:
    angle = 2 * pi * place / places
    return {"left": f"{50 + radius * sin(angle):.2f}%", "top": f"{50 - radius * cos(angle):.2f}%"}
