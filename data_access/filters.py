"""SongFilter: what a person restricted the catalogue to, as one small value.

It alone knows how to become a URL query and come back, a SQL condition, a mask over the column
store, and a sentence. A property test holds these together: for any filter, SQL and mask count the same songs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import REAL, ColumnElement, and_, cast, literal, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY

from data_access import areas
from data_access import text as folding
from data_access.areas import Area
from data_access.fields import FIELD_BY_NAME, FIELDS, NOTES, UNKNOWN_KEY, key_name
from data_access.ranges import Range, any_of, parse_range, range_token, range_words
from data_access.tables import (
    albums,
    artists,
    genres,
    playlists,
    song_artists,
    song_genres,
    song_moods,
    song_playlists,
    songs,
)

UNKNOWN = "unknown"
KEY_CODES = {
    **{f"{note}{'' if major else 'm'}": pitch * 2 + major for pitch, note in enumerate(NOTES) for major in (0, 1)},
    UNKNOWN: UNKNOWN_KEY,
}
KEY_TOKENS = {code: token for token, code in KEY_CODES.items()}
TIME_SIGNATURES = range(1, 8)


@dataclass(frozen=True)
class SongFilter:
    """A filter over songs; the empty one lets every song through.

    `ranges` maps a field's name to its Range. `keys` are key codes (pitch class * 2 + mode, 24 unknown),
    `time_signatures` beats a bar (0 unknown). `genres`, `artists`, `albums` and `playlists` hold names or,
    for the last three, ids as they stand in URLs (Spotify's id, or the name where the file has no ids).
    `moods` are names of the live model's moods, `area` is one drawn on its map (areas.checked); on the map of another
    model it lets no song through. Sets of one kind widen (rock or metal), kinds narrow (rock, and in A minor).
    `text` must have all its words, as prefixes, somewhere in title, artists or album.
    """

    ranges: tuple[tuple[str, Range], ...] = ()
    keys: frozenset[int] = frozenset()
    time_signatures: frozenset[int] = frozenset()
    explicit: bool | None = None
    moods: frozenset[str] = frozenset()
    area: Area | None = None
    genres: frozenset[str] = frozenset()
    artists: frozenset[str] = frozenset()
    albums: frozenset[str] = frozenset()
    playlists: frozenset[str] = frozenset()
    text: str = ""

    def __post_init__(self) -> None:
        if self.area is not None:
            object.__setattr__(self, "area", areas.checked(*self.area))

    # ---- changing it -------------------------------------------------------------------------

    def range(self, name: str) -> Range | None:
        """The range on one field, or None."""
        return dict(self.ranges).get(name)

    def with_range(self, name: str, chosen: Range | None) -> SongFilter:
        """The same filter with one field's range set, or lifted by None (or by a range with no ends)."""
        ranges = {key: value for key, value in self.ranges if key != name}
        if chosen is not None and (chosen.low is not None or chosen.high is not None):
            ranges[name] = chosen
        ordered = tuple((f.name, ranges[f.name]) for f in FIELDS if f.name in ranges)
        return replace(self, ranges=ordered)

    def toggled(self, kind: str, value: object) -> SongFilter:
        """The same filter with `value` put into, or taken out of, one of its sets."""
        return replace(self, **{kind: getattr(self, kind) ^ {value}})

    def without(self, part: str) -> SongFilter:
        """The same filter without one part: a field's name, or a kind such as "keys" or "text"."""
        if part in FIELD_BY_NAME:
            return self.with_range(part, None)
        return replace(self, **{part: getattr(SongFilter(), part)})

    def parts(self, names: Mapping[str, str] = MappingProxyType({})) -> list[tuple[str, str]]:
        """(part, words) for everything that restricts, in a fixed order: the chips of the page.

        `names` puts a name in the place of an artist's, album's or playlist's id, and words in that of an area's token.
        """
        found = [(name, range_words(FIELD_BY_NAME[name], chosen)) for name, chosen in self.ranges]
        if self.keys:
            found.append(("keys", any_of(key_name(key) for key in sorted(self.keys))))
        if self.time_signatures:
            words = (f"{beats} beats a bar" if beats else "beats unknown" for beats in sorted(self.time_signatures))
            found.append(("time_signatures", any_of(words)))
        if self.explicit is not None:
            found.append(("explicit", "explicit" if self.explicit else "not explicit"))
        if self.moods:
            found.append(("moods", any_of(sorted(self.moods))))
        if self.area:
            found.append(("area", names.get(areas.token(self.area), "an area of the map")))
        for kind, singular in (
            ("genres", ""),
            ("artists", "artist "),
            ("albums", "album "),
            ("playlists", "playlist "),
        ):
            if values := getattr(self, kind):
                found.append((kind, singular + any_of(sorted(names.get(v, v) for v in values))))
        if self.text:
            found.append(("text", f"“{self.text}”"))
        return found

    def sentence(self, names: Mapping[str, str] = MappingProxyType({})) -> str:
        """The filter in words, for example "energy 0.50–0.90, 1990–2015, A minor"; "" when empty."""
        return ", ".join(words for _, words in self.parts(names))

    # ---- URL ---------------------------------------------------------------------------------

    def to_query(self) -> str:
        """Canonical URL query: equal filters give equal strings, and `from_query` brings it back."""
        pairs: list[tuple[str, str]] = [(name, range_token(chosen)) for name, chosen in self.ranges]
        pairs += [("key", KEY_TOKENS[key]) for key in sorted(self.keys)]
        pairs += [("time", str(beats) if beats else UNKNOWN) for beats in sorted(self.time_signatures)]
        if self.explicit is not None:
            pairs.append(("explicit", "yes" if self.explicit else "no"))
        pairs += [("mood", name) for name in sorted(self.moods)]
        if self.area:
            pairs.append(("area", areas.token(self.area)))
        for kind in ("genres", "artists", "albums", "playlists"):
            pairs += [(kind[:-1], value) for value in sorted(getattr(self, kind))]
        if self.text:
            pairs.append(("text", self.text))
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[SongFilter, list[str]]:
        """A filter from parsed query parameters, and one sentence for each that could not be used.

        Keys that are not a filter's are left alone: they may be the page's own.
        """
        found, problems = cls(), []
        for name, raw in query.items():
            values = [raw] if isinstance(raw, str) else list(raw)
            for value in values:
                try:
                    found = found._with_parameter(name, value)
                except ValueError as error:
                    problems.append(str(error))
        return found, problems

    def _with_parameter(self, name: str, value: str) -> SongFilter:
        if name in FIELD_BY_NAME:
            return self.with_range(name, parse_range(FIELD_BY_NAME[name], value))
        if name == "key":
            if value not in KEY_CODES:
                raise ValueError(f"key={value} is not a key; write for example key=C or key=Am.")
            return replace(self, keys=self.keys | {KEY_CODES[value]})
        if name == "time":
            if value != UNKNOWN and not (value.isascii() and value.isdigit() and int(value) in TIME_SIGNATURES):
                raise ValueError(f"time={value} is not a time signature; write 1 to 7, or {UNKNOWN}.")
            beats = 0 if value == UNKNOWN else int(value)
            return replace(self, time_signatures=self.time_signatures | {beats})
        if name == "explicit":
            if value not in ("yes", "no"):
                raise ValueError(f"explicit={value} is neither yes nor no.")
            return replace(self, explicit=value == "yes")
        if name == "area":
            return replace(self, area=areas.parse(value)) if value else self
        if name in ("mood", "genre", "artist", "album", "playlist"):
            kind = name + "s"
            return replace(self, **{kind: getattr(self, kind) | {value}}) if value else self
        if name == "text":
            return replace(self, text=" ".join(value.split())[:200])
        return self

    # ---- SQL ---------------------------------------------------------------------------------

    def clause(self) -> ColumnElement[bool]:
        """The filter as a condition on `songs`, parameters bound."""
        conditions: list[ColumnElement[bool]] = [true()]
        for name, chosen in self.ranges:
            column = cast(songs.c[name], REAL)
            if chosen.low is not None:
                conditions.append(column >= cast(chosen.low, REAL))
            if chosen.high is not None:
                high = cast(chosen.high, REAL)
                conditions.append(column < high if chosen.open_high else column <= high)
        if self.keys:
            known = [key for key in self.keys if key != UNKNOWN_KEY]
            key = songs.c.key * 2 + songs.c.mode
            conditions.append(or_(key.in_(known), *([key.is_(None)] if UNKNOWN_KEY in self.keys else [])))
        if self.time_signatures:
            known = [beats for beats in self.time_signatures if beats]
            beats = songs.c.time_signature
            conditions.append(or_(beats.in_(known), *([beats.is_(None)] if 0 in self.time_signatures else [])))
        if self.explicit is not None:
            conditions.append(songs.c.explicit.is_(self.explicit))
        conditions += [songs.c.song_id.in_(member_select(kind, values)) for kind, values in self.memberships()]
        return and_(*conditions)

    def memberships(self) -> list[tuple[str, frozenset[str]]]:
        """The parts that the column store cannot answer, as (kind, values) for `member_select`.

        Those of the live model, "moods" and "area", a MoodStore answers without the database (explore.members).
        """
        kinds = ("moods", "genres", "artists", "albums", "playlists")
        found = [(kind, getattr(self, kind)) for kind in kinds if getattr(self, kind)]
        if self.area:
            found.append(("area", frozenset({areas.token(self.area)})))
        return [*found, ("text", frozenset({self.text}))] if self.text else found

    # ---- mask --------------------------------------------------------------------------------

    def mask(
        self,
        column: Callable[[str], np.ndarray],
        members: Callable[[str, frozenset[str]], np.ndarray],
        n_songs: int,
    ) -> np.ndarray:
        """The filter as a mask, (songs,) bool.

        `column(name)` gives a field as (songs,) float32 with NaN for unknown, and "key", "time_signature",
        "explicit" as uint8 codes of the column store; `members(kind, values)` the song ids of `member_select`.
        """
        mask = np.ones(n_songs, dtype=bool)
        for name, chosen in self.ranges:
            low, high = chosen.bounds()
            values = column(name)
            mask &= (values >= low) & (values <= high)
        for name, wanted in self.code_sets():
            table = np.zeros(256, dtype=bool)
            table[list(wanted)] = True
            mask &= table[column(name)]
        for kind, wanted_members in self.memberships():
            chosen_songs = np.zeros(n_songs, dtype=bool)
            chosen_songs[members(kind, wanted_members)] = True
            mask &= chosen_songs
        return mask

    def code_sets(self) -> list[tuple[str, frozenset[int]]]:
        """The facets as (column of codes, codes let through)."""
        found: list[tuple[str, frozenset[int]]] = []
        if self.keys:
            found.append(("key", self.keys))
        if self.time_signatures:
            found.append(("time_signature", self.time_signatures))
        if self.explicit is not None:
            found.append(("explicit", frozenset({int(self.explicit)})))
        return found


def member_select(kind: str, values: Iterable[str]):
    """SELECT of the song ids that belong to any of `values` (names, ids or names, a text, an area)."""
    wanted = sorted(values)
    if kind == "moods":
        return select(song_moods.c.song_id).where(song_moods.c.name.in_(wanted))
    if kind == "area":
        area = areas.parse(wanted[0])
        within = areas.clause(area, song_moods.c.x, song_moods.c.y)
        return select(song_moods.c.song_id).where(song_moods.c.model == area[0], within)
    if kind == "text":
        return select(songs.c.song_id).where(or_(*(songs.c.search.op("@@")(text_query(v)) for v in wanted)))
    if kind == "albums":
        named = select(albums.c.album_id).where(or_(albums.c.spotify_id.in_(wanted), albums.c.name.in_(wanted)))
        return select(songs.c.song_id).where(songs.c.album_id.in_(named))
    if kind == "genres":
        return (
            select(song_genres.c.song_id)
            .join(genres, genres.c.genre_id == song_genres.c.genre_id)
            .where(genres.c.name.in_(wanted))
        )
    link, table, number = {
        "artists": (song_artists, artists, "artist_id"),
        "playlists": (song_playlists, playlists, "playlist_id"),
    }[kind]
    named = select(table.c[number]).where(or_(table.c.spotify_id.in_(wanted), table.c.name.in_(wanted)))
    return select(link.c.song_id).where(link.c[number].in_(named))


def text_query(text: str) -> ColumnElement:
    """A tsquery that wants every folded word of `text` as a prefix; a text without words matches nothing."""
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in folding.words(text)]
    return cast(literal(" & ".join(quoted)), TSQUERY)
