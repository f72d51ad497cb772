"""Scores equal scikit-learn's; the elbow is where one can see it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from ml import clusters, scores
from ml.fitted import Clusters
from ml.spec import ModelSpec

labels = st.integers(2, 80).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n).map(np.array)] * 2)
)


@settings(deadline=None)
@given(labels)
def test_rand_index_is_scikit_learn_s(pair: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = pair
    table = scores.contingency(one, other, 5, 5)
    assert table.sum() == len(one)
    np.testing.assert_allclose(scores.rand_index(table), adjusted_rand_score(one, other), atol=1e-12)


def test_songs_without_a_mood_are_left_out_of_the_table() -> None:
    one, other = np.array([0, 1, 255, 1], dtype=np.uint8), np.array([1, 1, 0, 255], dtype=np.uint8)
    assert scores.contingency(one, other, 2, 2).tolist() == [[0, 1], [0, 1]]


def blobs(k: int, n: int = 1500) -> np.ndarray:
    """k well separated groups on a circle, in random order, (n, 2) float32."""
    random = np.random.default_rng(0)
    angles = 2 * np.pi * random.integers(0, k, n) / k
    return (10 * np.stack([np.cos(angles), np.sin(angles)], 1) + random.normal(0, 0.3, (n, 2))).astype(np.float32)


def test_the_curve_finds_the_groups_that_are_there() -> None:
    *earlier, curve = scores.curve(blobs(5), 0)
    assert len(earlier) == 10
    assert all(part["elbow"] is None for part in earlier)
    assert curve["k"] == list(range(2, 13))
    assert curve["elbow"] == 5
    assert curve["k"][int(np.argmax(curve["silhouette"]))] == 5
    assert curve["inertia"] == sorted(curve["inertia"], reverse=True)
    assert curve["sample"] == 1500


def test_inertia_is_scikit_learn_s() -> None:
    rows = blobs(4)
    model = KMeans(4, n_init=1, random_state=0).fit(rows)
    np.testing.assert_allclose(clusters.inertia(rows, model.cluster_centers_), model.inertia_, rtol=1e-5)


def test_groups_that_are_there_are_found_by_every_seed() -> None:
    rows = blobs(4)
    fitted = clusters.on_sample("kmeans", rows, 4, 0)
    *_, found = scores.stability(ModelSpec(features=("energy", "valence"), k=4), rows, fitted)
    assert found == {"mean": 1.0, "lowest": 1.0, "seeds": 20, "sample": 1500}


def test_one_group_has_no_scores() -> None:
    rows = blobs(3)
    assert scores.scores(rows, np.zeros(len(rows), dtype=int)) is None
    good = scores.scores(rows, scores.nearest_of(rows, clusters.on_sample("kmeans", rows, 3, 0)))
    assert good is not None
    assert good["silhouette"] > 0.9


def test_few_songs_have_a_short_curve() -> None:
    rows = np.repeat(np.arange(4, dtype=np.float32), 5)[:, None].repeat(2, axis=1)
    *_, curve = scores.curve(rows, 0)
    assert curve["k"] == [2, 3]
    assert scores.nearest_of(rows, Clusters(np.array([[0.0, 0.0], [3.0, 3.0]]))).tolist() == [0] * 10 + [1] * 10
