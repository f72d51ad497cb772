"""Which bars and axes Compare draws: coarse enough for the smallest thing, the same for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from data_access.compare import Comparison
from data_access.fields import Field


@dataclass(frozen=True)
class Bars:
    """Bars first..last-1 of a field in groups of `group`; `edges` (drawn bars + 1,) in the field's unit."""

    field: Field
    first: int
    last: int
    group: int
    edges: tuple[float, ...]

    def shares(self, counts: Sequence[int]) -> list[float]:
        """Counts by bar of the field as shares of their sum, by drawn bar; what lies beyond is in the end bars."""
        total = sum(counts) or 1
        starts = range(self.first, self.last, self.group)
        found = [sum(counts[start : min(start + self.group, self.last)]) / total for start in starts]
        found[0] += sum(counts[: self.first]) / total
        found[-1] += sum(counts[self.last :]) / total
        return found

    def place(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1."""
        low, high = self.edges[0], self.edges[-1]
        return min(max((value - low) / (high - low), 0.0), 1.0)

    def ticks(self) -> list[tuple[float, str]]:
        """Round values between the ends."""
        low, high = self.edges[0], self.edges[-1]
        step = _round_step(self.field, high - low)
        first, last = math.ceil(round(low / step, 6)), math.floor(round(high / step, 6))
        return [(step * n, _plain(self.field, step * n)) for n in range(first, last + 1)]

    def name(self, place: int) -> str:
        """ "0.50–0.60" """
        low, high = self.edges[place], self.edges[place + 1]
        if self.field.name == "year":
            high -= 1
        if low == high:
            return _plain(self.field, low)
        dash = " to " if low < 0 else "–"
        return f"{_plain(self.field, low)}{dash}{_plain(self.field, high)}"


def shown_bars(field: Field, found: Comparison) -> Bars:
    """Ten bars where the smallest thing has fewer than sixty songs, 25 under 5,000, else all fifty.

    Years go from the first to the last of the catalogue.
    """
    numbers = [n for thing in found.things if (n := thing.moments[field.name].n) > 1]
    smallest = min(numbers, default=0)
    wanted = 10 if smallest < 60 else 25 if smallest < 5000 else 50
    first, last = 0, field.bars
    if field.name == "year":
        used = [place for place, count in enumerate(found.catalogue.bars["year"]) if count]
        first, last = (used[0], used[-1] + 1) if used else (0, field.bars)
    group = max(1, -(-(last - first) // wanted))
    edges = [float(edge) for edge in field.bar_edges]
    shown = [*(edges[start] for start in range(first, last, group)), edges[last]]
    return Bars(field, first, last, group, tuple(round(edge, 4) for edge in shown))


def nice_range(field: Field, values: Sequence[float]) -> tuple[float, float, list[tuple[float, str]]]:
    """An axis around values: its ends, and three to six round marks."""
    low, high = min(values), max(values)
    spread = max(high - low, 10.0**-field.decimals * 2)
    step = _round_step(field, spread)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    if low == high:
        high = low + step
    marks = [low + step * n for n in range(round((high - low) / step) + 1)]
    margin = (high - low) * 0.03
    return low - margin, high + margin, [(mark, _plain(field, mark)) for mark in marks]


def _round_step(field: Field, spread: float) -> float:
    """A round step that gives at most six marks, none finer than the field is written."""
    if field.name == "duration_ms":
        steps = [5_000.0, 10_000.0, 15_000.0, 30_000.0, 60_000.0, 120_000.0, 300_000.0, 600_000.0, 3_600_000.0]
        return next((each for each in steps if spread / each <= 5), steps[-1])
    power = 10.0 ** math.floor(math.log10(spread / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if spread / (power * factor) <= 5.001)
    return max(step, 10.0**-field.decimals)


def _plain(field: Field, value: float) -> str:
    words = field.format(value)
    return words.removesuffix(f" {field.unit}") if field.unit else words
