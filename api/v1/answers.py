"""What all answers of the API share: errors, parameters that are read, headers."""

from __future__ import annotations

import math
import re

from flask import Response, jsonify, request

from settings import get_settings

ID = r"^[A-Za-z0-9_-]{1,64}$"
"""What an id of a song can be; Spotify's have 22 letters and digits."""

_KEPT_SECONDS = 60
_LONGEST_SHOWN = 40


class Refused(Exception):
    """A request that cannot be answered: a status, and the sentence that the program's author reads."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def refusal(status: int, sentence: str) -> Response:
    """{"error": {"status": 400, "message": "..."}}"""
    answer = jsonify(error={"status": status, "message": sentence})
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def finished(answer: Response) -> Response:
    """The answer with how long it may be kept, and for whom: pages of other sites only if the settings name them."""
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    allowed, origin = get_settings().cors_origins.split(), request.headers.get("Origin", "")
    if allowed:
        answer.vary.add("Origin")
    if origin and ("*" in allowed or origin in allowed):
        answer.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    return answer


def address(path: str) -> str:
    """The whole address of a path of the API, as the program reaches it."""
    return f"{request.url_root.rstrip('/')}/api/v1{path}"


# ---- parameters ------------------------------------------------------------------------------


def one(name: str) -> str:
    """A parameter, "" when it is missing. Raises Refused when it is given twice or holds a NUL."""
    values = request.args.getlist(name)
    if len(values) > 1:
        raise Refused(400, f"{name} is given {len(values)} times; give it once.")
    value = values[0] if values else ""
    if "\0" in value:
        raise Refused(400, f"{name} has a character that no text has.")
    return value


def ids(name: str, at_most: int) -> list[str]:
    """A list of ids. Raises Refused for too many, and for what cannot be an id."""
    found = listed(name, at_most)
    if wrong := next((each for each in found if not re.fullmatch(ID, each)), None):
        raise Refused(400, f"{name}: “{wrong[:_LONGEST_SHOWN]}” is no id; ids are 1 to 64 letters, digits, - and _.")
    return found


def listed(name: str, at_most: int) -> list[str]:
    """A parameter that is a list with commas, empty parts left out. Raises Refused for too many."""
    found = [each for each in (part.strip() for part in one(name).split(",")) if each]
    if len(found) > at_most:
        raise Refused(400, f"{name} has {len(found)} entries; {at_most} are possible.")
    return found


def whole(name: str, usual: int, low: int, high: int) -> int:
    """A whole number within limits. Raises Refused."""
    text = one(name)
    if not text and name not in request.args:
        return usual
    if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise Refused(400, f"{name}={text[:_LONGEST_SHOWN]} is not a whole number from {low} to {high}.")
    return int(text)


def number(name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """A finite number within limits, None when it is missing. Raises Refused."""
    text = one(name)
    if not text and name not in request.args:
        return None
    try:
        found = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and low <= found <= high):
        limits = f" from {low:g} to {high:g}" if math.isfinite(low) and math.isfinite(high) else ""
        raise Refused(400, f"{name}={text[:_LONGEST_SHOWN]} is not a number{limits}.")
    return found


def flag(name: str) -> bool:
    """true or false, false when it is missing. Raises Refused."""
    text = one(name)
    if text not in ("true", "false") and name in request.args:
        raise Refused(400, f"{name}={text[:_LONGEST_SHOWN]} is neither true nor false.")
    return text == "true"
