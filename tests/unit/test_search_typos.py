"""Typing errors: the variants of a word, and which of them a catalogue makes plausible."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from data_access.search import find
from data_access.search_build import write_search_arrays
from data_access.search_index import SearchIndex
from data_access.search_typos import corrections, one_edit_variants

LETTERS = "abcde"
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=6)


@given(WORDS)
def test_variants_are_at_distance_one_and_not_repeated(word):
    variants = one_edit_variants(word, LETTERS)
    assert len(variants) == len(set(variants))
    assert all(OSA.distance(word, variant) == 1 for variant in variants)


@given(WORDS, WORDS)
def test_every_word_at_distance_one_is_a_variant(word, other):
    if OSA.distance(word, other) == 1:
        assert other in one_edit_variants(word, LETTERS)


ARTISTS = ["metallica", "queen", "the beatles", "björk ensemble", "кино"]
SONGS = (
    [("enter sandman", 0), ("nothing else matters", 0), ("bohemian rhapsody", 1), ("yesterday", 2)]
    + [("live forever", 3)]
    + [(f"love song number {n}", 1) for n in range(30)]
    + [(f"hate {n}", 1) for n in range(5)]
    + [(f"hats {n}", 1) for n in range(20)]
    + [("группа крови", 4)]
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    write_search_arrays(
        folder,
        titles=pa.array([title for title, _ in SONGS]),
        groups=np.arange(len(SONGS)),
        popularity=None,
        artists=pa.array(ARTISTS),
        artist_songs=np.array([2, 31, 1, 1, 1]),
        credits=np.array([(song, artist) for song, (_, artist) in enumerate(SONGS)]).T,
        primary=np.ones(len(SONGS), dtype=bool),
    )
    return SearchIndex(folder)


def _names(index, text, limit=8):
    return [
        (SONGS[index.songs.id[rank]][0] if kind == "song" else ARTISTS[index.artists.id[rank]], corrected)
        for kind, rank, corrected in find(index, text.split(), limit)
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("metalica", "metallica"),  # one too few
        ("mettallica", "metallica"),  # one too many
        ("metalkica", "metallica"),  # another one
        ("metlalica", "metallica"),  # neighbours exchanged
        ("emtallica", "metallica"),  # at the very beginning
        ("metlal", "metal"),  # not finished yet
        ("bohemain rhapsody", "bohemian rhapsody"),
        ("bohemian rapsody", "bohemian rhapsody"),
        ("bohemain rapsody", "bohemian rhapsody"),  # one in each word
        ("bohemianrhapsody", "bohemian rhapsody"),  # no space
        ("bohem ian rhapsody", "bohemian rhapsody"),  # one too many
        ("yseterday", "yesterday"),
        ("группа кровы", "группа крови"),
    ],
)
def test_a_typing_error_is_corrected(index, typed, meant):
    assert corrections(index, typed.split())[0] == meant.split()


def test_corrected_suggestions_say_what_was_searched(index):
    assert _names(index, "metalica")[0] == ("metallica", "metallica")
    assert {corrected for _, corrected in _names(index, "metalica")} == {"metallica"}


def test_what_was_typed_right_is_not_corrected(index):
    assert {corrected for _, corrected in _names(index, "queen")} == {""}
    assert _names(index, "bohemian rhap") == [("bohemian rhapsody", "")]


def test_a_known_word_is_corrected_only_towards_a_much_commoner_one_and_stays_first(index):
    assert corrections(index, ["live"]) == [["love"]]  # 1 song against 30
    names = _names(index, "live")
    assert names[0] == ("live forever", "")
    assert all(corrected == "love" for _, corrected in names[1:])
    assert corrections(index, ["love"]) == []
    assert corrections(index, ["hate"]) == []  # hats have four times as many songs, which is no reason


def test_short_words_are_left_alone(index):
    assert corrections(index, ["qeu"]) == []


def test_names_that_begin_with_the_text_come_before_those_that_only_have_it(index):
    assert [name for name, _ in _names(index, "beatles")] == ["the beatles", "yesterday"]
    assert [name for name, _ in _names(index, "rhapsody")] == ["bohemian rhapsody"]


def test_artists_leave_room_for_songs(index):
    found = find(index, ["l"], 8)
    assert [kind for kind, *_ in found] == ["song"] * 8
    assert len({rank for _, rank, _ in found}) == 8


def test_nothing_found_is_an_empty_answer(index):
    assert find(index, ["zzzzzzzz", "qqqqqqq"], 8) == []


@given(data=st.data())
def test_every_edit_of_a_known_word_finds_a_word_within_one_edit(index, data):
    words = [word for title, _ in SONGS for word in title.split() if len(word) > 4 and word.isascii()]
    word = data.draw(st.sampled_from(words))
    typed = data.draw(st.sampled_from(one_edit_variants(word, "abcdefghijklmnopqrstuvwxyz")))
    found = find(index, [typed], 8)
    assert found
    titles = [SONGS[index.songs.id[rank]][0] for kind, rank, _ in found if kind == "song"]
    assert any(
        OSA.distance(typed, other[: len(typed) + extra]) <= 1
        for title in titles for other in title.split() for extra in (-1, 0, 1)
    )  # fmt: skip
