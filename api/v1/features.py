"""/audio-features: how songs sound, by their Spotify ids."""

from __future__ import annotations

from flask import Response, jsonify

from api.v1.answers import Refused, ids
from api.v1.shapes import audio_features
from data_access import api_songs, catalogue

AT_MOST = 100


def several() -> Response:
    """`?ids=a,b` -> {"audio_features": [features | null]}, in the order asked for."""
    asked = ids("ids", AT_MOST)
    if not asked:
        raise Refused(400, f"ids is missing: 1 to {AT_MOST} ids of songs with commas between them.")
    found = api_songs.by_spotify_id(catalogue.current(), asked)
    return jsonify(audio_features=[None if song is None else audio_features(song) for song in found])


def one(spotify_id: str) -> Response:
    """Of one song; 404 when the catalogue does not have it."""
    found = api_songs.by_spotify_id(catalogue.current(), [spotify_id])[0]
    if found is None:
        raise Refused(404, "This catalogue has no song with that id.")
    return jsonify(audio_features(found))
