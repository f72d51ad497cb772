"""Two ways through a file, one result: blocks read by Arrow where all is plain, rows read by the csv module."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import source as source_module
from etl.assemble import Assembler
from etl.errors import LoadError
from etl.formats import detect
from etl.source import Source
from tests.integration.etl_files import BIG, BY_GENRE, BY_PLAYLIST, file_of

TEXTS = ["A title", "", " ", "NA", "tab\there", "line\nbreak", 'quo"te', "a, b", "back\\slash", "é坂🎵", "It's - Live"]
VALUES = {
    "unit": ["0.5", "0", "1", "1e-3", "1e-60", "1.5", "-0.1", "", " 0.5", "nan", "0x1", "١", "1_0", "high"],
    "loudness": ["-10.5", "0", "21", "", "inf"],
    "tempo": ["120.5", "0", "0.0", "", "1001", "fast"],
    "duration": ["200000", "0", "", "0x1F", "1.5", "200000.0", "-1", "99999999999"],
    "flag": ["True", "false", "1", "", "maybe"],
    "ordinal": ["1", "0", "", "x"],
    "popularity": ["50", "", "101"],
    "key": ["0", "-1", "11", "12", ""],
    "mode": ["0", "1", "2"],
    "beats": ["4", "4.0", "0", "x"],
    "year": ["2000", "0", "", "3000"],
    "date": ["2000", "2000-05", "2000-05-31", "", "0000", "31.5.2000"],
    "literal": ["['A']", "[\"A's\", 'B']", "['A', 'B']", "[]", "A", "['A', '']"],
    "separated": ["A", "A;B", ";", ""],
    "single": ["A", ""],
    "text": TEXTS,
}


@st.composite
def rows(draw: st.DrawFn, like: dict[str, str]) -> list[dict[str, str]]:
    kinds = dict(detect(list(like)).columns.values())
    found = []
    for _ in range(draw(st.integers(0, 12))):
        odd = draw(st.lists(st.sampled_from(sorted(kinds)), max_size=2))
        row = {name: draw(st.sampled_from(VALUES[kinds[name]])) for name in odd}
        if draw(st.integers(0, 5)) == 0:
            row["id" if "id" in like else "track_id"] = "s0"
        found.append(row)
    return found


def through(path, plainly: bool) -> tuple[Assembler, list[list[str]], int]:
    source = Source(path)
    made = Assembler(detect(source.header), source.header)
    text, plain_blocks = b"", 0
    for block in source.blocks():
        table = source.table(block) if plainly else None
        lines = None if table is None else made.add_table(table)
        plain_blocks += lines is not None
        text += b"".join(map(made.add, source.rows(block, 5))) if lines is None else lines
    return made, [[_number(cell) for cell in line.split("\t")] for line in text.decode().split("\n")[:-1]], plain_blocks


def _number(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.mark.parametrize("like", [BIG, BY_GENRE, BY_PLAYLIST], ids=["big", "genre", "playlist"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_plain_blocks_and_rows_make_the_same_catalogue(like, data, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(source_module, "_BLOCK_BYTES", 400)  # a few rows, so that plain and other blocks mix
    path = file_of(tmp_path / "songs.csv", like, data.draw(rows(like)))
    fast, fast_lines, _ = through(path, plainly=True)
    slow, slow_lines, _ = through(path, plainly=False)
    assert fast_lines == slow_lines
    for name in ("rows", "merged", "rejected", "credit_lengths", "credit_numbers"):
        assert getattr(fast, name) == getattr(slow, name), name
    assert fast.artists.rows == slow.artists.rows
    assert fast.albums.rows == slow.albums.rows
    assert fast.memberships.genres == slow.memberships.genres
    assert fast.memberships.playlists == slow.memberships.playlists


def test_a_plain_file_is_read_plainly(tmp_path) -> None:
    path = file_of(tmp_path / "songs.csv", BIG, [{"name": "a, b"}, {"artists": '["A\'s"]'}, {"name": 'say ""'}])
    assert through(path, plainly=True)[2] == 1


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_ending_is_read(tmp_path, ending) -> None:
    path = file_of(tmp_path / "songs.csv", BIG, [{}, {}, {}])
    path.write_bytes(path.read_bytes().replace(b"\n", ending.encode()))
    made, lines, _ = through(path, plainly=True)
    assert (made.rows, made.songs, len(lines)) == (3, 3, 3)


@pytest.mark.parametrize("row", ['y,"closed"too soon', 'y,"open'])
def test_a_stray_quote_is_told_by_line(tmp_path, row) -> None:
    path = file_of(tmp_path / "songs.csv", BIG, [{}])
    path.write_text(path.read_text() + row + "\n")
    with pytest.raises(LoadError, match="line 3"):
        through(path, plainly=True)
