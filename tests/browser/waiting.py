"""Waiting for what a page's JavaScript says."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page

_SECONDS = 90

COUNT_FETCHES = """(() => {
  const plain = window.fetch;
  window.fetching = 0;
  window.fetch = (...all) => {
    window.fetching += 1;
    return plain(...all).finally(() => (window.fetching -= 1));
  };
})()"""
"""For every page, before its own scripts: `fetching` is how many requests are without an answer."""

_RESTS = "!window.fetching && document.title !== 'Updating...' && !document.querySelector('._dash-loading')"
_IDLE = "() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => done(), {timeout: 9999})))"


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
