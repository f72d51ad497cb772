"""/compare/suggest?q=...: things to compare for what a person types, as JSON; assets/thing_box.js asks."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from api.problems import problem, trouble
from data_access import compare_ready

blueprint = Blueprint("compare_suggest", __name__)

LONGEST_TEXT = 100
_KEPT_SECONDS = 60


@blueprint.get("/compare/suggest")
def suggest() -> Response:
    """{"text": q, "things": [{kind, token, label, detail}]}; without a text what there is to begin with.

    400 with a sentence for a text of more than 100 characters; 503 with one when there is nothing to search.
    """
    text = request.args.get("q", "").strip()
    if len(text) > LONGEST_TEXT:
        return problem(400, f"Write q= with at most {LONGEST_TEXT} characters.")
    try:
        found = compare_ready.suggest(text)
    except Exception as error:
        return trouble("Search", error)
    answer = jsonify(text=text, things=[asdict(choice) for choice in found])
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return answer
