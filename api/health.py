"""/healthz: this process answers. /readyz: it has a database and a catalogue to answer from."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from data_access import catalogue
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow
from ops import machine

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 as long as the process runs, with the id of its boot; asks nobody else."""
    return _fresh(jsonify(status="ok", boot=machine.boot_id()))


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 with the catalogue's version, or 503 with what is missing."""
    try:
        live = catalogue.current()
    except NoCatalogue as error:
        answer = jsonify(status="not ready", database="ok", catalogue_version=None, reason=str(error))
    except (DatabaseDown, QueryTooSlow) as error:
        answer = jsonify(status="not ready", database="down", catalogue_version=None, reason=str(error))
    else:
        return _fresh(jsonify(status="ready", catalogue_version=live.version, database="ok"))
    answer.status_code = 503
    return _fresh(answer)


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
