"""Which tiles the browser asks for, keeps and lets go of: assets/live_store.js under node, with a fetch of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.live_browser import needs_node, run, wire

pytestmark = needs_node

TILE = wire([2], [{"name": "all", "at": 0, "size": 1}], np.arange(3).reshape(3, 1))

# `calls` are the addresses asked for; `answers` says what comes: a status, "lost", "never", or a number of bytes.
_SERVER = """
const calls = [], states = [], aborted = [];
let answers = () => 200;
let now = 1e9;
Date.now = () => now;
const later = globalThis.setTimeout;
globalThis.setTimeout = (work) => later(work, 0); // pauses are over at once
window.requestIdleCallback = (work) => later(work, 0);
document.addEventListener("mg-live-state", (event) => states.push(event.detail.state));
window.fetch = (address, { signal }) => {
    calls.push(address);
    const answer = answers(address);
    return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => { aborted.push(address); reject(new Error("aborted")); });
        if (answer === "lost") later(() => reject(new TypeError("no network")), 0);
        else if (answer !== "never") later(() => resolve({
            ok: answer === 200, status: answer, arrayBuffer: async () => bytes(data.tile),
        }), 0);
    });
};
const quiet = () => new Promise((resolve) => later(resolve, 30));
const { tiles } = mg;
const songs = (tile) => tile && [...mg.tile.read(tile, [null]).all];
const filter = "tempo=100..%3C120&energy=..0.5&key=Am&key=C";
const context = { of: "1 now", filter, x: "energy", y: "valence", by: ["energy"] };
"""


def play(script: str, tile: str = TILE) -> Any:
    """What a script gives that runs against the server above, after `setContext`."""
    return run(f"(async () => {{ {_SERVER} tiles.setContext(context); {script} }})()", {"tile": tile})


def queries(calls: list[str]) -> list[dict]:
    assert all(urlsplit(call).path == "/explore/tile" for call in calls)
    return [parse_qs(urlsplit(call).query) for call in calls]


def test_a_tile_is_asked_for_without_the_ranges_of_its_own_chart():
    calls = play(
        "for (const [active, part] of [['tempo', 'bars'], ['year', 'wide'], ['energy,tempo', 'bars']])"
        " await tiles.want(active, part); return calls;"
    )

    common = {"of": ["1 now"], "key": ["Am", "C"]}
    ranges = {"tempo": ["100..<120"], "energy": ["..0.5"]}
    assert queries(calls) == [
        common | {"active": ["tempo"], "part": ["bars"], "energy": ranges["energy"]},
        common | ranges | {"active": ["year"], "part": ["wide"], "x": ["energy"], "y": ["valence"], "by": ["energy"]},
        common | {"active": ["energy,tempo"], "part": ["bars"]},
    ]


def test_a_tile_is_asked_for_once():
    found = play(
        """const before = tiles.peek("tempo", "bars");
        const both = await Promise.all([tiles.want("tempo", "bars"), tiles.want("tempo", "bars")]);
        tiles.setContext({ ...context, filter: context.filter.replace("100", "90") }); // its own range
        const again = await tiles.want("tempo", "bars");
        return { before, same: both.every((tile) => tile === again), peeked: songs(tiles.peek("tempo", "bars")),
                 calls: calls.length };"""
    )

    assert found == {"before": None, "same": True, "peeked": [3], "calls": 1}


def test_the_wide_tile_follows_what_the_wide_charts_show():
    found = play(
        """await tiles.want("tempo", "bars"); await tiles.want("tempo", "wide");
        tiles.setContext({ ...context, x: "loudness" });
        return [tiles.peek("tempo", "bars") !== null, tiles.peek("tempo", "wide")];"""
    )

    assert found == [True, None]


def test_back_to_an_earlier_filter_asks_nobody():
    found = play(
        """await tiles.want("tempo", "bars");
        tiles.setContext({ ...context, filter: "" });
        const other = tiles.peek("tempo", "bars");
        tiles.setContext(context);
        return [other, songs(await tiles.want("tempo", "bars")), calls.length];"""
    )

    assert found == [None, [3], 1]


def test_what_is_no_longer_of_use_is_aborted_and_the_rest_goes_on():
    found = play(
        """answers = (address) => (address.includes("active=energy") ? "never" : 200);
        const late = [tiles.want("energy", "bars"), tiles.want("tempo", "bars")];
        tiles.setContext({ ...context, filter: "tempo=1..2&energy=..0.5&key=Am&key=C" });
        const came = await Promise.all(late);
        await quiet();
        return { came: came.map(songs), aborted: aborted.length, offline: tiles.offline(), states };"""
    )

    assert found == {"came": [None, [3]], "aborted": 1, "offline": False, "states": []}


def test_who_comes_back_to_a_filter_does_not_wait_for_what_was_aborted():
    found = play(
        """answers = () => (calls.length > 1 ? 200 : "never");
        const first = tiles.want("energy", "bars");
        tiles.setContext({ ...context, filter: "" });
        tiles.setContext(context);
        const second = await tiles.want("energy", "bars");
        return [songs(second), songs(await first), calls.length];"""
    )

    assert found == [[3], None, 2]


def test_three_failures_in_a_row_are_a_lost_connection_until_an_answer_comes():
    found = play(
        """answers = () => (calls.length < 3 ? "lost" : 503);
        const first = await tiles.want("tempo", "bars");
        const lost = [first, calls.length, tiles.offline()];
        await tiles.want("tempo", "bars"); // too early to ask again
        const early = calls.length;
        now += 5000;
        await tiles.want("tempo", "bars");
        const once = calls.length;
        now += 5000; answers = () => 200;
        const last = songs(await tiles.want("tempo", "bars"));
        return { lost, early, once, last, offline: tiles.offline(), states };"""
    )

    assert found == {
        "lost": [None, 3, True], "early": 3, "once": 4, "last": [3], "offline": False, "states": ["offline", "live"],
    }  # fmt: skip


def test_one_failure_is_not_felt():
    found = play(
        """answers = () => (calls.length === 1 ? "lost" : 200);
        return [songs(await tiles.want("tempo", "bars")), calls.length, states];"""
    )
    assert found == [[3], 2, []]


def test_when_the_machine_is_back_online_nobody_waits():
    found = play(
        """answers = () => "lost";
        await tiles.want("tempo", "bars");
        answers = () => 200; heard.online();
        return songs(await tiles.want("tempo", "bars"));"""
    )
    assert found == [3]


def test_a_filter_that_the_server_refuses_is_not_asked_again_and_is_no_lost_connection():
    found = play(
        """answers = () => 400;
        for (let i = 0; i < 4; i++) await tiles.want("tempo", "bars");
        const refused = [calls.length, tiles.offline()];
        answers = () => 200;
        return [...refused, songs(await tiles.want("year", "bars"))];"""
    )
    assert found == [1, False, [3]]


def test_another_catalogue_stops_it_until_the_page_has_its_numbers():
    found = play(
        """await tiles.want("year", "bars");
        answers = () => 409;
        await tiles.want("tempo", "bars"); await tiles.want("energy", "bars");
        const stopped = [calls.length, tiles.offline()];
        answers = () => 200;
        tiles.setContext({ ...context, of: "2 later" });
        return { stopped, old: tiles.peek("year", "bars"), now: songs(await tiles.want("tempo", "bars")), states };"""
    )
    assert found == {"stopped": [2, True], "old": None, "now": [3], "states": ["changed", "live"]}


def test_tiles_are_fetched_ahead_one_after_the_other_and_each_once():
    found = play(
        """let [at_once, most] = [0, 0];
        const plain = window.fetch;
        window.fetch = (...all) => { most = Math.max(most, ++at_once); return plain(...all).finally(() => at_once--); };
        await tiles.want("tempo", "bars");
        tiles.ahead(["tempo", "year"]);
        for (let i = 0; i < 4; i++) await quiet();
        tiles.ahead(["year", "tempo"]);
        await quiet();
        const list = [["tempo", "bars"], ["tempo", "wide"], ["year", "bars"], ["year", "wide"]];
        return { calls, most, there: list.map((each) => songs(tiles.peek(...each))) };"""
    )
    asked = [(query["active"], query["part"]) for query in queries(found["calls"])]
    assert asked == [(["tempo"], ["bars"]), (["year"], ["bars"]), (["tempo"], ["wide"]), (["year"], ["wide"])]
    assert found["most"] == 1
    assert found["there"] == [[3]] * 4


def test_what_a_person_waits_for_goes_before_what_is_fetched_ahead():
    found = play(
        """const plain = window.fetch;
        let answered;
        window.fetch = (...all) => (answered ? plain(...all) : new Promise((resolve) => (answered = resolve))
            .then(() => plain(...all)));
        tiles.ahead(["tempo", "year"]);
        const wanted = tiles.want("energy", "bars");
        await quiet();
        const meanwhile = calls.length;
        answered();
        await wanted; for (let i = 0; i < 5; i++) await quiet();
        return [meanwhile, calls];"""
    )
    assert found[0] == 0
    assert [query["active"][0] for query in queries(found[1])] == ["energy", "tempo", "year", "tempo", "year"]


@pytest.mark.parametrize("lost", [True, False])
def test_nothing_is_fetched_ahead_without_a_connection_or_against_a_wish_to_save_data(lost: bool):
    found = play(
        f"""const lost = {json.dumps(lost)};
        if (lost) {{ answers = () => "lost"; await tiles.want("tempo", "bars"); answers = () => 200; }}
        else window.navigator = {{ connection: {{ saveData: true }} }};
        const before = calls.length;
        tiles.ahead(["year", "energy"]);
        await quiet();
        return calls.length - before;"""
    )
    assert found == 0


def big(bins: int) -> str:
    """A tile of 3 * `bins` bytes, whose sums are 20 * `bins`."""
    return wire([2], [{"name": "all", "at": 0, "size": bins}], np.full((3, bins), 1))


def test_what_was_not_used_for_long_makes_room():
    found = play(
        """const most = [], names = ["energy", "valence", "liveness", "tempo", "year"];
        for (const name of names) {
            for (const part of ["bars", "wide"]) { await tiles.want(name, part); most.push(tiles.bytes()); }
        }
        const there = names.map((name) => tiles.peek(name, "wide") !== null);
        const asked = calls.length;
        await tiles.want("energy", "wide");
        return { most: Math.max(...most), there, again: calls.length - asked };""",
        big(100_000),
    )
    assert found["there"] == [False, True, True, True, True]
    assert 14e6 < found["most"] <= 16e6
    assert found["again"] == 1


def test_both_parts_of_the_chart_in_hand_are_kept_however_large_they_are():
    found = play(
        """await tiles.want("tempo", "bars");
        await tiles.want("year", "bars"); await tiles.want("year", "wide");
        const pair = () => [tiles.peek("year", "bars"), tiles.peek("year", "wide")];
        const [bars, wide] = pair();
        return [tiles.peek("tempo", "bars"), pair()[0] === bars, pair()[1] === wide];""",
        big(500_000),
    )
    assert found == [None, True, True]


def test_what_is_fetched_ahead_pushes_nothing_out_and_is_not_fetched_over_and_over():
    found = play(
        """await tiles.want("energy", "bars");
        const charts = ["valence", "liveness", "tempo", "year", "loudness"];
        for (let i = 0; i < 2; i++) { tiles.ahead(charts); for (let i = 0; i < 12; i++) await quiet(); }
        const asked = [calls.length];
        for (const [name, part] of [["energy", "bars"], ["valence", "bars"], ["loudness", "wide"]]) {
            await tiles.want(name, part); asked.push(calls.length);
        }
        return asked;""",
        big(250_000),
    )
    assert found == [11, 11, 11, 12]  # there was room for all but the last


def test_bytes_that_are_no_tile_are_an_error_that_is_told_once_and_never_asked_again():
    found = play(
        """const told = [];
        process.on("uncaughtException", (error) => told.push(error.message));
        const first = await tiles.want("tempo", "bars");
        const second = await tiles.want("tempo", "bars");
        await quiet();
        return [first, second, tiles.peek("tempo", "bars"), calls.length, told.length];""",
        "AAAA",
    )
    assert found == [None, None, None, 1, 1]


def test_without_a_context_there_is_nothing_to_ask():
    found = run(
        "[mg.tiles.peek('tempo', 'bars'), await mg.tiles.want('tempo', 'bars'), mg.tiles.offline(), mg.tiles.bytes()]"
    )
    assert found == [None, None, False, 0]


def test_a_list_that_is_taken_back_before_the_browser_is_idle_asks_for_nothing():
    calls = play('tiles.ahead(["tempo"]); tiles.ahead([]); await quiet(); return calls;')

    assert calls == []


def test_nothing_is_fetched_ahead_while_a_brush_is_held():
    first, then = play(
        """let holds = true;
        mg.live = { held: () => holds };
        tiles.ahead(["tempo"]);
        await quiet();
        const meanwhile = calls.length;
        holds = false;
        await quiet();
        return [meanwhile, calls.length];"""
    )

    assert (first, then) == (0, 2)
