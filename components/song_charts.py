"""Where one song stands among all: the radar's card and a small distribution for each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from components import parts, radar, spark


@dataclass(frozen=True)
class Standing:
    """A song's value in one field, and the field's histogram.

    `counts` are the bars between `low` and `high` (as written), `place` is where the value lies between them, 0 to 1;
    `share` is the share of songs with a lower value.
    """

    name: str
    meaning: str
    value: str
    share: float
    place: float
    counts: Sequence[int]
    low: str
    high: str


def share_words(share: float) -> str:
    """ "higher than 83 % of songs"; at the ends of the scale that would be 0 or 100 %, which is said otherwise."""
    if share <= 0:
        return "no song is lower"
    if share < 0.01:
        return "among the lowest 1 % of songs"
    if share > 0.99:
        return "among the highest 1 % of songs"
    return f"higher than {share * 100:.0f} % of songs"


def radar_card(names: Sequence[str], shares: Sequence[float | None]) -> Component:
    """The radar with what it shows in words, for those who see it and those who do not."""
    known = [(name, share) for name, share in zip(names, shares, strict=True) if share is not None]
    return parts.card(
        html.Div(
            html.Div(
                dcc.Graph(
                    figure=radar.radar(names, shares),
                    config={"staticPlot": True, "displayModeBar": False, "responsive": True},
                    className="mg-radar-graph",
                    responsive=True,
                ),
                **parts.aria(hidden="true"),
            ),
            className="mg-radar",
        ),
        html.P(_radar_words(known), className="mg-note"),
        title="How it compares",
        hint="Each spoke is a feature; further out means higher than more of the catalogue. "
        "The dotted ring is the middle: half of all songs are lower.",
        className="mg-chart",
    )


def _radar_words(known: Sequence[tuple[str, float]]) -> str:
    """Its two highest and two lowest features."""
    if not known:
        return "None of its features is known."
    ordered = sorted(known, key=lambda pair: -pair[1])
    high = [name.lower() for name, share in ordered[:2] if share > 0.5]
    low = [name.lower() for name, share in ordered[::-1][:2] if share < 0.5]
    said = []
    if high:
        said.append(f"high in {' and '.join(high)}")
    if low:
        said.append(f"low in {' and '.join(low)}")
    words = ", ".join(said) or "in the middle of everything"
    return f"Compared with the whole catalogue: {words}."


def standings_card(standings: Sequence[Standing]) -> Component:
    """A small distribution for each field, and all numbers as a table on demand."""
    rows = [(standing.name, standing.value, share_words(standing.share)) for standing in standings]
    return parts.card(
        html.Div([_distribution(standing) for standing in standings], className="mg-standings"),
        parts.numbers_table(("Feature", "This song", "Compared"), rows, caption="The song's values"),
        title="Where it stands",
        hint="Each shape is the whole catalogue; the mark is this song, and the coloured part are the songs "
        "with a lower value.",
        className="mg-chart",
    )


def _distribution(standing: Standing) -> Component:
    words = share_words(standing.share)
    left = f"{100 * min(max(standing.place, 0), 1):.2f}%"
    shape = spark.outline(standing.counts)
    return html.Div(
        [
            html.Div(
                [parts.hint(standing.name, standing.meaning), html.Span(standing.value, className="mg-standing-value")],
                className="mg-standing-head",
            ),
            html.Div(
                [
                    html.Div(className="mg-spark-all", style={"clipPath": shape}),
                    html.Div(
                        html.Div(className="mg-spark-part", style={"clipPath": shape}),
                        className="mg-spark-window",
                        style={"clipPath": f"inset(0 calc(100% - {left}) 0 0)"},
                    ),
                    html.Div(className="mg-standing-mark", style={"left": left}),
                ],
                className="mg-spark mg-standing-chart",
                role="img",
                **parts.aria(label=f"{standing.name} {standing.value}: {words}."),
            ),
            html.Div(
                [html.Span(standing.low), html.Span(standing.high)],
                className="mg-standing-axis",
                **parts.aria(hidden="true"),
            ),
            html.Div(words, className="mg-standing-words", **parts.aria(hidden="true")),
        ],
        className="mg-standing",
    )
