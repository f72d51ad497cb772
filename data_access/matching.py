"""Songs that somebody names, found in a catalogue: by Spotify id, else by title and artist. Many at once, in few reads.

By title means: the song's primary artist has one of the named artists' folded names, and the titles are the same once
folded, with what tells versions apart (data_access.titles) or, where there is no such song, without it. Of several the
one by the first of the named artists is taken, then one of nearly the same length, the most popular, the first.
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
from data_access.columns import open_store
from data_access.db import fetch
from data_access.recommend import links
from data_access.search_index import open_index
from data_access.text import fold
from data_access.titles import title_base

AT_MOST = 20_000
"""Songs of one question."""

_ROWS = 2000  # of one read
_LONGER = 20  # songs of an artist that begin with the same title
_MANY = 50
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
    for some in _parts(wanted, _ROWS):
        statement = select(s.spotify_id, s.song_id).where(s.spotify_id == func.any(_array(some)))
        found |= {row["spotify_id"]: row["song_id"] for row in fetch(live.version, statement, cap=_ROWS)}
    return found


# ---- by title --------------------------------------------------------------------------------


def _by_title(live: Catalogue, named: Sequence[Named]) -> list[tuple[int | None, str]]:
    """From the search index, in memory; the database is asked only for titles that go on after the named one."""
    finder = _Finder(live)
    found: list[tuple[int | None, str]] = []
    longer: dict[int, tuple[str, list[int]]] = {}  # place -> what the title is without its version, songs
    for place, each in enumerate(named):
        folded = fold(each.title)
        base = title_base(each.title, folded)
        artists = finder.artists(each.artists)
        same = finder.titled(folded, artists, each.milliseconds)
        other = finder.titled(base, artists, each.milliseconds) if not same and base != folded else same
        found.append((other[0], "title" if same else "version") if other else (None, ""))
        if not other and (more := finder.beginning(base, artists, each.milliseconds)):
            longer[place] = base, more
    bases = _bases(live, {song_id for _, ids in longer.values() for song_id in ids})
    for place, (base, ids) in longer.items():
        found[place] = next(((song_id, "version") for song_id in ids if bases.get(song_id) == base), (None, ""))
    return found


class _Finder:
    """Songs of a catalogue by folded title and primary artist, the best first."""

    def __init__(self, live: Catalogue) -> None:
        store = open_store(live)
        index = open_index(store.folder)
        self._songs, self._artists = index.songs, index.artists
        self._primary = links(live).artist
        self._duration, self._popularity = store.values("duration_ms"), store.values("popularity")
        self._known: dict[str, list[int]] = {}

    def artists(self, names: Sequence[str]) -> dict[int, int]:
        """Numbers of the artists that are called so, each with the place of its name."""
        found: dict[int, int] = {}
        for place, name in enumerate(names):
            folded = fold(name)
            if folded not in self._known:
                ranks = self._artists.beginning_with(folded)[0] if folded else ()
                self._known[folded] = self._artists.id[ranks].tolist() if len(ranks) else []
            for number in self._known[folded]:
                found.setdefault(number, place)
        return found

    def titled(self, folded: str, artists: dict[int, int], milliseconds: int | None) -> list[int]:
        """Songs by one of the artists with exactly this folded title."""
        if not folded or not artists:
            return []
        return self._best(self._songs.beginning_with(folded)[0], artists, milliseconds)

    def beginning(self, folded: str, artists: dict[int, int], milliseconds: int | None) -> list[int]:
        """Songs by one of the artists whose title goes on after this one; at most _LONGER."""
        if not folded or not artists:
            return []
        return self._best(self._songs.beginning_with(f"{folded} ")[1], artists, milliseconds)[:_LONGER]

    def _best(self, ranks: np.ndarray, artists: dict[int, int], milliseconds: int | None) -> list[int]:
        if len(ranks) > _MANY:
            ids = self._songs.id[ranks]
            ids = ids[np.isin(self._primary[ids], list(artists))].tolist()
        else:  # mostly one or two, for which numpy's ways are the longer ones
            ids = [song_id for song_id in self._songs.id[ranks].tolist() if int(self._primary[song_id]) in artists]

        def order(song_id: int) -> tuple[int, bool, float, int]:
            popularity = float(self._popularity[song_id])
            # An unknown length is no other one: comparisons with NaN are false.
            other_length = milliseconds is not None and abs(self._duration[song_id] - milliseconds) > _SAME_LENGTH_MS
            weight = popularity if popularity == popularity else 0.0
            return artists[int(self._primary[song_id])], bool(other_length), -weight, song_id

        return sorted(ids, key=order)


def _bases(live: Catalogue, wanted: set[int]) -> dict[int, str]:
    """Folded titles without what tells versions apart, of songs by number."""
    s = tables.songs.c
    found = {}
    for some in _parts(sorted(wanted), _ROWS):
        statement = select(s.song_id, s.title, s.sort_title).where(s.song_id == func.any(list(some)))
        for row in fetch(live.version, statement, cap=_ROWS):
            found[row["song_id"]] = title_base(row["title"], row["sort_title"])
    return found


def _lines(live: Catalogue, wanted: set[int]) -> dict[int, tuple[str, str, tuple[str, ...], int | None]]:
    """Spotify id, title, artists and duration of songs by number."""
    s, credits, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    names = (
        select(func.array_agg(aggregate_order_by(artists.name, credits.position)))
        .join(tables.song_artists, credits.artist_id == artists.artist_id)
        .where(credits.song_id == s.song_id)
        .scalar_subquery()
    )
    found = {}
    for some in _parts(sorted(wanted), _ROWS):
        statement = select(s.song_id, s.spotify_id, s.title, s.duration_ms, names.label("artists")).where(
            s.song_id == func.any(list(some))
        )
        for row in fetch(live.version, statement, cap=_ROWS):
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
