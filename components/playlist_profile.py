"""A playlist's profile as cards: its features against the catalogue, moods, songs that stand out, what it lacks.

Plain elements only, so that the whole of it travels as an island.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import compare_parts, parts


@dataclass(frozen=True)
class FeatureRow:
    """A feature: texts for its own mean and the catalogue's, and the words for the difference ("much gentler").

    `low`, `middle`, `high` are the playlist's quartiles as shares (0..1) of the catalogue's songs that are lower.
    `differs` is False where the words say that it is like the catalogue; `numbers` are the cells of the table.
    """

    label: str
    meaning: str
    mean: str
    whole_mean: str
    low: float
    middle: float
    high: float
    words: str
    differs: bool
    numbers: Sequence[str]


@dataclass(frozen=True)
class SongRow:
    """A song with a sentence, where it is shown, and what can be done with it."""

    title: str
    artists: str
    href: str
    words: Sequence[str]
    aside: str = ""
    actions: Sequence[Component] = ()


NUMBERS = ("Feature", "Known", "Mean", "Catalogue", "Lower quartile", "Median", "Upper quartile", "Effect", "p (Holm)")
"""Head of the table of features; quartiles are shares of the catalogue's songs that are lower."""

_FEATURES_HINT = (
    "The line of each feature holds all songs of the catalogue from the lowest to the highest; its middle is marked. "
    "The band is the middle half of the playlist’s songs, the dot the one in their middle. Words are Cohen’s for "
    "effect sizes (Hedges’ g): from 0.2 a little, from 0.8 much; what chance explains as well counts as none."
)
_MOODS_HINT = "The share of songs in every mood of the stored model, in percent."
_OUTLIERS_HINT = (
    "Songs whose distance from the playlist’s centre is beyond its upper quartile by 1.5 interquartile ranges, in the "
    "space of recommendations."
)
_MISSING_HINT = "The songs of the catalogue that are nearest to the middle of the playlist; at most two of an artist."
_SCARCE_HINT = (
    "Moods, tempi and decades of which the playlist has half or less of what as many songs drawn at random from the "
    "catalogue would have, and too few for chance (two standard deviations)."
)


def profile(features: Component, aside: Sequence[Component], *below: Component) -> Component:
    """The cards: features, those of `aside` beside it, and the others below."""
    return html.Div(
        [features, html.Div(list(aside), className="mg-profile-aside"), *below],
        className="mg-profile",
    )


def note(words: str) -> Component:
    """A sentence in place of cards."""
    return html.P(words, className="mg-note mg-profile-note")


def features_card(rows: Sequence[FeatureRow], says: str) -> Component:
    """Every feature as a band on the line of the catalogue."""
    head = html.Li(
        [
            html.Span(),
            html.Span([html.Span("lowest"), html.Span("middle"), html.Span("highest")]),
            html.Span("mean"),
            html.Span("against the catalogue’s"),
        ],
        className="mg-profile-feature mg-profile-scale",
        **parts.aria(hidden="true"),
    )
    return _card(
        "Against the whole catalogue",
        _FEATURES_HINT,
        says,
        html.Ul([head, *map(_feature, rows)], className="mg-profile-features"),
        numbers=parts.table(
            NUMBERS, [row.numbers for row in rows], caption="Features of the playlist and of the catalogue",
            numeric=range(1, len(NUMBERS)), one_line=True,
        ),
        class_name="mg-profile-wide",
    )  # fmt: skip


def _feature(row: FeatureRow) -> Component:
    band = {"left": f"{100 * row.low:.1f}%", "width": f"{max(100 * (row.high - row.low), 0.8):.1f}%"}
    said = (
        f"{row.label}: half of the songs are above {100 * row.low:.0f} and below {100 * row.high:.0f} percent of the "
        f"catalogue, the middle one above {100 * row.middle:.0f} percent."
    )
    line = html.Span(
        [html.I(className="mg-profile-band", style=band), html.I(className="mg-profile-dot",
                                                                 style={"left": f"{100 * row.middle:.1f}%"})],
        className="mg-profile-line",
        role="img",
        **parts.aria(label=said),
    )  # fmt: skip
    return html.Li(
        [
            html.Span(row.label, className="mg-profile-label", title=row.meaning),
            line,
            html.Span(row.mean, className="mg-profile-mean"),
            html.Span(
                [html.Span(row.words), html.Small(f" ({row.whole_mean})" if row.whole_mean else "")],
                className="mg-profile-words" if row.differs else "mg-profile-words mg-muted",
            ),
        ],
        className="mg-profile-feature",
    )


def moods_card(
    rows: Sequence[tuple[int, str, Sequence[int]]], moods: Sequence[tuple[str, int]], says: str
) -> Component:
    """Shares of moods, of the playlist and of the catalogue; as `compare_parts.mood_bars`."""
    cells = [
        (name, *(parts.percent(songs[place] / (sum(songs) or 1)) for _, _, songs in rows))
        for place, (name, _) in enumerate(moods)
    ]
    return _card(
        "Moods",
        _MOODS_HINT,
        says,
        compare_parts.mood_bars(rows, moods),
        numbers=parts.table(
            ("Mood", *(name for _, name, _ in rows)), cells, caption="Shares of moods", numeric=range(1, len(rows) + 1)
        ),
    )


def scarce_card(rows: Sequence[tuple[str, str, str]], says: str) -> Component:
    """What there is little of: (sentence, words of a link, address)."""
    items = [html.Li([html.Span(words), " ", parts.link(link, href)]) for words, link, href in rows]
    return _card("What it has little of", _SCARCE_HINT, says, html.Ul(items, className="mg-profile-scarce"))


def outliers_card(rows: Sequence[SongRow], says: str) -> Component:
    """The songs that are unlike the others."""
    return _card("Songs that stand out", _OUTLIERS_HINT, says, _songs(rows))


def missing_card(rows: Sequence[SongRow], says: str, more: Component | None) -> Component:
    """Songs that would fit in, and a link to more of them."""
    return _card("What is missing", _MISSING_HINT, says, _songs(rows), more)


def _songs(rows: Sequence[SongRow]) -> Component:
    return html.Ol(
        [
            html.Li(
                [
                    html.Div(
                        [
                            html.Span(
                                [
                                    html.Span(
                                        parts.link(row.title, row.href), className="mg-profile-title", dir="auto"
                                    ),
                                    html.Small(row.artists, className="mg-muted", dir="auto"),
                                ],
                                className="mg-profile-who",
                            ),
                            *[html.Span(words, className="mg-profile-why") for words in row.words],
                        ],
                        className="mg-profile-song",
                    ),
                    html.Span(row.aside, className="mg-profile-score") if row.aside else None,
                    html.Span(list(row.actions), className="mg-song-acts") if row.actions else None,
                ]
            )
            for row in rows
        ],
        className="mg-profile-songs",
    )


def _card(
    title: str,
    hint: str,
    says: str,
    *children: parts.Content,
    numbers: Component | None = None,
    class_name: str = "",
) -> Component:
    """A card as `charts.chart_card` has it, without ids: there is one of each in an island."""
    heading = html.Div(
        [html.H3(title), parts.hint_mark(hint), html.P(says, className="mg-chart-says")], className="mg-chart-heading"
    )
    folded = html.Details([html.Summary("Numbers"), numbers], className="mg-details mg-numbers") if numbers else None
    return html.Section(
        [heading, *children, folded],
        className=f"mg-card mg-chart {class_name}".strip(),
        **parts.aria(label=title),
    )
