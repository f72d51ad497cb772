"""Suggestions while a person types: songs and artists, best first.

First those whose name begins with the text, then those that have all its words somewhere in title or
artists, then, when there is still room, those that one typing error a word away do. The mapped arrays
of `search_index` find them; PostgreSQL is only asked how the few found are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import select

from data_access import catalogue, columns, songs, tables
from data_access import text as folding
from data_access.db import fetch
from data_access.filters import SongFilter
from data_access.search_index import Entries, SearchIndex, open_index
from data_access.search_typos import corrections

_ARTISTS_SHOWN = 3  # of 8, while there are songs for the rest
_LONGEST_TEXT = 100


@dataclass(frozen=True)
class Suggestion:
    """A song or an artist that a person may mean.

    `label` is its title or name as written in the catalogue, `detail` who sings it or how much there is,
    `href_path` where it is shown, without the application's prefix. `corrected` is the text that was
    searched instead of what was typed, and "" where that needed no correction.
    """

    kind: str  # "song" or "artist"
    label: str
    detail: str
    href_path: str
    corrected: str = ""


@dataclass
class _Found:
    """Ranks found so far, in order; and which songs and artists need not be found again."""

    limit: int
    hits: list[tuple[str, int, str]] = field(default_factory=list)  # kind, rank, corrected
    taken: dict[str, set[int]] = field(default_factory=lambda: {"song": set(), "artist": set()})

    @property
    def room(self) -> int:
        return self.limit - len(self.hits)

    def add(self, artist_ranks: list[int], song_ranks: list[int], corrected: str) -> None:
        """Share the room that is left: a few artists first, then songs, more artists if songs are few."""
        artists_so_far = sum(kind == "artist" for kind, *_ in self.hits)
        quota = max(0, _ARTISTS_SHOWN - artists_so_far, self.room - len(song_ranks))
        chosen = artist_ranks[: min(quota, self.room)]
        self.hits += [("artist", rank, corrected) for rank in chosen]
        self.hits += [("song", rank, corrected) for rank in song_ranks[: self.room]]


def suggest(text: str, limit: int = 8) -> list[Suggestion]:
    """At most `limit` suggestions for what has been typed so far; none for a text without a character.

    One suggestion for all versions of a song. Deterministic: equal weights go by number.
    Raises what `catalogue.current` and `db.fetch` raise.
    """
    text = text[:_LONGEST_TEXT].encode(errors="ignore").decode()  # no lone surrogates
    words = folding.words(text)
    if not words or limit < 1:
        return []
    version = catalogue.current()
    index = open_index(columns.open_store(version).folder)
    return _described(version.version, index, find(index, words, limit))


def find(index: SearchIndex, words: list[str], limit: int) -> list[tuple[str, int, str]]:
    """(kind, rank, corrected text) of the best for the folded words of a text."""
    found = _Found(limit)
    _search(found, index, words, "")
    if found.room:
        for better in corrections(index, words):
            _search(found, index, better, " ".join(better))
            if not found.room:
                break
    return found.hits


def songs_beginning_with(index: SearchIndex, prefix: str, limit: int) -> list[int]:
    """Numbers of the best songs whose folded title begins with a folded prefix, one of each version group.

    Those that it names in full come first, then the heaviest, equal ones by number.
    """
    ranks = _beginning_with(_Found(limit), index.songs, "song", prefix)
    return index.songs.id[ranks].tolist()


def ranked(index: SearchIndex, kind: str, words: list[str], limit: int) -> list[int]:
    """Ranks of at most `limit` songs or artists (`kind`) for folded words, best first: names that begin with them, then
    those that have all of them; when there are none, what one typing error a word away finds.
    """
    entries = index.songs if kind == "song" else index.artists
    for meant in _ways_to_write(index, words):
        found = _Found(limit)
        ranks = _beginning_with(found, entries, kind, " ".join(meant))
        if len(ranks) < limit:
            ranges = list(zip(*(ends.tolist() for ends in index.word_ranges(meant)), strict=True))
            ranks += entries.best(entries.having(ranges), limit - len(ranks), found.taken[kind])
        if ranks:
            return ranks
    return []


def _ways_to_write(index: SearchIndex, words: list[str]) -> Iterator[list[str]]:
    yield words
    yield from corrections(index, words)


def _search(found: _Found, index: SearchIndex, words: list[str], corrected: str) -> None:
    prefix = " ".join(words)
    found.add(
        _beginning_with(found, index.artists, "artist", prefix),
        _beginning_with(found, index.songs, "song", prefix),
        corrected,
    )
    if found.room:
        ranges = list(zip(*(ends.tolist() for ends in index.word_ranges(words)), strict=True))
        found.add(
            index.artists.best(index.artists.having(ranges), found.room, found.taken["artist"]),
            index.songs.best(index.songs.having(ranges), found.room, found.taken["song"]),
            corrected,
        )


def _beginning_with(found: _Found, entries: Entries, kind: str, prefix: str) -> list[int]:
    """Ranks of the best whose name begins with the prefix; those that it names in full come first."""
    exact, longer = entries.beginning_with(prefix)
    best = entries.best(exact, found.room, found.taken[kind])
    return best + entries.best(longer, found.room - len(best), found.taken[kind])


# ---- how they are written ----------------------------------------------------------------------


def _described(version: int, index: SearchIndex, hits: list[tuple[str, int, str]]) -> list[Suggestion]:
    song_ids = [int(index.songs.id[rank]) for kind, rank, _ in hits if kind == "song"]
    artist_ids = [int(index.artists.id[rank]) for kind, rank, _ in hits if kind == "artist"]
    written = {
        "song": iter([_song(line) for line in songs.lines(version, song_ids)]),
        "artist": iter(_artists(version, artist_ids)),
    }
    return [Suggestion(kind, *next(written[kind]), corrected) for kind, _, corrected in hits]


def _song(line: songs.SongLine) -> tuple[str, str, str]:
    detail = ", ".join(line.artists) or "unknown artist"
    if year := line.values["year"]:
        detail += f" · {year:.0f}"
    return line.title, detail, f"/song/{quote(line.spotify_id, safe='')}"


def _artists(version: int, artist_ids: list[int]) -> list[tuple[str, str, str]]:
    if not artist_ids:
        return []
    artists = tables.artists.c
    columns = [artists.artist_id, artists.spotify_id, artists.name, artists.songs]
    rows = fetch(version, select(*columns).where(artists.artist_id.in_(artist_ids)))
    by_id = {row["artist_id"]: row for row in rows}
    found = []
    for row in (by_id[artist_id] for artist_id in artist_ids):
        number = f"{row['songs']:,} song{'' if row['songs'] == 1 else 's'}"
        query = SongFilter(artists=frozenset({row["spotify_id"] or row["name"]})).to_query()
        found.append((row["name"], number, f"/explore?{query}"))
    return found
