"""The map's frame: what assets/map*.js looks for is there, and can be reached and understood without seeing it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components import map_parts

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def walk(component):
    """Every component below and including this one."""
    if isinstance(component, (list, tuple)):
        for each in component:
            yield from walk(each)
    elif hasattr(component, "to_plotly_json"):
        yield component
        yield from walk(getattr(component, "children", None))


CARD = map_parts.map_card("Songs", "why")


def test_every_element_that_the_scripts_ask_for_is_there():
    ids = {getattr(part, "id", None) for part in walk(CARD)} - {None}
    asked = {
        name for file in ASSETS.glob("map*.js") for name in re.findall(r'byId\("(map-[a-z-]+)"\)', file.read_text())
    } - {"map-page"}  # the page's own
    assert len(asked) > 6
    assert asked <= ids


def test_every_tool_says_its_key_and_the_keys_are_explained():
    tools = [part for part in walk(CARD) if "mg-map-tool" in (getattr(part, "className", "") or "").split()]
    assert len(tools) == 6
    assert all(re.search(r"\(.+\)$", tool.title) for tool in tools)
    canvas = next(part for part in walk(CARD) if getattr(part, "id", None) == "map-canvas")
    ids = {getattr(part, "id", None) for part in walk(CARD)}
    assert canvas.tabIndex == "0"
    assert set(getattr(canvas, "aria-describedby").split()) <= ids


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("quiet, acoustic ↔ loud, electronic", ["quiet, acoustic", "loud, electronic"]),
        ("left to right", ["left to right"]),
        ("", []),
    ],
)
def test_an_axis_has_a_word_at_each_end(words: str, ends: list[str]):
    spans = [part.children for part in walk(map_parts.axis_words(words)) if type(part).__name__ == "Span"]
    assert spans == ends


@pytest.mark.parametrize(("songs", "words"), [(1, "1 song in"), (0, "0 songs in"), (12_345, "12,345 songs in")])
def test_what_an_area_holds(songs: int, words: str):
    panel = map_parts.drawn_panel(songs, "link")
    said = "".join(child if isinstance(child, str) else child.children for part in panel[:1] for child in part.children)
    assert said.startswith(words)
    assert getattr(panel[-1], "data-remove") == "area"
