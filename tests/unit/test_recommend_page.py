"""Recommend's layout: built without a database, ids each once, its store as its address is."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import parse_qs

import pytest
from dash.development.base_component import Component

from components import recommend_parts
from ml.similar_space import FEATURES
from pages._recommend_layout import page


def parts_of(whole: Component) -> dict[str, Component]:
    found = [each for each in whole._traverse() if isinstance(each, Component) and getattr(each, "id", None)]
    numbers = Counter(each.id for each in found)
    assert [name for name, count in numbers.items() if count > 1] == []
    assert all(name.startswith("recommend") for name in numbers)
    return {each.id: each for each in found}


def test_the_store_has_the_address_as_it_was_written() -> None:
    parts = parts_of(page({"seed": ["song:a", "mood:b & c"], "target_energy": "loud", "foo": "1"}))
    stored = parse_qs(parts["recommend-state"].data["query"])
    assert stored == {"seed": ["song:a", "mood:b & c"], "target_energy": ["loud"], "foo": ["1"]}


@pytest.mark.parametrize(
    ("query", "nothing"),
    [({}, True), ({"energy": "0.5.."}, True), ({"target_energy": "0.5"}, False), ({"seed": "song:a"}, False)],
)
def test_what_there_is_to_begin_with_has_the_lists_place(query: dict, nothing: bool) -> None:
    parts = parts_of(page(query))
    assert parts["recommend-empty"].hidden is not nothing
    assert parts["recommend-body"].hidden is nothing


def test_the_browser_is_told_of_every_feature_and_key() -> None:
    setup = json.loads(page({}).to_plotly_json()["props"]["data-setup"])
    assert list(setup["fields"]) == list(FEATURES)
    assert setup["keys"][1] == ["C major", "8B"]
    assert {"energy", "key", "mood", "genre", "explicit", "time", "area", "text", "year"} <= set(setup["filters"])


def test_there_is_room_for_every_slider() -> None:
    sliders = parts_of(recommend_parts.sliders(7))["recommend-sliders"]
    assert sliders.style == {"--rows": "7"}
