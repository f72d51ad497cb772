"""The pass keeps exactly the songs of the smallest (distance, song number), however many are equally far."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.similar_kernel import nearest


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(0, 10),
    st.integers(0, 9),
)
def test_the_nearest_are_kept_the_smaller_number_first(levels: list[int], at_most: int, start: int, seed: int) -> None:
    row = np.array([levels], dtype=np.float32)
    n_songs = len(levels)
    start = min(start, n_songs)
    allowed = (np.random.default_rng(seed).random(n_songs) < 0.9).astype(np.uint8)
    bytes_, numbers = np.zeros(n_songs, dtype=np.uint8), np.arange(n_songs, dtype=np.int32)
    for array in (row, allowed, bytes_, numbers):  # as arrays mapped from files are: for numba a type of its own
        array.flags.writeable = False
    distances, songs = np.empty(at_most), np.empty(at_most, dtype=np.int64)
    none, nobody = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    found, n_allowed = nearest(
        row, row, np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.uint8), np.array([2.0]), np.ones(1), row, none,
        np.zeros((0, 2), dtype=np.float32), allowed, bytes_, nobody, 0, np.zeros((0, 2)), numbers, nobody, numbers,
        nobody, start, n_songs, distances, songs,
    )  # fmt: skip
    expected = sorted(
        ((level - 2.0) ** 2, song) for song, level in enumerate(levels) if song >= start and allowed[song]
    )
    assert sorted(zip(distances[:found].tolist(), songs[:found].tolist(), strict=True)) == expected[:at_most]
    assert n_allowed == len(expected)
