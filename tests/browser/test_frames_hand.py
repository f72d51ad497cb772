"""The hand of the frame benchmark: what it plays arrives in the page as a person's pointer would."""

from __future__ import annotations

from playwright.sync_api import Browser

from benchmarks import frames_hand, frames_pages
from benchmarks.frames_trace import Box, Gesture
from benchmarks.serving import CHROMIUM, CHROMIUM_FLAGS
from tests.browser.waiting import until
from tests.servers import free_port


def test_every_move_of_a_gesture_arrives_in_its_place(chromium: Browser) -> None:
    port = free_port()
    points = tuple(place / 40 for place in range(41))
    with frames_pages.floor("a box", frames_pages.ONE_BOX) as floor:
        own = chromium.browser_type.launch(
            executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, f"--remote-debugging-port={port}"]
        )
        tab = own.new_page()
        tab.add_init_script(path=frames_pages.SCRIPTS / "recorder.js")
        tab.goto(floor.address)
        tab.evaluate(floor.hooks)
        tab.evaluate("ends = []; onpointerdown = onpointerup = ({ type, clientX }) => ends.push([type, clientX]); 0")
        with frames_hand.hand(port, floor.address) as hand:
            frames_hand.play(hand, Box(100, 100, 400, 90), Gesture("draw", points))
        until(tab, "ends.length === 2 && brushFrames.shown.at(-1)?.songs === 400")
        log, ends = tab.evaluate("[brushFrames, ends]")
        own.close()
    arrived = [at for move in log["moves"] for at in move["arrived"]]
    assert len(arrived) == 40
    assert arrived == sorted(arrived)
    assert log["brushes"][-1]["ranges"] == {"floor": {"low": 0, "high": 400}}
    assert log["shown"][-1]["songs"] == 400
    assert ends == [["pointerdown", 100], ["pointerup", 500]]
