"""Counts what is asked, for the ops page and /metrics. Both, health and the files of pages are left out."""

from __future__ import annotations

import time
from functools import cache

from flask import Blueprint, Response, g, request

from data_access import cache as answers
from ops.traffic import Recorder
from settings import get_settings

blueprint = Blueprint("traffic", __name__)

FOLDER = "traffic"
_LEFT_OUT = ("/healthz", "/readyz", "/metrics", "/assets/", "/_dash-component-suites/", "/bootstrap", "/ops")


@blueprint.before_app_request
def begin() -> None:
    """Remember when."""
    g.began = time.perf_counter()


@blueprint.after_app_request
def end(response: Response) -> Response:
    """Count the request; of an answer that is streamed, the time until its first bytes."""
    began = g.get("began")
    if began is not None and not g.get("uncounted") and not request.path.startswith(_LEFT_OUT):
        _recorder().add(time.perf_counter() - began, response.status_code, answers.counts())
    return response


@cache
def _recorder() -> Recorder:
    return Recorder(get_settings().data_dir / FOLDER)
