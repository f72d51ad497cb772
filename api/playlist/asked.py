"""What browsers send of a playlist: the ids of its songs, and how they may look."""

from __future__ import annotations

import json
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from data_access.playlist_songs import AT_MOST, is_id

BODY_AT_MOST = 1_000_000
"""Bytes of a body with songs' ids."""


class Unusable(ValueError):
    """A request that cannot be used: `status` is what to answer, the message a sentence for the reader."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def body_ids(asked: Request) -> list[str]:
    """The ids of a JSON body {"ids": [...]}, each once. Raises Unusable."""
    return ids_of(parsed(body(asked)))


def body(asked: Request) -> str:
    """A request's body as text. Raises Unusable for one that is too long or not UTF-8."""
    asked.max_content_length = BODY_AT_MOST
    try:
        return asked.get_data(cache=False).decode()
    except RequestEntityTooLarge as error:
        raise too_large() from error
    except UnicodeDecodeError as error:
        raise Unusable("The request is not UTF-8.") from error


def too_large() -> Unusable:
    """For a body beyond BODY_AT_MOST."""
    return Unusable(f"That is too much at once; {BODY_AT_MOST // 1_000_000} MB are allowed.", 413)


def parsed(text: str) -> dict[str, Any]:
    """A JSON object. Raises Unusable for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable("The request is not JSON.") from error
    if not isinstance(found, dict):
        raise Unusable('The request has to be a JSON object: {"ids": [...]}.')
    return found


def ids_of(found: dict[str, Any]) -> list[str]:
    """The `ids` of a JSON object, each once, in their order. Raises Unusable."""
    ids = found.get("ids")
    if not isinstance(ids, list):
        raise Unusable('“ids” has to be a list of song ids: {"ids": ["..."]}.')
    wrong = [each for each in ids if not is_id(each)]
    if wrong:
        raise Unusable(f"{json.dumps(wrong[0], ensure_ascii=True)[:60]} is no song id.")
    ids = list(dict.fromkeys(ids))
    if len(ids) > AT_MOST:
        raise Unusable(f"A playlist holds up to {AT_MOST:,} songs; these are {len(ids):,}.")
    return ids
