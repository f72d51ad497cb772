"""Explore's layout: built from a URL alone, complete, and not large."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dash._utils import to_json

from components import facets
from data_access.explore import SORTABLE
from data_access.fields import FIELDS
from data_access.filters import SongFilter
from pages import _explore_parts as parts
from pages._explore_state import ExploreState


def walk(component):
    """Every component below and including this one."""
    if isinstance(component, (list, tuple)):
        for each in component:
            yield from walk(each)
    elif hasattr(component, "to_plotly_json"):
        yield component
        yield from walk(getattr(component, "children", None))


def test_every_field_has_a_card_with_a_brush_and_two_boxes():
    for field in FIELDS:
        ids = {getattr(part, "id", None) for part in walk(parts.histogram_card(field))}
        name = f"explore-{field.name}"
        assert {f"{name}-brush", f"{name}-low", f"{name}-high", f"{name}-problem", f"{name}-chart"} <= ids


def test_a_column_of_a_brush_is_some_codes_and_can_be_written():
    for field in FIELDS:
        axis = parts.axis_of(field)
        assert axis["snap"] * field.columns == pytest.approx(field.high - field.low)
        assert axis["step"] / axis["snap"] == field.codes_per_bar / field.codes_per_column
        unit = 1000 if field.name == "duration_ms" else 10**-field.decimals
        assert axis["snap"] / unit == pytest.approx(round(axis["snap"] / unit))


def test_keys_move_a_brush_by_the_bars_of_the_histogram():
    for field in FIELDS:
        axis = parts.axis_of(field)
        edges = [min(axis["low"] + i * axis["step"], axis["high"]) for i in range(field.bars + 1)]
        assert edges == pytest.approx([float(edge) for edge in field.bar_edges], abs=1e-4)


def test_every_key_has_one_button_that_the_filter_understands():
    column = parts.filter_column(ExploreState())
    pairs = [getattr(part, "data-facet") for part in walk(column) if hasattr(part, "data-facet")]
    keys = [pair.removeprefix("key=") for pair in pairs if pair.startswith("key=")]

    found, problems = SongFilter.from_query({"key": keys})
    assert not problems
    assert found.keys == frozenset(range(25))
    assert len(keys) == 25


def test_a_minor_stands_inside_of_c_major():
    circle = facets.circle_of_fifths("says", [("key=C", "C", "C major")], [("key=Am", "Am", "A minor")])
    c, a_minor = (part.style for part in walk(circle) if hasattr(part, "data-facet"))

    assert c["left"] == a_minor["left"] == "50.00%"
    assert float(c["top"].removesuffix("%")) < float(a_minor["top"].removesuffix("%")) < 50


def test_every_column_with_values_can_be_sorted_by():
    columns = parts.table_columns("title")
    assert {column["field"] for column in columns if column.get("sortable", True)} <= SORTABLE


def test_the_order_of_the_url_stands_at_its_column():
    columns = {column["field"]: column.get("initialSort") for column in parts.table_columns("-tempo")}

    assert columns.pop("tempo") == "desc"
    assert not any(columns.values())


def test_cells_are_drawn_by_functions_that_exist():
    source = (Path(__file__).resolve().parents[2] / "assets" / "grid.js").read_text()
    for column in parts.table_columns("title"):
        if "cellRenderer" in column:
            assert f"components.{column['cellRenderer']} =" in source
        if "valueFormatter" in column:
            assert column["valueFormatter"]["function"].startswith("mgValue(params,")


def test_the_setup_for_the_browser_is_small_and_names_every_parameter():
    setup = json.loads(parts.setup())

    assert len(parts.setup()) < 5000
    everything = SongFilter(
        keys=frozenset({1}), time_signatures=frozenset({3}), explicit=True, genres=frozenset({"a"}),
        moods=frozenset({"a"}), area=(1, ((0, 0), (1, 0), (1, 1))),
        artists=frozenset({"a"}), albums=frozenset({"a"}), playlists=frozenset({"a"}), text="a",
    )  # fmt: skip
    assert {pair.split("=")[0] for pair in everything.to_query().split("&")} <= set(setup["parameters"])


def test_a_card_is_small():
    assert len(to_json(parts.histogram_card(FIELDS[0]))) < 6000
