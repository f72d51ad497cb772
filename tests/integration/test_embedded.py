"""The embedded PostgreSQL: shared while somebody uses it, private, and back after any way of dying."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from data_access import embedded
from data_access.embedded import EmbeddedPostgresError
from settings import PROJECT_DIR, get_settings

pytestmark = pytest.mark.usefixtures("fresh_data_dir")

HOLD = "from data_access import embedded\nwith embedded.running(): print('up', flush=True), input()"


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def one(url: str) -> int:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_the_last_to_leave_stops_it(fresh_data_dir: Path) -> None:
    with embedded.running() as url:
        with embedded.running() as same:
            assert same == url
            assert one(url) == 1
        assert one(url) == 1
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
    assert not (fresh_data_dir / "postgres" / "postmaster.pid").exists()


def test_another_process_keeps_it_up(fresh_data_dir: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "up\n"
    with embedded.running() as url:
        pass
    assert one(url) == 1
    holder.communicate("\n", timeout=300)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
    assert not (fresh_data_dir / "postgres" / "postmaster.pid").exists()


def test_it_comes_back_after_kill_9(fresh_data_dir: Path) -> None:
    with embedded.running() as url:
        connection = psycopg2.connect(url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (n int)")
        connection.close()
        os.kill(postmaster(fresh_data_dir), signal.SIGKILL)
        with embedded.running(), psycopg2.connect(url) as again, again.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kept")
            assert cursor.fetchone() == (0,)
        again.close()


def test_a_process_number_that_is_somebody_elses_now_is_not_taken_for_the_server(fresh_data_dir: Path) -> None:
    with embedded.running():
        pass
    leftover = fresh_data_dir / "postgres" / "postmaster.pid"
    leftover.write_text(f"{os.getpid()}\n{fresh_data_dir}/postgres\n1\n5432\n{fresh_data_dir}/socket\n\n 1 1\nready\n")
    with embedded.running() as url:
        assert one(url) == 1
        assert postmaster(fresh_data_dir) != os.getpid()


def test_an_initdb_that_was_cut_off_is_done_again(fresh_data_dir: Path) -> None:
    with embedded.running():
        pass
    (fresh_data_dir / "postgres" / "PG_VERSION").unlink()
    with embedded.running() as url:
        assert one(url) == 1


def test_nobody_else_on_the_machine_may_enter(fresh_data_dir: Path) -> None:
    with embedded.running():
        for folder in ("postgres", "socket"):
            assert (fresh_data_dir / folder).stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("MUSICGROUP_DATA_DIR", str(blocked / "below"))
    get_settings.cache_clear()
    try:
        with pytest.raises(EmbeddedPostgresError, match="MUSICGROUP_DATA_DIR"), embedded.running():
            pass
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
