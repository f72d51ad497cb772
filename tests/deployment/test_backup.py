"""A backup, the database lost, a restore: the same rows."""

from __future__ import annotations

import time

from tests.deployment.conftest import Host
from tests.deployment.test_install import sql

# Every table of ours with the number of its rows and a digest over all of them, in one order.
_TABLES = """SELECT format('SELECT %L, count(*), md5(string_agg(t::text, E''\\n'' ORDER BY t::text)) FROM %I.%I AS t',
                          schemaname || '.' || tablename, schemaname, tablename)
               FROM pg_tables WHERE schemaname = 'musicgroup' OR schemaname LIKE 'catalogue%' ORDER BY 1"""


def content(host: Host) -> dict[str, str]:
    """table -> rows and digest."""
    statements = sql(host, "musicgroup_owner", _TABLES).stdout.strip().splitlines()
    assert len(statements) > 8
    lines = sql(host, "musicgroup_owner", " UNION ALL ".join(statements)).stdout.strip().splitlines()
    return dict(line.split("|", 1) for line in lines)


def test_what_was_backed_up_comes_back(host: Host, note) -> None:
    machine = host.machine
    before = content(host)
    machine.run("systemctl", "start", "musicgroup-backup")
    dump = machine.run("sh", "-c", "ls /var/lib/musicgroup-backup/*.dump | tail -n 1").stdout.strip()
    assert machine.run("stat", "-c", "%U %a", dump).stdout.split() == ["musicgroup-backup", "600"]
    boot = host.boot()
    machine.run("runuser", "-u", "postgres", "--", "psql", "--command", "DROP DATABASE musicgroup WITH (FORCE)")
    host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 503, 10)
    start = time.monotonic()
    machine.run("/opt/musicgroup/deploy/restore.sh", dump, seconds=300)
    took = time.monotonic() - start
    assert content(host) == before
    host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 20)
    assert host.boot() == boot
    assert sql(host, "musicgroup_dashboard", "CREATE SCHEMA s", check=False).returncode != 0
    rows = sum(int(value.split("|")[0]) for value in before.values())
    note("backup, drop database, restore", "identical row counts and checksums",
         f"{len(before)} tables with {rows:,} rows identical; {took:.1f} s")  # fmt: skip


def test_a_restore_over_a_database_that_is_used(host: Host) -> None:
    machine, before = host.machine, content(host)
    dump = machine.run("sh", "-c", "ls /var/lib/musicgroup-backup/*.dump | tail -n 1").stdout.strip()
    sql(host, "musicgroup_loader", "DELETE FROM catalogue_1.rejected_rows; DROP TABLE catalogue_1.song_artists CASCADE")
    machine.run("/opt/musicgroup/deploy/restore.sh", dump, seconds=300)
    assert content(host) == before
    host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 20)


def test_what_is_no_dump_is_refused(host: Host) -> None:
    done = host.machine.run("/opt/musicgroup/deploy/restore.sh", "/etc/passwd", check=False)
    assert done.returncode == 2
    assert "is not a whole dump" in done.stderr
    assert host.get("/MusicGroup/readyz", port=8050)[0] == 200


def test_it_is_made_every_night(host: Host) -> None:
    assert host.machine.property("musicgroup-backup.timer", "ActiveState") == "active"
    assert host.machine.property("musicgroup-backup.timer", "NextElapseUSecRealtime")
