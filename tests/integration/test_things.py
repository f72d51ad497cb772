"""Things are found as PostgreSQL has them, many of them with few reads, on a catalogue made to be awkward."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from sqlalchemy import Engine, event, select

from data_access import catalogue, compare, models, things
from data_access.db import fetch, fetch_ids
from data_access.filters import member_select
from data_access.tables import songs
from data_access.things import NotThere, Thing, find, find_all, parse
from tests import random_catalogue

pytestmark = pytest.mark.usefixtures("awkward")


@pytest.fixture(scope="module")
def awkward(database: str) -> int:
    version = random_catalogue.make(database)
    catalogue.forget()
    models.forget()
    return version


def song(number: int) -> str:
    return f"song{number:018d}"


@contextmanager
def reads() -> Iterator[list[str]]:
    """Every statement that is sent while it lasts."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_many_are_found_with_a_few_reads_each_as_if_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow this machine is, the live model was looked up before the reads are counted.
    monkeypatch.setattr(models, "_LOOK_AGAIN_SECONDS", 1e9)
    tokens = [
        *(f"song:{song(n)}" for n in (5, 1, 1700)), "song:nobody's", "song:nul\0",
        f"songs:{song(9)},{song(3)},gone", "songs:gone",
        *(f"artist:artist{n}" for n in range(1, 20, 2)), *(f"artist:Artist {n}" for n in range(0, 20, 2)),
        "artist:Artist 1", "artist:nobody", *(f"album:album{n}" for n in range(10)), "album:Album 3", "album:none",
        "genre:ambient", "genre:no such", f"mood:{random_catalogue.MOODS[0]}", "mood:none such", "playlist:none",
        "filter:energy=0.2..0.5", "filter:energy=3..4",
    ]  # fmt: skip
    asked = [parse(token) for token in tokens]
    live = catalogue.current()
    find_all(live, asked)  # the column store and the moods
    with reads() as sent:
        found = find_all(live, asked)
    # One for all songs, two for all artists, three for the albums, one for the playlists, which are not there.
    assert len([statement for statement in sent if statement.startswith("SELECT")]) <= 7 + 2, sent
    for thing, each in zip(asked, found, strict=True):
        if isinstance(each, NotThere):
            with pytest.raises(NotThere, match=r"[.]$") as raised:
                find(live, thing)
            assert str(raised.value) == str(each)
        else:
            alone = find(live, thing)
            assert (each.name, each.detail, each.path, each.first) == (
                alone.name, alone.detail, alone.path, alone.first
            )  # fmt: skip
            assert each.song_ids.tolist() == alone.song_ids.tolist()
            assert each.song_ids.dtype == np.int32
            assert (np.diff(each.song_ids) > 0).all()
    not_there = [token for token, each in zip(tokens, found, strict=True) if isinstance(each, NotThere)]
    assert not_there == [
        "song:nobody's", "song:nul\0", "songs:gone", "artist:nobody", "album:none", "genre:no such", "mood:none such",
        "playlist:none", "filter:energy=3..4",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["artist", "album"])
def test_songs_are_those_of_postgresql(kind: str) -> None:
    live = catalogue.current()
    for number in range(0, 10, 3):
        for reference in (f"{kind}{number}", f"{kind.title()} {number}"):
            expected = np.unique(fetch_ids(live.version, member_select(f"{kind}s", (reference,))))
            if not len(expected):  # every second artist has no id of Spotify's
                continue
            found = find(live, Thing(kind, reference))
            assert found.song_ids.tolist() == expected.tolist()
            assert found.name == f"{kind.title()} {number}"


def test_a_list_of_somebodys_own() -> None:
    live = catalogue.current()
    asked = [song(n) for n in (30, 2, 711)]
    rows = fetch(live.version, select(songs.c.song_id, songs.c.spotify_id).where(songs.c.spotify_id.in_(asked)))
    numbers = {row["spotify_id"]: row["song_id"] for row in rows}
    found = find(live, parse("songs:" + ",".join(asked)))
    assert (found.name, found.detail) == ("3 songs", "a list of your own")
    assert found.path == f"/playlist?songs={','.join(asked)}"
    assert found.song_ids.tolist() == sorted(numbers.values())
    assert found.first == numbers[asked[0]]
    some = find(live, parse(f"songs:gone,{asked[1]}"))
    assert (some.name, some.first) == ("1 song", numbers[asked[1]])
    assert some.detail == "a list of your own, 1 of whose songs is not in this catalogue"
    with pytest.raises(NotThere, match=r"^None of the songs of your own list is in this catalogue\.$"):
        find(live, parse("songs:gone,lost"))


def test_a_list_can_be_compared() -> None:
    listed = parse(f"songs:{song(4)},{song(40)}")
    found = compare.compare([listed, things.parse("artist:Artist 0"), parse("songs:gone")])
    assert [(each.kind, each.name) for each in found.things] == [("songs", "2 songs"), ("artist", "Artist 0")]
    assert found.things[0].songs == 2
    assert found.problems == ("None of the songs of your own list is in this catalogue.",)
