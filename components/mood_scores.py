"""How good the moods are: each score with one sentence on what it means and whether it is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components import parts

GOOD, FAIR, POOR = "good", "fair", "poor"


def silhouette_words(value: float) -> tuple[str, str]:
    """(verdict, sentence) for a mean silhouette, -1 to 1; thresholds of Kaufman & Rousseeuw (1990), table 4."""
    if value > 0.5:
        return GOOD, "the moods are clearly apart"
    if value > 0.25:
        return FAIR, "there are moods, but songs between them too"
    return POOR, "the moods run into each other: they divide a continuum rather than find islands"


def davies_bouldin_words(value: float) -> tuple[str, str]:
    """(verdict, sentence) for the Davies-Bouldin index (1979), 0 the best: mean spread against distance."""
    if value < 1:
        return GOOD, "each mood is narrower than its distance to the next"
    if value < 1.6:
        return FAIR, "neighbouring moods overlap at their edges"
    return POOR, "neighbouring moods overlap widely"


def agreement_words(value: float) -> tuple[str, str]:
    """(verdict, words) for an adjusted Rand index; thresholds of Steinley (2004)."""
    if value >= 0.9:
        return GOOD, "practically the same"
    if value >= 0.8:
        return GOOD, "nearly the same"
    if value >= 0.65:
        return FAIR, "much the same"
    if value >= 0.3:
        return POOR, "related, but different"
    return POOR, "quite different"


def stability_words(value: float, lowest: float) -> tuple[str, str]:
    """(verdict, sentence) for the mean and lowest adjusted Rand index over seeds; thresholds of Steinley (2004)."""
    if value >= 0.9 and lowest < 0.8:
        return FAIR, "nearly always the same moods come out, but not from every start"
    if value >= 0.9:
        return GOOD, "whatever the start, the same moods come out"
    if value >= 0.65:
        return FAIR, "most songs get the same mood whatever the start"
    return POOR, "another start gives other moods: do not lean on these"


def score_list(scores: Mapping[str, float] | None, stability: Mapping[str, float] | None) -> Component:
    """The four scores; what is not known yet has its place."""
    rows: list[tuple[str, str, str, tuple[str, str]]] = []
    if scores:
        rows = [
            (
                "Silhouette",
                f"{scores['silhouette']:.2f}",
                "How much nearer a song is to its own mood than to the next one; 1 is best, 0 is on the border.",
                silhouette_words(scores["silhouette"]),
            ),
            (
                "Davies–Bouldin",
                f"{scores['davies_bouldin']:.2f}",
                "How wide moods are against how far apart they lie; 0 is best.",
                davies_bouldin_words(scores["davies_bouldin"]),
            ),
            (
                "Calinski–Harabasz",
                f"{scores['calinski_harabasz']:,.0f}",
                "Spread between the moods against spread within them; more is better.",
                ("", "has no scale of its own: compare it between choices with the same features and scaling"),
            ),
        ]
    if stability:
        value = stability["mean"]
        rows.append(
            (
                "Stability",
                f"{value:.2f}",
                f"How far {stability['seeds']:.0f} fits from different seeds agree (adjusted Rand index); "
                f"1 is always the same. The lowest is {stability['lowest']:.2f}.",
                stability_words(value, stability["lowest"]),
            )
        )
    waiting = [_waiting(name) for name in _missing([row[0] for row in rows])]
    return html.Dl([*[_score(*row) for row in rows], *waiting], className="mg-scores")


def _missing(known: Sequence[str]) -> list[str]:
    return [name for name in ("Silhouette", "Davies–Bouldin", "Calinski–Harabasz", "Stability") if name not in known]


def _score(name: str, value: str, meaning: str, verdict: tuple[str, str]) -> Component:
    kind, words = verdict
    mark = html.Span(kind, className=f"mg-verdict mg-verdict-{kind}") if kind else None
    return html.Div(
        [
            html.Dt([name, mark]),
            html.Dd([html.Strong(value), html.Span([words[0].upper() + words[1:], "."])]),
            html.Dd(meaning, className="mg-note"),
        ],
        className="mg-score",
        **parts.data(score=name),
    )


def _waiting(name: str) -> Component:
    return html.Div(
        [html.Dt(name), html.Dd([html.Strong("–"), html.Span("Not computed yet.")])],
        className="mg-score mg-score-waiting",
        **parts.data(score=name),
    )
