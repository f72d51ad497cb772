"""Fixtures for tests on a real Debian system; they are skipped by name where it cannot be booted.

machine   a booted system with the restart helper as ops/deploy has it, and a unit musicgroup.service that it restarts
secrets   the token and the password of that helper
host      a booted system that install.sh has made serve this project with the demo catalogue
note      keeps a line for the table of docs/reliability.md
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.security import generate_password_hash

from ops.helper.guard import sha256
from settings import PROJECT_DIR
from tests.deployment import machine as machines
from tests.deployment import releases

TOKEN = "2f1c9a-the-token-of-the-tests-0b7de4-000000000000"
PASSWORD = "correct horse battery"
SERVER_NAME = "music.example"
ORIGIN = f"https://{SERVER_NAME}"
NOTES = os.environ.get("MUSICGROUP_RELIABILITY", "")
"""The file of what was measured; `python -m scripts.reliability` makes docs/reliability.md from it."""
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


def strain() -> float:
    """How many wait for each processor, 1 at least: what takes so long that others compute is not held against us."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass(frozen=True)
class Host:
    """A machine on which install.sh has run, and where its releases are made."""

    machine: machines.Machine
    folder: Path
    installed: str  # what install.sh said

    def install(self, *options: str, check: bool = True) -> machines.subprocess.CompletedProcess:
        """install.sh once more."""
        return self.machine.run(
            "bash", "/root/musicgroup/ops/deploy/install.sh", "--server-name", SERVER_NAME, *options,
            check=check, seconds=600,
        )  # fmt: skip

    def bring(self, version: str, changes: dict[str, str] | None = None) -> str:
        """A release in the machine; gives its path."""
        packed = releases.packed(self.folder, version, changes)
        self.machine.send(packed, f"/root/{packed.name}")
        return f"/root/{packed.name}"

    def deploy(self, path: str) -> machines.subprocess.CompletedProcess:
        """deploy.sh with a release."""
        return self.machine.run("/opt/musicgroup/deploy/deploy.sh", path, check=False, seconds=600)

    def get(self, path: str, *options: str, port: int = 443) -> tuple[int, dict[str, str], str]:
        """(status, headers with small names, body) of an address of the site, through nginx; 0 without an answer."""
        scheme = "https" if port == 443 else "http"
        name = SERVER_NAME if port in (80, 443) else "127.0.0.1"
        done = self.machine.run(
            "curl", "--silent", "--insecure", "--include", "--max-time", "20", "--resolve",
            f"{SERVER_NAME}:{port}:127.0.0.1", *options, f"{scheme}://{name}:{port}{path}", check=False,
        )  # fmt: skip
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        if not head:
            return 0, {}, ""
        lines = head.split("\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split()[1]), headers, body

    def boot(self) -> str:
        """The boot id that /healthz answers; "" when nobody does."""
        status, _, body = self.get("/MusicGroup/healthz", port=8050)
        return json.loads(body)["boot"] if status == 200 else ""

    def until(self, condition: Callable[[], object], seconds: float = 30, pause: float = 0.1) -> float:
        """Seconds until the condition held; fails when it does not in time."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > seconds * strain():
                journal = self.machine.run("journalctl", "--lines=60", "--output=short-precise", "--no-pager").stdout
                raise AssertionError(f"it did not happen within {seconds:.0f} s; the journal ends:\n{journal}")
            time.sleep(pause)
        return time.monotonic() - start


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A bare Debian that install.sh has made serve this project; skips by name where that cannot be."""
    if reason := machines.missing():
        pytest.skip(reason)
    with machines.booted(with_wheels=True) as machine:
        # The only thing that is not as on any host: packages of Python come from a folder, there is no network.
        machine.write("/etc/pip.conf", f"[global]\nno-index = true\nfind-links = {machines.WHEELS}\n")
        for part in ("ops", "scripts"):
            machine.copy(PROJECT_DIR / part, f"/root/musicgroup/{part}")
        machine.write("/root/musicgroup/constraints.txt", (PROJECT_DIR / "constraints.txt").read_text())
        host = Host(machine, tmp_path_factory.mktemp("releases"), "")
        release = host.bring("first")
        said = host.install("--release", release)
        machine.run("musicgroup", "etl", "demo", "--quiet", seconds=300)
        _note_versions(machine)
        yield Host(machine, host.folder, said.stdout)


def _note_versions(machine: machines.Machine) -> None:
    packages = ("systemd", "python3", "nginx-light", "postgresql-15", "openssh-server", "fail2ban")
    asked = machine.run("dpkg-query", "--show", "--showformat=${Package} ${Version}, ", *packages).stdout
    debian = machine.run("cat", "/etc/debian_version").stdout.strip()
    if NOTES:
        with Path(NOTES).open("a") as file:
            file.write(json.dumps({"versions": f"Debian {debian}: {asked.rstrip(', ')}"}) + "\n")


@pytest.fixture(scope="session")
def note() -> Callable[..., None]:
    """Keep what was measured: note(check, target, measured). With seconds and their limit, it fails when they are more
    than the limit; on a machine that others keep busy, as many times more as wait for each processor."""

    def keep(check: str, target: str, measured: str, seconds: float = 0, limit: float = 0) -> None:
        met = seconds <= limit or not limit
        if NOTES:
            line = {"check": check, "target": target, "measured": measured, "met": met, "strain": round(strain(), 1)}
            with Path(NOTES).open("a") as file:
                file.write(json.dumps(line) + "\n")
        assert met or seconds <= limit * strain(), f"{check}: {measured}, which is more than {limit} s"

    return keep


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
