"""The audit log: whole lines, newest first, also when the file has just been put aside."""

from __future__ import annotations

import stat
from pathlib import Path

from ops.helper import audit


def write(path: Path, *actions: str) -> None:
    for action in actions:
        audit.write(path, "operator", "192.0.2.1", action, "ok")


def actions(path: Path, number: int = 20) -> list[str]:
    return [entry["action"] for entry in audit.latest(path, number)]


def test_entries_are_told_newest_first_and_read_by_nobody_else(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    assert audit.latest(log) == []
    write(log, "a", "b", "c")
    assert (actions(log), actions(log, 2)) == (["c", "b", "a"], ["c", "b"])
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_those_before_it_was_put_aside_are_told_too(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    write(log, "a", "b")
    log.rename(tmp_path / "audit.jsonl.1")
    assert actions(log) == ["b", "a"]
    write(log, "c")
    assert (actions(log), actions(log, 2), actions(log, 1)) == (["c", "b", "a"], ["c", "b"], ["c"])


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    write(log, "a", *["x" * 250] * 400)
    assert len(audit.latest(log, 1000)) < 401
    assert set(actions(log, 1000)) == {"x" * 250}
