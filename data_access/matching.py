"""Songs that somebody names, found in a catalogue: by Spotify id, else by title and artist. Many at once, in few reads.

By title means: an artist's folded name is credited, and the titles are the same once folded and without what tells
versions apart (data_access.titles). Of several such songs the one with the first of the named artists in front of its
credits is taken, then the one of the very same title, of nearly the same length, the most popular, the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import tables
from data_access.catalogue import Catalogue
from data_access.db import fetch
from data_access.text import fold
from data_access.titles import title_base

AT_MOST = 20_000
"""Songs of one question."""

_IDS = 5000  # of one read
_NAMES = 2000  # pairs of an artist and the first word of a title, of one read
_CANDIDATES = 200_000  # songs of one read: two thousand artists with a hundred songs that begin alike
_SAME_LENGTH_MS = 4000
_ID = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True)
class Named:
    """A song as somebody names it; "" and () for what is not said. `artists`: who may be credited, likeliest first."""

    spotify_id: str
    title: str = ""
    artists: tuple[str, ...] = ()
    milliseconds: int | None = None


@dataclass(frozen=True)
class Match:
    """The song of a catalogue that is meant; `how`: "id", "title" or "version" (another version of that title)."""

    spotify_id: str
    title: str
    artists: tuple[str, ...]
    milliseconds: int | None
    how: str


@dataclass(frozen=True)
class _Candidate:
    song_id: int
    folded: str
    position: int
    milliseconds: int | None
    popularity: int


def match(live: Catalogue, named: Sequence[Named]) -> list[Match | None]:
    """For each song its match, or None. At most AT_MOST; raises ValueError for more, and what `db.fetch` raises."""
    if len(named) > AT_MOST:
        raise ValueError(f"{AT_MOST:,} songs can be looked up at once, not {len(named):,}.")
    by_id = _numbers(live, [each.spotify_id for each in named])
    found = [(by_id.get(each.spotify_id), "id") for each in named]
    left = [place for place, (song_id, _) in enumerate(found) if song_id is None and named[place].artists]
    for place, answer in zip(left, _by_title(live, [named[place] for place in left]), strict=True):
        found[place] = answer
    lines = _lines(live, {song_id for song_id, _ in found if song_id is not None})
    return [None if song_id is None else Match(*lines[song_id], how) for song_id, how in found]


def song_ids(live: Catalogue, spotify_ids: Sequence[str]) -> np.ndarray:
    """The numbers of those songs that the catalogue has, (n,) int32 ascending, each once. Raises as `match`."""
    if len(spotify_ids) > AT_MOST:
        raise ValueError(f"{AT_MOST:,} songs can be looked up at once, not {len(spotify_ids):,}.")
    return np.array(sorted(set(_numbers(live, spotify_ids).values())), dtype=np.int32)


def _numbers(live: Catalogue, spotify_ids: Iterable[str]) -> dict[str, int]:
    s = tables.songs.c
    wanted = sorted({each for each in spotify_ids if isinstance(each, str) and _ID.fullmatch(each)})
    found: dict[str, int] = {}
    for some in _parts(wanted, _IDS):
        statement = select(s.spotify_id, s.song_id).where(s.spotify_id == func.any(_array(some)))
        found |= {row["spotify_id"]: row["song_id"] for row in fetch(live.version, statement, cap=_IDS)}
    return found


# ---- by title --------------------------------------------------------------------------------


def _by_title(live: Catalogue, named: Sequence[Named]) -> list[tuple[int | None, str]]:
    folded = [fold(each.title) for each in named]
    bases = [title_base(each.title, plain) for each, plain in zip(named, folded, strict=True)]
    names = [[fold(name) for name in each.artists] for each in named]
    pairs = {
        (name, _first_word(base)) for of, base in zip(names, bases, strict=True) for name in of if name and base.strip()
    }
    candidates = _candidates(live, sorted(pairs))
    answers: list[tuple[int | None, str]] = []
    for each, of, plain, base in zip(named, names, folded, bases, strict=True):
        fitting = [
            (candidate.position > 0, place, *_apart(candidate, plain, each.milliseconds), candidate)
            for place, name in enumerate(of)
            for candidate in candidates.get((name, base), ())
        ]
        if fitting:
            best = min(fitting, key=lambda found: (*found[:-1], found[-1].song_id))[-1]
            answers.append((best.song_id, "title" if best.folded == plain else "version"))
        else:
            answers.append((None, ""))
    return answers


def _apart(candidate: _Candidate, folded: str, milliseconds: int | None) -> tuple[bool, bool, int]:
    """How far a candidate is from what was named, the nearest smallest."""
    other_length = (
        milliseconds is not None
        and candidate.milliseconds is not None
        and abs(candidate.milliseconds - milliseconds) > _SAME_LENGTH_MS
    )
    return candidate.folded != folded, other_length, -candidate.popularity


def _first_word(base: str) -> str:
    return base.split(maxsplit=1)[0]


def _candidates(live: Catalogue, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[_Candidate]]:
    """Songs by folded artist and folded title without version, for those artists and first words of titles."""
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    found: dict[tuple[str, str], list[_Candidate]] = {}
    for some in _parts(pairs, _NAMES):
        wanted = (
            func.unnest(_array([name for name, _ in some]), _array([word for _, word in some]))
            .table_valued("name", "word")
            .render_derived(name="wanted")
        )
        statement = (
            select(s.song_id, s.title, s.sort_title, s.duration_ms, s.popularity, links.position, artists.sort_name)
            .select_from(wanted)
            .join(tables.artists, artists.sort_name == wanted.c.name)
            .join(tables.song_artists, links.artist_id == artists.artist_id)
            .join(tables.songs, s.song_id == links.song_id)
            .where(func.split_part(s.sort_title, " ", 1) == wanted.c.word)
        )
        for row in fetch(live.version, statement, cap=_CANDIDATES):
            key = row["sort_name"], title_base(row["title"], row["sort_title"])
            found.setdefault(key, []).append(
                _Candidate(
                    row["song_id"], row["sort_title"], row["position"], row["duration_ms"], row["popularity"] or 0
                )
            )
    return found


def _lines(live: Catalogue, wanted: set[int]) -> dict[int, tuple[str, str, tuple[str, ...], int | None]]:
    """Spotify id, title, artists and duration of songs by number."""
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    names = (
        select(func.array_agg(aggregate_order_by(artists.name, links.position)))
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == s.song_id)
        .scalar_subquery()
    )
    found = {}
    for some in _parts(sorted(wanted), _IDS):
        statement = select(s.song_id, s.spotify_id, s.title, s.duration_ms, names.label("artists")).where(
            s.song_id == func.any(list(some))
        )
        for row in fetch(live.version, statement, cap=_IDS):
            found[row["song_id"]] = (
                row["spotify_id"],
                row["title"],
                tuple(row["artists"] or ()),
                row["duration_ms"],
            )
    return found


def _parts(of: Sequence, length: int) -> Iterator[Sequence]:
    return (of[start : start + length] for start in range(0, len(of), length))


def _array(texts: Sequence[str]):
    return cast(list(texts), ARRAY(Text))
