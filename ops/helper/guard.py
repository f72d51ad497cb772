"""Who may: the machine token, people's sessions, and how often somebody may be wrong."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

WRONG_TRIES = 5
WINDOW_SECONDS = 15 * 60
SESSION_SECONDS = 8 * 3600
TICKET_SECONDS = 5 * 60
_FORMS = 20  # open forms of one session: tabs
_ADDRESSES = 100_000  # that are remembered at most
_SESSIONS = 1000


class WrongTries:
    """Wrong tries by address. Whoever has had five within a quarter of an hour is not listened to until it is over."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait_seconds(self, address: str) -> int:
        """How long the address has to wait; 0 when it may try."""
        with self._lock:
            times = self._recent(address)
            return 0 if len(times) < WRONG_TRIES else max(1, round(times[-WRONG_TRIES] + WINDOW_SECONDS - _now()))

    def add(self, address: str) -> None:
        """The address was wrong once more."""
        with self._lock:
            self._times[address] = [*self._recent(address), _now()][-WRONG_TRIES:]
            self._times.move_to_end(address)
            while len(self._times) > _ADDRESSES:
                self._times.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        return [each for each in self._times.get(address, ()) if each > _now() - WINDOW_SECONDS]


@dataclass
class _Session:
    ends: float
    forms: OrderedDict[str, None] = field(default_factory=OrderedDict)


class Sessions:
    """People who are logged in, in memory: a restart of the helper logs everybody out."""

    def __init__(self, seconds: float = SESSION_SECONDS) -> None:
        self._seconds = seconds
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._lock = Lock()

    def begin(self) -> str:
        """A new session; gives what its cookie holds, which is kept as a hash only."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[sha256(cookie)] = _Session(_now() + self._seconds)
            while len(self._sessions) > _SESSIONS:
                self._sessions.popitem(last=False)
        return cookie

    def end(self, cookie: str) -> None:
        """Log out."""
        with self._lock:
            self._sessions.pop(sha256(cookie), None)

    def holds(self, cookie: str) -> bool:
        """Whether this is the cookie of somebody who is logged in."""
        return self._get(cookie) is not None

    def form(self, cookie: str) -> str:
        """A token for one form of the session, to be used once."""
        with self._lock:
            session, token = self._get(cookie), secrets.token_urlsafe(32)
            if session:
                session.forms[token] = None
                while len(session.forms) > _FORMS:
                    session.forms.popitem(last=False)
            return token

    def spend(self, cookie: str, token: str) -> bool:
        """Whether the token is one of the session's forms; it is not a second time."""
        with self._lock:
            session = self._get(cookie)
            return session is not None and session.forms.pop(token, "spent") is None

    def _get(self, cookie: str) -> _Session | None:
        session = self._sessions.get(sha256(cookie))
        return session if session and session.ends > _now() else None


def is_token(given: str, token_hash: str) -> bool:
    """Whether this is the machine token, found out in constant time."""
    return hmac.compare_digest(sha256(given), token_hash)


def sha256(text: str) -> str:
    """Hex digest of a text. Enough for random 256 bits; passwords have scrypt."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> float:
    return time.monotonic()
