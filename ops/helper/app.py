"""The helper's pages: what state the application is in, its journal, and a button that restarts it.

`gunicorn --workers 1 --threads 4 --bind 127.0.0.1:8051 "ops.helper.app:create_app()"`. One process, because sessions
and wrong tries are kept in memory. People log in with the password; programs send `Authorization: Bearer <token>`.
"""

from __future__ import annotations

import time
from threading import Lock

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import check_password_hash

from ops.helper import audit, guard, systemd
from ops.helper.config import Config

COOKIE = "musicgroup-helper"
PAUSE_SECONDS = 30
"""Between two restarts."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Refused(Exception):
    """A request that is not carried out: a status, a sentence, and whom to write into the audit log."""

    def __init__(self, status: int, sentence: str, actor: str = "nobody", wait: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.actor, self.wait = status, sentence, actor, wait


def create_app(config: Config | None = None) -> Flask:
    """The WSGI application. Raises ConfigError when it is not told enough."""
    config = config or Config.from_environment()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)  # type: ignore[method-assign]
    helper = _Helper(app, config)
    app.get("/")(helper.page)
    app.post("/login")(helper.log_in)
    app.post("/logout")(helper.log_out)
    app.post("/process")(helper.ask_restart)
    app.get("/process")(helper.last_request)
    app.get("/logs")(helper.logs)
    app.get("/audit")(helper.entries)
    app.register_error_handler(Refused, helper.refuse)
    app.register_error_handler(systemd.SystemdError, helper.no_systemd)
    app.after_request(_finish)
    return app


class _Helper:
    def __init__(self, app: Flask, config: Config) -> None:
        self.config, self.log = config, app.logger
        self.wrong, self.sessions = guard.WrongTries(), guard.Sessions()
        self.tickets = guard.Sessions(guard.TICKET_SECONDS)
        self.restarting = Lock()
        self.last: dict[str, str | float] = {}  # at (monotonic), time, actor, outcome

    # ---- what there is to see ------------------------------------------------------------------

    def page(self) -> Response:
        """For people: the state, the latest entries of the audit log and the button; the login for all others."""
        if not self._is_person():
            return self._page("login.html")
        return self._status()

    def last_request(self) -> Response:
        """For programs: what became of the last restart that was asked for, and how the unit is. Never acts."""
        self._actor()
        return jsonify(self._report())

    def logs(self) -> Response:
        """The unit's last 200 lines, as text."""
        self._actor()
        answer = make_response(systemd.journal(self.config.unit))
        answer.content_type = "text/plain; charset=utf-8"
        return answer

    def entries(self) -> Response:
        """For programs: the latest entries of the audit log, newest first."""
        self._actor()
        return jsonify(entries=audit.latest(self.config.audit))

    def _status(self, status: int = 200, said: str = "") -> Response:
        form = self.sessions.form(request.cookies.get(COOKIE, ""))
        unit, starts = systemd.state(self.config.unit), systemd.starts(self.config.unit)
        entries = audit.latest(self.config.audit)
        name, waits = self.config.unit.removesuffix(".service"), status == 202 or unit.active != "active"
        return self._page(
            "status.html",
            status,
            said=said,
            form=form,
            state=unit,
            starts=starts,
            entries=entries,
            name=name,
            waits=waits,
        )

    def _report(self) -> dict:
        state = systemd.state(self.config.unit)
        last = {name: value for name, value in self.last.items() if name != "at"} or None
        unit = {"active": state.active, "sub": state.sub, "result": state.result, "words": state.words,
                "since": state.since.isoformat() if state.since else None, "invocation": state.invocation}  # fmt: skip
        return {"last": last, "unit": unit}

    # ---- what is done --------------------------------------------------------------------------

    def ask_restart(self) -> Response:
        """Ask systemd for a restart and answer 202 before it happens; requests at the same time become one."""
        actor = self._actor(acts=True)
        if not self.restarting.acquire(blocking=False):
            return self._asked(actor, "joined a restart that is being asked for")
        try:
            since = time.monotonic() - float(self.last.get("at", -PAUSE_SECONDS))
            if since < PAUSE_SECONDS:
                wait = round(PAUSE_SECONDS - since) or 1
                raise Refused(429, f"A restart was asked for {since:.0f} s ago; wait {wait} s more.", actor, wait)
            self.last = {
                "at": time.monotonic(),
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "actor": actor,
            }
            try:
                systemd.restart(self.config.unit)
            except systemd.SystemdError as error:
                self.last |= {"outcome": f"failed: {error}", "at": -PAUSE_SECONDS}
                self._note(actor, f"failed: {error}")
                raise
            self.last["outcome"] = "asked"
        finally:
            self.restarting.release()
        return self._asked(actor, "asked")

    def _asked(self, actor: str, outcome: str) -> Response:
        self._note(actor, outcome)
        if actor == "token":
            # With the ticket a browser can watch while the program that asked, which may be the application, is down.
            return make_response(jsonify({**self._report(), "ticket": self.tickets.begin()}), 202)
        return self._status(202, "The restart was asked for. This page looks again by itself.")

    def log_in(self) -> Response:
        """A person's password against a session."""
        self._same_origin()
        self._listen()
        if not self.config.password_hash:
            raise Refused(403, "No password is set here, so nobody can log in; programs use the token.")
        if not check_password_hash(self.config.password_hash, request.form.get("password", "")[:1000]):
            raise self._was_wrong("password")
        self._note("person", "ok")
        answer = make_response(redirect("./", 303))
        answer.set_cookie(
            COOKIE, self.sessions.begin(), max_age=guard.SESSION_SECONDS, path=self._path(), secure=True, httponly=True,
            samesite="Strict",
        )  # fmt: skip
        return answer

    def log_out(self) -> Response:
        """End the session."""
        self._actor(acts=True)
        self.sessions.end(request.cookies[COOKIE])
        self._note("person", "ok")
        answer = make_response(redirect("./", 303))
        answer.delete_cookie(COOKIE, path=self._path(), secure=True, httponly=True, samesite="Strict")
        return answer

    # ---- who asks ------------------------------------------------------------------------------

    def _actor(self, acts: bool = False) -> str:
        """ "token" or "person"; raises Refused for anybody else, and for a form that is not one of ours."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if request.path in ("/process", "/logs") and not acts and self.tickets.holds(given.strip()):
                return "ticket"
            self._listen()
            if not guard.is_token(given.strip(), self.config.token_hash):
                raise self._was_wrong("token")
            return "token"
        if not self._is_person():
            raise Refused(401, "Log in first, or send the token.")
        if acts:
            self._same_origin()
            if not self.sessions.spend(request.cookies[COOKIE], request.form.get("form", "")):
                raise Refused(
                    403, "This form is too old or was used before; go back to the page and press again.", "person"
                )
        return "person"

    def _is_person(self) -> bool:
        return self.sessions.holds(request.cookies.get(COOKIE, ""))

    def _same_origin(self) -> None:
        if request.headers.get("Origin", "") != self.config.origin:
            raise Refused(403, "This form did not come from this site.")

    def _listen(self) -> None:
        if wait := self.wrong.wait_seconds(self._address()):
            raise Refused(429, f"Too many wrong tries from this address; wait {wait} s.", wait=wait)

    def _was_wrong(self, what: str) -> Refused:
        self.wrong.add(self._address())
        return Refused(401, f"That is not the {what}.")

    # ---- what is said --------------------------------------------------------------------------

    def refuse(self, refused: Refused) -> Response:
        """The answer to a request that is not carried out; every refused attempt is in the audit log."""
        if request.method == "POST" or request.headers.get("Authorization"):
            self._note(refused.actor, f"{refused.status}: {refused.sentence}")
            if refused.status in (401, 403, 429):
                self.log.warning("refused %s from %s: %s", request.path, self._address(), refused.sentence)  # fail2ban
        answer = self._said(refused.status, refused.sentence)
        if refused.wait:
            answer.headers["Retry-After"] = str(refused.wait)
        return answer

    def no_systemd(self, error: systemd.SystemdError) -> Response:
        """systemd could not do it."""
        return self._said(502, f"systemd says: {error}.")

    def _said(self, status: int, sentence: str) -> Response:
        if request.headers.get("Authorization") or request.path == "/logs":
            return make_response(jsonify(error=sentence), status)
        return self._page(
            "login.html" if status in (401, 429) and not self._is_person() else "said.html", status, said=sentence
        )

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        return make_response(render_template(template, **{"said": "", **values}), status)

    def _note(self, actor: str, outcome: str) -> None:
        action = {"/process": "restart", "/login": "log in", "/logout": "log out", "/logs": "read the journal"}
        audit.write(self.config.audit, actor, self._address(), action.get(request.path, "look"), outcome)

    def _address(self) -> str:
        return request.remote_addr or "unknown"

    def _path(self) -> str:
        # nginx strips the path that it routes to the helper, and says which it was.
        return request.headers.get("X-Forwarded-Prefix", "/")


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response
