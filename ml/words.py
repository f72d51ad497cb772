"""The words for audio features: how a song, a mood or an axis is described."""

from __future__ import annotations

from collections.abc import Mapping

ADJECTIVES: dict[str, tuple[str, str]] = {
    "danceability": ("undanceable", "danceable"),
    "energy": ("gentle", "energetic"),
    "valence": ("sombre", "cheerful"),
    "acousticness": ("electronic", "acoustic"),
    "instrumentalness": ("vocal", "instrumental"),
    "speechiness": ("sung", "spoken"),
    "liveness": ("studio", "live"),
    "loudness": ("quiet", "loud"),
    "tempo": ("slow", "fast"),
    "duration_ms": ("short", "long"),
    "year": ("older", "newer"),
    "popularity": ("little-known", "popular"),
}
"""Each feature's words for low and for high values."""

PLAIN_ENOUGH = 0.35
"""From how many of the catalogue's standard deviations on a word is said of a mood."""

AVERAGE = "average"


def adjective(feature: str, above: bool) -> str:
    """The feature's word for a value above, or below, what it is compared to."""
    return ADJECTIVES[feature][int(above)]


def described(effects: Mapping[str, float], words: int = 3) -> str:
    """What stands out most, at most `words` words: "loud, fast, electronic"; "average" when nothing does.

    `effects` are the features' means in the catalogue's standard deviations; equal ones keep their order.
    """
    strongest = sorted(effects, key=lambda name: -abs(round(effects[name], 6)))[:words]
    said = [adjective(name, effects[name] > 0) for name in strongest if abs(effects[name]) >= PLAIN_ENOUGH]
    return ", ".join(said) or AVERAGE


def axis_words(loadings: Mapping[str, float]) -> str:
    """An axis of the map from its loadings: "quiet, acoustic ↔ loud, electronic".

    The two features that weigh most, the second only when it weighs at least half as much as the first.
    """
    first, second = sorted(loadings, key=lambda name: -abs(loadings[name]))[:2]
    chosen = [first, second] if abs(loadings[second]) >= abs(loadings[first]) / 2 else [first]
    low = ", ".join(adjective(name, loadings[name] < 0) for name in chosen)
    high = ", ".join(adjective(name, loadings[name] > 0) for name in chosen)
    return f"{low} ↔ {high}"
