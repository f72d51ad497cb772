"""Playlists that people bring: all generations of Exportify's header, encodings, links in texts, and bad files."""

from __future__ import annotations

import csv
import io
import json
import time

import numpy as np
import pytest

from data_access import matching
from data_access.text import fold
from data_access.titles import title_base
from etl import exportify
from etl.exportify import Line, Miss, Unreadable, read_file, read_links
from pages import _playlist_upload as page

A, B, C = "0VjIjW4GlUZAMYd2vXMi3b", "7qiZfU4dY1lWllzX7mPBI3", "1BxfuPKGuaTgP7aM0Bbdwr"


def table(header: list[str], *rows: list[str], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


# ---- headers ---------------------------------------------------------------------------------

HEADERS = {
    "Exportify, first": ["Spotify ID", "Artist IDs", "Track Name", "Album Name", "Artist Name(s)", "Release Date",
                         "Duration (ms)", "Popularity", "Added By", "Added At"],
    "Exportify, URIs": ["Track URI", "Track Name", "Artist URI(s)", "Artist Name(s)", "Album URI", "Album Name",
                        "Album Artist URI(s)", "Album Artist Name(s)", "Album Release Date", "Album Image URL",
                        "Disc Number", "Track Number", "Track Duration (ms)", "Track Preview URL", "Explicit",
                        "Popularity", "ISRC", "Added By", "Added At"],
    "Exportify, now": ["Track URI", "Track Name", "Album Name", "Artist Name(s)", "Release Date", "Duration (ms)",
                       "Popularity", "Explicit", "Added By", "Added At", "Genres", "Record Label", "Danceability",
                       "Energy", "Key", "Loudness", "Mode", "Speechiness", "Acousticness", "Instrumentalness",
                       "Liveness", "Valence", "Tempo", "Time Signature"],
    "Exportify, the other": ["Spotify URI", "Track Name", "Artist Name(s)", "Album Name", "Disc Number",
                             "Track Number", "Track Duration (ms)", "Added By", "Added At"],
    "a public data set": ["track_id", "artists", "album_name", "track_name", "popularity", "duration_ms", "explicit"],
    "in capitals": ["TRACK URI", "TRACK NAME", "ARTIST NAME(S)", "DURATION (MS)"],
    "without ids": ["Title", "Artist", "Album", "ISRC", "Duration_ms"],
}  # fmt: skip
CELLS = {
    "Spotify ID": A, "Track URI": f"spotify:track:{A}", "Spotify URI": f"spotify:track:{A}", "track_id": A,
    "TRACK URI": f"https://open.spotify.com/track/{A}?si=1", "Artist IDs": B, "Artist URI(s)": f"spotify:artist:{B}",
    "Album URI": f"spotify:album:{B}",
    **dict.fromkeys(["Track Name", "track_name", "TRACK NAME", "Title"], "Doo Wop, That Thing"),
    **dict.fromkeys(["Artist Name(s)", "artists", "ARTIST NAME(S)", "Artist"], "Ms. Lauryn Hill"),
    **dict.fromkeys(["Duration (ms)", "Track Duration (ms)", "duration_ms", "DURATION (MS)", "Duration_ms"], "320266"),
}  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", HEADERS)
def test_every_generation_of_headers_is_read(name: str, delimiter: str) -> None:
    header = HEADERS[name]
    found = read_file(table(header, [CELLS.get(column, "x") for column in header], delimiter=delimiter))
    expected = "" if name == "without ids" else A
    assert found == exportify.Upload(
        1, (Line(2, expected, "Doo Wop, That Thing", ("Ms. Lauryn Hill",), "Ms. Lauryn Hill", 320266),), ()
    )


EXPORTIFY = HEADERS["Exportify, URIs"]


def exported(uri: str, title: str = "Song", artists: str = "Artist", duration: str = "1000") -> bytes:
    cells = {"Track URI": uri, "Track Name": title, "Artist Name(s)": artists, "Track Duration (ms)": duration}
    return table(EXPORTIFY, [cells.get(column, "") for column in EXPORTIFY])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ABBA", ["ABBA"]),
        ("Tyler, The Creator", ["Tyler", "Tyler, The Creator", "The Creator"]),
        ("Tyler, The Creator, Kali Uchis", ["Tyler", "Tyler, The Creator, Kali Uchis", "Tyler, The Creator"]),
        ("Tyler, The Creator;Kali Uchis", ["Tyler, The Creator", "Kali Uchis"]),
        ("  A ;; B ", ["A", "B"]),
    ],
)
def test_artists_are_parted_by_commas_or_semicolons(text: str, names: list[str]) -> None:
    (line,) = read_file(exported("", artists=text)).lines
    assert list(line.artists)[: len(names)] == names


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        (f"spotify:episode:{B}", "podcast"),
        ("spotify:local:My+Band:Demo:Song:123", "own computer"),
        ("spotify:track:short", "not whole"),
        (f"spotify:album:{B}", "album"),
    ],
)
def test_what_can_be_no_song_is_missed_with_the_reason(uri: str, words: str) -> None:
    found = read_file(exported(uri, "Song", "A;B"))
    assert found.lines == ()
    assert found.rows == 1
    (miss,) = found.misses
    assert (miss.number, miss.title, miss.credit) == (2, "Song", "A;B")
    assert words in miss.why


