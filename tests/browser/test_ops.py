"""The ops page in a real browser: the way in, numbers, a reload, and restarts that the page watches and survives."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from tests import ops_site, servers
from tests.browser.waiting import until
from tests.conftest import nginx_program
from tests.ops_site import PASSWORD, TOKEN, Site

A_RESTART_MS = 90_000  # a busy machine imports the application for half a minute
OUTAGE = ("Failed to load resource", "502", "ERR_", "Callback")


@pytest.fixture(scope="module")
def ops(demo_catalogue: Catalogue) -> Iterator[Site]:
    """The application with a helper, behind nginx."""
    with ops_site.serving(nginx_program()) as site:
        yield site


@pytest.fixture
def opened(ops: Site, page: Page) -> Page:
    """The page of somebody who has logged in, filled."""
    page.goto(ops.address + "ops")
    page.fill("#ops-password", PASSWORD)
    page.click("#ops-login button")
    expect(page.locator("#ops-page .mg-stats")).to_be_visible()
    expect(page.locator("#ops-database")).to_contain_text("Connections")
    return page


def press(page: Page, action: str) -> None:
    page.click(f'[data-mg-ops="{action}"]')


def test_without_a_password_set_the_page_says_how_and_shows_nothing(site: str, page: Page) -> None:
    page.goto(site + "ops")
    expect(page.locator(".mg-main")).to_contain_text("python -m ops.password")
    expect(page.locator(".mg-main button:not(.mg-hint), .mg-main input")).to_have_count(0)


def test_the_way_in_and_out(ops: Site, page: Page) -> None:
    page.goto(ops.address + "ops")
    page.fill("#ops-password", "not this one")
    page.keyboard.press("Enter")
    expect(page.locator("#ops-login-said")).to_have_text("That is not the operations password.")
    page.watch.forgive("401")
    page.fill("#ops-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#ops-page")).to_be_visible()
    page.reload()
    expect(page.locator("#ops-page .mg-stats")).to_be_visible()
    assert PASSWORD not in page.content()
    press(page, "logout")
    expect(page.locator("#ops-login")).to_be_visible()


def test_it_shows_the_server_the_database_and_the_service(ops: Site, opened: Page, demo_catalogue: Catalogue) -> None:
    server, database = opened.locator("#ops-server"), opened.locator("#ops-database")
    expect(server).to_contain_text(ops.boot())
    expect(server).to_contain_text(re.compile(r"Workers2: \d+ \("))
    expect(server).to_contain_text(re.compile(r"GB free"))
    expect(database).to_contain_text(f"version {demo_catalogue.version}: {demo_catalogue.songs:,} songs")
    expect(database).to_contain_text(re.compile(r"Answers in[\d.]+ ms"))
    expect(opened.locator("#ops-service")).to_contain_text("The service is running since")
    expect(opened.locator("#ops-audit tbody tr").first).to_contain_text("log in")
    opened.locator("[data-mg-ops-journal] summary").click()
    expect(opened.locator("#ops-journal")).to_contain_text("a line of the journal")


def test_what_is_asked_shows_in_numbers_and_words(ops: Site, opened: Page) -> None:
    says = opened.locator("#ops-requests-says")
    pattern = re.compile(r"At most [\d,]+ a minute; ([\d,]+) failed, ([\d,]+) (?:was|were) refused")

    def told() -> tuple[int, int]:
        """Failed and refused of the last hour, in which other tests may have asked this data folder's server too."""
        expect(says).to_contain_text(pattern)
        failed, refused = pattern.search(says.inner_text()).groups()
        return int(failed.replace(",", "")), int(refused.replace(",", ""))

    failed, refused = told()
    for _ in range(12):
        servers.get(ops.address + "suggest?q=love")
    for _ in range(3):
        servers.get(ops.address + "explore.csv?energy=loud")
    deadline = time.monotonic() + 90
    while told() < (failed, refused + 3):
        assert time.monotonic() < deadline, f"{told()} after {(failed, refused)}"
        opened.wait_for_timeout(200)
    assert told()[0] == failed
    opened.locator("#ops-requests summary").click()
    row = opened.locator("#ops-requests-numbers tbody tr").first
    expect(row).to_be_visible()
    expect(opened.locator("#ops-durations-says")).to_contain_text(re.compile(r"half in [\d.]+ m?s"))
    expect(opened.locator("#ops-requests-plot .bars path").first).to_be_attached()


