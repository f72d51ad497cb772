"""The cache in front of the data layer, with single flight: equal questions asked at once are answered once.

Flask-Caching keeps the answers (files by default, Redis when REDIS_URL is set). Its `memoize` has no lock, so a
hundred cold requests would compute a hundred times; here a lock on a file, which threads and worker
processes share, lets one compute while the rest wait for its answer. Nothing depends on the
cache for being right: without it, or when it fails, answers are computed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

from flask import Flask, current_app, has_app_context
from flask_caching import Cache
from redis.backoff import NoBackoff
from redis.retry import Retry

from settings import get_settings

Answer = TypeVar("Answer")

_LOCK_FILES = 1024
_REDIS_SECONDS = 0.5
_log = logging.getLogger(__name__)
_cache = Cache()
_beginning = Lock()
_counting = Lock()
_met = {"hits": 0, "misses": 0}


def _begin(server: Flask) -> None:
    """Give the Flask application its cache, as the settings say: at its first question, not when it is imported."""
    settings = get_settings()
    config: dict[str, object] = {"CACHE_DEFAULT_TIMEOUT": settings.cache_seconds}
    if settings.redis_url:
        config |= {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": settings.redis_url, "CACHE_KEY_PREFIX": "musicgroup:"}
        # One that hangs or is gone is not waited for, and not tried again for the same answer: computing is quicker.
        config["CACHE_OPTIONS"] = {
            "socket_connect_timeout": _REDIS_SECONDS, "socket_timeout": _REDIS_SECONDS, "retry": Retry(NoBackoff(), 0),
        }  # fmt: skip
    else:
        folder = settings.data_dir / "cache"
        config |= {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder), "CACHE_THRESHOLD": 5000}
    _cache.init_app(server, config=config)


def cached(name: str, parts: tuple, compute: Callable[[], Answer]) -> Answer:
    """The answer for (name, parts), computed once for all who ask; `parts` must be JSON values.

    Put the catalogue version first in `parts`: a new catalogue then has answers of its own, and nothing
    needs to be cleared. An answer must not be None.
    """
    if not has_app_context() or not _is_there(current_app):
        return compute()
    key = key_of(name, parts)
    if (found := _get(key)) is not None:
        return _counted("hits", found)
    with _alone(key):
        if (found := _get(key)) is not None:
            return _counted("hits", found)
        answer = _counted("misses", compute())
        _set(key, answer)
        return answer


def counts() -> tuple[int, int]:
    """How many questions of this process were answered from the cache, and how many had to be computed."""
    return _met["hits"], _met["misses"]


def clear() -> None:
    """Forget every answer, for all processes; they are computed again. Raises what the cache's store raises."""
    if _is_there(current_app):
        _cache.clear()


def _counted(what: str, answer: Answer) -> Answer:
    with _counting:
        _met[what] += 1
    return answer


def key_of(name: str, parts: tuple) -> str:
    """Cache key: the name and a SHA-256 of the canonical JSON, the same in every process and every run.

    Another release has other keys: what an older one kept may have another shape.
    """
    canonical = json.dumps([_release(), parts], sort_keys=True, separators=(",", ":"))
    return f"{name}-{hashlib.sha256(canonical.encode()).hexdigest()}"


@cache
def _release() -> str:
    """A digest of the sources of this package, which is what makes answers."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _is_there(server: Flask) -> bool:
    with _beginning:
        if "cache" not in server.extensions:
            try:
                _begin(server)
            except Exception:  # for example a folder that cannot be made
                _log.warning("There is no cache; computing instead.", exc_info=True)
                return False
    return True


def _get(key: str):
    try:
        return _cache.get(key)
    except Exception:  # a broken cache must not break the page
        _log.warning("The cache could not be read; computing instead.", exc_info=True)
        return None


def _set(key: str, answer: object) -> None:
    try:
        _cache.set(key, answer)
    except Exception:
        _log.warning("The cache could not be written.", exc_info=True)


@contextmanager
def _alone(key: str) -> Iterator[None]:
    folder = get_settings().data_dir / "cache-locks"
    folder.mkdir(parents=True, exist_ok=True)
    number = int(hashlib.sha256(key.encode()).hexdigest(), 16) % _LOCK_FILES
    with (folder / f"{number}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
