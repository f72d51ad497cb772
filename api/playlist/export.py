"""/playlist/export/<kind>: a playlist to take along, as CSV, M3U8, JSPF or Spotify URIs."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from api.playlist.asked import BODY_AT_MOST, Unusable, ids_of, parsed, too_large
from api.problems import problem, trouble
from data_access import catalogue
from data_access.catalogue import Catalogue
from data_access.playlist_songs import PlaylistSong, is_id, songs_of

blueprint = Blueprint("export", __name__)

_LONGEST_NAME = 100
_LONGEST_TEXT = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Line:
    """A song in an export. `known` is what the catalogue has of it; without, the browser's own words are all there is.

    `artists` is for people, in one text; `milliseconds` is None when unknown.
    """

    spotify_id: str
    title: str
    artists: str
    milliseconds: float | None
    known: PlaylistSong | None = None

    @property
    def uri(self) -> str:
        """ "spotify:track:<id>" """
        return f"spotify:track:{self.spotify_id}"

    @property
    def address(self) -> str:
        """Where the song is heard."""
        return f"https://open.spotify.com/track/{quote(self.spotify_id, safe='')}"


@blueprint.post("/export/<kind>")
def playlist_export(kind: str) -> Response:
    """The form's field `playlist`, JSON {"name", "ids": [...], "others": [{id, title, artists, ms}]}, as a file.

    `others` has what the browser knows of songs that the catalogue does not have any more. 404 for another kind, 400
    with a sentence for a form that cannot be used, 413 for one that is too long, 503 when nothing can be read.
    """
    if kind not in KINDS:
        return problem(404, f"Playlists are exported as {', '.join(KINDS)}; not as “{kind[:20]}”.")
    try:
        name, lines = _asked()
    except Unusable as error:
        return problem(error.status, str(error))
    except Exception as error:
        return trouble("The export", error)
    write, media_type = KINDS[kind]
    answer = Response(write(name, lines), content_type=media_type)
    answer.headers["Content-Disposition"] = attachment(file_name(name), kind)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked() -> tuple[str, list[Line]]:
    request.max_content_length = request.max_form_memory_size = BODY_AT_MOST
    try:
        text = request.form.get("playlist")
    except RequestEntityTooLarge as error:
        raise too_large() from error
    except HTTPException as error:
        raise Unusable("The form cannot be read.") from error
    if text is None:
        raise Unusable("The form needs a field “playlist”: JSON with the name and the ids of the songs.")
    found = parsed(text)
    ids = ids_of(found)
    name = one_line(found.get("name"), _LONGEST_NAME)
    return name, lines_of(catalogue.current(), ids, found.get("others"))


def lines_of(live: Catalogue, ids: Sequence[str], others: Any = None) -> list[Line]:
    """Every id as a line, in order; `others` as in the form. Raises as `songs_of`."""
    found = songs_of(live, ids)
    told = {
        each["id"]: each
        for each in (others if isinstance(others, list) else [])
        if isinstance(each, dict) and is_id(each.get("id"))
    }
    return [_line(each, found.get(each), told.get(each, {})) for each in ids]


def _line(spotify_id: str, song: PlaylistSong | None, told: dict[str, Any]) -> Line:
    if song is not None:
        artists = one_line(", ".join(song.artists))
        return Line(spotify_id, one_line(song.title), artists, song.values["duration_ms"], song)
    ms = told.get("ms")
    milliseconds = float(ms) if isinstance(ms, (int, float)) and not isinstance(ms, bool) and 0 <= ms < 1e9 else None
    return Line(spotify_id, one_line(told.get("title")), one_line(told.get("artists")), milliseconds)


def one_line(text: object, longest: int = _LONGEST_TEXT) -> str:
    """A text without line breaks and control characters, not longer than `longest`; "" for anything else."""
    if not isinstance(text, str):
        return ""
    whole = text.encode(errors="replace").decode()  # JSON can hold halves of characters, which no file can
    return _CONTROL.sub(" ", whole).strip()[:longest]


def file_name(name: str) -> str:
    """A playlist's name as that of a file, without what file systems refuse."""
    return re.sub(r'[\\/:*?"<>|]+', " ", name).strip(" .")[:60].strip() or "playlist"


