"""The compiled pass over all songs: who may be recommended, and the nearest of those.

It lets go of the interpreter lock and is called from a few threads, each with its own run of songs. Songs are taken in
blocks that stay in the processor's cache, and the loops over the songs of a block have no branches.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_BLOCK = 2048


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
    ok = np.empty(_BLOCK, dtype=np.uint8)
    distance = np.empty(_BLOCK)
    worst = np.inf
    for a in range(start, stop, _BLOCK):
        width = min(_BLOCK, stop - a)
        _who_may(ok, a, width, values, limited, bounds, allowed, key, keys, tempo_row, tempos, artist, left_out_artists)
        n_ok = 0
        for b in range(width):
            n_ok += ok[b]
        n_allowed += n_ok
        if n_ok == 0:
            continue
        for b in range(width):
            distance[b] = 0.0
        _add_squares(own, sound, rows, from_own, targets, weights, a, width, distance)
        for b in range(width):
            # Songs come by number, so that of equally far ones those found before stay.
            if ok[b] and distance[b] < worst:
                if len(left_out_groups) and left_out_groups[group[a + b]]:
                    continue
                if n_found < at_most:
                    _rise(distances, songs, n_found, distance[b], a + b)
                    n_found += 1
                else:
                    _sink(distances, songs, distance[b], a + b)
                if n_found == at_most:
                    worst = distances[0]
    return n_found, n_allowed


@njit(nogil=True, cache=True)
def _add_squares(own, sound, rows, from_own, targets, weights, a, width, distance):
    """Add the squared distances of a block's songs to distance (block,), four features at a time, in their order.

    One at a time would read and write distance four times as often, which costs more than the sums themselves.
    """
    i, n = 0, len(rows)
    while i + 4 <= n:
        p = _row(own, sound, rows, from_own, i, a, width)
        q = _row(own, sound, rows, from_own, i + 1, a, width)
        r = _row(own, sound, rows, from_own, i + 2, a, width)
        s = _row(own, sound, rows, from_own, i + 3, a, width)
        at_p, at_q, at_r, at_s = targets[i], targets[i + 1], targets[i + 2], targets[i + 3]
        of_p, of_q, of_r, of_s = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        for b in range(width):
            w, x = np.float64(p[b]) - at_p, np.float64(q[b]) - at_q
            y, z = np.float64(r[b]) - at_r, np.float64(s[b]) - at_s
            total = distance[b] + of_p * (w * w)
            total += of_q * (x * x)
            total += of_r * (y * y)
            distance[b] = total + of_s * (z * z)
        i += 4
    while i < n:
        p = _row(own, sound, rows, from_own, i, a, width)
        at_p, of_p = targets[i], weights[i]
        for b in range(width):
            w = np.float64(p[b]) - at_p
            distance[b] += of_p * (w * w)
        i += 1


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
