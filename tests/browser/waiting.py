"""Waiting for what a page's JavaScript says."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page

_SECONDS = 90


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
