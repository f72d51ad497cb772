"""The gauge: a song's mood, how sure the model is of it, and the three features that decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from components import parts


@dataclass(frozen=True)
class Deciding:
    """One feature that speaks for the mood: as written, in words, and its share (0..1) of all that speaks for it."""

    name: str
    value: str
    words: str
    share: float


def sure_words(sure: float, mood: str, runner_up: str) -> str:
    """How sure the model is, 0..1, in words; 0 is half way between two moods, 1 the very centre of one."""
    if sure < 0.1:
        return f"A toss-up between {mood} and {runner_up}."
    if sure < 0.3:
        return f"Leaning to {mood}; {runner_up} is not far."
    if sure < 0.55:
        return f"Fairly sure: clearly nearer to {mood} than to {runner_up}."
    return f"Very sure: a {mood} song through and through; {runner_up} is far."


def gauge(
    *, mood: str, colour: int, sure: float, runner_up: str, deciding: Sequence[Deciding], songs_href: str
) -> Component:
    """The dial and its reasons; `colour` is a number of the palette, `songs_href` leads to the mood's songs."""
    percent = f"{sure * 100:.0f}"
    words = sure_words(sure, mood, runner_up)
    dial = html.Div(
        [
            html.Div(className="mg-gauge-arc"),
            html.Div(
                [
                    html.Strong(mood, className="mg-gauge-mood"),
                    html.Span([html.Span(percent), " % sure"], className="mg-gauge-sure"),
                ],
                className="mg-gauge-middle",
            ),
        ],
        className="mg-gauge-dial",
        role="meter",
        **parts.aria(
            label="How sure the model is of the mood",
            valuemin="0",
            valuemax="100",
            valuenow=percent,
            valuetext=f"{mood}, {percent} % sure",
        ),
    )
    reasons = html.Ol([_reason(reason, mood) for reason in deciding], className="mg-gauge-reasons")
    return html.Div(
        [
            dial,
            html.Div(
                [
                    html.P(words, className="mg-gauge-words"),
                    reasons,
                    parts.link(f"All {mood} songs", songs_href),
                ],
                className="mg-gauge-why",
            ),
        ],
        className="mg-gauge",
        style={"--mood": f"var(--mg-cat-{colour})", "--sure": f"{sure:.3f}"},
    )


def _reason(reason: Deciding, mood: str) -> Component:
    share = f"{reason.share * 100:.0f} % of what speaks for {mood}"
    return html.Li(
        [
            html.Span(reason.words, className="mg-gauge-reason"),
            html.Span(f"{reason.name} {reason.value}", className="mg-gauge-value"),
            html.Span(
                html.Span(style={"width": f"{min(1.0, max(0.0, reason.share)) * 100:.1f}%"}),
                className="mg-gauge-bar",
                title=share,
                **parts.aria(hidden="true"),
            ),
            html.Span(share, className="visually-hidden"),
        ]
    )


def no_mood(why: str) -> Component:
    """Where the gauge would be, for a song that the model gives no mood."""
    return html.P(why, className="mg-note mg-gauge-none")


def song_heading(title: str, artists: str, href: str) -> Component:
    """Which song the gauge is about."""
    return html.P(
        [
            dcc.Link(html.Span(title, dir="auto"), href=href, className="mg-link"),
            html.Span(artists, className="mg-muted", dir="auto"),
        ],
        className="mg-gauge-song",
    )


def sure_hint() -> str:
    """What "sure" means."""
    return (
        "How much nearer the song is to the centre of its mood than to that of the next one: 0 % is half way between "
        "the two, 100 % the very centre. Beside it, the three features that speak most for this mood and against the "
        "next one."
    )
