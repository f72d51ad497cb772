"""Things that can be compared: a song, an artist, an album, a genre, a mood, a playlist, or the songs of a filter.

A thing is written `kind:reference` in a URL: `song:<Spotify id>`, `artist:<id or name>`, `filter:<query>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode

import numpy as np
from sqlalchemy import func, or_, select

from data_access import explore, models, moods, tables
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.db import fetch, fetch_ids
from data_access.filters import SongFilter, member_select
from data_access.selection import selection

KINDS = ("song", "artist", "album", "genre", "mood", "playlist", "filter")
_LONGEST_REFERENCE = 2000
_LONGEST_NAME = 60
_SHOWN = 40


class NotThere(LookupError):
    """The catalogue has no such thing; the message says so in a sentence."""


@dataclass(frozen=True)
class Thing:
    """One thing as a URL names it; `token` brings it back."""

    kind: str
    reference: str

    @property
    def token(self) -> str:
        """ "artist:4Z8W4fKeB5YxbusRsdQVPb" """
        return f"{self.kind}:{self.reference}"


@dataclass(frozen=True)
class Found:
    """A thing in a catalogue: how it is called, what it is, where it is shown, and the numbers of its songs.

    `path` has no prefix; `song_ids` (n,) int32 ascending, at least one.
    """

    name: str
    detail: str
    path: str
    song_ids: np.ndarray


def parse(token: str) -> Thing:
    """The thing that a token names. Raises ValueError, with a sentence for the reader."""
    kind, colon, reference = token.partition(":")
    if not colon or kind not in KINDS:
        known = ", ".join(f"{each}:" for each in KINDS[:-1])
        raise ValueError(
            f"“{shortened(token)}” is nothing to compare; write {known} or {KINDS[-1]}: and what is meant."
        )
    if not reference or len(reference) > _LONGEST_REFERENCE:
        raise ValueError(f"{kind}: needs to be followed by what is meant.")
    if kind == "filter":
        query = parse_qs(reference, keep_blank_values=True)
        song_filter, problems = SongFilter.from_query(query)
        if problems:
            raise ValueError(f"A filter cannot be read: {problems[0]}")
        named = urlencode({"name": name}) if (name := _given_name(query)) else ""
        reference = "&".join(filter(None, (song_filter.to_query(), named)))
        if song_filter == SongFilter():
            raise ValueError(f"“{shortened(token)}” restricts nothing; a filter has at least one part.")
    return Thing(kind, reference)


def find(catalogue: Catalogue, thing: Thing) -> Found:
    """The thing in a catalogue. Raises NotThere, and what `db.fetch` and `selection.selection` raise."""
    if "\0" in thing.reference:
        raise NotThere(f"No {thing.kind} is called “{shortened(thing.reference.replace(chr(0), ' '))}”.")
    finder = {"song": _song, "mood": _mood, "genre": _genre, "filter": _filter}.get(thing.kind, _named)
    return finder(catalogue, thing)


def mood_counts(catalogue: Catalogue, chosen: np.ndarray | slice) -> dict[str, int]:
    """Songs by mood among the chosen ones, every mood in the model's order; {} without a model."""
    stored = moods.open_moods(catalogue)
    if stored is None:
        return {}
    numbers = np.bincount(stored.mood[chosen], minlength=256)
    return {mood.name: int(numbers[mood.number]) for mood in stored.model.moods}


def mood_colours(catalogue: Catalogue) -> dict[str, int]:
    """Number of each mood's colour (--mg-cat-<number>); {} without a model."""
    model = models.current(catalogue)
    return {mood.name: mood.colour for mood in model.moods} if model else {}


def model_number(catalogue: Catalogue) -> int:
    """Number of the live model, for cache keys; 0 without one."""
    model = models.current(catalogue)
    return model.model if model else 0


