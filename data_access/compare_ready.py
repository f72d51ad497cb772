"""What Compare offers by itself: comparisons that exist in this catalogue, and things for what a person types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

import numpy as np
from sqlalchemy import func, literal, or_, select

from data_access import explore, search, tables, things
from data_access import text as folding
from data_access.cache import cached
from data_access.catalogue import Catalogue, current
from data_access.columns import open_store
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.filters import Range, SongFilter
from data_access.things import Thing

OFFERS = 3
_KNOWN_ARTISTS = 200
_ENOUGH_SONGS = 10
_TOO_MANY_SONGS = 200  # who has more is "Various Artists", or a composer with every recording
_OF_A_KIND = 3


@dataclass(frozen=True)
class Offer:
    """A comparison to begin with: its tokens, what it is, and who takes part, in words."""

    title: str
    words: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A thing that a person may mean; `label` as written in the catalogue, `detail` what or how much it is."""

    kind: str
    token: str
    label: str
    detail: str


# ---- ready-made ------------------------------------------------------------------------------


def offers() -> list[Offer]:
    """OFFERS comparisons, none of which is empty; fewer only in a catalogue of very few songs."""
    live = current()
    key = (live.version, live.started_at.isoformat(), things.model_number(live))
    return cached("compare-offers", key, lambda: _offers(live))


def _offers(live: Catalogue) -> list[Offer]:
    makers: Iterable[Callable[[Catalogue], Offer | None]] = (
        _moods, _largest_genres, _decades, _happiest_and_saddest, _slow_and_fast, _busiest_artists,
    )  # fmt: skip
    found: list[Offer] = []
    for make in makers:
        if len(found) < OFFERS and (offer := make(live)):
            found.append(offer)
    return found


def _largest_genres(live: Catalogue) -> Offer | None:
    store = open_store(live)
    numbers = np.bincount(store.genre_pairs[1], minlength=len(store.genre_names))
    largest = np.argsort(-numbers, kind="stable")[:2]
    if len(largest) < 2 or not numbers[largest].all():
        return None
    names = [store.genre_names[place] for place in largest]
    return Offer("The two largest genres", " and ".join(names), tuple(Thing("genre", name).token for name in names))


def _moods(live: Catalogue) -> Offer | None:
    numbers = {name: songs for name, songs in things.mood_counts(live, slice(None)).items() if songs}
    if len(numbers) < 2:
        return None
    names = sorted(numbers, key=lambda name: -numbers[name])[:6]
    tokens = tuple(Thing("mood", name).token for name in numbers if name in names)
    return Offer("All moods" if len(names) == len(numbers) else "The largest moods", ", ".join(names), tokens)