def test_a_reload_brings_new_workers_of_the_same_boot(ops: Site, opened: Page) -> None:
    boot, before = ops.boot(), opened.inner_text("#ops-workers")
    press(opened, "reload")
    expect(opened.locator("#ops-reload-said")).to_have_text(
        re.compile(r"All 2 workers are new after [\d.]+ s\."), timeout=A_RESTART_MS
    )
    for old in re.findall(r"(\d+) \(", before):
        expect(opened.locator("#ops-workers")).not_to_contain_text(f"{old} (")
    assert ops.boot() == boot


def test_the_cache_is_cleared(opened: Page) -> None:
    press(opened, "clear-cache")
    expect(opened.locator("#ops-clear-cache-said")).to_contain_text("The cache is empty")


def test_a_session_that_ends_is_said_and_renews_nothing(opened: Page) -> None:
    opened.context.clear_cookies()
    expect(opened.locator("#ops-ended")).to_be_visible()
    press(opened, "again")
    expect(opened.locator("#ops-login")).to_be_visible()


def test_a_restart_is_asked_once_more(ops: Site, opened: Page) -> None:
    asked = ops.asked("restart")
    press(opened, "restart")
    expect(opened.locator("#ops-confirm")).to_be_visible()
    press(opened, "restart-not")
    expect(opened.locator("#ops-confirm")).to_be_hidden()
    assert ops.asked("restart") == asked


def test_a_restart_is_watched_until_another_boot_answers(ops: Site, opened: Page) -> None:
    boot, master = ops.boot(), ops.master()
    press(opened, "restart")
    press(opened, "restart-now")
    steps = opened.locator("#ops-steps")
    expect(steps.locator('[data-step="stopping"]')).to_have_class(re.compile("now|done"))
    expect(opened.locator("#ops-restart-said")).to_have_text(
        re.compile(r"Restarted in [\d.]+ s: boot [0-9a-f]{8} answers\."), timeout=A_RESTART_MS
    )
    opened.watch.forgive(*OUTAGE)
    expect(steps.locator("li.mg-ops-done")).to_have_count(4)
    assert (ops.boot() != boot, ops.master() != master) == (True, True)
    # The page goes on, with the same session: it shows the new boot by itself.
    expect(opened.locator("#ops-boot")).to_have_text(ops.boot())
    expect(opened.locator("#ops-audit")).to_contain_text("helper, by its token")
    press(opened, "clear-cache")
    expect(opened.locator("#ops-clear-cache-said")).to_contain_text("The cache is empty")


def test_whoever_reloads_the_page_in_the_middle_sees_the_rest(ops: Site, opened: Page) -> None:
    kept = {"at": opened.evaluate("Date.now()") - 3000, "boot": "the-one-before", "ticket": ""}
    opened.evaluate("kept => sessionStorage.setItem('musicgroup-restart', JSON.stringify(kept))", kept)
    opened.reload()
    expect(opened.locator("#ops-restart-said")).to_contain_text("Restarted in")
    assert opened.evaluate("sessionStorage.getItem('musicgroup-restart')") is None


def test_a_restart_that_fails_says_what_failed_with_the_journals_lines(ops: Site, opened: Page) -> None:
    broken = ops.folder / "broken"
    broken.write_text("host musicgroup[2]: SyntaxError: this release is broken\n")
    press(opened, "restart")
    press(opened, "restart-now")
    said = opened.locator("#ops-restart-said")
    expect(said).to_contain_text("The restart did not succeed: the service is failed since", timeout=A_RESTART_MS)
    expect(said).to_contain_text("it ended by itself with code 3")
    expect(opened.locator("#ops-restart-journal")).to_contain_text("SyntaxError: this release is broken")
    assert said.locator("a").get_attribute("href") == "/MusicGroup/restart/"
    opened.watch.forgive(*OUTAGE)
    # Mended, the helper brings it back, and the page's next try finds it.
    broken.unlink()
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert servers.get(ops.address + "restart/process", headers=bearer, method="POST").status == 202
    until_up(ops)
    opened.reload()
    expect(opened.locator("#ops-boot")).to_have_text(ops.boot())
    opened.watch.forgive(*OUTAGE)


def until_up(ops: Site) -> None:
    deadline = time.monotonic() + A_RESTART_MS / 1000
    while servers.get(ops.address + "healthz").status != 200:
        assert time.monotonic() < deadline, "it does not come back"
        time.sleep(0.2)


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_narrow_page(ops: Site, new_page, dark: bool) -> None:
    page = new_page(390, 800, dark=dark)
    page.goto(ops.address + "ops")
    page.fill("#ops-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#ops-database")).to_contain_text("Connections")
    until(page, "document.documentElement.scrollWidth <= 390")
