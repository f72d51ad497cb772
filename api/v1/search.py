"""/search: songs and artists by words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify

from api.v1.answers import Refused, address, listed, one, whole
from api.v1.shapes import found_artist, track
from data_access import api_songs, catalogue
from data_access.filters import Range, SongFilter

TYPES = ("track", "artist")
LIMIT, MOST, FURTHEST = 20, 50, 1000
LONGEST = 250
_PART = re.compile(r'\b(artist|track|album|year|genre|isrc|upc|tag):(?:"([^"]*)"|(\S*))', re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


def search() -> Response:
    """`?q=&type=track,artist&limit=&offset=` -> a page of each type that was asked for.

    In q, year:1990 or year:1990-1999, genre:name and album:words restrict songs; artist: and track: add their words.
    """
    text = one("q").strip()
    if not 1 <= len(text) <= LONGEST:
        raise Refused(400, f"q is missing or longer than {LONGEST} characters: write what to search for.")
    types = listed("type", len(TYPES) + 4) or ["track"]
    if unknown := sorted(set(types) - set(TYPES)):
        raise Refused(400, f"type={unknown[0][:40]} cannot be searched here; track and artist can.")
    limit, offset = whole("limit", LIMIT, 1, MOST), whole("offset", 0, 0, FURTHEST)
    words, within = read(text)
    if not words.strip() and within == SongFilter():
        raise Refused(400, "q has no words: write what to search for.")
    live, found = catalogue.current(), {}
    if "track" in types:
        numbers, total = api_songs.search_songs(live, words, within, offset, limit)
        items = [track(song) for song in api_songs.by_number(live, numbers)]
        found["tracks"] = _page(items, total, limit, offset, text, "track")
    if "artist" in types:
        artists, total = api_songs.search_artists(live, words, offset, limit)
        found["artists"] = _page([found_artist(each) for each in artists], total, limit, offset, text, "artist")
    return jsonify(found)


def read(text: str) -> tuple[str, SongFilter]:
    """The words of a query, and what its parts restrict. Raises Refused for parts that cannot be read."""
    words, within = [_PART.sub(" ", text)], SongFilter()
    for name, quoted, bare in _PART.findall(text):
        value = (quoted or bare).strip()
        if not value:
            continue
        match name.lower():
            case "artist" | "track":
                words.append(value)
            case "album":  # its words are not in the index of searches, but in the text of filters
                within = replace(within, text=f"{within.text} {value}".strip())
            case "genre":
                within = replace(within, genres=within.genres | {value})
            case "year":
                years = _YEARS.fullmatch(value)
                if not years:
                    raise Refused(400, f"year:{value[:40]} is not a year or two; write year:1990 or year:1990-1999.")
                within = within.with_range("year", Range(float(years[1]), float(years[2] or years[1])))
            case other:
                raise Refused(400, f"{other}: cannot be searched here; artist:, track:, album:, year: and genre: can.")
    return " ".join(words), within


def _page(items: list[dict], total: int, limit: int, offset: int, text: str, kind: str) -> dict[str, Any]:
    """A paging object."""

    def at(place: int) -> str:
        return address(f"/search?{urlencode({'q': text, 'type': kind, 'limit': limit, 'offset': place})}")

    return {
        "href": at(offset),
        "items": items,
        "limit": limit,
        "next": at(offset + limit) if offset + limit < min(total, FURTHEST + 1) else None,
        "offset": offset,
        "previous": at(max(offset - limit, 0)) if offset else None,
        "total": total,
    }
