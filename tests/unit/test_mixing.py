"""Songs in order for mixing: as cheap as can be for a few, never dearer than before, and the same every time."""

from __future__ import annotations

import time
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.fields import UNKNOWN_KEY, camelot
from ml import mixing
from ml.mixing import AT_MOST, UNKNOWN, mixing_cost, mixing_order, mixing_steps
from ml.similar_harmony import neighbours

C, G, D, A_MINOR, UNKNOWN_TEMPO = 1, 15, 5, 18, np.nan


def songs(n: int, seed: int, unknown: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Keys and tempos of n songs, some unknown."""
    rng = np.random.default_rng(seed)
    keys = np.where(rng.random(n) < unknown, UNKNOWN_KEY, rng.integers(0, UNKNOWN_KEY, n)).astype(np.uint8)
    tempos = np.where(rng.random(n) < unknown, np.nan, rng.uniform(60, 200, n)).astype(np.float32)
    return keys, tempos


def pair(key: int, tempo: float, other: int, other_tempo: float) -> float:
    return mixing_cost(np.array([key, other], dtype=np.uint8), np.array([tempo, other_tempo], dtype=np.float32))


def test_what_lies_between_two_songs_costs() -> None:
    assert pair(C, 120, C, 120) == 0
    assert pair(C, 120, G, 120) == pair(C, 120, A_MINOR, 120) == 1
    assert pair(C, 120, D, 120) == 2
    assert pair(C, 120, C, 240) == pair(C, 120, C, 60) == 0
    assert pair(C, 100, C, 106) == pytest.approx(1, abs=1e-5)
    assert pair(C, 100, C, 53) == pytest.approx(1, abs=1e-5)  # in double time 106
    assert pair(C, UNKNOWN_TEMPO, C, 120) == pair(UNKNOWN_KEY, 120, C, 120) == UNKNOWN
    assert pair(UNKNOWN_KEY, UNKNOWN_TEMPO, UNKNOWN_KEY, UNKNOWN_TEMPO) == 2 * UNKNOWN
    for key in range(UNKNOWN_KEY):
        near = {other for other in range(UNKNOWN_KEY) if pair(key, 120, other, 120) <= 1}
        assert near == set(neighbours(key))


def test_unknown_ones_cost_about_what_two_at_random_do() -> None:
    keys, tempos = songs(20_000, 0, unknown=0)
    assert mixing_steps(keys, np.full(len(keys), 120.0)).mean() == pytest.approx(UNKNOWN, abs=0.7)
    assert mixing_steps(np.zeros(len(keys), dtype=np.uint8), tempos).mean() == pytest.approx(UNKNOWN, abs=0.7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 7), st.integers(0, 10_000))
def test_a_few_songs_are_in_the_best_order(n: int, seed: int) -> None:
    keys, tempos = songs(n, seed)
    order = mixing_order(keys, tempos)
    assert sorted(order.tolist()) == list(range(n))
    others = [(0, *rest) if n else () for rest in permutations(range(1, n))]
    best = min(mixing_cost(keys[list(each)], tempos[list(each)]) for each in others)
    assert mixing_cost(keys[order], tempos[order]) == pytest.approx(best, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 7), st.integers(0, 10_000))
def test_what_betters_an_order_comes_close_to_the_best(n: int, seed: int) -> None:
    keys, tempos = songs(n, seed)
    exact = mixing_order(keys, tempos)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mixing, "_FEW", 0)
        order = mixing_order(keys, tempos)
    assert order[0] == 0
    best = mixing_cost(keys[exact], tempos[exact])
    assert best - 1e-6 <= mixing_cost(keys[order], tempos[order]) <= 1.5 * best + 1


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10_000), st.floats(0, 1))
def test_an_order_begins_with_the_first_repeats_and_costs_no_more(n: int, seed: int, unknown: float) -> None:
    keys, tempos = songs(n, seed, unknown)
    order = mixing_order(keys, tempos)
    assert order[0] == 0
    assert sorted(order.tolist()) == list(range(n))
    assert mixing_order(keys, tempos).tolist() == order.tolist()
    cost = mixing_cost(keys[order], tempos[order])
    assert cost <= mixing_cost(keys, tempos) + 1e-6
    again = mixing_order(keys[order], tempos[order])
    assert mixing_cost(keys[order][again], tempos[order][again]) <= cost + 1e-6


def test_a_good_order_is_found_again() -> None:
    by_name = {camelot(key): key for key in range(UNKNOWN_KEY)}
    wheel = [by_name[f"{number}B"] for number in range(1, 13)]
    keys = np.array(wheel * 2, dtype=np.uint8)  # twice around, a little faster each time
    tempos = np.linspace(100, 112, len(keys)).astype(np.float32)
    shuffled = np.append(0, 1 + np.random.default_rng(3).permutation(len(keys) - 1))
    order = mixing_order(keys[shuffled], tempos[shuffled])
    found = mixing_cost(keys[shuffled][order], tempos[shuffled][order])
    assert found <= mixing_cost(keys, tempos) + 1e-6


def test_a_thousand_songs_are_a_moment_and_more_are_refused() -> None:
    keys, tempos = songs(AT_MOST, 1)
    mixing_order(keys[:50], tempos[:50])  # compiled
    start = time.thread_time()  # of this thread alone, whatever else runs
    order = mixing_order(keys, tempos)
    took = time.thread_time() - start
    assert mixing_cost(keys[order], tempos[order]) < mixing_cost(keys, tempos) / 5
    assert took < 1.5, "a tenth of that is usual"
    with pytest.raises(ValueError, match="Up to 1,000 songs"):
        mixing_order(*songs(AT_MOST + 1, 1))
