"""The objects of the API as JSON Schemas, for the OpenAPI document and for the tests that hold answers to it."""

from __future__ import annotations

from typing import Any

from data_access.fields import FIELDS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def several(schema: Schema, at_most: int | None = None) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema, **({} if at_most is None else {"maxItems": at_most})}


def thing(**properties: Schema) -> Schema:
    """An object that has all of these, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> Schema:
    """A schema by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _kind(name: str) -> Schema:
    return {"type": "string", "const": name}


def _share(name: str) -> Schema:
    meaning = next(field.meaning for field in FIELDS if field.name == name)
    return {"type": ["number", "null"], "description": meaning}


_LINKS = thing(spotify=TEXT) | {"required": []}
_NAMED = {"external_urls": _LINKS, "href": or_null(TEXT), "id": or_null(TEXT), "uri": or_null(TEXT), "name": TEXT}


def _paged(name: str) -> Schema:
    return thing(
        href=TEXT, items=several(ref(name), 50), limit=WHOLE, next=or_null(TEXT), offset=WHOLE, previous=or_null(TEXT),
        total={"type": "integer", "minimum": 0, "description": "Of what was found, at most 1050 are counted."},
    )  # fmt: skip


_NONE = several({"type": "string"}, 0)
_TRACK = thing(
    album=ref("Album"),
    artists=several(ref("Artist")),
    available_markets=_NONE,
    disc_number=or_null(WHOLE),
    duration_ms=or_null(WHOLE),
    explicit=or_null({"type": "boolean"}),
    external_ids={"type": "object"},
    external_urls=_LINKS,
    href=TEXT,
    id=TEXT,
    is_local={"type": "boolean", "const": False},
    name=TEXT,
    popularity=or_null(WHOLE),
    preview_url={"type": "null"},
    track_number=or_null(WHOLE),
    type=_kind("track"),
    uri=TEXT,
)
_NUMBERS: Schema = {"type": "object", "additionalProperties": NUMBER}

SCHEMAS: dict[str, Schema] = {
    "Error": thing(error=thing(status=WHOLE, message=TEXT)),
    "Artist": thing(**_NAMED, type=_kind("artist")),
    "FoundArtist": thing(
        **_NAMED,
        type=_kind("artist"),
        followers=thing(href={"type": "null"}, total={"type": "null"}),
        genres=several(TEXT),
        images=several({"type": "object"}, 0),
        popularity={"type": "null"},
    ),
    "Album": thing(
        **_NAMED,
        type=_kind("album"),
        album_type=TEXT,
        artists=several(ref("Artist"), 1),
        available_markets=_NONE,
        images=several({"type": "object"}, 0),
        release_date=or_null(TEXT),
        release_date_precision={"enum": ["year", "month", "day", None]},
        total_tracks={"type": "null"},
    ),
    "Track": _TRACK,
    "AudioFeatures": thing(
        **{field.name: _share(field.name) for field in FIELDS[:9]},
        key={"type": "integer", "minimum": -1, "maximum": 11, "description": "Pitch class, 0 is C; -1 unknown."},
        mode=or_null(WHOLE),
        time_signature=or_null(WHOLE),
        duration_ms=or_null(WHOLE),
        id=TEXT,
        type=_kind("audio_features"),
        uri=TEXT,
        track_href=TEXT,
        analysis_url=TEXT,
    ),
    "TrackPage": _paged("Track"),
    "ArtistPage": _paged("FoundArtist"),
    "Why": {
        **thing(score={"type": "number", "maximum": 1}, sentence=TEXT, contributions=_NUMBERS),
        "description": "The score is 1 for a song on the target, 0 for one as far away as by chance; the features' "
        "contributions sum to it.",
    },
    "RecommendedTrack": {
        **_TRACK,
        "properties": {**_TRACK["properties"], "why": ref("Why")},
    },
    "Seed": thing(
        afterFilteringSize=WHOLE, afterRelinkingSize=WHOLE, href=or_null(TEXT), id=TEXT, initialPoolSize=WHOLE,
        type={"enum": ["TRACK", "ARTIST", "GENRE"]},
    ),
}  # fmt: skip
