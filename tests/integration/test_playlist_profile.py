"""A playlist's profile on the real catalogue: its numbers are the database's, and its songs are right."""

from __future__ import annotations

import numpy as np
import pytest
from dash.exceptions import PreventUpdate
from sqlalchemy import func, select

from data_access import catalogue, matching, songs, things
from data_access.catalogue import Catalogue
from data_access.db import fetch
from data_access.fields import FIELD_BY_NAME
from data_access.selection import selection
from data_access.tables import songs as table
from ml import playlists
from ml.playlists import Profile, profile
from ml.recommender import Asked, recommend
from ml.similar_space import space_of

PARK = "artist:Linkin Park"


@pytest.fixture(scope="module")
def live(demo_catalogue: Catalogue) -> Catalogue:
    return demo_catalogue


@pytest.fixture(scope="module")
def ids(live: Catalogue) -> np.ndarray:
    """An artist's songs, and the calmest of the catalogue among them."""
    calmest = next(each.song for each in songs.extremes() if each.what == "Calmest")
    others = matching.song_ids(live, [calmest.spotify_id])
    return np.unique(np.append(things.find(live, things.parse(PARK)).song_ids, others)).astype(np.int32)


@pytest.fixture(scope="module")
def found(live: Catalogue, ids: np.ndarray) -> Profile:
    return profile(live, ids)


def test_means_and_quartiles_are_the_databases(live: Catalogue, ids: np.ndarray, found: Profile) -> None:
    assert {each.name for each in found.features} >= {"energy", "tempo", "loudness", "duration_ms"}
    for each in found.features:
        column = table.c[each.name]
        chosen = table.c.song_id.in_(ids.tolist())
        row = fetch(
            live.version,
            select(
                func.count(column).filter(chosen).label("known"),
                func.avg(column).filter(chosen).label("mean"),
                func.avg(column).label("whole"),
                func.percentile_cont(0.5).within_group(column).filter(chosen).label("median"),
                func.count(column).label("all"),
            ),
        )[0]
        lower = fetch(live.version, select(func.count().label("n")).where(column < float(np.float32(row["median"]))))
        assert each.known == row["known"]
        assert each.mean == pytest.approx(float(row["mean"]), rel=1e-5)
        assert each.whole_mean == pytest.approx(float(row["whole"]), rel=1e-5)
        assert each.quartiles[1] == pytest.approx(lower[0]["n"] / row["all"], abs=0.002)
        assert each.quartiles[0] <= each.quartiles[1] <= each.quartiles[2]


def test_moods_add_up(live: Catalogue, ids: np.ndarray, found: Profile) -> None:
    assert sum(found.moods.values()) == len(ids)
    assert list(found.moods) == list(found.whole_moods) == list(found.mood_colours)
    assert sum(found.whole_moods.values()) <= live.songs
    assert all(found.moods[mood] <= found.whole_moods[mood] for mood in found.moods)


def test_a_stranger_stands_out_with_true_reasons(live: Catalogue, ids: np.ndarray, found: Profile) -> None:
    calmest = next(each.song for each in songs.extremes() if each.what == "Calmest")
    assert found.judged
    assert calmest.spotify_id in {song.spotify_id for song, _ in found.outliers}
    for song, reasons in found.outliers:
        (own,) = matching.song_ids(live, [song.spotify_id])
        assert own in ids
        assert reasons
        for reason in reasons:
            value = song.values[reason.feature]
            assert value == pytest.approx(reason.value, rel=1e-6)
            rest = [each for each in ids.tolist() if each != own]
            known = [line.values[reason.feature] for line in songs.lines(live.version, rest)]
            mean = np.mean([each for each in known if each is not None])
            assert reason.others == pytest.approx(mean, rel=1e-5)
            assert reason.above == (value > mean)


def test_what_is_missing_is_what_recommendations_would_be(live: Catalogue, ids: np.ndarray, found: Profile) -> None:
    space = space_of(live)
    shown = matching.song_ids(live, [near.song.spotify_id for near in found.missing])
    assert len(shown) == playlists.MISSING
    assert not np.isin(space.group[shown], space.group[ids]).any()
    scores = [near.score for near in found.missing]
    assert scores == sorted(scores, reverse=True)
    park = things.parse(PARK)
    same = recommend(live, Asked(seeds=(park,), count=playlists.MISSING))
    alone = profile(live, things.find(live, park).song_ids)
    assert [near.song for near in alone.missing] == list(same.lines)
    assert [near.score for near in alone.missing] == pytest.approx(same.answer.scores.tolist())


def test_what_it_has_little_of_can_be_found(live: Catalogue, ids: np.ndarray, found: Profile) -> None:
    assert found.scarce
    for each in found.scarce:
        let_through = selection(live, each.filter)
        assert np.count_nonzero(let_through[ids]) == each.songs
        known = each.known if each.what == "mood" else len(ids)
        assert each.expected == pytest.approx(known * np.count_nonzero(let_through) / len(let_through), rel=0.02)
        assert each.songs <= each.expected / 2


def test_one_song_is_a_playlist(live: Catalogue) -> None:
    alone = profile(live, np.array([7], dtype=np.int32))
    assert not alone.judged
    assert alone.outliers == alone.scarce == ()
    assert len(alone.missing) == playlists.MISSING
    for each in alone.features:
        assert each.quartiles[0] == each.quartiles[2]
        assert each.effect is None or each.effect.kind == "z"


def test_the_whole_catalogue_is_one_too(live: Catalogue) -> None:
    everything = profile(live, np.arange(live.songs, dtype=np.int32))
    assert everything.songs == live.songs
    assert everything.missing == everything.scarce == ()
    assert {each.words for each in everything.features} == {playlists.ALIKE}
    for each in everything.features:
        assert FIELD_BY_NAME[each.name].format(each.mean) == FIELD_BY_NAME[each.name].format(each.whole_mean)


def test_the_page_answers_for_ids(live: Catalogue) -> None:
    from app import create_app  # noqa: PLC0415  # after the settings point at the tests' database
    from pages import _playlist_profile as page  # noqa: PLC0415

    create_app()
    ids = [line.spotify_id for line in songs.random_songs(30, seed=3)]
    islands = page.fill({"ids": [*ids, "gone", 5], "name": "mix"})
    assert islands["playlist-profile-of-what"] == "31 songs of “mix”, of which 30 are in this catalogue"
    text = str(islands["playlist-profile-cards"])
    for heading in ("Against the whole catalogue", "Moods", "Songs that stand out", "What is missing"):
        assert heading in text
    assert "/recommend?seed=songs:" in text
    islands = page.fill({"ids": ["gone"], "name": ""})
    assert islands["playlist-profile-of-what"] == "1 song, of which 0 are in this catalogue"
    assert "Nothing can be told" in str(islands)
    for nothing in (None, {}, {"ids": []}, {"ids": None}):
        with pytest.raises(PreventUpdate):
            page.fill(nothing)
    assert catalogue.current() == live
