"""The loader and the moods: trained before the swap, and never in its way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_access import catalogue, explore, models
from data_access.columns import ColumnStore
from etl import load
from etl.progress import Progress
from settings import PROJECT_DIR
from tests import random_catalogue
from tests.integration.etl_files import BIG, etl, file_of, query

N_SONGS = 40


@pytest.fixture(scope="module")
def songs(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 40 songs."""
    rows = [{"energy": str(song / N_SONGS), "valence": str(1 - song / N_SONGS)} for song in range(N_SONGS)]
    return file_of(tmp_path_factory.mktemp("etl") / "songs.csv", BIG, rows)


def trained(version: int, store: ColumnStore, say) -> models.Model:
    """A training that takes no time; nobody reads the catalogue yet."""
    say("Guessing")
    assert query("SELECT count(*) FROM musicgroup.catalogue WHERE state = 'live' AND version = %s", version) == [(0,)]
    return random_catalogue.store_model(version, store.n_songs)


def now() -> tuple[int, int | None]:
    """Versions of the live catalogue and of its model."""
    catalogue.forget()
    models.forget()
    live = catalogue.current()
    model = models.current(live)
    return live.version, model and model.model


def test_a_catalogue_goes_live_with_its_moods(songs: Path) -> None:
    done = load.load(songs, Progress(quiet=True), trained)
    assert done.model is not None
    assert done.untrained is None
    assert now() == (done.version, done.model.model)
    assert "Its moods are Happy, Sad" in done.sentence()
    assert sum(explore.whole_catalogue().moods.values()) == sum(mood.songs for mood in done.model.moods)
    assert "Training the moods" in done.stages


def test_status_says_which_model_serves(songs: Path) -> None:
    done = load.load(songs, Progress(quiet=True), trained)
    assert done.model is not None
    shown = etl("status").stdout
    assert f"moods of model {done.model.model}: Happy {done.model.moods[0].songs}, Sad" in shown
    assert "kmeans, k = 5, standard scaling, seed 0, on energy, valence" in shown
    assert json.loads(etl("status", "--json").stdout)["model"]["model"] == done.model.model
    load.load(songs, Progress(quiet=True))
    assert "no moods yet: run `python -m ml train`" in etl("status").stdout
    assert json.loads(etl("status", "--json").stdout)["model"] is None


def test_a_training_that_fails_does_not_fail_the_load(songs: Path) -> None:
    def failing(version: int, store: ColumnStore, say) -> models.Model:
        raise RuntimeError("Too few songs\nfor six moods.")

    before, _ = now()
    done = load.load(songs, Progress(quiet=True), failing)
    assert done.untrained == "Too few songs for six moods."
    assert now() == (done.version, None)
    assert done.version > before
    assert explore.whole_catalogue().moods == {}


def test_the_command_says_in_one_sentence_what_to_run(songs: Path, tmp_path: Path) -> None:
    tiny = file_of(tmp_path / "tiny.csv", BIG, [{}, {"name": "B"}])
    done = subprocess.run(
        [sys.executable, "-m", "etl", "load", str(tiny)], cwd=PROJECT_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "Loaded 2 songs" in done.stdout
    last = done.stderr.replace("\r", "\n").strip().splitlines()[-1]
    assert last.startswith("The catalogue is live, but without moods: ")
    assert last.endswith("; run `python -m ml train`.")
    assert now()[1] is None


TRAINING_FOREVER = """
import sys, time
from pathlib import Path
from etl import load
from etl.progress import Progress
from tests import random_catalogue
def train(version, store, say):
    if sys.argv[2] == "after":
        random_catalogue.store_model(version, store.n_songs)
    print("training", flush=True)
    time.sleep(60)
load.load(Path(sys.argv[1]), Progress(quiet=True), train)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_during_training_leaves_catalogue_and_model_serving(songs: Path, moment: str) -> None:
    load.load(songs, Progress(quiet=True), trained)
    before, counts = now(), explore.whole_catalogue().moods
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING_FOREVER, str(songs), moment],
        cwd=PROJECT_DIR, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "training\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert now() == before
    assert explore.whole_catalogue().moods == counts
    for _ in range(20):  # the server needs a moment to notice that the loader is gone
        done = etl("load", "--quiet", songs)
        if done.returncode == 0:
            break
        time.sleep(0.5)
    assert done.returncode == 0, done.stderr
    assert query(r"SELECT count(*) FROM pg_namespace WHERE nspname ~ '^catalogue_\d+$'") == [(2,)]


def test_the_demo_is_trained_and_a_loaded_one_without_moods_gets_them(database: str) -> None:
    assert etl("demo", "--quiet", "--no-moods").returncode == 0
    version, model = now()
    assert model is None
    done = etl("demo", "--quiet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The demo catalogue is already loaded.\nIts moods are ")
    assert now()[0] == version
    trained_model = now()[1]
    assert trained_model is not None
    assert etl("demo").stdout == "The demo catalogue is already loaded.\n"
    assert now() == (version, trained_model)
