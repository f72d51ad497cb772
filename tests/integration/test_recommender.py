"""Recommendations for the demo catalogue: from every kind of seed, under filters, without unwanted artists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import select

from data_access import catalogue, tables, things
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.db import fetch, fetch_ids
from data_access.filters import Range, SongFilter, member_select
from data_access.moods import open_moods
from data_access.things import Thing, find, parse
from ml import recommender
from ml.recommender import Asked, Recommended, recommend, warm_up
from ml.similar import recommend as nearest
from ml.similar_harmony import neighbours
from ml.similar_query import NothingToGoBy, Query, Wish
from ml.similar_space import space_of

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(scope="module")
def live(demo_catalogue: Catalogue) -> Catalogue:
    return demo_catalogue


@pytest.fixture(autouse=True)
def _cold() -> None:
    recommender.forget()


def spotify_ids(live: Catalogue, song_ids: Sequence[int]) -> list[str]:
    s = tables.songs.c
    statement = select(s.song_id, s.spotify_id).where(s.song_id.in_(list(song_ids)))
    known = {row["song_id"]: row["spotify_id"] for row in fetch(live.version, statement)}
    return [known[song_id] for song_id in song_ids]


def some_artist(live: Catalogue, at_least: int = 3) -> str:
    """An artist with several songs."""
    a = tables.artists.c
    wanted = select(a.name).where(a.songs >= at_least).order_by(a.songs.desc(), a.name).limit(1)
    return fetch(live.version, wanted)[0]["name"]


def ids_of(live: Catalogue, found: Recommended) -> list[int]:
    """Numbers of the songs that are shown, by what is shown of them."""
    s = tables.songs.c
    shown = [line.spotify_id for line in found.lines]
    rows = fetch(live.version, select(s.song_id, s.spotify_id).where(s.spotify_id.in_(shown)))
    known = {row["spotify_id"]: row["song_id"] for row in rows}
    return [known[each] for each in shown]


def test_every_kind_of_seed_leads_to_songs(live: Catalogue) -> None:
    first, second = spotify_ids(live, [100, 7])
    album = fetch(live.version, select(tables.albums.c.name).limit(1))[0]["name"]
    stored = open_moods(live)
    assert stored is not None
    asked = [
        Thing("song", first), Thing("artist", some_artist(live)), Thing("album", album),
        Thing("genre", open_store(live).genre_names[0]), Thing("mood", stored.names()[0]),
        parse("filter:energy=0.2..0.4&explicit=no"), parse(f"songs:{first},{second}"),
    ]  # fmt: skip
    space = space_of(live)
    for seeds in [(each,) for each in asked] + [tuple(asked)]:
        found = recommend(live, Asked(seeds=seeds))
        assert [thing for thing, _ in found.seeds] == list(seeds)
        assert found.problems == ()
        shown = ids_of(live, found)
        assert len(shown) == 20
        assert found.answer.ids.tolist() == shown
        seed_ids = np.unique(np.concatenate([find(live, each).song_ids for each in seeds]))
        # As the engine itself answers, and never a version of a seed.
        assert nearest(space, Query(seed_ids)).ids.tolist() == shown
        assert not set(space.group[shown].tolist()) & set(space.group[seed_ids].tolist())
        assert found.moods == tuple(int(stored.mood[each]) for each in shown)
        energy = open_store(live).values("energy")
        assert found.seed_values["energy"] == pytest.approx(float(np.nanmean(energy[seed_ids])), rel=1e-5)
        assert found.song_values["energy"] == pytest.approx(float(np.nanmean(energy[shown])), rel=1e-5)
        assert found.seed_values["energy"] != found.song_values["energy"]


def test_targets_alone_will_do_and_nothing_will_not(live: Catalogue) -> None:
    found = recommend(live, Asked(wishes={"tempo": Wish(target=128.0), "energy": Wish(target=0.9)}))
    assert len(found.lines) == 20
    assert all(abs((line.values["tempo"] or 0) - 128) < 5 for line in found.lines)
    assert set(found.seed_values.values()) == {None}
    with pytest.raises(NothingToGoBy):
        recommend(live, Asked())


def test_filters_restrict_and_pools_say_by_how_much(live: Catalogue) -> None:
    (seed,) = spotify_ids(live, [100])
    song_filter = SongFilter(genres=frozenset(open_store(live).genre_names[:1])).with_range(
        "energy", Range(0.3, 0.6, True)
    )
    found = recommend(live, Asked((Thing("song", seed),), song_filter=song_filter))
    matching = set(fetch_ids(live.version, select(tables.songs.c.song_id).where(song_filter.clause())).tolist())
    assert set(ids_of(live, found)) < matching
    assert (found.answer.pools.catalogue, found.answer.pools.filtered) == (live.songs, len(matching))
    assert found.answer.pools.shown == len(found.lines) > 0
    none = recommend(live, Asked((Thing("song", seed),), song_filter=SongFilter(genres=frozenset({"no such"}))))
    assert (none.lines, none.answer.pools.filtered) == ((), 0)


def test_unwanted_artists_are_left_out_wherever_they_are_credited(live: Catalogue) -> None:
    (seed,) = spotify_ids(live, [100])
    asked = Asked((Thing("song", seed),), count=50)
    before = recommend(live, asked)
    # One that is credited second somewhere, so that leaving out those credited first would not do.
    second = next(line.artists[1] for line in before.lines if len(line.artists) > 1)
    found = recommend(live, Asked(asked.seeds, not_artists=frozenset({second, "No such artist"}), count=50))
    assert any(second in line.artists for line in before.lines)
    assert not any(second in line.artists for line in found.lines)
    assert len(found.lines) == 50
    theirs = np.unique(fetch_ids(live.version, member_select("artists", (second,))))
    assert found.answer.pools.filtered == (live.songs or 0) - len(theirs)
    assert found.problems == ("No artist of this catalogue is “No such artist”; there is nobody to leave out.",)


def test_what_is_not_there_is_said_and_the_rest_is_used(live: Catalogue) -> None:
    (seed,) = spotify_ids(live, [100])
    found = recommend(live, Asked((Thing("song", "gone"), Thing("song", seed), parse("songs:lost"))))
    assert [thing.reference for thing, _ in found.seeds] == [seed]
    assert found.problems == (
        "No song of this catalogue is “gone”.", "None of the songs of your own list is in this catalogue.",
    )  # fmt: skip
    with pytest.raises(NothingToGoBy):
        recommend(live, Asked((Thing("song", "gone"),)))


def test_mixing_goes_by_the_first_song(live: Catalogue) -> None:
    store = open_store(live)
    key, tempo = store.column("key"), store.values("tempo")
    one, other = (int(np.flatnonzero((key == wanted) & (tempo > 100) & (tempo < 130))[0]) for wanted in (1, 14))
    first, second = spotify_ids(live, [one, other])
    genre = Thing("genre", store.genre_names[0])
    both = Asked((genre, Thing("song", first), Thing("song", second)), harmony=5.0)
    listed = Asked((parse(f"songs:{second},{first}"), Thing("song", first)), harmony=5.0)
    for asked, song in ((both, one), (listed, other)):
        found = recommend(live, asked)
        assert found.problems == ()
        assert len(found.lines) == 20
        for line in found.lines:
            assert line.key in neighbours(int(key[song]))
            shares = [abs((line.values["tempo"] or 0) / (float(tempo[song]) * times) - 1) for times in (0.5, 1, 2)]
            assert min(shares) <= 0.05 + 1e-6
    without = recommend(live, Asked((genre,), harmony=5.0))
    assert without.problems == (
        "Mixing goes by the key and tempo of a song; without a song among the seeds it is left out.",
    )
    assert without.answer.ids.tolist() == recommend(live, Asked((genre,))).answer.ids.tolist()


def test_what_is_kept_changes_no_answer_and_asks_the_database_once(
    live: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seed,) = spotify_ids(live, [100])
    seeds = (Thing("song", seed), parse("filter:energy=0.2..0.4"))
    song_filter = SongFilter().with_range("valence", Range(0.2, 0.8, True))
    looked_up: list[int] = []
    find_all, select_ = things.find_all, recommender.selection
    monkeypatch.setattr(things, "find_all", lambda *args: (looked_up.append(1), find_all(*args))[1])
    monkeypatch.setattr(recommender, "selection", lambda *args: (looked_up.append(2), select_(*args))[1])
    for weight in (1.0, 2.0, 3.0):
        asked = Asked(seeds, {"energy": Wish(weight=weight)}, song_filter, frozenset({some_artist(live)}))
        warm = recommend(live, asked)
        recommender.forget()
        number = len(looked_up)
        cold = recommend(live, asked)
        assert len(looked_up) == number + 3  # seeds, filter, artists
        assert recommend(live, asked).answer.ids.tolist() == cold.answer.ids.tolist() == warm.answer.ids.tolist()
        assert len(looked_up) == number + 3
    other = Asked(seeds, {}, song_filter.without("valence"), frozenset())
    assert recommend(live, other).answer.pools.filtered == live.songs


def test_warming_up_leaves_the_space(live: Catalogue) -> None:
    warm_up(live)
    assert catalogue.current().version == live.version
    assert len(recommend(live, Asked(wishes={"energy": Wish(target=0.5)})).lines) == 20


def test_seeds_that_are_not_there_are_named(demo_catalogue: Catalogue) -> None:
    with pytest.raises(NothingToGoBy, match="No song of this catalogue is “nope”"):
        recommend(demo_catalogue, Asked((Thing("song", "nope"),)))
