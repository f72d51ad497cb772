"""Every setting of MusicGroup, read from the environment once, in one frozen class.

Each field's metadata names the environment variable and says what it does; `docs/operations.md`
must describe every one of them (a test holds it to that).
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).resolve().parent


class SettingError(ValueError):
    """A setting has a value that cannot be used; the message names the variable and the remedy."""


def _default_data_dir() -> Path:
    # The embedded PostgreSQL drops from root to a user of its own, which cannot reach into /root.
    return Path("/var/lib/musicgroup") if os.geteuid() == 0 else PROJECT_DIR / "var"


def _setting(variable: str, default: object, meaning: str) -> Any:
    metadata = {"variable": variable, "meaning": meaning}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person who hosts MusicGroup can choose. Build it with `Settings.from_environment`."""

    database_url: str = _setting(
        "DATABASE_URL",
        "",
        "PostgreSQL >= 15 to use, as a libpq URL. Empty: an embedded one under the data folder.",
    )
    loader_database_url: str = _setting(
        "MUSICGROUP_LOADER_DATABASE_URL",
        "",
        "The same database as a role that may create schemas: for `python -m etl`, and for keeping a model.",
    )
    data_dir: Path = _setting(  # noqa: RUF009  # it makes a field
        "MUSICGROUP_DATA_DIR",
        _default_data_dir,
        "Folder for the embedded database, the column store, the cache and downloads.",
    )
    host: str = _setting("HOST", "127.0.0.1", "Address that gunicorn listens on.")
    port: int = _setting("PORT", 8050, "Port that gunicorn listens on.")
    url_prefix: str = _setting(
        "MUSICGROUP_PREFIX", "/MusicGroup/", "Path the application is served under; / at both ends."
    )
    workers: int = _setting("MUSICGROUP_WORKERS", 2, "Number of gunicorn worker processes.")
    threads: int = _setting("MUSICGROUP_THREADS", 4, "Request threads in each worker.")
    count_threads: int = _setting("MUSICGROUP_COUNT_THREADS", 2, "Threads that share one pass over the column store.")
    statement_timeout_ms: int = _setting(
        "MUSICGROUP_STATEMENT_TIMEOUT_MS", 5000, "Milliseconds after which PostgreSQL stops a read."
    )
    row_cap: int = _setting("MUSICGROUP_ROW_CAP", 1000, "Rows that one read for a page may return at most.")
    redis_url: str = _setting("REDIS_URL", "", "Redis to cache in. Empty: files under the data folder.")
    cache_seconds: int = _setting("MUSICGROUP_CACHE_SECONDS", 86_400, "Seconds that a cached answer may live.")
    ops_password_hash: str = _setting(
        "MUSICGROUP_OPS_PASSWORD_HASH",
        "",
        "Hash of the password asked on the page /ops, and before a model is kept for everybody; "
        "`python -m ops.password` makes it. Empty: /ops stays shut, and a model is kept without asking.",
    )
    cors_origins: str = _setting(
        "MUSICGROUP_CORS_ORIGINS",
        "",
        "Origins whose pages may read the JSON API, parted by spaces, or * for all of them. Empty: none.",
    )
    helper_url: str = _setting(
        "MUSICGROUP_HELPER_URL", "", "Address of the restart helper, http://127.0.0.1:8051/. Empty: there is none."
    )
    helper_token_file: str = _setting(
        "MUSICGROUP_HELPER_TOKEN_FILE", "", "File with the machine token of the restart helper."
    )
    metrics_from: str = _setting(
        "MUSICGROUP_METRICS_FROM",
        "127.0.0.1 ::1",
        "Addresses and networks that may read /metrics, parted by spaces; for all others it is not there.",
    )
    trusted_proxies: int = _setting(
        "MUSICGROUP_TRUSTED_PROXIES", 1, "Proxies in front whose forwarded headers are believed."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; unset and empty variables keep their defaults.

        Raises SettingError when a number or an address is not one, or the prefix lacks its slashes.
        """
        chosen: dict[str, object] = {}
        for setting in fields(cls):
            variable = setting.metadata["variable"]
            text = environment.get(variable, "").strip()
            if text:
                chosen[setting.name] = _parse(variable, text, str(setting.type))
        settings = cls(**chosen)  # type: ignore[arg-type]
        if not (settings.url_prefix.startswith("/") and settings.url_prefix.endswith("/")):
            raise SettingError(
                f"MUSICGROUP_PREFIX is {settings.url_prefix!r}; it must begin and end with '/', "
                "for example /MusicGroup/."
            )
        for network in settings.metrics_from.split():
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError:
                raise SettingError(
                    f"MUSICGROUP_METRICS_FROM has {network!r} in it, which is no address or network such as 10.0.0.0/8."
                ) from None
        return settings


def _parse(variable: str, text: str, type_name: str) -> object:
    if type_name == "Path":
        return Path(text).expanduser().resolve()
    if type_name != "int":
        return text
    try:
        number = int(text)
    except ValueError:
        raise SettingError(f"{variable} is {text!r}; it must be a whole number.") from None
    if number < 0:
        raise SettingError(f"{variable} is {number}; it must not be negative.")
    return number


@cache
def get_settings() -> Settings:
    """The settings of this process, read at the first call (never at import)."""
    return Settings.from_environment()
