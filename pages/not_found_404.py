"""What an unknown address shows; api/headers.py gives it the status 404."""

from __future__ import annotations

import dash
from dash import get_relative_path, html

from components import parts

dash.register_page(__name__, name="Not found", title="Not found · MusicGroup", description="There is no page here.")


def layout(**_query: object):
    """The way back."""
    return parts.page(
        html.P(
            [
                parts.link("Home", get_relative_path("/")),
                " · ",
                parts.link("Explore the songs", get_relative_path("/explore")),
                " · ",
                parts.link("About the data", get_relative_path("/data")),
            ]
        ),
        title="There is no page here",
        lead="The address may have been mistyped, or the page has moved.",
    )
