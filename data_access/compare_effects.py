"""How much two sets of songs differ in a field: effect sizes, and whether chance could have done it.

An effect size says how large a difference is, whatever the number of songs; a significance only says that there is
one. With a million songs every difference is significant, hence a p-value is never given without its effect size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtr

SMALL, MEDIUM, LARGE = 0.2, 0.5, 0.8
"""Cohen's conventions: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed. 1988, p. 25."""


@dataclass(frozen=True)
class Moments:
    """What a comparison needs of a set of values: `n` known ones, their mean and sample deviation.

    `mean` is None for no values, `deviation` (divisor n - 1) for fewer than two.
    """

    n: int
    mean: float | None
    deviation: float | None


@dataclass(frozen=True)
class Effect:
    """A difference between two sets in one field, positive when the first is higher.

    `kind` is "g", Hedges' g, or "z" when a single song stands on one side: its distance in standard deviations.
    `p` is Welch's, None where no test is made (a single song, songs in both sets, no spread).
    """

    size: float
    kind: str
    p: float | None = None

    @property
    def word(self) -> str:
        """The usual word for its size."""
        return effect_word(self.size) if self.kind == "g" else z_word(self.size)


def hedges_g(a: Moments, b: Moments) -> float | None:
    """Difference of two means in pooled standard deviations, corrected for few songs; None where undefined.

    Cohen's d with the pooled deviation (Cohen 1988, p. 67), times J = 1 - 3 / (4 df - 1), which takes out the upward
    bias of small samples: L. V. Hedges, Journal of Educational Statistics 6(2), 1981, pp. 107-128. For a hundred songs
    J is 0.992, for many g and d are the same.
    """
    df = a.n + b.n - 2
    if df < 2 or a.mean is None or b.mean is None:
        return None
    squares = sum((side.n - 1) * (side.deviation or 0.0) ** 2 for side in (a, b))
    pooled = math.sqrt(squares / df)
    if pooled == 0:
        return 0.0 if a.mean == b.mean else None
    return (a.mean - b.mean) / pooled * (1 - 3 / (4 * df - 1))


def z_score(value: float | None, within: Moments) -> float | None:
    """How many standard deviations a value is from the mean of a set; None where that has no spread."""
    if value is None or within.mean is None or not within.deviation:
        return None
    return (value - within.mean) / within.deviation


def welch(a: Moments, b: Moments) -> float | None:
    """Two-sided p of Welch's t-test for two means; None for fewer than two values or no spread at all.

    B. L. Welch, Biometrika 34, 1947, pp. 28-35. The same as scipy.stats.ttest_ind_from_stats(equal_var=False), from
    scipy.special alone, which imports in a fifth of the time and memory.
    """
    if a.n < 2 or b.n < 2 or a.deviation is None or b.deviation is None or a.mean is None or b.mean is None:
        return None
    parts = (a.deviation**2 / a.n, b.deviation**2 / b.n)
    variance = sum(parts)
    if variance == 0:
        return None
    df = variance**2 / sum(part**2 / (side.n - 1) for part, side in zip(parts, (a, b), strict=True))
    return float(2 * stdtr(df, -abs(a.mean - b.mean) / math.sqrt(variance)))


def rest(whole: Moments, part: Moments) -> Moments:
    """The moments of `whole` without `part`, a subset of it: a test wants two sets that share no song."""
    n = whole.n - part.n
    if n <= 0 or whole.mean is None:
        return Moments(0, None, None)
    if part.mean is None:
        return whole
    mean = (whole.n * whole.mean - part.n * part.mean) / n
    squares = [(of.n - 1) * (of.deviation or 0.0) ** 2 + of.n * (of.mean or 0.0) ** 2 for of in (whole, part)]
    left = squares[0] - squares[1] - n * mean**2
    return Moments(n, mean, math.sqrt(max(left, 0.0) / (n - 1)) if n > 1 else None)


def effect(a: Moments, b: Moments, spread: Moments, *, test: tuple[Moments, Moments] | None) -> Effect | None:
    """The difference of two sets in one field, a minus b; None where it has no size.

    A single value is placed within the other set; two of them are told apart in the deviations of `spread`, the
    whole catalogue. `test` has the two sets that Welch's test compares, None for no test.
    """
    size: float | None
    if a.n == 1 or b.n == 1:
        if a.n == b.n:
            at = z_score(a.mean, spread), z_score(b.mean, spread)
            size = None if at[0] is None or at[1] is None else at[0] - at[1]
        elif a.n == 1:
            size = z_score(a.mean, b)
        else:
            mirrored = z_score(b.mean, a)
            size = None if mirrored is None else -mirrored
        return None if size is None else Effect(size, "z")
    size = hedges_g(a, b)
    return None if size is None else Effect(size, "g", welch(*test) if test else None)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for being many, in the same order, at most 1.

    S. Holm, Scandinavian Journal of Statistics 6(2), 1979, pp. 65-70: the smallest is multiplied by their number,
    the next by one less, and so on, none ending below the one before.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for place, number in enumerate(order):
        highest = max(highest, min(1.0, p_values[number] * (len(p_values) - place)))
        corrected[number] = highest
    return corrected


def effect_word(size: float) -> str:
    """Cohen's word for an effect size: negligible, small, medium or large."""
    size = abs(size)
    return "negligible" if size < SMALL else "small" if size < MEDIUM else "medium" if size < LARGE else "large"


def z_word(size: float) -> str:
    """A word for a single song's distance: about two of three songs are within 1, one of twenty beyond 2."""
    size = abs(size)
    return "ordinary" if size < 1 else "uncommon" if size < 2 else "rare"
