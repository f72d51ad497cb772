"""The loops behind tiles: songs by the active chart's column and the bins of every other chart, in one pass.

All take two of the code columns, `first` and `second`, and for each a table (256,) int64 from code to where its row
begins; the two are added up. A tile over one field has zeros in the second table. What belongs in no bin goes to the
last place of its row, which the caller drops: no branch for the processor to guess wrong.

As in counts.py the loops gather the songs that count before they count them, indices are unsigned, and no Python object
is held. They share no compiled code with that file: numba looks for changes in a function's own file only.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_BLOCK = 8_192  # songs; their codes, and which of them count, stay in the cache beside a tile's rows


@njit(nogil=True, cache=True)
def count_bars(
    codes, mood, start, stop, first, first_row, second, second_row, used, places, mood_places, missed, singles, tile
):
    """Add the songs start..stop to `tile`, (rows * width,) uint32.

    used: numbers of the columns of `codes` that are counted, unsigned. places (16, 256) uint16: a code's place in the
    row. mood_places (256,) uint16, for `mood` (songs,) uint8; both empty without moods. missed: as Marks has it.
    singles: (conditions,) int64, the column whose bins a song still counts in when it misses that condition only; 16 for
    the moods, negative for none.
    """
    chosen = np.empty(_BLOCK, dtype=np.uint32)
    for begin in range(start, stop, _BLOCK):
        end = min(begin + _BLOCK, stop)
        found = np.uint64(0)
        for song in range(np.uint64(begin), np.uint64(end)):
            chosen[found] = np.uint32(song)
            found += np.uint64(missed[song] == 0)
        _add_songs(codes, chosen, found, first, first_row, second, second_row, used, places, tile)
        if len(mood_places):
            _add_bytes(codes, mood, chosen, found, first, first_row, second, second_row, mood_places, tile)
        for number in range(len(singles)):
            if singles[number] < 0:
                continue
            mark = np.uint8(number + 1)
            found = np.uint64(0)
            for song in range(np.uint64(begin), np.uint64(end)):
                chosen[found] = np.uint32(song)
                found += np.uint64(missed[song] == mark)
            if singles[number] < codes.shape[1]:
                only = np.full(1, np.uint64(singles[number]))
                _add_songs(codes, chosen, found, first, first_row, second, second_row, only, places, tile)
            elif len(mood_places):
                _add_bytes(codes, mood, chosen, found, first, first_row, second, second_row, mood_places, tile)


@njit(nogil=True, cache=True)
def _add_songs(codes, chosen, n_chosen, first, first_row, second, second_row, used, places, tile):
    for number in range(n_chosen):
        song = np.uint64(chosen[number])
        row = np.uint64(first_row[codes[song, first]] + second_row[codes[song, second]])
        for each in range(np.uint64(len(used))):
            column = used[each]
            tile[row + np.uint64(places[column, codes[song, column]])] += np.uint32(1)


@njit(nogil=True, cache=True)
def _add_bytes(codes, kinds, chosen, n_chosen, first, first_row, second, second_row, places, tile):
    for number in range(n_chosen):
        song = np.uint64(chosen[number])
        row = np.uint64(first_row[codes[song, first]] + second_row[codes[song, second]])
        tile[row + np.uint64(places[kinds[song]])] += np.uint32(1)


@njit(nogil=True, cache=True)
def count_pairs(songs, kinds, start, stop, codes, first, first_row, second, second_row, missed, mark, at, tile):
    """Add the pairs start..stop of a song and one of its genres; `mark` is that of the condition on genres, 0 without."""
    for pair in range(np.uint64(start), np.uint64(stop)):
        song = np.uint64(songs[pair])
        if missed[song] == 0 or missed[song] == mark:
            row = np.uint64(first_row[codes[song, first]] + second_row[codes[song, second]])
            tile[row + np.uint64(at) + np.uint64(kinds[pair])] += np.uint32(1)


@njit(nogil=True, cache=True)
def count_cells(columns, start, stop, first, first_row, x, x_cell, y, y_cell, songs, width, tile):
    """Add the songs start..stop of the mask `songs` to the cells of two fields, columns `x` and `y`.

    x_cell, y_cell: (256,) int64, their sum is the cell of a row; `width` or more for codes that are not shown.
    """
    rows, x_codes, y_codes = columns[first], columns[x], columns[y]
    for song in range(start, stop):
        cell = x_cell[x_codes[song]] + y_cell[y_codes[song]]
        if songs[song] and cell < width:
            tile[np.uint64(first_row[rows[song]] + cell)] += np.uint32(1)


@njit(nogil=True, cache=True)
def add_years(
    columns, values, start, stop, first, first_row, second, second_row, year, year_place, missed, wanted, known, sums
):
    """Add the songs start..stop that meet every condition to their year.

    first_row, second_row: numbers of rows. known: (rows, 1 + fields, years) uint32, songs and how many values are
    known; sums: (rows, fields, years) float64. wanted: rows of `values`. year_place: (256,) int64, negative for unknown.
    """
    firsts, seconds, years = columns[first], columns[second], columns[year]
    for song in range(start, stop):
        place = year_place[years[song]]
        if missed[song] != 0 or place < 0:
            continue
        row = first_row[firsts[song]] + second_row[seconds[song]]
        known[row, 0, place] += np.uint32(1)
        for each in range(len(wanted)):
            value = values[wanted[each], song]
            if value == value:
                known[row, each + 1, place] += np.uint32(1)
                sums[row, each, place] += value
