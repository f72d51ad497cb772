"""Values that are likely to be asked for again, held by a process: the latest ones, as many as fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values asked for last, by key, as long as what `weigh` says of them sums to `at_most` or less.

    Threads may ask at once; two that miss the same one both make it, which is dearer but not wrong.
    """

    def __init__(self, at_most: int, weigh: Callable[[Value], int]) -> None:
        self._at_most = at_most
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made when it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._drop(key)
            self._values[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._at_most:
                self._drop(next(iter(self._values)))
        return value

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._values.clear()
            self._weight = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._values:
            self._weight -= self._weigh(self._values.pop(key))
