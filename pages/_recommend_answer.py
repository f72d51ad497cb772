"""What Recommend draws, as plain numbers and words for assets/recommend_list.js: one dictionary an answer.

No components are built here: a slider that is dragged asks ten times a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from dash import get_relative_path

from data_access import explore, models, songs, things
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.fields import FIELD_BY_NAME, Field
from data_access.songs import SongLine
from ml.recommender import Recommended, recommend
from ml.similar_query import NothingToGoBy
from ml.similar_space import FEATURES, space_of
from ml.similar_words import why
from pages._explore_answer import PARAMETER
from pages._recommend_state import RecommendState

_IN_THE_TAILS = 0.001  # share of songs that a slider leaves beyond each of its ends
_DIGITS = 4  # of scores and shares
_EXTREMES = ("Calmest", "Happiest", "Most danceable", "Most acoustic")
_MOODS_OFFERED = 4


# ---- an answer -------------------------------------------------------------------------------


def answer(catalogue: Catalogue, query: str) -> dict[str, Any]:
    """Everything that is shown for a query of the page's store.

    Raises what `recommend` raises but NothingToGoBy, whose sentence is part of the answer.
    """
    state, problems = RecommendState.from_text(query)
    names = explore.names_of(state.song_filter)
    found: dict[str, Any] = {
        "asked": query,
        "empty": state.nothing,
        "problems": [*problems, *_unknown(catalogue, state)],
        "filter": [(PARAMETER.get(part, part), words) for part, words in state.song_filter.parts(names)],
        "explore": _address("explore", state.song_filter.to_query()),
        "seeds": [],
        "songs": [],
    }
    if state.nothing:
        return found
    try:
        recommended = recommend(catalogue, state.asked())
    except NothingToGoBy as error:
        return found | {"nothing": str(error)}
    found["problems"] += recommended.problems
    return found | _shown(catalogue, state, recommended)


def _shown(catalogue: Catalogue, state: RecommendState, recommended: Recommended) -> dict[str, Any]:
    pools, store = recommended.answer.pools, open_store(catalogue)
    fields = [FIELD_BY_NAME[name] for name in FEATURES if FIELD_BY_NAME[name] in store.fields]
    aims = {of.name: state.targets.get(of.name, recommended.seed_values.get(of.name)) for of in fields}
    of_songs = {of.name: recommended.song_values.get(of.name) for of in fields}
    return {
        "seeds": [
            {
                "token": thing.token,
                "name": found.name,
                "detail": found.detail,
                "songs": len(found.song_ids),
                "href": get_relative_path(found.path),
            }
            for thing, found in recommended.seeds
        ],
        "pools": [pools.catalogue, pools.filtered, pools.shown],
        "narrowed": pools.filtered < pools.catalogue,
        "fields": [of.name for of in fields],
        "seedValues": {of.name: _short(of, recommended.seed_values.get(of.name)) for of in fields},
        "aims": [_short(of, aims[of.name]) for of in fields],
        "means": [_short(of, of_songs[of.name]) for of in fields],
        "shares": [[_lower(catalogue, of, values[of.name]) for of in fields] for values in (aims, of_songs)],
        "used": list(recommended.answer.features),
        "songs": _songs(catalogue, recommended, fields),
    }


def _songs(catalogue: Catalogue, recommended: Recommended, fields: Sequence[Field]) -> list[dict[str, Any]]:
    model = models.current(catalogue)
    moods = {mood.number: (mood.name, mood.colour) for mood in model.moods} if model else {}
    given = recommended.answer
    return [
        {
            "id": line.spotify_id,
            "title": line.title,
            "artists": list(line.artists),
            "score": round(float(given.scores[place]), _DIGITS),
            "parts": [round(part, _DIGITS) for part in given.contributions[place].tolist()],
            "why": why(given, place),
            "mood": None if number is None else moods.get(number),
            "key": line.key,
            "values": _values(line, fields),
        }
        for place, (line, number) in enumerate(zip(recommended.lines, recommended.moods, strict=True))
    ]


def _values(line: SongLine, fields: Sequence[Field]) -> list[float | None]:
    return [_short(of, line.values[of.name]) for of in fields]


def _short(of: Field, value: float | None) -> float | None:
    """A value with the digits that are shown and two more."""
    return None if value is None else round(value, of.decimals + 2)


def _lower(catalogue: Catalogue, of: Field, value: float | None) -> float | None:
    """The share (0 to 1) of songs with a known value that are lower, as songs.percentiles has it for a song.

    From the ascending values of the space, which are there already: the store's orders are opened anew each time.
    """
    space = space_of(catalogue)
    row = space.features.index(of.name)
    known = int(space.known[row])
    if value is None or not known:
        return None
    with np.errstate(over="ignore"):  # a target may be beyond float32, which is beyond every value
        exact = np.float32(value)
    return round(int(np.searchsorted(space.ascending[row][:known], exact)) / known, _DIGITS)


def _unknown(catalogue: Catalogue, state: RecommendState) -> list[str]:
    known = open_store(catalogue).fields
    asked = [FIELD_BY_NAME[name] for name in FEATURES if name in state.targets or name in state.weights]
    return [f"This catalogue does not know {of.label.lower()}; it is left out." for of in asked if of not in known]


def _address(page: str, query: str) -> str:
    return get_relative_path(f"/{page}?{query}" if query else f"/{page}")


# ---- what the catalogue has ------------------------------------------------------------------


def about(catalogue: Catalogue) -> dict[str, Any]:
    """What the sliders and filters need to know of the catalogue, and what can be begun with.

    fields: by feature the ends of its slider, its quartiles, and the catalogue's bars between the ends as shares of
    the tallest. moods, years, explicit: what there is to choose from. offers: seeds to begin with.
    """
    store, summary = open_store(catalogue), explore.whole_catalogue()
    model = models.current(catalogue)
    years = store.values("year") if FIELD_BY_NAME["year"] in store.fields else np.empty(0, dtype=np.float32)
    span = [int(np.nanmin(years)), int(np.nanmax(years))] if len(years) else None
    fields = [of for of in store.fields if of.name in FEATURES]
    return {
        "fields": {of.name: _scale(of, store, summary.histograms[of.name]) for of in fields},
        "moods": [{"name": mood.name, "colour": mood.colour} for mood in model.moods if mood.songs] if model else [],
        "years": span,
        "explicit": summary.facets["explicit"][0] > 0 and summary.facets["explicit"][1] > 0,
        "offers": _offers(catalogue),
    }


def _scale(of: Field, store: Any, bars: Sequence[int]) -> dict[str, Any]:
    """A slider's ends are those of its field, drawn together where hardly a song is beyond them."""
    ids, known = store.order(of.name)
    values = store.values(of.name)
    at = [float(values[ids[int(share * (known - 1))]]) for share in (_IN_THE_TAILS, 0.25, 0.5, 0.75, 1 - _IN_THE_TAILS)]
    edges = of.bar_edges
    first, last = 0, len(bars) - 1
    if (of.low, of.high) != (0, 1):
        first = min(max(int(np.searchsorted(edges, at[0], side="right")) - 1, 0), last)
        last = min(max(int(np.searchsorted(edges, at[-1], side="left")) - 1, first), last)
    inside = bars[first : last + 1]
    top = max(inside) or 1
    return {
        "low": _short(of, float(edges[first])),
        "high": _short(of, float(edges[last + 1])),
        "quartiles": [_short(of, value) for value in at[1:4]],
        "bars": [round(count / top, 3) for count in inside],
    }


def _offers(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """(title, detail, token) of a few songs at the ends of the scales, and of the largest moods."""
    extremes = {each.what: each.song for each in songs.extremes()}
    found = [
        (what, f"{song.title} · {', '.join(song.artists) or 'unknown artist'}", f"song:{song.spotify_id}")
        for what in _EXTREMES
        if (song := extremes.get(what))
    ]
    moods: Mapping[str, int] = things.mood_counts(catalogue, slice(None))
    largest = sorted((name for name in moods if moods[name]), key=lambda name: (-moods[name], name))[:_MOODS_OFFERED]
    return [*found, *((name, f"mood of {moods[name]:,} songs", f"mood:{name}") for name in largest)]


def parameters() -> list[str]:
    """Every key of a URL that belongs to the filter of candidates."""
    return [*FIELD_BY_NAME, *PARAMETER.values(), "explicit", "area", "text"]
