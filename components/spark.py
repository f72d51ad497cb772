"""Small pictures drawn by the style sheet alone: an outline of a histogram, a bar of shares. No Plotly."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.parts import aria


def outline(counts: Sequence[int]) -> str:
    """A CSS polygon of the bars of a histogram, the tallest as high as the box; flat for no counts."""
    tallest = max(counts, default=0) or 1
    width = 100 / max(len(counts), 1)
    points = ["0% 100%"]
    for place, count in enumerate(counts):
        top = 100 - 100 * count / tallest
        points += [f"{place * width:.2f}% {top:.1f}%", f"{(place + 1) * width:.2f}% {top:.1f}%"]
    points.append("100% 100%")
    return f"polygon({', '.join(points)})"


def middle_half(counts: Sequence[int]) -> tuple[int, int]:
    """First bar and end bar (exclusive) that hold the middle half of what is counted.

    The first has the lower quartile in it, the last the upper one; (0, 0) for no counts.
    """
    total, so_far, first = sum(counts), 0, None
    for place, count in enumerate(counts):
        so_far += count
        if first is None and count and so_far >= total / 4:
            first = place
        if first is not None and so_far >= total * 3 / 4:
            return first, place + 1
    return 0, 0


def spark(counts: Sequence[int], span: tuple[int, int], *, label: str) -> Component:
    """A histogram as a silhouette in the catalogue's grey, with the bars of `span` in the accent.

    `label` says it to screen readers.
    """
    shape = outline(counts)
    bars = max(len(counts), 1)
    left, right = 100 * span[0] / bars, 100 * (1 - span[1] / bars)
    return html.Div(
        [
            html.Div(className="mg-spark-all", style={"clipPath": shape}),
            html.Div(
                html.Div(className="mg-spark-part", style={"clipPath": shape}),
                className="mg-spark-window",
                style={"clipPath": f"inset(0 {right:.2f}% 0 {left:.2f}%)"},
            ),
        ],
        className="mg-spark",
        role="img",
        **aria(label=label),
    )


def share_bar(parts: Sequence[tuple[int, str, str]], *, label: str) -> Component:
    """One bar of parts of a whole: (count, name, kind); the kind chooses the colour (30-home.css)."""
    return html.Div(
        [
            html.Div(className=f"mg-share mg-share-{kind}", style={"flexGrow": count}, title=f"{name}: {count:,}")
            for count, name, kind in parts
            if count
        ],
        className="mg-shares",
        role="img",
        **aria(label=label),
    )


def meter(share: float, *, label: str) -> Component:
    """A thin bar for a share from 0 to 1."""
    return html.Div(
        html.Div(style={"width": f"{100 * share:.2f}%"}), className="mg-meter", role="img", **aria(label=label)
    )