def shortened(text: str, length: int = _SHOWN) -> str:
    """A text that is no longer than `length` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _song(catalogue: Catalogue, thing: Thing) -> Found:
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    statement = (
        select(s.song_id, s.title, artists.name)
        .outerjoin(tables.song_artists, links.song_id == s.song_id)
        .outerjoin(tables.artists, artists.artist_id == links.artist_id)
        .where(s.spotify_id == thing.reference)
        .order_by(links.position)
    )
    rows = fetch(catalogue.version, statement)
    if not rows:
        raise _missing(thing)
    credits = ", ".join(row["name"] for row in rows if row["name"] is not None)
    ids = np.array([rows[0]["song_id"]], dtype=np.int32)
    return Found(rows[0]["title"], credits or "unknown artist", f"/song/{quote(thing.reference, safe='')}", ids)


def _named(catalogue: Catalogue, thing: Thing) -> Found:
    """Artists, albums and playlists: by Spotify's id, or by name."""
    kind = thing.kind + "s"
    table = {"artists": tables.artists, "albums": tables.albums, "playlists": tables.playlists}[kind]
    columns = table.c
    by_id = (columns.spotify_id == thing.reference).desc().nulls_last()
    wanted = or_(columns.spotify_id == thing.reference, columns.name == thing.reference)
    rows = fetch(catalogue.version, select(columns.name).where(wanted).order_by(by_id).limit(1))
    if not rows:
        raise _missing(thing)
    ids = fetch_ids(catalogue.version, member_select(kind, (thing.reference,)))
    if not len(ids):
        raise _missing(thing)
    detail = _album_artist(catalogue, int(ids[0])) if thing.kind == "album" else thing.kind
    return Found(rows[0]["name"], detail, _explore(thing.kind, thing.reference), np.unique(ids))


def _album_artist(catalogue: Catalogue, song_id: int) -> str:
    links, artists = tables.song_artists.c, tables.artists.c
    statement = (
        select(func.min(artists.name).label("name"))
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == song_id, links.position == 0)
    )
    name = fetch(catalogue.version, statement)[0]["name"]
    return f"album · {name}" if name else "album"


def _genre(catalogue: Catalogue, thing: Thing) -> Found:
    store = open_store(catalogue)
    if thing.reference not in store.genre_names:
        raise _missing(thing)
    songs, genres = store.genre_pairs
    ids = np.unique(songs[genres == store.genre_names.index(thing.reference)])
    if not len(ids):
        raise _missing(thing)
    return Found(thing.reference, "genre", _explore("genre", thing.reference), ids)


def _mood(catalogue: Catalogue, thing: Thing) -> Found:
    stored = moods.open_moods(catalogue)
    if stored is None:
        raise NotThere(f"This catalogue has no moods yet, so “{shortened(thing.reference)}” is left out.")
    numbers = [mood.number for mood in stored.model.moods if mood.name == thing.reference]
    ids = np.flatnonzero(stored.mood == numbers[0]).astype(np.int32) if numbers else np.empty(0, dtype=np.int32)
    if not len(ids):
        raise _missing(thing)
    return Found(thing.reference, "mood", _explore("mood", thing.reference), ids)


def _filter(catalogue: Catalogue, thing: Thing) -> Found:
    query = parse_qs(thing.reference)
    song_filter, _ = SongFilter.from_query(query)
    sentence = song_filter.sentence(explore.names_of(song_filter))
    ids = np.flatnonzero(selection(catalogue, song_filter)).astype(np.int32)
    if not len(ids):
        raise NotThere(f"No song matches the filter “{shortened(sentence, 120)}”.")
    name = _given_name(query)
    path = f"/explore?{song_filter.to_query()}"
    return Found(name or sentence, sentence if name else "filter", path, ids)


def _given_name(query: dict[str, list[str]]) -> str:
    return " ".join(" ".join(query.get("name", [""])[-1].split()).split("\0"))[:_LONGEST_NAME]


def _explore(name: str, value: str) -> str:
    song_filter, _ = SongFilter.from_query({name: value})
    return f"/explore?{song_filter.to_query()}"


def _missing(thing: Thing) -> NotThere:
    return NotThere(f"No {thing.kind} of this catalogue is “{shortened(thing.reference)}”.")
