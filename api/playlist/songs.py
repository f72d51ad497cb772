"""/playlist/songs: what the page of the playlist shows of its songs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from api.playlist.asked import Unusable, body_ids
from api.problems import problem, trouble
from data_access import catalogue
from data_access.fields import camelot, key_name
from data_access.playlist_songs import PlaylistSong, songs_of

blueprint = Blueprint("songs", __name__)


@blueprint.post("/songs")
def playlist_songs() -> Response:
    """{"ids": [...]} -> {"songs": [song, ...] in that order, "missing": [ids that this catalogue does not have]}.

    A song is as `told` gives it. 400 with a sentence for a body that cannot be used, 413 for one that is too long, 503
    when there is nothing to read from.
    """
    try:
        ids = body_ids(request)
        found = songs_of(catalogue.current(), ids)
    except Unusable as error:
        return problem(error.status, str(error))
    except Exception as error:
        return trouble("The playlist", error)
    answer = jsonify(
        songs=[told(found[each]) for each in ids if each in found], missing=[e for e in ids if e not in found]
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def told(song: PlaylistSong) -> dict[str, Any]:
    """A song for the browser: {id, title, artists (one text), album, ms, key, key_name, camelot, explicit, mood,
    mood_colour, and every field by its name}; null is unknown."""
    return {
        **song.values,
        "id": song.spotify_id,
        "title": song.title,
        "artists": ", ".join(song.artists),
        "album": song.album,
        "ms": song.values["duration_ms"],
        "key": song.key,
        "key_name": None if song.key is None else key_name(song.key),
        "camelot": None if song.key is None else camelot(song.key),
        "explicit": song.explicit,
        "mood": song.mood,
        "mood_colour": song.mood_colour,
    }
