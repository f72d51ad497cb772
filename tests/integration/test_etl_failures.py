"""Whatever goes wrong: one line, exit code 2, and the live catalogue goes on as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg2
import pytest

from data_access import embedded
from etl import load
from etl.database import explained
from etl.errors import LoadError
from etl.progress import Progress
from settings import PROJECT_DIR
from tests.integration.etl_files import BIG, etl, file_of, loaded, query

pytestmark = pytest.mark.usefixtures("database")
LIVE = "SELECT version, source_name FROM musicgroup.catalogue WHERE state = 'live'"


@pytest.fixture(scope="module")
def small(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file that loads."""
    return file_of(tmp_path_factory.mktemp("etl") / "small.csv", BIG, [{}, {"name": "B"}])


@pytest.fixture(scope="module")
def large(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes some seconds to load."""
    path = tmp_path_factory.mktemp("etl") / "large.csv"
    assert etl("synthesise", "--songs", 60_000, path).returncode == 0
    return path


def _header() -> str:
    return ",".join(BIG)


def _row(**values: str) -> str:
    return ",".join({**BIG, "id": "x", **values}.values())


BAD_FILES = {
    "empty": (b"", "is empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0", "not a CSV file"),
    "no header": (b"1,2,3\n", "line 1: the header is of no known format"),
    "missing column": (_header().replace("energy,", "").encode(), "column energy is missing"),
    "encoding": (f"{_header()}\n{_row()}\n".encode() + _row(name="caf\u00e9").encode("latin-1"), "line 3, column name"),
    "unclosed quote": (f"{_header()}\n{_row()}\n".encode() + b'y,"open\n' + _row().encode(), "line 3, column name"),
    "no rows": (f"{_header()}\n".encode(), "no row that could become a song"),
    "only bad rows": (f"{_header()}\n{_row(name='')}\n".encode(), "line 2: title is empty"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_file_is_one_line_and_changes_nothing(tmp_path, small, content, sentence):
    loaded(small)
    before = query(LIVE)
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    done = etl("load", path)
    assert_refused(done, str(path), sentence)
    assert query(LIVE) == before
    assert query("SELECT count(*) FROM songs") == [(2,)]


def assert_refused(done: subprocess.CompletedProcess[str], *sentences: str) -> None:
    assert done.returncode == 2, done.stderr
    lines = done.stderr.replace("\r", "\n").splitlines()
    shown = [line for line in lines if line.strip() and "%|" not in line and "..." not in line]  # without the bar
    assert len(shown) == 1, done.stderr
    for sentence in sentences:
        assert sentence in shown[0]
    assert done.stdout == ""


def test_no_such_file_and_folder(tmp_path):
    assert_refused(etl("load", tmp_path / "none.csv"), "none.csv: no such file")
    assert_refused(etl("load", tmp_path), "is a folder")


def test_database_that_cannot_be_reached(small, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert_refused(etl("load", small), "PostgreSQL cannot be reached", "DATABASE_URL")


def test_role_that_may_not_create_schemas(small, database, monkeypatch):
    query_admin("DROP ROLE IF EXISTS etl_powerless", "CREATE ROLE etl_powerless LOGIN")
    monkeypatch.setenv("MUSICGROUP_LOADER_DATABASE_URL", database.replace("postgres@", "etl_powerless@"))
    assert_refused(etl("load", small), "PostgreSQL refuses", "MUSICGROUP_LOADER_DATABASE_URL")


def test_place_that_cannot_be_written_to():
    assert_refused(etl("synthesise", "--songs", 10, "/proc/out.csv"), "/proc/out.csv: cannot be written")


def test_no_space_in_the_database_is_named():
    with pytest.raises(LoadError, match="no space left"), explained():
        raise psycopg2.errors.DiskFull("could not extend file: No space left on device")
    with pytest.raises(LoadError, match="no space left"), explained():
        raise OSError(28, "No space left on device")


def query_admin(*statements: str) -> None:
    connection = psycopg2.connect(embedded.dsn())
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "etl", "load", "--quiet", "--no-moods", str(path)],
        cwd=PROJECT_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    for line in process.stderr:
        if line.startswith(words):
            return
    raise AssertionError(f"never came to {words!r}: {process.wait()}")


@contextmanager
def register_held() -> Iterator[None]:
    """No load can swap its catalogue in meanwhile, however late its kill comes; whoever only reads is not kept."""
    connection = psycopg2.connect(embedded.dsn())
    try:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE musicgroup.catalogue IN EXCLUSIVE MODE")
        yield
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("stage", "after"),
    [
        ("Reading songs", 0.3),
        ("Storing artists", 0),
        ("Indexing", 0),
        ("Indexing", 0.3),
        ("Checking", 0.2),
        ("Swapping in", 0),
    ],
)
def test_kill_leaves_the_live_catalogue_and_the_next_load_clean(small, large, stage, after):
    loaded(small)
    before = query(LIVE)
    process = start(large)
    wait_for(process, "Reading songs")  # it has entered itself into the register
    with nullcontext() if stage == "Swapping in" else register_held():
        if stage != "Reading songs":
            wait_for(process, stage)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        process.wait()
    if stage != "Swapping in":  # at the swap itself it may be either, but whole
        assert query(LIVE) == before
        assert query("SELECT count(*) FROM songs") == [(2,)]
    for _ in range(120):  # the server needs a moment to notice that the loader is gone
        done = etl("load", "--quiet", small)
        if done.returncode == 0:
            break
        assert "Another load is building" in done.stderr
        time.sleep(0.5)
    assert done.returncode == 0, done.stderr
    assert query("SELECT count(*) FROM musicgroup.catalogue WHERE state = 'building'") == [(0,)]
    assert query(r"SELECT count(*) FROM pg_namespace WHERE nspname ~ '^catalogue_\d+$'") == [(2,)]


def test_a_second_load_says_who_is_loading(small, large):
    process = start(large)
    wait_for(process, "Reading songs")
    done = etl("load", small)
    assert_refused(done, "Another load is building version", "large.csv", "since")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert query(LIVE)[0][1] == "large.csv"


def test_a_failed_check_leaves_the_live_catalogue(small, tmp_path, monkeypatch):
    loaded(small)
    before = query(LIVE)
    real = load.Assembler.add_table

    def lose_a_row(self, table):
        self.rows += 1
        return real(self, table)

    monkeypatch.setattr(load.Assembler, "add_table", lose_a_row)
    with pytest.raises(LoadError, match="Check failed: 3 rows in the file, but 2 songs"):
        load.load(small, Progress(quiet=True))
    assert query(LIVE) == before
    state, error = query("SELECT state, error FROM musicgroup.catalogue ORDER BY version DESC LIMIT 1")[0]
    assert state == "failed"
    assert error.startswith("Check failed")
