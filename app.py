"""The application: `create_app()` builds it, `server` is what gunicorn serves. Nothing connects here."""

from __future__ import annotations

import importlib
from fnmatch import fnmatchcase
from html import escape
from typing import Any

import dash
from dash import Dash
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

import api
from api import bootstrap, headers
from api.prefix import UnderPrefix
from components import shell, theme
from settings import Settings, get_settings

TITLE = "MusicGroup"
DESCRIPTION = "Explore a catalogue of songs by how they sound: filter, brush, compare."


def create_app(settings: Settings | None = None) -> Dash:
    """The Dash application with its pages, under the prefix of the settings.

    One for each process: Dash keeps pages and callbacks in globals.
    """
    settings = settings or get_settings()
    prefix = settings.url_prefix
    app = _Site(
        __name__,
        title=TITLE,
        description=DESCRIPTION,
        update_title="",
        use_pages=True,
        requests_pathname_prefix=prefix,
        routes_pathname_prefix="/",
        external_stylesheets=[prefix.rstrip("/") + bootstrap.PATH],
        assets_ignore=theme.EARLY_SCRIPT,
        index_string=theme.index_html(prefix),
        suppress_callback_exceptions=True,
        enable_mcp=False,
    )
    importlib.import_module("pages._footer")  # its callback; Dash imports only pages by itself
    app.layout = _layout
    server = app.server
    api.register(server)
    headers.register(server, script_hashes=app.csp_hashes, known_page=lambda path: page_at(path) is not None)
    server.wsgi_app = UnderPrefix(_behind_proxies(server.wsgi_app, settings.trusted_proxies), prefix)
    # What Dash does at its first request, done now: it says that it has done so before it has, and a second request
    # that came meanwhile would find callbacks missing and answer 500, as after each reload under load.
    with server.test_request_context():
        server.preprocess_request()
    return app


class _Site(Dash):
    """Dash, with the page's own title in the document from the start."""

    def interpolate_index(self, *values: Any, **parts: Any) -> str:
        title = (page_at(request.path) or {}).get("title")
        if isinstance(title, str):
            parts["title"] = escape(title)
        return super().interpolate_index(*values, **parts)


def page_at(path: str) -> dict[str, Any] | None:
    """The page that a path (without the prefix) is the address of."""
    path = path.strip("/")
    for page in dash.page_registry.values():
        pattern = shell.address_pattern(page["path_template"] or page["path"])
        if fnmatchcase(path, pattern) and not page["module"].endswith("not_found_404"):
            return page
    return None


def _layout():
    nav = [(page["name"], page["relative_path"]) for page in dash.page_registry.values() if page.get("nav")]
    return shell.shell(nav, dash.page_container)


def _behind_proxies(wsgi_app, proxies: int):
    if not proxies:
        return wsgi_app
    return ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_port=proxies)


server = create_app().server
