"""What surrounds every page: header with navigation, search and theme switch, footer, banners."""

from __future__ import annotations

import re
from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, get_asset_url, get_relative_path, html
from dash.development.base_component import Component

from components import parts, playlist_parts
from components.search_box import search_box

FOOTER_TEXT = "shell-footer-text"
"""Id of the footer's text; pages/_footer.py fills it."""

FOOTER_LINKS = (("API", "/api/v1/"), ("Operations", "/ops"))
"""What is not for everybody: words, and the address without prefix."""

FOOTER_CLOCK = "shell-footer-clock"
"""Id of the interval after which the footer is looked at again."""


def shell(nav: Sequence[tuple[str, str]], content: Component) -> Component:
    """The whole document: `nav` has (name, address with prefix) of the pages to link to."""
    return html.Div(
        [
            html.A("Skip to the content", href="#mg-content", className="mg-skip"),
            html.Header(
                [_brand(), _nav(nav), search_slot(), playlist_parts.dock(), theme_switch()], className="mg-header"
            ),
            html.Main(content, id="mg-content", className="mg-main", tabIndex="-1"),
            html.Footer(
                [
                    html.Span("MusicGroup", className="mg-footer-name"),
                    html.Span(id=FOOTER_TEXT, className="mg-footer-text"),
                    dcc.Interval(id=FOOTER_CLOCK, interval=60_000),
                    html.Span(
                        [html.A(name, href=get_relative_path(path)) for name, path in FOOTER_LINKS],
                        className="mg-footer-links",
                    ),
                ],
                className="mg-footer",
            ),
            html.Div(
                "The connection to the server is lost. Trying again…",
                id="shell-lost",
                className="mg-lost",
                role="status",
                hidden=True,
            ),
        ],
        className="mg-app",
    )


def address_pattern(address: str) -> str:
    """A page's path or path template as a shell pattern: "/song/<spotify_id>" -> "song/*"."""
    return re.sub("<.*?>", "*", address).strip("/")


def search_slot(place: str = "header") -> Component:
    """The search box in a frame that has its size, for the header or for a page ("home")."""
    return html.Div(search_box(place), className="mg-search-slot")


# ---- header ----------------------------------------------------------------------------------


def _brand() -> Component:
    return dcc.Link(
        [html.Img(src=get_asset_url("mark.svg"), alt="", width=22, height=22), html.Span("MusicGroup")],
        href=get_relative_path("/"),
        className="mg-brand",
        title="MusicGroup: home",
    )


def _nav(nav: Sequence[tuple[str, str]]) -> Component:
    links = [dbc.NavLink(name, href=href, active="exact", class_name="mg-nav-link") for name, href in nav]
    return html.Nav(links, className="mg-nav", **parts.aria(label="Pages"))


def theme_switch() -> Component:
    """Light, dark, or as the system says; assets/theme.js applies and remembers it."""
    options = [
        {
            "label": html.Span(
                html.Span(words, className="visually-hidden"), title=words, className=f"mg-icon mg-icon-{value}"
            ),
            "value": value,
        }
        for value, words in (
            ("light", "Light theme"),
            ("system", "Theme of the system"),
            ("dark", "Dark theme"),
        )
    ]
    return html.Div(
        [
            dcc.RadioItems(options=options, value=None, id="shell-theme", inline=True, className="mg-theme"),
            dcc.Store(id="shell-theme-applied"),
        ],
        role="group",
        **parts.aria(label="Theme"),
    )


clientside_callback(
    ClientsideFunction("theme", "remembered"), Output("shell-theme", "value"), Input("shell-theme", "id")
)
clientside_callback(
    ClientsideFunction("theme", "choose"),
    Output("shell-theme-applied", "data"),
    Input("shell-theme", "value"),
    prevent_initial_call=True,
)
