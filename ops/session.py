"""Who is logged in on the ops page: a signed cookie, good for all workers, and proof that a request is the page's own.

The cookie holds a random number and the time, signed (itsdangerous) with a key that lies in the data folder for the
user alone; the password's hash is part of what is signed with, so that another password logs everybody out. Whoever
logs out is written down until the cookie would have ended, so that a copy of it is worth nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, has_request_context, request
from itsdangerous import BadSignature, TimestampSigner

from settings import get_settings

COOKIE = "musicgroup-ops"
SECONDS = 8 * 3600
HEADER = "X-MusicGroup-Form"
"""What every request that acts must carry: `form()`. Another site can neither read it nor send this header."""

_KEY_BYTES = 32


def is_operator() -> bool:
    """Whether whoever asks has logged in."""
    return _session() is not None


def form() -> str:
    """The token of this session's requests that act; "" for whoever has not logged in."""
    session = _session()
    return _token(session) if session else ""


def may_act() -> bool:
    """Whether this request comes from a page of ours that an operator has open."""
    session = _session()
    given = request.headers.get(HEADER, "").encode("utf-8", "replace")
    return session is not None and is_own_origin() and hmac.compare_digest(given, _token(session).encode())


def is_own_origin() -> bool:
    """Whether the browser says that the request comes from this site.

    Behind a proxy we may know neither the scheme nor the port that the browser uses: what we do know must be equal.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    try:
        origin, here = urlsplit(request.headers.get("Origin", "")), urlsplit(f"//{request.host}")
        known_port = here.port is None or origin.port == here.port
        return origin.scheme in ("http", "https") and origin.hostname == here.hostname and known_port
    except ValueError:
        return False


def begin(answer: Response) -> None:
    """Log in whoever asks."""
    # A browser that is at https:// says so in its Origin, also when the proxy does not tell us.
    secure = request.is_secure or request.headers.get("Origin", "").startswith("https://")
    cookie = _signer().sign(secrets.token_urlsafe(16)).decode()
    answer.set_cookie(
        COOKIE, cookie, max_age=SECONDS, path=get_settings().url_prefix, secure=secure, httponly=True, samesite="Strict"
    )


def end(answer: Response) -> None:
    """Log out whoever asks, and every copy of the cookie."""
    if session := _session():
        _remember_ended(session)
    answer.delete_cookie(COOKIE, path=get_settings().url_prefix, httponly=True, samesite="Strict")


def folder() -> Path:
    """Where the ops page keeps its files; for nobody else to read."""
    path = get_settings().data_dir / "ops"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _session() -> str | None:
    if not has_request_context() or not get_settings().ops_password_hash:
        return None
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        return None
    try:
        session = _signer().unsign(cookie, max_age=SECONDS).decode()
    except BadSignature:  # too old is one of them
        return None
    return None if _has_ended(session) else session


def _token(session: str) -> str:
    return hmac.new(_secret(), f"form {session}".encode(), hashlib.sha256).hexdigest()


def _signer() -> TimestampSigner:
    return TimestampSigner(_secret(), salt="musicgroup ops", digest_method=hashlib.sha256)


def _secret() -> bytes:
    return hmac.digest(_key(), get_settings().ops_password_hash.encode(), "sha256")


def _key() -> bytes:
    path = folder() / "session-key"
    with suppress(FileNotFoundError):
        if len(key := path.read_bytes()) == _KEY_BYTES:
            return key
        path.unlink()  # cut off by a full disk
    new = folder() / f"session-key.{os.getpid()}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
    with suppress(FileExistsError):  # another worker was first
        os.link(new, path)
    new.unlink()
    return path.read_bytes()


# ---- who has logged out ----------------------------------------------------------------------


def _ended_file() -> Path:
    return folder() / "logged-out"


def _has_ended(session: str) -> bool:
    try:
        return any(line.split()[1:] == [session] for line in _ended_file().read_text().splitlines())
    except FileNotFoundError:
        return False


def _remember_ended(session: str) -> None:
    with _ended_file().open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        since = time.time() - SECONDS
        lines = [line for line in file.read().splitlines() if float(line.split()[0]) > since]
        file.truncate(0)
        file.write("".join(f"{line}\n" for line in [*lines, f"{time.time():.0f} {session}"]))
