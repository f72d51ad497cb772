"""The restart helper as the application asks it: how the service is, its journal, its audit log, and a restart.

Every question has a short time limit. The token is read from its file each time, so that a new one needs no restart.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 3.0
_REST_SECONDS = 60  # after a refusal: the helper counts wrong tokens, and writes each into its audit log
_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{20,500}")


class HelperError(RuntimeError):
    """The helper could not do it, or is not there; one sentence. status: its answer's, 502 when there was none."""

    def __init__(self, sentence: str, status: int = 502) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Unit:
    """The application's unit as systemd sees it; `words` is that for people ("running since ...")."""

    active: str
    sub: str
    result: str
    words: str


_refused: dict[str, tuple[str, float]] = {}  # token file -> the token that was refused, and when
_lock = threading.Lock()


class Helper:
    """The helper at `url` ("http://127.0.0.1:8051/"), with the token in `token_file`."""

    def __init__(self, url: str, token_file: str) -> None:
        self._url, self._token_file = url, token_file

    def unit(self) -> Unit:
        """How the service is. Raises HelperError."""
        return _unit(_object(self._ask("GET", "process")))

    def restart(self, address: str) -> str:
        """Ask for a restart in the name of somebody at `address`; returns before it happens.

        Gives a ticket that the helper's /process and /logs can be read with for some minutes, also while the
        application is down; "" from a helper that gives none. Raises HelperError.
        """
        return str(_object(self._ask("POST", "process", address)).get("ticket", ""))

    def journal(self) -> str:
        """The unit's last lines. Raises HelperError."""
        return self._ask("GET", "logs").decode("utf-8", "replace")

    def audit(self) -> list[dict[str, str]]:
        """The audit log, newest first: time, actor, address, action, outcome. Raises HelperError."""
        entries = _object(self._ask("GET", "audit")).get("entries", [])
        return [{name: str(value) for name, value in entry.items()} for entry in entries if isinstance(entry, dict)]

    def _ask(self, method: str, path: str, address: str = "") -> bytes:
        token = self._token()
        split = urlsplit(self._url)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise HelperError("MUSICGROUP_HELPER_URL is no address such as http://127.0.0.1:8051/.")
        kind = http.client.HTTPSConnection if split.scheme == "https" else http.client.HTTPConnection
        headers = {"Authorization": f"Bearer {token}"}
        if address:
            headers["X-Forwarded-For"] = address  # the audit log then says who it was
        connection = kind(split.hostname, split.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, split.path.rstrip("/") + "/" + path, headers=headers)
            answer = connection.getresponse()
            body = answer.read(2_000_000)
        except TimeoutError:
            raise HelperError(f"The restart helper did not answer within {TIMEOUT_SECONDS:.0f} s.") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            words = getattr(error, "strerror", None) or type(error).__name__
            raise HelperError(f"The restart helper cannot be reached: {words}.") from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise self._refusal(answer.status, body, token)
        return body

    def _token(self) -> str:
        try:
            token = Path(self._token_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise HelperError("The file of MUSICGROUP_HELPER_TOKEN_FILE cannot be read.") from None
        if not _TOKEN.fullmatch(token):
            raise HelperError("The file of MUSICGROUP_HELPER_TOKEN_FILE holds no token.")
        with _lock:
            refused, since = _refused.get(self._token_file, ("", 0.0))
        if token == refused and time.monotonic() - since < _REST_SECONDS:
            raise HelperError("The restart helper refused our token; it is asked again in a minute.", 401)
        return token

    def _refusal(self, status: int, body: bytes, token: str) -> HelperError:
        if status == 401:
            with _lock:
                _refused[self._token_file] = (token, time.monotonic())
            return HelperError("The restart helper refused our token.", status)
        try:
            sentence = str(_object(body).get("error", ""))
        except HelperError:
            sentence = ""
        return HelperError(sentence or f"The restart helper answered {status}.", status)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise HelperError("What answers at MUSICGROUP_HELPER_URL is not the restart helper.")
    return found


def _unit(report: dict[str, Any]) -> Unit:
    unit = report.get("unit")
    if not isinstance(unit, dict):
        raise HelperError("What answers at MUSICGROUP_HELPER_URL is not the restart helper.")
    return Unit(*(str(unit.get(name, "")) for name in ("active", "sub", "result", "words")))
