"""The register of models: whole or not at all, one live for each catalogue, and a way back."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import psycopg2
import pytest

from data_access import areas, catalogue, explore, models, mood_files, moods
from data_access.filters import SongFilter
from data_access.models import Mood
from settings import PROJECT_DIR
from tests import random_catalogue
from tests.conftest import using
from tests.integration.etl_files import query

N_SONGS = 500


@pytest.fixture
def version(database: str) -> int:
    """A new live catalogue of 500 songs with one model."""
    made = random_catalogue.make(database, N_SONGS, seed=3)
    catalogue.forget()
    return made


def live() -> models.Model:
    models.forget()
    found = models.current(catalogue.current())
    assert found is not None
    return found


def test_rows_view_and_arrays_say_the_same(version: int) -> None:
    model = live()
    store = moods.open_moods(catalogue.current())
    assert store is not None
    assert store.model == model
    rows = query("SELECT song_id, mood, name, x, y, model FROM song_moods ORDER BY song_id")
    assert [row[0] for row in rows] == list(range(N_SONGS))
    for song, number, name, x, y, of in rows:
        assert of == model.model
        if number is None:
            assert (name, x, y) == (None, None, None)
            assert store.mood[song] == moods.NO_MOOD
            assert np.isnan(store.xy[:, song]).all()
        else:
            assert (number, name) == (store.mood[song], random_catalogue.MOODS[number])
            assert np.array_equal(np.array([x, y], dtype=np.float32), store.xy[:, song])
    counted = query("SELECT name, colour, songs FROM moods WHERE model = %s ORDER BY mood", model.model)
    assert counted == [(mood.name, mood.colour, mood.songs) for mood in model.moods]
    assert model.moods == tuple(
        Mood(number, name, number + 1, int((store.mood == number).sum()))
        for number, name in enumerate(random_catalogue.MOODS)
    )


def test_what_another_worker_knows_to_be_newer_is_looked_up(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_LOOK_AGAIN_SECONDS", 1e9)
    first = live()
    looked = dict(models._last_look)
    second = random_catalogue.store_model(version, N_SONGS, 21)
    models._last_look.update(looked)  # a worker that has nothing to do with it remembers the one before
    assert models.require(catalogue.current()) == first
    assert models.require(catalogue.current(), first.model) == first
    assert models.require(catalogue.current(), second.model) == second
    assert models.require(catalogue.current()) == second


def test_a_new_model_takes_over_at_once_and_three_before_it_stay(version: int) -> None:
    first = live()
    chosen = SongFilter(moods=frozenset({"Happy"}))
    counts = {explore.summarise(chosen).selected}
    later = [random_catalogue.store_model(version, N_SONGS, seed) for seed in range(10, 15)]
    assert live() == later[-1]
    counts.add(explore.summarise(chosen).selected)
    assert len(counts) == 2, "the answers of the model before were given again"
    states = dict(query("SELECT model, state FROM musicgroup.model WHERE catalogue_version = %s", version))
    assert states == {model.model: "retired" for model in [first, *later[:-1]]} | {later[-1].model: "live"}
    tables = query(r"SELECT relname FROM pg_class WHERE relname ~ '^song_moods_\d+$' AND relkind = 'r'"
                   " AND relnamespace = current_schema()::regnamespace ORDER BY oid")  # fmt: skip
    assert [name for (name,) in tables] == [f"song_moods_{model.model}" for model in later[-4:]]
    assert {number for (number,) in query("SELECT model FROM moods")} == {model.model for model in later[-4:]}
    files = {model.model: mood_files.folder_of(model.model, model.created_at).exists() for model in [first, *later]}
    assert files == {model.model: model in later[-4:] for model in [first, *later]}
    assert [model.model for model in models.history(3)] == [model.model for model in reversed(later[-3:])]


def test_rolling_back_goes_to_models_that_were_not_gone_back_from(version: int) -> None:
    first = live()
    second, third = (random_catalogue.store_model(version, N_SONGS, seed) for seed in (11, 12))
    names = "SELECT DISTINCT model FROM song_moods"
    assert models.roll_back().model == live().model == second.model
    assert query(names) == [(second.model,)]
    fourth = random_catalogue.store_model(version, N_SONGS, 13)
    assert live().model == fourth.model
    assert models.roll_back().model == second.model, f"{third.model} was gone back from"
    assert models.roll_back() == replace(first, state="live")
    assert query(names) == [(first.model,)]
    with pytest.raises(models.NoModel, match=f"no model before model {first.model}"):
        models.roll_back()
    assert live().model == first.model


def test_an_area_of_another_model_holds_nothing_and_says_so(version: int) -> None:
    everywhere = areas.checked(live().model, [(-9, -9), (9, -9), (9, 9), (-9, 9)])
    drawn = SongFilter(area=everywhere)
    assert explore.selection(catalogue.current(), drawn).sum() == explore.summarise(drawn).selected > 300
    assert drawn.sentence(explore.names_of(drawn)) == "an area of the map"
    random_catalogue.store_model(version, N_SONGS, 20)
    live()
    assert explore.summarise(drawn).selected == 0
    assert drawn.sentence(explore.names_of(drawn)) == "an area of an earlier map"


@pytest.mark.parametrize(
    ("change", "mood", "xy", "error"),
    [
        ({}, np.zeros(N_SONGS - 1, np.uint8), np.zeros((2, N_SONGS - 1), np.float32), "has 500 songs"),
        ({}, np.zeros(N_SONGS, np.int64), np.zeros((2, N_SONGS), np.float32), "uint8"),
        ({}, np.full(N_SONGS, 3, np.uint8), np.zeros((2, N_SONGS), np.float32), "moods are not those"),
        ({"catalogue_version": 10**6}, np.zeros(N_SONGS, np.uint8), np.zeros((2, N_SONGS), np.float32), "not there"),
        ({"report": {"a": float("nan")}}, np.zeros(N_SONGS, np.uint8), np.zeros((2, N_SONGS), np.float32), "JSON"),
    ],
)
def test_what_does_not_fit_is_not_stored(
    version: int, change: dict, mood: np.ndarray, xy: np.ndarray, error: str
) -> None:
    before = live()
    one = (Mood(0, "All", 1, len(mood)),)
    new = {**{name: getattr(before, name) for name in models.NewModel.__dataclass_fields__}, "moods": one, **change}
    with pytest.raises((models.ModelError, ValueError), match=error):
        models.store(models.NewModel(**new), mood, xy)
    assert live() == before
    assert query("SELECT count(*) FROM moods") == [(5,)]


def test_a_role_that_may_not_write_is_told_so(version: int, database: str) -> None:
    before = live()
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE models_powerless LOGIN")
    connection.close()
    powerless = database.replace("postgres@", "models_powerless@")
    with using({"MUSICGROUP_LOADER_DATABASE_URL": powerless}):
        catalogue.forget()
        with pytest.raises(models.MayNotWrite):
            random_catalogue.store_model(version, N_SONGS, 30)
        with pytest.raises(models.MayNotWrite):
            models.roll_back()
    assert live() == before


def test_another_role_reads_what_the_loader_stored(version: int, database: str) -> None:
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE models_reader LOGIN")
    connection.close()
    reading = database.replace("postgres@", "models_reader@")
    with using({"DATABASE_URL": reading, "MUSICGROUP_LOADER_DATABASE_URL": database}):
        random_catalogue.store_model(version, N_SONGS, 31)
    connection = psycopg2.connect(reading)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM catalogue_{version}.song_moods")
        assert cursor.fetchone() == (N_SONGS,)
        cursor.execute("SELECT max(model) FROM musicgroup.model")
        assert cursor.fetchone() == (live().model,)
    connection.close()


def test_a_database_of_an_earlier_release_has_no_model_and_gets_one(version: int, database: str) -> None:
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE musicgroup.model RENAME TO model_kept")
        cursor.execute("ALTER INDEX musicgroup.model_one_live RENAME TO model_one_live_kept")
        cursor.execute("ALTER TABLE musicgroup.model_kept RENAME CONSTRAINT model_pkey TO model_pkey_kept")
        cursor.execute(f"SET LOCAL search_path TO catalogue_{version}")
        cursor.execute("DROP VIEW song_moods")
        cursor.execute("DROP TABLE moods")
    try:
        models.forget()
        assert models.current(catalogue.current()) is None
        assert moods.open_moods(catalogue.current()) is None
        assert models.history() == []
        with pytest.raises(models.NoModel, match="python -m ml train"):
            models.require(catalogue.current())
        happy = SongFilter(moods=frozenset({"Happy"}), area=(1, ((0, 0), (1, 0), (1, 1))))
        assert explore.summarise(happy).selected == 0
        assert explore.whole_catalogue().moods == {}
        assert [row["mood"] for row in explore.table_block(SongFilter(), "mood").rows] == [None] * 100
        assert explore.names_of(happy) == {areas.token(happy.area): "an area of an earlier map"}
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS catalogue_{version}.song_moods_1")
        stored = random_catalogue.store_model(version, N_SONGS, 40)
        assert live() == stored
        assert set(explore.whole_catalogue().moods) == set(random_catalogue.MOODS)
    finally:
        with connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE musicgroup.model")
            cursor.execute("ALTER TABLE musicgroup.model_kept RENAME TO model")
            cursor.execute("ALTER INDEX musicgroup.model_one_live_kept RENAME TO model_one_live")
            cursor.execute("ALTER TABLE musicgroup.model RENAME CONSTRAINT model_pkey_kept TO model_pkey")
        connection.close()
        models.forget()


STORE = """
import os, signal, sys
from data_access import models, mood_files
from tests import random_catalogue
at, version = sys.argv[1], int(sys.argv[2])
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if at == "rows":
    mood_files._rows = die  # in the middle of a COPY
elif at == "live":
    models._go_live = die
elif at == "grants":
    models.grant_reading = die
elif at == "files":
    models._tidy = die
random_catalogue.store_model(version, 500, 50)
"""


@pytest.mark.parametrize("at", ["rows", "live", "grants", "files"])
def test_a_kill_leaves_the_old_model_or_the_new_one_whole(version: int, at: str) -> None:
    before = live()
    killed = subprocess.run(
        [sys.executable, "-c", STORE, at, str(version)], cwd=PROJECT_DIR, capture_output=True, check=False, timeout=300
    )
    assert killed.returncode == -9, killed.stderr
    for _ in range(40):  # the server needs a moment to notice
        if not query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'musicgroup model'"):
            break
        time.sleep(0.25)
    now = live()
    assert (now == before) == (at != "files")
    assert query("SELECT DISTINCT model, count(*) FROM song_moods GROUP BY 1") == [(now.model, N_SONGS)]
    store = moods.open_moods(catalogue.current())
    assert store is not None
    assert (store.model.model, len(store.mood)) == (now.model, N_SONGS)
    assert random_catalogue.store_model(version, N_SONGS, 51).model == live().model
