"""Threads of ours: parts of a pass over all songs, and fits side by side.

scikit-learn's own threads meet at a barrier in every iteration, some thousand times a fit, and where other processes
want the cores too, each of those waits for the slowest. So scikit-learn runs in one thread, several fits next to each
other, which also makes sums, and with them models, the same to the last bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

_AT_MOST = 2
Item = TypeVar("Item")
Result = TypeVar("Result")
Each = Callable[[Callable[[Item], Result], Iterable[Item]], Iterator[Result]]
"""`map`, or `each`."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_workers(), thread_name_prefix="moods")


def _workers() -> int:
    return max(1, min(_AT_MOST, len(os.sched_getaffinity(0))))


def in_parts(n_songs: int, run: Callable[[int, int], Result]) -> list[Result]:
    """Results of `run(start, stop)` over a few runs of songs that together are all of them, in order."""
    edges = np.linspace(0, n_songs, _workers() + 1).astype(int).tolist()
    return list(_pool().map(lambda part: run(*part), pairwise(edges)))


def each(run: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """As `map`, some of it at a time; not to be used within itself. Closing it drops what has not begun."""
    return _pool().map(run, items)


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415  # comes with scikit-learn, for who fits

    return ThreadpoolController()


def one_thread() -> AbstractContextManager:
    """While it lasts, scikit-learn and BLAS start no threads from the calling thread."""
    return _libraries().limit(limits=1)
