"""Training on a real database: rows and model agree, and whatever goes wrong leaves the old model serving."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from data_access import catalogue, models, moods
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.filters import SongFilter
from data_access.writing import writing
from ml import projection, train
from ml.__main__ import main
from ml.explain import explain
from ml.fit import FitError
from ml.fitted import Fitted, feature_values
from ml.spec import ModelSpec
from settings import PROJECT_DIR
from tests.integration.etl_files import etl, query

QUICK = ("--features", "energy,valence", "--k", "3")


@pytest.fixture(autouse=True)
def _forgotten(demo_catalogue: Catalogue) -> Iterator[None]:
    models.forget()
    yield
    models.forget()


def ml(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ml", *map(str, arguments)],
        cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def here(*arguments: object) -> SimpleNamespace:
    """The same command in this process, which has everything imported."""
    out, errors = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        finally:
            signal.signal(signal.SIGTERM, before)
    catalogue.forget()
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=errors.getvalue())


def live() -> models.Model:
    models.forget()
    return models.require(catalogue.current())


def test_the_row_says_what_was_fitted_and_every_song_has_the_mood_it_gives(demo_catalogue: Catalogue) -> None:
    done = ml("train", *QUICK, "--scaling", "quantile", "--seed", 5, "--algorithm", "minibatch")
    assert done.returncode == 0, done.stderr
    model = live()
    assert f"Model {model.model}: " in done.stdout
    assert (model.features, model.k, model.algorithm, model.scaling, model.seed) == (
        ("energy", "valence"), 3, "minibatch", "quantile", 5,
    )  # fmt: skip
    assert model.catalogue_version == demo_catalogue.version
    assert model.fitted_songs == demo_catalogue.songs
    assert set(model.libraries) >= {"scikit-learn", "numpy", "scipy", "kneed"}
    assert model.seconds > 0

    store, fitted = open_store(demo_catalogue), Fitted.from_json(model.parameters)
    values = feature_values(store, fitted.spec)
    rows = query("SELECT mood, x, y FROM song_moods ORDER BY song_id")
    stored = np.array([255 if mood is None else mood for mood, _, _ in rows])
    np.testing.assert_array_equal(stored, fitted.assign(values))
    places = np.array([(x, y) for _, x, y in rows], dtype=np.float32).T
    np.testing.assert_array_equal(places, fitted.place(values))
    x0, x1, y0, y1 = model.projection["extent"]
    assert ((places[0] > x0) & (places[0] < x1) & (places[1] > y0) & (places[1] < y1)).all()
    counted = dict(query("SELECT name, count(*) FROM song_moods GROUP BY name"))
    assert counted == {mood.name: mood.songs for mood in model.moods}
    assert [asdict(mood) for mood in model.moods] == [
        {key: told[key] for key in ("number", "name", "colour", "songs")} for told in model.report["moods"]
    ]
    assert model.report["stability"]["seeds"] == 20
    assert len(model.report["curve"]["k"]) == 11
    assert model.report["scores"]["silhouette"] > 0

    explained = explain(fitted, model.moods, values[:, 7])
    assert explained.mood.number == stored[7]


def test_rollback_and_history(demo_catalogue: Catalogue) -> None:
    assert here("train", *QUICK).returncode == 0
    first = live()
    assert here("train", *QUICK, "--k", 4).returncode == 0
    second = live()
    assert second.report["agreement"]["model"] == first.model
    assert second.model > first.model
    told = json.loads(here("status", "--json").stdout)
    assert told["live"]["model"] == second.model
    assert [m["model"] for m in told["history"][:2]] == [second.model, first.model]
    assert told["live"]["scores"]["silhouette"] == pytest.approx(second.report["scores"]["silhouette"])

    done = here("rollback")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Model {first.model} serves again")
    assert live() == first
    assert query("SELECT DISTINCT name FROM song_moods ORDER BY 1") == sorted((m.name,) for m in first.moods)
    assert second.model in [model.model for model in models.history()]
    assert f"Model {first.model} serves catalogue {demo_catalogue.version}" in here("status").stdout


REFUSED = {
    ("train", "--k", "99"): "k=99 is not a number of moods; write 2 to 12.",
    ("train", "--k", "six"): "argument --k: invalid int value: 'six'",
    ("train", "--features", "energy"): "Moods need at least two features.",
    ("train", "--features", "energy,loudness,hats"): "hats is not a feature that moods can be made of",
    ("train", "--features", "energy,year"): "This catalogue knows no song's year; choose other features.",
    ("train", "--algorithm", "dbscan"): "algorithm=dbscan is not one of",
    ("train", "--scaling", "log"): "scaling=log is not one of",
    ("train", "--filter", "energy=9..2"): "energy",
    ("train", "--filter", "artist=Nobody+at+all"): "Only 0 of 0 songs know all of these features",
    ("train", "--filter", "nonsense"): "--filter nonsense is no filter",
    (): "the following arguments are required: COMMAND",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_trained_is_one_sentence(arguments: tuple[str, ...]) -> None:
    before = live()
    done = here(*arguments)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.endswith("...")]
    assert len(lines) == 1, done.stderr
    assert REFUSED[arguments] in lines[0]
    assert done.stdout == ""
    assert live() == before


def test_no_database_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    done = ml("train")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "PostgreSQL cannot be reached" in done.stderr


def test_no_catalogue_is_one_sentence(fresh_data_dir: Path) -> None:
    done = here("train")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No catalogue has been loaded yet" in done.stderr


KILLED_AT = ("A preview", "Placing songs", "Storing")


@pytest.mark.parametrize("words", KILLED_AT)
def test_a_kill_leaves_the_old_model_serving(words: str) -> None:
    before, rows = live(), query("SELECT count(*), count(mood), sum(mood) FROM song_moods")
    # One at a time may store a model: while that is us, the training cannot, however late its kill comes.
    with nullcontext() if words == "Storing" else writing(None):
        process = subprocess.Popen(
            [sys.executable, "-m", "ml", "train", *QUICK, "--seed", "9", "--quiet"],
            cwd=PROJECT_DIR, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        said = next((line for line in process.stderr if line.startswith(words)), None)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert said is not None
    if words == "Storing":  # it may just have got there: then it is the new one, whole
        time.sleep(0.5)
        assert live().seed in (before.seed, 9)
    else:
        assert live() == before
        assert query("SELECT count(*), count(mood), sum(mood) FROM song_moods") == rows
    version = live().catalogue_version
    live_ones = query(f"SELECT count(*) FROM musicgroup.model WHERE state = 'live' AND catalogue_version = {version}")
    assert live_ones == [(1,)]
    songs = query("SELECT count(*) FROM song_moods")
    assert songs == query("SELECT count(*) FROM songs")


def test_after_all_that_a_training_works() -> None:
    done = here("train", *QUICK, "--quiet")
    assert done.returncode == 0, done.stderr
    assert live().seed == 0


def test_sigterm_stops_with_a_sentence() -> None:
    before = live()
    process = subprocess.Popen(
        [sys.executable, "-m", "ml", "train", "--quiet"],
        cwd=PROJECT_DIR, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    next(line for line in process.stderr if line.startswith("Curve"))
    process.terminate()
    rest = process.stderr.read()
    assert process.wait() == 130
    assert rest.splitlines()[-1] == "Stopped; the model that serves is as it was."
    assert live() == before


def test_a_failure_in_the_middle_leaves_the_old_model(
    demo_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = live()
    spec = ModelSpec(features=("energy", "valence"), k=3)

    def fail(*arguments: object) -> None:
        raise FitError("No more.")

    with monkeypatch.context() as broken:
        broken.setattr("ml.scores.scores", fail)
        with pytest.raises(FitError):
            train.train_catalogue(demo_catalogue.version, open_store(demo_catalogue), spec, lambda words: None)
    assert live() == before


def test_a_model_of_a_filter_gives_every_song_a_mood(demo_catalogue: Catalogue) -> None:
    song_filter, _ = SongFilter.from_query({"energy": "0.5.."})
    done = here("train", *QUICK, "--filter", song_filter.to_query())
    assert done.returncode == 0, done.stderr
    model = live()
    energy = open_store(demo_catalogue).values("energy")
    assert model.fitted_filter == song_filter.to_query()
    assert model.report["songs"] == model.fitted_songs == np.count_nonzero(energy >= 0.5)
    assert sum(mood.songs for mood in model.moods) == demo_catalogue.songs
    stored = moods.open_moods(demo_catalogue)
    assert stored is not None
    assert (stored.mood != moods.NO_MOOD).all()
    assert f"under the filter {model.fitted_filter}" in here("status").stdout


def test_umap_that_is_not_installed_is_one_sentence_with_the_command(
    demo_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = live()
    monkeypatch.setattr(projection, "find_spec", lambda name: None)
    with pytest.raises(projection.ProjectionMissing, match=r"run `pip install umap-learn==0\.5\.12`"):
        train.train_catalogue(demo_catalogue.version, open_store(demo_catalogue), ModelSpec(), print, projection="umap")
    assert live() == before


def test_without_a_model_rollback_and_status_say_what_to_run(fresh_data_dir: Path) -> None:
    assert etl("demo", "--no-moods", "--quiet").returncode == 0
    done = here("rollback")
    assert (done.returncode, done.stderr) == (2, "This catalogue has no moods yet: run `python -m ml train`.\n")
    assert here("status").stdout.startswith("This catalogue has no moods yet: run `python -m ml train`.")
    assert here("train", *QUICK).returncode == 0
    done = here("rollback")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "There is no model before model 1 to go back to" in done.stderr
