"""What is known of a fit, as files that every worker process can read: one folder a job.

    request.json   what was asked: spec, filter, catalogue, model
    state.json     waiting, working, done, failed or cancelled; how far; in which words
    <stage>.json   the data of a finished stage: "preview", "whole", "curve", ...
    fitted.json    the fitted model, once there is one
    watch-<who>    touched at every look: who still waits for the answer
    cancel         somebody wants it stopped
    lock           held (flock) by the worker that queued the job until the job ends; the kernel lets go of it when
                   that worker dies, however it dies

Every JSON file is replaced in one step, so that a reader sees the one before or the new one, never half of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

FINAL = ("done", "failed", "cancelled")
KEPT_JOBS = 20
WATCHED_SECONDS = 90  # browsers let a page in the background ask only once a minute
_KEY = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class JobFolder:
    """The files of one job."""

    path: Path

    def read(self, name: str) -> dict | None:
        """The JSON object in `<name>.json`, or None when it is not there (any more)."""
        try:
            return json.loads((self.path / f"{name}.json").read_text())
        except FileNotFoundError:
            return None

    def write(self, name: str, content: dict) -> None:
        """Replace `<name>.json` in one step. Raises FileNotFoundError when the folder is gone."""
        unfinished = self.path / f"{name}.json.{os.getpid()}"
        unfinished.write_text(json.dumps(content, separators=(",", ":")))
        unfinished.rename(self.path / f"{name}.json")

    def state(self) -> dict | None:
        """state.json, or None."""
        return self.read("state")

    def change(self, **changes: object) -> None:
        """Replace some entries of state.json. Only the worker that holds the lock calls this."""
        self.write("state", {**(self.state() or {}), **changes})

    # ---- who waits for it ----------------------------------------------------------------------

    def watch(self, who: str) -> None:
        """Note that somebody looks at this job now."""
        with suppress(FileNotFoundError):  # deleted meanwhile
            (self.path / f"watch-{who}").touch()

    def leave(self, who: str) -> None:
        """Somebody does not wait any longer; the job is cancelled when nobody else does."""
        (self.path / f"watch-{who}").unlink(missing_ok=True)
        if not self.watched():
            self.ask_to_cancel()

    def is_watched_by(self, who: str) -> bool:
        """Whether this somebody waits for it."""
        return (self.path / f"watch-{who}").exists()

    def watched(self) -> bool:
        """Whether somebody looked within the last minute and a half."""
        return any(age < WATCHED_SECONDS for age in self._ages())

    def abandoned(self) -> bool:
        """Whether people looked at it and none does any more; a job that nobody ever watched is not."""
        ages = self._ages()
        return bool(ages) and min(ages) >= WATCHED_SECONDS

    def _ages(self) -> list[float]:
        now, ages = time.time(), []
        for watch in self.path.glob("watch-*"):
            try:
                ages.append(now - watch.stat().st_mtime)
            except FileNotFoundError:
                continue
        return ages

    # ---- cancelling ----------------------------------------------------------------------------

    def ask_to_cancel(self) -> None:
        """Whoever runs the job stops it."""
        with suppress(FileNotFoundError):
            (self.path / "cancel").touch()

    def cancel_asked(self) -> bool:
        """Whether the job is to be stopped."""
        return (self.path / "cancel").exists()

    # ---- the lock ------------------------------------------------------------------------------

    def take(self) -> int | None:
        """The job's lock as a file descriptor, or None when somebody has it; closing it lets go."""
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def alive(self) -> bool:
        """Whether a worker holds the lock, that is, still means to work on it. Under `Jobs.alone` only."""
        try:
            lock = self.take()
        except FileNotFoundError:
            return False
        if lock is None:
            return True
        os.close(lock)
        return False

    def clear(self) -> None:
        """Forget an earlier run; the lock and those who watch stay."""
        for file in self.path.iterdir():
            if file.name != "lock" and not file.name.startswith("watch-"):
                file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Jobs:
    """The folder of all jobs."""

    root: Path

    def folder(self, key: str) -> JobFolder:
        """The folder of a key, whether it exists or not. Raises ValueError for what is no key."""
        if not _KEY.fullmatch(key):
            raise ValueError("This is not the name of a fit.")
        return JobFolder(self.root / key)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process and thread at a time: for what looks at a lock, and then does something about it."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def all(self) -> list[JobFolder]:
        """Every job, the one used last first."""
        found = []
        for path in self.root.iterdir() if self.root.exists() else ():
            if _KEY.fullmatch(path.name):
                try:
                    found.append(((path / "state.json").stat().st_mtime, path))
                except FileNotFoundError:
                    found.append((0.0, path))
        return [JobFolder(path) for _, path in sorted(found, reverse=True)]

    def leave_others(self, who: str, key: str) -> None:
        """`who` waits for nothing but `key` any longer."""
        for other in self.all():
            if other.path.name != key and other.is_watched_by(who):
                other.leave(who)

    def prune(self) -> None:
        """Delete all but the jobs used last and those that are still going. Under `alone` only."""
        for job in self.all()[KEPT_JOBS:]:
            if not job.alive():
                shutil.rmtree(job.path, ignore_errors=True)
