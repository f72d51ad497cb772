"""The application with a restart helper behind one nginx, where there is no systemd: what `systemctl restart` would do
is done by a script. The helper is the real one. With systemd itself: tests/deployment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.security import generate_password_hash
from werkzeug.serving import make_server

from ops.helper import app as helper
from ops.helper.config import Config
from ops.helper.guard import sha256
from settings import PROJECT_DIR
from tests import fake_systemd, servers

PASSWORD = "correct horse battery"
TOKEN = "the-token-of-these-tests-0123456789abcdef"

_RESTART = """
cd {folder}
echo deactivating > state
kill -TERM "$(cat pid)"
while kill -0 "$(cat pid)" 2> /dev/null; do sleep 0.05; done
echo activating > state
[ ! -f broken ] || {{ sleep 1; cat broken >> journal; echo exit-code > result; echo failed > state; exit; }}
sh ./start &
until {python} -c "import urllib.request as r; r.urlopen('{address}healthz')" 2> /dev/null; do sleep 0.1; done
echo active > state
"""
_START = """
cd {project}
exec {python} -m gunicorn --config ops/deploy/gunicorn.conf.py --pid {folder}/pid app:server >> {folder}/log 2>&1
"""
_LOCATION = """
    location ^~ /MusicGroup/restart/ {{
        proxy_pass       http://127.0.0.1:{port}/;
        proxy_set_header Host               $host;
        proxy_set_header X-Forwarded-For    $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Prefix /MusicGroup/restart/;
    }}
"""


@dataclass(frozen=True)
class Site:
    """address: nginx's, with the prefix. direct: gunicorn's. folder: the script's files (state, asked, broken, log)."""

    address: str
    direct: str
    folder: Path

    def boot(self) -> str:
        """The id of the boot that answers."""
        return json.loads(servers.get(self.address + "healthz").text)["boot"]

    def master(self) -> int:
        """gunicorn's process id."""
        return int((self.folder / "pid").read_text())

    def asked(self, words: str) -> int:
        """How often systemctl was called with these words."""
        return (self.folder / "asked").read_text().count(words)


@contextmanager
def serving(nginx_program: str, **environment: str) -> Iterator[Site]:
    """Everything of it, gone at the end. The database is that of the current settings."""
    with servers.open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        fake_systemd.on_path(folder, patch)
        patch.setattr(helper, "PAUSE_SECONDS", 0)  # tests do not wait between two restarts
        (folder / "token").write_text(TOKEN)
        port = servers.free_port()
        direct = f"http://127.0.0.1:{port}{servers.PREFIX}"
        config = Config("musicgroup.service", sha256(TOKEN), "", folder / "audit.jsonl", "")
        words = {"folder": folder, "project": PROJECT_DIR, "python": sys.executable, "address": direct}
        (folder / "on-restart").write_text(_RESTART.format(**words))
        (folder / "start").write_text(_START.format(**words))
        with servers.running(make_server("127.0.0.1", 0, helper.create_app(config), threaded=True)) as url:
            ours = {
                "MUSICGROUP_OPS_PASSWORD_HASH": generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
                "MUSICGROUP_HELPER_URL": url,
                "MUSICGROUP_HELPER_TOKEN_FILE": str(folder / "token"),
                "HOST": "127.0.0.1",
                "PORT": str(port),
            }
            for name, value in {**ours, **environment}.items():
                patch.setenv(name, value)
            location = _LOCATION.format(port=url.rsplit(":", 1)[1].strip("/"))
            try:
                with servers.process(["sh", str(folder / "start")], folder / "log") as child:
                    servers.wait_for(direct + "healthz", child, folder / "log")
                    with servers.nginx(nginx_program, direct, location) as address:
                        yield Site(address, direct, folder)
            finally:
                _end(folder / "pid")


def _end(pid_file: Path) -> None:
    with suppress(OSError, ValueError):
        pid = int(pid_file.read_text())
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.kill(pid, number)
            end = time.monotonic() + 12
            while time.monotonic() < end:
                os.kill(pid, 0)
                time.sleep(0.05)
