"""A list of somebody's own as a thing: how it is written, and what cannot be one."""

from __future__ import annotations

import pytest

from data_access.things import LIST_AT_MOST, Thing, parse


@pytest.mark.parametrize(
    ("token", "ids"),
    [("songs:a", "a"), ("songs:a,b,a", "a,b"), ("songs: b , a,,", "b,a"), ("songs:" + "x" * 22, "x" * 22)],
)
def test_a_list_has_each_song_once_in_its_order(token: str, ids: str) -> None:
    thing = parse(token)
    assert thing == Thing("songs", ids)
    assert parse(thing.token) == thing


def test_as_many_songs_as_are_allowed_fit_with_spotifys_long_ids() -> None:
    longest = ",".join(f"{n:022d}" for n in range(LIST_AT_MOST))
    assert parse(f"songs:{longest}").reference == longest


@pytest.mark.parametrize("bad", ["songs:", "songs:,", "songs:" + ",".join(map(str, range(LIST_AT_MOST + 1)))])
def test_what_is_no_list_is_said(bad: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        parse(bad)
