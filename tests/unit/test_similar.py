"""Recommendations are those of a plain implementation, whatever is asked; and what they say of themselves adds up."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.columns import VALUE_ROW
from data_access.fields import FIELDS, UNKNOWN_KEY, camelot
from ml import similar_pool
from ml.similar import recommend
from ml.similar_aim import aim_of
from ml.similar_harmony import Harmony
from ml.similar_query import Answer, Furthest, NothingToGoBy, Query, Wish
from ml.similar_space import FEATURES, Space, fit_space
from ml.similar_words import COMPARATIVES, why

FINE = {"danceability": 1.0, "energy": 1.0, "tempo": 100.0, "year": 100.0}


@cache
def songs(seed: int, coarse: bool) -> Space:
    """Some hundred songs: ties when coarse, unknown values, versions, artists of all sizes, songs without an artist."""
    rng = np.random.default_rng(seed)
    n_songs = int(rng.integers(1, 400))
    values = np.full((len(FIELDS), n_songs), np.nan, dtype=np.float32)
    for field in FIELDS:
        if field.name == "popularity" or (field.name == "year" and seed % 3 == 0):
            continue  # not every catalogue knows them
        row = rng.uniform(field.low, field.high, n_songs)
        if coarse:
            row = rng.choice(np.linspace(field.low, field.high, 3), n_songs)
        row[rng.random(n_songs) < 0.1] = np.nan
        values[VALUE_ROW[field.name]] = row
    artist = np.minimum(rng.geometric(0.1, n_songs), 30).astype(np.int32) - 2  # -1 is none
    group = np.arange(n_songs, dtype=np.int32)
    for song in range(1, n_songs):
        if rng.random() < 0.2:
            group[song] = group[rng.integers(0, song)]
    key = rng.integers(0, UNKNOWN_KEY + 1, n_songs).astype(np.uint8)
    return fit_space(values, key, group, artist)


wishes = st.dictionaries(
    st.sampled_from(FEATURES),
    st.builds(
        lambda field, target, low, width, weight: (target, low, width, weight),
        st.none(),
        st.none() | st.floats(0, 1),
        st.none() | st.floats(0, 0.6),
        st.floats(0.2, 1),
        st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    ),
    max_size=4,
)


def wish(name: str, part: tuple) -> Wish:
    """A wish from shares of the field's domain."""
    field = next(field for field in FIELDS if field.name == name)
    target, low, width, weight = part
    span = field.high - field.low
    at = [None if each is None else field.low + each * span for each in (target, low)]
    return Wish(at[0], at[1], None if at[1] is None else at[1] + width * span, weight)


harmonies = st.none() | st.builds(
    Harmony, st.integers(0, UNKNOWN_KEY), st.sampled_from([np.nan, 60.0, 121.5]), st.sampled_from([3.0, 20.0])
)


def plain(space: Space, query: Query, allowed: np.ndarray) -> tuple[list[int], list[float], int]:
    """The same by full sorts and plain loops: ids, distances over the mean one, songs after filters."""
    n_songs = space.n_songs
    distance, by_chance = np.zeros(n_songs), 0.0
    for row, name in enumerate(space.features):
        asked = query.wishes.get(name, Wish())
        if asked.weight == 0 or (asked.target is None and not len(query.seeds)):
            continue
        places = (space.sound if asked.target is None else space.own)[row].astype(np.float64)
        target = places[sorted(set(query.seeds))].mean() if asked.target is None else space.place(name, asked.target)
        distance += asked.weight * ((places - target) * (places - target))
        by_chance += asked.weight * 2 * np.var(places)
    may = allowed.copy()
    for name, asked in query.wishes.items():
        values = space.values[VALUE_ROW[name]]
        if asked.low is not None:
            may &= values >= np.float32(asked.low)
        if asked.high is not None:
            may &= values <= np.float32(asked.high)
    if query.harmony:
        tempo = space.values[VALUE_ROW["tempo"]]
        may &= np.array([goes(query.harmony, *song) for song in zip(space.key, tempo, strict=True)])
    n_allowed = int(may.sum())
    taken_groups = {int(space.group[seed]) for seed in query.seeds}
    of_artist: dict[int, int] = {}
    pool: list[int] = []
    wanted = query.count if query.diversity == 0 else 10 * query.count
    for song in sorted(range(n_songs), key=lambda song: (distance[song], song)):
        group, artist = int(space.group[song]), int(space.artist[song])
        if not may[song] or group in taken_groups or len(pool) == wanted:
            continue
        if artist != -1 and of_artist.get(artist, 0) >= query.per_artist:
            continue
        taken_groups.add(group)
        of_artist[artist] = of_artist.get(artist, 0) + 1
        pool.append(song)
    return pool, [distance[song] / (by_chance or 1) for song in pool], n_allowed


