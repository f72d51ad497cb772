"""Moods as a person uses it: what is shown, and every dropdown; numbers compared with SQL of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from tests.browser.moods_page import FITS_MS, Moods, Sql, jobs_so_far, number, queries, stored
from tests.browser.waiting import deliver, hold

LOUD = "energy=0.8.."
LOUD_SQL = "energy >= 0.8::real"

# From now on `seen` has, for every moment at which something changed, the scaling of the sentence on top and the
# songs of the cards.
WATCH = """() => {
  const note = () => {
    const scaling = document.getElementById('moods-headline').textContent.match(/(\\S+) scaling/)?.[1];
    const cards = [...document.querySelectorAll('.mg-mood-card .mg-mood-songs')];
    const songs = cards.map((card) => Number(card.textContent.split(/\\s/)[0].replaceAll(',', '')));
    window.seen.push([scaling, songs]);
  };
  window.seen = [];
  note();
  new MutationObserver(note).observe(document.getElementById('moods-page'), {
    subtree: true, childList: true, characterData: true,
  });
}"""


@pytest.fixture(scope="module")
def sql(database: str, demo_catalogue: Catalogue) -> Iterator[Sql]:
    """Runs a query on the demo catalogue's tables."""
    with queries(database, demo_catalogue.version) as run:
        yield run


@pytest.fixture
def moods(page: Page, site: str) -> Moods:
    return Moods(page, site)


# ---- looking ---------------------------------------------------------------------------------


def test_the_stored_model_is_shown_without_a_fit(moods: Moods, sql: Sql) -> None:
    before = jobs_so_far()
    moods.open()
    assert moods.songs() == stored(sql)
    assert moods.words.inner_text() == f"The stored model, number {number(sql)}"
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
    expect(moods.page.locator("#moods-agreement-says")).to_contain_text(f"model {number(sql)}:")
    rows = [[int(n.replace(",", "")) for n in row[1:]] for row in moods.numbers("agreement")]
    assert [sum(row) for row in rows] == list(moods.songs().values())
    assert [sum(column) for column in zip(*rows, strict=True)] == list(before.values())


def test_the_sentence_and_the_cards_change_at_one_moment(moods: Moods) -> None:
    moods.open()
    moods.page.evaluate(WATCH)
    before = moods.songs()
    moods.choose("scaling", "Standard")
    expect(moods.headline).to_contain_text("standard scaling")
    moods.shown()
    seen = moods.page.evaluate("seen")
    assert seen[0] == ["robust", list(before.values())]
    assert seen[-1] == ["standard", list(moods.songs().values())]
    assert list(before.values()) not in [songs for scaling, songs in seen if scaling == "standard"]


def test_what_is_shown_is_dimmed_until_the_cards_of_the_choice_are_there(moods: Moods) -> None:
    moods.open()
    dimmed = re.compile("mg-moods-stale")
    whole = moods.page.locator("#moods-page")
    hold(moods.page, "moods-cards-islands", "moods-genres-islands")
    moods.choose("scaling", "Min-max")
    expect(moods.words).to_have_text("Done", timeout=FITS_MS)
    expect(whole).to_have_class(dimmed)
    expect(moods.headline).to_contain_text("robust scaling")
    deliver(moods.page)
    expect(moods.headline).to_contain_text("min-max scaling")
    expect(whole).not_to_have_class(dimmed)
    expect(moods.page.locator("#moods-page [data-old]")).to_have_count(0)
    moods.page.go_back()
    expect(moods.headline).to_contain_text("robust scaling")  # the stored model, without a fit
    expect(whole).not_to_have_class(dimmed)


def test_a_chart_that_comes_later_than_the_cards_is_dimmed_until_then(moods: Moods) -> None:
    moods.open()
    expect(moods.page.locator("#moods-genres tbody tr").first).to_be_attached()
    genres = moods.page.locator("#moods-genres")
    hold(moods.page, "moods-genres-islands")
    moods.choose("k", "4")
    expect(moods.page.locator(".mg-mood-card")).to_have_count(4)
    expect(genres.locator("thead th")).to_have_count(7)
    expect(genres).to_have_css("opacity", "0.45")
    deliver(moods.page)
    expect(genres.locator("thead th")).to_have_count(5)
    expect(genres).to_have_css("opacity", "1")


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
    # The last of the curve and the scores comes a moment later.
    expect(moods.page.locator("[data-mg-k='3']")).to_have_attribute("aria-label", re.compile("chosen"))
    expect(moods.page.locator("#moods-curve tbody tr")).to_have_count(11)
    expect(moods.page.locator(".mg-score-waiting")).to_have_count(0)
    assert [row[0] for row in moods.numbers("curve")] == [str(k) for k in range(2, 13)]
    inertia = [int(row[1].replace(",", "")) for row in moods.numbers("curve")]
    assert inertia == sorted(inertia, reverse=True)
    moods.page.locator("[data-mg-k='4']").click()
    expect(moods.page.locator(".mg-mood-card")).to_have_count(4)
    expect(moods.page.locator("#moods-k .dash-dropdown-value")).to_have_text("4")
    assert moods.query()["k"] == ["4"]


def test_hdbscan_finds_its_own_number(moods: Moods, sql: Sql) -> None:
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
    expect(moods.words).to_have_text(f"The stored model, number {number(sql)}")


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
