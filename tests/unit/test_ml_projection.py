"""The map's plane: where songs vary most, the same way round whatever the sample, with words for its axes."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.columns import ColumnStore
from ml import new_model, projection
from ml.fit import fit_stages
from ml.spec import ModelSpec
from tests.made_store import demo_store

FEATURES = ("energy", "acousticness", "tempo")


def rows(seed: int, n: int = 400) -> np.ndarray:
    """Songs that vary most from acoustic to energetic, then by tempo, (n, 3) float32."""
    random = np.random.default_rng(seed)
    excited = random.normal(0, 3, n)
    found = np.stack([excited, -excited, random.normal(0, 1, n)], axis=1)
    return (found + random.normal(0, 0.1, (n, 3)) + 5).astype(np.float32)


@settings(deadline=None)
@given(st.integers(0, 200))
def test_more_excitement_is_to_the_right_and_up(seed: int) -> None:
    plane = projection.plane_of(FEATURES, rows(seed))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(plane.axes[0], np.array([1, -1, 0]) / np.sqrt(2), atol=0.1)
    np.testing.assert_allclose(plane.axes[1], [0, 0, 1], atol=0.1)
    np.testing.assert_allclose(plane.origin, rows(seed).mean(axis=0), rtol=1e-5)
    words = projection.words_of(FEATURES, plane)
    assert set(words["x"].split(" ↔ ")[0].split(", ")) == {"gentle", "acoustic"}
    assert set(words["x"].split(" ↔ ")[1].split(", ")) == {"energetic", "electronic"}
    assert words["y"] == "slow ↔ fast"


def test_the_extent_has_every_song_and_a_little_room() -> None:
    xy = np.array([[0.0, 10.0, np.nan], [-5.0, 5.0, np.nan]], dtype=np.float32)
    assert projection.extent_of(xy) == pytest.approx([-0.2, 10.2, -5.2, 5.2])
    assert projection.extent_of(np.full((2, 3), np.nan)) == pytest.approx([-0.02, 1.02, -0.02, 1.02])
    same = projection.extent_of(np.full((2, 3), 7.0))
    assert same[0] < 7 < same[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ColumnStore:
    return demo_store(tmp_path_factory.mktemp("demo"))


def test_umap_s_places_are_kept_when_it_is_asked_for(demo: ColumnStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = fit_stages(demo, ModelSpec(features=("energy", "valence"), k=3))
    next(stages)
    whole = next(stages)
    stages.close()

    class FakeUMAP:
        """Places songs at their first two values, so that every song can be told from its place."""

        def __init__(self, **_: object) -> None:
            pass

        def fit_transform(self, rows: np.ndarray) -> np.ndarray:
            return rows[:, :2]

        transform = fit_transform

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=FakeUMAP))
    monkeypatch.setattr(projection, "find_spec", lambda name: object())
    monkeypatch.setattr(projection, "_UMAP_ROWS", 1000)
    monkeypatch.setattr(projection, "_UMAP_BLOCK", 999)
    monkeypatch.setattr(new_model, "version", lambda name: "1")
    assert whole.fitted is not None
    report = {**whole.data}
    kept, mood, xy = new_model.new_model(1, demo, whole.fitted, report, 1.0, "umap")
    expected = whole.fitted.scaled(new_model.feature_values(demo, whole.fitted.spec))[:2]
    np.testing.assert_allclose(xy, expected, rtol=1e-5, atol=1e-5)
    assert kept.projection["kind"] == "umap"
    assert kept.libraries["umap-learn"] == "1"
    assert [told.songs for told in kept.moods] == np.bincount(mood).tolist()
