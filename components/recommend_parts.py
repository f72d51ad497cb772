"""What Recommend is built of before anything is known: places for seeds, sliders, filters and the list.

The browser fills them (assets/recommend*.js); their sizes are those of the filled ones, so that nothing moves.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components import parts


def seeds() -> Component:
    """The box to add a seed with, and the seeds."""
    return parts.card(
        html.Div(id="recommend-add", className="mg-search mg-recommend-add"),
        html.Ul(id="recommend-seeds", className="mg-recommend-seeds", **parts.aria(label="Seeds")),
        title="Like what?",
        hint="Songs, artists, albums, genres, moods, playlists or saved filters, up to 50: songs are sought that are "
        "like the middle of them. Without any, targets below are enough.",
        aside=_button("Clear", "clear", quiet=True),
        className="mg-recommend-from",
    )


def presets(choices: Sequence[tuple[str, str, str]]) -> Component:
    """Buttons that set many sliders at once: (name, words, what it does)."""
    return html.Div(
        [
            html.Button(
                words, type="button", className="mg-facet mg-recommend-preset", title=meaning,
                **parts.data(preset=name),
            )
            for name, words, meaning in choices
        ],
        className="mg-recommend-presets",
        role="group",
        **parts.aria(label="Ready-made settings"),
    )  # fmt: skip


def sliders(rows: int) -> Component:
    """The place of the features' sliders, as high as `rows` of them."""
    heads = [html.Span("What it should be like"), html.Span("Weight", className="mg-recommend-weight-head")]
    return html.Div(
        [
            html.Div(heads, className="mg-recommend-sliders-head", **parts.aria(hidden="true")),
            html.Ul(
                id="recommend-sliders", className="mg-recommend-sliders", style={"--rows": str(rows)},
                **parts.aria(label="Audio features"),
            ),
        ]
    )  # fmt: skip


def making(most_of_an_artist: int, most_percent: float) -> Component:
    """How the list is made: songs of an artist, diversity, mixing."""
    return html.Div(
        [
            _labelled(
                "Songs of an artist",
                "At most this many by one artist.",
                _input("recommend-per-artist", "number", "1", str(most_of_an_artist), "1"),
            ),
            _labelled(
                "Variety",
                "To the left the closest songs; the further right, the less alike they are among each other.",
                _input("recommend-diversity", "range", "0", "1", "0.05"),
                html.Output(id="recommend-diversity-says", className="mg-recommend-says"),
            ),
            html.Div(
                [
                    html.Label(
                        [
                            _input("recommend-mixing", "checkbox"),
                            html.Span("For mixing with the first song,"),
                        ],
                        className="mg-recommend-check",
                    ),
                    html.Label(
                        [
                            html.Span("±"),
                            _input("recommend-percent", "number", "0", f"{most_percent:g}", "1"),
                            html.Span("% tempo"),
                        ],
                        className="mg-recommend-percent",
                    ),
                    parts.hint_mark(
                        "Only songs in a neighbouring key of the Camelot wheel, with a tempo as near as this, half and "
                        "double time included."
                    ),
                ],
                className="mg-recommend-mixing",
            ),
        ],
        className="mg-recommend-making",
    )


def filters() -> Component:
    """What songs must meet: chips of everything, and what can be chosen here."""
    return html.Div(
        [
            html.Div(
                [
                    html.H3("Only songs that are"),
                    html.A("Change in Explore", id="recommend-explore", href="#", className="mg-link"),
                ],
                className="mg-recommend-filters-head",
            ),
            html.Div(id="recommend-chips", className="mg-chips"),
            html.Div(
                id="recommend-moods", className="mg-recommend-moods", role="group", **parts.aria(label="Moods")
            ),
            html.Div(
                [
                    html.Div(id="recommend-explicit", role="group", **parts.aria(label="Explicit songs")),
                    html.Div(id="recommend-years", role="group", **parts.aria(label="Years")),
                ],
                className="mg-recommend-facets",
            ),
            html.Div(id="recommend-unwanted", className="mg-chips mg-recommend-unwanted"),
        ],
        id="recommend-filters",
        className="mg-recommend-filters",
    )  # fmt: skip


def tuning(*children: Component) -> Component:
    """A card that folds where there is little room."""
    return html.Section(
        [
            html.Button(
                "Sliders and filters", type="button", id="recommend-fold",
                className="mg-button mg-button-quiet mg-recommend-fold",
                **parts.aria(expanded="false", controls="recommend-folded"),
            ),
            html.Div(list(children), id="recommend-folded", className="mg-recommend-folded"),
        ],
        className="mg-card mg-recommend-tuning",
        **parts.aria(label="Sliders and filters"),
    )  # fmt: skip


_READING = (
    "Scores: 100 % is as near as can be, 0 % as near as two songs drawn at random. Each bar is a feature, in the order "
    "of the sliders, and what it adds to the score; below the line it takes from it."
)


def results() -> Component:
    """The list with the sentence about its pools."""
    return html.Section(
        [
            html.Div(
                [
                    html.P(
                        [html.Span(id="recommend-pools", role="status"), parts.hint_mark(_READING)],
                        className="mg-recommend-pools",
                    ),
                    _button("Add all to the playlist", "all", quiet=True),
                    html.Div(id="recommend-busy", className="mg-busy"),
                ],
                id="recommend-list-head",
                className="mg-recommend-list-head",
            ),
            html.P(id="recommend-nothing", className="mg-recommend-nothing", hidden=True),
            html.Ol(id="recommend-songs", className="mg-recommend-songs", **parts.aria(label="Recommended songs")),
            html.Div(_button("20 more", "more", quiet=True), className="mg-recommend-more"),
        ],
        id="recommend-list",
        className="mg-recommend-list",
        **parts.aria(label="Recommended songs"),
    )


def radar() -> Component:
    """The radar with its sentence and its numbers."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Aim and songs", id="recommend-radar-title"),
                    parts.hint_mark(
                        "Each spoke is a feature; further out means that more of the catalogue’s songs are lower. The "
                        "dotted ring is the middle of the catalogue."
                    ),
                ],
                className="mg-chart-heading",
            ),
            html.Div(id="recommend-radar", className="mg-recommend-radar"),
            html.P(id="recommend-radar-says", className="mg-chart-says"),
            html.Details(
                [html.Summary("Numbers"), html.Div(id="recommend-radar-numbers")],
                className="mg-details",
            ),
        ],
        id="recommend-radar-card",
        className="mg-card mg-chart mg-recommend-radar-card",
        **parts.aria(labelledby="recommend-radar-title"),
    )


def _labelled(name: str, meaning: str, *controls: Component) -> Component:
    return html.Label([html.Span(parts.hint(name, meaning)), *controls], className="mg-recommend-option")


def _input(name: str, kind: str, low: str = "", high: str = "", step: str = "") -> Component:
    """The place of an <input>, which Dash has only as components with a state of their own."""
    given = {"min": low, "max": high, "step": step}
    return html.Span(
        id=name,
        className=f"mg-recommend-input mg-recommend-input-{kind}",
        **parts.data(kind=kind, **{key: value for key, value in given.items() if value}),
    )


def _button(words: str, action: str, *, quiet: bool) -> Component:
    return html.Button(
        words, type="button", className="mg-button mg-button-quiet" if quiet else "mg-button", hidden=True,
        **parts.data(recommend=action),
    )  # fmt: skip
