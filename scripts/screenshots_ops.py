"""Pictures of the ops page and of the restart helper's own page, for scripts/screenshots.py: of somebody who has logged
in, with an hour of traffic, a training and audit logs that are made up. systemd is played by the tests' stand-in;
helper, nginx and application are the real ones.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from playwright.sync_api import Browser, Page, StorageState
from werkzeug.security import generate_password_hash
from werkzeug.serving import make_server

from ops import traffic
from ops.helper import app as helper
from ops.helper.config import Config
from ops.helper.guard import sha256
from settings import get_settings
from tests import ops_site, servers
from tests.ops_site import PASSWORD, TOKEN

NAMES = ("ops", "helper")
PATIENCE_MS = 120_000
TRAINED = "Fitting a sample ...\nFitting all songs ...\nPlacing songs on the map ...\nStoring every song's mood ...\n"
# What was done: minutes ago, who, what, how it ended.
OPERATOR = (
    (41, "nobody", "log in", "401: That is not the operations password."),
    (40, "operator", "log in", "ok"),
    (39, "operator", "reload workers", "ok"),
    (3, "operator", "log in", "ok"),
    (2.1, "operator", "restart", "ok"),
    (1.6, "operator", "retrain moods", "ok"),
)
HELPER = (
    (25, "nobody", "log in", "401: That is not the password."),
    (24, "person", "log in", "ok"),
    (2.1, "token", "restart", "asked"),
)


@contextmanager
def sites(nginx_program: str) -> Iterator[dict[str, str]]:
    """Address of each of NAMES, with the catalogue of the current settings."""
    with ops_site.serving(nginx_program) as site:
        systemctl, now = site.folder / "bin" / "systemctl", time.time()
        systemctl.write_text(systemctl.read_text().replace("1790000000", str(int(now - 120))))
        data = get_settings().data_dir
        an_hour_of_traffic(data / "traffic")
        deeds(data / "ops" / "audit.jsonl", OPERATOR, now)
        deeds(site.folder / "audit.jsonl", HELPER, now)
        (data / "ops" / "training.json").write_text(json.dumps({"began": now - 95, "ended": now - 83, "code": 0}))
        (data / "ops" / "training.log").write_text(TRAINED)
        port = servers.free_port()
        hashed = generate_password_hash(PASSWORD, "scrypt")
        own = f"http://127.0.0.1:{port}"
        config = Config("musicgroup.service", sha256(TOKEN), hashed, site.folder / "audit.jsonl", own)
        with servers.running(make_server("127.0.0.1", port, helper.create_app(config), threaded=True)):
            yield {"ops": site.address + "ops", "helper": own + "/"}


def deeds(log: Path, done: Sequence[tuple[float, str, str, str]], now: float) -> None:
    """An audit log of the last hour."""
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("w") as file:
        for minutes, actor, action, outcome in done:
            when = datetime.fromtimestamp(now - 60 * minutes, UTC).isoformat(timespec="milliseconds")
            entry = {"time": when, "actor": actor, "address": "192.0.2.17", "action": action, "outcome": outcome}
            file.write(json.dumps(entry) + "\n")


def an_hour_of_traffic(folder: Path) -> None:
    """Requests of the last hour, as workers would have counted them."""
    chance, recorder, now = random.Random(5), traffic.Recorder(folder), time.time()
    clock = SimpleNamespace(time=lambda: now, time_ns=time.time_ns)
    with patch.object(traffic, "time", clock):
        for ago in reversed(range(60)):
            clock.time = lambda at=now - 60 * ago: at
            hits = misses = 0
            recorder._cache = (0, 0)
            for _ in range(int(90 + 60 * math.sin(ago / 9) + chance.uniform(-25, 25))):
                hits, misses = hits + (chance.random() < 0.7), misses + (chance.random() < 0.3)
                status = 500 if ago == 23 and chance.random() < 0.1 else 404 if chance.random() < 0.01 else 200
                recorder.add(chance.lognormvariate(-4.2, 0.9), status, (hits, misses))


def take(
    browser: Browser,
    addresses: dict[str, str],
    size: tuple[int, int],
    theme: str,
    sessions: dict[str, StorageState],
    finish: Callable[[Page], None],
) -> Iterator[tuple[str, Page]]:
    """(name, page) of each, logged in, which `sessions` remembers, and whole; `finish` waits until a page is drawn."""
    for name, address in addresses.items():
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            reduced_motion="reduce",
            storage_state=sessions.get(name),
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        if name not in sessions:
            page.fill("#ops-password" if name == "ops" else "#password", PASSWORD)
            page.keyboard.press("Enter")
        if name == "ops":
            page.wait_for_selector("#ops-audit table")
            page.wait_for_selector("#ops-requests-plot .bars path", state="attached")
        else:
            page.wait_for_selector("table")
        sessions[name] = context.storage_state()
        finish(page)
        yield name, page
        context.close()
