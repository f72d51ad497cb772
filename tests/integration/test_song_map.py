"""The map's cells are PostgreSQL's GROUP BY, for random windows, grids and filters; its answers stay small."""

from __future__ import annotations

import gzip
import json
import struct

import brotli
import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import DOUBLE_PRECISION, ColumnElement, cast, func, literal, select
from werkzeug.test import TestResponse

from data_access import catalogue, map_grid, models, song_map
from data_access.db import DatabaseDown, reader
from data_access.filters import SongFilter
from data_access.map_grid import NO_MOOD, Grid, Window
from data_access.moods import MoodStore, open_moods
from data_access.tables import song_moods, songs
from tests import random_catalogue
from tests.integration.test_explore_counts import PLACES, filters

pytestmark = pytest.mark.usefixtures("awkward")

ANSWER_AT_MOST = 300_000  # bytes


@pytest.fixture(scope="module")
def awkward(database: str) -> int:
    version = random_catalogue.make(database)
    catalogue.forget()
    return version


@pytest.fixture(scope="module")
def client(awkward: int) -> FlaskClient:
    from app import create_app  # noqa: PLC0415  # after the settings point at the tests' database

    return create_app().server.test_client()


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Windows with their ends on songs' own coordinates as often as not, so that songs lie on edges."""
    x0, x1 = sorted(draw(st.tuples(PLACES, PLACES)))
    y0, y1 = sorted(draw(st.tuples(PLACES, PLACES)))
    return Window(x0, max(x1, x0 + 0.0625), y0, max(y1, y0 + 0.0625))


grids = st.builds(Grid, st.integers(1, 40), st.integers(1, 33))
many = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def grouped(window: Window, grid: Grid, song_filter: SongFilter) -> dict[tuple[int, int, int | None], int]:
    """(row, column, mood) -> songs, by PostgreSQL."""

    def number(value: float) -> ColumnElement[float]:
        return cast(literal(value, DOUBLE_PRECISION), DOUBLE_PRECISION)

    x, y = (cast(song_moods.c[name], DOUBLE_PRECISION) for name in "xy")
    column = func.floor((x - number(window.x0)) * number(grid.width / (window.x1 - window.x0)))
    row = func.floor((number(window.y1) - y) * number(grid.height / (window.y1 - window.y0)))
    statement = (
        select(row, column, song_moods.c.mood, func.count())
        .select_from(song_moods.join(songs, songs.c.song_id == song_moods.c.song_id))
        .where(song_filter.clause(), column >= 0, column < grid.width, row >= 0, row < grid.height)
        .group_by(row, column, song_moods.c.mood)
    )
    with reader(catalogue.current().version) as connection:
        return {(int(r), int(c), mood): n for r, c, mood, n in connection.execute(statement)}


def live() -> MoodStore:
    store = open_moods(catalogue.current())
    assert store is not None
    return store


