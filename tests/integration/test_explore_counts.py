"""Two ways to answer, one answer: the column store against PostgreSQL, for random filters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import REAL, Integer, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from data_access import areas, catalogue, counts, explore
from data_access.areas import Area
from data_access.columns import open_store
from data_access.db import fetch, fetch_ids, reader
from data_access.fields import FIELD_BY_NAME, FIELDS, UNKNOWN_CODE, UNKNOWN_KEY, Field
from data_access.filters import Range, SongFilter, member_select
from data_access.moods import NO_MOOD, MoodStore, open_moods
from data_access.tables import genres, song_genres, song_moods, songs
from tests import random_catalogue

pytestmark = pytest.mark.usefixtures("awkward")


@pytest.fixture(scope="module")
def awkward(database: str) -> int:
    version = random_catalogue.make(database)
    catalogue.forget()
    return version


PLACES = st.integers(-20, 20).map(lambda step: step * random_catalogue.GRID) | st.floats(-2, 2, width=32)


@st.composite
def drawn_areas(draw: st.DrawFn) -> Area:
    """Polygons, also crossing themselves and flat; most corners are where songs are, so that songs lie on outlines."""
    moods = live_moods()
    placed = np.flatnonzero(moods.mood != NO_MOOD)
    on_a_song = st.sampled_from(placed.tolist()).map(lambda song: tuple(moods.xy[:, song].tolist()))
    corners = draw(st.lists(on_a_song | st.tuples(PLACES, PLACES), min_size=3, max_size=8))
    number = moods.model.model
    return draw(st.sampled_from([number, number, number, number - 1])), tuple(corners)


def live_moods() -> MoodStore:
    moods = open_moods(catalogue.current())
    assert moods is not None
    return moods


def ends(field: Field) -> st.SearchStrategy[float | None]:
    edges = field.edges.tolist()
    span = field.high - field.low
    return st.none() | st.sampled_from(edges) | st.floats(field.low - span, field.high + span, width=32)


@st.composite
def ranges(draw: st.DrawFn, field: Field) -> Range:
    low, high = draw(ends(field)), draw(ends(field))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Range(low, high, draw(st.booleans()))


@st.composite
def filters(draw: st.DrawFn) -> SongFilter:
    chosen = SongFilter(
        keys=draw(st.frozensets(st.integers(0, 24), max_size=4)),
        time_signatures=draw(st.frozensets(st.sampled_from([0, 3, 4, 5]), max_size=2)),
        explicit=draw(st.sampled_from([None, None, True, False])),
        moods=draw(st.frozensets(st.sampled_from([*random_catalogue.MOODS, "no such mood"]), max_size=2)),
        area=draw(st.none() | drawn_areas()),
        genres=draw(st.frozensets(st.sampled_from([*random_catalogue.GENRES, "no such genre"]), max_size=2)),
        artists=draw(st.frozensets(st.sampled_from(["artist1", "artist5", "Artist 2"]), max_size=1)),
        albums=draw(st.frozensets(st.sampled_from(["album1", "Album 2"]), max_size=1)),
        text=draw(
            st.sampled_from(["", "", "", "lov", "LOVE song", "deja", "夜", "it's", "?!", "artist 1", "' \\ :* &"])
        ),
    )
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=4, unique=True)):
        chosen = chosen.with_range(field.name, draw(ranges(field)))
    return chosen


many = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def sql_count(song_filter: SongFilter) -> int:
    version = catalogue.current().version
    with reader(version) as connection:
        return connection.execute(select(func.count()).select_from(songs).where(song_filter.clause())).scalar_one()


@many
@given(filters())
def test_sql_mask_and_fused_pass_count_the_same_songs(song_filter: SongFilter) -> None:
    live = catalogue.current()
    store = open_store(live)

    def members(kind: str, values: frozenset[str]) -> np.ndarray:
        return fetch_ids(live.version, member_select(kind, values))

    mask = song_filter.mask(store.column, members, store.n_songs)
    found = {kind: members(kind, values) for kind, values in song_filter.memberships()}
    fused = counts.linked_counts(store, counts.conditions(song_filter, found, store.n_songs))
    assert (fused.selected == mask).all()
    assert (explore.selection(live, song_filter) == mask).all()  # moods and areas from arrays, not from PostgreSQL
    assert int(mask.sum()) == sql_count(song_filter)


@many
@given(filters())
def test_every_histogram_is_postgresqls_group_by(song_filter: SongFilter) -> None:
    version = catalogue.current().version
    summary = explore.summarise(song_filter)
    assert summary.selected == sql_count(song_filter)
    with reader(version) as connection:
        for field in FIELDS:
            edges = cast([float(edge) for edge in field.edges[1:-1]], ARRAY(REAL))
            code = func.width_bucket(cast(songs.c[field.name], REAL), edges)
            grouped = connection.execute(
                select(code, func.count()).where(song_filter.without(field.name).clause()).group_by(code)
            ).all()
            expected = np.zeros(256, dtype=int)
            for bucket, number in grouped:
                expected[UNKNOWN_CODE if bucket is None else bucket] = number
            assert summary.histograms[field.name] == counts.bars(field, expected).tolist(), field.name
            assert summary.unknown[field.name] == expected[UNKNOWN_CODE], field.name


@many
@given(filters())
def test_facets_and_genres_are_postgresqls_group_by(song_filter: SongFilter) -> None:
    version = catalogue.current().version
    summary = explore.summarise(song_filter)
    key = func.coalesce(songs.c.key * 2 + songs.c.mode, UNKNOWN_KEY)
    beats = func.coalesce(songs.c.time_signature, 0)
    explicit = func.coalesce(cast(songs.c.explicit, Integer), 2)
    with reader(version) as connection:
        for part, name, expression in (
            ("keys", "key", key), ("time_signatures", "time_signature", beats), ("explicit", "explicit", explicit),
        ):  # fmt: skip
            expected = [0] * len(summary.facets[name])
            query = select(expression, func.count()).where(song_filter.without(part).clause()).group_by(expression)
            for value, number in connection.execute(query):
                expected[value] = number
            assert summary.facets[name] == expected, name
        by_genre = connection.execute(
            select(genres.c.name, func.count())
            .join(song_genres, song_genres.c.genre_id == genres.c.genre_id)
            .join(songs, songs.c.song_id == song_genres.c.song_id)
            .where(song_filter.without("genres").clause())
            .group_by(genres.c.name)
        ).all()
        by_mood = connection.execute(
            select(song_moods.c.name, func.count())
            .join(songs, songs.c.song_id == song_moods.c.song_id)
            .where(song_filter.without("moods").clause(), song_moods.c.name.is_not(None))
            .group_by(song_moods.c.name)
        ).all()
    assert {name: number for name, number in summary.genres.items() if number} == dict(tuple(row) for row in by_genre)
    assert {name: number for name, number in summary.moods.items() if number} == dict(tuple(row) for row in by_mood)
    assert tuple(summary.moods) == random_catalogue.MOODS


@many
@given(drawn_areas())
def test_an_area_holds_the_same_songs_in_postgresql_and_here(area: Area) -> None:
    within = live_moods().in_area(areas.checked(*area))
    mine = SongFilter(area=area)
    assert sql_count(mine) == int(within.sum())
    assert np.flatnonzero(within).tolist() == sorted(
        fetch_ids(catalogue.current().version, member_select(*mine.memberships()[0])).tolist()
    )


def test_even_odd_is_the_plain_rule() -> None:
    """Two squares of one outline: where they lie over one another is outside, and so is the rim to the right."""
    corners = ((0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (3, 1), (3, 3), (1, 3), (1, 1))
    xy = np.array([[0.5, 2, 3.5, 5, 0, 4, np.nan], [2, 2, 2, 2, 2, 2, np.nan]], dtype=np.float32)
    found = areas.inside(areas.checked(1, corners), xy)
    assert found.tolist() == [True, False, True, False, True, False, False]


@many
@given(filters(), st.sampled_from([("energy", "valence"), ("tempo", "loudness"), ("year", "duration_ms")]))
def test_density_and_means_by_year_are_postgresqls(song_filter: SongFilter, pair: tuple[str, str]) -> None:
    version = catalogue.current().version
    summary = explore.summarise(song_filter, density=pair, by_year=("tempo",))
    x, y = (FIELD_BY_NAME[name] for name in pair)

    def bar(field: Field):
        edges = cast([float(edge) for edge in field.edges[1:-1]], ARRAY(REAL))
        return func.width_bucket(cast(songs.c[field.name], REAL), edges) // field.codes_per_bar

    expected = np.zeros((y.bars, x.bars), dtype=int)
    with reader(version) as connection:
        free = song_filter.without(x.name).without(y.name).clause()
        for row, column, number in connection.execute(
            select(bar(y), bar(x), func.count()).where(free).group_by(bar(y), bar(x))
        ):
            if row is not None and column is not None:
                expected[int(row), int(column)] = number
        by_year = connection.execute(
            select(songs.c.year, func.count(), func.avg(songs.c.tempo))
            .where(song_filter.clause(), songs.c.year >= 1901, songs.c.year < 2099)
            .group_by(songs.c.year)
        ).all()
    assert summary.density == expected.tolist()
    means = dict(zip(summary.years, summary.by_year["tempo"], strict=True))
    numbers = dict(zip(summary.years, summary.year_songs, strict=True))
    for year, number, mean in by_year:
        assert numbers[year] == number
        assert means[year] == (None if mean is None else pytest.approx(mean))


@settings(max_examples=60, deadline=None)
@given(filters(), st.sampled_from(sorted(explore.SORTABLE)), st.booleans(), st.integers(0, 3100))
def test_table_blocks_are_the_filtered_songs_in_order(
    song_filter: SongFilter, sort: str, descending: bool, start: int
) -> None:
    block = explore.table_block(song_filter, sort, descending, start, start + 100)
    assert block.total == sql_count(song_filter)
    assert len(block.rows) == max(0, min(100, block.total - start))
    if sort in FIELD_BY_NAME:
        version = catalogue.current().version
        column = songs.c[sort]
        ordered = (
            select(column)
            .where(song_filter.clause())
            .order_by((column.desc() if descending else column.asc()).nulls_last())
        )
        expected = [row[sort] for row in fetch(version, ordered.offset(start).limit(100))]
        assert [row[sort] for row in block.rows] == expected
    names = [row["mood"] for row in block.rows]
    assert names == [name_of_mood(row["song_id"]) for row in block.rows]
    if sort == "mood":
        known = [name.lower() for name in names if name is not None]
        assert known == sorted(known, reverse=descending)
        assert names[len(known) :] == [None] * (len(names) - len(known))


def name_of_mood(song: int) -> str | None:
    moods = live_moods()
    return None if moods.mood[song] == NO_MOOD else moods.names()[moods.mood[song]]


def test_csv_holds_every_filtered_song_and_no_formula() -> None:
    song_filter = SongFilter(text="sum")
    lines = list(explore.csv_lines(song_filter))
    rows = "".join(lines).splitlines()
    assert len(rows) - 1 == sql_count(song_filter) > 0
    titles = [row.split(",")[1] for row in rows[1:]]
    assert all(title.startswith("'= SUM(1)") for title in titles)
