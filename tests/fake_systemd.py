"""systemctl and journalctl of the tests' own, for the real helper where there is no systemd.

The service's state is the file `state` ("active", "failed", ...) of a folder; what was asked stands in `asked`; a
restart runs the file `on-restart`, when there is one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SYSTEMCTL = """#!/bin/sh
cd {folder} || exit 1
echo "$@" >> asked
case "$*" in
  show*) printf 'ActiveState=%s\\nSubState=running\\nResult=%s\\nExecMainStatus=3\\n' "$(cat state)" "$(cat result)"
         printf 'ActiveEnterTimestamp=@1790000000\\nInactiveEnterTimestamp=@1790000000\\nInvocationID=abc\\n' ;;
  *restart*) [ ! -f on-restart ] || setsid sh ./on-restart > restarted 2>&1 < /dev/null & ;;
esac
"""
_JOURNALCTL = """#!/bin/sh
cat {folder}/journal
"""


def install(folder: Path) -> str:
    """The programs in a folder of their own; gives what PATH has to be."""
    programs = folder / "bin"
    programs.mkdir()
    for name, script in (("systemctl", _SYSTEMCTL), ("journalctl", _JOURNALCTL)):
        (programs / name).write_text(script.format(folder=folder))
        (programs / name).chmod(0o755)
    (folder / "state").write_text("active")
    (folder / "result").write_text("success")
    (folder / "journal").write_text("2026-11-26T12:00:00+0000 host musicgroup[1]: a line of the journal\n")
    (folder / "asked").touch()
    return f"{programs}:{os.environ['PATH']}"


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install them for this process."""
    monkeypatch.setenv("PATH", install(folder))
