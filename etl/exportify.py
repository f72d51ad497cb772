"""Playlists that people bring along: Exportify's CSV in all its generations, and texts with links to Spotify's songs.

Nothing is looked up here: bytes or a text in, lines out, each with what is said of one song. What can never be a song
of a catalogue (a podcast, a file of somebody's own) comes with the reason. Any table with a known column for ids, or
with one for titles and one for artists, is read; Exportify's is where those names come from.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.values import NULL, NUMBERS

AT_MOST = 20_000
"""Rows, or links, of one upload."""

LARGEST = 10_000_000
"""Bytes of one upload."""

_LONGEST_TEXT = 300  # characters of a title or of all artists that are looked at; the patterns of versions are slow
_MOST_NAMES = 6


class Unreadable(ValueError):
    """An upload as a whole cannot be used; the message is the one sentence that a person gets to read."""


@dataclass(frozen=True)
class Line:
    """What an upload says of one song; `number` is its line, from 1.

    `spotify_id` and `title` are "" where nothing is said. `artists` are names that may stand in the credits, the first
    one most likely: where commas part them, "Tyler, The Creator" is one of the names as well as its two halves.
    `credit` is all artists in one text, for people.
    """

    number: int
    spotify_id: str
    title: str = ""
    artists: tuple[str, ...] = ()
    credit: str = ""
    milliseconds: int | None = None


@dataclass(frozen=True)
class Miss:
    """What cannot be a song, and why, in a sentence."""

    number: int
    title: str
    credit: str
    why: str


@dataclass(frozen=True)
class Upload:
    """What was read: how many rows (or links) there were, and each of them as a line or as a miss."""

    rows: int
    lines: tuple[Line, ...]
    misses: tuple[Miss, ...]


def read_file(data: bytes) -> Upload:
    """A file: a table with a header, else a text with links (M3U8, JSPF, a list of URIs). Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1_000_000} MB; split it in two.")
    text = _decoded(data)
    table = _Table.of(text)
    if table is not None:
        return _read(table.rows())
    if _LINK.search(text) or _bare_ids(text):
        return _read(_linked(text, every_line=False))
    raise Unreadable(
        "The first line names no column with ids of songs (“Track URI”), nor titles with artists (“Track Name”, "
        "“Artist Name(s)”), and there are no links to songs; export the playlist with Exportify."
    )


def read_links(text: str) -> Upload:
    """A pasted text: links, URIs, ids, or lines such as "Artist - Title". Raises Unreadable."""
    if not text.strip():
        raise Unreadable("There is nothing in it yet; paste links to songs.")
    if "\0" in text:
        raise Unreadable("This is not text.")
    return _read(_linked(text, every_line=True))


def _read(found: Iterator[Line | Miss]) -> Upload:
    lines: list[Line] = []
    misses: list[Miss] = []
    for each in found:
        if len(lines) + len(misses) == AT_MOST:
            raise Unreadable(f"There are more than {AT_MOST:,} songs in it; split it in two.")
        if isinstance(each, Line):
            lines.append(each)
        else:
            misses.append(each)
    if not lines and not misses:
        raise Unreadable("There are no songs in it: the header is all there is.")
    return Upload(len(lines) + len(misses), tuple(lines), tuple(misses))


# ---- bytes to text ---------------------------------------------------------------------------

