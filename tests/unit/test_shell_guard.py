"""Guarded callbacks: each named error has its state, and a region goes on by itself."""

from __future__ import annotations

import pytest
from dash import Output, no_update
from dash.exceptions import PreventUpdate

from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow, TooManyRows
from data_access.models import NoModel
from pages import _guard as guard


def outcome(function, n_outputs: int = 1, ticks: int = 0) -> tuple:
    return guard._outcome("a-region", function, (), n_outputs, ticks)


def raising(error: Exception):
    def function() -> None:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "kind", "again_ms"),
    [
        (DatabaseDown("gone"), "mg-state-down", guard.SOON_MS),
        (NoCatalogue("none"), "mg-state-no-catalogue", guard.SOON_MS),
        (NoModel("none"), "mg-state-no-model", guard.SOON_MS),
        (QueryTooSlow("slow"), "mg-state-too-slow", guard.LATER_MS),
        (TooManyRows("many"), "mg-state-too-many", None),
        (ZeroDivisionError("ours"), "mg-state-failed", None),
    ],
)
def test_each_error_has_its_state_and_its_patience(error: Exception, kind: str, again_ms: int | None) -> None:
    kept, shown, last_tick, interval = outcome(raising(error), ticks=4)
    assert kept is no_update
    assert kind in shown.className
    assert last_tick == (0 if again_ms is None else 5)
    assert again_ms is None or interval == again_ms


def test_success_clears_the_state_and_stops_the_clock() -> None:
    assert outcome(lambda: "drawn") == ("drawn", None, 0, guard.SOON_MS)


def test_several_outputs_stay_in_order_before_the_guards_own() -> None:
    assert outcome(lambda: ("a", "b"), 2)[:3] == ("a", "b", None)
    assert outcome(lambda: no_update, 2)[:3] == (no_update, no_update, None)
    assert outcome(raising(DatabaseDown("gone")), 2)[:2] == (no_update, no_update)


def test_a_list_is_one_value_for_one_output() -> None:
    assert outcome(lambda: ["a", "b"])[0] == ["a", "b"]


def test_prevent_update_is_not_an_error() -> None:
    with pytest.raises(PreventUpdate):
        outcome(raising(PreventUpdate()))


def test_the_functions_arguments_do_not_see_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    registered = []
    monkeypatch.setattr(guard.dash, "callback", lambda *parts, **_options: lambda f: registered.append((parts, f)))
    seen = []

    @guard.callback("a-region", Output("a", "children"), guard.Input("b", "value"))
    def fill(value: str) -> str:
        seen.append(value)
        return value

    (parts, guarded), *_ = registered
    assert [str(part) for part in parts] == [
        "a.children",
        "a-region-trouble.children",
        "a-region-retry.max_intervals",
        "a-region-retry.interval",
        "a-region-retry.n_intervals",
        "b.value",
    ]
    assert guarded(7, "rock") == ("rock", None, 0, guard.SOON_MS)
    assert seen == ["rock"]


def test_a_region_holds_the_pieces_that_its_callback_needs() -> None:
    made = guard.region("a-region", "body", height=120)
    ids = {getattr(part, "id", None) for part in made._traverse() if not isinstance(part, str)}
    assert {guard.trouble_id("a-region"), guard.retry_id("a-region")} <= ids
    assert made.style == {"minHeight": "120px"}
