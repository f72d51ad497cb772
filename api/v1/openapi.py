"""The OpenAPI 3.1 document: every path and parameter of the API, and what answers look like."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from api.v1 import features, recommendations, search, tracks
from api.v1.answers import ID, address
from api.v1.schemas import NUMBER, SCHEMAS, TEXT, ref, several, thing
from data_access.fields import FIELDS
from ml.similar_query import HEAVIEST

_LABEL = {field.name: field for field in FIELDS}
_WHY_NOT = {
    "400": "A parameter cannot be used; the message says which, and what can be.",
    "404": "The catalogue has no such song.",
    "503": "The database cannot be reached, or no catalogue has been loaded.",
}
_TEXT = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"  # anything but blanks
_UNIT = {
    "duration_ms": "In milliseconds.",
    "key": "Pitch class, 0 is C.",
    "mode": "1 is major, 0 minor.",
    "time_signature": "Beats a bar.",
}
"""Units of what people read otherwise on the pages."""

_HARMONY = (
    "Only songs to mix with the first of seed_tracks, within a percentage of its tempo; not used without one. Our own."
)
_ABOUT = (
    "A catalogue of songs with audio features, in the shapes of Spotify's Web API as it was until November 2024. A "
    "program written for that works when it is pointed here. No token is needed; one that is sent is not looked at. "
    "Songs and artists are named by Spotify's ids; what a catalogue does not know is null."
)


def document() -> Response:
    """The document, with the address that it was asked at."""
    return jsonify(described(address("")))


def described(server: str) -> dict[str, Any]:
    """The document for an API at `server`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MusicGroup",
            "version": "1",
            "description": _ABOUT,
        },
        "servers": [{"url": server}],
        "paths": {
            "/audio-features": {"get": _several_features()},
            "/audio-features/{id}": {"get": _by_id("getAudioFeatures", "How a song sounds", "AudioFeatures")},
            "/tracks": {"get": _several_tracks()},
            "/tracks/{id}": {"get": _by_id("getTrack", "A song", "Track")},
            "/search": {"get": _search()},
            "/recommendations": {"get": _recommendations()},
            "/recommendations/available-genre-seeds": {
                "get": _operation("getGenreSeeds", "Genres that seed_genres may name", [], thing(genres=several(TEXT)))
            },
        },
        "components": {"schemas": SCHEMAS},
    }


def _operation(name: str, summary: str, parameters: list[dict], answer: dict, *refusals: str) -> dict[str, Any]:
    errors = {
        status: {"description": _WHY_NOT[status], "content": {"application/json": {"schema": ref("Error")}}}
        for status in (*refusals, "503")
    }
    ok = {"description": "Found", "content": {"application/json": {"schema": answer}}}
    too_long = {"description": "The address is longer than 4,094 bytes; answered by the web server itself."}
    responses = {"200": ok, **errors, "414": too_long}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}


