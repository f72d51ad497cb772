"""Credits, titles and cells: names come out exactly as they went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.text import fold, fold_all
from data_access.titles import title_base
from etl.cells import as_tsvectors, escaped
from etl.credits import literal_list, parser
from etl.formats import FORMATS
from etl.registers import Artists

BY_NAME = {layout.name: layout for layout in FORMATS}
NAMES = [
    "Tyler, The Creator", "Guns N' Roses", "John O'Gallagher", 'Christone "Kingfish" Ingram', "it's \"both\"",
    "AC\\DC", "[re:jazz]", "坂本龍一", "أم كلثوم", "🎷 Sax 🎷", "', '", '", "', "a\tb", "a\nb", "NA", "null", "]", "['",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text(max_size=12)), min_size=1, max_size=6))
def test_a_list_literal_comes_back_exactly(names):
    assert literal_list(repr(names)) == names


@pytest.mark.parametrize("text", ["", "A", "['A'", "['A', 3]", "('A',)", "{'A'}", "['John O'Gallagher']", "[" * 500])
def test_not_a_list_literal(text):
    with pytest.raises(ValueError, match="is not a list of names"):
        literal_list(text)


def test_list_without_spaces_is_still_split():
    assert literal_list("['A','B']") == ["A", "B"]


@pytest.mark.parametrize(
    ("layout", "texts", "reason"),
    [
        ("kaggle-1.2m", ("['A', 'B']", "['x']"), "2 names for 1 artist ids"),
        ("kaggle-1.2m", ("[]", "[]"), "is empty"),
        ("kaggle-600k", ("['']", "['x']"), "is empty"),
        ("kaggle-600k", ("['A', '']", "['x', 'y']"), "without a name"),
        ("kaggle-600k", (r"['A\x00']", "['x']"), "NUL"),
        ("kaggle-600k", (r"['\ud83d']", "['x']"), "half a character"),
        ("kaggle-600k", ("['A']", f"['{'x' * 300}']"), "longer than 255"),
        ("kaggle-114k", ("",), "is empty"),
        ("kaggle-114k", ("A;;B",), "without a name"),
        ("tidytuesday", (" ",), "is empty"),
    ],
)
def test_refused_credits(layout, texts, reason):
    with pytest.raises(ValueError, match=reason):
        parser(BY_NAME[layout])(texts)


def test_separators_belong_to_the_format():
    assert parser(BY_NAME["kaggle-114k"])(("Dan + Shay;Justin Bieber",)).names == ["Dan + Shay", "Justin Bieber"]
    assert parser(BY_NAME["tidytuesday"])(("A; B, C",)).names == ["A; B, C"]


def test_artists_are_told_apart_by_id_then_by_name():
    artists = Artists()
    literal, single = parser(BY_NAME["kaggle-1.2m"]), parser(BY_NAME["tidytuesday"])
    first = literal(("['X', 'Y', 'X']", "['1', '2', '1']"))
    again = literal(("['X renamed']", "['1']"))
    other = literal(("['X']", "['3']"))
    named = single(("X",))
    assert artists.number([first, again, other, named, single(("X",))]) == [(0, 1), (0,), (2,), (3,), (3,)]
    assert artists.rows == [("1", "X", "x"), ("2", "Y", "y"), ("3", "X", "x"), (None, "X", "x")]
    assert first.folded == "x y"


SAME_RECORDING = [
    ("Heroes - 2017 Remaster", "heroes"),
    ("Heroes - Remastered 2011", "heroes"),
    ("Heroes - Remastered", "heroes"),
    ("Heroes (Remastered)", "heroes"),
    ("Heroes [Live]", "heroes"),
    ("Heroes - LIVE AT WEMBLEY, 1985", "heroes"),
    ("Heroes – Live", "heroes"),
    ("Heroes - Mono", "heroes"),
    ("Heroes - Single Version", "heroes"),
    ("Heroes - Single Version / Mono", "heroes"),
    ("Heroes - Radio Edit", "heroes"),
    ("Heroes (feat. Somebody)", "heroes"),
    ("Heroes (feat. Somebody) - Live", "heroes"),
    ("Heroes [ft. Somebody] (Radio Edit)", "heroes"),
    ("Héroes (Live) (Remastered)", "heroes"),
    ("Heroes", "heroes"),
]
OTHER_RECORDING = [
    ("Live", "live"),
    ("(Live)", "live"),
    ("- Live", "live"),
    ("Live - Live", "live"),
    ("Heroes - Part 2", "heroes part 2"),
    ("Heroes (Lively Mix)", "heroes lively mix"),
    ("With You (Without Me)", "with you without me"),
    ("Monologue - Monotone", "monologue monotone"),
    ("!!!", "!!!"),
]


@pytest.mark.parametrize(("title", "base"), SAME_RECORDING + OTHER_RECORDING)
def test_title_base(title, base):
    assert title_base(title, fold(title)) == base


@given(st.lists(st.one_of(st.text(max_size=8), st.text(alphabet="aB'_ \t\n.é’ß1ﬁ\r\x1c\x85", max_size=6))))
def test_folding_many_is_folding_each(texts):
    assert fold_all(texts) == [fold(text) for text in texts]


def test_copy_text_is_escaped():
    assert escaped(["a\tb", "c\\n", "d\r\n"]) == [r"a\tb", r"c\\n", r"d\r\n"]


def test_tsvector_text_quotes_only_where_it_must():
    assert as_tsvectors(["plain words", "don't :)", "x" * 500]) == ["plain words", "'don''t' ':)'", f"'{'x' * 400}'"]
