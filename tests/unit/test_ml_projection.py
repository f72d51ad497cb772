"""The map's plane: where songs vary most, the same way round whatever the sample, with words for its axes."""

from __future__ import annotations

import warnings
from importlib.metadata import version

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

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


def test_umap_puts_like_beside_like_and_its_places_are_kept(demo: ColumnStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = fit_stages(demo, ModelSpec(features=("energy", "valence"), k=3))
    next(stages)
    whole = next(stages)
    stages.close()
    assert whole.fitted is not None
    monkeypatch.setattr(projection, "_UMAP_ROWS", 500)  # the rest is put among them, block by block
    monkeypatch.setattr(projection, "_UMAP_BLOCK", 2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        kept, mood, xy = new_model.new_model(1, demo, whole.fitted, {**whole.data}, 1.0, "umap")
    assert kept.projection["kind"] == "umap"
    assert kept.libraries["umap-learn"] == version("umap-learn")
    assert [told.songs for told in kept.moods] == np.bincount(mood).tolist()
    assert not np.isnan(xy).any()
    x0, x1, y0, y1 = kept.projection["extent"]
    assert ((xy[0] > x0) & (xy[0] < x1) & (xy[1] > y0) & (xy[1] < y1)).all()
    # A song's neighbour on the map has its mood far more often than one in three songs by chance has.
    _, nearest = cKDTree(xy.T).query(xy.T, k=2)
    assert np.mean(mood[nearest[:, 1]] == mood) > 0.85