def _decades(live: Catalogue) -> Offer | None:
    store = open_store(live)
    if FIELD_BY_NAME["year"] not in store.fields:
        return None
    years = store.values("year")
    songs = np.bincount(years[~np.isnan(years)].astype(np.int32) // 10)
    enough = np.flatnonzero(songs >= max(30, len(years) // 1000)) * 10
    if len(enough) < 2:
        return None
    ends = [int(enough[0]), int(enough[-1])]
    tokens = []
    for decade in ends:
        query = SongFilter().with_range("year", Range(decade, decade + 9)).to_query()
        tokens.append(Thing("filter", f"{query}&name={decade}s").token)
    return Offer("Earliest and latest decade", f"the {ends[0]}s and the {ends[1]}s", tuple(tokens))


def _happiest_and_saddest(live: Catalogue) -> Offer | None:
    a, links, s = tables.artists.c, tables.song_artists.c, tables.songs.c
    known = (
        select(a.artist_id, a.name, func.coalesce(a.spotify_id, a.name).label("id"))
        .where(a.songs.between(_ENOUGH_SONGS, _TOO_MANY_SONGS))
        .order_by(a.songs.desc(), a.artist_id)
        .limit(_KNOWN_ARTISTS)
        .subquery()
    )
    statement = (
        select(known.c.id, known.c.name, func.avg(s.valence).label("valence"))
        .join(tables.song_artists, links.artist_id == known.c.artist_id)
        .join(tables.songs, s.song_id == links.song_id)
        .where(s.valence.is_not(None))
        .group_by(known.c.artist_id, known.c.id, known.c.name)
        .having(func.count() >= _ENOUGH_SONGS)
        .order_by(func.avg(s.valence).desc(), known.c.id)
    )
    rows = fetch(live.version, statement)
    if len(rows) < 2:
        return None
    ends = rows[0], rows[-1]
    return Offer(
        "The happiest and the saddest artist",
        " and ".join(row["name"] for row in ends),
        tuple(Thing("artist", row["id"]).token for row in ends),
    )


def _slow_and_fast(live: Catalogue) -> Offer | None:
    tokens = []
    for name, chosen in (("Slow songs", Range(None, 90, open_high=True)), ("Fast songs", Range(150, None))):
        song_filter = SongFilter().with_range("tempo", chosen)
        if explore.summarise(song_filter).selected:
            tokens.append(Thing("filter", f"{song_filter.to_query()}&name={name.replace(' ', '+')}").token)
    return Offer("Slow and fast", "under 90 BPM and from 150 BPM", tuple(tokens)) if len(tokens) == 2 else None


def _busiest_artists(live: Catalogue) -> Offer | None:
    a = tables.artists.c
    columns = [a.name, func.coalesce(a.spotify_id, a.name).label("id")]
    rows = fetch(live.version, select(*columns).order_by(a.songs.desc(), a.artist_id).limit(2))
    if len(rows) < 2:
        return None
    tokens = tuple(Thing("artist", row["id"]).token for row in rows)
    return Offer("The artists with most songs", " and ".join(row["name"] for row in rows), tokens)


# ---- what a person types ---------------------------------------------------------------------


def suggest(text: str) -> list[Choice]:
    """Things of every kind for a text, best of each kind first; for no text the moods and the largest genres.

    Raises what `catalogue.current` and `db.fetch` raise.
    """
    live = current()
    folded = folding.fold(text.encode(errors="ignore").decode().replace("\0", " ")) if text.strip() else ""
    if not folded:
        return [*_mood_choices(live, ""), *_genre_choices(live, "", 8)]
    typed = [
        Choice(found.kind, token, found.label, found.detail)
        for found in search.suggest(text, 8)
        if (token := _token_of(found))
    ]
    artists = [choice for choice in typed if choice.kind == "artist"]
    songs = [choice for choice in typed if choice.kind == "song"]
    return [
        *_mood_choices(live, folded),
        *_genre_choices(live, folded, _OF_A_KIND),
        *artists[:_OF_A_KIND],
        *_listed(live, "playlist", folded),
        *_listed(live, "album", folded),
        *songs[:5],
    ]


def _token_of(found: search.Suggestion) -> str:
    """The thing that a suggestion of the search box leads to."""
    path, _, query = found.href_path.partition("?")
    if found.kind == "song":
        return Thing("song", unquote(path.removeprefix("/song/"))).token
    artists = parse_qs(query).get("artist", [])
    return Thing("artist", artists[0]).token if artists else ""


def _mood_choices(live: Catalogue, folded: str) -> list[Choice]:
    numbers = things.mood_counts(live, slice(None))
    return [
        Choice("mood", Thing("mood", name).token, name, _songs(songs))
        for name, songs in numbers.items()
        if songs and _fits(name, folded)
    ]


def _genre_choices(live: Catalogue, folded: str, limit: int) -> list[Choice]:
    store = open_store(live)
    numbers = np.bincount(store.genre_pairs[1], minlength=len(store.genre_names)).tolist()
    fitting = [
        (not folding.fold(name).startswith(folded), -songs, name)
        for name, songs in zip(store.genre_names, numbers, strict=True)
        if songs and _fits(name, folded)
    ]
    return [
        Choice("genre", Thing("genre", name).token, name, _songs(-songs)) for _, songs, name in sorted(fitting)[:limit]
    ]


def _listed(live: Catalogue, kind: str, folded: str) -> list[Choice]:
    """Albums or playlists that begin with the text or have it at the beginning of a word, the shortest first."""
    table = tables.albums if kind == "album" else tables.playlists
    folded_name = table.c.sort_name if kind == "album" else func.lower(table.c.name)
    pattern = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    begins = folded_name.like(pattern + "%")
    statement = (
        select(table.c.name, func.coalesce(table.c.spotify_id, table.c.name).label("id"))
        .where(or_(begins, folded_name.like(literal("% " + pattern + "%"))))
        .order_by(begins.desc(), func.length(table.c.name), table.c.name)
        .limit(_OF_A_KIND)
    )
    return [Choice(kind, Thing(kind, row["id"]).token, row["name"], kind) for row in fetch(live.version, statement)]


def _fits(name: str, folded: str) -> bool:
    own = folding.fold(name)
    return own.startswith(folded) or f" {folded}" in own


def _songs(number: int) -> str:
    return f"{number:,} song{'' if number == 1 else 's'}"
