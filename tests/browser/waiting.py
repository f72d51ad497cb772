"""Waiting for what a page's JavaScript says."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Error, Page

_SECONDS = 90

COUNT_FETCHES = """(() => {
  const plain = window.fetch;
  const over = () => (window.fetching -= 1);
  window.fetching = 0;
  window.fetch = (...all) => {
    window.fetching += 1;
    return plain(...all).then(
      (answer) => { answer.clone().arrayBuffer().then(over, over); return answer; },
      (error) => { over(); throw error; },
    );
  };
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
    if (node.tagName !== 'SCRIPT' || !node.src || document.readyState === 'loading') return;
    window.fetching += 1;
    ['load', 'error'].forEach((end) => node.addEventListener(end, over, { once: true }));
  }))).observe(document, { childList: true, subtree: true });
})()"""
"""For every page, before its own scripts: `fetching` is how many requests have not been answered whole, and how many
scripts are on their way that Dash loads when a page first needs them."""

_RESTS = "!window.fetching && !document.querySelector('._dash-loading')"
_IDLE = """() => new Promise((done) => {
  const idle = (next) => requestIdleCallback(next, {timeout: 9999});
  idle(() => idle(() => done()));
})"""


def quiet(page: Page) -> None:
    """Until nothing is asked for, and what came has been drawn.

    Playwright's "networkidle" alone is not that: it is over for good after the first half second without a request,
    which a busy machine may need to read a script.
    """
    page.wait_for_load_state("networkidle")
    until(page, _RESTS)
    page.evaluate(_IDLE)
    until(page, _RESTS)


def until(page: Page, expression: str) -> None:
    """Until a JavaScript expression, or function, gives something true; fails after a minute and a half.

    Asked from outside again and again. Playwright's `wait_for_function` asks from inside the page by `eval`, which
    our Content-Security-Policy forbids as soon as the first try does not succeed. What throws is not true yet: the
    table's grid, for one, cannot be asked before it is there.
    """
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            if page.evaluate(expression):
                return
            reason = ""
        except Error as error:
            reason = f" ({error.message.splitlines()[0]})"
        assert time.monotonic() < deadline, f"never became true: {expression}{reason}"
        page.wait_for_timeout(50)


def until_said(page: Page, known: Callable[[], object]) -> None:
    """Until a handler of the test has been told of something; fails after a minute and a half."""
    deadline = time.monotonic() + _SECONDS
    while not known():
        assert time.monotonic() < deadline, "nothing was told"
        page.wait_for_timeout(50)


_HOLD = """(words) => {
  const [plain, held] = [window.fetch, []];
  let holding = true;
  window.held = () => held.length;
  window.deliver = () => { holding = false; held.splice(0).forEach((go) => go()); };
  window.fetch = async (address, options) => {
    const asked = String(address) + String(options?.body);
    if (holding && words.some((each) => asked.includes(each))) await new Promise((go) => held.push(go));
    return plain(address, options);
  };
}"""


def hold(page: Page, *words: str) -> None:
    """From now on requests that have one of the words in their address or body wait for `deliver(page)`."""
    page.evaluate(_HOLD, list(words))


def held(page: Page, number: int = 1) -> None:
    """Until so many requests are being held."""
    until(page, f"held() === {number}")


def deliver(page: Page) -> None:
    """Let through what was held, and what comes."""
    page.evaluate("deliver()")
