"""The audit logs do not grow without limit: logrotate renames them, and whoever writes goes on in a new one."""

from __future__ import annotations

import json
import re

from tests.deployment.conftest import Host

CONFIGURATION = "/etc/logrotate.d/musicgroup"
LOGS = {
    "/var/lib/musicgroup/ops/audit.jsonl": "musicgroup",
    "/var/lib/musicgroup-helper/audit.jsonl": "musicgroup-helper",
}


def rotate(host: Host) -> None:
    """As logrotate.timer does it, but now."""
    host.machine.run("logrotate", "--force", CONFIGURATION)


def be_refused(host: Host) -> None:
    """One more entry in each of the logs, from an address of its own: it is not listened to for long."""
    sent = ("--request", "POST", "--header", "X-Forwarded-For: 192.0.2.7", "--header")
    login = ("Content-Type: application/json", "--data", "{}")
    assert host.get("/MusicGroup/ops/login", *sent, *login, port=8050)[0] in (401, 403, 429)
    assert host.get("/process", *sent, "Authorization: Bearer wrong", port=8051)[0] in (401, 429)


def entries(host: Host, path: str) -> list[dict]:
    """All of a file's lines, each of which must be whole."""
    return [json.loads(line) for line in host.machine.run("cat", path).stdout.splitlines()]


def test_logrotate_understands_and_is_run_every_day(host: Host) -> None:
    said = host.machine.run("logrotate", "--debug", "/etc/logrotate.conf").stderr
    assert not re.search(r"^\s*error:", said, re.MULTILINE), said
    for path in LOGS:
        assert f"considering log {path}" in said
    assert host.machine.run("systemctl", "is-enabled", "logrotate.timer").stdout.strip() == "enabled"


def test_what_was_written_stays_as_it_is_and_the_next_entry_is_in_a_new_file(host: Host) -> None:
    host.until(host.boot, 60)
    be_refused(host)
    before = {path: host.machine.run("cat", path).stdout for path in LOGS}
    rotate(host)
    for path, user in LOGS.items():
        assert host.machine.run("cat", f"{path}.1").stdout == before[path], "it was changed on the way"
        assert host.machine.run("test", "-e", path, check=False).returncode == 1
        host.machine.run("test", "-O", f"{path}.1", user=user)
    be_refused(host)
    for path, user in LOGS.items():
        assert len(entries(host, path)) == 1
        assert host.machine.run("stat", "-c", "%U %a", path).stdout.strip() == f"{user} 600"
        assert host.machine.run("cat", f"{path}.1").stdout == before[path]


def test_the_helper_also_shows_what_it_wrote_before(host: Host) -> None:
    rotate(host)
    be_refused(host)
    token = host.machine.run("cat", "/etc/musicgroup/helper/token").stdout.strip()
    shown = json.loads(
        host.machine.run(
            "curl", "--silent", "--config", "-", "http://127.0.0.1:8051/audit",
            stdin=f'header = "Authorization: Bearer {token}"\n',
        ).stdout
    )["entries"]  # fmt: skip
    assert len(shown) > len(entries(host, "/var/lib/musicgroup-helper/audit.jsonl")) == 1
    assert [entry["time"] for entry in shown] == sorted((entry["time"] for entry in shown), reverse=True)


def test_a_year_is_kept_and_no_more(host: Host, note) -> None:
    for _ in range(14):
        be_refused(host)
        rotate(host)
    for path in LOGS:
        kept = host.machine.run("sh", "-c", f"ls {path}*").stdout.split()
        numbers = sorted(int(found[1]) for name in kept if (found := re.search(r"\.(\d+)(\.gz)?$", name)))
        assert numbers == list(range(1, 13)), kept
        assert json.loads(host.machine.run("zcat", f"{path}.12.gz").stdout.splitlines()[0])["time"]
    note("audit logs, rotated fourteen times", "12 kept, none changed or cut", "so it is")
