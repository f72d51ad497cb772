"""Explore with a brush in hand: everything that stands on the screen while it moves, and once it is let go."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import Hand
from tests.browser.waiting import quiet, until

LIVE = "#explore-live"
SENTENCE = "#explore-sentence"

_EVERYTHING = """() => {
    const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => !each.closest('[hidden]'));
    const texts = (selector) => shown(selector).map((each) => each.textContent);
    return {
        sentence: texts('#explore-page .mg-sentence').join(),
        says: Object.fromEntries(shown('.mg-chart-says').map((each) => [each.id, each.textContent])),
        facets: shown('#explore-page [data-facet]').map((each) => [each.textContent, each.ariaLabel, each.className]),
        shares: shown('#explore-page [data-facet]').map(({style}) => [style.backgroundSize, style.backgroundColor]),
        tables: texts('#explore-page .mg-numbers[open] tr'),
        years: texts('.mg-line-label'),
        summary: musicgroup.explore.latest().summary,
    };
}"""


_FRAMES = """() => new Promise((done) => {
    const frames = (more) => requestAnimationFrame(() => (more ? frames(more - 1) : done()));
    frames(3);
})"""


class Live(Hand):
    """A hand over one brush, and everything that the page shows meanwhile."""

    def __init__(self, page: Page, site: str, query: str = "", field: str = "energy") -> None:
        super().__init__(page, site, query, f"#explore-{field}-brush")
        active = page.locator(self.selector).evaluate(
            "host => musicgroup.brush.axesOf(host).map((a) => a.field).join()"
        )
        for part in ("bars", "wide"):  # a person would hover for as long
            page.evaluate("([active, part]) => musicgroup.tiles.want(active, part).then(() => true)", [active, part])

    def open_numbers(self, *names: str) -> None:
        for name in names:
            self.page.locator(f"#explore-{name} details").evaluate("details => (details.open = true)")

    def everything(self) -> dict:
        return self.page.evaluate(_EVERYTHING)

    def resting(self) -> dict:
        """Everything shown while the brush is held still; its last move may wait for its frame."""
        self.page.evaluate(_FRAMES)
        until(self.page, "() => musicgroup.live.state() === 'rests'")
        return self.everything()

    def settled(self) -> dict:
        """Everything shown once Dash has drawn its answer."""
        until(self.page, "() => musicgroup.live.state() === ''")
        quiet(self.page)
        assert not self.page.locator(".mg-plot[data-live]").count()
        expect(self.page.locator(SENTENCE)).to_be_visible()
        expect(self.page.locator(LIVE)).to_be_hidden()
        self.page.mouse.move(2, 300)  # away, so that no chart tells of the bar under the pointer
        return self.everything()

    def agrees_after_release(self, *own: str) -> dict:
        """Let go; nothing but the lines of the brushed charts (`own`) may change. Gives what is shown then."""
        live = self.resting()
        self.let_go()
        after = self.settled()
        for name in own:
            live["says"].pop(f"explore-{name}-says")
            after["says"].pop(f"explore-{name}-says")
        same(live, after)
        return after


def same(first: dict, second: dict) -> None:
    """Both have the same of everything; says what differs. Means may differ in the last of their four digits: a tile's
    sums are float32, and means of a few songs often lie halfway between two that can be written."""
    for part in ("sentence", "says", "facets", "shares", "tables", "years"):
        assert first[part] == second[part], part
    (means, numbers), (means_then, numbers_then) = (
        (each["summary"]["by_year"], {**each["summary"], "by_year": None}) for each in (first, second)
    )
    assert numbers == numbers_then
    for field, values in means.items():
        assert known(values) == pytest.approx(known(means_then[field]), rel=1e-3), field


def known(means: list[float | None]) -> list[float]:
    return [-1 if mean is None else mean for mean in means]