def goes(harmony: Harmony, key: int, tempo: float) -> bool:
    """The rule of harmonic mixing, from the wheel as it is printed."""
    if harmony.key != UNKNOWN_KEY:
        if key == UNKNOWN_KEY:
            return False
        (number, letter), (other, other_letter) = (split(camelot(each)) for each in (harmony.key, int(key)))
        around = min((number - other) % 12, (other - number) % 12)
        if not ((letter == other_letter and around <= 1) or around == 0):
            return False
    if np.isnan(harmony.tempo):
        return True
    return any(abs(tempo / (harmony.tempo * times) - 1) <= harmony.percent / 100 for times in (0.5, 1, 2))


def split(camelot_name: str) -> tuple[int, str]:
    return int(camelot_name[:-1]), camelot_name[-1]


@st.composite
def questions(draw: st.DrawFn, diverse: bool) -> tuple[Space, Query, np.ndarray]:
    space = songs(draw(st.integers(0, 60)), draw(st.booleans()) and not diverse)
    seeds = draw(st.lists(st.integers(0, space.n_songs - 1), max_size=4))
    asked = {name: wish(name, part) for name, part in draw(wishes).items()}
    query = Query(
        seeds=seeds,
        wishes=asked,
        count=draw(st.integers(1, 30)),
        per_artist=draw(st.integers(1, 4)),
        diversity=draw(st.floats(0.05, 1)) if diverse else 0.0,
        harmony=draw(harmonies),
    )
    share = draw(st.sampled_from([0.0, 0.3, 1.0]))
    return space, query, np.random.default_rng(draw(st.integers(0, 9))).random(space.n_songs) < share


def answered(space: Space, query: Query, allowed: np.ndarray) -> Answer | None:
    try:
        return recommend(space, query, allowed)
    except NothingToGoBy:
        weights = [query.wishes.get(name, Wish()) for name in space.features]
        assert not any(each.weight > 0 and (each.target is not None or len(query.seeds)) for each in weights)
        return None


@settings(max_examples=300, deadline=None)
@given(questions(diverse=False))
def test_recommended_as_by_brute_force(question: tuple[Space, Query, np.ndarray]) -> None:
    space, query, allowed = question
    if (answer := answered(space, query, allowed)) is None:
        return
    ids, distances, n_allowed = plain(space, query, allowed)
    assert answer.ids.tolist() == ids
    np.testing.assert_allclose(answer.scores, 1 - np.array(distances), atol=1e-9)
    assert (answer.pools.catalogue, answer.pools.filtered, answer.pools.shown) == (space.n_songs, n_allowed, len(ids))
    if allowed.all():
        assert recommend(space, query).ids.tolist() == ids


@settings(max_examples=100, deadline=None)
@given(questions(diverse=True))
def test_diverse_ones_are_chosen_by_maximal_marginal_relevance(question: tuple[Space, Query, np.ndarray]) -> None:
    space, query, allowed = question
    if (answer := answered(space, query, allowed)) is None:
        return
    pool, distances, _ = plain(space, query, allowed)
    aim = aim_of(space, query)
    at = dict(zip(pool, aim.places(space, np.array(pool, dtype=int)), strict=True))
    far = dict(zip(pool, distances, strict=True))
    assert len(answer.ids) == min(query.count, len(pool))
    for n, song in enumerate(answer.ids.tolist()):  # each is the best that could come after those before it
        before = answer.ids[:n].tolist()

        def worth(song: int, before: list[int] = before) -> float:
            apart = min((aim.weights @ (at[song] - at[other]) ** 2 / aim.by_chance for other in before), default=0.0)
            return -(1 - query.diversity) * far[song] + query.diversity * apart

        assert worth(song) >= max(worth(other) for other in pool if other not in before) - 1e-9
    assert len(set(answer.ids.tolist())) == len(answer.ids)


@settings(max_examples=100, deadline=None)
@given(st.booleans().flatmap(lambda diverse: questions(diverse=diverse)))
def test_an_answer_adds_up_repeats_and_keeps_its_promises(question: tuple[Space, Query, np.ndarray]) -> None:
    space, query, allowed = question
    if (answer := answered(space, query, allowed)) is None:
        return
    np.testing.assert_allclose(answer.contributions.sum(axis=1), answer.scores, atol=1e-6)
    assert answer.scores.max(initial=-np.inf) <= 1 + 1e-9
    again = recommend(space, query, allowed)
    assert again.ids.tolist() == answer.ids.tolist()
    np.testing.assert_array_equal(again.contributions, answer.contributions)
    groups = space.group[answer.ids].tolist()
    assert len(set(groups)) == len(groups)
    assert not set(groups) & set(space.group[list(query.seeds)].tolist())
    artists = space.artist[answer.ids]
    assert (
        max((int((artists == artist).sum()) for artist in set(artists.tolist()) - {-1}), default=0) <= query.per_artist
    )
    assert allowed[answer.ids].all()
    asked = {name: query.wishes.get(name, Wish()) for name in space.features}
    weighing = {name for name, of in asked.items() if of.weight > 0 and (len(query.seeds) or of.target is not None)}
    for row, (closest, furthest) in enumerate(zip(answer.closest, answer.furthest, strict=True)):
        assert len(closest) == len(set(closest)) <= 3
        assert set(closest) <= weighing
        assert len(closest) == min(3, max(1, len(weighing) - 1))
        assert (furthest is None) == (len(weighing) == 1)
        assert furthest is None or (furthest.feature in weighing and furthest.feature not in closest)
        for name in set(answer.features) - weighing:
            assert answer.contributions[row, answer.features.index(name)] == 0


