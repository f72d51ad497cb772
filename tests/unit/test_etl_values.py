"""Single values: what is stored, what is unknown, what is refused and why."""

from __future__ import annotations

import pytest

from etl.values import NULL, NUMBERS, PARSERS, Bad, Memo, Number


def parse(kind: str, text: str) -> str:
    return NUMBERS[kind].parse(text) if kind in NUMBERS else PARSERS[kind](text)


KEPT = [
    ("unit", "0.638", "0.638"),
    ("unit", "0", "0"),
    ("unit", "1", "1.0"),
    ("unit", " 0.5 ", "0.5"),
    ("unit", "1e-50", "0"),
    ("loudness", "-10.569", "-10.569"),
    ("loudness", "0", "0"),
    ("flag", "True", "t"),
    ("flag", "FALSE", "f"),
    ("flag", "1", "t"),
    ("flag", "0", "f"),
    ("ordinal", "7", "7"),
    ("key", "0", "0"),
    ("key", "11.0", "11"),
    ("key_name", "C#", "1"),
    ("key_name", "Db", "1"),
    ("key_name", "B", "11"),
    ("mode", "1", "1"),
    ("mode", "0", "0"),
    ("mode_name", "Minor", "0"),
    ("mode_name", "Major", "1"),
    ("beats", "5.0", "5"),
    ("beats_fraction", "4/4", "4"),
    ("beats_fraction", "3/4", "3"),
    ("popularity", "0", "0"),
    ("year", "1971", "1971"),
    ("date", "2013-08-25", "2013-08-25\tday\t2013"),
    ("date", "1971-05", "1971-05-01\tmonth\t1971"),
    ("date", "2000", "2000-01-01\tyear\t2000"),
    ("date", "2004-00-00", "2004-01-01\tyear\t2004"),
]
UNKNOWN = [
    ("unit", ""), ("key", "-1"), ("key", ""), ("year", "0"), ("year", ""), ("beats", "0"), ("beats", "0.0"),
    ("beats_fraction", "0/4"), ("beats_fraction", ""), ("flag", ""), ("mode_name", ""), ("key_name", ""),
    ("ordinal", "0"), ("popularity", ""),
]  # fmt: skip
REFUSED = [
    ("unit", "1.2", "'1.2' is not within 0 to 1"),
    ("unit", "-0.1", "not within"),
    ("unit", "loud", "'loud' is not a number"),
    ("unit", "nan", "not a number"),
    ("unit", "inf", "not a number"),
    ("unit", "0_5", "not a number"),
    ("unit", "٣", "not a number"),
    ("loudness", "-1000", "not within"),
    ("flag", "maybe", "neither True nor False"),
    ("key", "12", "not within"),
    ("key", "1.5", "not a whole number"),
    ("key_name", "H", "not the name of a key"),
    ("mode", "2", "not within"),
    ("mode_name", "Dorian", "neither Major nor Minor"),
    ("beats_fraction", "four", "not a time signature"),
    ("popularity", "101", "not within"),
    ("year", "19715", "not within"),
    ("date", "1999-02-30", "not a date"),
    ("date", "31/12/1999", "not a date"),
]


@pytest.mark.parametrize(("kind", "text", "stored"), KEPT)
def test_kept(kind, text, stored):
    assert parse(kind, text) == stored


@pytest.mark.parametrize(("kind", "text"), UNKNOWN)
def test_unknown(kind, text):
    assert parse(kind, text) == NULL


@pytest.mark.parametrize("text", ["", "0", "0000", "0000-00-00"])
def test_unknown_date(text):
    assert PARSERS["date"](text) == "\t".join([NULL] * 3)


@pytest.mark.parametrize(("kind", "text", "reason"), REFUSED)
def test_refused(kind, text, reason):
    with pytest.raises(ValueError, match=reason):
        parse(kind, text)


def test_column_of_numbers_in_one_go():
    cells, problems = NUMBERS["tempo"].parse_column(("129.506", "0", "0.0", "90"))
    assert (cells, problems) == (["129.506", NULL, NULL, "90"], {})


@pytest.mark.parametrize("bad", ["fast", "nan", "-1", "1_0", "٣", "1e999"])
def test_column_names_the_bad_row_and_keeps_the_others(bad):
    cells, problems = NUMBERS["tempo"].parse_column(("129.506", bad, "", "0"))
    assert list(problems) == [1]
    assert [cells[0], cells[2], cells[3]] == ["129.506", NULL, NULL]


def test_whole_numbers():
    cells, problems = NUMBERS["duration"].parse_column(("209387", "209387.0", "1.5", "99999999999", "0"))
    assert cells[:2] == ["209387", "209387"]
    assert cells[4] == NULL
    assert set(problems) == {2, 3}


def test_too_small_for_a_real_is_zero():
    assert Number(0, 1).parse_column(("1e-46", "0.5"))[0] == ["0", "0.5"]


def test_memo_remembers_and_flags():
    calls = []

    def parse(text):
        calls.append(text)
        return PARSERS["key"](text)

    memo = Memo(parse)
    assert [memo["3"], memo["3"], calls] == ["3", "3", ["3"]]
    assert not memo.has_bad
    assert memo["99"] == Bad("'99' is not within -1 to 11")
    assert memo.has_bad
