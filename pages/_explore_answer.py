"""What Explore sends to the browser for one filter: counts, as small as they can be written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from dash import html
from dash.development.base_component import Component

from components import parts
from data_access.explore import Summary, version_of
from data_access.fields import FIELD_BY_NAME, Field
from data_access.filters import SongFilter
from data_access.models import Mood
from data_access.tiles import shown_cells
from pages._explore_state import ExploreState

PARAMETER = {
    "keys": "key", "time_signatures": "time", "moods": "mood", "genres": "genre", "artists": "artist",
    "albums": "album", "playlists": "playlist",
}  # fmt: skip
"""The parameter of a URL for a part of a filter that is called otherwise: a chip removes the parameter."""


def summary_answer(state: ExploreState, summary: Summary, whole: Summary) -> dict:
    """The numbers under the filter: `explore-summary`. See Summary for shapes."""
    x, y = (density_span(FIELD_BY_NAME[name], whole) for name in (state.x, state.y))
    return {
        "filter": state.song_filter.to_query(),
        "songs": summary.songs,
        "selected": summary.selected,
        "histograms": summary.histograms,
        "unknown": {name: count for name, count in summary.unknown.items() if count},
        "facets": summary.facets,
        "genres": summary.genres,
        "moods": summary.moods,
        "density": {"x": x, "y": y, "counts": rebinned(summary.density, x, y)},
        "years": summary.years,
        "year_songs": summary.year_songs,
        "by_year": {name: [_short(mean) for mean in means] for name, means in summary.by_year.items()},
    }


def whole_answer(version: str, whole: Summary, moods: Sequence[Mood]) -> dict:
    """The numbers of the whole catalogue, sent once for each catalogue and model: `explore-whole`."""
    return {
        "version": version,
        "songs": whole.songs,
        "histograms": whole.histograms,
        "unknown": {name: count for name, count in whole.unknown.items() if count},
        "facets": whole.facets,
        "genres": whole.genres,
        "moods": [{"name": mood.name, "colour": mood.colour, "songs": mood.songs} for mood in moods],
        "years": whole.years,
    }


def density_span(of: Field, whole: Summary) -> dict:
    """Which bars of a field the density shows: {field, first, last, group}.

    Bars first..last-1 in groups of `group`; see `tiles.shown_cells`.
    """
    first, last, group = shown_cells(of, (whole.years[0], whole.years[-1]) if whole.years else None)
    return {"field": of.name, "first": first, "last": last, "group": group}


def rebinned(counts: Sequence[Sequence[int]], x: dict, y: dict) -> list[list[int]]:
    """Counts by [y bar][x bar] for the bars of two spans, groups added up."""
    rows = [_grouped_sums(row, x) for row in counts[y["first"] : y["last"]]]
    group = y["group"]
    return [[sum(cells) for cells in zip(*rows[i : i + group], strict=True)] for i in range(0, len(rows), group)]


def _grouped_sums(row: Sequence[int], span: dict) -> list[int]:
    group = span["group"]
    shown = list(row[span["first"] : span["last"]])
    if group == 1:
        return shown
    sums = [0, *accumulate(shown)]
    edges = [*range(0, len(shown), group), len(shown)]
    return [sums[b] - sums[a] for a, b in pairwise(edges)]


def _short(mean: float | None) -> float | None:
    return None if mean is None else float(f"{mean:.4g}")


# ---- words -----------------------------------------------------------------------------------


def sentence(song_filter: SongFilter, summary: Summary, names: dict[str, str]) -> list:
    """ "12,431 of 1,204,025 songs: energy 0.50–0.90, 1990–2015, A minor"."""
    if song_filter == SongFilter():
        return [html.Strong(f"{summary.songs:,}"), " songs, the whole catalogue"]
    return [
        html.Strong(f"{summary.selected:,}"),
        f" of {summary.songs:,} songs: {song_filter.sentence(names)}",
    ]


def chips(song_filter: SongFilter, names: dict[str, str]) -> list[Component]:
    """A button for each part of the filter that takes this part away."""
    return [
        html.Button(
            [html.Span(words), html.Span("×", className="mg-chip-x", **parts.aria(hidden="true"))],
            type="button",
            className="mg-chip",
            title="Remove this part of the filter",
            **parts.data(remove=PARAMETER.get(part, part)),
            **parts.aria(label=f"Remove: {words}"),
        )
        for part, words in song_filter.parts(names)
    ]


__all__ = ["PARAMETER", "chips", "density_span", "rebinned", "sentence", "summary_answer", "version_of", "whole_answer"]
