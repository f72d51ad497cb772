"""How much is asked, how long answers take and how many fail: the last hour by minutes, and sums for ever.

Each worker writes into a memory-mapped file of its own, so that no two processes write to the same place and what a
killed worker had counted stays. A file has one row of 64-bit numbers for the sums and one for each of the last
minutes, used in a ring:

    minute, requests, client errors, server errors, microseconds, cache hits, cache misses, 0, then _BARS counts of a
    histogram of durations whose bars are 1/8 of an octave wide from 50 microseconds on

Files of workers that have ended are removed after an hour; their sums go into `past.ring` first: sums never shrink.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MINUTES = 60
_KEPT = MINUTES + 4  # rows of the ring
_FIELDS = 8
_BARS = 184  # from 50 us to 7 minutes
_WIDTH = _FIELDS + _BARS
_BYTES = 8 * _WIDTH * (1 + _KEPT)
_SHORTEST_US = 50.0
_A_BAR = 2 ** (1 / 8)
_SCALE = 8 / math.log(2)
UPPER_SECONDS = tuple(_SHORTEST_US / 1e6 * _A_BAR ** (bar + 1) for bar in range(_BARS))
"""Where each bar of the histogram ends."""

_PAST = "past.ring"


class Recorder:
    """Counts the requests of this process. `add` takes a few microseconds and never fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pid = 0
        self._cells: memoryview | None = None
        self._cache = (0, 0)

    def add(self, seconds: float, status: int, cache: tuple[int, int] = (0, 0)) -> None:
        """One request that was answered; `cache` are the process's hits and misses so far."""
        with self._lock:
            if self._pid != os.getpid():
                self._begin()
            cells = self._cells
            if cells is None:
                return
            minute = int(time.time() // 60)
            row = (1 + minute % _KEPT) * _WIDTH
            if cells[row] != minute:
                cells[row : row + _WIDTH] = _NOTHING
                cells[row] = minute
            microseconds = max(seconds * 1e6, 0.0)
            bar = _FIELDS
            if microseconds > _SHORTEST_US:
                bar += min(int(math.log(microseconds / _SHORTEST_US) * _SCALE), _BARS - 1)
            hits, misses = cache[0] - self._cache[0], cache[1] - self._cache[1]
            self._cache = cache
            error = 3 if status >= 500 else 2 if status >= 400 else 0
            for at in (0, row):
                cells[at + 1] += 1
                cells[at + 4] += int(microseconds)
                cells[at + bar] += 1
                if error:
                    cells[at + error] += 1
                if hits or misses:
                    cells[at + 5] += hits
                    cells[at + 6] += misses

    def _begin(self) -> None:
        self._pid, self._cells = os.getpid(), None
        with suppress(OSError):  # a full disk: what is served goes on uncounted
            self._folder.mkdir(parents=True, exist_ok=True)
            with _alone(self._folder):
                _tidy(self._folder)
                path = self._folder / f"{time.time_ns()}-{self._pid}.ring"
                self._file = path.open("x+b")
                fcntl.flock(self._file, fcntl.LOCK_EX)  # held as long as the process lives
                os.posix_fallocate(self._file.fileno(), 0, _BYTES)  # a write to a hole on a full disk would kill us
                self._cells = memoryview(mmap.mmap(self._file.fileno(), _BYTES)).cast("Q")


_NOTHING = memoryview(bytes(8 * _WIDTH)).cast("Q")


@dataclass(frozen=True)
class Minute:
    """Requests of one minute. ago: 0 is the one that is going on. p50 to p99: seconds, None without requests."""

    ago: int
    requests: int
    client_errors: int
    server_errors: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class Sums:
    """What all workers have counted in some time. bars: a histogram of durations, see UPPER_SECONDS."""

    requests: int
    client_errors: int
    server_errors: int
    seconds: float
    cache_hits: int
    cache_misses: int
    bars: np.ndarray

    def quantile(self, share: float) -> float | None:
        """Seconds that this share of requests took at most, to 9 %; None without requests."""
        return _quantile(self.bars, share)


def last_hour(folder: Path, now: float | None = None) -> tuple[list[Minute], Sums]:
    """The last MINUTES minutes of all workers, oldest first, and their sums."""
    this = int((time.time() if now is None else now) // 60)
    rows = np.zeros((MINUTES, _WIDTH), np.int64)
    for table in _tables(folder):
        for row in table[1:]:
            ago = this - row[0]
            if 0 <= ago < MINUTES:
                rows[MINUTES - 1 - ago] += row
    return [_minute(MINUTES - 1 - place, row) for place, row in enumerate(rows)], _sums(rows.sum(axis=0))


def for_ever(folder: Path) -> Sums:
    """The sums of all workers since the folder is there; they never shrink."""
    total = np.zeros(_WIDTH, np.int64)
    for table in _tables(folder):
        total += table[0]
    return _sums(total)


def _minute(ago: int, row: np.ndarray) -> Minute:
    quantiles = (_quantile(row[_FIELDS:], share) for share in (0.5, 0.95, 0.99))
    return Minute(ago, int(row[1]), int(row[2]), int(row[3]), *quantiles)


def _sums(row: np.ndarray) -> Sums:
    return Sums(int(row[1]), int(row[2]), int(row[3]), int(row[4]) / 1e6, int(row[5]), int(row[6]), row[_FIELDS:])


def _quantile(bars: np.ndarray, share: float) -> float | None:
    total = int(bars.sum())
    if not total:
        return None
    bar = int(np.searchsorted(np.cumsum(bars), share * total))
    return UPPER_SECONDS[min(bar, _BARS - 1)] / _A_BAR**0.5  # the bar's middle


# ---- files -----------------------------------------------------------------------------------


def _tables(folder: Path) -> list[np.ndarray]:
    """Each file as (1 + _KEPT, _WIDTH); [] before the first."""
    with suppress(OSError), _alone(folder):
        return [table for path in sorted(folder.glob("*.ring")) if (table := _table(path)) is not None]
    return []


def _table(path: Path) -> np.ndarray | None:
    content = path.read_bytes()
    return np.frombuffer(content, np.int64).reshape(1 + _KEPT, _WIDTH) if len(content) == _BYTES else None


def _tidy(folder: Path) -> None:
    """Remove the files of workers that have ended an hour ago, and keep their sums."""
    since = time.time() // 60 - _KEPT
    for path in folder.glob("*.ring"):
        if path.name == _PAST:
            continue
        with path.open("rb") as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            table = _table(path)
            if table is None:
                path.unlink()
            elif table[1:, 0].max() < since:
                _add_to_past(folder, table[0])
                path.unlink()


def _add_to_past(folder: Path, sums: np.ndarray) -> None:
    past = np.zeros((1 + _KEPT, _WIDTH), np.int64)
    with suppress(FileNotFoundError):
        if (found := _table(folder / _PAST)) is not None:
            past += found
    past[0] += sums
    new = folder / "past.new"
    new.write_bytes(past.tobytes())
    new.replace(folder / _PAST)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
