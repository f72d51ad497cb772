"""The one place that makes the application work below a path, behind a proxy that strips it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class UnderPrefix:
    """WSGI wrapper: takes the prefix off a path that still has it.

    nginx (`proxy_pass http://...:8050/;`) has stripped it already, a person who asks gunicorn directly has
    not; inside, paths never have it. The prefix without its last slash is redirected to the one with it.
    """

    def __init__(self, app: WsgiApp, prefix: str) -> None:
        self.app = app
        self.mount = prefix.rstrip("/")  # "/MusicGroup"; "" at the root

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if self.mount and path == self.mount:
            query = environ.get("QUERY_STRING", "")
            location = f"{self.mount}/{'?' + query if query else ''}"
            start_response("308 Permanent Redirect", [("Location", location), ("Content-Length", "0")])
            return [b""]
        if self.mount and path.startswith(self.mount + "/"):
            environ["PATH_INFO"] = path[len(self.mount) :]
        environ["SCRIPT_NAME"] = self.mount
        return self.app(environ, start_response)
