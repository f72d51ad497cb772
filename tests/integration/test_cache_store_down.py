"""The application with a real Redis that dies and comes back: answers stay right, only slower.

Right is what the same application answers that keeps its answers in files.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from data_access.catalogue import Catalogue
from tests import servers

VIEW = "map/view?view=-99,99,-99,99&grid={0}x{0}"
SECONDS = 90  # of patience: the machine may be busy with other tests
AT_ONCE = 30  # of patience where nobody listens there, which is not to be waited for


@dataclass
class Store:
    """A Redis that can be killed and started again at the same address."""

    program: str
    folder: Path
    port: int = field(default_factory=servers.free_port)
    running: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Empty, and ready."""
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--dir", str(self.folder)]
        self.child = self.running.enter_context(servers.process(command, self.folder / "log"))
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                redis.Redis(port=self.port).ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would."""
        self.child.kill()
        self.child.wait()
        self.running.close()

    def kept(self) -> int:
        """How many answers are in it."""
        return redis.Redis(port=self.port).dbsize()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    program = servers.find_program("redis-server")
    if program is None:
        pytest.skip("needs Redis (apt-get install redis-server)")
    store = Store(program, tmp_path_factory.mktemp("redis"))
    with store.running:
        yield store


@pytest.fixture(scope="module")
def cached(store: Store, demo_catalogue: Catalogue) -> Iterator[str]:
    """Address of the application that keeps its answers there."""
    store.start()
    with servers.gunicorn(store.folder / "gunicorn.log", REDIS_URL=store.url) as address:
        yield address


def test_answers_are_right_with_the_store_killed_and_it_is_used_again(store: Store, cached: str, served: str) -> None:
    right = {grid: servers.get(served + VIEW.format(grid)).body for grid in (32, 48, 64)}

    def ask(grid: int, seconds: float = SECONDS) -> None:
        answer = servers.get(cached + VIEW.format(grid), seconds)
        assert (answer.status, answer.body) == (200, right[grid])

    def ask_until_kept(grid: int) -> int:
        """How many answers are kept then. One that Redis did not take in half a second is not kept."""
        deadline = time.monotonic() + SECONDS
        ask(grid)
        while not (kept := store.kept()):
            assert time.monotonic() < deadline, "the store is not used"
            ask(grid)
        return kept

    kept = ask_until_kept(32)
    ask(32)
    assert store.kept() == kept, "it was computed again"

    store.kill()
    for path in ("readyz", "", "explore", "suggest?q=love"):
        assert servers.get(cached + path).status == 200
    for grid in (32, 48, 48):  # one that was kept, and one that never was
        ask(grid, AT_ONCE)

    store.start()
    assert store.kept() == 0
    ask_until_kept(64)

    store.child.send_signal(signal.SIGSTOP)  # it takes connections and says nothing
    try:
        ask(64)
    finally:
        store.child.send_signal(signal.SIGCONT)


def test_the_application_starts_and_answers_without_its_store(store: Store, served: str) -> None:
    nowhere = f"redis://127.0.0.1:{servers.free_port()}/0"
    with servers.gunicorn(store.folder / "alone.log", REDIS_URL=nowhere) as address:
        answer = servers.get(address + VIEW.format(32))
        assert (answer.status, answer.body) == (200, servers.get(served + VIEW.format(32)).body)
    assert "The cache could not be read" in (store.folder / "alone.log").read_text()
