"""From the rows of a file to the rows of the tables: numbering, merging, rejecting.

Works on a chunk at a time and a column at a time, because a million trips through a Python loop with twenty
values each is what makes loaders slow. Each song becomes one line of COPY text; what is small (artists,
albums, genres, playlists, words) stays here until the end. About 500 MB for 1.2 million songs.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import chain, compress

from data_access.text import fold
from etl.credits import LONGEST_ID, Credit, parser
from etl.formats import Format
from etl.memberships import Memberships
from etl.source import Chunk
from etl.titles import title_base
from etl.values import NULL, NUMBERS, PARSERS, Bad, Memo

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_LONGEST_WORD = 400  # characters; a tsvector takes words of 2 KB
_ROW_TEXT = 2000
_NOT_EMPTY = ("spotify_id", "title")
_INDEXED = ("spotify_id", "album_spotify_id", "playlist_spotify_id", "genre")

Problem = tuple[str, str | None]  # (reason, column of the file)


def escaped(texts: Sequence[str]) -> Sequence[str]:
    """Texts as cells of COPY text."""
    joined = "".join(texts)
    if "\\" in joined or "\t" in joined or "\n" in joined or "\r" in joined:
        return [text.translate(_ESCAPES) for text in texts]
    return texts


class Assembler:
    """Takes chunks, gives COPY lines for `songs`, and keeps the other tables' rows until the end."""

    def __init__(self, layout: Format, header: Sequence[str]) -> None:
        self.layout = layout
        self._width = len(header)
        self._place = {
            ours: header.index(theirs) for ours, (theirs, _) in layout.columns.items() if theirs in header
        }
        self._memos = {
            name: Memo(PARSERS[layout.columns[name][1]])
            for name in self._place
            if layout.columns[name][1] in PARSERS
        }
        self._credits: Memo = Memo(parser(layout))
        self._song_numbers: dict[str, int] = {}
        self._artist_numbers: dict[tuple[str, str] | str, int] = {}
        self._album_numbers: dict[tuple[str, int] | str, int] = {}
        self._groups: dict[str, int] = {}
        self.artists: list[tuple[str | None, str, str]] = []  # (spotify id, name, folded)
        self.albums: list[tuple[str | None, str, str]] = []
        self.credit_lengths = array("i")  # artists of each song ...
        self.credit_numbers = array("i")  # ... and who they are
        self.words: Counter[str] = Counter()
        self.memberships = Memberships()
        self.rejected: list[tuple[int, str, str | None, str]] = []
        self.rows = 0
        self.merged = 0

    @property
    def songs(self) -> int:
        """Songs so far."""
        return len(self._song_numbers)

    @property
    def columns(self) -> list[str]:
        """Columns of `songs`, in the order in which COPY text has them."""
        plain = [name for name in self._values_of() if name != "release_date"]
        dates = ["release_date", "release_precision"] if "release_date" in self._place else []
        if dates and "year" not in self._place:
            dates.append("year")
        return ["song_id", "spotify_id", "title", "sort_title", "album_id", "version_group", "search", *plain, *dates]

    def _values_of(self) -> list[str]:
        return [name for name in self._place if self.layout.columns[name][1] not in
                ("text", "literal", "separated", "single")]  # fmt: skip

    # ---- one chunk -----------------------------------------------------------------------------

    def add(self, chunk: Chunk) -> str:
        """COPY text for the new songs of a chunk."""
        self.rows += len(chunk.rows)
        chunk = self._without_misshapen(chunk)
        if not chunk.rows:
            return ""
        file_columns = list(zip(*chunk.rows, strict=True))
        texts = {name: file_columns[place] for name, place in self._place.items()}
        problems: dict[int, Problem] = {}
        cells = self._parsed(texts, problems)
        if problems:
            for row, (reason, column) in sorted(problems.items()):
                self._reject(chunk.lines[row], reason, column, chunk.rows[row])
            good = [row not in problems for row in range(len(chunk.rows))]
            cells = {name: list(compress(column, good)) for name, column in cells.items()}
        numbers, is_new = self._numbered(cells["spotify_id"])
        self.memberships.add(numbers, cells)
        if not all(is_new):
            self.merged += len(is_new) - sum(is_new)
            cells = {name: list(compress(column, is_new)) for name, column in cells.items()}
            numbers = list(compress(numbers, is_new))
        return self._song_lines(numbers, cells)

    def _without_misshapen(self, chunk: Chunk) -> Chunk:
        widths = list(map(len, chunk.rows))
        if widths.count(self._width) == len(widths):
            return chunk
        for line, row in zip(chunk.lines, chunk.rows, strict=True):
            if len(row) != self._width:
                self._reject(line, f"the row has {len(row)} fields, the header {self._width}", None, row)
        fitting = [width == self._width for width in widths]
        return Chunk(list(compress(chunk.lines, fitting)), list(compress(chunk.rows, fitting)))

    def _reject(self, line: int, reason: str, column: str | None, row: list[str]) -> None:
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(row)
        self.rejected.append((line, reason, column, written.getvalue()[:_ROW_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}")))

    def _parsed(self, texts: dict[str, Sequence[str]], problems: dict[int, Problem]) -> dict[str, Sequence]:
        """Every column parsed (credits under "artists"); `problems` gets the rows that cannot be used."""
        cells: dict[str, Sequence] = {}
        for name, column in texts.items():
            theirs, kind = self.layout.columns[name]
            if kind == "text":
                for row, reason in _text_problems(column, name):
                    problems.setdefault(row, (f"{_OUR_WORDS.get(name, theirs)} {reason}", theirs))
                cells[name] = column
            elif kind in NUMBERS:
                cells[name], bad = NUMBERS[kind].parse_column(column)
                for row, reason in bad.items():
                    problems.setdefault(row, (f"{theirs} {reason}", theirs))
            elif name in self._memos:
                cells[name] = self._remembered(self._memos[name], column, theirs, theirs, problems)
            elif name == "artists":
                ids = (texts["artist_spotify_ids"],) if "artist_spotify_ids" in texts else ()
                pairs = zip(column, *ids, strict=True)
                cells[name] = self._remembered(self._credits, pairs, "list of artists", theirs, problems)
        return cells

    @staticmethod
    def _remembered(memo: Memo, column, words: str, theirs: str, problems: dict[int, Problem]) -> list:
        parsed = list(map(memo.__getitem__, column))
        if memo.has_bad:
            for row, value in enumerate(parsed):
                if isinstance(value, Bad):
                    problems.setdefault(row, (f"{words} {value.reason}", theirs))
        return parsed

    def _numbered(self, spotify_ids: Sequence[str]) -> tuple[list[int], list[bool]]:
        """Song number of each row, and whether the row is the first of its song."""
        known, count = self._song_numbers, len(self._song_numbers)
        numbers, is_new = [], []
        for spotify_id in spotify_ids:
            number = known.setdefault(spotify_id, count)
            numbers.append(number)
            is_new.append(number == count)
            count = len(known)
        return numbers, is_new

    def _song_lines(self, numbers: list[int], cells: dict[str, Sequence]) -> str:
        credits: Sequence[Credit] = cells["artists"]
        artists = [credit.numbers or self._credited(credit) for credit in credits]
        self.credit_lengths.extend(map(len, artists))
        self.credit_numbers.extend(chain.from_iterable(artists))

        titles = cells["title"]
        folded = list(map(fold, titles))
        bases = map(title_base, titles, folded)
        group = self._groups.setdefault
        groups = [group(f"{who[0]} {base}", number) for who, base, number in zip(artists, bases, numbers, strict=True)]
        albums = self._albums_of(cells, artists)
        described = [f"{title} {credit.folded}" for title, credit in zip(folded, credits, strict=True)]
        self.words.update(chain.from_iterable(map(set, map(str.split, described))))
        known_albums = self.albums
        search = [
            text if album is None else f"{text} {known_albums[album][2]}"
            for text, album in zip(described, albums, strict=True)
        ]
        columns = [
            map(str, numbers),
            escaped(cells["spotify_id"]),
            escaped(titles),
            escaped(folded),
            [NULL if album is None else str(album) for album in albums],
            map(str, groups),
            escaped(_as_tsvectors(search)),
            *(cells[name] for name in self._values_of() if name != "release_date"),
        ]
        if "release_date" in cells:
            dates = cells["release_date"]
            if "year" in cells:
                dates = [cell.rpartition("\t")[0] for cell in dates]
            columns.append(dates)
        lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
        return lines + "\n" if lines else ""

    def _credited(self, credit: Credit) -> tuple[int, ...]:
        numbers = []
        for place, name in enumerate(credit.names):
            spotify_id = credit.ids[place] if credit.ids else ""
            key: tuple[str, str] | str = spotify_id or ("", name)
            number = self._artist_numbers.setdefault(key, len(self.artists))
            if number == len(self.artists):
                self.artists.append((spotify_id or None, name, fold(name)))
            numbers.append(number)
        credit.numbers = tuple(dict.fromkeys(numbers))
        credit.folded = " ".join(self.artists[number][2] for number in credit.numbers)
        return credit.numbers

    def _albums_of(self, cells: dict[str, Sequence], artists: list[tuple[int, ...]]) -> list[int | None]:
        if "album" not in cells:
            return [None] * len(artists)
        found: list[int | None] = []
        ids = cells.get("album_spotify_id", ("",) * len(artists))
        for spotify_id, name, who in zip(ids, cells["album"], artists, strict=True):
            if not spotify_id and not name.strip():
                found.append(None)
                continue
            number = self._album_numbers.setdefault(spotify_id or (name, who[0]), len(self.albums))
            if number == len(self.albums):
                self.albums.append((spotify_id or None, name, fold(name)))
            found.append(number)
        return found


_OUR_WORDS = {"spotify_id": "id", "title": "title"}


def _text_problems(column: Sequence[str], name: str) -> list[tuple[int, str]]:
    found = []
    if name in _INDEXED and max(map(len, column)) > LONGEST_ID:
        found += [(row, f"is longer than {LONGEST_ID} characters") for row, text in enumerate(column) if len(text) > LONGEST_ID]
    if name in _NOT_EMPTY and not all(map(str.strip, column)):
        found += [(row, "is empty") for row, text in enumerate(column) if not text.strip()]
    if "\0" in "".join(column):
        found += [(row, "holds a NUL character") for row, text in enumerate(column) if "\0" in text]
    return found


def _as_tsvectors(texts: list[str]) -> list[str]:
    """Folded words as the text form of a tsvector, which needs quotes only around what is not a letter or digit."""
    joined = "".join(texts)
    if not ("'" in joined or "\\" in joined or ":" in joined or max(map(len, texts), default=0) > _LONGEST_WORD):
        return texts
    return [" ".join(map(_lexeme, text.split())) for text in texts]


def _lexeme(word: str) -> str:
    return "'" + word[:_LONGEST_WORD].replace("\\", "\\\\").replace("'", "''") + "'"

