"""/playlist/upload: a playlist that somebody brings along, matched with the catalogue. It is answered and forgotten."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from api.playlist.asked import Unusable
from api.problems import problem, trouble
from data_access import catalogue, matching
from data_access.matching import Match, Named
from etl import exportify
from etl.exportify import Line, Miss, Unreadable, Upload

blueprint = Blueprint("upload", __name__)

_FRAME = 10_000  # bytes of a form around what is sent in it
_LONGEST_NAME = 100
_NOT_HERE = "This catalogue does not have it, neither by its id nor by title and artist."
_NO_ID_HERE = "This catalogue has no song with this id."
_NO_TITLE_HERE = "This catalogue has no song of this title and artist."


@blueprint.post("/upload")
def playlist_upload() -> Response:
    """The form's `file` (Exportify's CSV, or a text with links), or its field `links` (a pasted text).

    -> {"name", "rows", "matched": [{id, title, artists, ms, how}], "misses": [{line, title, artists, why}], "twice"}.
    `matched` has each song once, in the upload's order; `twice` says how many rows were left out for that. `how` is
    "id", "title" or "version". 400 with a sentence for what cannot be read, 413 for what is too large, 503 when there
    is nothing to read from.
    """
    try:
        name, found = _asked()
        answer = jsonify(name=name, **matched(found))
    except Unusable as error:
        return problem(error.status, str(error))
    except Unreadable as error:
        return problem(400, str(error))
    except Exception as error:
        return trouble("The upload", error)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def matched(found: Upload) -> dict[str, Any]:
    """What an upload's lines are in the live catalogue, for the browser. Raises as `matching.match`."""
    named = [Named(line.spotify_id, line.title, line.artists, line.milliseconds) for line in found.lines]
    songs: dict[str, dict[str, Any]] = {}
    misses = [_told(miss) for miss in found.misses]
    twice = 0
    for line, match in zip(found.lines, matching.match(catalogue.current(), named), strict=True):
        if match is None:
            misses.append(_told(Miss(line.number, line.title or line.spotify_id, line.credit, _why(line))))
        elif match.spotify_id in songs:
            twice += 1
        else:
            songs[match.spotify_id] = _song(match)
    misses.sort(key=lambda miss: miss["line"])
    return {"rows": found.rows, "matched": list(songs.values()), "misses": misses, "twice": twice}


def _song(match: Match) -> dict[str, Any]:
    artists = ", ".join(match.artists)
    return {
        "id": match.spotify_id, "title": match.title, "artists": artists, "ms": match.milliseconds, "how": match.how,
    }  # fmt: skip


def _told(miss: Miss) -> dict[str, Any]:
    return {"line": miss.number, "title": miss.title, "artists": miss.credit, "why": miss.why}


def _why(line: Line) -> str:
    if not (line.title and line.artists):
        return _NO_ID_HERE
    return _NOT_HERE if line.spotify_id else _NO_TITLE_HERE


def _asked() -> tuple[str, Upload]:
    """A name for the playlist, and what was sent. Raises Unusable, Unreadable."""
    request.max_content_length = exportify.LARGEST + _FRAME
    request.max_form_memory_size = exportify.LARGEST
    try:
        form, files = request.form, request.files
    except RequestEntityTooLarge as error:
        raise Unusable(f"That is too large; {exportify.LARGEST // 1_000_000} MB are allowed.", 413) from error
    except HTTPException as error:
        raise Unusable("The form cannot be read.") from error
    if "file" in files:
        return _name(files["file"].filename or ""), exportify.read_file(files["file"].read())
    if "links" in form:
        return "", exportify.read_links(form["links"])
    raise Unusable("The form needs a “file”, or “links”: a text with links to songs.")


def _name(file_name: str) -> str:
    """A playlist's name from that of its file: "my_summer_hits.csv" -> "my summer hits", as Exportify writes them."""
    stem = re.split(r"[\\/]", file_name)[-1].rpartition(".")[0] or file_name
    plain = "".join(letter for letter in stem.replace("_", " ") if letter.isprintable())
    return " ".join(plain.split())[:_LONGEST_NAME]
