"""The ops page of an installed host, in a real browser: restarts by the real helper and the real systemd.

scripts/reliability.py asks for as many restarts as docs/reliability.md tells of.
"""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Callable, Iterator

import pytest

from tests import servers
from tests.deployment.conftest import SERVER_NAME, Host

playwright = pytest.importorskip("playwright.sync_api")

RESTARTS = int(os.environ.get("MUSICGROUP_TEST_RESTARTS") or "5")
PASSWORD = "a password of the ops page"
PATIENCE_MS = 120_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def page(host: Host) -> Iterator[playwright.Page]:
    """The ops page of somebody who has logged in over HTTPS, in a browser outside of the machine."""
    program = servers.find_browser()
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium, or CHROMIUM=/path/to/it)")
    host.machine.run("/opt/musicgroup/deploy/set-password.sh", stdin=PASSWORD + "\n")
    host.until(host.boot, 60)
    address = host.machine.run("ip", "-4", "-o", "address", "show", "host0").stdout.split()[3].split("/")[0]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=[*ARGUMENTS, f"--host-resolver-rules=MAP {SERVER_NAME} {address}"]
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"https://{SERVER_NAME}/MusicGroup/ops")
        page.fill("#ops-password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#ops-page .mg-stats")
        yield page
        browser.close()


def test_over_https_the_session_is_secure(page: playwright.Page) -> None:
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "musicgroup-ops"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")


def test_the_page_shows_systemds_view_and_the_journal(host: Host, page: playwright.Page) -> None:
    expect = playwright.expect
    expect(page.locator("#ops-service")).to_contain_text("The service is running since", timeout=PATIENCE_MS)
    page.locator("[data-mg-ops-journal] summary").click()
    expect(page.locator("#ops-journal")).to_contain_text("musicgroup", timeout=PATIENCE_MS)
    expect(page.locator("#ops-boot")).to_have_text(host.boot(), timeout=PATIENCE_MS)


def test_a_click_restarts_the_service_and_ends_at_the_new_boot(
    host: Host, page: playwright.Page, note: Callable[..., None]
) -> None:
    took = []
    for _ in range(RESTARTS):
        boot = host.boot()
        page.click('[data-mg-ops="restart"]')
        page.click('[data-mg-ops="restart-now"]')
        said = page.locator("#ops-restart-said")
        playwright.expect(said).to_have_text(re.compile(r"Restarted in [\d.]+ s"), timeout=PATIENCE_MS)
        took.append(float(re.search(r"in ([\d.]+) s", said.inner_text()).group(1)))  # type: ignore[union-attr]
        assert host.boot() not in (boot, "")
        host.machine.run("systemctl", "restart", "musicgroup-helper")  # or it would refuse the next within 30 s
    p95 = statistics.quantiles(took, n=20, method="inclusive")[18] if len(took) > 1 else took[0]
    measured = f"p95 {p95:.1f} s, median {statistics.median(took):.1f} s, {len(took)} of {RESTARTS}"
    note("restart click on the ops page to the new boot id", "p95 <= 10 s", measured, p95, 10)


def test_a_release_that_cannot_start_is_said_with_the_journals_lines(host: Host, page: playwright.Page) -> None:
    broken = "/opt/musicgroup/current/app.py"
    host.machine.run("cp", broken, "/root/app.py")
    try:
        host.machine.run("sh", "-c", f"echo 'raise SystemExit(\"this release is broken\")' > {broken}")
        page.click('[data-mg-ops="restart"]')
        page.click('[data-mg-ops="restart-now"]')
        said = page.locator("#ops-restart-said")
        playwright.expect(said).to_contain_text("The restart did not succeed", timeout=PATIENCE_MS)
        playwright.expect(page.locator("#ops-restart-journal")).to_contain_text("this release is broken")
    finally:
        host.machine.run("cp", "/root/app.py", broken)
        host.machine.run("systemctl", "reset-failed", "musicgroup", check=False)
        host.machine.run("systemctl", "restart", "musicgroup")
        host.machine.run("systemctl", "restart", "musicgroup-helper")
        host.until(host.boot, 60)
