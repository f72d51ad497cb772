"""What the tests need of the system is looked for where programs are, and named when it is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

from settings import PROJECT_DIR

PROGRAMS = ("chromium", "redis-server", "ip", "sftp")


def said(folder: Path) -> str:
    """What the script says to a person who is not root and has only the programs of a folder."""
    program(folder, "id", "echo 1000")
    done = subprocess.run(
        ["/bin/sh", str(PROJECT_DIR / "scripts" / "system-packages.sh")],
        env={"PATH": str(folder)}, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def program(folder: Path, name: str, does: str = "exit 0") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    words = said(tmp_path)
    for package in ("chromium", "redis-server", "iproute2", "openssh-client"):
        assert f" {package}" in words
    assert "are skipped" in words


def test_what_is_there_is_not_asked_for(tmp_path: Path) -> None:
    for name in (*PROGRAMS, "nginx"):
        program(tmp_path, name)
    assert said(tmp_path) == ""


def test_a_browser_that_does_not_run_is_none(tmp_path: Path) -> None:
    for name in (*PROGRAMS, "nginx"):
        program(tmp_path, name)
    program(tmp_path, "chromium", "exit 1")
    assert "Not installed: chromium." in said(tmp_path)
