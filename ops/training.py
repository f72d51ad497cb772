"""Retraining the moods from the ops page: `python -m ml train` beside the requests, one at a time, with a log.

`python -m ops.training FOLDER` is the process between: it holds the lock for as long as the training runs, and writes
down how it ended. It outlives the worker that started it. Killed at any point, it leaves the model before serving.

Where the application may only read the database, it trains nothing itself: it leaves a request, for which systemd
(ops/deploy/systemd/musicgroup-train.path) starts that process as another user, with the loader's password.
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

TRAINER = "MUSICGROUP_TRAINER_DIR"
"""Set by musicgroup.service, not by people: the folder of the service that trains in the application's place."""

REQUEST = "train.request"
"""File of the ops page's folder: there from the asking until the service has ended. What is in it is never read."""

_PROJECT = Path(__file__).resolve().parent.parent
_TAIL_BYTES = 4000
_NICE = 10
_TAKEN_SECONDS = 20  # a request that nobody has taken by then is not waited for silently


@dataclass(frozen=True)
class Training:
    """A training. began, ended: seconds since 1970, ended None while it runs. code: exit code, None when killed.
    asked: it has not begun yet, and `began` is when it was asked for."""

    began: float
    ended: float | None = None
    code: int | None = None
    asked: bool = False

    @property
    def words(self) -> str:
        """How it is, for people."""
        if self.asked and time.time() - self.began > _TAKEN_SECONDS:
            return (
                f"Asked for {time.time() - self.began:.0f} s ago, and not begun: on the server, "
                "`systemctl status musicgroup-train.path musicgroup-train` says why."
            )
        if self.asked:
            return "Asked for; it is about to begin."
        if self.ended is None:
            return f"Training for {time.time() - self.began:.0f} s…"
        if self.code == 0:
            return f"Trained in {self.ended - self.began:.0f} s; the new model serves."
        return "The training did not succeed; the model before serves."


def start(folder: Path) -> bool:
    """Begin a training, or ask for one where another service trains; False when one is running or asked for."""
    if trainer := _trainer():
        return not _is_running(trainer) and _ask(folder)
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
    trainer = _trainer()
    found = _latest(trainer or folder)
    if trainer and (at := _asked_at(folder)) and (found is None or found[0].began < at):
        return Training(at, asked=True), ""
    return found


def _trainer() -> Path | None:
    return Path(folder) if (folder := os.environ.get(TRAINER, "")) else None


def _ask(folder: Path) -> bool:
    with suppress(FileExistsError):
        os.close(os.open(folder / REQUEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return True
    return False


def _asked_at(folder: Path) -> float | None:
    with suppress(FileNotFoundError):
        return (folder / REQUEST).stat().st_mtime
    return None


def _latest(folder: Path) -> tuple[Training, str] | None:
    found = _read(folder)
    if found is None or found[0].ended is not None or _is_running(folder):
        return found
    # Nobody holds the lock: either its end was written since we read, or it was killed before it could write that.
    again = _read(folder)
    if again is None or again[0] != found[0]:
        return again
    began = found[0].began
    return Training(began, ended=began), again[1]


def _read(folder: Path) -> tuple[Training, str] | None:
    try:
        found = Training(**json.loads((folder / "training.json").read_text()))
        with (folder / "training.log").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            log = file.read().decode("utf-8", "replace").strip()
    except (OSError, ValueError, TypeError):
        return None
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
