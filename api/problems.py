"""What plain routes answer when they cannot: a status and one sentence, as JSON."""

from __future__ import annotations

from flask import Response, jsonify

from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow
from data_access.models import NoModel


def problem(status: int, sentence: str) -> Response:
    """{"error": sentence}, not to be kept by anybody."""
    answer = jsonify(error=sentence)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def trouble(what: str, error: Exception) -> Response:
    """The answer to a named error of the data layer; `what` is what rests meanwhile ("Search"). Raises all others."""
    match error:
        case NoModel():
            return problem(404, str(error))
        case DatabaseDown():
            return problem(503, f"{what} is resting: the database cannot be reached.")
        case QueryTooSlow():
            return problem(503, f"{what} took too long; try again.")
        case NoCatalogue():
            return problem(503, str(error))
    raise error
