"""Buttons and links into the playlist and into recommendations, as Python writes them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from components import island, playlist_parts
from data_access.filters import Range, SongFilter
from pages import _seeds as seeds


@pytest.mark.parametrize(("milliseconds", "told"), [(200_040.4, "200040"), (None, "")])
def test_a_button_says_what_is_to_be_kept_and_may_stand_in_an_island(milliseconds: float | None, told: str) -> None:
    tag, attributes, _ = island.tree(playlist_parts.add_button("x1", 'A "title"', "One, Two", milliseconds))
    assert tag == "button"
    assert {name: value for name, value in attributes.items() if name.startswith("data-")} == {
        "data-mg-add": "x1",
        "data-mg-title": 'A "title"',
        "data-mg-artists": "One, Two",
        "data-mg-ms": told,
    }
    assert attributes["aria-label"] == 'Add A "title" to the playlist'


def test_a_button_with_words_has_no_other_name() -> None:
    _, attributes, words = island.tree(playlist_parts.add_button("x1", "Title", "One", 1000, words=True))
    assert "aria-label" not in attributes
    assert words[2] == "Add to playlist"


def test_a_song_and_a_filter_are_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "get_relative_path", "/MusicGroup{}".format)
    chosen = SongFilter(moods=frozenset({"loud, fast & electronic"})).with_range("energy", Range(0.5, 0.9))
    seed = parse_qs(urlsplit(seeds.like_these(chosen)).query)["seed"]
    assert seed == [f"filter:{chosen.to_query()}"]
    assert parse_qs(urlsplit(seeds.more_like("x1")).query) == {"seed": ["song:x1"]}
    assert urlsplit(seeds.like_these(SongFilter())).query == ""