@settings(max_examples=200, deadline=None)
@given(questions(diverse=False), st.integers(1, 40))
def test_more_is_read_when_versions_and_artists_leave_too_few(
    question: tuple[Space, Query, np.ndarray], at_first: int
) -> None:
    space, query, allowed = question
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(similar_pool, "_NEAREST", at_first)
        patched.setattr(similar_pool, "_SPARE", 0)
        answer = answered(space, query, allowed)
    if answer is not None:
        assert answer.ids.tolist() == plain(space, query, allowed)[0]


def test_many_seeds_count_as_their_mean() -> None:
    space = songs(7, False)
    some = np.arange(0, space.n_songs, 3)
    query = Query(some, count=10)
    ids, *_ = plain(space, replace(query, seeds=some.tolist()), np.ones(space.n_songs, dtype=bool))
    assert recommend(space, query).ids.tolist() == ids
    np.testing.assert_allclose(aim_of(space, query).targets, space.sound[:, some].mean(axis=1), atol=1e-5)


def test_a_song_is_closest_in_what_it_shares() -> None:
    n_songs = 200
    rng = np.random.default_rng(0)
    values = np.full((len(FIELDS), n_songs), np.nan, dtype=np.float32)
    for name, most in FINE.items():
        values[VALUE_ROW[name]] = rng.uniform(0, most, n_songs)
    for name in ("danceability", "energy", "tempo"):
        values[VALUE_ROW[name], 1] = values[VALUE_ROW[name], 0]
    ids = np.arange(n_songs, dtype=np.int32)
    space = fit_space(values, np.zeros(n_songs, dtype=np.uint8), ids, ids)
    assert space.features == tuple(FINE)
    answer = recommend(space, Query([0]), ids == 1)
    assert answer.ids.tolist() == [1]
    above = bool(values[VALUE_ROW["year"], 1] > values[VALUE_ROW["year"], 0])
    assert answer.closest == (("danceability", "energy", "tempo"),)
    assert answer.furthest == (Furthest("year", above, False),)
    said = "newer" if above else "older"
    assert why(answer, 0) == f"Closest in danceability, energy and tempo; furthest in year: {said}."
    alone = recommend(space, Query((), {"energy": Wish(target=0.5)}))
    assert (alone.closest[0], alone.furthest[0]) == (("energy",), None)
    assert why(alone, 0) == "Closest in energy."
    assert abs(float(values[VALUE_ROW["energy"], alone.ids[0]]) - 0.5) < 0.02


@pytest.mark.parametrize(
    "bad",
    [
        {"count": 0}, {"count": 201}, {"per_artist": 0}, {"diversity": 1.1}, {"diversity": float("nan")},
        {"wishes": {"loud": Wish()}},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(bad: dict) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        Query([1], **bad)


@pytest.mark.parametrize("bad", [{"weight": -1}, {"weight": 101}, {"weight": float("inf")}, {"target": float("nan")}])
def test_wishes_are_numbers(bad: dict) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        Wish(**bad)


def test_what_its_artist_does_is_not_said_of_the_song() -> None:
    n_songs = 100
    rng = np.random.default_rng(0)
    values = np.full((len(FIELDS), n_songs), np.nan, dtype=np.float32)
    for name in ("energy", "loudness"):
        values[VALUE_ROW[name]] = rng.uniform(-40, 0, n_songs)
    artist = np.arange(n_songs, dtype=np.int32)
    artist[1:20] = 1
    values[VALUE_ROW["loudness"], :2] = -20  # equally loud; the other songs of the second's artist are not
    values[VALUE_ROW["loudness"], 2:20] = -1
    values[VALUE_ROW["energy"], :20] = -20
    ids = np.arange(n_songs, dtype=np.int32)
    space = fit_space(values, np.zeros(n_songs, dtype=np.uint8), ids, artist)
    answer = recommend(space, Query([0]), ids == 1)
    assert answer.furthest == (Furthest("loudness", True, True),)
    assert why(answer, 0) == "Closest in energy; furthest in loudness: its artist’s songs are louder."
    assert set(COMPARATIVES) >= set(FEATURES)


def test_arrays_of_another_catalogue_are_refused() -> None:
    space = songs(7, False)
    for seeds in ([-1], [space.n_songs]):
        with pytest.raises(ValueError, match="not a song"):
            recommend(space, Query(seeds))
    with pytest.raises(ValueError, match="another catalogue"):
        recommend(space, Query([0]), np.ones(space.n_songs + 1, dtype=bool))
