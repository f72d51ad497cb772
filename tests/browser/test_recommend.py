"""Recommend as a person uses it: each test asserts the songs that the engine gives for what was done."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Request, Response, expect

from data_access import catalogue, compare_ready, songs
from data_access.columns import open_store
from data_access.fields import FIELD_BY_NAME
from ml.recommender import Recommended, recommend
from ml.similar_space import FEATURES
from pages._recommend_state import RecommendState
from tests.browser.test_pages import ready
from tests.browser.waiting import until

ROWS = "#recommend-songs > li"
ON_ITS_WAY = "document.getElementById('recommend-busy').classList.contains('mg-busy-on')"


def seed(name: str = "linkin") -> str:
    return next(choice.token for choice in compare_ready.suggest(name) if choice.kind == "song")


def opened(page: Page, site: str, *seeds: str, **more: str) -> Page:
    page.goto(f"{site}recommend?{urlencode([('seed', token) for token in seeds] + list(more.items()))}")
    ready(page)
    return page


def query_of(page: Page) -> str:
    return urlsplit(page.url).query


def expected(query: str) -> Recommended:
    state, problems = RecommendState.from_text(query)
    assert problems == []
    return recommend(catalogue.current(), state.asked())


def expect_answer(page: Page, query: str | None = None) -> Recommended:
    """The list shows the engine's songs for a query (the address's), in order, with their scores and reasons."""
    found = expected(query_of(page) if query is None else query)
    expect(page.locator(".mg-recommend-title")).to_have_text([line.title for line in found.lines])
    scores = [f"{round(100 * round(score, 4)):d} %".replace("-", "−") for score in found.answer.scores.tolist()]
    shown = page.locator(".mg-recommend-score").all_text_contents()
    assert len(shown) == len(scores)
    for ours, theirs in zip(shown, scores, strict=True):  # halves are rounded in two ways
        assert abs(int(ours.replace("−", "-")[:-2]) - int(theirs.replace("−", "-")[:-2])) <= 1
    return found


def settled(page: Page, *words: str) -> None:
    """Until the address has these words, and no question is on its way."""
    until(page, f"{list(words)!r}.every((word) => location.search.includes(word)) && !({ON_ITS_WAY})")


def slide(page: Page, control: str, *keys: str) -> None:
    expect(page.locator(f"#recommend-{control}")).to_be_enabled()  # the catalogue's scales are there
    page.locator(f"#recommend-{control}").focus()
    for key in keys:
        page.keyboard.press(key)


def test_from_nothing_to_songs_by_keyboard_alone(site: str, page: Page) -> None:
    opened(page, site)
    expect(page.locator("#recommend-empty")).to_contain_text("Nothing to go by yet")
    expect(page.locator("#recommend-body")).to_be_hidden()
    page.locator("#recommend-add-text").focus()
    page.keyboard.type("linkin")
    expect(page.locator("#recommend-add [role=option]").first).to_contain_text("Linkin Park")
    page.keyboard.press("Enter")
    expect(page.locator(".mg-recommend-seed")).to_have_count(1)
    assert parse_qs(query_of(page)) == {"seed": ["artist:Linkin Park"]}
    found = expect_answer(page)
    pools = found.answer.pools
    expect(page.locator("#recommend-pools")).to_have_text(f"{pools.catalogue:,} songs, {pools.shown} shown")
    expect(page.locator(".mg-recommend-seed")).to_contain_text(f"artist · {len(found.seeds[0][1].song_ids)} songs")
    page.go_back()
    expect(page.locator("#recommend-empty")).to_be_visible()
    page.go_forward()
    expect_answer(page)
    page.get_by_role("button", name="Remove Linkin Park").press("Enter")
    expect(page.locator("#recommend-empty")).to_be_visible()
    until(page, "document.activeElement.id === 'recommend-add-text'")


def test_offers_lead_to_songs(site: str, page: Page) -> None:
    opened(page, site)
    page.locator(".mg-recommend-offer", has_text="Calmest").click()
    calmest = next(each.song for each in songs.extremes() if each.what == "Calmest")
    settled(page, "seed=song")
    assert parse_qs(query_of(page)) == {"seed": [f"song:{calmest.spotify_id}"]}
    expect_answer(page)


def test_a_target_alone_is_enough_and_follows_the_keys(site: str, page: Page) -> None:
    opened(page, site)
    slide(page, "target-energy", "Home", "ArrowRight", "ArrowRight")
    settled(page, "target_energy=0.02")
    found = expect_answer(page, "target_energy=0.02")
    assert found.song_values["energy"] < 0.2
    expect(page.locator("#recommend-target-energy")).to_have_attribute("aria-valuetext", "0.02")
    page.get_by_role("button", name="Energy: any value again").click()
    expect(page.locator("#recommend-empty")).to_be_visible()
    page.go_back()
    expect_answer(page, "target_energy=0.02")
    page.go_back()  # the three keys were one step
    expect(page.locator("#recommend-empty")).to_be_visible()


def test_songs_follow_a_slider_while_it_moves_one_question_at_a_time(site: str, page: Page) -> None:
    opened(page, site, seed())
    before = page.url
    on_their_way: set[Request] = set()
    most, asked = [0], []

    def came(response: Response) -> None:
        on_their_way.discard(response.request)

    def sent(request: Request) -> None:
        if "_dash-update" in request.url and "recommend-state" in (request.post_data or ""):
            on_their_way.add(request)
            asked.append(request)
            most[0] = max(most[0], len(on_their_way))

    page.on("request", sent)
    page.on("response", came)
    box = page.locator("#recommend-target-valence").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    first = page.locator(ROWS).first
    until(page, "document.getElementById('recommend-target-valence').value < 0.1")
    settled(page, "target_valence=")
    sombre = first.get_attribute("data-song")
    for step in range(60):
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * (step + 1) / 60, middle)
    until(page, "document.getElementById('recommend-target-valence').value > 0.9")
    until(page, f"document.querySelector('{ROWS}').dataset.song !== {sombre!r}")  # the button is still held
    page.mouse.up()
    settled(page, "target_valence=" + page.locator("#recommend-target-valence").input_value())
    expect_answer(page)
    assert most[0] == 1
    assert 2 <= len(asked) < 62
    page.go_back()
    assert page.url == before
    expect_answer(page)


def test_a_row_stays_while_its_song_does(site: str, page: Page) -> None:
    opened(page, site, seed())
    page.evaluate(f"document.querySelectorAll('{ROWS}').forEach((row) => (row.kept = row.dataset.song))")
    slide(page, "weight-energy", "ArrowRight")
    settled(page, "weight_energy=1.5")
    found = expect_answer(page)
    before = expected(query_of(page).replace("&weight_energy=1.5", ""))
    both = {line.spotify_id for line in found.lines} & {line.spotify_id for line in before.lines}
    assert len(both) > 3
    kept = page.evaluate(f"[...document.querySelectorAll('{ROWS}')].filter((row) => row.kept).map((row) => row.kept)")
    assert set(kept) == both
    assert page.evaluate(
        f"[...document.querySelectorAll('{ROWS}')].every((row) => !row.kept || row.kept === row.dataset.song)"
    )


def test_numbers_of_a_song_add_up_and_stay_open(site: str, page: Page) -> None:
    opened(page, site, seed())
    found = expect_answer(page)
    row = page.locator(ROWS).nth(1)
    row.get_by_role("button", name="Why").click()
    cells = row.locator("tbody tr td:last-child")
    expect(cells).to_have_count(len(found.answer.features) + 1)
    *each, whole = [float(text.removesuffix(" %").replace("−", "-")) for text in cells.all_text_contents()]
    assert sum(each) == pytest.approx(whole, abs=0.6)
    assert whole == pytest.approx(100 * found.answer.scores[1], abs=0.06)
    assert len(row.locator("rect").all()) == len(found.answer.features)
    assert row.locator("svg").get_attribute("aria-label")
    expect(row.locator(".mg-recommend-why")).to_contain_text("Closest in")
    identity = row.get_attribute("data-song")
    slide(page, "weight-tempo", "ArrowRight")
    settled(page, "weight_tempo=1.5")
    again = page.locator(f'[data-song="{identity}"]')
    if again.count():
        expect(again.locator(".mg-recommend-numbers")).to_be_visible()


def test_ready_made_settings_and_reset(site: str, page: Page) -> None:
    opened(page, site, seed(), mood="Energetic")
    for name, words in (
        ("Same energy", "weight_energy=4"),
        ("Same mood", "weight_valence=4"),
        ("For mixing", "harmony=6"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        settled(page, words)
        expect_answer(page)
    expect(page.get_by_label("For mixing with the first song")).to_be_checked()
    page.get_by_role("button", name="Surprise me").click()
    settled(page, "diversity=0.7")
    state, _ = RecommendState.from_text(query_of(page))
    assert len(state.targets) == 3
    assert (state.per_artist, state.harmony) == (1, None)
    expect_answer(page)
    page.get_by_role("button", name="Reset").click()
    until(page, "!location.search.includes('target')")
    assert parse_qs(query_of(page)) == {"seed": [seed()], "mood": ["Energetic"]}
    expect_answer(page)


def test_filters_narrow_and_say_so(site: str, page: Page) -> None:
    opened(page, site, seed(), energy="0.3..0.8")
    chips = page.locator("#recommend-chips .mg-chip")
    expect(chips).to_have_text(["energy 0.30–0.80×"])
    page.locator("#recommend-moods").get_by_role("button", name="Happy").click()
    settled(page, "mood=Happy")
    expect(chips).to_have_count(2)
    found = expect_answer(page)
    assert 0 < found.answer.pools.filtered < found.answer.pools.catalogue
    expect(page.locator("#recommend-pools")).to_contain_text(f"{found.answer.pools.filtered:,} after your filters")
    expect(page.locator(".mg-recommend-mood")).to_have_text(["Happy"] * len(found.lines))
    assert "mood=Happy" in (page.locator("#recommend-explore").get_attribute("href") or "")
    chips.first.click()
    until(page, "!location.search.includes('energy')")
    expect(chips).to_have_text(["Happy×"])
    expect_answer(page)
    page.locator("#recommend-moods").get_by_role("button", name="Happy").click()
    expect(chips).to_have_count(0)
    expect_answer(page)


def test_an_artist_can_be_left_out_and_back(site: str, page: Page) -> None:
    opened(page, site, seed())
    found = expect_answer(page)
    artist = found.lines[0].artists[0]
    page.locator(ROWS).first.get_by_role("button", name="Not this artist").click()
    settled(page, "not_artist=")
    without = expect_answer(page)
    assert all(artist not in line.artists for line in without.lines)
    page.locator("#recommend-unwanted").get_by_role("button", name=f"Not {artist}").click()
    until(page, "!location.search.includes('not_artist')")
    expect_answer(page)


def test_more_like_a_song_of_the_list(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="0.9", weight_tempo="2")
    song = page.locator(ROWS).nth(2)
    identity = song.get_attribute("data-song")
    link = song.get_by_role("link", name="More like")
    assert parse_qs(urlsplit(link.get_attribute("href") or "").query) == {"seed": [f"song:{identity}"]}
    away = song.get_by_role("link", name="Listen")
    assert away.get_attribute("href") == f"https://open.spotify.com/track/{identity}"
    assert (away.get_attribute("target"), away.get_attribute("rel")) == ("_blank", "noopener")
    link.click()
    settled(page, f"song%3A{identity}")
    assert parse_qs(query_of(page)) == {"seed": [f"song:{identity}"], "weight_tempo": ["2"]}
    expect_answer(page)


def test_twenty_more_and_into_the_playlist(site: str, page: Page) -> None:
    opened(page, site, seed())
    expect(page.locator(ROWS)).to_have_count(20)
    page.get_by_role("button", name="20 more").click()
    expect(page.locator(ROWS)).to_have_count(40)
    settled(page, "count=40")
    expect_answer(page)
    page.locator(ROWS).first.locator("[data-mg-add]").click()
    until(page, "window.musicgroup.playlist.ids().length === 1")
    expect(page.locator(ROWS).first.locator("[data-mg-add]")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Add all to the playlist").click()
    until(page, "window.musicgroup.playlist.ids().length === 40")
    shown = page.eval_on_selector_all(ROWS, "rows => rows.map((row) => row.dataset.song)")
    assert page.evaluate("window.musicgroup.playlist.ids()") == shown


def test_what_is_wrong_is_said_and_the_rest_is_used(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="loud", count="5", nonsense="1")
    problems = page.locator("#recommend-problems")
    expect(problems).to_contain_text("target_energy=loud is not a number")
    expect(page.locator(ROWS)).to_have_count(5)
    slide(page, "weight-tempo", "ArrowRight")
    settled(page, "weight_tempo=1.5")
    expect(problems).to_be_hidden()
    assert "loud" not in page.url
    expect_answer(page)
    opened(page, site, seed(), "artist:Nobody Of That Name")
    expect(problems).to_contain_text("Nobody Of That Name")
    expect(page.locator(".mg-recommend-seed")).to_have_count(1)


def test_no_weight_and_no_song_left_are_said(site: str, page: Page) -> None:
    opened(page, site, seed(), text="zzzzqqqq")
    expect(page.locator("#recommend-nothing")).to_contain_text("No song is left")
    expect(page.locator(ROWS)).to_have_count(0)
    zero = {f"weight_{name}": "0" for name in page.evaluate("Object.keys(window.musicgroup.recommend.setup().fields)")}
    opened(page, site, seed(), **zero)
    expect(page.locator("#recommend-nothing")).to_contain_text("weight")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#recommend-nothing")).to_be_hidden()
    expect(page.locator(ROWS)).to_have_count(20)


def test_a_year_that_ends_before_it_begins_is_not_asked_for(site: str, page: Page) -> None:
    opened(page, site, seed())
    if page.locator("#recommend-years").is_hidden():
        pytest.skip("the catalogue has no years")
    page.locator("#recommend-year-from").fill("2015")
    page.locator("#recommend-year-to").fill("1990")
    page.keyboard.press("Tab")
    expect(page.locator("#recommend-year-to")).to_have_attribute("aria-invalid", "true")
    assert "2015..1990" not in page.url


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_room(site: str, new_page, dark: bool) -> None:
    page = new_page(390, 844, dark=dark)
    opened(page, site, seed(), "artist:Linkin Park", weight_energy="3", mood="Energetic")
    expect(page.locator(ROWS).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#recommend-folded")).to_be_hidden()
    page.locator("#recommend-fold").press("Enter")
    expect(page.locator("#recommend-target-energy")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    slide(page, "target-energy", "ArrowRight")
    settled(page, "target_energy=")
    expect_answer(page)


def test_the_radar_has_its_numbers(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="0.25")
    found = expect_answer(page)
    page.locator("#recommend-radar-card summary").click()
    store = open_store(catalogue.current())
    names = [of.name for of in store.fields if of.name in FEATURES]
    aims = {name: found.seed_values[name] for name in names} | {"energy": 0.25}
    for values, column in ((aims, 2), ({name: found.song_values[name] for name in names}, 3)):
        shares = songs.percentiles(store, values)
        shown = page.locator(f"#recommend-radar-numbers tbody td:nth-child({column})").all_text_contents()
        assert len(shown) == len(names)
        for text, name in zip(shown, names, strict=True):
            value, _, share = text.removesuffix(" %)").rpartition(" (")
            assert value == FIELD_BY_NAME[name].format(values[name])
            assert int(share) == pytest.approx(100 * shares[name], abs=0.6)
    expect(page.locator("#recommend-radar-says")).to_contain_text("furthest apart in")


def test_the_browser_reads_and_writes_addresses_as_the_server_does(site: str, page: Page) -> None:
    opened(page, site)
    for query in (
        "",
        "seed=song%3Aa&seed=mood%3Acalm+%26+warm&seed=song%3Aa&count=40&per_artist=3",
        "target_energy=0.5&target_loudness=-7.25&weight_tempo=2.5&weight_energy=1&weight_valence=0",
        "not_artist=Bj%C3%B6rk&not_artist=AC%2FDC&diversity=0.4&harmony=0&energy=0.5..%3C0.9&key=Am&text=love+me",
        "count=0&count=2.5&per_artist=x&diversity=2&harmony=-1&target_energy=&weight_energy=101&target_sadness=1&utm=x",
    ):
        written = page.evaluate(
            "(query) => window.musicgroup.recommend.write(window.musicgroup.recommend.parse(query))", query
        )
        ours, problems = RecommendState.from_text(written)
        assert problems == []
        assert ours == RecommendState.from_text(query)[0]


def test_nothing_jumps_when_the_answer_comes(site: str, page: Page) -> None:
    page.add_init_script(
        """window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
             window.shifts.push(entry.value))).observe({type: 'layout-shift', buffered: true})"""
    )
    opened(page, site, seed())
    expect(page.locator(ROWS)).to_have_count(20)
    assert sum(page.evaluate("window.shifts")) < 0.05
