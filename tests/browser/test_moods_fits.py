"""Moods: the address, cancelling, two people at once, and keeping a model for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.security import generate_password_hash

from data_access.catalogue import Catalogue
from tests import servers
from tests.browser.moods_page import Moods, Sql, number, queries, stored
from tests.browser.waiting import until


@pytest.fixture(scope="module")
def sql(database: str, demo_catalogue: Catalogue) -> Iterator[Sql]:
    """Runs a query on the demo catalogue's tables."""
    with queries(database, demo_catalogue.version) as run:
        yield run


@pytest.fixture
def moods(page: Page, site: str) -> Moods:
    return Moods(page, site)


# ---- the address -------------------------------------------------------------------------------


def test_a_reload_shows_the_same_and_back_and_forward_restore(moods: Moods) -> None:
    moods.open()
    six = moods.songs()
    moods.choose("k", "3")
    expect(moods.page.locator(".mg-mood-card")).to_have_count(3)
    moods.shown()
    three = moods.songs()
    moods.choose("scaling", "Standard")
    expect(moods.headline).to_contain_text("standard scaling")
    moods.page.reload()
    moods.shown()
    expect(moods.headline).to_contain_text("standard scaling")
    assert (moods.value("k"), moods.value("scaling")) == ("3", "Standard")
    moods.page.go_back()
    expect(moods.headline).to_contain_text("robust scaling")
    moods.shown()
    assert (moods.songs(), moods.value("scaling")) == (three, "Robust")
    moods.page.go_back()
    expect(moods.page.locator(".mg-mood-card")).to_have_count(6)
    assert (moods.songs(), moods.value("k")) == (six, "6")
    moods.page.go_forward()
    expect(moods.page.locator(".mg-mood-card")).to_have_count(3)
    assert moods.value("k") == "3"


def test_what_is_wrong_in_an_address_is_said_and_left_out(moods: Moods) -> None:
    moods.open("k=99&scaling=huge&algorithm=kmeans")
    expect(moods.page.locator("#moods-problems")).to_contain_text("k=99 is not a number of moods")
    expect(moods.page.locator("#moods-problems")).to_contain_text("scaling=huge is not one of")
    assert (moods.value("k"), moods.value("scaling")) == ("6", "Robust")


def test_songs_that_cannot_be_grouped_are_said(moods: Moods) -> None:
    moods.page.goto(f"{moods.site}moods?text=zzzqq&features=energy,valence&on=filter")
    expect(moods.words).to_contain_text("Only 0 of 0 songs know all of these features")
    expect(moods.cancel).to_be_hidden()
    moods.choose("on", "The whole catalogue")
    moods.shown()
    assert len(moods.songs()) == 6


# ---- cancelling, two at once -------------------------------------------------------------------


def test_a_fit_can_be_cancelled_and_asked_for_again(moods: Moods) -> None:
    moods.open()
    moods.choose("k", "11")
    moods.cancel.click()
    expect(moods.words).to_have_text("Cancelled.")
    expect(moods.cancel).to_be_hidden()
    moods.page.wait_for_timeout(1000)
    assert moods.words.inner_text() == "Cancelled."  # nothing asks on
    moods.page.locator("#moods-again").click()
    expect(moods.page.locator(".mg-mood-card")).to_have_count(11)


def test_two_people_at_once(site: str, new_page: Callable[..., Page]) -> None:
    first, second = (Moods(new_page(), site).open() for _ in range(2))
    first.choose("k", "5")
    second.choose("k", "7")
    expect(first.page.locator(".mg-mood-card")).to_have_count(5)
    expect(second.page.locator(".mg-mood-card")).to_have_count(7)
    second.choose("k", "5")  # what the first has, or waits for
    expect(second.page.locator(".mg-mood-card")).to_have_count(5)
    assert first.shown().songs() == second.shown().songs()


# ---- keeping -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(demo_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same catalogue under a gunicorn that asks for a password."""
    log: Path = tmp_path_factory.mktemp("guarded") / "log"
    with servers.gunicorn(log, MUSICGROUP_OPS_PASSWORD_HASH=generate_password_hash("right one")) as address:
        yield address


def test_keeping_asks_for_the_password_and_is_for_everybody(
    guarded: str, new_page: Callable[..., Page], sql: Sql
) -> None:
    moods, other = Moods(new_page(), guarded), Moods(new_page(), guarded)
    before, first = stored(sql), number(sql)
    moods.open("k=4").done()
    kept, button = moods.page.locator("#moods-kept"), moods.page.locator("#moods-keep-button")
    for password, answer in (("", "is needed"), ("wrong one", "not the operations password")):
        moods.page.locator("#moods-password").fill(password)
        button.click()
        expect(kept).to_contain_text(answer)
        assert stored(sql) == before
    moods.page.locator("#moods-password").fill("right one")
    button.click()
    expect(kept).to_contain_text("Kept as model")
    assert number(sql) > first
    expect(kept).to_contain_text(f"Kept as model {number(sql)}.")
    expect(moods.words).to_have_text(f"The stored model, number {number(sql)}")
    expect(button).to_be_disabled()
    moods.shown()
    assert moods.songs() == stored(sql)
    assert len(stored(sql)) == 4

    other.open()  # somebody else's page, and Explore's facet of moods
    assert other.songs() == stored(sql)
    name = next(iter(other.songs()))
    other.page.locator(".mg-mood-card", has_text=name).get_by_text("Explore these").click()
    expect(other.page.locator("#explore-sentence strong")).to_have_text(f"{stored(sql)[name]:,}")

    moods.page.locator("#moods-password").fill("right one")
    moods.page.locator("#moods-back-button").click()
    expect(kept).to_contain_text(f"Model {first} is the stored one again.")
    expect(moods.page.locator(".mg-mood-card")).to_have_count(6)
    assert stored(sql) == before
    assert moods.query()["k"] == ["6"]
    until(moods.page, "document.querySelector('#moods-password').value === ''")
