"""What Compare says of a thing is what PostgreSQL says of its songs, on a catalogue made to be awkward."""

from __future__ import annotations

import math
from itertools import combinations
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from sqlalchemy import REAL, ColumnElement, Float, Integer, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from data_access import catalogue, compare, compare_ready, counts, models, things
from data_access.columns import open_store
from data_access.compare import CATALOGUE, YEAR_SONGS
from data_access.db import fetch, reader
from data_access.fields import FIELDS, UNKNOWN_CODE
from data_access.filters import Range, SongFilter, member_select
from data_access.tables import song_moods, songs
from data_access.things import Thing
from tests import random_catalogue

pytestmark = pytest.mark.usefixtures("awkward")


@pytest.fixture(scope="module")
def awkward(database: str) -> int:
    version = random_catalogue.make(database)
    catalogue.forget()
    models.forget()
    return version


@st.composite
def filters(draw: st.DrawFn) -> SongFilter:
    chosen = SongFilter(genres=draw(st.frozensets(st.sampled_from(random_catalogue.GENRES), max_size=2)))
    for field in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True)):
        low, high = sorted(draw(st.tuples(*[st.sampled_from(field.edges.tolist())] * 2)))
        chosen = chosen.with_range(field.name, Range(low, high, draw(st.booleans())))
    return chosen


one_thing = st.one_of(
    st.integers(0, 19).map(lambda i: Thing("artist", f"artist{i}" if i % 2 else f"Artist {i}")),
    st.integers(0, 9).map(lambda i: Thing("album", f"album{i}")),
    st.sampled_from(random_catalogue.GENRES).map(lambda name: Thing("genre", name)),
    st.integers(0, 2999).map(lambda i: Thing("song", f"song{i:018d}")),
    st.sampled_from(random_catalogue.MOODS).map(lambda name: Thing("mood", name)),
    filters().map(lambda chosen: Thing("filter", chosen.to_query())),
)
several = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def clause(thing: Thing) -> ColumnElement[bool]:
    """The songs of a thing as a condition, without the code under test."""
    if thing.kind == "song":
        return songs.c.spotify_id == thing.reference
    if thing.kind == "filter":
        return things_filter(thing).clause()
    if thing.kind == "mood":
        return songs.c.song_id.in_(select(song_moods.c.song_id).where(song_moods.c.name == thing.reference))
    return songs.c.song_id.in_(member_select(thing.kind + "s", [thing.reference]))


def things_filter(thing: Thing) -> SongFilter:
    return SongFilter.from_query(parse_qs(thing.reference))[0]


def stats_of(condition: ColumnElement[bool]) -> dict[str, tuple]:
    version = catalogue.current().version
    columns = [
        expression.label(f"{name}_{field.name}")
        for field in FIELDS
        for column in [cast(songs.c[field.name], Float(53))]
        for name, expression in (
            ("n", func.count(column)), ("mean", func.avg(column)), ("deviation", func.stddev_samp(column)),
        )
    ]  # fmt: skip
    row = fetch(version, select(func.count().label("songs"), *columns).where(condition))[0]
    return {"songs": row["songs"]} | {
        field.name: tuple(row[f"{name}_{field.name}"] for name in ("n", "mean", "deviation")) for field in FIELDS
    }


@several
@given(st.lists(one_thing, min_size=1, max_size=4, unique=True))
def test_means_deviations_and_numbers_are_postgresqls(asked: list[Thing]) -> None:
    found = compare.compare(asked)
    shown = {profile.token: profile for profile in found.things}
    for thing in asked:
        expected = stats_of(clause(thing))
        if not expected["songs"]:
            assert thing.token not in shown
            continue
        profile = shown[thing.token]
        assert profile.songs == expected["songs"]
        for field in FIELDS:
            own = profile.moments[field.name]
            assert own.n == expected[field.name][0], field.name
            for ours, theirs in zip((own.mean, own.deviation), expected[field.name][1:], strict=True):
                assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-9, abs=1e-9)), field.name
    assert len(found.problems) == len(asked) - len(shown)


@several
@given(one_thing)
def test_distributions_percentiles_and_moods_are_postgresqls(thing: Thing) -> None:
    found = compare.compare([thing])
    if not found.things:
        return
    profile, condition = found.things[0], clause(thing)
    version = catalogue.current().version
    with reader(version) as connection:
        for field in FIELDS:
            edges = cast([float(edge) for edge in field.edges[1:-1]], ARRAY(REAL))
            code = func.width_bucket(cast(songs.c[field.name], REAL), edges)
            expected = np.zeros(256, dtype=int)
            for bucket, number in connection.execute(select(code, func.count()).where(condition).group_by(code)):
                expected[UNKNOWN_CODE if bucket is None else bucket] = number
            assert profile.bars[field.name] == counts.bars(field, expected).tolist(), field.name
            mean = profile.moments[field.name].mean
            if mean is not None:
                lower = func.count().filter(cast(songs.c[field.name], REAL) < cast(float(np.float32(mean)), REAL))
                below, known = connection.execute(select(lower, func.count(songs.c[field.name]))).one()
                assert profile.shares[field.name] == pytest.approx(below / known), field.name
        moods = connection.execute(
            select(song_moods.c.name, func.count())
            .join(songs, songs.c.song_id == song_moods.c.song_id)
            .where(condition)
            .group_by(song_moods.c.name)
        ).all()
    assert {name: number for name, number in profile.moods.items() if number} == {
        name: number for name, number in moods if name is not None
    }
    assert set(profile.moods) == set(random_catalogue.MOODS)


