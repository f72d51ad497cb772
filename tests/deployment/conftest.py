"""Fixtures for tests on a real Debian system; they are skipped by name where it cannot be booted.

machine   a booted system with the restart helper as ops/deploy has it, and a unit musicgroup.service that it restarts
secrets   the token and the password of that helper
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.security import generate_password_hash

from ops.helper.guard import sha256
from settings import PROJECT_DIR
from tests.deployment import machine as machines

TOKEN = "2f1c9a-the-token-of-the-tests-0b7de4-000000000000"
PASSWORD = "correct horse battery"
ORIGIN = "https://music.example"
DEPLOY = PROJECT_DIR / "ops" / "deploy"

APP = """[Unit]
Description=Stands for the application
StartLimitIntervalSec=60
StartLimitBurst=3

[Service]
ExecStart=/usr/bin/python3 /srv/app.py
Restart=always
RestartSec=100ms
"""
SERVES = "import time\nprint('serving', flush=True)\ntime.sleep(1e6)\n"
BROKEN = "raise SystemExit('this release is broken')\n"


@dataclass(frozen=True)
class Secrets:
    """What opens the helper."""

    token: str
    password: str
    origin: str


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """The token, the password, and where people's browsers are."""
    return Secrets(TOKEN, PASSWORD, ORIGIN)


@pytest.fixture(scope="session")
def machine() -> Iterator[machines.Machine]:
    """A booted Debian with the helper running; skips the test by name where that cannot be."""
    if reason := machines.missing():
        pytest.skip(reason)
    with machines.booted() as booted:
        install_helper(booted)
        yield booted


def install_helper(machine: machines.Machine) -> None:
    """The helper as ops/deploy has it: user, secrets, unit, polkit rule; and the unit that it is for."""
    machine.run("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "musicgroup-helper")
    machine.run("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "somebody")
    machine.copy(PROJECT_DIR / "ops" / "helper", "/opt/musicgroup/helper/ops/helper")
    machine.write("/etc/musicgroup/helper/token-hash", sha256(TOKEN), "600")
    machine.write("/etc/musicgroup/helper/password-hash", generate_password_hash(PASSWORD, "scrypt"), "600")
    machine.write("/etc/musicgroup/helper.env", f"MUSICGROUP_HELPER_ORIGIN={ORIGIN}\n")
    unit = (DEPLOY / "systemd" / "musicgroup-helper.service").read_text()
    machine.write("/etc/systemd/system/musicgroup-helper.service", unit)
    rules = (DEPLOY / "polkit" / "49-musicgroup.rules").read_text()
    machine.write("/etc/polkit-1/rules.d/49-musicgroup.rules", rules)
    machine.write("/srv/app.py", SERVES)
    machine.write("/etc/systemd/system/musicgroup.service", APP)
    machine.write("/etc/systemd/system/other.service", APP.replace("the application", "any other unit"))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "polkit")
    machine.run("systemctl", "start", "musicgroup", "other", "musicgroup-helper")
