"""What Home is built of: tiles of the catalogue's features, ways in, extremes, a list of songs."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components import spark
from components.parts import percent


def feature_tile(
    *, name: str, meaning: str, counts: Sequence[int], span: tuple[int, int], low: str, high: str, half: str, href: str
) -> Component:
    """A feature's histogram in the small, its middle half in the accent; leads to the songs of that half."""
    label = f"{name}: half of all songs are within {half}, on a scale from {low} to {high}."
    return dcc.Link(
        [
            html.Div(
                [html.Span(name, className="mg-tile-name"), html.Span(half, className="mg-tile-value")],
                className="mg-tile-head",
            ),
            spark.spark(counts, span, label=label),
            html.Div([html.Span(low), html.Span(high)], className="mg-tile-axis"),
        ],
        href=href,
        className="mg-card mg-tile",
        title=meaning,
    )


def way_in(*, title: str, words: str, songs: int, share: float, href: str) -> Component:
    """A filter that is ready to use, with how many songs it leaves."""
    return dcc.Link(
        [
            html.Span(title, className="mg-way-title"),
            html.Span(words, className="mg-way-words"),
            html.Span([html.Strong(f"{songs:,}"), f" songs, {percent(share)}"], className="mg-way-count"),
            spark.meter(share, label=f"{percent(share)} of the catalogue"),
        ],
        href=href,
        className="mg-card mg-way",
    )


def extreme(
    *, superlative: str, value: str, title: str, artists: str, href: str, actions: Sequence[Component]
) -> Component:
    """One song that is the most of something; `actions` stand in the card's corner, beside its link."""
    card = dcc.Link(
        [
            html.Span(superlative, className="mg-extreme-of"),
            html.Span(value, className="mg-extreme-value"),
            html.Span(title, className="mg-extreme-title", dir="auto"),
            html.Span(artists, className="mg-extreme-artists", dir="auto"),
        ],
        href=href,
        className="mg-card mg-extreme",
    )
    return html.Div([card, html.Div(actions, className="mg-song-acts")], className="mg-extreme-frame")


def song_row(
    *, title: str, artists: str, facts: Sequence[str], href: str, actions: Sequence[Component] = ()
) -> Component:
    """One line of a list of songs; `actions` stand at its end."""
    link = dcc.Link(
        [
            html.Span(
                [
                    html.Span(title, className="mg-song-title", dir="auto"),
                    html.Span(artists, className="mg-song-artists", dir="auto"),
                ],
                className="mg-song-who",
            ),
            html.Span([html.Span(fact) for fact in facts], className="mg-song-facts"),
        ],
        href=href,
        className="mg-song",
    )
    return html.Li([link, html.Div(actions, className="mg-song-acts")], className="mg-song-line")


def pages_row(pages: Sequence[tuple[str, str, str]]) -> Component:
    """The other pages: (name, what one does there, address)."""
    return html.Div(
        [
            dcc.Link([html.Strong(name), html.Span(words)], href=href, className="mg-card mg-door")
            for name, words, href in pages
        ],
        className="mg-doors",
    )


def placeholder(tiles: int, height: int, class_name: str) -> Component:
    """Quiet tiles of the final size, while the real ones are on their way."""
    return html.Div(
        [html.Div(className="mg-loading", style={"height": height}) for _ in range(tiles)], className=class_name
    )
