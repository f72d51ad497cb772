"""A model for people: its moods as a row of links, and the words for how it was made."""

from __future__ import annotations

from collections.abc import Iterable

from dash import dcc, html
from dash.development.base_component import Component

SCALINGS = {
    "standard": "standard: each feature in standard deviations from its mean",
    "minmax": "min-max: each feature from 0, its lowest value, to 1, its highest",
    "robust": "robust: each feature in interquartile ranges from its median, so that extremes weigh less",
    "quantile": "quantile: each feature by rank, so that all parts of its range weigh the same",
}
MAPS = {"pca": "principal components", "umap": "UMAP"}


def mood_links(moods: Iterable[tuple[str, int, int, str]]) -> Component:
    """Moods as (name, colour, songs, href), each with the swatch that it has everywhere."""
    return html.Div(
        [
            dcc.Link(
                [
                    mood_dot(colour),
                    html.Span(name, className="mg-facet-name"),
                    html.Span(f"{songs:,}", className="mg-facet-count"),
                ],
                href=href,
                className="mg-facet",
                title=f"The {songs:,} songs of {name}",
            )
            for name, colour, songs, href in moods
        ],
        className="mg-mood-links",
    )


def mood_dot(colour: int) -> Component:
    """The swatch of a mood; `colour` is a number of the palette."""
    return html.I(className="mg-mood-dot", style={"--mood": f"var(--mg-cat-{colour})"})
