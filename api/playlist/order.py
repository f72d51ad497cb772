"""/playlist/order: a playlist's songs in an order that mixes well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flask import Blueprint, Response, jsonify, request

from api.playlist.asked import Unusable, body_ids
from api.problems import problem, trouble
from data_access import catalogue
from data_access.fields import UNKNOWN_KEY
from data_access.playlist_songs import songs_of
from ml.mixing import mixing_order

blueprint = Blueprint("order", __name__)


@blueprint.post("/order")
def playlist_order() -> Response:
    """{"ids": [...]} -> {"ids": [...]}, the same ones ordered by `mixing_order`, beginning with the first.

    Songs that the catalogue does not have come last, as they were. Errors as for /playlist/songs.
    """
    try:
        ids = body_ids(request)
        answer = jsonify(ids=ordered(ids))
    except Unusable as error:
        return problem(error.status, str(error))
    except Exception as error:
        return trouble("Sorting", error)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def ordered(ids: Sequence[str]) -> list[str]:
    """The ids in their order for mixing. Raises what `songs_of` and `catalogue.current` raise."""
    songs = songs_of(catalogue.current(), ids)
    known = [songs[each] for each in ids if each in songs]
    keys = np.array([UNKNOWN_KEY if song.key is None else song.key for song in known], dtype=np.uint8)
    tempos = np.array([song.values["tempo"] or np.nan for song in known], dtype=np.float32)
    return [known[place].spotify_id for place in mixing_order(keys, tempos)] + [
        each for each in ids if each not in songs
    ]
