"""Away again: first all but data and settings, then those, too. The last tests of the installed host."""

from __future__ import annotations

from tests.deployment.conftest import Host


def test_uninstall_keeps_what_cannot_be_made_again(host: Host) -> None:
    machine = host.machine
    token = machine.run("sha256sum", "/etc/musicgroup/helper/token").stdout
    before = machine.run("ls", "/var/lib/musicgroup").stdout
    said = host.install("--uninstall").stdout
    assert "Data, backups, settings and secrets stay" in said
    assert machine.run("sh", "-c", "systemctl list-unit-files 'musicgroup*' --no-legend || true").stdout == ""
    assert machine.run("sh", "-c", "ls -d /opt/musicgroup || true").stdout == ""
    for command in (["nginx", "-t", "-q"], ["sshd", "-t"], ["systemctl", "is-active", "nginx"]):
        assert machine.run(*command, check=False).returncode == 0, command
    assert machine.run("ls", "/var/lib/musicgroup").stdout == before
    host.install("--uninstall")  # twice is as good as once
    assert machine.run("sha256sum", "/etc/musicgroup/helper/token").stdout == token


def test_purge_leaves_nothing(host: Host) -> None:
    machine = host.machine
    host.install("--uninstall", "--purge")
    left = machine.run("sh", "-c", "find /etc /opt /var/lib /srv /usr/local -name '*musicgroup*' | sort").stdout.split()
    assert left == []
    for kind in ("passwd", "group"):
        assert "musicgroup" not in machine.run("getent", kind).stdout
    databases = machine.run("runuser", "-u", "postgres", "--", "psql", "-At", "-c", "SELECT datname FROM pg_database")
    assert "musicgroup" not in databases.stdout
    roles = machine.run("runuser", "-u", "postgres", "--", "psql", "-At", "-c", "SELECT rolname FROM pg_roles")
    assert "musicgroup" not in roles.stdout
