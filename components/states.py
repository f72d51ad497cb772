"""What stands where data should be: nothing found, loading, too slow, no database, no catalogue, no moods."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components.parts import Content, aria, data


def empty(message: Content = "No songs match this filter.", action: Content = None) -> Component:
    """Nothing to show, and that is a right answer; `action` is what a person can do about it."""
    return _state("empty", message, "", action)


def loading(height: int | str = 120, label: str = "Loading…") -> Component:
    """A quiet placeholder of the final height (px, or any CSS length), so that nothing jumps."""
    return html.Div(
        html.Span(label, className="visually-hidden"),
        className="mg-loading",
        style={"minHeight": f"{height}px" if isinstance(height, int) else height},
        role="status",
    )


def too_slow(retry: Content = None) -> Component:
    """The database stopped the read at its time limit; `retry` is a button (see `retry_button`)."""
    return _state(
        "too-slow",
        "That took too long.",
        "The database stopped at its time limit. A narrower filter is faster; this is tried again by itself, too.",
        retry,
    )


def too_many(message: str = "") -> Component:
    """More rows than a page may show."""
    return _state("too-many", "Too much to show at once.", message or "Narrow the filter.")


def database_down() -> Component:
    """PostgreSQL cannot be reached."""
    return _state(
        "down",
        "The database cannot be reached.",
        "Nothing is lost. This page tries again every few seconds and goes on by itself.",
        waiting=True,
    )


def no_catalogue() -> Component:
    """The database is there, but nothing has been loaded."""
    return _state(
        "no-catalogue",
        "No catalogue has been loaded yet.",
        [
            "Load the demo catalogue with ",
            html.Code("make demo"),
            " or a file of your own with ",
            html.Code("make load FILE=songs.csv"),
            ". This page fills itself when it is there.",
        ],
        waiting=True,
    )


def no_model() -> Component:
    """The catalogue is there, but no moods were found in it yet."""
    return _state(
        "no-model",
        "This catalogue has no moods yet.",
        [
            "Find them with ",
            html.Code("python -m ml train"),
            ". This page fills itself when they are there; the other pages work without.",
        ],
        waiting=True,
    )


def failed(retry: Content = None) -> Component:
    """An error that is ours; the server's log has the rest."""
    return _state(
        "failed", "Something went wrong here.", "The error was logged. The rest of the page still works.", retry
    )


def retry_button(region: str) -> Component:
    """A button that runs a guarded callback again; assets/20-shell.js listens for it."""
    return html.Button("Try again", type="button", className="mg-button mg-button-quiet", **data(mg_retry=region))


def _state(kind: str, title: Content, detail: Content = "", action: Content = None, waiting: bool = False) -> Component:
    children: list[Any] = [html.P(title, className="mg-state-title")]
    if detail:
        children.append(html.P(detail, className="mg-state-detail"))
    if action is not None:
        children.append(html.Div(action, className="mg-state-action"))
    if waiting:
        children.append(html.Span(className="mg-pulse", **aria(hidden="true")))
    return html.Div(children, className=f"mg-state mg-state-{kind}", role="status")
