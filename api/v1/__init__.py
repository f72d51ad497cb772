"""/api/v1: the catalogue for programs, in the shapes of Spotify's Web API as it was until November 2024.

A program written for that works when pointed here: the same paths, parameters, objects and errors. Whatever stands in
`Authorization` is accepted and not looked at. openapi.py describes all of it; `/api/v1/` is that for people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from api.v1 import features, recommendations, search, tracks
from api.v1.answers import Refused, finished, refusal
from api.v1.openapi import document
from api.v1.page import page
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow

PATH = "/api/v1"
_log = logging.getLogger(__name__)

blueprint = Blueprint("v1", __name__, url_prefix=PATH)

_ENDPOINTS: dict[str, Callable[..., Response]] = {
    "/audio-features": features.several,
    "/audio-features/<spotify_id>": features.one,
    "/tracks": tracks.several,
    "/tracks/<spotify_id>": tracks.one,
    "/search": search.search,
    "/recommendations": recommendations.recommend,
    "/recommendations/available-genre-seeds": recommendations.genre_seeds,
    "/openapi.json": document,
    "/": page,
}
for _path, _answer in _ENDPOINTS.items():
    _name = f"{_answer.__module__.rpartition('.')[2]}_{_answer.__name__}"
    blueprint.add_url_rule(_path, _name, _answer, methods=["GET"], strict_slashes=False)


def _no_such_path(anything: str = "") -> Response:
    raise Refused(404, f"There is nothing at {request.path[:100]}; {PATH}/ lists what there is.")


blueprint.add_url_rule("/<path:anything>", "nothing", _no_such_path, methods=["GET"])


@blueprint.app_errorhandler(405)
def wrong_method(error: HTTPException) -> Response | HTTPException:
    """Our own shape for our own paths."""
    if request.path != PATH and not request.path.startswith(f"{PATH}/"):
        return error
    answer = refusal(405, f"{request.method} is not possible here; this API is read with GET.")
    answer.headers["Allow"] = "GET, HEAD, OPTIONS"
    return finished(answer)


@blueprint.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """One sentence for whatever went wrong, in the shape of all errors."""
    match error:
        case Refused():
            return refusal(error.status, str(error))
        case DatabaseDown():
            return refusal(503, "The database cannot be reached; try again in a moment.")
        case NoCatalogue():
            return refusal(503, "No catalogue has been loaded yet.")
        case QueryTooSlow():
            return refusal(503, "That took too long; try again, or ask for less.")
        case HTTPException():
            return refusal(error.code or 500, error.description or error.name)
    _log.exception("%s failed", request.path)
    return refusal(500, "Something went wrong here; it was logged.")


blueprint.after_request(finished)
