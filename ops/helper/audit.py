"""The audit log: one JSON object a line, only ever appended to. It never holds a secret.

Each entry opens the file anew, so that whoever keeps it from growing (ops/deploy/logrotate) may rename it at any time.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

_TAIL_BYTES = 65_536
_LONGEST = 300


def write(path: Path, actor: str, address: str, action: str, outcome: str) -> None:
    """Add an entry. One write of one line to a file opened to append: lines of two threads do not mix."""
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "actor": actor,
        "address": address[:_LONGEST],
        "action": action,
        "outcome": outcome[:_LONGEST],
    }
    line = json.dumps(entry, ensure_ascii=True) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def latest(path: Path, number: int = 20) -> list[dict[str, str]]:
    """The last entries, newest first, also those of the file before this one; [] before the first."""
    found = _tail(path)
    if len(found) < number:
        found += _tail(path.with_name(f"{path.name}.1"))
    return found[:number]


def _tail(path: Path) -> list[dict[str, str]]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in reversed(lines):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue  # cut off at the beginning of the tail
    return found
