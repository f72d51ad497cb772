"""A fit in stages: what it reports adds up, whatever the algorithm; names and colours hold over twenty seeds."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data_access.columns import VALUE_ROW, ColumnStore
from data_access.fields import FIELD_BY_NAME
from ml import kernels
from ml.fit import FitError, Stage, feature_values, fit_stages, warm
from ml.fitted import Fitted
from ml.naming import WORDS
from ml.scores import contingency, rand_index
from ml.spec import ALGORITHMS, ModelSpec
from tests.made_store import demo_store, made_store, real_store

COLOURS = {name: word.colour for name, word in WORDS.items()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ColumnStore:
    return demo_store(tmp_path_factory.mktemp("demo"))


def models_of(store: ColumnStore, spec: ModelSpec, *arguments: Any) -> list[Stage]:
    """The preview and the whole, without what comes after."""
    return list(takewhile(lambda stage: stage.name in ("preview", "whole"), fit_stages(store, spec, *arguments)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_report_adds_up(demo: ColumnStore, algorithm: str) -> None:
    spec = ModelSpec(algorithm=algorithm)
    preview, whole = models_of(demo, spec)
    report, fitted, mood = whole.data, whole.fitted, whole.mood
    assert fitted is not None
    assert mood is not None
    json.dumps(report, allow_nan=False)
    assert [m["name"] for m in preview.data["moods"]] == [m["name"] for m in report["moods"]]
    k = len(report["moods"])
    assert (k == 6) if algorithm != "hdbscan" else (2 <= k <= 12)
    sizes = np.bincount(mood, minlength=256)
    assert [m["songs"] for m in report["moods"]] == sizes[:k].tolist()
    assert report["without"] == sizes[255]
    assert report["songs"] == demo.n_songs == len(mood)
    again = Fitted.from_json(json.loads(json.dumps(fitted.to_json())))
    np.testing.assert_array_equal(again.assign(feature_values(demo, spec)), mood)
    for number, told in enumerate(report["moods"]):
        assert told["number"] == number
        for name, mean in told["means"].items():
            own = demo.values(name)[mood == number].astype(float)
            assert mean == pytest.approx(np.nanmean(own), abs=1e-5)
            effect = (np.nanmean(own) - np.nanmean(demo.values(name))) / np.nanstd(demo.values(name))
            assert told["effects"][name] == pytest.approx(effect, abs=1e-3)
        songs = told["typical"] + told["extreme"]
        assert {int(mood[song]) for song in songs} == {number}
        distances = fitted.distances(feature_values(demo, spec))[:, number]
        own = np.sort(distances[mood == number])
        assert distances[told["typical"][0]] == pytest.approx(own[0], rel=1e-4)
        plane = fitted.plane
        assert plane is not None
        outwards = fitted.clusters.centres[number] - plane.origin
        along = outwards @ fitted.scaled(feature_values(demo, spec))
        assert along[told["extreme"][0]] == pytest.approx(along[mood == number].max(), rel=1e-4)
        for name, by_mood in report["distributions"].items():
            bars = np.histogram(demo.values(name)[mood == number], FIELD_BY_NAME[name].bar_edges)[0]
            assert sum(by_mood[number]) == np.count_nonzero(~np.isnan(demo.values(name)[mood == number]))
            assert np.abs(np.array(by_mood[number]) - bars).sum() <= 4  # numpy's last bar is closed


def test_a_warm_process_compiles_nothing_more(demo: ColumnStore) -> None:
    warm()
    loops = [loop for loop in vars(kernels).values() if hasattr(loop, "signatures")]
    before = [len(loop.signatures) for loop in loops]
    for spec in (ModelSpec(), ModelSpec(features=("energy", "valence"), algorithm="gaussian", scaling="quantile")):
        whole = models_of(demo, spec, np.arange(demo.n_songs) % 2 == 0)[1]
        assert whole.fitted is not None
        whole.fitted.place(feature_values(demo, spec))
    assert len(loops) > 8
    assert [len(loop.signatures) for loop in loops] == before


def test_every_stage_comes_in_its_turn(demo: ColumnStore) -> None:
    stages = list(fit_stages(demo, ModelSpec(features=("energy", "valence"), k=3)))
    names = [stage.name for stage in stages]
    assert list(dict.fromkeys(names)) == ["preview", "whole", "curve", "scores", "stability"]
    shares = [stage.share for stage in stages]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    last = {stage.name: stage.data for stage in stages}
    assert last["stability"]["seeds"] == 20
    assert len(last["curve"]["inertia"]) == 11
    assert set(last["scores"]) == {"silhouette", "davies_bouldin", "calinski_harabasz", "sample"}
    assert stages[0].data["moods"][0]["name"] not in WORDS  # not the six features


def stable(store: ColumnStore) -> tuple[set[tuple], float]:
    """(name, colour) by number over twenty seeds, and the lowest ARI between the first seed's moods and another's."""
    told, moods = set(), []
    for seed in range(20):
        preview = next(fit_stages(store, ModelSpec(seed=seed)))
        assert preview.fitted is not None
        told.add(tuple((m["name"], m["colour"]) for m in preview.data["moods"]))
        moods.append(preview.fitted.assign(feature_values(store, ModelSpec())))
    return told, min(rand_index(contingency(moods[0], mood, 6, 6)) for mood in moods[1:])


def test_names_and_colours_are_those_of_the_six_words_for_every_seed(demo: ColumnStore, record_property: Any) -> None:
    told, lowest = stable(demo)
    record_property("lowest ARI", lowest)
    assert told == {tuple(COLOURS.items())}
    assert lowest >= 0.95


def test_on_the_real_file_too(tmp_path: Path, shared_data: Path, record_property: Any) -> None:
    told, lowest = stable(real_store(tmp_path, shared_data))
    record_property("lowest ARI", lowest)
    assert told == {tuple(COLOURS.items())}
    assert lowest >= 0.95


def test_the_same_catalogue_and_seed_give_the_same_model(demo: ColumnStore) -> None:
    one, two = (models_of(demo, ModelSpec(seed=3))[1] for _ in range(2))
    np.testing.assert_array_equal(one.mood, two.mood)
    assert {**one.data, "seconds": 0} == {**two.data, "seconds": 0}


def large(folder: Path, seed: int = 0) -> ColumnStore:
    """150,000 songs, more than the sample, with unknown values, years and genres."""
    random = np.random.default_rng(seed)
    n = 150_000
    centres = random.uniform(0.1, 0.9, (5, 3))
    rows = np.clip(centres[random.integers(0, 5, n)] + random.normal(0, 0.05, (n, 3)), 0, 1).T
    rows[random.random(rows.shape) < 0.2] = np.nan
    year = random.integers(1990, 2000, n).astype(float)
    values = dict(zip(("danceability", "energy", "valence"), rows.astype(np.float32), strict=True))
    return made_store(folder, {**values, "year": year}, [list(range(0, n, 3)), list(range(1, n, 7))])


def test_a_filter_a_sample_unknown_values_years_and_genres(tmp_path: Path) -> None:
    store = large(tmp_path)
    spec = ModelSpec(features=("danceability", "energy", "valence"), k=5, scaling="standard")
    values = feature_values(store, spec)
    asked = store.values("year") < 1998
    known = np.count_nonzero(~np.isnan(values), axis=0)
    stored_mood = np.where(values[0] > 0.5, 1, 0).astype(np.uint8)
    stored: Any = SimpleNamespace(
        mood=stored_mood, model=SimpleNamespace(model=7, moods=[SimpleNamespace(name="a"), SimpleNamespace(name="b")])
    )
    preview, whole = models_of(store, spec, asked, stored, "year=..<1998")
    assert preview.data["fitted"] == 50_000
    assert preview.data["songs"] == whole.data["songs"] == np.count_nonzero(asked)
    assert whole.data["fitted"] == np.count_nonzero(asked & (known == 3))
    assert whole.data["filter"] == "year=..<1998"
    assert sum(m["songs"] for m in preview.data["moods"]) == 50_000
    assert whole.mood is not None
    np.testing.assert_array_equal(whole.mood == 255, known < 2)  # every song has its mood, the filter's or not
    assert whole.data["without"] == np.count_nonzero(asked & (known < 2))
    sizes = np.bincount(whole.mood[asked], minlength=256)[:5]
    assert [m["songs"] for m in whole.data["moods"]] == sizes.tolist()
    assert whole.data["years"] == list(range(1990, 1998))
    assert np.array(whole.data["by_year"]).sum(axis=1).tolist() == sizes.tolist()
    by_genre = np.zeros((5, 2), dtype=int)
    for song, genre in store.genre_pairs.T:
        if asked[song] and whole.mood[song] < 5:
            by_genre[whole.mood[song], genre] += 1
    assert whole.data["by_genre"] == by_genre.tolist()
    table = np.array(whole.data["agreement"]["table"])
    assert table.sum() == sizes.sum()
    assert whole.data["agreement"]["names"] == ["a", "b"]
    assert table[:, 1].sum() == np.count_nonzero(asked & (whole.mood < 5) & (stored_mood == 1))
    typical = [song for m in whole.data["moods"] for song in m["typical"] + m["extreme"]]
    assert asked[typical].all()
    assert (known[typical] == 3).all()
    assert whole.data["means"]["energy"] == pytest.approx(np.nanmean(store.all_values[VALUE_ROW["energy"]]), abs=1e-5)


def some(folder: Path, energy: list[float], valence: list[float]) -> ColumnStore:
    return made_store(folder, {"energy": np.array(energy), "valence": np.array(valence)})


ENERGY_VALENCE = ModelSpec(features=("energy", "valence"), k=3)


def test_too_few_songs_are_one_sentence(tmp_path: Path) -> None:
    store = some(tmp_path, [0.1, 0.5, 0.9], [0.2, 0.4, 0.7])
    with pytest.raises(FitError, match=r"Only 3 of 3 songs know all of these features, and moods need 10; widen"):
        next(fit_stages(store, ENERGY_VALENCE))


def test_a_feature_that_nobody_knows_is_one_sentence(tmp_path: Path) -> None:
    store = some(tmp_path, [0.1] * 20, [np.nan] * 20)
    with pytest.raises(FitError, match=r"This catalogue knows no song's valence; choose other features\."):
        next(fit_stages(store, ENERGY_VALENCE))


def test_songs_all_alike_are_one_sentence(tmp_path: Path) -> None:
    store = some(tmp_path, [0.5] * 30, [0.5] * 30)
    for algorithm in ("kmeans", "minibatch", "gaussian", "hdbscan"):
        with pytest.raises(FitError, match=r"choose"):
            models_of(store, ModelSpec(features=("energy", "valence"), k=3, algorithm=algorithm))


def test_fewer_different_songs_than_moods_are_fewer_moods(tmp_path: Path) -> None:
    store = some(tmp_path, [0.1, 0.9] * 20, [0.1, 0.9] * 20)
    preview, whole = models_of(store, ENERGY_VALENCE)
    assert [m["songs"] for m in preview.data["moods"]] == [m["songs"] for m in whole.data["moods"]] == [20, 20]
