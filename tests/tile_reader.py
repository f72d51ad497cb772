"""Reads a tile's bytes as the browser does, and adds up the rows under a brush."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import numpy as np

Span = tuple[int, int] | None
"""Columns a..b-1, or no brush."""


@dataclass(frozen=True)
class ReadTile:
    """about: the header; cells (rows, bins) int64 and floats (rows, float bins) float32."""

    about: dict
    cells: np.ndarray
    floats: np.ndarray

    def under(self, *spans: Span) -> dict[str, np.ndarray]:
        """The bins of each part under a brush on each axis of the active chart."""
        return {part["name"]: self._bins(part, spans) for part in self.about["parts"]}

    def _bins(self, part: dict, spans: tuple[Span, ...]) -> np.ndarray:
        sides = [n + 1 for n in self.about["columns"]]
        array = (self.floats if part.get("floats") else self.cells).reshape(*reversed(sides), -1)  # [y][x][bin]
        for axis, span in enumerate(spans):
            rows = slice(None) if span is None or part.get("free") == axis else slice(*span)
            array = array[:, rows] if axis == 0 and len(spans) == 2 else array[rows]
        bins = array.reshape(-1, array.shape[-1])[:, part["at"] : part["at"] + part["size"]]
        summed = bins.astype(np.float64 if part.get("floats") else np.int64).sum(axis=0)
        return summed.reshape(part["shape"]) if "shape" in part else summed


def read_tile(body: bytes) -> ReadTile:
    """The tile of an answer's bytes, uncompressed; nothing may be left over."""
    (length,) = struct.unpack_from("<I", body)
    about = json.loads(body[4 : 4 + length])
    assert length % 4 == 0
    rows, bins, planes = about["rows"], about["bins"], about["planes"]
    at, n = 4 + length, rows * bins
    cells = sum(
        np.frombuffer(body, np.uint8, n, at + plane * n).astype(np.int64) << (8 * plane) for plane in range(planes)
    )
    at += planes * n
    n = rows * about["float_bins"]
    floats = np.frombuffer(body, np.uint8, 4 * n, at).reshape(4, n).T.copy().view("<f4")
    assert at + 4 * n == len(body)
    return ReadTile(about, cells.reshape(rows, bins), floats.reshape(rows, about["float_bins"]))
