"""The charts of the Moods page: plain numbers in, elements out, drawn by assets/60-moods.css alone.

A mood's colour is the class `mg-mood-<n>`, which sets --mood to --mg-cat-<n> of the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dash import html
from dash.development.base_component import Component

from components import parts, spark


@dataclass(frozen=True)
class Tone:
    """A mood as charts know it."""

    name: str
    colour: int


def colour_class(tone: Tone) -> str:
    """The class that gives an element its mood's colour."""
    return f"mg-mood-{tone.colour}"


def swatch(tone: Tone) -> Component:
    """A small square in the mood's colour and its name."""
    return html.Span(
        [html.I(className="mg-mood-swatch", **parts.aria(hidden="true")), tone.name],
        className=f"mg-mood-key {colour_class(tone)}",
    )


def legend(tones: Sequence[Tone]) -> Component:
    """All moods beside each other."""
    return html.Div([swatch(tone) for tone in tones], className="mg-mood-legend", **parts.aria(hidden="true"))


def stack(tones: Sequence[Tone], counts: Sequence[int], direction: str) -> str:
    """A CSS background of bands as wide as the counts' shares, hard edges; `direction` as in linear-gradient."""
    total = sum(counts) or 1
    ends = [f"{100 * end / total:.2f}%" for end in accumulate(counts)]
    bands = [
        f"var(--mg-cat-{tone.colour}) {start} {end}"
        for tone, start, end in zip(tones, ["0%", *ends], ends, strict=False)
    ]
    return f"linear-gradient({direction}, {', '.join(bands)})" if sum(counts) else "none"


def shares_in_words(tones: Sequence[Tone], counts: Sequence[int], most: int = 12) -> str:
    """ "Happy 31 %, Calm 20 %", the largest first."""
    total = sum(counts) or 1
    ranked = sorted(zip(counts, tones, strict=True), key=lambda pair: -pair[0])[:most]
    return ", ".join(f"{tone.name} {parts.percent(count / total)}" for count, tone in ranked if count)


def overview(tones: Sequence[Tone], counts: Sequence[int]) -> Component:
    """All songs as one bar of moods, each named where there is room."""
    total = sum(counts) or 1
    cells = [
        html.Div(
            [html.Strong(tone.name), html.Span(parts.percent(count / total))],
            className=f"mg-mood-part {colour_class(tone)}",
            style={"flexGrow": count},
            title=f"{tone.name}: {count:,} songs, {parts.percent(count / total)}",
        )
        for tone, count in zip(tones, counts, strict=True)
        if count
    ]
    return html.Div(
        cells,
        className="mg-mood-overview",
        role="img",
        **parts.aria(label=f"Shares of the moods: {shares_in_words(tones, counts)}."),
    )


# ---- the number of moods -----------------------------------------------------------------------


def curve(
    k: Sequence[int],
    inertia: Sequence[float],
    silhouette: Sequence[float],
    *,
    elbow: int | None,
    chosen: int | None,
    may_choose: bool,
) -> Component:
    """Two lines over the number of moods, and a button for each number (assets/moods.js listens to them).

    Each is drawn between its own least and largest value. `elbow` and `chosen` are marked.
    """
    places = [(place + 0.5) / 11 for place in range(11)]
    columns = [
        _k_button(number, k, inertia, silhouette, elbow=elbow, chosen=chosen, may_choose=may_choose)
        for number in range(2, 13)
    ]
    return html.Div(
        [
            html.Div("inertia", className="mg-curve-name mg-curve-name-inertia"),
            html.Div("silhouette", className="mg-curve-name mg-curve-name-silhouette"),
            html.Div(_line(places, inertia), className="mg-curve-panel mg-curve-inertia"),
            html.Div(_line(places, silhouette), className="mg-curve-panel mg-curve-silhouette"),
            html.Div(columns, className="mg-curve-columns", role="group", **parts.aria(label="Number of moods")),
        ],
        className="mg-curve",
    )


def _line(places: Sequence[float], values: Sequence[float]) -> list[Component]:
    heights = scaled(values)
    path = [f"{100 * x:.2f}% calc({100 * (1 - y):.2f}% - 1px)" for x, y in zip(places, heights, strict=False)]
    back = [f"{100 * x:.2f}% calc({100 * (1 - y):.2f}% + 1px)" for x, y in zip(places, heights, strict=False)]
    dots = [
        html.I(style={"left": f"{100 * x:.2f}%", "top": f"{100 * (1 - y):.2f}%"})
        for x, y in zip(places, heights, strict=False)
    ]
    shape = f"polygon({', '.join([*path, *reversed(back)])})" if len(heights) > 1 else "none"
    return [html.Div(className="mg-curve-line", style={"clipPath": shape}) if len(heights) > 1 else html.Div(), *dots]