@many
@given(windows(), grids, filters())
def test_every_cell_is_postgresqls_group_by(window: Window, grid: Grid, song_filter: SongFilter) -> None:
    view = song_map.view(catalogue.current(), window, grid, song_filter)
    expected: dict[tuple[int, int], list[int]] = {}
    kinds = len(live().model.moods)
    for (row, column, mood), number in grouped(window, grid, song_filter).items():
        counts = expected.setdefault((row, column), [0] * (kinds + 1))
        counts[kinds if mood is None else mood] += number

    assert view.by_mood == tuple(np.sum([*expected.values(), [0] * (kinds + 1)], axis=0).tolist())
    filled = {(int(row), int(column)) for row, column in np.argwhere(view.cells)}
    assert filled == set(expected)
    levels: dict[int, set[int]] = {}
    for (row, column), counts in expected.items():
        most = counts.index(max(counts))
        assert view.cells[row, column] >> 4 == (NO_MOOD if most == kinds else most)
        levels.setdefault(sum(counts), set()).add(int(view.cells[row, column]) & 15)
    whole = grouped(window, grid, SongFilter())
    assert (view.whole is None) == (song_filter == SongFilter())
    if view.whole is not None:
        assert {(int(r), int(c)) for r, c in np.argwhere(view.whole)} == {(r // 2, c // 2) for r, c, _ in whole}
    legend = np.zeros(kinds + 1, dtype=int)
    for (_, _, mood), number in grouped(window, grid, song_filter.without("moods")).items():
        legend[kinds if mood is None else mood] += number
    assert view.in_any_mood == tuple(legend.tolist())

    by_songs = [levels[number] for number in sorted(levels)]
    assert all(len(same) == 1 for same in by_songs)  # as many songs, as strong a colour
    assert [min(level) for level in by_songs] == sorted(min(level) for level in by_songs)  # more songs, no weaker one


@many
@given(windows(), filters())
def test_few_songs_come_one_by_one(window: Window, song_filter: SongFilter) -> None:
    view = song_map.view(catalogue.current(), window, Grid(20, 20), song_filter)
    assert (view.places is None) == (view.songs > song_map.SONGS_ONE_BY_ONE)
    if view.places is None:
        return
    assert len(view.places) == view.songs
    places = [cast(song_moods.c[name], DOUBLE_PRECISION) for name in "xy"]
    with reader(catalogue.current().version) as connection:
        rows = connection.execute(
            select(songs.c.spotify_id, songs.c.title, *places, song_moods.c.mood)
            .join(song_moods, songs.c.song_id == song_moods.c.song_id)
            .where(songs.c.spotify_id.in_([place.spotify_id for place in view.places]))
        )
        assert {tuple(row) for row in rows} == {(p.spotify_id, p.title, p.x, p.y, p.mood) for p in view.places}


@many
@given(windows(), filters())
def test_what_lies_at_a_pointer(window: Window, song_filter: SongFilter) -> None:
    by_mood, nearest = song_map.moods_in(catalogue.current(), window, song_filter)
    assert by_mood == song_map.view(catalogue.current(), window, Grid(1, 1), song_filter).by_mood
    assert (nearest is None) == (sum(by_mood) == 0)
    if nearest is not None:
        assert window.x0 <= nearest.x < window.x1
        assert window.y0 < nearest.y <= window.y1


@pytest.mark.parametrize("per_cell", [0.3, 1, 2.5, 6, 40])
def test_a_view_is_never_larger_than_it_may_be(per_cell: float) -> None:
    """The worst there is: twelve moods evenly mixed, all over the largest grid, under a filter."""
    rng = np.random.default_rng(0)
    width, height = 800, 400
    assert width * height == map_grid.CELLS_AT_MOST
    counts = rng.poisson(per_cell / 13, (width * height, 13)).astype(np.uint32)
    cells, _, _ = map_grid.cells_of(counts)
    whole = map_grid.levels_of(rng.poisson(4 * per_cell, (height // 2, width // 2)).astype(np.uint32))
    assert len(brotli.compress(cells.tobytes() + whole.tobytes(), quality=4)) + 1000 <= ANSWER_AT_MOST


def test_of_equal_moods_the_smaller_number_counts() -> None:
    cells, crowd, _ = map_grid.cells_of(np.array([[0, 2, 2, 0], [0, 0, 0, 1], [1, 0, 0, 1]], dtype=np.uint32))
    assert [cell >> 4 for cell in cells.tolist()] == [1, NO_MOOD, 0]
    assert crowd == 4


# ---- over HTTP -------------------------------------------------------------------------------


def get(client: FlaskClient, path: str, accept: str = "br") -> TestResponse:
    return client.get(path, headers={"Accept-Encoding": accept})


@pytest.mark.parametrize("accept", ["br", "gzip", "identity"])
def test_an_answer_as_bytes(client: FlaskClient, accept: str) -> None:
    answer = get(client, "/map/view?view=-1,1,-1,1&grid=31x21&mood=Happy", accept)
    body = answer.data
    if accept == "br":
        body = brotli.decompress(body)
    elif accept == "gzip":
        body = gzip.decompress(body)
    about = header(body)
    view = song_map.view(
        catalogue.current(), Window(-1, 1, -1, 1), Grid(31, 21), SongFilter(moods=frozenset({"Happy"}))
    )
    assert answer.status_code == 200
    assert about["songs"] == view.songs > 0
    assert view.whole is not None
    assert body[about["length"] :] == view.cells.tobytes() + view.whole.tobytes()
    assert len(answer.data) <= ANSWER_AT_MOST


def test_an_answer_may_be_kept_as_long_as_it_is_of_this_model(client: FlaskClient) -> None:
    path = "/map/view?view=-1,1,-1,1&grid=8x8"
    stamp = song_map.stamp(catalogue.current(), live().model)
    assert get(client, path).headers["Cache-Control"] == "no-store"
    assert get(client, f"{path}&of=another").headers["Cache-Control"] == "no-store"
    assert "max-age" in get(client, f"{path}&of={stamp}").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("grid=8x8", "view="),
        ("view=1,2,3&grid=8x8", "view="),
        ("view=1,0,0,1&grid=8x8", "view="),
        ("view=nan,1,0,1&grid=8x8", "view="),
        ("view=0,1,0,inf&grid=8x8", "view="),
        ("view=0,1,0,1", "grid="),
        ("view=0,1,0,1&grid=0x8", "grid="),
        ("view=0,1,0,1&grid=4000x4000", "grid="),
        ("view=0,1,0,1&grid=-8x8", "grid="),
        ("view=0,1,0,1&grid=8x8&energy=loud", "energy"),
        ("view=0,1,0,1&grid=8x8&area=1:0,0,1,1", "area="),
    ],
)
def test_a_wrong_parameter_gets_one_sentence(client: FlaskClient, query: str, word: str) -> None:
    answer = get(client, f"/map/view?{query}")
    assert answer.status_code == 400
    assert word in answer.json["error"]
    assert "\n" not in answer.json["error"]


@pytest.mark.parametrize("path", ["/map/view?view=0,1,0,1&grid=8x8", "/map/place?view=0,1,0,1"])
def test_trouble_has_a_status_of_its_own(client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise DatabaseDown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(models, "current", lambda _: None)
        answer = get(client, path)
        assert (answer.status_code, "ml train" in answer.json["error"]) == (404, True)
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "current", down)
        answer = get(client, path)
        assert (answer.status_code, "database" in answer.json["error"]) == (503, True)
    assert get(client, path).status_code == 200


def test_a_new_model_gets_a_map_of_its_own(client: FlaskClient) -> None:
    """Last of all: the catalogue has another model afterwards."""
    path = "/map/view?view=-9,9,-9,9&grid=8x8"
    before = header(brotli.decompress(get(client, path).data))
    assert header(brotli.decompress(get(client, path).data)) == before
    random_catalogue.store_model(catalogue.current().version, seed=7)
    after = header(brotli.decompress(get(client, path).data))
    assert after["of"] != before["of"]
    assert after["moods"] != before["moods"]


def header(body: bytes) -> dict:
    """The text at the beginning of an answer."""
    (length,) = struct.unpack_from("<I", body)
    return {**json.loads(body[4 : 4 + length]), "length": 4 + length}