def test_a_row_needs_an_id_or_a_title_with_an_artist() -> None:
    found = read_file(table(["Track URI", "Track Name", "Artist Name(s)"], ["", "Song", ""], ["", "", "A"], [A], [""]))
    assert [line.spotify_id for line in found.lines] == [A]
    assert [(miss.number, "neither" in miss.why) for miss in found.misses] == [(2, True), (3, True)]
    assert found.rows == 3  # the blank one is none


def test_lines_are_counted_as_an_editor_does() -> None:
    data = table(["Track URI", "Track Name"], [A, "two\nlines"], [""], [B, "x"])
    assert [(line.number, line.title) for line in read_file(data).lines] == [(2, "two lines"), (5, "x")]


def test_durations_that_are_none_are_unknown() -> None:
    for text, value in (("1000", 1000), ("0", None), ("", None), ("3:20", None), ("1e400", None), ("1_000", None)):
        assert read_file(exported(A, duration=text)).lines[0].milliseconds == value


def test_formulas_lose_their_apostrophe_again() -> None:
    assert read_file(exported(A, title="'=1+1")).lines[0].title == "=1+1"
    assert read_file(exported(A, title="'Heroes'")).lines[0].title == "'Heroes'"


# ---- bytes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = exported(A, "Déjà Vu", "Beyoncé").decode()
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    (line,) = read_file(marks.get(encoding, b"") + text.encode(encoding)).lines
    assert (line.title, line.credit) == ("Déjà Vu", "Beyoncé")


def test_line_ends_and_what_excel_writes_above() -> None:
    for text in (
        f"Track URI,Track Name\r\n{A},x\r\n",
        f"Track URI,Track Name\r{A},x",
        f"sep=;\r\nTrack URI;Track Name\r\n{A};x",
    ):
        assert [line.spotify_id for line in read_file(text.encode()).lines] == [A]
    assert read_file(f"sep=;\nTrack URI;Track Name\n{A};x".encode()).lines[0].number == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04" + bytes(50), "ZIP archive or an Excel file"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        (b"\xff\xfeT", "not a text file"),
        (b"\xff\xfe\0\0T\0\0\0", "not a text file"),
        (b"\x81\x8d", "not a text file"),
        (b"a,b\n1,2\n", "names no column"),
        (b"Track Name,Album\nx,y\n", "names no column"),
        (b"Track URI,Track Name\n", "the header is all"),
        (f'Track URI,Track Name\n{A},"open\n{B},x\n'.encode(), "Line 2: a quote"),
        (f'Track URI,Track Name\n{B},x\n{A},"a"b\n'.encode(), "Line 3: a quote"),
        (f"Track URI,Track Name\n{A},{'x' * 200_000}\n".encode(), "Line 2: a cell is far too long"),
    ],
)
def test_a_bad_file_gets_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_file(data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_limits() -> None:
    rows = [[f"{number:022d}", "x"] for number in range(exportify.AT_MOST)]
    assert read_file(table(["Track URI", "Track Name"], *rows)).rows == exportify.AT_MOST
    with pytest.raises(Unreadable, match="more than 20,000"):
        read_file(table(["Track URI", "Track Name"], *rows, [A, "x"]))
    with pytest.raises(Unreadable, match="larger than 10 MB"):
        read_file(bytes(exportify.LARGEST + 1))


def test_all_who_have_limits_have_the_same() -> None:
    assert exportify.AT_MOST == matching.AT_MOST
    assert page._LARGEST == exportify.LARGEST


# ---- links -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/track/{A}",
        f"https://open.spotify.com/track/{A}?si=0123456789abcdef",
        f"http://open.spotify.com/intl-de/track/{A}",
        f"https://open.spotify.com/embed/track/{A}?utm_source=generator",
        f"spotify:track:{A}",
        A,
        f"listen to this ({A}), it is good",
        f"<a href='https://open.spotify.com/track/{A}'>one</a>",
    ],
)
def test_a_link_in_any_form(text: str) -> None:
    assert read_links(text).lines == (Line(1, A),)


