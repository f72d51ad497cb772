"""/recommendations: songs like others, or near targets, as Spotify's endpoint gave them, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify

from api.v1.answers import Refused, address, flag, ids, listed, number, whole
from api.v1.shapes import track
from data_access import api_songs, catalogue, things
from data_access.columns import open_store
from data_access.fields import FIELDS
from data_access.filters import SongFilter
from data_access.things import Thing
from ml.recommender import Asked, Recommended
from ml.recommender import recommend as recommended
from ml.similar_query import HEAVIEST, NothingToGoBy, Wish
from ml.similar_words import why

SEEDS = 50
LIMIT, MOST = 20, 100
PER_ARTIST = 2
TUNABLE = tuple(field.name for field in FIELDS)
"""Fields that have min_, max_, target_ and weight_."""

FACETS = {"key": (0, 11), "mode": (0, 1), "time_signature": (1, 7)}
"""What has min_, max_ and target_ too, but no distance: a target asks for exactly that value."""

_KINDS = {"seed_tracks": "song", "seed_artists": "artist", "seed_genres": "genre"}
_TYPES = {"song": "TRACK", "artist": "ARTIST", "genre": "GENRE"}


def recommend() -> Response:
    """{"seeds": [seed], "tracks": [track]}, the best first; with explain=true each track has a `why`.

    Seeds that the catalogue does not have are left out; 400 when nothing is left to go by.
    """
    wishes = {name: wish for name in TUNABLE if (wish := _wish(name))}
    keys, time_signatures = _keys(), _values("time_signature")
    if keys == set() or time_signatures == set():
        wishes[TUNABLE[0]] = replace(wishes.get(TUNABLE[0], Wish()), low=1, high=0)  # nothing meets it
    asked = Asked(
        seeds=_seeds(),
        wishes=wishes,
        song_filter=SongFilter(keys=frozenset(keys or ()), time_signatures=frozenset(time_signatures or ())),
        count=whole("limit", LIMIT, 1, MOST),
        per_artist=whole("per_artist", PER_ARTIST, 1, MOST),
        diversity=number("diversity", 0, 1) or 0.0,
        harmony=number("harmony", 0, 50),
    )
    live, explain = catalogue.current(), flag("explain")
    try:
        found = recommended(live, asked)
    except NothingToGoBy as error:
        named = ", ".join(things.shortened(thing.reference) for thing in asked.seeds[:3])
        raise Refused(400, f"None of the seeds is in this catalogue: {named}." if named else str(error)) from None
    songs = api_songs.by_number(live, found.answer.ids.tolist())
    tracks = [track(song) | (_why(found, place) if explain else {}) for place, song in enumerate(songs)]
    return jsonify(seeds=[_seed(thing, found) for thing, _ in found.seeds], tracks=tracks)


def genre_seeds() -> Response:
    """{"genres": [...]}: what seed_genres may name; empty for a catalogue without genres."""
    return jsonify(genres=sorted(open_store(catalogue.current()).genre_names))


def _seeds() -> tuple[Thing, ...]:
    found = [
        Thing(kind, each)
        for name, kind in _KINDS.items()
        for each in (ids(name, SEEDS) if kind == "song" else listed(name, SEEDS))
    ]
    if len(found) > SEEDS:
        raise Refused(400, f"There are {len(found)} seeds; {SEEDS} in all are possible.")
    if any(len(thing.reference) > 200 for thing in found):
        raise Refused(400, "A seed is an id or a name of at most 200 characters.")
    return tuple(found)


def _wish(name: str) -> Wish | None:
    """What is wanted of a field, None when nothing is said of it."""
    target, low, high = (number(f"{prefix}_{name}") for prefix in ("target", "min", "max"))
    weight = number(f"weight_{name}", 0, HEAVIEST)
    if target is None and low is None and high is None and weight is None:
        return None
    return Wish(target, low, high, 1.0 if weight is None else weight)


def _values(name: str) -> set[int] | None:
    """The values of a facet that min_, max_ and target_ let through, None when they are not given."""
    lowest, highest = FACETS[name]
    target, low, high = (number(f"{prefix}_{name}") for prefix in ("target", "min", "max"))
    if target is None and low is None and high is None:
        return None
    return {
        value
        for value in range(lowest, highest + 1)
        if (target is None or value == target) and (low is None or value >= low) and (high is None or value <= high)
    }


def _keys() -> set[int] | None:
    """Key codes that the limits of key and mode let through, None when there are none."""
    pitches, modes = _values("key"), _values("mode")
    if pitches is None and modes is None:
        return None
    return {
        pitch * 2 + mode
        for pitch in (range(12) if pitches is None else pitches)
        for mode in (range(2) if modes is None else modes)
    }


def _seed(thing: Thing, found: Recommended) -> dict[str, Any]:
    pools = found.answer.pools
    return {
        "afterFilteringSize": pools.filtered,
        "afterRelinkingSize": pools.filtered,
        "href": address(f"/tracks/{thing.reference}") if thing.kind == "song" else None,
        "id": thing.reference,
        "initialPoolSize": pools.catalogue,
        "type": _TYPES[thing.kind],
    }


def _why(found: Recommended, place: int) -> dict[str, Any]:
    answer = found.answer
    parts = zip(answer.features, answer.contributions[place].tolist(), strict=True)
    return {"why": {"score": float(answer.scores[place]), "sentence": why(answer, place), "contributions": dict(parts)}}
