"""The supervisor with real signals: it serves, it stops, and nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import psutil
import pytest

from ops import serve
from settings import PROJECT_DIR, get_settings
from tests import servers

READY_SECONDS = 120  # generous: the machine may be busy with other tests


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One data folder for all of this module: the demo is loaded once."""
    with servers.open_folder() as folder:
        yield folder
        for process in ours(folder):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def ours(data_dir: Path) -> list[psutil.Process]:
    """Every process that works for this data folder: supervisor, loader, gunicorn, PostgreSQL."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if str(data_dir) in " ".join(process.cmdline()) or (
                process.environ().get("MUSICGROUP_DATA_DIR") == str(data_dir)
            ):
                found.append(process)
    return found


def nobody_left(data_dir: Path, seconds: float = 90) -> bool:
    """Whether the last of them goes within so many seconds."""
    deadline = time.monotonic() + seconds
    while ours(data_dir):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


class Started:
    """`ops.serve`, or make around it, as a person starts it in a terminal: the leader of its own group."""

    def __init__(self, arguments: list[str], port: int, data_dir: Path, **environment: str) -> None:
        self.address = f"http://127.0.0.1:{port}{servers.PREFIX}"
        self.child = subprocess.Popen(
            arguments,
            cwd=PROJECT_DIR,
            env={**os.environ, "PORT": str(port), "MUSICGROUP_DATA_DIR": str(data_dir), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []

    def wait_until(self, words: str) -> str:
        """Read its output until a line with these words."""
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"ended without {words!r}:\n{''.join(self.lines)}")

    def end(self, seconds: float = 120) -> int:
        """Its exit code."""
        out, _ = self.child.communicate(timeout=seconds)
        self.lines.append(out)
        return self.child.returncode


@contextmanager
def started(arguments: list[str], data_dir: Path, port: int | None = None, **environment: str) -> Iterator[Started]:
    """Start it; whatever is left of it at the end is killed."""
    started = Started(arguments, port or servers.free_port(), data_dir, **environment)
    try:
        yield started
    finally:
        for process in ours(data_dir):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        started.child.wait()


SERVE = [sys.executable, "-m", "ops.serve"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_serves_and_a_signal_stops_everything(number: signal.Signals, data_dir: Path) -> None:
    with started([*SERVE, "--demo"], data_dir) as server:
        assert server.address in server.wait_until("MusicGroup is at")
        assert servers.get(server.address + "readyz").status == 200
        assert len(ours(data_dir)) > 3
        os.kill(server.child.pid, number)
        assert server.end() == 0, server.lines
        assert nobody_left(data_dir, 20)


def test_a_second_start_loads_and_fits_nothing_again(data_dir: Path) -> None:
    for _ in range(2):
        with started([*SERVE, "--demo"], data_dir) as server:
            server.wait_until("MusicGroup is at")
            server.child.terminate()
            server.end()
    assert "The demo catalogue is already loaded.\n" in server.lines
    assert not [line for line in server.lines if line.startswith(("Loaded ", "Its moods are "))]


def test_ctrl_c_through_make_reaches_everybody_once(data_dir: Path) -> None:
    with started(["make", "--no-print-directory", "demo", f"VENV={sys.prefix}"], data_dir) as server:
        server.wait_until("MusicGroup is at")
        os.killpg(server.child.pid, signal.SIGINT)  # the terminal signals the whole foreground group
        server.end()
        assert nobody_left(data_dir, 20)
        assert "Traceback" not in "".join(server.lines)
        assert "Stopping the database" in "".join(server.lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "kill -9"])
def test_when_make_goes_so_does_all_it_started(number: signal.Signals, data_dir: Path) -> None:
    with started(["make", "--no-print-directory", "demo", f"VENV={sys.prefix}"], data_dir) as server:
        server.wait_until("MusicGroup is at")
        server.child.send_signal(number)
        assert nobody_left(data_dir)


def test_after_kill_9_of_the_supervisor_its_children_end_and_the_next_start_works(data_dir: Path) -> None:
    with started([*SERVE, "--demo"], data_dir) as server:
        server.wait_until("MusicGroup is at")
        before = [process for process in ours(data_dir) if "postgres" not in process.name()]
        server.child.kill()
        server.child.wait()
        _, alive = psutil.wait_procs(before, timeout=60)
        assert not alive
        assert ours(data_dir), "PostgreSQL runs on, for the next start to take over"
        with subprocess.Popen([*SERVE], cwd=PROJECT_DIR, env=_environment(server, data_dir), text=True,
                              stdout=subprocess.PIPE) as following:  # fmt: skip
            assert following.stdout is not None
            assert server.address in following.stdout.readline()
            following.terminate()
            assert following.wait(120) == 0
        assert nobody_left(data_dir, 20)


def test_after_kill_9_of_everything_the_next_start_works(data_dir: Path) -> None:
    with started([*SERVE, "--demo"], data_dir) as server:
        server.wait_until("MusicGroup is at")
        for process in ours(data_dir):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        assert nobody_left(data_dir)
        server.child.wait()
    assert (data_dir / "postgres" / "postmaster.pid").exists(), "killed PostgreSQL leaves this behind"
    with started([*SERVE, "--demo"], data_dir) as server:
        server.wait_until("MusicGroup is at")
        assert servers.get(server.address + "readyz").status == 200
        server.child.terminate()
        assert server.end() == 0


def test_a_used_port_is_one_sentence_and_nothing_is_started(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started([*SERVE, "--demo"], data_dir, port) as server:
            assert server.end() == 2
            assert "".join(server.lines) == (
                f"Port {port} on 127.0.0.1 is already in use; choose another one with PORT=.\n"
            )
            assert nobody_left(data_dir, 0)


def test_a_setting_that_cannot_be_used_is_one_sentence(data_dir: Path) -> None:
    with started(SERVE, data_dir, MUSICGROUP_WORKERS="many") as server:
        assert server.end() == 2
        assert "".join(server.lines) == "MUSICGROUP_WORKERS is 'many'; it must be a whole number.\n"


def test_a_signal_during_the_start_is_heeded(data_dir: Path) -> None:
    with started([*SERVE, "--demo"], data_dir) as server:
        time.sleep(1.5)
        server.child.terminate()
        assert server.end() in (0, -signal.SIGTERM)  # the latter: before its handlers were in place
        assert nobody_left(data_dir, 20)


def test_without_a_catalogue_it_serves_and_says_what_is_missing() -> None:
    with servers.open_folder() as empty, started(SERVE, empty) as server:
        assert "make load" in server.wait_until("MusicGroup is at")
        assert servers.get(server.address + "healthz").status == 200
        assert servers.get(server.address + "readyz").status == 503
        server.child.terminate()
        assert server.end() == 0
        assert nobody_left(empty, 20)


def test_a_second_signal_hurries(data_dir: Path) -> None:
    # Neither the supervisor nor gunicorn gives up on the request by itself before we give up on them.
    patient = "from ops import serve; serve._GRACE_SECONDS = 9999; raise SystemExit(serve.main([]))"
    environment = {"MUSICGROUP_WORKERS": "1", "GUNICORN_CMD_ARGS": "--graceful-timeout 9999"}
    with started([sys.executable, "-c", patient], data_dir, **environment) as server:
        server.wait_until("MusicGroup is at")
        host, port = server.address.split("/")[2].split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.settimeout(90)
            slow.sendall(
                b"POST /MusicGroup/_dash-update-component HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            assert slow.recv(100).startswith(b"HTTP/1.1 100 "), "a worker is at it"
            server.child.send_signal(signal.SIGINT)
            server.wait_until("Stopping ...")
            time.sleep(1)
            assert server.child.poll() is None, "it waits for the request"
            server.child.send_signal(signal.SIGINT)
            assert server.end() == 0
        assert nobody_left(data_dir, 20)


def _environment(server: Started, data_dir: Path) -> dict[str, str]:
    port = server.address.split("/")[2].split(":")[1]
    return {**os.environ, "PORT": port, "MUSICGROUP_DATA_DIR": str(data_dir)}


@pytest.mark.parametrize(("code", "starts"), [(0, True), (1, True), (2, False)])
def test_a_demo_without_moods_is_served_and_one_that_did_not_load_is_not(
    code: int, starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])
    monkeypatch.setattr(serve, "_child", lambda *arguments: ended)
    with nullcontext() if starts else pytest.raises(serve.StartError, match="could not be loaded"):
        serve.Supervisor(get_settings())._load_demo()
    assert ended.returncode == code