def test_several_in_a_line_and_each_once() -> None:
    found = read_links(f"{A},{B}\n\nspotify:track:{A} https://open.spotify.com/track/{C}")
    assert [(line.number, line.spotify_id) for line in found.lines] == [(1, A), (1, B), (3, C)]
    assert found.misses == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"https://open.spotify.com/playlist/{A}", "playlist"),
        (f"https://open.spotify.com/user/somebody/playlist/{A}", "playlist"),
        (f"spotify:album:{A}", "album"),
        (f"https://open.spotify.com/artist/{A}", "artist"),
        (f"https://open.spotify.com/episode/{A}", "podcast"),
        ("https://spotify.link/AbCdEf", "short link"),
        ("https://open.spotify.com/track/abc", "not whole"),
        ("just words", "no link"),
        ("Donaudampfschiffahrtsge", "no link"),
        ("donaudampfschiffahrtsg", "no link"),  # 22 letters, a word
    ],
)
def test_a_line_without_a_song_says_why(text: str, words: str) -> None:
    found = read_links(text)
    assert found.lines == ()
    assert words in found.misses[0].why
    assert found.misses[0].number == 1


def test_a_line_with_artist_and_title_is_one() -> None:
    found = read_links("ABBA - Waterloo\nTyler, The Creator – See You Again - Live\n# a remark")
    assert [(line.title, line.artists[0]) for line in found.lines] == [
        ("Waterloo", "ABBA"),
        ("See You Again - Live", "Tyler"),
    ]


def test_files_with_links_are_lists_too() -> None:
    m3u = f"#EXTM3U\n#EXTINF:200,ABBA - Waterloo\nhttps://open.spotify.com/track/{A}\n"
    jspf = json.dumps(
        {"playlist": {"track": [{"identifier": [f"spotify:track:{each}"], "title": "a - b"} for each in (A, B)]}}
    )
    for text, ids in ((m3u, [A]), (jspf, [A, B]), (f"spotify:track:{A}\n{B}\n", [A, B]), (f"{A}\n{B}", [A, B])):
        found = read_file(text.encode())
        assert [line.spotify_id for line in found.lines] == ids
        assert found.misses == ()


def test_nothing_is_said() -> None:
    for text, words in ((" \n", "nothing in it yet"), ("a\0b", "not text")):
        with pytest.raises(Unreadable, match=words):
            read_links(text)


# ---- anything at all -------------------------------------------------------------------------


def test_mutated_files_are_read_or_refused_with_a_sentence() -> None:
    rng = np.random.default_rng(20)
    for _ in range(1000):
        data = mutated(rng)
        for read in (read_file, lambda data: read_links(data.decode(errors="replace"))):
            try:
                found = read(data)
            except Unreadable:
                continue
            assert found.rows == len(found.lines) + len(found.misses) > 0
            assert all(isinstance(each, Line) and (each.spotify_id or each.artists) for each in found.lines)
            assert all(isinstance(each, Miss) and each.why for each in found.misses)


_PIECES = (
    b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"spotify:", b"spotify:track:", b"'=",
    b"\xf0\x9f\x8e\xb5", b"\xed\xa0\x80", b"Track URI", b"(live)", b" - ", b"\x1a", b"%s", b"\\",
    b"\xe2\x80\xae",
)  # fmt: skip


def mutated(rng: np.random.Generator) -> bytes:
    """An export of thirty songs, with bytes changed, cut, doubled, and awkward pieces put in."""
    rows = [
        [f"spotify:track:{A[:-2]}{place:02d}", f"Song {place} (feat. Ü)", "A, B;C", str(place)] for place in range(30)
    ]
    data = bytearray(table(["Track URI", "Track Name", "Artist Name(s)", "Duration (ms)"], *rows))
    for _ in range(int(rng.integers(1, 12))):
        at, end = sorted(rng.integers(0, len(data) + 1, 2).tolist())
        match int(rng.integers(0, 5)):
            case 0:
                data[at:at] = _PIECES[int(rng.integers(0, len(_PIECES)))] * int(rng.integers(1, 4))
            case 1:
                del data[at : min(end, at + 40)]
            case 2:
                data[at:at] = data[at : min(end, at + 300)]
            case 3:
                data[at : at + 4] = rng.bytes(4)
            case _:
                del data[max(at, 20) :]
    return bytes(data)


NASTY = {
    "one line of spaces": b" " * 3_000_000 + b"a",
    "only links that begin": b"spotify:" * 400_000,
    "users in users": b"open.spotify.com/user/" * 150_000,
    "only commas": b"," * 3_000_000,
    "only quotes": b'"' * 3_000_000,
    "credits that do not end": b"Track Name,Artist Name(s)\n" + (b"(feat" * 80 + b",a\n") * 5000,
    "versions of versions": b"Track Name,Artist Name(s)\n" + (b"(live)" * 80 + b" - live,a\n") * 5000,
    "spaces in titles": b"Track Name,Artist Name(s)\n" + (b"x" + b" " * 500 + b"x,a\n") * 5000,
}


@pytest.mark.parametrize("name", NASTY)
def test_what_is_made_to_be_slow_is_not(name: str) -> None:
    started = time.process_time()
    try:
        found = read_file(NASTY[name])
        for line in found.lines:
            title_base(line.title, fold(line.title))
    except Unreadable:
        pass
    assert time.process_time() - started < 10
