"""/data-dictionary: the generated description of every table and column, as text."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

blueprint = Blueprint("dictionary", __name__)

_FILE = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"


@blueprint.get("/data-dictionary")
def data_dictionary() -> Response:
    """docs/data-dictionary.md as it stands; 404 where the documentation was not installed."""
    if not _FILE.exists():
        return Response("The data dictionary is not installed here.\n", 404, content_type="text/plain; charset=utf-8")
    return Response(_FILE.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")
