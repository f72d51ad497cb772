"""The search index over a handful of names, without a database."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data_access.search_build import write_search_arrays
from data_access.search_index import SearchIndex

ARTISTS = ["the beatles", "beat happening", "radiohead", "björk", "椎名林檎"]
SONGS = [  # title, artist numbers, version group, popularity
    ("creep", [2], 0, 80),
    ("creep acoustic", [2], 0, 30),
    ("creeping death", [1], 2, 60),
    ("help", [0], 3, 70),
    ("here comes the sun", [0], 4, 90),
    ("la la la", [1, 2], 5, 10),
    ("丸ノ内サディスティック", [4], 6, 50),
    ("army of me", [3], 7, 55),
]


@pytest.fixture
def index(tmp_path):
    return _write(tmp_path, np.array([popularity for *_, popularity in SONGS]))


def _write(folder, popularity):
    credits = [(song, artist, place == 0) for song, (_, artists, *_) in enumerate(SONGS)
               for place, artist in enumerate(artists)]  # fmt: skip
    write_search_arrays(
        folder,
        titles=pa.array([title for title, *_ in SONGS]),
        groups=np.array([group for *_, group, _ in SONGS]),
        popularity=popularity,
        artists=pa.array(ARTISTS),
        artist_songs=np.array([2, 2, 3, 1, 1]),
        credits=np.array([(song, artist) for song, artist, _ in credits]).T,
        primary=np.array([primary for *_, primary in credits]),
    )
    return SearchIndex(folder)


def _titles(index, ranks):
    return [SONGS[index.songs.id[rank]][0] for rank in ranks]


def test_a_prefix_finds_exact_and_longer_titles(index):
    exact, longer = index.songs.beginning_with("creep")
    assert _titles(index, exact) == ["creep"]
    assert sorted(_titles(index, longer)) == ["creep acoustic", "creeping death"]


@pytest.mark.parametrize("title", [title for title, *_ in SONGS])
def test_every_beginning_of_every_title_finds_it(index, title):
    for length in range(1, len(title) + 1):
        exact, longer = index.songs.beginning_with(title[:length])
        assert title in _titles(index, [*exact, *longer])


def test_a_prefix_of_nothing_finds_nothing(index):
    assert [len(found) for found in index.songs.beginning_with("zz")] == [0, 0]


def test_an_artist_is_found_without_the_article(index):
    _, longer = index.artists.beginning_with("beat")
    assert sorted(ARTISTS[index.artists.id[rank]] for rank in longer) == ["beat happening", "the beatles"]


def test_best_gives_the_heaviest_one_of_each_version_group(index):
    taken: set[int] = set()
    everything = np.arange(len(SONGS))
    assert _titles(index, index.songs.best(everything, 4, taken)) == [
        "here comes the sun", "creep", "help", "creeping death",
    ]  # fmt: skip
    assert _titles(index, index.songs.best(everything, 2, taken)) == ["army of me", "丸ノ内サディスティック"]


def test_best_looks_past_many_versions_of_one_song(index):
    index.songs._group = np.zeros(1000, dtype=np.int32)
    index.songs._group[-1] = 1
    assert index.songs.best(np.arange(1000), 2, set()) == [0, 999]


def test_without_popularity_a_song_weighs_the_songs_of_its_primary_artist(tmp_path):
    index = _write(tmp_path, None)
    first = _titles(index, index.songs.best(np.arange(len(SONGS)), 3, set()))
    assert first == ["creep", "creeping death", "help"]  # 3 songs, then 2 by number


def _having(index, *words, whole=False):
    ranges = list(zip(*index.word_ranges(list(words), whole), strict=True))
    return sorted(set(_titles(index, index.songs.having(ranges))))


def test_words_are_found_in_titles_and_in_artists(index):
    assert _having(index, "radio") == ["creep", "creep acoustic", "la la la"]
    assert _having(index, "sun", "beatles") == ["here comes the sun"]
    assert _having(index, "sun", "radio") == []


def test_whole_words_are_not_prefixes(index):
    assert _having(index, "creep", whole=True) == ["creep", "creep acoustic"]
    assert "creeping death" in _having(index, "creep")


def test_a_repeated_word_is_counted_once(index):
    first, last = index.word_ranges(["la"], whole=True)
    assert index.songs.count(first[0], last[0]) == 1


def test_a_word_beyond_the_width_finds_itself(index):
    assert _having(index, "丸ノ内サディスティック") == ["丸ノ内サディスティック"]


def test_letters_are_kept_by_script(index):
    assert set("creepb") <= set(index.letters[0])
    assert "林" in index.letters[ord("林") >> 8]
