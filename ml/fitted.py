"""A fitted model, as numbers: everything that assigns a song, without scikit-learn.

**Unknown values**: a song of which fewer than half of the model's features are known has no mood (255 here, NULL
in PostgreSQL, NaN on the map). Otherwise an unknown feature counts as the median of the songs that
the model was fitted on; and it was fitted on songs of which all of its features are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs

import numpy as np

from data_access.columns import VALUE_ROW, ColumnStore
from ml import kernels
from ml.scaling import Scaling
from ml.spec import ModelSpec
from ml.threads import in_parts

NONE = kernels.NONE


def feature_values(store: ColumnStore, spec: ModelSpec) -> np.ndarray:
    """A model's features of all songs, (d, songs) float32, NaN for unknown."""
    return store.all_values[[VALUE_ROW[name] for name in spec.features]]


@dataclass(frozen=True, eq=False)
class Clusters:
    """k groups in the scaled space of d features.

    centres (k, d). With `shapes` (k, d, d), upper triangular, and `offsets` (k,), groups are Gaussians: the squared
    distance of x is |(x - centre) @ shape|^2 + offset, which is -2 log(weight * density) but for a constant
    that makes the smallest offset 0; so the nearest group is the most probable one. Without them
    distances are Euclidean.
    """

    centres: np.ndarray
    shapes: np.ndarray | None = None
    offsets: np.ndarray | None = None

    @property
    def k(self) -> int:
        """Number of groups."""
        return len(self.centres)

    def reordered(self, order: np.ndarray) -> Clusters:
        """The same groups, group order[i] as number i."""
        shapes = None if self.shapes is None else self.shapes[order]
        offsets = None if self.offsets is None else self.offsets[order]
        return Clusters(self.centres[order], shapes, offsets)

    def parts(self, scaled: np.ndarray) -> np.ndarray:
        """What each feature adds to the squared distances of scaled values (d, n), (k, d, n).

        A Gaussian's parts may be negative. Their sum over features, plus the offset, is the squared distance.
        """
        away = scaled[None] - self.centres[:, :, None]
        if self.shapes is None:
            return away * away
        turned = np.einsum("kfc,kfn->kcn", self.shapes, away)
        return away * np.einsum("kfc,kcn->kfn", self.shapes, turned)

    def to_json(self) -> dict:
        """As JSON; `from_json` brings it back exactly."""
        found: dict = {"centres": self.centres.tolist()}
        if self.shapes is not None and self.offsets is not None:
            found |= {"shapes": self.shapes.tolist(), "offsets": self.offsets.tolist()}
        return found

    @classmethod
    def from_json(cls, stored: dict) -> Clusters:
        """What `to_json` gave."""
        if "shapes" not in stored:
            return cls(np.array(stored["centres"], dtype=float))
        return cls(*(np.array(stored[name], dtype=float) for name in ("centres", "shapes", "offsets")))


@dataclass(frozen=True, eq=False)
class Plane:
    """The map's plane in the scaled space: axes (2, d) through origin (d,)."""

    axes: np.ndarray
    origin: np.ndarray


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model: `medians` (d,) for unknown values, the scaling, the groups in the order of the moods, the map's plane.

    Values go in as (d, n) float32 with NaN for unknown, rows in the order of `spec.features`.
    """

    spec: ModelSpec
    medians: np.ndarray
    scaling: Scaling
    clusters: Clusters
    plane: Plane | None = field(default=None)

    @property
    def k(self) -> int:
        """Number of moods."""
        return self.clusters.k

    def assign(self, values: np.ndarray) -> np.ndarray:
        """Mood numbers of values (d, n), (n,) uint8; 255 is none. Equal to scikit-learn's `predict`."""
        return self.assign_with(values, np.zeros((self.k, len(values))))[0]

    def assign_with(self, values: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mood numbers, squared distances to the own centre, and places along the mood's direction, each (n,).

        `directions` (k, d) are in the scaled space.
        """
        values = np.ascontiguousarray(values, dtype=np.float32)  # the loops are compiled for this layout
        n_songs = values.shape[1]
        mood = np.empty(n_songs, dtype=np.uint8)
        near, along = np.empty((2, n_songs), dtype=np.float32)
        groups = self.clusters
        shapes = np.zeros((0, len(values), len(values))) if groups.shapes is None else groups.shapes
        offsets = np.zeros(self.k) if groups.offsets is None else groups.offsets

        def run(start: int, stop: int) -> None:
            kernels.assign(  # type: ignore[call-arg]
                values, start, stop, *self._how(), groups.centres, shapes, offsets, directions, mood, near, along
            )

        in_parts(n_songs, run)
        return mood, near, along

    def place(self, values: np.ndarray) -> np.ndarray:
        """Places on the map of values (d, n), (2, n) float32; NaN for songs without a mood."""
        assert self.plane is not None
        axes, origin = self.plane.axes, self.plane.origin
        values = np.ascontiguousarray(values, dtype=np.float32)
        xy = np.empty((2, values.shape[1]), dtype=np.float32)
        in_parts(
            values.shape[1],
            lambda start, stop: kernels.place(values, start, stop, *self._how(), axes, origin, xy),  # type: ignore[call-arg]
        )
        return xy

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Values (d, n) in the model's space, float64, unknown ones as the median."""
        exact = np.asarray(values, dtype=np.float64)
        return self.scaling.apply(np.where(np.isnan(exact), self.medians[:, None], exact))

    def distances(self, values: np.ndarray) -> np.ndarray:
        """Distances of values (d, n) to every mood in the scaled space, (n, k) float64.

        Euclidean; for a Gaussian mixture the square root of Mahalanobis^2 + log det(covariance) - 2 log(weight), less
        the smallest such constant. NaN for songs without a mood.
        """
        parts = self.clusters.parts(self.scaled(values))
        offsets = np.zeros(self.k) if self.clusters.offsets is None else self.clusters.offsets
        found = np.sqrt(np.maximum(parts.sum(axis=1) + offsets[:, None], 0)).T
        found[2 * np.count_nonzero(~np.isnan(values), axis=0) < len(values)] = np.nan
        return found

    def _how(self) -> tuple:
        scaling = self.scaling
        kind = int(scaling.kind == "quantile")
        quantiles = scaling.quantiles if kind else np.zeros((len(self.medians), 0))
        return self.medians, kind, scaling.centre, scaling.scale, quantiles

    def to_json(self) -> dict:
        """Everything, as JSON; `from_json` brings it back exactly."""
        found: dict = {
            "spec": self.spec.to_query(),
            "medians": self.medians.tolist(),
            "scaling": self.scaling.to_json(),
            "clusters": self.clusters.to_json(),
        }
        if self.plane is not None:
            found["plane"] = {"axes": self.plane.axes.tolist(), "origin": self.plane.origin.tolist()}
        return found

    @classmethod
    def from_json(cls, stored: dict) -> Fitted:
        """What `to_json` gave."""
        query: dict[str, str | list[str]] = dict(parse_qs(stored["spec"]))
        plane = stored.get("plane")
        return cls(
            ModelSpec.from_query(query)[0],
            np.array(stored["medians"], dtype=float),
            Scaling.from_json(stored["scaling"]),
            Clusters.from_json(stored["clusters"]),
            plane and Plane(np.array(plane["axes"], dtype=float), np.array(plane["origin"], dtype=float)),
        )
