"""Answers of bytes, compressed as the browser takes them."""

from __future__ import annotations

import gzip

import brotli
from flask import Response, request


def accepted() -> str:
    """The encoding that the request's answer is best sent in: "br", "gzip", or "" for none."""
    return next((encoding for encoding in ("br", "gzip") if encoding in request.accept_encodings), "")


def answer(data: bytes, encoding: str) -> Response:
    """Bytes that are compressed already, as `accepted()` says."""
    found = Response(data, content_type="application/octet-stream")
    if encoding:
        found.content_encoding = encoding
    found.vary.add("Accept-Encoding")
    return found


def from_brotli(packed: bytes) -> Response:
    """Bytes compressed by Brotli, for a browser that may not take it."""
    encoding = accepted()
    if encoding == "br":
        return answer(packed, encoding)
    plain = brotli.decompress(packed)
    return answer(gzip.compress(plain, 4) if encoding else plain, encoding)
