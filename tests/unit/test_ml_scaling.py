"""Our scaling is scikit-learn's, number for number."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

from ml import kernels
from ml.scaling import QUANTILES, Scaling, fit_scaling
from ml.spec import SCALINGS

# Few distinct values as well as many: ties are what quantiles are hard about.
numbers = st.one_of(
    st.floats(-60, 240, width=32), st.sampled_from([0.0, 0.0, 1.0, -45.0, 120.0]), st.integers(0, 3).map(float)
)
values = st.integers(1, 3).flatmap(
    lambda d: st.integers(2, 60).flatmap(lambda n: arrays(np.float32, (d, n), elements=numbers))
)


def theirs(kind: str, fitted_on: np.ndarray):
    quantiles = min(QUANTILES, fitted_on.shape[1])
    scaler = {
        "standard": StandardScaler(),
        "minmax": MinMaxScaler(),
        "robust": RobustScaler(),
        "quantile": QuantileTransformer(n_quantiles=quantiles, subsample=100_000, random_state=0),
    }[kind]
    return scaler.fit(fitted_on.T)


@pytest.mark.parametrize("kind", SCALINGS)
@settings(max_examples=30, deadline=None)
@given(fitted_on=values, seed=st.integers(0, 1000))
def test_applied_as_scikit_learn_does(kind: str, fitted_on: np.ndarray, seed: int) -> None:
    scaling = fit_scaling(kind, fitted_on)
    random = np.random.default_rng(seed)
    others = random.uniform(-100, 300, (len(fitted_on), 20)).astype(np.float32)
    for asked in (fitted_on, others):
        # In double precision, in which we compute: their answer to float32 is rounded on the way.
        expected = theirs(kind, fitted_on).transform(asked.T.astype(np.float64)).T
        np.testing.assert_allclose(scaling.apply(asked), expected, rtol=1e-5, atol=1e-5 * (1 + np.abs(expected).max()))
        np.testing.assert_allclose(compiled(scaling, asked), scaling.apply(asked), rtol=1e-9, atol=1e-9)
    again = Scaling.from_json(json.loads(json.dumps(scaling.to_json())))
    np.testing.assert_array_equal(again.apply(others), scaling.apply(others))


def compiled(scaling: Scaling, asked: np.ndarray) -> np.ndarray:
    """The same by the loop that a million songs go through."""
    d, n = asked.shape
    scaled, known = np.empty((d, n)), np.empty(n, dtype=np.uint8)
    kind = int(scaling.kind == "quantile")
    quantiles = scaling.quantiles if kind else np.zeros((d, 0))
    medians = np.zeros(d)
    kernels.scale_block(asked, medians, kind, scaling.centre, scaling.scale, quantiles, 0, n, scaled, known)
    assert (known == d).all()
    return scaled


@pytest.mark.parametrize("kind", SCALINGS)
def test_a_feature_that_never_varies_stays_finite(kind: str) -> None:
    same = np.full((2, 30), 7.0, dtype=np.float32)
    assert np.isfinite(fit_scaling(kind, same).apply(same)).all()
