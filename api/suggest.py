"""/suggest?q=...: what a person may be typing, as JSON; assets/search.js asks at every pause."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from api.problems import problem, trouble
from data_access import search

blueprint = Blueprint("suggest", __name__)

LONGEST_TEXT = 100
MOST = 20
_KEPT_SECONDS = 60


@blueprint.get("/suggest")
def suggest() -> Response:
    """{"text": q, "suggestions": [{kind, label, detail, href_path, corrected}]}, best first.

    400 with a sentence for a text of no or more than 100 characters, or a limit that is not 1 to 20; 503 with one
    when there is no database or no catalogue to search.
    """
    text = request.args.get("q", "").strip()
    limit = request.args.get("limit", "8")
    if not 1 <= len(text) <= LONGEST_TEXT:
        return problem(400, f"Write q= with 1 to {LONGEST_TEXT} characters.")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:3]) <= MOST):
        return problem(400, f"limit={limit[:20]} is not a number from 1 to {MOST}.")
    try:
        found = search.suggest(text, int(limit))
    except Exception as error:
        return trouble("Search", error)
    answer = jsonify(text=text, suggestions=[asdict(suggestion) for suggestion in found])
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return answer
