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
        for i in range(len(rows)):
            row = own[rows[i], a : a + width] if from_own[i] else sound[rows[i], a : a + width]
            target, weight = targets[i], weights[i]
            for b in range(width):
                step = np.float64(row[b]) - target
                distance[b] += weight * (step * step)
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
def _who_may(ok, a, width, values, limited, bounds, allowed, key, keys, tempo_row, tempos, artist, left_out_artists):
    """Which songs of a block may be recommended, into ok (block,) uint8."""
    if len(allowed):
        for b in range(width):
            ok[b] = allowed[a + b]
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
        row = values[tempo_row, a : a + width]
        for b in range(width):
            tempo = np.float64(row[b])
            goes = np.uint8(0)
            for i in range(len(tempos)):
                goes |= np.uint8(tempo >= tempos[i, 0]) & np.uint8(tempo <= tempos[i, 1])
            ok[b] &= goes
    if len(left_out_artists):
        for b in range(width):
            number = artist[a + b]
            if number >= 0 and left_out_artists[number]:
                ok[b] = 0


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
