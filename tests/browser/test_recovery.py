"""The database goes away while somebody explores, and comes back: the page says so, and goes on by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data_access import embedded
from tests import conftest, servers
from tests.browser.waiting import quiet


@pytest.fixture
def address(fresh_data_dir: Path, tmp_path: Path):
    """The application with a data folder of its own, whose database a test starts and stops."""
    with servers.gunicorn(tmp_path / "log") as address:
        yield address


def test_explore_says_that_the_database_is_down_and_recovers(address: str, page: Page) -> None:
    sentence = page.locator("#explore-sentence")
    with embedded.running():
        conftest.load_demo()
        page.goto(address + "explore?explicit=no")
        expect(sentence).to_contain_text("not explicit")
        quiet(page)
    page.wait_for_timeout(1500)  # the live catalogue is looked up once a second
    page.locator('[data-facet="time=4"]').click()
    expect(page.locator("#explore-charts-trouble .mg-state-down")).to_be_visible()
    ready = servers.get(address + "readyz")
    assert (ready.status, servers.get(address + "healthz").status) == (503, 200)
    with embedded.running():
        expect(sentence).to_contain_text("4 beats")
        expect(page.locator("#explore-charts-trouble .mg-state")).to_have_count(0)
        assert "time=4" in page.url
        expect(page.locator('#explore-table [row-index="0"] [col-id="title"]')).to_have_text(re.compile(r"\S"))
    page.watch.forgive("503")
