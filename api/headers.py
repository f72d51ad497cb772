"""What every answer carries: security headers, how long it may be kept, and compression."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, Request, Response, request
from flask_compress import Compress

_A_YEAR = "public, max-age=31536000, immutable"

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """The policy: our own scripts and the few inline ones named by hash, nothing evaluated.

    Styles may be inline because React, Plotly and the grid position things by style attributes. Only
    Spotify's player may be framed.
    """
    scripts = " ".join(("'self'", *script_hashes))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-src https://open.spotify.com",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def register(server: Flask, script_hashes: Callable[[], Sequence[str]], known_page: Callable[[str], bool]) -> None:
    """Finish every response of the server.

    `script_hashes` is asked once, at the first response: by then all pages have added their callbacks.
    `known_page(path)` tells a page's address from an unknown one, which answers 404 (Dash's catch-all would say 200).
    """
    policy: list[str] = []

    @server.after_request
    def finish(response: Response) -> Response:
        if not policy:
            policy.append(content_security_policy(script_hashes()))
        response.headers["Content-Security-Policy"] = policy[0]
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "/<path:path>" and not known_page(request.path):
            response.status_code = 404
        if "Cache-Control" not in response.headers or response.cache_control.no_cache:
            response.headers["Cache-Control"] = _A_YEAR if _is_versioned_asset(request) else "no-cache"
        return response

    _compress(server)


def _is_versioned_asset(asked: Request) -> bool:
    return (asked.endpoint or "").endswith("dash_assets.static") and "m" in asked.args


class _StaticOnly:
    """Flask-Compress's cache, for the bundles alone: plotly.js is 4 MB, and compressing it again costs 0.2 s."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        if not key.endswith(";"):
            self._kept[key] = value


def _bundle_key(asked: Request) -> str:
    return asked.path if asked.path.startswith("/_dash-component-suites/") else ""


def _compress(server: Flask) -> None:
    server.config.setdefault("COMPRESS_ALGORITHM", ["br", "gzip"])
    server.config.setdefault("COMPRESS_CACHE_KEY", _bundle_key)
    server.config.setdefault("COMPRESS_CACHE_BACKEND", _StaticOnly)
    Compress(server)
