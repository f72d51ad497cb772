"""Moods as a person uses it: every dropdown, cancelling, keeping, the address; numbers compared with SQL of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest
from playwright.sync_api import Page, expect
from werkzeug.security import generate_password_hash

from data_access.catalogue import Catalogue
from settings import get_settings
from tests import servers
from tests.browser.waiting import until

LOUD = "energy=0.8.."
LOUD_SQL = "energy >= 0.8::real"
Sql = Callable[[str], list[tuple]]


@pytest.fixture(scope="module")
def sql(database: str, demo_catalogue: Catalogue) -> Iterator[Sql]:
    """Runs a query on the demo catalogue's tables."""
    connection = psycopg2.connect(database, options=f"-c search_path=catalogue_{demo_catalogue.version}")
    connection.autocommit = True

    def run(query: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    yield run
    connection.close()


class Moods:
    """The page, by what can be read from it and done to it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.words = page.locator("#moods-words")
        self.headline = page.locator("#moods-headline")
        self.cancel = page.locator("#moods-cancel")

    def open(self, query: str = "") -> Moods:
        self.page.goto(f"{self.site}moods{'?' + query if query else ''}")
        return self.shown()

    def shown(self) -> Moods:
        """Once the cards stand for all songs that were asked for, whatever is computed after that."""
        expect(self.page.locator("#moods-page")).not_to_have_class(re.compile("mg-moods-stale"))
        expect(self.headline).to_contain_text("songs")
        expect(self.headline).not_to_contain_text("Preview")
        return self

    def choose(self, name: str, label: str) -> Moods:
        """Open a dropdown and press one of its options."""
        self.page.locator(f"#moods-{name}").click()
        option = self.page.locator(".dash-dropdown-content .dash-dropdown-option")
        option.filter(has_text=re.compile(f"^{re.escape(label)}")).first.click()
        self.page.keyboard.press("Escape")
        return self

    def value(self, name: str) -> str:
        return self.page.locator(f"#moods-{name} .dash-dropdown-value").inner_text()

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)

    def songs(self) -> dict[str, int]:
        """Name of each mood -> its songs, as the cards say."""
        found = self.page.locator(".mg-mood-card").evaluate_all(
            "cards => cards.map(c => [c.dataset.mood, c.querySelector('.mg-mood-songs').textContent])"
        )
        return {name: int(text.split()[0].replace(",", "")) for name, text in found}

    def bars(self) -> list[str]:
        """Features that the first card shows as the model's own."""
        return self.page.locator(".mg-mood-card").first.locator(".mg-mood-bars .mg-diverge-label").all_inner_texts()

    def numbers(self, chart: str) -> list[list[str]]:
        """Rows of a chart's table."""
        details = self.page.locator(f"#moods-{chart} details.mg-numbers")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        expect(details.locator("tbody tr").first).to_be_visible()
        return details.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(c => c.textContent))"
        )

    def done(self) -> Moods:
        expect(self.words).to_have_text("Done")
        return self


def stored(sql: Sql) -> dict[str, int]:
    return dict(sql("SELECT name, count(*) FROM song_moods GROUP BY name"))


def jobs_so_far() -> set[str]:
    folder = get_settings().data_dir / "jobs"
    return {path.name for path in folder.glob("*")} if folder.exists() else set()


@pytest.fixture
def moods(page: Page, site: str) -> Moods:
    return Moods(page, site)


# ---- looking ---------------------------------------------------------------------------------


def test_the_stored_model_is_shown_without_a_fit(moods: Moods, sql: Sql) -> None:
    before = jobs_so_far()
    moods.open()
    assert moods.songs() == stored(sql)
    assert moods.words.inner_text() == "The stored model, number 1"
    assert moods.value("k") == "6"
    expect(moods.page.locator("#moods-keep-button")).to_be_disabled()
    link = moods.page.locator(".mg-mood-card", has_text="Happy").get_by_text("Explore these")
    assert "explore?mood=Happy" in link.get_attribute("href")
    assert jobs_so_far() == before
    expect(moods.page.locator("#moods-years")).to_be_hidden()  # the demo's songs have no years
    expect(moods.page.locator("#moods-agreement")).to_be_hidden()  # it was the first model


