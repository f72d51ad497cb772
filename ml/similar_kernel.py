"""The compiled pass over all songs: who may be recommended, and the nearest of those.

It lets go of the interpreter lock and is called from a few threads, each with its own run of songs. Songs are taken in
blocks that stay in the processor's cache, and the loops over the songs of a block have no branches.

Distances are first computed in float32, which keeps up with memory. Only songs that are near enough by that, and by all
that it can be wrong, are looked at again in float64: some thousands of a million. So the answer is exactly float64's.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_BLOCK = 8192
_FEW = 64  # songs of a block that are passed over at once when none of them is near enough
_ULP = 2.0**-24  # what one operation in float32 can be wrong, relatively


@njit(nogil=True, cache=True)
def nearest(
    own, sound, rows, from_own, targets, weights, values, limited, bounds, allowed, key, keys, tempo_row, tempos,
    group, left_out_groups, artist, left_out_artists, start, stop, distances, songs,
):  # fmt: skip
    """The nearest of songs start..stop into distances (k,) float64 and songs (k,) int64, in no order.

    Gives how many those are, and how many songs may be recommended before versions of seeds are taken out. The nearest
    are those of the smallest (distance, song number). Distance: the sum over i of weights[i] * (place - targets[i])^2,
    place being row rows[i] of own or sound. allowed (songs,) uint8, limits rows (values row, bounds (., 2) float32),
    keys (256,) uint8 and tempos (., 2) say who may be; left_out_groups and left_out_artists (numbers,) uint8 who may not.
    An empty one asks nothing.
    """  # noqa: E501
    at_most = len(distances)
    n_found, n_allowed = 0, 0
    restricted = len(allowed) + len(limited) + len(keys) + len(tempos) + len(left_out_artists) > 0
    four_rows, four_own, four_targets, four_weights, heaviest, slack = _in_fours(rows, from_own, targets, weights)
    ok = np.ones(_BLOCK, dtype=np.uint8)
    rough = np.empty(_BLOCK, dtype=np.float32)
    worst, near = np.inf, np.float32(np.inf)
    for a in range(start, stop, _BLOCK):
        width = min(_BLOCK, stop - a)
        n_ok = width
        if restricted:
            _who_may(
                ok, a, width, values, limited, bounds, allowed, key, keys, tempo_row, tempos, artist, left_out_artists
            )
            n_ok = 0
            for b in range(width):
                n_ok += ok[b]
        n_allowed += n_ok
        if n_ok == 0:
            continue
        _roughly(own, sound, four_rows, four_own, four_targets, four_weights, a, width, rough)
        for few in range(0, width, _FEW):
            past = min(few + _FEW, width)
            any_near = False
            for b in range(few, past):
                any_near |= rough[b] <= near
            if not any_near:
                continue
            for b in range(few, past):
                if not (ok[b] and rough[b] <= near):
                    continue
                song = a + b
                if len(left_out_groups) and left_out_groups[group[song]]:
                    continue
                distance = _exactly(own, sound, rows, from_own, targets, weights, song)
                # Songs come by number, so that of equally far ones those found before stay.
                if distance >= worst:
                    continue
                if n_found < at_most:
                    _rise(distances, songs, n_found, distance, song)
                    n_found += 1
                else:
                    _sink(distances, songs, distance, song)
                if n_found == at_most:
                    worst = distances[0]
                    near = np.float32(worst / heaviest * (1 + 64 * _ULP) + slack)
    return n_found, n_allowed


@njit(nogil=True, cache=True)
def _in_fours(rows, from_own, targets, weights):
    """The features in float32 for `_roughly`, as many as four go into, with nothing weighing more than 1.

    Then the heaviest weight, and by how much rough distances can be wrong besides a share of themselves.

    With e = 2^-24 and a target t, float32 gives a place's distance d = place - t as d + e * (|t| + |d|) at most; so its
    square is wrong by 2 * e * (|d| * |t| + d^2) and less than 3 * e * d^2 + e * t^2; three products and up to
    as many sums as there are features add e * d^2 each. 64 shares and twice t^2 are well beyond that.
    """
    n = (len(rows) + 3) // 4 * 4
    four_rows, four_own = np.full(n, rows[0]), np.full(n, from_own[0])
    four_targets, four_weights = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    heaviest, slack = weights.max(), 1e-30  # what is too small for float32
    for i in range(len(rows)):
        four_rows[i], four_own[i] = rows[i], from_own[i]
        four_targets[i], four_weights[i] = targets[i], weights[i] / heaviest
        slack += 2 * _ULP * weights[i] / heaviest * targets[i] ** 2
    return four_rows, four_own, four_targets, four_weights, heaviest, slack


@njit(nogil=True, cache=True, fastmath={"contract"})
def _roughly(own, sound, rows, from_own, targets, weights, a, width, rough):
    """A block's distances in float32, into rough (block,), four features at a time.

    One at a time would read and write rough four times as often, which costs more than the sums themselves.
    """
    for i in range(0, len(rows), 4):
        p = _row(own, sound, rows, from_own, i, a, width)
        q = _row(own, sound, rows, from_own, i + 1, a, width)
        r = _row(own, sound, rows, from_own, i + 2, a, width)
        s = _row(own, sound, rows, from_own, i + 3, a, width)
        at_p, at_q, at_r, at_s = targets[i], targets[i + 1], targets[i + 2], targets[i + 3]
        of_p, of_q, of_r, of_s = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        if i == 0:
            for b in range(width):
                w, x, y, z = p[b] - at_p, q[b] - at_q, r[b] - at_r, s[b] - at_s
                rough[b] = of_p * w * w + of_q * x * x + of_r * y * y + of_s * z * z
        else:
            for b in range(width):
                w, x, y, z = p[b] - at_p, q[b] - at_q, r[b] - at_r, s[b] - at_s
                rough[b] += of_p * w * w + of_q * x * x + of_r * y * y + of_s * z * z


@njit(nogil=True, cache=True)
def _exactly(own, sound, rows, from_own, targets, weights, song):
    """A song's distance in float64, the features in their order."""
    distance = 0.0
    for i in range(len(rows)):
        place = own[rows[i], song] if from_own[i] else sound[rows[i], song]
        away = np.float64(place) - targets[i]
        distance += weights[i] * (away * away)
    return distance


