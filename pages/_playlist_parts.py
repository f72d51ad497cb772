"""What the page of the playlist gives to its scripts: the list of a link, and how features are written."""

from __future__ import annotations

from typing import Any

from data_access.fields import FIELDS, Field
from data_access.playlist_songs import is_id

LINK_AT_MOST = 60
"""Songs of a list in an address: with 22 characters each it still goes through mail and chat."""

FIRST = ("tempo", "energy", "valence")
_LONGEST_NAME = 100


def shared_list(songs: str | list[str], name: str | list[str]) -> tuple[dict[str, Any] | None, list[str]]:
    """The list that an address names, {"ids": [...], "name": str}, None without; and what is left out, in sentences."""
    text = ",".join(songs) if isinstance(songs, list) else songs
    given = [each.strip() for each in text.split(",") if each.strip()]
    ids = list(dict.fromkeys(each for each in given if is_id(each)))
    problems = []
    if any(not is_id(each) for each in given):
        problems.append("The link has parts that are no song ids; they are left out.")
    if len(ids) > LINK_AT_MOST:
        problems.append(f"A link holds up to {LINK_AT_MOST} songs; the others are left out.")
    if not ids:
        return None, problems
    called = name[-1] if isinstance(name, list) else name
    return {"ids": ids[:LINK_AT_MOST], "name": " ".join(called.split())[:_LONGEST_NAME]}, problems


def fields() -> list[dict[str, Any]]:
    """Every field for the curve, those that a playlist goes by first: {name, label, style, low, high}.

    `style` is how a value is written (assets/format.js); `low` and `high` are null where the axis follows the songs.
    """
    ordered = sorted(FIELDS, key=lambda field: FIRST.index(field.name) if field.name in FIRST else len(FIRST))
    return [_told(field) for field in ordered]


def _told(field: Field) -> dict[str, Any]:
    share = (field.low, field.high) == (0, 1)
    return {
        "name": field.name,
        "label": field.label,
        "style": "duration" if field.name == "duration_ms" else f"{field.decimals} {field.unit}".strip(),
        "low": 0 if share else None,
        "high": 1 if share else None,
    }
