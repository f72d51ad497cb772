"""Fixtures for every test: a real PostgreSQL, the demo catalogue, gunicorn, nginx before it.

database        URL of an embedded PostgreSQL of the tests' own; the settings of this process point at it
demo_catalogue  the demo catalogue, with its own moods, is the live one in `database` while the module's tests run
served          address of the application under gunicorn, with the demo catalogue
site            the same behind nginx with the founding document's location block
fresh_data_dir  an empty data folder, hence a database of its own, for one test
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from data_access import catalogue, db, embedded, models
from data_access.catalogue import Catalogue
from etl.demo import demo_csv
from etl.source import Source
from ml.spec import ModelSpec
from settings import PROJECT_DIR, get_settings
from tests import servers

# A busy machine may need long for one example, and that says nothing of what is tested.
hypothesis_settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("busy")


@contextmanager
def using(environment: dict[str, str]) -> Iterator[None]:
    """This process's settings from another environment; what was remembered of the old one is forgotten."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    _forget()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget()


def _forget() -> None:
    get_settings.cache_clear()
    db._engine.cache_clear()
    catalogue.forget()
    models.forget()


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> Iterator[None]:
    """Tests never meet the database, the Redis, the settings or the files of whoever runs them."""
    ours = {name: "" for name in os.environ if name.startswith("MUSICGROUP_")}
    with (
        servers.open_folder() as folder,
        using(
            {**ours, "DATABASE_URL": "", "REDIS_URL": "", "PORT": "", "HOST": "", "MUSICGROUP_DATA_DIR": str(folder)}
        ),
    ):
        yield


@pytest.fixture(scope="session")
def database(_own_settings: None) -> Iterator[str]:
    """URL of a running embedded PostgreSQL, empty at first; its data folder is removed afterwards."""
    with (
        servers.open_folder() as folder,
        using({"MUSICGROUP_DATA_DIR": str(folder)}),
        embedded.running() as url,
    ):
        yield url


@pytest.fixture(scope="module")
def demo_catalogue(database: str) -> Catalogue:
    """The live catalogue, which is the demo's: loaded anew when another module has put its own in place."""
    load_demo()
    return catalogue.current()


def load_demo() -> None:
    """The demo in the database of the current settings, by `python -m etl demo`, unless it is the live one already."""
    _forget()
    with suppress(catalogue.NoCatalogue):
        live = catalogue.current()
        if live.source_sha256 == _demo_sha256() and (model := models.current(live)):
            if not _is_the_default(model):
                _command("ml", "train", "--quiet")  # a module has left another one
            return
    _command("etl", "demo", "--quiet")


def _is_the_default(model: models.Model) -> bool:
    made = ModelSpec(model.features, model.algorithm, model.k, model.scaling, model.seed)
    return (made, model.fitted_filter) == (ModelSpec(), "")


@cache
def _demo_sha256() -> str:
    return Source(demo_csv()).sha256()


def _command(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    _forget()


@pytest.fixture(scope="session")
def _gunicorn(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    with servers.gunicorn(log) as address:
        yield address


@pytest.fixture(scope="session")
def _nginx(_gunicorn: str) -> Iterator[str]:
    with servers.nginx(nginx_program(), _gunicorn) as address:
        yield address


@pytest.fixture(scope="module")
def served(demo_catalogue: Catalogue, _gunicorn: str) -> str:
    """Address of the application, "http://127.0.0.1:<port>/MusicGroup/", straight from gunicorn."""
    return _gunicorn


@pytest.fixture(scope="module")
def site(demo_catalogue: Catalogue, _nginx: str) -> str:
    """Address of the application behind nginx, "http://127.0.0.1:<port>/MusicGroup/"."""
    return _nginx


@pytest.fixture
def fresh_data_dir(_own_settings: None) -> Iterator[Path]:
    """An empty data folder that the settings point at; `embedded.running()` makes a new database there."""
    with servers.open_folder() as folder, using({"MUSICGROUP_DATA_DIR": str(folder)}):
        yield folder


def nginx_program() -> str:
    """Path of nginx; skips the test when there is none."""
    program = servers.find_program("nginx")
    if program is None:
        pytest.skip("needs nginx (apt-get install nginx-light)")
    return program


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the project; skips the test where it is absent."""
    folder = PROJECT_DIR.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the project")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _a_home_that_may_be_written() -> Iterator[None]:
    """Chromium and others keep their caches in HOME, which may be missing or read-only."""
    with servers.open_folder() as home:
        before = os.environ.get("HOME")
        os.environ["HOME"] = str(home)
        yield
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order that costs least: those that leave another catalogue behind come before all that need the
    demo's, which is then loaded once. Browser tests go last: they need everything that the others prove."""
    with_demo = {item.path for item in items if "demo_catalogue" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: ("tests/browser/" in item.nodeid, item.path in with_demo))
