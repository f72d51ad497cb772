"""The HTTP side of MusicGroup that is not a page: plain routes, and what every answer carries."""

from __future__ import annotations

import importlib
import importlib.util

from flask import Flask

# Each has a blueprint named `blueprint`; `traffic` first: it takes the time of everything.
_ROUTES = (
    "traffic", "health", "download", "suggest", "song_map", "tiles", "bootstrap", "dictionary", "compare_suggest",
    "playlist", "v1", "metrics", "ops",
)  # fmt: skip


def register(server: Flask) -> None:
    """Add the plain routes to the Flask server, before Dash adds its catch-all."""
    for name in _ROUTES:
        if importlib.util.find_spec(f"api.{name}"):
            server.register_blueprint(importlib.import_module(f"api.{name}").blueprint)