_ARCHIVES = ((b"PK\x03\x04", "a ZIP archive or an Excel file"), (b"\x1f\x8b", "a gzip archive"))
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _decoded(data: bytes) -> str:
    for start, what in _ARCHIVES:
        if data.startswith(start):
            raise Unreadable(f"This is {what}; unpack it, or save the table as CSV.")
    encodings = [name for mark, name in _MARKS if data.startswith(mark)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if not text.strip():
            raise Unreadable("The file is empty.")
        return text
    raise Unreadable("This is not a text file; export the playlist as CSV.")


# ---- tables ----------------------------------------------------------------------------------

# Names of columns without case, spaces and signs: those of Exportify now and before, of this application's own files,
# of the public data sets, and of other exporters.
_ID = ("trackuri", "spotifyuri", "spotifyid", "trackid", "spotifytrackid", "uri", "id", "trackurl", "url")
_TITLE = ("trackname", "title", "name", "songname", "songtitle", "song", "track")
_ARTISTS = ("artistnames", "artistname", "artists", "artist", "trackartist", "albumartistnames")
_MILLISECONDS = ("durationms", "trackdurationms")
_NOT_LETTERS = re.compile(r"[\W_]+")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes above a table


@dataclass(frozen=True)
class _Table:
    """A table of text and where in its rows the known columns are; -1 for one that is not there."""

    text: str
    first: int  # line that the text begins on
    delimiter: str
    spotify_id: int
    title: int
    artists: int
    milliseconds: int

    @classmethod
    def of(cls, text: str) -> _Table | None:
        """The table that a text is, or None: by the delimiter with which the most columns are known."""
        declared = _SEPARATOR_LINE.match(text)
        body = text[declared.end() :] if declared else text
        tables = [_table(body, 2 if declared else 1, delimiter) for delimiter in ",;\t"]
        usable = [
            found for found in tables if found and (found.spotify_id >= 0 or min(found.title, found.artists) >= 0)
        ]
        return max(usable, key=lambda found: found.known, default=None)

    @property
    def known(self) -> int:
        """How many of the columns are there."""
        return sum(place >= 0 for place in (self.spotify_id, self.title, self.artists, self.milliseconds))

    def rows(self) -> Iterator[Line | Miss]:
        """The rows below the header; blank ones are left out. Raises Unreadable with the line of the fault."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        number, past_header = 0, False
        try:
            while True:
                number = self.first + reader.line_num
                row = next(reader)
                if any(cell.strip() for cell in row):
                    if past_header:
                        yield self._row(number, row)
                    past_header = True
        except StopIteration:
            return
        except csv.Error as error:
            limit = "field larger" in str(error)
            why = "a cell is far too long" if limit else "a quote that is opened on this line is not closed"
            raise Unreadable(f"Line {number:,}: {why}; export the playlist again.") from None

    def _row(self, number: int, row: Sequence[str]) -> Line | Miss:
        named, title, credit, duration = (
            row[place] if 0 <= place < len(row) else ""
            for place in (self.spotify_id, self.title, self.artists, self.milliseconds)
        )
        title, credit = _clean(title), _clean(credit)
        spotify_id, why = _id_of(named.strip())
        if why:
            return Miss(number, title, credit, why)
        if not spotify_id and not (title and credit):
            return Miss(number, title, credit, "It has neither the id of a song nor a title with an artist.")
        return Line(number, spotify_id, title, _names(credit), _shown(credit), _milliseconds(duration))


def _table(text: str, first: int, delimiter: str) -> _Table | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return None
    names = [_NOT_LETTERS.sub("", name).lower() for name in header]

    def place(known: Sequence[str]) -> int:
        return next((names.index(name) for name in known if name in names), -1)

    return _Table(text, first, delimiter, place(_ID), place(_TITLE), place(_ARTISTS), place(_MILLISECONDS))


def _clean(text: str) -> str:
    """A cell on one line; without the apostrophe that keeps spreadsheets from running it as a formula."""
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        text = text[1:]
    return " ".join(text[: 4 * _LONGEST_TEXT].split())[:_LONGEST_TEXT]


def _names(credit: str) -> tuple[str, ...]:
    if ";" in credit:
        found = [part.strip() for part in credit.split(";")]
    else:
        pieces = [part.strip() for part in credit.split(",")]
        found = [pieces[0], credit, ", ".join(pieces[:2]), ", ".join(pieces[:3]), *pieces[1:]]
    return tuple(dict.fromkeys(filter(None, found)))[:_MOST_NAMES]


def _shown(credit: str) -> str:
    return ", ".join(filter(None, (part.strip() for part in credit.split(";"))))


def _milliseconds(text: str) -> int | None:
    try:
        parsed = NUMBERS["duration"].parse(text)
    except ValueError:
        return None
    return None if parsed == NULL else int(parsed)


# ---- ids and links ---------------------------------------------------------------------------

_KINDS = "track|episode|show|album|playlist|artist|local"
# All begin with the same letters, by which ten megabytes without a link are passed over in a moment.
_LINK = re.compile(
    rf"spoti(?:fy\.com/(?:intl-[a-z-]+/)?(?:embed/)?(?:user/[^/\s]+/)?(?P<kind>{_KINDS})/(?P<id>\w*)"
    rf"|fy:(?:user:[^:\s]+:)?(?P<uri_kind>{_KINDS}):(?P<uri_id>\w*)"
    r"|(?P<short>fy\.link|\.fi)/)",
    re.ASCII,
)
_WHOLE_ID = re.compile(r"[0-9A-Za-z]{22}")
_TOKEN = re.compile(r"[^\s,;|<>\"'()\[\]]+")
_DASH = re.compile(r"\s+[-–—]\s+")
_PODCAST = "It is a podcast; only songs are here."
_OTHER = {
    "episode": _PODCAST,
    "show": _PODCAST,
    "local": "It is a file of one’s own computer, which nobody else knows.",
    "album": "It is a link to an album; open it, select its songs, and copy those.",
    "playlist": "It is a link to a playlist; open it, select its songs, and copy those.",
    "artist": "It is a link to an artist; links to songs are needed.",
}
_SHORT = "It is a short link; open it, and copy the address of the page that it leads to."
_CUT = "The link is not whole: an id has 22 letters and digits."


def _id_of(text: str) -> tuple[str, str]:
    """A cell that names a song: its id, and why it can be none; both "" when it says nothing."""
    if link := _LINK.search(text):
        return _linked_id(link)
    return (text if _WHOLE_ID.fullmatch(text) else ""), ""


def _linked_id(link: re.Match[str]) -> tuple[str, str]:
    if link["short"]:
        return "", _SHORT
    kind = link["kind"] or link["uri_kind"]
    if kind != "track":
        return "", _OTHER[kind]
    spotify_id = link["id"] or link["uri_id"] or ""
    return (spotify_id, "") if _WHOLE_ID.fullmatch(spotify_id) else ("", _CUT)


def _bare_ids(text: str) -> list[str]:
    """Ids that stand in a text by themselves; words of 22 letters are none."""
    return [
        token
        for token in _TOKEN.findall(text)
        if _WHOLE_ID.fullmatch(token) and not (token.islower() or token.isupper() or token.istitle())
    ]


def _linked(text: str, every_line: bool) -> Iterator[Line | Miss]:
    """What a text links to, each id once. With `every_line`, lines without a link are read, or missed, too."""
    known: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        links = [_linked_id(link) for link in _LINK.finditer(line)] or [(each, "") for each in _bare_ids(line)]
        for spotify_id, why in links:
            if why:
                yield Miss(number, _clean(line), "", why)
            elif spotify_id not in known:
                known.add(spotify_id)
                yield Line(number, spotify_id)
        if every_line and not links and line.strip() and not line.startswith("#"):
            yield _spoken(number, line)


def _spoken(number: int, line: str) -> Line | Miss:
    """A line such as "Artist - Title"."""
    artist, *title = _DASH.split(_clean(line), maxsplit=1)
    if not title:
        return Miss(number, artist, "", "There is no link to a song in this line.")
    return Line(number, "", title[0], _names(artist), artist)
