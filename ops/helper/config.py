"""What the helper is told when it starts: which unit, which secrets, where. Nothing of it ever comes from a request."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_UNIT = re.compile(r"[A-Za-z0-9:_.@-]{1,200}\.service")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ConfigError(ValueError):
    """The helper cannot start like this; the message says which variable and what to do."""


@dataclass(frozen=True)
class Config:
    """unit: what is restarted. token_hash: SHA-256 of the machine token, hex. password_hash: by scrypt; "" when people
    cannot log in. audit: file of JSON lines. origin: scheme://host[:port] that people's browsers are at."""

    unit: str
    token_hash: str
    password_hash: str
    audit: Path
    origin: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Config:
        """Read MUSICGROUP_HELPER_UNIT, _ORIGIN and _AUDIT, and two files of secrets.

        The secrets are the files `token-hash` and `password-hash` of the folder MUSICGROUP_HELPER_SECRETS, or of
        systemd's CREDENTIALS_DIRECTORY. Raises ConfigError.
        """
        unit = environment.get("MUSICGROUP_HELPER_UNIT", "musicgroup.service")
        if not _UNIT.fullmatch(unit) or unit.startswith("-"):
            raise ConfigError(f"MUSICGROUP_HELPER_UNIT is {unit!r}; it must be the name of a service, x.service.")
        folder = environment.get("MUSICGROUP_HELPER_SECRETS") or environment.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ConfigError("There are no secrets: set MUSICGROUP_HELPER_SECRETS to a folder with token-hash in it.")
        token_hash, password_hash = (_secret(Path(folder) / name) for name in ("token-hash", "password-hash"))
        if not _SHA256.fullmatch(token_hash):
            raise ConfigError(f"{folder}/token-hash is no SHA-256; python -m ops.helper.new_secret token makes one.")
        if password_hash and not password_hash.startswith("scrypt:"):
            raise ConfigError(
                f"{folder}/password-hash is not by scrypt; python -m ops.helper.new_secret password makes one."
            )
        origin = environment.get("MUSICGROUP_HELPER_ORIGIN", "").rstrip("/")
        if password_hash and not re.fullmatch(r"https?://[^/]+", origin):
            raise ConfigError("MUSICGROUP_HELPER_ORIGIN is missing; it is what stands before the path: https://host.")
        state = environment.get("STATE_DIRECTORY", "/var/lib/musicgroup-helper")
        audit = Path(environment.get("MUSICGROUP_HELPER_AUDIT") or f"{state}/audit.jsonl")
        return cls(unit, token_hash, password_hash, audit, origin)


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
