"""What this process can tell of itself and its machine: boot, release, gunicorn's processes, memory, disk.

Read from /proc of the own user's processes alone, so that it also works in a sandbox (ProtectProc=invisible,
ProcSubset=pid).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class NoMaster(RuntimeError):
    """There is no gunicorn above this process, so nobody who could reload workers."""


@dataclass(frozen=True)
class Process:
    """A process. seconds: how long it has run. resident, shared: bytes in memory, and those of them in mapped files."""

    pid: int
    parent: int
    seconds: float
    resident: int
    shared: int


def boot_id() -> str:
    """The same for all workers of one gunicorn, also after a reload; another one after a restart."""
    return os.environ.get("MUSICGROUP_BOOT_ID") or _own_id(os.getpid())


@cache
def _own_id(_pid: int) -> str:  # without gunicorn a process is a boot of its own
    return uuid.uuid4().hex


@cache
def release() -> str:
    """What runs here, in a few words: the file RELEASE, else git's commit, else the release's folder."""
    with suppress(OSError, UnicodeDecodeError):
        lines = (PROJECT / "RELEASE").read_text(encoding="utf-8").splitlines()  # version=..., commit=..., time=...
        told = dict(line.split("=", 1) for line in lines if "=" in line)
        if version := told.get("version", ""):
            return version[:100] + (f", commit {told['commit'][:10]}" if "commit" in told else "")
    with suppress(OSError, subprocess.SubprocessError):
        command = ["git", "-C", str(PROJECT), "log", "-1", "--format=commit %h of %cs"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=5).stdout.strip()
    return f"release {PROJECT.name}" if PROJECT.parent.name == "releases" else "unknown"


def master() -> Process | None:
    """gunicorn's master, when this is one of its workers."""
    parent = os.getppid()
    with suppress(OSError):
        if b"gunicorn" in (_PROC / str(parent) / "cmdline").read_bytes():
            return _process(parent)
    return None


def workers() -> list[Process]:
    """gunicorn's workers, oldest first; without gunicorn, this process alone."""
    above = master()
    if above is None:
        own = _process(os.getpid())
        return [own] if own else []
    found = [process for process in _all() if process.parent == above.pid]
    return sorted(found, key=lambda process: -process.seconds)


def reload_workers() -> None:
    """Have gunicorn start new workers; the old ones finish what they have begun. Raises NoMaster."""
    above = master()
    if above is None:
        raise NoMaster("This is not one of gunicorn's workers, so there is nothing to reload.")
    os.kill(above.pid, signal.SIGHUP)


def disk(folder: Path) -> tuple[int, int]:
    """(free, total) bytes of the disk that a folder is on; (0, 0) when it cannot be seen."""
    with suppress(OSError):
        usage = shutil.disk_usage(folder)
        return usage.free, usage.total
    return 0, 0


def memory() -> tuple[int, int]:
    """(available, total) bytes of the machine's memory; (0, 0) where that cannot be read."""
    with suppress(OSError, KeyError, ValueError):
        lines = (line.split(":") for line in (_PROC / "meminfo").read_text().splitlines())
        found = {name: int(value.split()[0]) * 1024 for name, value in lines}
        return found["MemAvailable"], found["MemTotal"]
    return 0, 0


def _all() -> Iterator[Process]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (found := _process(int(folder.name))):
            yield found


def _process(pid: int) -> Process | None:
    try:
        # The command stands in parentheses and may hold anything; what follows it is numbers: proc(5).
        after = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        resident, shared = (int(pages) * _PAGE for pages in (_PROC / str(pid) / "statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return None  # it has ended meanwhile, or is somebody else's
    if after[0] in "ZX":
        return None
    began = int(after[19]) / _TICKS  # seconds since the machine's start
    return Process(pid, int(after[1]), max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - began), resident, shared)