def scaled(values: Sequence[float]) -> list[float]:
    """Values from 0 (their least) to 1 (their largest); all in the middle when they are the same."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]


def _k_button(
    number: int,
    k: Sequence[int],
    inertia: Sequence[float],
    silhouette: Sequence[float],
    *,
    elbow: int | None,
    chosen: int | None,
    may_choose: bool,
) -> Component:
    words = f"{number} moods"
    if number in k:
        place = list(k).index(number)
        words += f": inertia {inertia[place]:,.0f}, silhouette {silhouette[place]:.3f}"
    marks = [text for text, is_it in (("elbow", number == elbow), ("chosen", number == chosen)) if is_it]
    classes = ["mg-curve-k", _hint_side(number - 2, 11), *(f"mg-curve-k-{mark}" for mark in marks)]
    return html.Button(
        [
            html.Span(" · ".join(marks), className="mg-curve-mark"),
            html.Span(str(number), className="mg-curve-number"),
        ],
        type="button",
        className=" ".join(filter(None, classes)),
        disabled=not may_choose,
        **parts.data(mg_k=str(number), hint=words),
        **parts.aria(
            label=f"{words}{', ' + ' and '.join(marks) if marks else ''}", pressed=str(number == chosen).lower()
        ),
    )


# ---- distributions and shares ------------------------------------------------------------------


@dataclass(frozen=True)
class Ridge:
    """One mood's histogram: counts by bar, and where its mean lies on the axis (0 to 1, None unknown)."""

    tone: Tone
    counts: Sequence[int]
    mean: str
    place: float | None


def ridges(rows: Sequence[Ridge], ticks: Sequence[tuple[float, str]], middle: float | None) -> Component:
    """Histograms of all moods below each other on one axis, each as tall as its own tallest bar.

    `ticks` are (place 0 to 1, text); `middle` is the place of the catalogue's mean.
    """
    drawn = [
        html.Div(
            [
                html.Div([swatch(row.tone), html.Span(row.mean, className="mg-ridge-mean")], className="mg-ridge-head"),
                html.Div(
                    [
                        html.Div(className="mg-ridge-shape", style={"clipPath": spark.outline(row.counts)}),
                        _mark(row.place, "mg-ridge-mark"),
                        _mark(middle, "mg-ridge-middle"),
                    ],
                    className="mg-ridge-plot",
                ),
            ],
            className=f"mg-ridge {colour_class(row.tone)}",
        )
        for row in rows
    ]
    axis = html.Div(
        [html.Span(text, style={"left": f"{100 * place:.2f}%"}) for place, text in ticks],
        className="mg-ridge-axis",
    )
    return html.Div([*drawn, axis], className="mg-ridges", **parts.aria(hidden="true"))


def _mark(place: float | None, class_name: str) -> Component | None:
    if place is None:
        return None
    return html.Div(className=class_name, style={"left": f"{100 * min(max(place, 0), 1):.2f}%"})


def columns_of_shares(
    tones: Sequence[Tone], columns: Sequence[tuple[str, Sequence[int]]], *, labelled: Sequence[str]
) -> Component:
    """Stacked shares, one column a (label, songs by mood); those in `labelled` have their label below.

    The paler a column, the fewer songs it stands for: below thirty.
    """
    bars = [
        html.Div(
            [
                html.Div(className="mg-column-stack", style={"backgroundImage": stack(tones, counts, "to top")}),
                _column_label(label, labelled),
            ],
            className=" ".join(
                filter(
                    None, ("mg-column", "mg-column-few" if sum(counts) < 30 else "", _hint_side(place, len(columns)))
                )
            ),
            **parts.data(hint=f"{label}: {shares_in_words(tones, counts) or 'no songs'} ({sum(counts):,} songs)"),
        )
        for place, (label, counts) in enumerate(columns)
    ]
    return html.Div(bars, className="mg-column-plot", **parts.aria(hidden="true"))


def _column_label(label: str, labelled: Sequence[str]) -> Component:
    if label not in labelled:
        return html.Span(className="mg-column-label")
    every_other = " mg-column-minor" if labelled.index(label) % 2 else ""  # left out where there is little room
    return html.Span(label, className=f"mg-column-label{every_other}")


def _hint_side(place: int, places: int) -> str:
    """At the ends of a row of marks a hint must not leave the window."""
    if place < 0.15 * places:
        return "mg-hint-start"
    return "mg-hint-end" if place >= 0.85 * places else ""


def rows_of_shares(tones: Sequence[Tone], rows: Sequence[tuple[str, Sequence[int]]]) -> Component:
    """Stacked shares, one row a (name, songs by mood)."""
    drawn = [
        html.Div(
            [
                html.Span(name, className="mg-row-name", title=name),
                html.Div(className="mg-row-stack", style={"backgroundImage": stack(tones, counts, "to right")}),
                html.Span(f"{sum(counts):,}", className="mg-row-count"),
            ],
            className="mg-row",
            **parts.data(hint=f"{name}: {shares_in_words(tones, counts)}"),
        )
        for name, counts in rows
    ]
    return html.Div(drawn, className="mg-row-plot", **parts.aria(hidden="true"))


# ---- agreement ---------------------------------------------------------------------------------


def crosstab(tones: Sequence[Tone], names: Sequence[str], table: Sequence[Sequence[int]], *, caption: str) -> Component:
    """New moods (rows) by stored moods (columns): shares of each row, the stronger the larger."""
    head = html.Tr([html.Th(""), *(html.Th(name, scope="col") for name in names)])
    body = []
    for tone, row in zip(tones, table, strict=True):
        total = sum(row) or 1
        cells = [
            html.Td(
                parts.percent(count / total) if count else "–",
                className="mg-cross-strong" if count / total >= 0.55 else None,
                style={"--share": f"{100 * count / total:.1f}%"},
                title=f"{count:,} songs",
            )
            for count in row
        ]
        body.append(html.Tr([html.Th(swatch(tone), scope="row"), *cells]))
    return html.Div(
        html.Table(
            [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
            className="mg-cross",
        ),
        className="mg-table-frame",
        tabIndex="0",
        role="region",
        **parts.aria(label=caption),
    )
