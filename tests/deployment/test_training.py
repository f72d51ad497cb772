"""Moods trained anew from the ops page, where the application may only read: by a service of its own."""

from __future__ import annotations

import re

import pytest

from tests.deployment.conftest import Host
from tests.deployment.test_install import sql
from tests.deployment.test_ops_page import PATIENCE_MS, page  # noqa: F401  (a fixture)

playwright = pytest.importorskip("playwright.sync_api")

MODELS = "SELECT count(*), max(model) FILTER (WHERE state = 'live') FROM musicgroup.model"
TRAINING_MS = 400_000  # it goes last wherever others compute: nice 10, idle disk
REQUEST = "/var/lib/musicgroup/ops/train.request"


def models(host: Host) -> tuple[int, int]:
    """How many models there are, and which one serves."""
    count, live = sql(host, "musicgroup_dashboard", MODELS).stdout.split("|")
    return int(count), int(live)


def retrain(page: playwright.Page) -> str:  # noqa: F811
    """Press the button; gives what the page says in the end."""
    page.click('[data-mg-ops="train"]')
    said = page.locator("#ops-train-said")
    playwright.expect(said).to_have_text(re.compile("Trained in|did not succeed"), timeout=TRAINING_MS)
    return said.inner_text()


def test_a_click_trains_a_model_that_serves(host: Host, page: playwright.Page, note) -> None:  # noqa: F811
    count, live = models(host)
    said = retrain(page)
    assert re.fullmatch(r"Trained in \d+ s; the new model serves\.", said), said
    assert models(host) == (count + 1, live + 1)
    playwright.expect(page.locator("#ops-database")).to_contain_text(f"model {live + 1}", timeout=PATIENCE_MS)
    playwright.expect(page.locator("#ops-training")).to_contain_text("moods", timeout=PATIENCE_MS)
    host.until(lambda: host.machine.run("test", "-e", REQUEST, check=False).returncode == 1)
    host.until(lambda: host.machine.property("musicgroup-train.service", "ActiveState") == "inactive")
    note("retrain moods on the ops page, where the application's role only reads", "a new model serves", said)


def test_the_application_itself_still_may_not_write(host: Host) -> None:
    """Neither with its database role nor by what the service that trains has: its password, its files."""
    as_app = {"user": "musicgroup", "check": False}
    assert sql(host, "musicgroup_dashboard", "DELETE FROM musicgroup.model", check=False).returncode != 0
    for command in (
        ["cat", "/etc/musicgroup/pgpass/loader"],
        ["ls", "/var/cache/musicgroup-train"],
        ["touch", "/var/lib/musicgroup-train/training.json"],
        ["systemctl", "start", "musicgroup-train"],
    ):
        assert host.machine.run(*command, **as_app).returncode != 0, command
    environment = host.machine.property("musicgroup.service", "EnvironmentFiles")
    assert "loader" not in environment


def test_what_is_in_the_request_is_not_looked_at(host: Host, page: playwright.Page) -> None:  # noqa: F811
    count, _ = models(host)
    host.machine.run("sh", "-c", f"echo '--k 3; touch /var/lib/musicgroup-train/mine' > {REQUEST}", user="musicgroup")
    host.until(lambda: models(host)[0] == count + 1, 400)
    host.until(lambda: host.machine.run("test", "-e", REQUEST, check=False).returncode == 1)
    assert host.machine.run("test", "-e", "/var/lib/musicgroup-train/mine", check=False).returncode == 1
    moods = "SELECT k FROM musicgroup.model ORDER BY model DESC LIMIT 1"
    assert sql(host, "musicgroup_dashboard", moods).stdout.strip() != "3"


def test_one_that_fails_says_why_and_the_model_before_serves(host: Host, page: playwright.Page) -> None:  # noqa: F811
    before = models(host)
    host.machine.run("mv", "/etc/musicgroup/loader.env", "/etc/musicgroup/loader.kept")
    host.machine.write("/etc/musicgroup/loader.env", "")
    try:
        assert retrain(page) == "The training did not succeed; the model before serves."
        playwright.expect(page.locator("#ops-training")).to_contain_text("may not store models", timeout=PATIENCE_MS)
    finally:
        host.machine.run("mv", "/etc/musicgroup/loader.kept", "/etc/musicgroup/loader.env")
    assert models(host) == before
    assert "Trained in" in retrain(page)


def test_the_service_that_trains_is_narrow(host: Host) -> None:
    narrow = host.machine.run("systemd-analyze", "security", "musicgroup-train", "--no-pager", check=False).stdout
    exposure = re.search(r"Overall exposure level.*?: ([\d.]+)", narrow)
    assert exposure
    assert float(exposure[1]) <= 1.5, narrow
