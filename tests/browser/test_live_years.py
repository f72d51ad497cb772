"""Live brushing of a catalogue with years: the charts through the years follow as the others do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.live_page import Live


@pytest.mark.parametrize("field", ["years", "year", "loudness", "duration_ms"])
def test_through_the_years(page: Page, with_years: str, field: str) -> None:
    live = Live(page, with_years, "by=energy,tempo", field)
    live.open_numbers("years")
    live.drag(0.33, 0.71, let_go=False)
    live.agrees_after_release(*(("years", "year") if field.startswith("year") else (field,)))
