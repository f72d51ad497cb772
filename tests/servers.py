"""Real servers for tests, each on a free loopback port, each gone when its block ends, however it ends."""

from __future__ import annotations

import ctypes
import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer

from settings import PROJECT_DIR

PREFIX = "/MusicGroup/"
LOCATION = PROJECT_DIR / "ops" / "deploy" / "nginx.conf"
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A loopback port that nobody listens on now, nor will until our server does.

    The kernel gives those below 32768 to nobody, and each of several processes that test has a thousand of its own.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 12
    for port in random.sample(range(20_000 + number * 1000, 21_000 + number * 1000), 1000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may look into: PostgreSQL as root runs as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="mg-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def process(
    arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    """A child in a session of its own, output in `log`, killed with its children at the end and if we die."""

    def die_with_parent() -> None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    with log.open("ab") as output:
        child = subprocess.Popen(
            arguments,
            cwd=PROJECT_DIR,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # two system calls, no lock
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                child.wait(15)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def running(server: BaseWSGIServer) -> Iterator[str]:
    """A server of Werkzeug's in a thread of this process; gives its address."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def gunicorn(log: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """The real application under gunicorn, as `make run` has it; gives its address with the prefix."""
    port = port or free_port()
    arguments = [sys.executable, "-m", "gunicorn", "--config", "ops/deploy/gunicorn.conf.py", "app:server"]
    with process(arguments, log, {"PORT": str(port), "HOST": "127.0.0.1", **environment}) as child:
        address = f"http://127.0.0.1:{port}{PREFIX}"
        wait_for(address + "healthz", child, log)
        yield address


@contextmanager
def nginx(program: str, upstream: str, more: str = "") -> Iterator[str]:
    """A real nginx with the location block of ops/deploy/nginx.conf before `upstream` (gunicorn's address).

    `more` are other locations of the same server.
    """
    port, upstream_port = free_port(), str(urlsplit(upstream).port)
    location = LOCATION.read_text().replace("<port>", upstream_port) + more
    with open_folder() as folder:
        configuration = folder / "nginx.conf"
        configuration.write_text(_NGINX.format(folder=folder, port=port, location=location))
        if os.geteuid() == 0:
            configuration.write_text("user root;\n" + configuration.read_text())
        log = folder / "error.log"
        with process([program, "-e", str(log), "-p", str(folder), "-c", str(configuration)], log) as child:
            address = f"http://127.0.0.1:{port}{PREFIX}"
            wait_for(address + "healthz", child, log)
            yield address


_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{location}
    }}
}}
"""


@dataclass(frozen=True)
class Answer:
    """What a server said: status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    @property
    def type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").split(";")[0]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


# No proxy of the environment: the servers are ours, on loopback.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def get(
    address: str,
    timeout: float = 90,  # the first answer of a new checkout waits until kernels are compiled
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes | None = None,
) -> Answer:
    """GET (or else) without following redirects; an error status is an answer like any other. Raises OSError."""
    try:
        asked = urllib.request.Request(address, data=body, headers=dict(headers or {}), method=method)
        response = _opener.open(asked, timeout=timeout)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status or 0, headers, response.read())


def wait_for(address: str, child: subprocess.Popen, log: Path, seconds: float = 180) -> None:
    """Until a server answers at all; fails with its log when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            get(address, timeout=5)
            return
        except (OSError, http.client.HTTPException):
            ended = child.poll() is not None
            if ended or time.monotonic() > deadline:
                problem = f"ended with {child.returncode}" if ended else f"gave no answer in {seconds:.0f} s"
                end_of_log = log.read_text(errors="replace")[-3000:]
                raise AssertionError(f"{child.args!r} {problem}:\n{end_of_log}") from None
            time.sleep(0.05)


def find_program(*names: str) -> str | None:
    """Path of the first of these programs that really runs."""
    for name in names:
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") if name else None
        if path and subprocess.run([path, "-v"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def find_browser() -> str | None:
    """Path of a Chromium that really runs; CHROMIUM= comes first."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name) if name else None
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None
