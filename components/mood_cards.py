"""One card a mood: how large it is, how it differs from the catalogue, and songs to hear it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from components import parts
from components.mood_charts import Tone, colour_class


@dataclass(frozen=True)
class Bar:
    """A field's mean in a mood: `effect` in the catalogue's standard deviations from the catalogue's mean.

    `used` says whether the model knows this field; `words` say all of it.
    """

    label: str
    effect: float
    value: str
    words: str
    used: bool


@dataclass(frozen=True)
class SongRef:
    """A song to link to."""

    title: str
    artists: str
    href: str


@dataclass(frozen=True)
class MoodCard:
    """All that a card shows; `links` are (text, address), empty for a model that is not stored."""

    tone: Tone
    songs: int
    share: float
    bars: Sequence[Bar]
    typical: Sequence[SongRef]
    extreme: Sequence[SongRef]
    links: Sequence[tuple[str, str]]


def card(mood: MoodCard, span: float) -> Component:
    """The card; bars reach from -span to span standard deviations."""
    used = [bar for bar in mood.bars if bar.used]
    others = [bar for bar in mood.bars if not bar.used]
    return html.Article(
        [
            html.Div(
                [
                    html.H3(mood.tone.name),
                    html.Span(parts.percent(mood.share), className="mg-mood-share"),
                    html.Span(f"{mood.songs:,} songs", className="mg-mood-songs"),
                ],
                className="mg-mood-head",
            ),
            html.P(_words(used), className="mg-mood-says"),
            html.Div([_bar(bar, span) for bar in used], className="mg-mood-bars"),
            html.Details(
                [html.Summary("The other features"), html.Div([_bar(bar, span) for bar in others])],
                className="mg-details mg-mood-others",
            )
            if others
            else None,
            html.Div(
                [_songs("Typical", mood.typical), _songs("Most extreme", mood.extreme)], className="mg-mood-lists"
            ),
            html.Div(
                [dcc.Link(text, href=href, className="mg-link") for text, href in mood.links], className="mg-mood-links"
            )
            if mood.links
            else None,
        ],
        className=f"mg-card mg-mood-card {colour_class(mood.tone)}",
        **parts.data(mood=mood.tone.name),
    )


def _words(bars: Sequence[Bar]) -> str:
    """The three strongest differences in words."""
    strongest = sorted(bars, key=lambda bar: -abs(bar.effect))[:3]
    said = [f"{'high' if bar.effect > 0 else 'low'} {bar.label.lower()}" for bar in strongest if abs(bar.effect) >= 0.2]
    return ", ".join(said).capitalize() if said else "Like the catalogue as a whole"


def _bar(bar: Bar, span: float) -> Component:
    length = 50 * min(abs(bar.effect), span) / span
    start = 50.0 if bar.effect >= 0 else 50 - length
    return html.Div(
        [
            html.Span(bar.label, className="mg-diverge-label"),
            html.Span(
                html.I(style={"left": f"{start:.1f}%", "width": f"{length:.1f}%"}),
                className="mg-diverge-track",
            ),
            html.Span(bar.value, className="mg-diverge-value"),
        ],
        className="mg-diverge",
        title=bar.words,
        role="img",
        **parts.aria(label=bar.words),
    )


def _songs(title: str, songs: Sequence[SongRef]) -> Component:
    rows = [
        html.Li([dcc.Link(song.title, href=song.href, className="mg-link-quiet"), html.Span(song.artists)])
        for song in songs
    ]
    return html.Div([html.H4(title), html.Ol(rows, className="mg-mood-list")])
