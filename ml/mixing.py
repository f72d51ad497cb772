"""An order of songs in which each can be mixed into the next: keys that go together, tempos that are close.

What lies between two songs costs as many units as keys are apart on the Camelot wheel (0 the same key, 1 a neighbour as
`similar_harmony.neighbours` has it, up to 7), and one unit for every 6 percent between their tempos, which is how far a
usual pitch fader goes; half and double time count alike. A key or tempo that is not known costs what two at random do.

The order is that of the cheapest path from the first song: exact for a few songs, else the nearest next song again and
again, bettered by turning round stretches (2-opt) and by moving up to three songs elsewhere (Or-opt).
"""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
from numba import njit

from data_access.fields import UNKNOWN_KEY, camelot

AT_MOST = 1000
"""Songs that can be put in order; their costs are a square."""

UNKNOWN = 3.0
"""What an unknown key or tempo costs: nearly the mean of two songs drawn at random, of whichever of the two."""

_UNIT = math.log2(1.06)  # of a tempo's octaves
_FEW = 8  # up to as many songs all orders are looked at
_SWEEPS = 12  # looks at all changes; after four to six nothing helps any more
_LEAST = 1e-9  # what a change must gain: sums differ by less than that for no reason
_MOVED = 3


def mixing_order(keys: np.ndarray, tempos: np.ndarray) -> np.ndarray:
    """In which order to play songs, (n,) int64 places; the first stays the first, and it never costs more than before.

    keys: (n,) uint8 key codes, 24 unknown; tempos: (n,) float32 beats a minute, NaN unknown. Equal questions have equal
    answers. Raises ValueError for more than AT_MOST songs.
    """
    if len(keys) > AT_MOST:
        raise ValueError(f"Up to {AT_MOST:,} songs can be put in order for mixing, not {len(keys):,}.")
    if len(keys) < 3:
        return np.arange(len(keys), dtype=np.int64)
    costs = _costs(keys, tempos)
    if len(keys) <= _FEW:
        return _cheapest(costs)
    # From the order as it is where that is the cheaper one: what somebody was happy with cannot become worse.
    begun = min(_nearest_next(costs), np.arange(len(keys)), key=lambda order: _along(costs, order))
    return _bettered(costs, begun)


def mixing_cost(keys: np.ndarray, tempos: np.ndarray) -> float:
    """What songs cost in the order they are in: the sum over neighbours."""
    return float(mixing_steps(keys, tempos).sum())


def mixing_steps(keys: np.ndarray, tempos: np.ndarray) -> np.ndarray:
    """What lies between each song and the next costs, (n - 1,) float64."""
    octaves = _octaves(tempos)
    steps = _KEY_COSTS[keys[:-1], keys[1:]] + _tempo_costs(octaves[:-1], octaves[1:])
    return steps.astype(np.float64)


def _costs(keys: np.ndarray, tempos: np.ndarray) -> np.ndarray:
    """What lies between any two songs costs, (n, n) float64."""
    octaves = _octaves(tempos)
    return _KEY_COSTS[np.ix_(keys, keys)] + _tempo_costs(octaves[:, None], octaves)


def _octaves(tempos: np.ndarray) -> np.ndarray:
    known = np.asarray(tempos, dtype=np.float64)
    return np.log2(np.where(known > 0, known, np.nan))


def _tempo_costs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    apart = np.abs(a - b)
    away = np.minimum(apart, np.abs(apart - 1)) / _UNIT  # an octave away is half or double time
    return np.where(np.isnan(away), UNKNOWN, away)


def _key_costs() -> np.ndarray:
    """Steps on the Camelot wheel between key codes, (25, 25) float64; the other letter is one step."""
    found = np.full((UNKNOWN_KEY + 1, UNKNOWN_KEY + 1), UNKNOWN)
    places = [(int(name[:-1]), name[-1]) for name in map(camelot, range(UNKNOWN_KEY))]
    for key, (number, letter) in enumerate(places):
        for other, (other_number, other_letter) in enumerate(places):
            around = (number - other_number) % 12
            found[key, other] = min(around, 12 - around) + (letter != other_letter)
    return found


