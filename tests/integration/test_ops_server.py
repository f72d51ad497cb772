"""The ops routes and /metrics on a real gunicorn with two workers and a real database."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from data_access.catalogue import Catalogue
from ops import session
from settings import get_settings
from tests import servers
from tests.conftest import using

PASSWORD = "correct horse battery"
HASH = generate_password_hash(PASSWORD, "scrypt:1024:8:1")


class Operator:
    """Somebody who has logged in at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.origin = address.removesuffix(servers.PREFIX)
        answer = self.post("login", {"password": PASSWORD})
        assert answer.status == 200, answer.text
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        with (
            using({"MUSICGROUP_OPS_PASSWORD_HASH": HASH}),
            Flask("any").test_request_context(headers={"Cookie": self.cookie}),
        ):
            self.form = session.form()

    cookie = form = ""

    def post(self, path: str, body: object = None) -> servers.Answer:
        """POST as the page does."""
        headers = {"Origin": self.origin, "Cookie": self.cookie, session.HEADER: self.form}
        headers["Content-Type"] = "application/json"
        return servers.get(
            f"{self.address}ops/{path}", headers=headers, method="POST", body=json.dumps(body or {}).encode()
        )

    def get(self, path: str) -> dict:
        """GET what the page watches by."""
        return json.loads(servers.get(f"{self.address}ops/{path}", headers={"Cookie": self.cookie}).text)


@pytest.fixture(scope="module")
def address(demo_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    with servers.gunicorn(log, MUSICGROUP_OPS_PASSWORD_HASH=HASH, MUSICGROUP_WORKERS="2") as address:
        yield address


@pytest.fixture(scope="module")
def operator(address: str) -> Operator:
    return Operator(address)


def boot(address: str) -> str:
    return json.loads(servers.get(address + "healthz").text)["boot"]


def metrics(address: str) -> dict[str, float]:
    lines = servers.get(address + "metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def many(address: str, times: int) -> list[int]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: servers.get(address).status, range(times)))


def test_all_workers_answer_the_same_boot(address: str, operator: Operator) -> None:
    with ThreadPoolExecutor(8) as pool:
        boots = set(pool.map(lambda _: boot(address), range(60)))
    assert len(boots) == 1
    assert operator.get("workers")["boot"] == boots.pop()


def test_requests_of_all_workers_are_counted(address: str) -> None:
    name = "musicgroup_request_seconds_count"
    before = metrics(address)[name]
    assert set(many(address + "suggest?q=love", 60)) == {200}
    assert metrics(address)[name] - before == 60
    deadline = time.monotonic() + 90
    while len(list((get_settings().data_dir / "traffic").glob("*.ring"))) < 2:
        assert time.monotonic() < deadline, "only one worker counts"
        many(address + "suggest?q=love", 20)  # one that is busy may have left all requests to the other


def test_the_database_and_the_catalogue_are_told(address: str, demo_catalogue: Catalogue) -> None:
    found = metrics(address)
    assert found["musicgroup_database_up"] == 1
    assert found["musicgroup_database_seconds"] > 0
    assert found["musicgroup_database_bytes"] > 5e6
    assert found["musicgroup_database_connections"] >= 1
    assert found["musicgroup_catalogue_songs"] == demo_catalogue.songs
    assert found["musicgroup_workers"] == 2
    assert found["musicgroup_up_seconds"] > 0


def test_a_session_is_good_at_every_worker(address: str, operator: Operator) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(
            pool.map(
                lambda _: servers.get(f"{address}ops/workers", headers={"Cookie": operator.cookie}).status, range(40)
            )
        )
    assert set(statuses) == {200}


def test_a_reload_under_load_drops_no_request_and_keeps_boot_session_and_counts(
    address: str, operator: Operator
) -> None:
    before, counted = operator.get("workers"), metrics(address)["musicgroup_request_seconds_count"]
    over, seen = threading.Event(), []

    def visit() -> None:
        while not over.is_set():
            seen.append(servers.get(address + "suggest?q=love").status)

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    try:
        answer = operator.post("reload")
        assert (answer.status, json.loads(answer.text)["workers"]) == (202, before["workers"])
        deadline = time.monotonic() + 120
        while set((now := operator.get("workers"))["workers"]) & set(before["workers"]) or len(now["workers"]) < 2:
            assert time.monotonic() < deadline, "old workers stay"
            time.sleep(0.2)
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()
    assert set(seen) == {200}
    assert now["boot"] == before["boot"]
    assert metrics(address)["musicgroup_request_seconds_count"] - counted == len(seen)


def test_the_cache_is_cleared_for_all(operator: Operator) -> None:
    folder = get_settings().data_dir / "cache"
    folder.mkdir(exist_ok=True)
    (folder / ("0" * 32)).write_bytes(b"\0" * 4)
    assert operator.post("clear-cache").status == 200
    assert not [path for path in folder.iterdir() if re.fullmatch("[0-9a-f]{32}", path.name)]


def test_moods_are_retrained_beside_the_requests(operator: Operator, demo_catalogue: Catalogue) -> None:
    assert operator.post("train").status == 202
    assert operator.post("train").status == 409
    deadline = time.monotonic() + 900  # it is nice to everything else that runs
    while (state := operator.get("training"))["running"]:
        assert time.monotonic() < deadline, state
        time.sleep(0.5)
    assert state["words"].startswith("Trained in "), state
    assert "moods" in state["log"].lower()


def test_secrets_are_in_no_file_and_no_process_list(operator: Operator) -> None:
    ours = get_settings().data_dir / "ops"
    key = (ours / "session-key").read_bytes()
    for path in ours.iterdir():
        if path.name != "session-key":
            content = path.read_bytes()
            assert PASSWORD.encode() not in content
            assert key not in content
            assert operator.cookie.split("=", 1)[1].encode() not in content
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            line = path.read_bytes()
            assert PASSWORD.encode() not in line
            assert HASH.encode() not in line
