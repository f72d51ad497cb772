"""What the ops page (pages/ops.py) sends: log in, restart, reload, clear the cache, train; and what it watches them by.

Every route asks for the session itself; those that act also for the page's own token and origin. What was tried is
written into `ops/audit.jsonl` of the data folder: time, who from where, what, and how it ended.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from api.problems import problem
from data_access import cache
from ops import machine, password, session, training
from ops.client import Helper, HelperError
from ops.helper import audit
from settings import get_settings

blueprint = Blueprint("ops", __name__)
log = logging.getLogger(__name__)

_LONGEST_PASSWORD = 1000


def acts(what: str) -> Callable:
    """For routes that change something: whoever may not is refused; every attempt is written down as `what`."""

    def decorate(route: Callable[[], Response]) -> Callable[[], Response]:
        @functools.wraps(route)
        def guarded() -> Response:
            if not session.is_operator():
                answer = problem(401, "Log in first.")
            elif not session.may_act():
                answer = problem(403, "This did not come from the ops page; reload it and try again.")
            else:
                answer = route()
            _note(what, "operator" if session.is_operator() else "nobody", answer)
            return answer

        return guarded

    return decorate


def looks(route: Callable[[], Response]) -> Callable[[], Response]:
    """For routes that only tell."""

    @functools.wraps(route)
    def guarded() -> Response:
        return route() if session.is_operator() else problem(401, "Log in first.")

    return guarded


# ---- who -------------------------------------------------------------------------------------


@blueprint.post("/ops/login")
def log_in() -> Response:
    """The password (JSON: {"password": ...}) against a session's cookie."""
    given = request.get_json(silent=True)
    typed = given.get("password") if isinstance(given, dict) else None
    if not password.is_set():
        answer = problem(403, "No operations password is set here, so nobody can log in.")
    elif not session.is_own_origin():
        answer = problem(403, "This did not come from the ops page; reload it and try again.")
    elif refused := password.check(typed[:_LONGEST_PASSWORD] if isinstance(typed, str) else "", _address()):
        answer = problem(429 if refused.startswith("Too many") else 401, refused)
    else:
        answer = _said("Logged in.")
        session.begin(answer)
    _note("log in", "operator" if answer.status_code == 200 else "nobody", answer)
    return answer


@blueprint.post("/ops/logout")
@acts("log out")
def log_out() -> Response:
    """End the session."""
    answer = _said("Logged out.")
    session.end(answer)
    return answer


# ---- what is done ----------------------------------------------------------------------------


@blueprint.post("/ops/restart")
@acts("restart")
def restart() -> Response:
    """Ask the helper for a restart; 202 with this boot's id, and the ticket that the restart can be watched with."""
    try:
        ticket = _helper().restart(_address())
    except HelperError as error:
        return problem(error.status if error.status == 429 else 502, str(error))
    return _said("A restart was asked for.", 202, boot=machine.boot_id(), ticket=ticket)


@blueprint.post("/ops/reload")
@acts("reload workers")
def reload() -> Response:
    """Have gunicorn replace its workers one by one; 202 with the ids of those that will go."""
    old = [worker.pid for worker in machine.workers()]
    try:
        machine.reload_workers()
    except (machine.NoMaster, OSError) as error:
        return problem(409, str(error))
    return _said("New workers are starting.", 202, workers=old)


@blueprint.post("/ops/clear-cache")
@acts("clear the cache")
def clear_cache() -> Response:
    """Forget every cached answer."""
    try:
        cache.clear()
    except Exception:  # whatever the store raises
        log.warning("The cache could not be cleared.", exc_info=True)
        return problem(502, "The cache could not be cleared; the log says why.")
    return _said("The cache is empty; answers are computed again when they are asked for.")


@blueprint.post("/ops/train")
@acts("retrain moods")
def train() -> Response:
    """Train a model of moods beside the requests; 409 while one is being trained."""
    try:
        began = training.start(session.folder())
    except OSError as error:
        return problem(502, f"A training could not be started: {error.strerror}.")
    return _said("Training…", 202) if began else problem(409, "A training is running already.")


# ---- what it is watched by -------------------------------------------------------------------


@blueprint.get("/ops/workers")
@looks
def workers() -> Response:
    """The ids of the workers that there are."""
    return _fresh(jsonify(boot=machine.boot_id(), workers=[worker.pid for worker in machine.workers()]))


@blueprint.get("/ops/training")
@looks
def latest_training() -> Response:
    """How the latest training is, in words, and the end of its log."""
    found = training.latest(session.folder())
    if found is None:
        return _fresh(jsonify(words="", running=False, failed=False, log=""))
    latest, log_text = found
    failed = latest.ended is not None and latest.code != 0
    return _fresh(jsonify(words=latest.words, running=latest.ended is None, failed=failed, log=log_text))


@blueprint.get("/ops/journal")
@looks
def journal() -> Response:
    """The service's last lines, through the helper."""
    try:
        return _fresh(Response(_helper().journal(), content_type="text/plain; charset=utf-8"))
    except HelperError as error:
        return problem(502, str(error))


def _helper() -> Helper:
    settings = get_settings()
    if not settings.helper_url:
        raise HelperError("There is no restart helper here: MUSICGROUP_HELPER_URL is not set.")
    return Helper(settings.helper_url, settings.helper_token_file)


def _note(what: str, who: str, answer: Response) -> None:
    error = (answer.get_json(silent=True) or {}).get("error")
    try:
        outcome = f"{answer.status_code}: {error}" if error else "ok"
        audit.write(session.folder() / "audit.jsonl", who, _address(), what, outcome)
    except OSError:  # a full disk must not keep anybody from restarting
        log.warning("The audit log could not be written.", exc_info=True)


def _said(sentence: str, status: int = 200, **more: object) -> Response:
    answer = _fresh(jsonify(said=sentence, **more))
    answer.status_code = status
    return answer


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _address() -> str:
    return request.remote_addr or ""
