"""The table of docs/reliability.md says what was measured, also where a target was missed."""

from __future__ import annotations

from scripts import reliability


def test_a_missed_target_is_said() -> None:
    lines = [
        {"versions": "Debian 12.12: systemd 252"},
        {"check": "kill -9 of a worker", "target": "0 failed", "measured": "0 of 900", "met": True, "strain": 1.0},
        {"check": "kill -9 of the master", "target": "<= 5 s", "measured": "7.0 s", "met": False, "strain": 3.2},
    ]
    text = reliability.document(lines, "2026-11-26", "2 processors")
    assert "2026-11-26; 2 processors; Debian 12.12: systemd 252." in text
    assert "| kill -9 of a worker | 0 failed | 0 of 900 |" in text
    missed = "7.0 s (**missed**, while 3 processes waited for each processor)"
    assert f"| kill -9 of the master | <= 5 s | {missed} |" in text
