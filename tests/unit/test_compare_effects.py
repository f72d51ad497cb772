"""Effect sizes and tests of differences: against plain formulas and scipy's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from data_access.compare_effects import (
    Effect,
    Moments,
    effect,
    effect_word,
    hedges_g,
    holm,
    rest,
    welch,
    z_score,
    z_word,
)

numbers = st.floats(-60, 240, width=32)
several = st.lists(numbers, min_size=2, max_size=40)
quick = settings(max_examples=200, deadline=None)
NOTHING = Moments(0, None, None)


def of(values: list[float]) -> Moments:
    known = np.array(values, dtype=np.float64)
    mean = float(known.mean()) if len(known) else None
    return Moments(len(known), mean, float(known.std(ddof=1)) if len(known) > 1 else None)


@quick
@given(several, several)
def test_g_is_the_plain_formula(a: list[float], b: list[float]) -> None:
    x, y = np.array(a, dtype=np.float64), np.array(b, dtype=np.float64)
    pooled = math.sqrt(((x - x.mean()) ** 2).sum() + ((y - y.mean()) ** 2).sum()) / math.sqrt(len(x) + len(y) - 2)
    assume(pooled > 1e-3)
    cohen = (x.mean() - y.mean()) / pooled
    expected = cohen * (1 - 3 / (4 * (len(x) + len(y)) - 9))  # Hedges & Olkin 1985, p. 81
    assert hedges_g(of(a), of(b)) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert hedges_g(of(b), of(a)) == pytest.approx(-expected, rel=1e-6, abs=1e-6)


@quick
@given(several, several)
def test_welch_is_scipys(a: list[float], b: list[float]) -> None:
    assume(min(np.std(a), np.std(b)) > 0.01)
    expected = stats.ttest_ind(np.array(a, dtype=float), np.array(b, dtype=float), equal_var=False).pvalue
    assert welch(of(a), of(b)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@quick
@given(st.lists(numbers, min_size=1, max_size=30), st.lists(numbers, max_size=30))
def test_the_rest_is_what_is_left(part: list[float], others: list[float]) -> None:
    left, expected = rest(of(part + others), of(part)), of(others)
    assert left.n == expected.n
    assert left.mean == (None if expected.mean is None else pytest.approx(expected.mean, abs=1e-3))
    if expected.deviation is not None and expected.deviation > 0.1:
        assert left.deviation == pytest.approx(expected.deviation, rel=1e-3)


@quick
@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_is_the_textbooks(p_values: list[float]) -> None:
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")
    expected = np.empty(m)
    for rank, place in enumerate(order):
        expected[place] = min(1.0, max(p_values[order[j]] * (m - j) for j in range(rank + 1)))
    assert holm(p_values) == pytest.approx(expected.tolist())


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@pytest.mark.parametrize(
    ("size", "word"),
    [(0.0, "negligible"), (-0.19, "negligible"), (0.2, "small"), (-0.49, "small"), (0.5, "medium"), (0.8, "large")],
)
def test_the_words_are_cohens(size: float, word: str) -> None:
    assert effect_word(size) == word
    assert Effect(size, "g").word == word


def test_a_single_song_has_a_place_and_no_test() -> None:
    song, many = Moments(1, 3.0, None), Moments(5, 1.0, 0.5)
    alone = effect(song, many, many, test=(song, many))
    assert alone == Effect(4.0, "z")
    assert effect(many, song, many, test=(many, song)) == Effect(-4.0, "z")
    two = effect(Moments(1, 2.0, None), song, Moments(100, 0.0, 2.0), test=None)
    assert two == Effect(-0.5, "z")
    assert (z_word(0.5), z_word(-1.5), Effect(2.5, "z").word) == ("ordinary", "uncommon", "rare")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (NOTHING, Moments(5, 1.0, 0.5)),
        (Moments(5, 1.0, 0.5), NOTHING),
        (NOTHING, NOTHING),
        (Moments(5, 1.0, 0.0), Moments(5, 2.0, 0.0)),  # no spread: a difference has no size in deviations
        (Moments(1, 1.0, None), Moments(5, 2.0, 0.0)),
        (Moments(1, 1.0, None), Moments(1, 2.0, None)),
    ],
)
def test_what_has_no_size_has_no_effect(a: Moments, b: Moments) -> None:
    assert effect(a, b, Moments(5, 2.0, 0.0), test=(a, b)) is None


def test_equal_sets_without_spread_do_not_differ() -> None:
    same = Moments(5, 1.0, 0.0)
    assert effect(same, same, same, test=(same, same)) == Effect(0.0, "g")


def test_an_unknown_value_has_no_place() -> None:
    assert z_score(None, Moments(5, 1.0, 0.5)) is None
    assert effect(NOTHING, Moments(5, 1.0, 0.5), Moments(5, 1.0, 0.5), test=None) is None
