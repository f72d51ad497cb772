"""The radar: one polygon over the audio features, in shares of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go


def radar(names: Sequence[str], shares: Sequence[float | None], *, middle: float = 0.5) -> go.Figure:
    """How high a song stands in each feature: `shares` (features,) from 0 to 1 of the songs that are lower.

    The dashed ring at `middle` is the song in the middle of the catalogue. A feature that is unknown (None)
    leaves a gap. Colours come from assets/50-song.css.
    """
    around = [*names, *names[:1]]
    middle_ring = go.Scatterpolar(
        theta=around,
        r=[middle] * len(around),
        mode="lines",
        uid="middle",
        line={"dash": "dot", "width": 1},
        hoverinfo="skip",
    )
    song = go.Scatterpolar(
        theta=around,
        r=[*shares, *shares[:1]],
        mode="lines+markers",
        fill="toself",
        uid="song",
        marker={"size": 6},
        connectgaps=False,
        hoverinfo="skip",
    )
    return go.Figure([middle_ring, song], _LAYOUT)


_GRID = "rgba(128,128,128,0.22)"  # shows on both themes
_LAYOUT = {
    "template": {},  # the default one is 7 KB, and its colours are not ours
    "margin": {"l": 72, "r": 72, "t": 32, "b": 32},
    "showlegend": False,
    "autosize": True,
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#777"},
    "dragmode": False,
    "polar": {
        "bgcolor": "rgba(0,0,0,0)",
        "gridshape": "linear",
        "radialaxis": {
            "range": [0, 1.02],
            "tickvals": [0.25, 0.5, 0.75, 1],
            "gridcolor": _GRID,
            "showticklabels": False,
            "ticks": "",
            "showline": False,
        },
        "angularaxis": {
            "direction": "clockwise",
            "rotation": 90,
            "gridcolor": _GRID,
            "ticks": "",
            "showline": False,
        },
    },
}
