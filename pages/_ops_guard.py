"""Callbacks of the ops page: each asks for itself whether somebody is logged in. A hidden page protects nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import dash
from dash import Output, no_update, set_props
from flask import g

from ops import session

ENDED = "ops-ended"
"""Id of what is shown when the session has ended."""

CLOCK = "ops-clock"
"""Id of the interval that renews the page."""


def callback(*dependencies: Any, **options: Any) -> Callable:
    """`dash.callback` for operators: nothing is called for others, and the page says that they are logged out."""
    outputs = sum(isinstance(part, Output) for part in dependencies)

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def guarded(*arguments: Any) -> Any:
            g.uncounted = True  # a page that watches traffic must not be traffic
            if not session.is_operator():
                set_props(ENDED, {"hidden": False})
                set_props(CLOCK, {"disabled": True})
                return no_update if outputs == 1 else [no_update] * outputs
            return function(*arguments)

        dash.callback(*dependencies, **options)(guarded)
        return function

    return decorate