@several
@given(one_thing, st.sampled_from(["energy", "tempo", "duration_ms", "popularity"]))
def test_means_by_year_are_postgresqls(thing: Thing, name: str) -> None:
    found = compare.compare([thing])
    if not found.things:
        return
    profile = found.things[0]
    column = cast(songs.c[name], Float(53))
    by_year = (
        select(cast(songs.c.year, Integer), func.avg(column))
        .where(clause(thing), songs.c.year.is_not(None))
        .group_by(songs.c.year)
        .having(func.count(column) >= YEAR_SONGS)
    )
    with reader(catalogue.current().version) as connection:
        expected = dict(tuple(row) for row in connection.execute(by_year))
    means = dict(zip(profile.years, profile.by_year[name], strict=True)) if profile.years else {}
    assert {year: mean for year, mean in means.items() if mean is not None} == pytest.approx(expected)


@several
@given(st.lists(one_thing, min_size=2, max_size=3, unique=True))
def test_effects_are_the_plain_formula_and_scipys(asked: list[Thing]) -> None:
    found = compare.compare(asked)
    store = open_store(catalogue.current())
    ids = {
        profile.token: things.find(catalogue.current(), things.parse(profile.token)).song_ids
        for profile in found.things
    }
    everything = np.arange(store.n_songs)
    raw: dict[tuple[str, str, str], float] = {}
    for field in FIELDS:
        column = store.values(field.name).astype(np.float64)

        def known(chosen: np.ndarray, column: np.ndarray = column) -> np.ndarray:
            return column[chosen][~np.isnan(column[chosen])]

        spread = known(everything)
        pairs = [(a, CATALOGUE, known(ids[a]), spread, known(np.setdiff1d(everything, ids[a]))) for a in ids]
        pairs += [(a, b, known(ids[a]), known(ids[b]), known(ids[b])) for a, b in combinations(ids, 2)]
        for a, b, x, y, tested in pairs:
            ours = found.effects.get((a, b, field.name))
            if min(len(x), len(y)) < 2:
                assert ours is None or ours.kind == "z"
                continue
            assert ours is not None
            df = len(x) + len(y) - 2
            pooled = math.sqrt(((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / df)
            assert ours.size == pytest.approx((x.mean() - y.mean()) / pooled * (1 - 3 / (4 * df - 1)), abs=1e-6)
            overlap = b != CATALOGUE and len(np.intersect1d(ids[a], ids[b]))
            if overlap:
                assert ours.p is None
                assert found.shared[a, b] == overlap
            elif len(tested) > 1:
                raw[a, b, field.name] = stats.ttest_ind(x, tested, equal_var=False).pvalue
    order = sorted(raw, key=raw.__getitem__)
    highest = 0.0
    for place, key in enumerate(order):
        highest = max(highest, min(1.0, raw[key] * (len(order) - place)))
        assert found.effects[key].p == pytest.approx(highest, rel=1e-5, abs=1e-9), key


def test_one_way_round_is_the_other_turned() -> None:
    found = compare.compare([Thing("artist", "artist1"), Thing("artist", "artist5")])
    a, b = (profile.token for profile in found.things)
    for field in FIELDS:
        there, back = found.effect(a, b, field.name), found.effect(b, a, field.name)
        assert there is not None
        assert back is not None
        assert (there.size, there.p) == (-back.size, back.p)
    strongest = found.strongest()
    assert strongest is not None
    assert strongest[2] in {field.name for field in FIELDS}


def test_what_is_not_there_is_said_and_the_rest_is_shown() -> None:
    asked = [
        Thing("artist", "nobody"), Thing("song", "x\0y"), Thing("genre", "polka"), Thing("mood", "Gleeful"),
        Thing("playlist", "none"), Thing("album", "'; DROP TABLE songs"), Thing("filter", "energy=5..6"),
        Thing("artist", "artist1"), Thing("artist", "artist1"),
    ]  # fmt: skip
    found = compare.compare(asked)
    assert [profile.name for profile in found.things] == ["Artist 1"]
    assert len(found.problems) == 8
    assert all(problem.endswith(".") for problem in found.problems)
    assert compare.compare([]).things == ()


def test_the_seventh_is_left_out() -> None:
    found = compare.compare([Thing("album", f"album{i}") for i in range(9)])
    assert [profile.name for profile in found.things] == [f"Album {i}" for i in range(6)]
    assert found.problems == ("Six things fit side by side; the last 3 are left out.",)


def test_a_single_song_is_placed_not_averaged() -> None:
    found = compare.compare([Thing("song", f"song{7:018d}"), Thing("genre", "ambient")])
    kinds = {key[1]: effect.kind for key, effect in found.effects.items() if key[0].startswith("song:")}
    assert kinds == {CATALOGUE: "z", "genre:ambient": "z"}
    assert all(effect.p is None for key, effect in found.effects.items() if key[0].startswith("song:"))


def test_what_is_offered_is_there() -> None:
    offers = compare_ready.offers()
    assert len(offers) == compare_ready.OFFERS
    for offer in offers:
        found = compare.compare([things.parse(token) for token in offer.tokens])
        assert len(found.things) == len(offer.tokens) >= 2, offer
        assert not found.problems


@pytest.mark.parametrize("text", ["", "artist 1", "rock", "al", "love", "%", "\0", "it's", random_catalogue.MOODS[0]])
def test_what_is_suggested_can_be_compared(text: str) -> None:
    choices = compare_ready.suggest(text)
    for choice in choices:
        found = compare.compare([things.parse(choice.token)])
        assert [profile.name for profile in found.things] == [choice.label], choice
    kinds = {choice.kind for choice in choices}
    expected = {"": "genre", "artist 1": "artist", "rock": "genre", "al": "album", "love": "song"}.get(text)
    assert expected is None or expected in kinds
