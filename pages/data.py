"""Data: where the catalogue comes from, and what is known, unknown and rejected."""

from __future__ import annotations

import dash
from dash import html

from components import parts

dash.register_page(
    __name__,
    path="/data",
    name="Data",
    order=90,
    nav=True,
    title="Data · MusicGroup",
    description="Where this catalogue comes from: source, row counts, rejected rows, unknown values, load history.",
)


def layout(**_query: object):
    """Parts that callbacks fill."""
    return parts.page(html.P("…"), title="The data")
