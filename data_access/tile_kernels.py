"""The loops behind tiles: songs by the active chart's column and the bins of every other chart, in one pass.

All take two of the code columns, `first` and `second`, and for each a table (256,) int64 from code to row; a song's row
is their sum. A tile over one field has zeros in the second table.

As in counts.py indices are unsigned, and no Python object is held. They share no compiled code with that file: numba
looks for changes in a function's own file only.
"""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 1 << 18
"""Songs that are put in the order of their rows at a time: 4 MB of codes."""

MOOD_COLUMN = 15
"""The byte of a song's codes that is free, where its mood travels along."""

_FEW = 256  # songs of a row for which adding up the codes first does not pay
_WIDTH = 16


@njit(nogil=True, cache=True)
def count_bars(
    codes, columns, mood, start, stop, first, first_row, second, second_row, used, places, missed, singles, width, tile
):
    """Add the songs start..stop to `tile`, (rows * width,) uint32.

    codes: (songs, 2) uint64, the 16 bytes of each song. mood: (songs,) uint8, or empty. used: numbers of the columns
    that are counted, unsigned. places (16, 256) uint32: a code's place in the row; place 0 counts all songs. missed: as
    Marks has it. singles: (conditions,) int64, the column whose bins a song still counts in when it misses that
    condition only, negative for none.

    The songs that meet every condition are first put in the order of their rows, so that what they are counted into
    stays in the first-level cache: 22 ms against 42 for 1.2 million songs in one thread.
    """
    n_rows = np.uint64(len(tile) // width)
    block = min(BLOCK, stop - start)
    ordered = np.empty((block, 2), dtype=np.uint64)
    chosen, row_of = np.empty(block, dtype=np.uint32), np.empty(block, dtype=np.uint32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        n_chosen = _gather(missed[begin:end], np.uint8(0), chosen)
        starts = _in_order_of_rows(
            codes[begin:end], columns[first][begin:end], first_row, columns[second][begin:end], second_row, n_rows,
            mood[begin:end], chosen, n_chosen, row_of, ordered,
        )  # fmt: skip
        _tally_rows(ordered.view(np.uint8), starts, used, places, width, tile)
        for number in range(len(singles)):
            column = singles[number]
            if column >= 0 and (column != MOOD_COLUMN or len(mood)):
                found = mood if column == MOOD_COLUMN else columns[column]
                n_chosen = _gather(missed[begin:end], np.uint8(number + 1), chosen)
                _tally_chosen(
                    found[begin:end], columns[first][begin:end], first_row, columns[second][begin:end], second_row,
                    chosen, n_chosen, places[column], width, tile,
                )  # fmt: skip


# The three below get the columns of a block of songs, and number songs within it.


@njit(nogil=True, cache=True)
def _gather(missed, mark, chosen):
    """Numbers of the songs with a mark, into `chosen`; gives how many. No branch for the processor to guess wrong."""
    found = np.uint64(0)
    for song in range(np.uint64(len(missed))):
        chosen[found] = np.uint32(song)
        found += np.uint64(missed[song] == mark)
    return found


@njit(nogil=True, cache=True)
def _in_order_of_rows(codes, firsts, first_row, seconds, second_row, n_rows, mood, chosen, n_chosen, row_of, ordered):
    """Copy the chosen songs to `ordered`, by row; gives where each row begins, (rows + 1,)."""
    starts = np.zeros(n_rows + np.uint64(1), dtype=np.uint32)
    for number in range(n_chosen):
        song = np.uint64(chosen[number])
        row = first_row[firsts[song]] + second_row[seconds[song]]
        row_of[number] = row
        starts[np.uint64(row) + np.uint64(1)] += np.uint32(1)
    for row in range(n_rows):
        starts[row + np.uint64(1)] += starts[row]
    following = starts.copy()
    for number in range(n_chosen):
        song, row = np.uint64(chosen[number]), np.uint64(row_of[number])
        place = np.uint64(following[row])
        ordered[place, 0] = codes[song, 0]
        ordered[place, 1] = codes[song, 1]
        if len(mood):
            ordered[place, 1] |= np.uint64(mood[song]) << np.uint64(56)  # byte 15
        following[row] = np.uint32(place + np.uint64(1))
    return starts


@njit(nogil=True, cache=True)
def _tally_chosen(codes, firsts, first_row, seconds, second_row, chosen, n_chosen, places, width, tile):
    """Add the chosen songs to the bins of one column."""
    for number in range(n_chosen):
        song = np.uint64(chosen[number])
        row = np.uint64(first_row[firsts[song]] + second_row[seconds[song]])
        tile[row * np.uint64(width) + np.uint64(places[codes[song]])] += np.uint32(1)


@njit(nogil=True, cache=True)
def _tally_rows(ordered, starts, used, places, width, tile):
    by_code = np.zeros(_WIDTH * 256, dtype=np.uint32)
    for row in range(np.uint64(len(starts) - 1)):
        begin, end = np.uint64(starts[row]), np.uint64(starts[row + np.uint64(1)])
        cells = tile[row * np.uint64(width) : (row + np.uint64(1)) * np.uint64(width)]
        cells[0] += np.uint32(end - begin)
        if end - begin < np.uint64(_FEW):
            for song in range(begin, end):
                for each in range(np.uint64(len(used))):
                    column = used[each]
                    cells[np.uint64(places[column, ordered[song, column]])] += np.uint32(1)
            continue
        for song in range(begin, end):
            for column in range(np.uint64(_WIDTH)):
                by_code[column * np.uint64(256) + np.uint64(ordered[song, column])] += np.uint32(1)
        for each in range(np.uint64(len(used))):
            column = used[each]
            for code in range(np.uint64(256)):
                cells[np.uint64(places[column, code])] += by_code[column * np.uint64(256) + code]
        by_code[:] = 0


@njit(nogil=True, cache=True)
def count_pairs(
    songs, kinds, start, stop, columns, first, first_row, second, second_row, missed, mark, at, width, tile
):
    """Add the pairs start..stop of a song and one of its genres, from place `at` of the rows on.

    mark: that of the condition on genres, 0 without.
    """
    firsts, seconds = columns[first], columns[second]
    for pair in range(np.uint64(start), np.uint64(stop)):
        song = np.uint64(songs[pair])
        if missed[song] == 0 or missed[song] == mark:
            row = np.uint64(first_row[firsts[song]] + second_row[seconds[song]])
            tile[row * np.uint64(width) + np.uint64(at) + np.uint64(kinds[pair])] += np.uint32(1)


@njit(nogil=True, cache=True)
def count_cells(columns, start, stop, first, first_row, x, x_cell, y, y_cell, songs, width, tile):
    """Add the songs start..stop of the mask `songs` to the cells of two fields, columns `x` and `y`.

    x_cell, y_cell: (256,) int64, their sum is the cell of a row; `width` or more for codes that are not shown.
    """
    rows, x_codes, y_codes = columns[first], columns[x], columns[y]
    for song in range(np.uint64(start), np.uint64(stop)):
        cell = x_cell[x_codes[song]] + y_cell[y_codes[song]]
        if songs[song] and cell < width:
            tile[np.uint64(first_row[rows[song]] * width + cell)] += np.uint32(1)


@njit(nogil=True, cache=True)
def add_years(
    columns, values, start, stop, first, first_row, second, second_row, year, year_place, missed, wanted, tile
):
    """Add the songs start..stop that meet every condition to their year.

    tile: (rows, years, 1 + 2 * fields) float64, songs, then the sum and the number of each field's known values, side
    by side because a song adds to all of them. wanted: rows of `values`. year_place: (256,) int64, negative for none.
    """
    firsts, seconds, years = columns[first], columns[second], columns[year]
    for song in range(np.uint64(start), np.uint64(stop)):
        place = year_place[years[song]]
        if missed[song] != 0 or place < 0:
            continue
        cells = tile[np.uint64(first_row[firsts[song]] + second_row[seconds[song]]), np.uint64(place)]
        cells[0] += 1
        for each in range(len(wanted)):
            value = values[wanted[each], song]
            if value == value:
                cells[np.uint64(2 * each + 1)] += value
                cells[np.uint64(2 * each + 2)] += 1