def attachment(name: str, kind: str) -> str:
    """A Content-Disposition for a file of any name: in ASCII for old browsers, in UTF-8 for the others (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip() or "playlist"
    return f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(f'{name}.{kind}', safe='')}"


# ---- the files -------------------------------------------------------------------------------

_FEATURES = {
    "Danceability": "danceability", "Energy": "energy", "Key": "", "Loudness": "loudness", "Mode": "",
    "Speechiness": "speechiness", "Acousticness": "acousticness", "Instrumentalness": "instrumentalness",
    "Liveness": "liveness", "Valence": "valence", "Tempo": "tempo",
}  # fmt: skip
CSV_COLUMNS = (
    "Track URI", "Track Name", "Album Name", "Artist Name(s)", "Release Date", "Duration (ms)", "Popularity",
    "Explicit", "Genres", *_FEATURES, "Time Signature", "Mood",
)  # fmt: skip
"""Exportify's columns (https://exportify.app), as far as a catalogue knows them, and the mood."""


def as_csv(_name: str, lines: Sequence[Line]) -> str:
    """The songs in Exportify's columns, artists and genres separated by ";".

    Text that a spreadsheet would run as a formula gets an apostrophe in front, as in Explore's file; numbers stay as
    they are.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for line in lines:
        cells = _cells(line)
        writer.writerow([_harmless(cells.get(column)) for column in CSV_COLUMNS])
    return text.getvalue()


def _cells(line: Line) -> dict[str, object]:
    cells: dict[str, object] = {
        "Track URI": line.uri,
        "Track Name": line.title,
        "Artist Name(s)": line.artists,
        "Duration (ms)": _number(line.milliseconds, 0),
    }
    song = line.known
    if song is None:
        return cells
    return {
        **cells,
        **{column: _number(song.values[field], 4) for column, field in _FEATURES.items() if field},
        "Artist Name(s)": ";".join(one_line(artist) for artist in song.artists),
        "Album Name": one_line(song.album),
        "Release Date": song.released,
        "Popularity": _number(song.values["popularity"], 0),
        "Explicit": {True: "true", False: "false", None: ""}[song.explicit],
        "Genres": ";".join(one_line(genre) for genre in song.genres),
        "Key": "" if song.key is None else song.key // 2,
        "Mode": "" if song.key is None else song.key % 2,
        "Time Signature": song.time_signature,
        "Mood": song.mood,
    }


def _number(value: float | None, decimals: int) -> float | int | None:
    if value is None:
        return None
    return round(value, decimals) if decimals else round(value)


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def as_m3u8(name: str, lines: Sequence[Line]) -> str:
    """Extended M3U in UTF-8: seconds (-1 when unknown), artists and title, then the address of each song."""
    rows = ["#EXTM3U", *([f"#PLAYLIST:{name}"] if name else [])]
    for line in lines:
        seconds = -1 if line.milliseconds is None else round(line.milliseconds / 1000)
        rows += [f"#EXTINF:{seconds},{' - '.join(filter(None, (line.artists, line.title)))}", line.address]
    return "\n".join(rows) + "\n"


def as_jspf(name: str, lines: Sequence[Line]) -> str:
    """JSPF, https://www.xspf.org/jspf: what is unknown is left out."""
    songs = []
    for line in lines:
        told = {
            "location": [line.address],
            "identifier": [line.uri],
            "title": line.title,
            "creator": line.artists,
            "album": one_line(line.known.album) if line.known else "",
            "duration": _number(line.milliseconds, 0),
        }
        songs.append({key: value for key, value in told.items() if value not in ("", None)})
    return json.dumps({"playlist": {"title": name or "Playlist", "track": songs}}, ensure_ascii=False, indent=2) + "\n"


def as_uris(_name: str, lines: Sequence[Line]) -> str:
    """Spotify URIs, one a line: pasted into a playlist of Spotify's desktop application they become its songs."""
    return "".join(f"{line.uri}\n" for line in lines)


KINDS: dict[str, tuple[Callable[[str, Sequence[Line]], str], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "m3u8": (as_m3u8, "application/vnd.apple.mpegurl; charset=utf-8"),
    "jspf": (as_jspf, "application/jspf+json"),
    "txt": (as_uris, "text/plain; charset=utf-8"),
}
