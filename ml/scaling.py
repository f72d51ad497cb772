"""Scaling of features: fitted by scikit-learn, kept as plain numbers, applied by us.

Models store no pickles, and the dashboard's workers do not import scikit-learn; what its scalers have learnt are a
few numbers a feature, and applying them is a line of numpy. Property tests hold the results to scikit-learn's own
`transform`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

QUANTILES = 256  # steps of the empirical distribution that the quantile scaling keeps of each feature


def _none() -> np.ndarray:
    return np.zeros((0, 0))


@dataclass(frozen=True, eq=False)
class Scaling:
    """A fitted scaling of d features.

    standard, minmax, robust: (value - centre) / scale, both (d,). quantile: the value's place in the
    distribution, 0 to 1, interpolated between `quantiles` (d, q).
    """

    kind: str
    centre: np.ndarray
    scale: np.ndarray
    quantiles: np.ndarray = field(default_factory=_none)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Scaled values, float64, of values (d, n) without NaN; same shape."""
        exact = np.asarray(values, dtype=np.float64)
        if self.kind != "quantile":
            return (exact - self.centre[:, None]) / self.scale[:, None]
        return np.stack([_places(row, quantiles) for row, quantiles in zip(exact, self.quantiles, strict=True)])

    def to_json(self) -> dict:
        """As JSON; `from_json` brings it back exactly."""
        found: dict = {"kind": self.kind, "centre": self.centre.tolist(), "scale": self.scale.tolist()}
        if self.kind == "quantile":
            found["quantiles"] = self.quantiles.tolist()
        return found

    @classmethod
    def from_json(cls, stored: dict) -> Scaling:
        """What `to_json` gave."""
        centre, scale = np.array(stored["centre"], dtype=float), np.array(stored["scale"], dtype=float)
        return cls(stored["kind"], centre, scale, np.array(stored.get("quantiles", [[]]), dtype=float))


def _places(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Places of values (n,) between quantiles (q,), 0 to 1.

    A value that several quantiles share gets the middle of their places, as in scikit-learn's
    QuantileTransformer, which interpolates from below and from above and takes the mean.
    """
    places = np.linspace(0, 1, len(quantiles))
    below = np.interp(values, quantiles, places)
    above = -np.interp(-values, -quantiles[::-1], -places[::-1])
    found = (below + above) / 2
    found[values >= quantiles[-1]] = 1
    found[values <= quantiles[0]] = 0
    return found


def fit_scaling(kind: str, values: np.ndarray) -> Scaling:
    """Fit one of SCALINGS on values (d, n) without NaN, by scikit-learn. A feature that never varies scales by 1."""
    from sklearn import preprocessing  # noqa: PLC0415  # only who fits needs scikit-learn

    rows = values.T
    zeros, ones = np.zeros(len(values)), np.ones(len(values))
    if kind == "standard":
        standard = preprocessing.StandardScaler().fit(rows)
        return Scaling(kind, _floats(standard.mean_), _floats(standard.scale_))
    if kind == "minmax":
        minmax = preprocessing.MinMaxScaler().fit(rows)
        return Scaling(kind, _floats(minmax.data_min_), 1 / _floats(minmax.scale_))
    if kind == "robust":
        robust = preprocessing.RobustScaler().fit(rows)
        return Scaling(kind, _floats(robust.center_), _floats(robust.scale_))
    quantile = preprocessing.QuantileTransformer(
        n_quantiles=min(QUANTILES, len(rows)), subsample=100_000, random_state=0
    ).fit(rows)
    return Scaling(kind, zeros, ones, np.ascontiguousarray(quantile.quantiles_.T, dtype=np.float64))


def _floats(numbers: np.ndarray) -> np.ndarray:
    return np.asarray(numbers, dtype=np.float64)