_KEY_COSTS = _key_costs()


def _along(costs: np.ndarray, order: np.ndarray) -> float:
    return float(costs[order[:-1], order[1:]].sum())


def _cheapest(costs: np.ndarray) -> np.ndarray:
    """The cheapest of all orders of a few songs, the first of equal ones."""
    rest = np.array(list(permutations(range(1, len(costs)))), dtype=np.int64)
    orders = np.hstack([np.zeros((len(rest), 1), dtype=np.int64), rest])
    sums = costs[orders[:, :-1], orders[:, 1:]].sum(axis=1)
    return orders[np.argmax(sums <= sums.min() + _LEAST)]


def _nearest_next(costs: np.ndarray) -> np.ndarray:
    """From the first song always to the cheapest that is left, the first of equal ones."""
    left = np.ones(len(costs), dtype=bool)
    order = np.zeros(len(costs), dtype=np.int64)
    for place in range(1, len(costs)):
        left[order[place - 1]] = False
        order[place] = np.argmin(np.where(left, costs[order[place - 1]], np.inf))
    return order


@njit(nogil=True, cache=True)
def _bettered(costs, order):
    """The order after all changes that help, or after so many looks; it costs no more than before."""
    order = order.copy()
    steps = np.zeros(len(order))  # from each place to the next: read in a row, which `costs` is not
    _measure(costs, order, steps)
    for _ in range(_SWEEPS):
        if not (_turn_round(costs, order, steps) | _move(costs, order, steps)):
            break
    return order


@njit(nogil=True, cache=True)
def _measure(costs, order, steps):
    for place in range(len(order) - 1):
        steps[place] = costs[order[place], order[place + 1]]


@njit(nogil=True, cache=True)
def _turn_round(costs, order, steps):
    """Turn round every stretch that costs less the other way; gives whether there was one."""
    n, helped = len(order), False
    for i in range(1, n - 1):
        from_before, from_first = costs[order[i - 1]], costs[order[i]]
        for j in range(i + 1, n):
            gain = steps[i - 1] - from_before[order[j]]
            if j + 1 < n:
                gain += steps[j] - from_first[order[j + 1]]
            if gain > _LEAST:
                order[i : j + 1] = order[i : j + 1][::-1].copy()
                _measure(costs, order, steps)
                from_first = costs[order[i]]
                helped = True
    return helped


@njit(nogil=True, cache=True)
def _move(costs, order, steps):
    """Put up to three neighbours between two others where that costs less; gives whether there were any."""
    n, helped = len(order), False
    for length in range(1, _MOVED + 1):
        for i in range(1, n - length + 1):
            past = i + length
            from_first, from_last = costs[order[i]], costs[order[past - 1]]
            freed = steps[i - 1]
            if past < n:
                freed += steps[past - 1] - costs[order[i - 1], order[past]]
            best, at, turned = _LEAST, -1, False
            for k in range(n):  # to go behind the song at place k
                if i - 1 <= k < past:
                    continue
                onward, back = from_first[order[k]], from_last[order[k]]
                if k + 1 < n:
                    onward += from_last[order[k + 1]] - steps[k]
                    back += from_first[order[k + 1]] - steps[k]
                if freed - min(onward, back) > best:
                    best, at, turned = freed - min(onward, back), k, back < onward
            if at < 0:
                continue
            moved = order[i:past].copy()
            if turned:
                moved = moved[::-1].copy()
            if at < i:
                order[at + 1 + length : past] = order[at + 1 : i].copy()
                order[at + 1 : at + 1 + length] = moved
            else:
                order[i : at + 1 - length] = order[past : at + 1].copy()
                order[at + 1 - length : at + 1] = moved
            _measure(costs, order, steps)
            helped = True
    return helped