def _query(name: str, schema: dict, description: str, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _ids(name: str, at_most: int, what: str, required: bool = False, least: int = 1) -> dict[str, Any]:
    """A list with commas."""
    described = _query(name, several({"type": "string", "pattern": ID}, at_most), what, required)
    described["schema"]["minItems"] = least
    return described | {"style": "form", "explode": False}


def _several_tracks() -> dict[str, Any]:
    answer = thing(tracks=several({"oneOf": [ref("Track"), {"type": "null"}]}, tracks.AT_MOST))
    ids = _ids("ids", tracks.AT_MOST, f"1 to {tracks.AT_MOST} ids; null stands for what is not there.", required=True)
    return _operation("getTracks", "Songs", [ids], answer, "400")


def _several_features() -> dict[str, Any]:
    answer = thing(audio_features=several({"oneOf": [ref("AudioFeatures"), {"type": "null"}]}, features.AT_MOST))
    ids = _ids(
        "ids", features.AT_MOST, f"1 to {features.AT_MOST} ids; null stands for what is not there.", required=True
    )
    return _operation("getSeveralAudioFeatures", "How songs sound", [ids], answer, "400")


def _by_id(name: str, summary: str, schema: str) -> dict[str, Any]:
    parameter = {
        "name": "id", "in": "path", "required": True, "description": "Spotify's id of the song.",
        "schema": {"type": "string", "pattern": ID},
    }  # fmt: skip
    return _operation(name, summary, [parameter], ref(schema), "404")


def _search() -> dict[str, Any]:
    words = (
        "Words, the beginnings of those of title and artists. year:1990 or year:1990-1999, genre:name and album:words "
        'restrict songs; artist: and track: add their words. What has blanks stands in quotes: album:"two words".'
    )
    text = {"type": "string", "minLength": 1, "maxLength": search.LONGEST, "pattern": _TEXT}
    types = several({"enum": list(search.TYPES)}, len(search.TYPES))
    kinds = _query("type", types, "What to search; track if not given.") | {"style": "form", "explode": False}
    parameters = [
        _query("q", text, words, True),
        kinds,
        _query("limit", _whole(1, search.MOST, search.LIMIT), "Of each type."),
        _query("offset", _whole(0, search.FURTHEST, 0), "How many to leave out first."),
    ]
    found = thing(tracks=ref("TrackPage"), artists=ref("ArtistPage")) | {"required": []}
    return _operation("search", "Songs and artists by words", parameters, found, "400")


def _recommendations() -> dict[str, Any]:
    most, total = recommendations.MOST, recommendations.SEEDS
    names = several({"type": "string", "pattern": r"^[^,\s\u0000]([^,\u0000]{0,198}[^,\s\u0000])?$"}, total)
    parameters = [
        _ids("seed_tracks", total, f"Ids of songs; {total} seeds in all.", least=0),
        _query("seed_artists", names, "Ids of artists, or their names.") | {"style": "form", "explode": False},
        _query("seed_genres", names, "Names of genres.") | {"style": "form", "explode": False},
        _query("limit", _whole(1, most, recommendations.LIMIT), "Songs at most."),
        *(parameter for name in recommendations.TUNABLE for parameter in _tunable(name)),
        *(parameter for name in recommendations.FACETS for parameter in _facet(name)),
        _query("per_artist", _whole(1, most, recommendations.PER_ARTIST), "Songs of one artist at most. Our own."),
        _query("diversity", _number(0, 1), "0: the nearest songs; 1: of the near ones those most unlike. Our own."),
        _query("harmony", _number(0, 50), _HARMONY),
        _query("explain", {"type": "boolean"}, "true: each track says why it is there. Our own."),
    ]
    answer = thing(seeds=several(ref("Seed"), total), tracks=several(ref("RecommendedTrack"), most))
    return _operation("getRecommendations", "Songs like others, or near targets", parameters, answer, "400")


def _tunable(name: str) -> list[dict[str, Any]]:
    field = _LABEL[name]
    return [
        _query(f"min_{name}", NUMBER, f"{field.label}: at least. {_UNIT.get(name, field.meaning)}"),
        _query(f"max_{name}", NUMBER, f"{field.label}: at most."),
        _query(f"target_{name}", NUMBER, _target(name)),
        _query(f"weight_{name}", _number(0, HEAVIEST), _weight(name)),
    ]


def _weight(name: str) -> str:
    if name == "popularity":
        return "Accepted and not used, as the target."
    return f"{_LABEL[name].label}: how much it counts; 1 is usual. Our own."


def _target(name: str) -> str:
    if name == "popularity":
        return "Accepted and not used: popularity is no part of how songs sound. min_ and max_ are."
    return f"{_LABEL[name].label}: songs near this value come first."


def _facet(name: str) -> list[dict[str, Any]]:
    label = name.replace("_", " ").capitalize()
    return [
        _query(f"min_{name}", NUMBER, f"{label}: at least. {_UNIT[name]}"),
        _query(f"max_{name}", NUMBER, f"{label}: at most."),
        _query(f"target_{name}", NUMBER, f"{label}: exactly this."),
    ]


def _whole(low: int, high: int, usual: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high, "default": usual}


def _number(low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high}