def test_a_feature_by_mood_is_what_sql_says(moods: Moods, sql: Sql) -> None:
    moods.open()
    moods.choose("feature", "Tempo")
    expect(moods.page.locator("#moods-distribution-says")).to_contain_text("BPM")
    columns = list(zip(*moods.numbers("distribution"), strict=True))[1:]
    shown = dict(zip(moods.songs(), (sum(int(n.replace(",", "")) for n in column) for column in columns), strict=True))
    assert shown == dict(
        sql("SELECT name, count(tempo) FROM songs JOIN song_moods USING (song_id) GROUP BY name")
    )  # fmt: skip


def test_genres_by_mood_are_what_sql_says(moods: Moods, sql: Sql) -> None:
    moods.open()
    names = list(moods.songs())
    shown = {
        (row[0], name): int(number.replace(",", ""))
        for row in moods.numbers("genres")
        for name, number in zip(names, row[1:], strict=True)
    }
    expected = {
        (genre, mood): count
        for genre, mood, count in sql(
            "SELECT genres.name, song_moods.name, count(*) FROM song_moods JOIN song_genres USING (song_id) "
            "JOIN genres USING (genre_id) GROUP BY 1, 2"
        )
    }
    assert {pair: count for pair, count in shown.items() if count} == expected


def test_a_song_of_a_card_leads_to_its_page(moods: Moods) -> None:
    moods.open()
    song = moods.page.locator(".mg-mood-list a").first
    title = song.inner_text()
    song.click()
    expect(moods.page.locator(".mg-song-about h1")).to_have_text(title)
    moods.page.go_back()
    moods.shown()


# ---- choosing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label", "parameter", "said"),
    [
        ("algorithm", "MiniBatch K-Means", "minibatch", "MiniBatch K-Means, robust scaling"),
        ("algorithm", "Gaussian mixture", "gaussian", "Gaussian mixture, robust scaling"),
        ("scaling", "Quantile", "quantile", "K-Means, quantile scaling"),
        ("scaling", "Standard", "standard", "K-Means, standard scaling"),
    ],
)
def test_algorithm_and_scaling_fit_by_themselves(
    name: str, label: str, parameter: str, said: str, moods: Moods, sql: Sql
) -> None:
    moods.open()
    before = moods.songs()
    moods.choose(name, label)
    expect(moods.headline).to_contain_text(said)
    moods.shown()
    assert moods.query()[name] == [parameter]
    assert sum(moods.songs().values()) == sql("SELECT count(*) FROM songs")[0][0]
    assert moods.songs() != before
    # The table of agreement counts every song once, in its new mood and in the stored one.
    expect(moods.page.locator("#moods-agreement-says")).to_contain_text("model 1")
    rows = [[int(n.replace(",", "")) for n in row[1:]] for row in moods.numbers("agreement")]
    assert [sum(row) for row in rows] == list(moods.songs().values())
    assert [sum(column) for column in zip(*rows, strict=True)] == list(before.values())


def test_features_are_the_bars_of_the_cards(moods: Moods) -> None:
    moods.open()
    assert moods.bars() == ["Danceability", "Energy", "Valence", "Acousticness", "Loudness", "Tempo"]
    moods.choose("features", "Tempo")
    expect(moods.headline).to_contain_text("acousticness and loudness:")
    moods.shown()
    assert moods.bars() == ["Danceability", "Energy", "Valence", "Acousticness", "Loudness"]
    assert moods.query()["features"] == ["danceability,energy,valence,acousticness,loudness"]


def test_one_feature_is_too_few_and_the_moods_stay(moods: Moods) -> None:
    moods.open("features=energy,tempo&k=3")
    before = moods.songs()
    moods.choose("features", "Tempo")
    expect(moods.page.locator("#moods-problems")).to_contain_text("at least two features")
    assert moods.songs() == before
    moods.choose("features", "Valence")
    expect(moods.headline).to_contain_text("energy and valence")
    expect(moods.page.locator("#moods-problems")).to_be_empty()


