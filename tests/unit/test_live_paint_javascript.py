"""What is painted while a brush moves is scaled as Python scales it for the figures."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import charts

ASSETS = Path(__file__).resolve().parents[2] / "assets"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
globalThis.window = {};
globalThis.document = { addEventListener() {}, documentElement: {}, querySelectorAll: () => [] };
"""


def run(expression: str) -> list:
    """The value of a JavaScript expression after assets/live_paint.js was loaded."""
    source = f"{_BROWSER}{(ASSETS / 'live_paint.js').read_text()}\nconst mg = window.musicgroup;\n"
    source += f"process.stdout.write(JSON.stringify({expression}));"
    return json.loads(subprocess.run(["node", "-e", source], capture_output=True, text=True, check=True).stdout)


pairs = st.integers(1, 60).flatmap(
    lambda bars: st.tuples(*[st.lists(st.integers(0, 1_000_000), min_size=bars, max_size=bars)] * 2)
)


@given(st.lists(pairs, min_size=20, max_size=20))
@settings(max_examples=5, deadline=None)
def test_heights_are_those_of_the_figures(cases):
    found = run(
        f"""{json.dumps(cases)}.map((counts) => {{
            const heights = counts.map((each) => new Float64Array(each.length));
            mg.paint.scaledInto(heights, counts);
            return heights.map((each) => [...each]);
        }})"""
    )
    for counts, heights in zip(cases, found, strict=True):
        for mine, expected in zip(heights, charts.scaled(*counts), strict=True):
            assert mine == pytest.approx(expected, rel=1e-12)


def test_it_says_whether_there_is_anything_new_to_paint():
    steps = [[[1, 2], [0, 4]], [[1, 2], [0, 4]], [[1, 2], [0, 8]], [[1, 2], [1, 7]], [[1, 2], [0, 0]]]
    found = run(
        f"""{json.dumps(steps)}.reduce((found, counts) => {{
            found.said.push(mg.paint.scaledInto(found.heights, counts));
            return found;
        }}, {{ heights: [new Float64Array(2), new Float64Array(2)], said: [] }}).said"""
    )
    # Twice as many songs in the same bars have the same shares.
    assert found == [True, False, False, True, True]
