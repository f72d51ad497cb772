"""Retraining the moods from the ops page: `python -m ml train` beside the requests, one at a time, with a log.

`python -m ops.training FOLDER` is the process between: it holds the lock for as long as the training runs, and writes
down how it ended. It outlives the worker that started it. Killed at any point, it leaves the model before serving.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
_TAIL_BYTES = 4000
_NICE = 10


@dataclass(frozen=True)
class Training:
    """A training. began, ended: seconds since 1970, ended None while it runs. code: exit code, None when killed."""

    began: float
    ended: float | None = None
    code: int | None = None

    @property
    def words(self) -> str:
        """How it is, for people."""
        if self.ended is None:
            return f"Training for {time.time() - self.began:.0f} s…"
        if self.code == 0:
            return f"Trained in {self.ended - self.began:.0f} s; the new model serves."
        return "The training did not succeed; the model before serves."


def start(folder: Path) -> bool:
    """Begin a training; False when one is running."""
    if _is_running(folder):
        return False
    child = subprocess.Popen(
        [sys.executable, "-m", "ops.training", str(folder)],
        cwd=_PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # what stops a worker does not stop it
        text=True,
    )
    assert child.stdout is not None
    said = child.stdout.readline()
    threading.Thread(target=child.communicate, name="training", daemon=True).start()  # or it would stay a zombie
    return said.strip() == "began"


def latest(folder: Path) -> tuple[Training, str] | None:
    """The latest training and the end of its log; None before the first."""
    try:
        found = Training(**json.loads((folder / "training.json").read_text()))
        with (folder / "training.log").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            log = file.read().decode("utf-8", "replace").strip()
    except (OSError, ValueError, TypeError):
        return None
    if found.ended is None and not _is_running(folder):
        found = Training(found.began, ended=found.began)  # killed before it could write that down
    return found, log


def _is_running(folder: Path) -> bool:
    with suppress(FileNotFoundError), (folder / "training.lock").open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def main(folder: Path) -> int:
    """Train, unless somebody does. Says "began" when it has the lock; gives the training's exit code."""
    with (folder / "training.lock").open("w") as lock:
        # Those who look whether it is held have it for a moment.
        for _ in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.02)
        else:
            print("somebody is training", flush=True)
            return 3
        began = time.time()
        with (folder / "training.log").open("wb") as log:
            _write(folder, Training(began))
            print("began", flush=True)
            done = subprocess.run(
                [sys.executable, "-m", "ml", "train"],
                cwd=_PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                preexec_fn=lambda: os.nice(_NICE),  # this process has no threads
            )
        _write(folder, Training(began, time.time(), done.returncode))
    return done.returncode


def _write(folder: Path, training: Training) -> None:
    new = folder / "training.new"
    new.write_text(json.dumps(asdict(training)))
    new.replace(folder / "training.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
