"""The compiled loops over a million songs: assigning moods, tallying them, moments.

They let go of the interpreter lock and are called from a few threads of ours, each with its own run of songs, as the
linked counts are. Songs are taken in blocks that stay in the processor's cache, and within a block the inner
loops run over songs without branches, so that the compiler makes vector instructions of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NONE = 255
"""The mood of a song that has none."""

EXAMPLES = 9
"""Songs kept as typical of a mood, and as extreme: more than are shown, because some are versions of others."""

_BLOCK = 1024


@njit(nogil=True, cache=True)
def scale_block(values, medians, kind, centre, scale, quantiles, start, stop, scaled, known):
    """Scaled values of songs start..stop into scaled (d, block), the median for unknown ones; known (block,) counts."""
    width = stop - start
    known[:width] = 0
    for f in range(len(medians)):
        row, out = values[f], scaled[f]
        median, middle, factor = medians[f], centre[f], scale[f]
        for b in range(width):
            value = np.float64(row[start + b])
            is_known = value == value
            known[b] += np.uint8(is_known)
            value = value if is_known else median
            out[b] = (value - middle) / factor
        if kind == 1:
            steps = quantiles[f]
            for b in range(width):
                out[b] = _place(out[b], steps)


@njit(nogil=True, cache=True)
def _place(value, quantiles):
    """Place between quantiles, 0 to 1; see ml.scaling._places."""
    last = len(quantiles) - 1
    if value <= quantiles[0]:
        return 0.0
    if value >= quantiles[last]:
        return 1.0
    low, high = 0, last  # quantiles[low] < value < quantiles[high] from here on, or a quantile is met
    while high - low > 1:
        middle = (low + high) // 2
        if quantiles[middle] < value:
            low = middle
        else:
            high = middle
    if quantiles[high] == value:  # several quantiles may share the value: the middle of their places
        end = high
        while quantiles[end + 1] == value:
            end += 1
        return (high + end) / (2.0 * last)
    return (low + (value - quantiles[low]) / (quantiles[high] - quantiles[low])) / last


@njit(nogil=True, cache=True)
def assign(
    values, start, stop, medians, kind, centre, scale, quantiles, centres, shapes, offsets, directions,
    mood, near, along,
):  # fmt: skip
    """Mood of songs start..stop: the group of the smallest squared distance, the first of equal ones.

    shapes (k, d, d) turns the distance into a Gaussian's (see ml.fitted.Clusters) unless it is (0, d, d). near (n,)
    float32 gets the squared distance, along (n,) float32 how far the song lies in its mood's direction (k, d).
    """
    n_features, n_groups = len(medians), len(centres)
    gaussian = len(shapes) > 0
    scaled = np.empty((n_features, _BLOCK))
    away = np.empty((n_features, _BLOCK))
    distance, best, turned = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    group, known = np.empty(_BLOCK, dtype=np.uint8), np.empty(_BLOCK, dtype=np.uint8)
    for a in range(start, stop, _BLOCK):
        width = min(_BLOCK, stop - a)
        scale_block(values, medians, kind, centre, scale, quantiles, a, a + width, scaled, known)
        for g in range(n_groups):
            for b in range(width):
                distance[b] = offsets[g]
            if gaussian:
                for f in range(n_features):
                    for b in range(width):
                        away[f, b] = scaled[f, b] - centres[g, f]
                for column in range(n_features):
                    for b in range(width):
                        turned[b] = 0.0
                    for f in range(column + 1):  # upper triangular
                        weight = shapes[g, f, column]
                        for b in range(width):
                            turned[b] += away[f, b] * weight
                    for b in range(width):
                        distance[b] += turned[b] * turned[b]
            else:
                for f in range(n_features):
                    middle = centres[g, f]
                    for b in range(width):
                        step = scaled[f, b] - middle
                        distance[b] += step * step
            if g == 0:
                for b in range(width):
                    best[b] = distance[b]
                    group[b] = 0
            else:
                for b in range(width):
                    nearer = distance[b] < best[b]
                    best[b] = distance[b] if nearer else best[b]
                    group[b] = np.uint8(g) if nearer else group[b]
        for b in range(width):
            if 2 * known[b] < n_features:
                mood[a + b] = np.uint8(NONE)
                near[a + b] = np.float32(np.nan)
                along[a + b] = np.float32(np.nan)
                continue
            mood[a + b] = group[b]
            near[a + b] = np.float32(best[b])
            reach = 0.0
            for f in range(n_features):
                reach += scaled[f, b] * directions[group[b], f]
            along[a + b] = np.float32(reach)


@njit(nogil=True, cache=True)
def rows(values, start, stop, medians, kind, centre, scale, quantiles, out):
    """Scaled values of songs start..stop as rows, into out (n, d) float32."""
    n_features = len(medians)
    scaled = np.empty((n_features, _BLOCK))
    known = np.empty(_BLOCK, dtype=np.uint8)
    for a in range(start, stop, _BLOCK):
        width = min(_BLOCK, stop - a)
        scale_block(values, medians, kind, centre, scale, quantiles, a, a + width, scaled, known)
        for b in range(width):
            for f in range(n_features):
                out[a + b, f] = np.float32(scaled[f, b])


@njit(nogil=True, cache=True)
def place(values, start, stop, medians, kind, centre, scale, quantiles, axes, origin, xy):
    """Places of songs start..stop on the map, into xy (2, n) float32; NaN for a song without a mood."""
    n_features = len(medians)
    scaled = np.empty((n_features, _BLOCK))
    known = np.empty(_BLOCK, dtype=np.uint8)
    for a in range(start, stop, _BLOCK):
        width = min(_BLOCK, stop - a)
        scale_block(values, medians, kind, centre, scale, quantiles, a, a + width, scaled, known)
        for axis in range(2):
            for b in range(width):
                total = 0.0
                for f in range(n_features):
                    total += (scaled[f, b] - origin[f]) * axes[axis, f]
                xy[axis, a + b] = np.float32(total) if 2 * known[b] >= n_features else np.float32(np.nan)


@njit(nogil=True, cache=True)
def tally(codes, mood, start, stop, n_moods):
    """Songs by column of codes, mood and code, (columns, n_moods, 256) int64; songs without a mood left out.

    codes (columns, n) uint8.
    """
    counts = np.zeros((len(codes), n_moods, 256), dtype=np.int64)
    for a in range(start, stop, 16_384):
        b = min(a + 16_384, stop)
        for column in range(len(codes)):
            row, found = codes[column], counts[column]
            for song in range(a, b):
                if mood[song] < n_moods:
                    found[mood[song], row[song]] += 1
    return counts


@njit(nogil=True, cache=True)
def sums(values, mood, start, stop, n_moods):
    """Sum and number of the known values by field and mood, (2, fields, n_moods) float64."""
    found = np.zeros((2, len(values), n_moods))
    for f in range(len(values)):
        row = values[f]
        for song in range(start, stop):
            if mood[song] < n_moods:
                value = row[song]
                if value == value:
                    found[0, f, mood[song]] += value
                    found[1, f, mood[song]] += 1
    return found


@njit(nogil=True, cache=True)
def moments(values, start, stop, shift):
    """Number, sum and sum of squares of the known values less `shift` (fields,), by field, (3, fields) float64."""
    found = np.zeros((3, len(values)))
    for f in range(len(values)):
        row, middle = values[f], shift[f]
        number, total, squares = 0, 0.0, 0.0
        for song in range(start, stop):
            value = np.float64(row[song])
            if value == value:
                value -= middle
                number += 1
                total += value
                squares += value * value
        found[0, f], found[1, f], found[2, f] = number, total, squares
    return found


@njit(nogil=True, cache=True)
def count_known(values, start, stop, known):
    """Number of known values of songs start..stop, into known (n,) uint8."""
    for song in range(start, stop):
        known[song] = 0
    for f in range(len(values)):
        row = values[f]
        for song in range(start, stop):
            known[song] += np.uint8(row[song] == row[song])


@njit(nogil=True, cache=True)
def lowest(keys, mood, eligible, n_moods, sign):
    """Numbers of the songs with the smallest sign * key of each mood, (n_moods, EXAMPLES) int64; -1 for none.

    Of songs with equal keys the first only: they are one recording in several versions.
    """
    songs = np.full((n_moods, EXAMPLES), -1, dtype=np.int64)
    best = np.full((n_moods, EXAMPLES), np.inf)
    for song in range(len(keys)):
        m = mood[song]
        if m < n_moods and eligible[song]:
            key = sign * keys[song]
            if key < best[m, EXAMPLES - 1] and not np.any(best[m] == key):
                at = EXAMPLES - 1
                while at > 0 and key < best[m, at - 1]:
                    best[m, at] = best[m, at - 1]
                    songs[m, at] = songs[m, at - 1]
                    at -= 1
                best[m, at] = key
                songs[m, at] = song
    return songs


def warm() -> None:
    """Compile every loop, or read it from numba's cache, for the arrays of a column store; starts no thread."""
    values = np.zeros((2, 2), dtype=np.float32)
    mapped = values.view()
    mapped.flags.writeable = False  # as arrays mapped from files are: for numba a type of its own
    codes, mood = np.zeros((2, 2), dtype=np.uint8), np.zeros(2, dtype=np.uint8)
    mapped_codes = codes.view()
    mapped_codes.flags.writeable = False
    two, square = np.ones(2), np.ones((2, 2))
    how = (two, 0, two, two, square)
    shapes, keys = np.zeros((0, 2, 2)), np.zeros(2, dtype=np.float32)
    assign(values, 0, 2, *how, square, shapes, two, square, mood, keys, keys.copy())
    place(values, 0, 2, *how, square, two, values.copy())
    rows(values, 0, 2, *how, values.copy())
    count_known(values, 0, 2, mood)
    for numbers in (values, mapped):
        sums(numbers, mood, 0, 2, 2)
    for bytes_ in (codes, mapped_codes):
        tally(bytes_, mood, 0, 2, 2)
    moments(mapped, 0, 2, two)
    lowest(keys, mood, mood > 0, 2, 1.0)
