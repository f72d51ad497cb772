"""Why a song was recommended, in words."""

from __future__ import annotations

from data_access.fields import FIELD_BY_NAME
from ml.similar_query import Answer, Furthest

COMPARATIVES: dict[str, tuple[str, str]] = {
    "danceability": ("less danceable", "more danceable"),
    "energy": ("gentler", "more energetic"),
    "valence": ("more sombre", "more cheerful"),
    "acousticness": ("less acoustic", "more acoustic"),
    "instrumentalness": ("more vocal", "more instrumental"),
    "speechiness": ("less spoken", "more spoken"),
    "liveness": ("less live", "more live"),
    "loudness": ("quieter", "louder"),
    "tempo": ("slower", "faster"),
    "duration_ms": ("shorter", "longer"),
    "year": ("older", "newer"),
    "popularity": ("less popular", "more popular"),
}
"""Each feature's words for less and for more of it."""


def why(answer: Answer, place: int) -> str:
    """Why a song is in the answer, by its place: "Closest in tempo, energy and year; furthest in loudness: quieter."

    Where the song itself is no further away than that, that is said of its artist's songs.
    """
    sentence = f"Closest in {_listed([_label(name) for name in answer.closest[place]])}"
    furthest = answer.furthest[place]
    return f"{sentence}; furthest in {_label(furthest.feature)}: {_compared(furthest)}." if furthest else f"{sentence}."


def _compared(furthest: Furthest) -> str:
    word = COMPARATIVES[furthest.feature][int(furthest.above)]
    return f"its artist’s songs are {word}" if furthest.by_artist else word


def _label(name: str) -> str:
    return FIELD_BY_NAME[name].label.lower()


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
