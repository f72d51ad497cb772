"""Home: what this catalogue is, and ways into it."""

from __future__ import annotations

import dash
from dash import html

from components import parts

dash.register_page(
    __name__,
    path="/",
    name="Home",
    order=0,
    nav=True,
    title="MusicGroup",
    description="Explore a catalogue of songs by how they sound.",
)


def layout(**_query: object):
    """Parts that callbacks fill."""
    return parts.page(html.P("…"), title="Home")
