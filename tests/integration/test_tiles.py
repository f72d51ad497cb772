"""Tiles against PostgreSQL: what a brush shows while it moves is what a GROUP BY gives; and how tiles are sent."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import brotli
import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import REAL, ColumnElement, Integer, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from werkzeug.test import TestResponse

from data_access import catalogue, explore, models, tile_build, tile_files
from data_access.db import DatabaseDown, reader
from data_access.fields import FIELD_BY_NAME, FIELDS, UNKNOWN_KEY, Field
from data_access.filters import SongFilter
from data_access.tables import genres, song_genres, song_moods, songs
from data_access.tiles import Asked
from pages import _explore_answer as answer
from settings import get_settings
from tests import random_catalogue
from tests.integration.test_explore_counts import filters
from tests.tile_reader import ReadTile, Span, read_tile
from tests.unit.test_tiles import boxes, brushed, brushed_cells, spans

pytestmark = pytest.mark.usefixtures("awkward")

many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def awkward(database: str) -> int:
    version = random_catalogue.make(database)
    catalogue.forget()
    return version


def tile_of(asked: Asked, song_filter: SongFilter) -> ReadTile:
    return read_tile(tile_files.packed(catalogue.current(), asked, song_filter, ""))


# ---- equal to PostgreSQL ---------------------------------------------------------------------


def grouped(song_filter: SongFilter, expression: ColumnElement, size: int) -> list[int]:
    """Songs by an expression that gives 0..size-1, by PostgreSQL."""
    found = [0] * size
    with reader(catalogue.current().version) as connection:
        query = select(expression, func.count()).where(song_filter.clause()).group_by(expression)
        for place, number in connection.execute(query):
            found[int(place)] = number
    return found


def bar_of(field: Field) -> ColumnElement:
    """A song's bar of a field, one past the last for an unknown value."""
    edges = cast([float(edge) for edge in field.edges[1:-1]], ARRAY(REAL))
    return func.coalesce(func.width_bucket(cast(songs.c[field.name], REAL), edges) // field.codes_per_bar, field.bars)


def bars_by_postgresql(song_filter: SongFilter) -> dict[str, list[int]]:
    found = {field.name: grouped(song_filter.without(field.name), bar_of(field), field.bars + 1) for field in FIELDS}
    for part, name, expression, size in (
        ("keys", "key", func.coalesce(songs.c.key * 2 + songs.c.mode, UNKNOWN_KEY), 25),
        ("time_signatures", "time_signature", func.coalesce(songs.c.time_signature, 0), 8),
        ("explicit", "explicit", func.coalesce(cast(songs.c.explicit, Integer), 2), 3),
    ):
        found[name] = grouped(song_filter.without(part), expression, size)
    live = models.current(catalogue.current())
    assert live is not None
    links = song_genres.join(genres, genres.c.genre_id == song_genres.c.genre_id)
    of_genre = songs.join(links, song_genres.c.song_id == songs.c.song_id)
    of_mood = songs.join(song_moods, song_moods.c.song_id == songs.c.song_id)
    with reader(catalogue.current().version) as connection:
        for part, name, link, names in (
            ("genres", genres.c.name, of_genre, random_catalogue.GENRES),
            ("moods", song_moods.c.name, of_mood, [mood.name for mood in live.moods]),
        ):
            query = select(name, func.count()).select_from(link).where(song_filter.without(part).clause())
            by_name = dict(tuple(row) for row in connection.execute(query.group_by(name)))
            found[part] = [by_name.get(each, 0) for each in names]
        query = select(func.count()).select_from(songs).where(song_filter.clause())
        return {"all": [connection.execute(query).scalar_one()], **found}


@many
@given(filters(), st.sampled_from(FIELDS), st.data())
def test_bars_under_a_brush_are_postgresqls_group_by(
    song_filter: SongFilter, active: Field, data: st.DataObject
) -> None:
    tile = tile_of(Asked((active.name,)), song_filter)
    span = data.draw(spans(active.columns))
    expected = bars_by_postgresql(brushed(song_filter, active.name, span))
    del expected[active.name]
    assert {name: bins.tolist() for name, bins in tile.under(span).items()} == expected


@many
@given(filters(), boxes(), st.data())
def test_bars_under_a_box_are_postgresqls_group_by(
    song_filter: SongFilter, active: tuple[str, str], data: st.DataObject
) -> None:
    tile = tile_of(Asked(active), song_filter)
    box = [data.draw(spans(side)) for side in tile.about["columns"]]
    expected = bars_by_postgresql(with_box(song_filter, active, box))
    assert {name: bins.tolist() for name, bins in tile.under(*box).items()} == expected


def with_box(song_filter: SongFilter, active: tuple[str, str], box: list[Span]) -> SongFilter:
    store = explore.open_store(catalogue.current())
    for name, span in zip(active, box, strict=True):
        song_filter = brushed_cells(store, song_filter, name, span)
    return song_filter


@many
@given(filters(), st.sampled_from(FIELDS), boxes(), st.data())
def test_the_wide_charts_are_those_of_the_server(
    song_filter: SongFilter, active: Field, pair: tuple[str, str], data: st.DataObject
) -> None:
    """Their equality with PostgreSQL is in test_explore_counts; here the years are trimmed as the page shows them."""
    by = ("energy", "tempo", "loudness")
    tile = tile_of(Asked.wide((active.name,), pair, by), song_filter)
    span = data.draw(spans(active.columns))
    summary = explore.summarise(brushed(song_filter, active.name, span), pair, by)
    found = tile.under(span)
    check_years(tile, found, summary)
    if active.name not in pair:
        x, y = (answer.density_span(FIELD_BY_NAME[name], explore.whole_catalogue()) for name in pair)
        assert found["density"].tolist() == answer.rebinned(summary.density, x, y)


@many
@given(filters(), boxes(), st.data())
def test_years_under_a_box_are_those_of_the_server(
    song_filter: SongFilter, active: tuple[str, str], data: st.DataObject
) -> None:
    tile = tile_of(Asked.wide(active, by=("tempo",)), song_filter)
    box = [data.draw(spans(side)) for side in tile.about["columns"]]
    check_years(tile, tile.under(*box), explore.summarise(with_box(song_filter, active, box), by_year=("tempo",)))


def check_years(tile: ReadTile, found: dict[str, np.ndarray], summary: explore.Summary) -> None:
    first = next(part["first"] for part in tile.about["parts"] if part["name"] == "songs")
    known = np.flatnonzero(found["songs"])
    years = range(known[0], known[-1] + 1) if len(known) else range(0)
    assert [first + year for year in years] == summary.years
    assert found["songs"][years].tolist() == summary.year_songs
    for name, means in summary.by_year.items():
        numbers = found[f"known:{name}"][years]
        assert [mean is None for mean in means] == (numbers == 0).tolist()
        told = [mean for mean in means if mean is not None]
        np.testing.assert_allclose(found[f"sums:{name}"][years][numbers > 0] / numbers[numbers > 0], told, rtol=1e-6)


# ---- how they are sent -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(awkward: int) -> FlaskClient:
    from app import create_app  # noqa: PLC0415  # after the settings point at the tests' database

    return create_app().server.test_client()


@pytest.fixture
def no_files() -> Iterator[Path]:
    """Where the files of tiles are, of which there are none yet."""
    catalogue.forget()
    folder = tile_files._folder(tile_files.version_now(catalogue.current()))
    aside = folder.with_suffix(".aside")
    if folder.exists():
        folder.rename(aside)
    yield folder
    if aside.exists() and not folder.exists():
        aside.rename(folder)


def asked_of(client: FlaskClient, encoding: str = "br", **query: str) -> TestResponse:
    query = {"of": tile_files.version_now(catalogue.current()), **query}
    return client.get(f"/explore/tile?{urlencode(query)}", headers={"Accept-Encoding": encoding})


def test_a_tile_is_the_same_however_it_is_compressed(client: FlaskClient) -> None:
    query = {"active": "tempo", "energy": "0.5..0.8", "tempo": "..100"}
    expected = tile_of(Asked(("tempo",)), SongFilter.from_query({"energy": "0.5..0.8"})[0])
    for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
        found = asked_of(client, encoding, **query)
        assert found.status_code == 200
        assert found.headers.get("Content-Encoding", "identity") == encoding
        assert found.headers["Vary"] == "Accept-Encoding"
        assert found.headers["Cache-Control"] == "private, max-age=3600"
        tile = read_tile(unpack(found.data))
        assert tile.about["of"] == tile_files.version_now(catalogue.current())
        np.testing.assert_array_equal(tile.cells, expected.cells)


def test_tiles_of_the_whole_catalogue_come_from_files(
    client: FlaskClient, no_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = {asked: asked_of(client, "identity", **parameters(asked)).data for asked in ready()}
    shutil.rmtree(no_files.parent, ignore_errors=True)
    for age, name in enumerate(("of-the-release-that-serves", "of-an-older-catalogue", "of-a-crash.unfinished")):
        (no_files.parent / name).mkdir(parents=True)
        os.utime(no_files.parent / name, (1e9 - age, 1e9 - age))
    assert tile_files.prepare()
    assert not tile_files.prepare()  # once is enough
    left = {path.name for path in no_files.parent.iterdir() if path.is_dir()}
    assert left == {no_files.name, "of-the-release-that-serves"}
    monkeypatch.setattr(tile_files, "build", None)  # nothing is built from here on
    for asked, before in computed.items():
        for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
            assert unpack(asked_of(client, encoding, **parameters(asked)).data) == before, asked
    brushed_itself = asked_of(client, "identity", active="tempo", tempo="100..120")
    assert brushed_itself.data == computed[Asked(("tempo",))]


def ready() -> list[Asked]:
    return tile_files.ready(explore.fields_of(catalogue.current()))


def parameters(asked: Asked) -> dict[str, str]:
    return {"active": ",".join(asked.active), "part": asked.part}


def test_a_new_model_has_tiles_of_its_own(client: FlaskClient, awkward: int) -> None:
    before = tile_files.version_now(catalogue.current())
    random_catalogue.store_model(awkward, seed=3)
    found = asked_of(client, active="tempo", of=before)
    assert found.status_code == 409
    assert found.json == {"error": "The catalogue has changed; reload the page."}
    assert found.headers["Cache-Control"] == "no-store"
    tile_files.prepare_quietly()
    tile = read_tile(brotli.decompress(asked_of(client, active="tempo").data))
    mood = explore.open_moods(catalogue.current()).mood
    assert tile.under(None)["moods"].tolist() == np.bincount(mood, minlength=256)[:5].tolist()


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"active": "loud"}, "active=loud"),
        ({"active": "tempo", "energy": "loud"}, "energy=loud"),
        ({"active": "tempo", "part": "wide", "y": "energy"}, "energy"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(client: FlaskClient, query: dict[str, str], word: str) -> None:
    found = asked_of(client, **query)
    assert found.status_code == 400
    assert word in found.json["error"]


def test_a_database_that_is_away_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseDown("away")

    monkeypatch.setattr(catalogue, "current", away)
    found = client.get("/explore/tile?of=1&active=tempo")
    assert found.status_code == 503
    assert "resting" in found.json["error"]


def test_files_that_cannot_be_made_stop_nobody(no_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(tile_files, "_write", fails)
    tile_files.prepare_quietly()
    assert not no_files.exists()
    monkeypatch.undo()
    assert tile_of(Asked(("tempo",)), SongFilter()).under(None)["all"].tolist() == [3000]


def test_equal_tiles_asked_for_at_once_are_built_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def counting(*arguments):
        built.append(arguments[2])
        return tile_build.build(*arguments)

    monkeypatch.setattr(tile_files, "build", counting)
    for query in ({"loudness": "-10..-5.5", "tempo": "100..110"}, {"tempo": "120..", "loudness": "-10..-5.5"}):
        assert asked_of(client, active="tempo", **query).status_code == 200
    assert built == [Asked(("tempo",))]
    assert get_settings().cache_seconds > 0
