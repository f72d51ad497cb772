"""Retraining from the ops page: a process of its own, one at a time, whose end is known."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops import training


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for Python: `-m ml train` runs the file `train`, all else is really Python's."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\n[ "$2" = ml ] && exec sh {tmp_path}/train\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(training.sys, "executable", str(program))
    # The process between has to have the same Python for its child.
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.executable = {str(program)!r}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def until_ended(folder: Path) -> tuple[training.Training, str]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = training.latest(folder)
        if found and found[0].ended is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("the training does not end")


def until_let_go(folder: Path) -> None:
    """How it ended is written a moment before the lock is free."""
    deadline = time.monotonic() + 120
    while training._is_running(folder):
        assert time.monotonic() < deadline, "the lock stays"
        time.sleep(0.05)


def test_before_the_first_there_is_none(tmp_path: Path) -> None:
    assert training.latest(tmp_path) is None


def test_a_training_runs_beside_and_its_log_is_kept(python: Path) -> None:
    (python / "train").write_text(
        f"echo Fitting\nuntil [ -f {python}/go ]; do sleep 0.05; done\necho six moods; nice\n"
    )
    assert training.start(python)
    found = training.latest(python)
    assert found is not None
    assert found[0].words.startswith("Training for ")
    assert not training.start(python), "two at a time"
    (python / "go").touch()
    ended, log = until_ended(python)
    assert (ended.code, log.splitlines()[:2]) == (0, ["Fitting", "six moods"])
    assert int(log.splitlines()[2]) >= 10
    assert ended.words.startswith("Trained in ")
    until_let_go(python)
    assert training.start(python), "the next one may begin"
    until_ended(python)


def test_a_training_that_fails_says_why(python: Path) -> None:
    (python / "train").write_text("echo This role may not write. >&2\nexit 2\n")
    assert training.start(python)
    ended, log = until_ended(python)
    assert (ended.code, log) == (2, "This role may not write.")
    assert ended.words == "The training did not succeed; the model before serves."


def test_one_that_was_killed_is_not_taken_for_running(python: Path) -> None:
    training._write(python, training.Training(time.time() - 5))
    (python / "training.log").write_text("Fitting\n")
    (python / "training.lock").touch()
    ended, log = until_ended(python)
    assert (ended.code, log) == (None, "Fitting")
    assert "did not succeed" in ended.words


def test_one_that_ends_while_we_look_is_not_taken_for_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training._write(tmp_path, training.Training(100.0))
    (tmp_path / "training.log").write_text("Fitting")

    def ends_now(folder: Path) -> bool:  # between our reading of the file and our look at the lock
        (folder / "training.log").write_text("Fitting\nsix moods")
        training._write(folder, training.Training(100.0, 130.0, 0))
        return False

    monkeypatch.setattr(training, "_is_running", ends_now)
    assert training.latest(tmp_path) == (training.Training(100.0, 130.0, 0), "Fitting\nsix moods")


def test_a_file_that_was_cut_off_is_none(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text('{"began": 1')
    (tmp_path / "training.log").touch()
    assert training.latest(tmp_path) is None


# ---- where another service trains ------------------------------------------------------------


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the service that trains, apart from the application's (tmp_path)."""
    folder = tmp_path / "trainer"
    monkeypatch.setenv(training.TRAINER, str(folder))
    return folder


def test_where_it_may_not_write_it_asks(tmp_path: Path, trainer: Path) -> None:
    assert training.latest(tmp_path) is None
    assert training.start(tmp_path)
    assert (tmp_path / training.REQUEST).read_bytes() == b""
    assert not training.start(tmp_path), "it was asked for already"
    found = training.latest(tmp_path)
    assert found is not None
    assert (found[0].words, found[0].ended) == ("Asked for; it is about to begin.", None)


def test_a_request_that_nobody_takes_is_said(tmp_path: Path, trainer: Path) -> None:
    training.start(tmp_path)
    long_ago = time.time() - 60
    os.utime(tmp_path / training.REQUEST, (long_ago, long_ago))
    found = training.latest(tmp_path)
    assert found is not None
    assert re.match(r"Asked for \d+ s ago, and not begun: ", found[0].words)
    assert "systemctl status musicgroup-train.path" in found[0].words


def test_the_services_training_is_what_is_told(python: Path, trainer: Path) -> None:
    (python / "train").write_text(f"echo Fitting\nuntil [ -f {python}/go ]; do sleep 0.05; done\n")
    trainer.mkdir()
    training._write(trainer, training.Training(1.0, 2.0, 0))
    (trainer / "training.log").write_text("the one before")
    training.start(python)
    told = [training.latest(python)]
    with subprocess.Popen([sys.executable, "-m", "ops.training", str(trainer)], stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == b"began\n"
        told.append(training.latest(python))
        (python / training.REQUEST).unlink()
        assert not training.start(python), "it is running"
        (python / "go").touch()
    told.append(until_ended(python))
    words = [found[0].words.split(" ")[0] for found in told if found]
    assert words == ["Asked", "Training", "Trained"]
    assert told[-1] is not None
    assert told[-1][0].began > 1.0
    assert not (python / "training.json").exists(), "nothing is written in our own folder"
