"""Things that can be compared: a song, an artist, an album, a genre, a mood, a playlist, or the songs of a filter.

A thing is written `kind:reference` in a URL: `song:<Spotify id>`, `artist:<id or name>`, `filter:<query>`, and
`songs:<id>,<id>` for a person's own list. Many are looked up with as few reads as one: a read for each kind, not each
thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode

import numpy as np
from sqlalchemy import func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access import explore, models, moods, tables
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.db import fetch
from data_access.filters import SongFilter
from data_access.selection import selection

KINDS = ("song", "artist", "album", "genre", "mood", "playlist", "songs", "filter")
LIST_AT_MOST = 80
"""Songs of a list of somebody's own."""

_LONGEST_REFERENCE = 2000
_LONGEST_NAME = 60
_SHOWN = 40
_ALL = 100_000  # rows of a read: as many artists have one name at most
_NO_SONGS = np.zeros(0, dtype=np.int32)


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

    `path` has no prefix; `song_ids` (n,) int32 ascending, at least one. `first` is the song that comes first in a
    list of somebody's own, or the song itself; None for what has no order.
    """

    name: str
    detail: str
    path: str
    song_ids: np.ndarray
    first: int | None = None


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
    if kind == "songs":
        ids = list(dict.fromkeys(filter(None, (each.strip() for each in reference.split(",")))))
        if not ids or len(ids) > LIST_AT_MOST:
            raise ValueError(f"songs: has 1 to {LIST_AT_MOST} song ids with commas between them, not {len(ids):,}.")
        reference = ",".join(ids)
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
    (found,) = find_all(catalogue, (thing,))
    if isinstance(found, NotThere):
        raise found
    return found


def find_all(catalogue: Catalogue, asked: Sequence[Thing]) -> list[Found | NotThere]:
    """Each thing in a catalogue, or why it is not there, in order. Raises what `find` raises but NotThere."""
    found: dict[Thing, Found | NotThere] = {}
    songs = _by_song_id(catalogue, [thing for thing in asked if thing.kind in ("song", "songs") and _usable(thing)])
    for kind in ("artist", "album", "playlist"):
        found |= _named(catalogue, kind, [thing for thing in asked if thing.kind == kind and _usable(thing)])
    single = {"mood": _mood, "genre": _genre, "filter": _filter}
    for thing in asked:
        try:
            if not _usable(thing):
                raise NotThere(f"No {thing.kind} is called “{shortened(thing.reference.replace(chr(0), ' '))}”.")
            if thing.kind in ("song", "songs"):
                found[thing] = (_song if thing.kind == "song" else _songs)(thing, songs)
            elif thing.kind in single and thing not in found:
                found[thing] = single[thing.kind](catalogue, thing)
        except NotThere as error:
            found[thing] = error
    return [found[thing] for thing in asked]


def _usable(thing: Thing) -> bool:
    return "\0" not in thing.reference


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


@dataclass(frozen=True)
class _Song:
    song_id: int
    title: str
    credits: str


def _by_song_id(catalogue: Catalogue, asked: Sequence[Thing]) -> dict[str, _Song]:
    """Songs by Spotify id, of things that are songs or lists of them; those that the catalogue has."""
    wanted = {each for thing in asked for each in _ids(thing)}
    if not wanted:
        return {}
    s, links, artists = tables.songs.c, tables.song_artists.c, tables.artists.c
    names = (
        select(func.string_agg(artists.name, aggregate_order_by(literal(", "), links.position)))
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id == s.song_id)
        .scalar_subquery()
    )
    statement = select(s.spotify_id, s.song_id, s.title, names.label("credits")).where(s.spotify_id.in_(wanted))
    return {
        row["spotify_id"]: _Song(row["song_id"], row["title"], row["credits"] or "unknown artist")
        for row in fetch(catalogue.version, statement, cap=len(wanted))
    }


def _ids(thing: Thing) -> list[str]:
    return thing.reference.split(",") if thing.kind == "songs" else [thing.reference]


def _song(thing: Thing, known: Mapping[str, _Song]) -> Found:
    if (song := known.get(thing.reference)) is None:
        raise _missing(thing)
    ids = np.array([song.song_id], dtype=np.int32)
    return Found(song.title, song.credits, f"/song/{quote(thing.reference, safe='')}", ids, song.song_id)


def _songs(thing: Thing, known: Mapping[str, _Song]) -> Found:
    asked = _ids(thing)
    ids = [known[each].song_id for each in asked if each in known]
    if not ids:
        raise NotThere("None of the songs of your own list is in this catalogue.")
    missing = len(asked) - len(ids)
    return Found(
        f"{len(ids)} songs" if len(ids) > 1 else "1 song",
        f"a list of your own, {missing} of whose songs {'is' if missing == 1 else 'are'} not in this catalogue"
        if missing
        else "a list of your own",
        f"/playlist?{urlencode({'songs': ','.join(asked)}, safe=',')}",
        np.unique(np.array(ids, dtype=np.int32)),
        ids[0],
    )


def _named(catalogue: Catalogue, kind: str, asked: Sequence[Thing]) -> dict[Thing, Found | NotThere]:
    """Artists, albums or playlists: by Spotify's id, or by name; several that have the same name are one."""
    if not asked:
        return {}
    table = {"artist": tables.artists, "album": tables.albums, "playlist": tables.playlists}[kind]
    wanted = sorted({thing.reference for thing in asked})
    columns = table.c
    number = columns[f"{kind}_id"]
    statement = select(number.label("number"), columns.spotify_id, columns.name).where(
        or_(columns.spotify_id.in_(wanted), columns.name.in_(wanted))
    )
    names: dict[str, str] = {}
    numbers: dict[str, list[int]] = {}
    for row in fetch(catalogue.version, statement.order_by(number), cap=_ALL):
        for reference in {row["spotify_id"], row["name"]} & set(wanted):
            numbers.setdefault(reference, []).append(row["number"])
            if row["spotify_id"] == reference or reference not in names:
                names[reference] = row["name"]
    of_number = _members(catalogue, kind, {each for some in numbers.values() for each in some})
    ids = {
        reference: np.unique(np.concatenate([of_number[each] for each in some if each in of_number] or [_NO_SONGS]))
        for reference, some in numbers.items()
    }
    details = _album_details(catalogue, [int(of[0]) for of in ids.values() if len(of)]) if kind == "album" else {}
    found: dict[Thing, Found | NotThere] = {}
    for thing in asked:
        of = ids.get(thing.reference, _NO_SONGS)
        if len(of):
            detail = details.get(int(of[0]), kind)
            found[thing] = Found(names[thing.reference], detail, _explore(kind, thing.reference), of)
        else:
            found[thing] = _missing(thing)
    return found


def _members(catalogue: Catalogue, kind: str, numbers: Iterable[int]) -> dict[int, np.ndarray]:
    """Song ids by number of artist, album or playlist; those without songs are missing."""
    table = {"artist": tables.song_artists, "album": tables.songs, "playlist": tables.song_playlists}[kind]
    number = table.c[f"{kind}_id"]
    statement = select(number.label("number"), func.array_agg(table.c.song_id).label("ids"))
    rows = fetch(catalogue.version, statement.where(number.in_(sorted(numbers))).group_by(number), cap=_ALL)
    return {row["number"]: np.array(row["ids"], dtype=np.int32) for row in rows}


def _album_details(catalogue: Catalogue, song_ids: Sequence[int]) -> dict[int, str]:
    """ "album · Artist" by song, for a song of each album; songs without an artist are missing."""
    links, artists = tables.song_artists.c, tables.artists.c
    statement = (
        select(links.song_id, artists.name)
        .join(tables.song_artists, links.artist_id == artists.artist_id)
        .where(links.song_id.in_(song_ids), links.position == 0)
    )
    rows = fetch(catalogue.version, statement, cap=_ALL)
    return {row["song_id"]: f"album · {row['name']}" for row in rows}


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