@njit(nogil=True, cache=True)
def _row(own, sound, rows, from_own, i, a, width):
    return own[rows[i], a : a + width] if from_own[i] else sound[rows[i], a : a + width]


@njit(nogil=True, cache=True)
def sums(sound, songs, start, stop):
    """Sums of the places of songs[start:stop], (d,) float64."""
    found = np.zeros(len(sound))
    for row in range(len(sound)):
        total = 0.0
        for place in range(start, stop):
            total += np.float64(sound[row, songs[place]])
        found[row] = total
    return found


@njit(nogil=True, cache=True)
def _who_may(ok, a, width, values, limited, bounds, allowed, key, keys, tempo_row, tempos, artist, left_out_artists):
    """Which songs of a block may be recommended, into ok (block,) uint8."""
    if len(allowed):
        ok[:width] = allowed[a : a + width]
    else:
        ok[:width] = 1
    for i in range(len(limited)):
        row = values[limited[i], a : a + width]
        low, high = bounds[i, 0], bounds[i, 1]
        for b in range(width):
            ok[b] &= np.uint8(row[b] >= low) & np.uint8(row[b] <= high)  # NaN is neither
    if len(keys):
        for b in range(width):
            ok[b] &= keys[key[a + b]]
    if len(tempos):
        _in_any(values[tempo_row, a : a + width], tempos, ok)
    if len(left_out_artists):
        for b in range(width):
            number = artist[a + b]
            if number >= 0 and left_out_artists[number]:
                ok[b] = 0


@njit(nogil=True, cache=True)
def _in_any(values, intervals, ok):
    """Keep in ok those songs of a block whose value is in one of the intervals (n, 2), ends included."""
    inside = np.zeros(len(values), dtype=np.uint8)
    for i in range(len(intervals)):
        low, high = intervals[i, 0], intervals[i, 1]
        for b in range(len(values)):
            value = np.float64(values[b])
            inside[b] |= np.uint8(value >= low) & np.uint8(value <= high)  # NaN is neither
    for b in range(len(values)):
        ok[b] &= inside[b]


# A heap with the furthest song on top, by (distance, song number).


@njit(nogil=True, cache=True)
def _rise(distances, songs, place, distance, song):
    """Add a song at the end of the heap, which has `place` songs."""
    while place > 0:
        above = (place - 1) // 2
        if distances[above] > distance or (distances[above] == distance and songs[above] > song):
            break
        distances[place], songs[place] = distances[above], songs[above]
        place = above
    distances[place], songs[place] = distance, song


@njit(nogil=True, cache=True)
def _sink(distances, songs, distance, song):
    """Put a song in the place of the furthest."""
    n, place = len(distances), 0
    while True:
        below = 2 * place + 1
        if below >= n:
            break
        right = below + 1
        if right < n and (
            distances[right] > distances[below]
            or (distances[right] == distances[below] and songs[right] > songs[below])
        ):
            below = right
        if distance > distances[below] or (distance == distances[below] and song > songs[below]):
            break
        distances[place], songs[place] = distances[below], songs[below]
        place = below
    distances[place], songs[place] = distance, song
