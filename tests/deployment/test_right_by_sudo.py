"""Where there is no polkit: install.sh --sudo, two exact commands, and the helper restarts all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment.conftest import Host
from tests.deployment.test_service import UNIT


@pytest.fixture(scope="module", autouse=True)
def by_sudo(host: Host) -> Iterator[None]:
    """Without our polkit rule, and with sudo's; the other way round afterwards."""
    host.install("--no-release", "--sudo")
    yield
    host.install("--no-release")
    assert host.machine.run("ls", "/etc/sudoers.d").stdout.split() == ["README"]


def test_the_helper_restarts_it(host: Host) -> None:
    token, before = host.machine.run("cat", "/etc/musicgroup/helper/token").stdout, host.boot()
    assert host.machine.run("ls", "/etc/polkit-1/rules.d").stdout.split() == []
    status, _, said = host.get("/process", "--request", "POST", "--header", f"Authorization: Bearer {token}", port=8051)
    assert status == 202, said
    host.until(lambda: host.boot() not in ("", before), 30)


@pytest.mark.parametrize(
    ("user", "command", "may"),
    [
        ("musicgroup-helper", f"--no-ask-password reset-failed {UNIT}", True),
        ("musicgroup-helper", f"restart {UNIT}", False),
        ("musicgroup-helper", f"--no-ask-password --no-block restart {UNIT} ssh.service", False),
        ("musicgroup-helper", "--no-ask-password --no-block restart ssh.service", False),
        ("musicgroup-helper", f"stop {UNIT}", False),
        ("musicgroup", f"--no-ask-password reset-failed {UNIT}", False),
    ],
)
def test_sudo_allows_two_commands(host: Host, user: str, command: str, may: bool) -> None:
    boot = host.boot()
    done = host.machine.run("sudo", "-n", "/usr/bin/systemctl", *command.split(), user=user, check=False)
    assert (done.returncode == 0) == may, done.stderr
    assert host.boot() == boot
