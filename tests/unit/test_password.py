"""The operations password: right, wrong, and too often wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from ops import password
from settings import PROJECT_DIR, get_settings

RIGHT = "a proper password"
HASH = generate_password_hash(RIGHT)


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MUSICGROUP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MUSICGROUP_OPS_PASSWORD_HASH", HASH)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_without_a_hash_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGROUP_OPS_PASSWORD_HASH", "")
    get_settings.cache_clear()
    assert not password.is_set()
    assert password.check("", "10.0.0.1") is None
    get_settings.cache_clear()


@pytest.mark.usefixtures("guarded")
def test_only_the_right_one_opens() -> None:
    assert password.is_set()
    assert password.check(RIGHT, "10.0.0.1") is None
    assert password.check(RIGHT + " ", "10.0.0.1") == "That is not the operations password."
    assert password.check("", "10.0.0.1") == "The operations password is needed for this."


@pytest.mark.usefixtures("guarded")
def test_five_wrong_tries_close_the_door_to_that_address_for_a_quarter_of_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr(password.time, "time", lambda: now[0])
    for _ in range(5):
        assert password.check("wrong", "10.0.0.1") == "That is not the operations password."
    assert password.check(RIGHT, "10.0.0.1") == "Too many wrong passwords; try again in 15 minutes."
    assert password.check(RIGHT, "10.0.0.2") is None
    now[0] += 15 * 60 + 1
    assert password.check(RIGHT, "10.0.0.1") is None


@pytest.mark.usefixtures("guarded")
def test_a_right_password_forgets_the_wrong_ones() -> None:
    for _ in range(4):
        password.check("wrong", "10.0.0.1")
    assert password.check(RIGHT, "10.0.0.1") is None
    assert password.check("wrong", "10.0.0.1") == "That is not the operations password."
    assert password.check(RIGHT, "10.0.0.1") is None


@pytest.mark.usefixtures("guarded")
def test_what_is_kept_is_no_password() -> None:
    password.check("wrong but secret", "10.0.0.1")
    kept = (get_settings().data_dir / "wrong-passwords.json").read_text()
    assert "10.0.0.1" in kept
    assert "secret" not in kept


def answer(line: str) -> CompletedProcess[str]:
    return run(
        [sys.executable, "-m", "ops.password"], cwd=PROJECT_DIR, input=line, capture_output=True, text=True, check=False
    )


def test_the_command_prints_a_hash_that_fits() -> None:
    done = answer(f"{RIGHT}\n")
    assert done.returncode == 0
    assert check_password_hash(done.stdout.split("'")[1], RIGHT)
    refused = answer("short\n")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "The password must have at least 8 characters.\n"
