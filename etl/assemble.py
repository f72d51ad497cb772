"""From the rows of a file to the rows of the tables: numbering, merging, rejecting.

Works on a chunk at a time and a column at a time, because a million trips through a Python loop with twenty
values each is what makes loaders slow. Each song becomes one line of COPY text; what is small (artists,
albums, genres, playlists) stays here until the end: a load of 1.2 million songs takes 1.6 GB at its peak.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, compress
from typing import Any, TypeAlias

import pyarrow as pa

from data_access.text import fold_all
from data_access.titles import title_base
from etl.cells import as_tsvectors, escaped, lines_of, text_problems
from etl.credits import Credit, parser
from etl.formats import Format
from etl.memberships import Memberships
from etl.registers import Albums, Artists
from etl.source import Chunk
from etl.values import NULL, NUMBERS, PARSERS, Bad, Memo

_ROW_TEXT = 2000
_OUR_WORDS = {"spotify_id": "id", "title": "title"}
_NOT_VALUES = ("text", "literal", "separated", "single")
_OURS = ("song_id", "spotify_id", "title", "sort_title", "album_id", "version_group", "search")

Cells: TypeAlias = Any  # of one column: a sequence of parsed values, or an Arrow array of COPY cells
Problem = tuple[str, str | None]  # (reason, column of the file)


class Assembler:
    """Takes chunks, gives COPY lines for `songs`, and keeps the other tables' rows until the end."""

    def __init__(self, layout: Format, header: Sequence[str]) -> None:
        self.layout = layout
        self._width = len(header)
        self._place = {ours: header.index(theirs) for ours, (theirs, _) in layout.columns.items() if theirs in header}
        kinds = {name: layout.columns[name][1] for name in self._place}
        self._values = [name for name, kind in kinds.items() if kind not in _NOT_VALUES and kind != "date"]
        self._memos = {name: Memo(self._parser(kind)) for name, kind in kinds.items() if kind in PARSERS}
        self._credits = Memo(parser(layout))
        self._song_numbers: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self.artists = Artists()
        self.albums = Albums()
        self.memberships = Memberships()
        self.credit_lengths = array("i")  # number of artists of each song ...
        self.credit_numbers = array("i")  # ... and who they are
        self.rejected: list[tuple[int, str, str | None, str]] = []  # (line, reason, column, row)
        self.rows = 0
        self.merged = 0

    def _parser(self, kind: str) -> Callable[[str], str]:
        """What parses a kind of value; of a date, the year only where no column has it."""
        parse = PARSERS[kind]
        return (lambda text: parse(text).rpartition("\t")[0]) if kind == "date" and "year" in self._place else parse

    @property
    def songs(self) -> int:
        """Songs so far."""
        return len(self._song_numbers)

    @property
    def columns(self) -> list[str]:
        """Columns of `songs`, in the order in which the COPY text has them."""
        dates = ["release_date", "release_precision"] if "release_date" in self._place else []
        if dates and "year" not in self._place:
            dates.append("year")
        return [*_OURS, *self._values, *dates]

    def add_table(self, table: pa.Table) -> bytes | None:
        """COPY text for the new songs of a table of texts (Source.table); None, and nothing added, when some row of
        it cannot be used or is not written plainly: `add` then takes its rows."""
        cells = self._parsed_plainly(table)
        if cells is None:
            return None
        self.rows += table.num_rows
        return self._added(cells)

    def add(self, chunk: Chunk) -> bytes:
        """COPY text for the new songs of a chunk."""
        self.rows += len(chunk.rows)
        chunk = self._without_misshapen(chunk)
        if not chunk.rows:
            return b""
        file_columns = list(zip(*chunk.rows, strict=True))
        problems: dict[int, Problem] = {}
        cells = self._parsed({name: file_columns[place] for name, place in self._place.items()}, problems)
        if problems:
            for row, (reason, column) in sorted(problems.items()):
                self._reject(chunk.lines[row], reason, column, chunk.rows[row])
            cells = _kept(cells, [row not in problems for row in range(len(chunk.rows))])
        return self._added(cells)

    def _added(self, cells: dict[str, Cells]) -> bytes:
        numbers, is_new = self._numbered(cells["spotify_id"])
        self.memberships.add(numbers, cells)
        if is_new is not None:
            self.merged += is_new.count(False)
            cells, numbers = _kept(cells, is_new), list(compress(numbers, is_new))
        return self._song_lines(numbers, cells)

    # ---- rows that cannot be used --------------------------------------------------------------

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
        text = written.getvalue()[:_ROW_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}")
        self.rejected.append((line, reason.replace("\0", "\N{REPLACEMENT CHARACTER}"), column, text))

    def _parsed_plainly(self, table: pa.Table) -> dict[str, Cells] | None:
        """Every column parsed as `_parsed` would, or None; numbers and what has few values stay in Arrow."""
        cells: dict[str, Cells] = {}
        for name, place in self._place.items():
            kind = self.layout.columns[name][1]
            column = table.column(place).combine_chunks()
            if kind == "text":
                cells[name] = column.to_pylist()
                if text_problems(name, cells[name]):
                    return None
            elif kind in NUMBERS:
                plain = NUMBERS[kind].parse_plain(column)
                if plain is None:
                    return None
                cells[name] = plain
            elif name in self._memos:
                few = column.dictionary_encode()
                parsed, bad = _remembered(self._memos[name], few.dictionary.to_pylist())
                if bad:
                    return None
                cells[name] = pa.array(parsed, pa.string()).take(few.indices)
            elif name == "artists":
                ids = [table.column(self._place["artist_spotify_ids"])] if "artist_spotify_ids" in self._place else []
                texts = [part.to_pylist() for part in (column, *ids)]
                cells[name], bad = _remembered(self._credits, zip(*texts, strict=True))
                if bad:
                    return None
        return cells

    def _parsed(self, texts: Mapping[str, Sequence[str]], problems: dict[int, Problem]) -> dict[str, Cells]:
        """Every column parsed (credits under "artists"); `problems` gets the rows that cannot be used."""
        cells: dict[str, Cells] = {}
        for name, column in texts.items():
            theirs, kind = self.layout.columns[name]
            words, bad = theirs, {}
            if kind == "text":
                words = _OUR_WORDS.get(name, theirs)
                cells[name], bad = column, dict(text_problems(name, column))
            elif kind in NUMBERS:
                cells[name], bad = NUMBERS[kind].parse_column(column)
            elif name in self._memos:
                cells[name], bad = _remembered(self._memos[name], column)
            elif name == "artists":
                ids = (texts["artist_spotify_ids"],) if "artist_spotify_ids" in texts else ()
                words = "list of artists"
                cells[name], bad = _remembered(self._credits, zip(column, *ids, strict=True))
            for row, reason in bad.items():
                problems.setdefault(row, (f"{words} {reason}", theirs))
        return cells

    # ---- rows that become songs ----------------------------------------------------------------

    def _numbered(self, spotify_ids: Sequence[str]) -> tuple[Sequence[int], list[bool] | None]:
        """Song number of each row, and whether the row is the first of its song; None when all are."""
        known, count = self._song_numbers, len(self._song_numbers)
        if known.keys().isdisjoint(spotify_ids) and len(set(spotify_ids)) == len(spotify_ids):
            fresh = range(count, count + len(spotify_ids))
            known.update(zip(spotify_ids, fresh, strict=True))
            return fresh, None
        numbers, is_new = [], []
        for spotify_id in spotify_ids:
            number = known.setdefault(spotify_id, count)
            numbers.append(number)
            is_new.append(number == count)
            count = len(known)
        return numbers, is_new

    def _song_lines(self, numbers: Sequence[int], cells: dict[str, Cells]) -> bytes:
        credits: Sequence[Credit] = cells["artists"]
        titles = cells["title"]
        artists = self.artists.number(credits)
        self.credit_lengths.extend(map(len, artists))
        self.credit_numbers.extend(chain.from_iterable(artists))

        folded = fold_all(titles)
        described = [f"{title} {credit.folded}" for title, credit in zip(folded, credits, strict=True)]
        album_cells: Sequence[str] = (NULL,) * len(numbers)
        search = described
        if "album" in cells:
            albums = self.albums.number(cells.get("album_spotify_id"), cells["album"], artists)
            names = self.albums.rows
            album_cells = [NULL if album is None else str(album) for album in albums]
            search = [
                text if album is None else f"{text} {names[album][2]}"
                for text, album in zip(described, albums, strict=True)
            ]
        columns = [
            list(map(str, numbers)),
            escaped(cells["spotify_id"]),
            escaped(titles),
            escaped(folded),
            album_cells,
            list(map(str, self._version_groups(numbers, titles, folded, artists))),
            escaped(as_tsvectors(search)),
            *(cells[name] for name in self._values),
        ]
        if "release_date" in cells:
            columns.append(cells["release_date"])  # with its precision, and the year where no column has it
        return lines_of(columns)

    def _version_groups(self, numbers, titles, folded, artists) -> list[int]:
        group = self._groups.setdefault
        return [
            group(f"{who[0]} {title_base(title, plain) if _may_have_suffix(title) else plain}", number)
            for title, plain, who, number in zip(titles, folded, artists, numbers, strict=True)
        ]


def _may_have_suffix(title: str) -> bool:
    return "(" in title or " - " in title or "[" in title or not title.isascii()


def _kept(cells: Mapping[str, Cells], wanted: list[bool]) -> dict[str, Cells]:
    return {
        name: column.filter(pa.array(wanted)) if isinstance(column, pa.Array) else list(compress(column, wanted))
        for name, column in cells.items()
    }


def _remembered(memo: Memo, column: Iterable) -> tuple[list, dict[int, str]]:
    parsed = list(map(memo.__getitem__, column))
    if not memo.has_bad:
        return parsed, {}
    return parsed, {row: value.reason for row, value in enumerate(parsed) if isinstance(value, Bad)}
