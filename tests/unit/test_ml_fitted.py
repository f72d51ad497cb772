"""A song's mood is scikit-learn's prediction; unknown values are handled as said."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.mixture import GaussianMixture

from ml import clusters
from ml.fitted import NONE, Clusters, Fitted, Plane
from ml.scaling import fit_scaling
from ml.spec import FEATURES, SCALINGS, ModelSpec


def random_songs(seed: int, d: int, n: int) -> np.ndarray:
    """(d, n) float32 around a few centres, some features skewed as acousticness is."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 3, (4, d))
    found = centres[random.integers(0, 4, n)] + random.normal(0, 1, (n, d))
    found[:, 0] = np.exp(found[:, 0] / 2)
    return found.T.astype(np.float32)


def fitted_to(values: np.ndarray, groups: Clusters, scaling) -> Fitted:
    spec = ModelSpec(features=FEATURES[: len(values)], scaling=scaling.kind)
    plane = Plane(np.eye(2, len(values)), np.zeros(len(values)))
    return Fitted(spec, np.median(values, axis=1).astype(float), scaling, groups, plane)


@pytest.mark.parametrize("algorithm", ["kmeans", "minibatch", "gaussian"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), d=st.integers(2, 6), k=st.integers(2, 6), kind=st.sampled_from(SCALINGS))
def test_assigned_as_scikit_learn_predicts(algorithm: str, seed: int, d: int, k: int, kind: str) -> None:
    values = random_songs(seed, d, 400)
    scaling = fit_scaling(kind, values)
    rows = scaling.apply(values).T
    if algorithm == "gaussian":
        model = GaussianMixture(k, random_state=seed, reg_covar=1e-3).fit(rows)
        groups = clusters._gaussians(model)
        expected = model.predict(rows)
    else:
        model = (KMeans if algorithm == "kmeans" else MiniBatchKMeans)(k, n_init=1, random_state=seed).fit(rows)
        groups = Clusters(model.cluster_centers_)
        expected = model.predict(rows)
    fitted = fitted_to(values, groups, scaling)
    found, distances = fitted.assign(values), np.sort(fitted.distances(values), axis=1)
    clear = distances[:, 1] - distances[:, 0] > 1e-6  # on a border either is right
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(found[clear], expected[clear])
    np.testing.assert_array_equal(np.argmin(fitted.distances(values), axis=1)[clear], found[clear])
    if algorithm == "gaussian":  # the distances say how probable a group is, too
        odds = -0.5 * (fitted.distances(values) ** 2)
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        np.testing.assert_allclose(odds / odds.sum(axis=1, keepdims=True), model.predict_proba(rows), atol=1e-6)


def example() -> tuple[np.ndarray, Fitted]:
    values = random_songs(1, 5, 3000)
    scaling = fit_scaling("robust", values)
    groups = clusters.on_sample("kmeans", scaling.apply(values).T.astype(np.float32), 4, 0)
    return values, fitted_to(values, groups, scaling)


def test_unknown_values_take_the_median_and_too_many_leave_no_mood() -> None:
    values, fitted = example()
    holes = values.copy()
    holes[np.random.default_rng(2).random(values.shape) < 0.4] = np.nan
    known = np.count_nonzero(~np.isnan(holes), axis=0)
    filled = np.where(np.isnan(holes), fitted.medians[:, None], holes).astype(np.float32)
    expected = np.where(2 * known < len(values), NONE, fitted.assign(filled))
    assert {0, 1, 2, 3, NONE} == set(np.unique(expected).tolist())
    np.testing.assert_array_equal(fitted.assign(holes), expected)
    np.testing.assert_array_equal(np.isnan(fitted.place(holes)).any(axis=0), expected == NONE)
    np.testing.assert_array_equal(np.isnan(fitted.distances(holes)).any(axis=1), expected == NONE)
    placed = expected != NONE
    np.testing.assert_array_equal(fitted.distances(holes)[placed], fitted.distances(filled)[placed])
    np.testing.assert_array_equal(fitted.place(holes)[:, placed], fitted.place(filled)[:, placed])


def test_exactly_half_of_the_features_is_enough() -> None:
    values = random_songs(3, 4, 100)
    scaling = fit_scaling("standard", values)
    fitted = fitted_to(values, clusters.on_sample("kmeans", scaling.apply(values).T, 2, 0), scaling)
    half = values.copy()
    half[:2] = np.nan
    assert (fitted.assign(half) != NONE).all()
    half[2] = np.nan
    assert (fitted.assign(half) == NONE).all()


def test_a_model_comes_back_from_json() -> None:
    values, fitted = example()
    again = Fitted.from_json(json.loads(json.dumps(fitted.to_json())))
    assert again.spec == fitted.spec
    np.testing.assert_array_equal(again.assign(values), fitted.assign(values))
    np.testing.assert_array_equal(again.place(values), fitted.place(values))
    np.testing.assert_array_equal(again.distances(values), fitted.distances(values))


def test_places_are_the_projection_of_the_scaled_values() -> None:
    values, fitted = example()
    axes = np.random.default_rng(0).normal(size=(2, 5))
    placed = Fitted(fitted.spec, fitted.medians, fitted.scaling, fitted.clusters, Plane(axes, np.full(5, 0.5)))
    expected = axes @ (fitted.scaled(values) - 0.5)
    np.testing.assert_allclose(placed.place(values), expected, rtol=1e-5, atol=1e-5)


def test_blocks_and_threads_leave_no_song_out() -> None:
    _, fitted = example()
    values = random_songs(9, 5, 1024 * 3 + 1)
    expected = [int(fitted.assign(values[:, song : song + 1])[0]) for song in range(0, values.shape[1], 97)]
    assert fitted.assign(values)[::97].tolist() == expected
    assert fitted.assign(values[:, :0]).shape == (0,)
