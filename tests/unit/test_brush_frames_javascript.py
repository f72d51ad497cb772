"""In which frames a moving brush is followed (assets/brush_frames.js), under node with a clock of the test's own."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "assets"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
let [now, frames, messages] = [0, [], []];
globalThis.window = {};
globalThis.performance = { now: () => now };
globalThis.requestAnimationFrame = (call) => frames.push(call);
globalThis.cancelAnimationFrame = () => (frames = []);
globalThis.MessageChannel = class {
    constructor() {
        this.port1 = {};
        this.port2 = { postMessage: () => messages.push(() => this.port1.onmessage()) };
    }
};
const FRAME = 1000 / 60;
/** Frames in which work was done, when it is asked for before each and takes so many ms in each. */
function worked(costs) {
    const found = [];
    costs.forEach((cost, number) => {
        now = Math.max(now, (number + 1) * FRAME);
        window.musicgroup.brushFrames.ask(() => { found.push(number); now += cost; });
        const due = frames;
        frames = [];
        due.forEach((call) => call((number + 1) * FRAME));
        messages.splice(0).forEach((call) => call());
    });
    return found;
}
"""


def worked(costs: list[float]) -> list[int]:
    source = _BROWSER + (ASSETS / "brush_frames.js").read_text()
    source += f"process.stdout.write(JSON.stringify(worked({json.dumps(costs)})));"
    return json.loads(subprocess.run(["node", "-e", source], capture_output=True, text=True, check=True).stdout)


def left_out(costs: list[float]) -> list[int]:
    done = worked(costs)
    return [number for number in range(len(costs)) if number not in done]


def test_every_frame_is_used_while_all_are_short() -> None:
    assert left_out([8.0] * 50) == []


def test_one_frame_is_left_out_after_a_long_one() -> None:
    assert left_out([8.0] * 10 + [14.0] + [8.0] * 10 + [14.0] + [8.0] * 10) == [11, 22]


def test_where_it_does_not_help_it_is_tried_ever_more_seldom() -> None:
    tries = left_out([14.0] * 400)
    apart = [after - before for before, after in itertools.pairwise(tries)]
    assert apart == sorted(apart)
    assert apart[0] < 10
    assert apart[-1] > 60
    assert len(tries) < 12


def test_it_helps_again_when_frames_are_short_again() -> None:
    costs = [14.0] * 400 + [8.0] * 100 + [14.0] + [8.0] * 20 + [14.0] + [8.0] * 20
    assert {501, 522} <= set(left_out(costs))


def test_what_was_cancelled_is_not_done() -> None:
    source = _BROWSER + (ASSETS / "brush_frames.js").read_text()
    source += """
        let done = 0;
        window.musicgroup.brushFrames.ask(() => (done += 1));
        window.musicgroup.brushFrames.cancel();
        frames.forEach((call) => call(FRAME));
        process.stdout.write(String(done) + worked([5, 5]).length);"""
    assert subprocess.run(["node", "-e", source], capture_output=True, text=True, check=True).stdout == "02"
