"""A peer: a Mosaic vgplot page with Mosaic's own DuckDB server, both pinned and as they ship.

The page is built with npm and esbuild (frames_web/package-lock.json), the server has a virtual environment of its own
(frames_web/requirements.txt), so that neither is a dependency of the project. Both are kept in the data folder.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.serving import files, free_port
from settings import get_settings

WEB = Path(__file__).parent / "frames_web"
_PAGE_FILES = ("package.json", "package-lock.json", "mosaic.js", "index.html")


class NotHere(RuntimeError):
    """The peer cannot be run on this machine; the message says why in one sentence."""


def prepare() -> Path:
    """Install and build what is not there yet; gives the folder. Raises NotHere."""
    folder = get_settings().data_dir / "mosaic-peer"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = "".join((WEB / name).read_text() for name in (*_PAGE_FILES, "requirements.txt"))
    done = folder / "done"
    if done.exists() and done.read_text() == wanted:
        return folder
    if shutil.which("npm") is None:
        raise NotHere("npm is not installed")
    for name in _PAGE_FILES:
        shutil.copy(WEB / name, folder)
    _run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)
    esbuild = folder / "node_modules" / ".bin" / "esbuild"
    _run(str(esbuild), "mosaic.js", "--bundle", "--format=iife", "--minify", "--outfile=page/mosaic.js", cwd=folder)
    shutil.copy(folder / "index.html", folder / "page")
    _run(sys.executable, "-m", "venv", "--clear", str(folder / "venv"), cwd=folder)
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "-r", str(WEB / "requirements.txt"), cwd=folder)
    done.write_text(wanted)
    return folder


def versions() -> dict[str, str]:
    """What is pinned, by name."""
    pinned = json.loads((WEB / "package.json").read_text())["dependencies"]
    server = (WEB / "requirements.txt").read_text().splitlines()
    return {**pinned, **dict(line.split("==") for line in server if line.startswith("duckdb"))}


def _run(*command: str, cwd: Path) -> None:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if result.returncode:
        last = (result.stderr or result.stdout).strip().splitlines()[-1:]
        raise NotHere(f"{' '.join(Path(word).name for word in command[:3])} failed: {' '.join(last)}")


@contextmanager
def served(parquet: Path, fields: Sequence[str]) -> Iterator[str]:
    """Server and page; gives the page's address. Raises NotHere."""
    folder = prepare()
    port = free_port()
    command = [str(folder / "venv" / "bin" / "python"), str(WEB / "mosaic_server.py"), str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(port, process)
        query = {"server": f"http://127.0.0.1:{port}/", "file": str(parquet), "fields": ",".join(fields)}
        with files(folder / "page") as pages:
            yield f"{pages}?{urllib.parse.urlencode(query)}"
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        except OSError:
            if process.poll() is not None:
                raise NotHere("Mosaic's DuckDB server did not start; see mosaic-peer/server.log") from None
            time.sleep(0.1)
    raise NotHere("Mosaic's DuckDB server did not answer in a minute")