def test_the_number_of_moods_by_dropdown_and_by_the_curve(moods: Moods, sql: Sql) -> None:
    moods.open()
    moods.choose("k", "3")
    expect(moods.page.locator(".mg-mood-card")).to_have_count(3)
    moods.shown()
    assert moods.query()["k"] == ["3"]
    assert sum(moods.songs().values()) == sql("SELECT count(*) FROM songs")[0][0]
    moods.done()
    assert [row[0] for row in moods.numbers("curve")] == [str(k) for k in range(2, 13)]
    inertia = [int(row[1].replace(",", "")) for row in moods.numbers("curve")]
    assert inertia == sorted(inertia, reverse=True)
    assert moods.page.locator(".mg-score-waiting").count() == 0
    assert "chosen" in moods.page.locator("[data-mg-k='3']").get_attribute("aria-label")
    moods.page.locator("[data-mg-k='4']").click()
    expect(moods.page.locator(".mg-mood-card")).to_have_count(4)
    expect(moods.page.locator("#moods-k .dash-dropdown-value")).to_have_text("4")
    assert moods.query()["k"] == ["4"]


def test_hdbscan_finds_its_own_number(moods: Moods) -> None:
    moods.open()
    moods.choose("algorithm", "HDBSCAN")
    expect(moods.page.locator("#moods-k-note")).to_have_text("HDBSCAN finds its own number.")
    expect(moods.page.locator("#moods-k")).to_be_disabled()
    expect(moods.headline).to_contain_text("HDBSCAN")
    moods.shown()
    assert "k" not in moods.query()
    assert 2 <= len(moods.songs()) <= 12
    moods.choose("algorithm", "K-Means")
    expect(moods.page.locator("#moods-k")).to_be_enabled()
    expect(moods.words).to_have_text("The stored model, number 1")


def test_the_songs_of_a_filter(moods: Moods, sql: Sql) -> None:
    moods.open(LOUD)
    loud = sql(f"SELECT count(*) FROM songs WHERE {LOUD_SQL}")[0][0]
    expect(moods.page.locator("#moods-filter")).to_contain_text(f"{loud:,} songs: energy at least 0.80")
    assert sum(moods.songs().values()) > loud  # so far it is the stored model's whole catalogue
    moods.choose("on", "The filter")
    expect(moods.headline).to_contain_text(f"{loud:,} songs (energy at least 0.80)")
    moods.shown()
    assert sum(moods.songs().values()) == loud
    assert moods.query()["on"] == ["filter"]
    moods.page.locator("#moods-filter .mg-chip").click()
    expect(moods.page.locator("#moods-filter")).to_contain_text("No filter.")
    assert "energy" not in moods.query()
    expect(moods.headline).to_contain_text(f"{sql('SELECT count(*) FROM songs')[0][0]:,} songs by")
    assert moods.songs() == stored(sql)


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
    moods.done()


def test_two_people_at_once(site: str, new_page: Callable[..., Page]) -> None:
    first, second = (Moods(new_page(), site).open() for _ in range(2))
    first.choose("k", "5")
    second.choose("k", "7")
    expect(first.page.locator(".mg-mood-card")).to_have_count(5)
    expect(second.page.locator(".mg-mood-card")).to_have_count(7)
    second.choose("k", "5")
    first.done()
    expect(second.page.locator(".mg-mood-card")).to_have_count(5)
    second.shown().done()
    assert first.songs() == second.songs()


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
    before = stored(sql)
    moods.open("k=4").done()
    kept, button = moods.page.locator("#moods-kept"), moods.page.locator("#moods-keep-button")
    for password, answer in (("", "is needed"), ("wrong one", "not the operations password")):
        moods.page.locator("#moods-password").fill(password)
        button.click()
        expect(kept).to_contain_text(answer)
        assert stored(sql) == before
    moods.page.locator("#moods-password").fill("right one")
    button.click()
    expect(kept).to_contain_text("Kept as model 2.")
    expect(moods.words).to_have_text("The stored model, number 2")
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
    expect(kept).to_contain_text("Model 1 is the stored one again.")
    expect(moods.page.locator(".mg-mood-card")).to_have_count(6)
    assert stored(sql) == before
    assert moods.query()["k"] == ["6"]
    until(moods.page, "document.querySelector('#moods-password').value === ''")
