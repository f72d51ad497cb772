"""A range of values, and how it is written: in words for people, as a token for URLs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from data_access.fields import Field

_LARGEST = 1e30  # well within what float32 and PostgreSQL's real can hold


@dataclass(frozen=True, slots=True)
class Range:
    """low <= value <= high, or < high when `open_high`; an end that is None is not limited.

    Ends are compared as float32, the precision that values are stored in, so that energy >= 0.29 keeps
    the songs written 0.29. Unknown values are never within a range.
    """

    low: float | None = None
    high: float | None = None
    open_high: bool = False

    def __post_init__(self) -> None:
        # The shortest decimal of the float32: 0.29, however it was computed. Equal ranges then are equal,
        # and have the same URL and the same cache key.
        for end in ("low", "high"):
            value = getattr(self, end)
            if value is not None:
                object.__setattr__(self, end, float(str(np.float32(value))) + 0.0)  # + 0.0 turns -0.0 around
        object.__setattr__(self, "open_high", self.open_high and self.high is not None)

    def bounds(self) -> tuple[np.float32, np.float32]:
        """The same range as closed float32 bounds; infinite where not limited."""
        low = np.float32(-np.inf if self.low is None else self.low)
        high = np.float32(np.inf if self.high is None else self.high)
        if self.open_high:
            high = np.nextafter(high, np.float32(-np.inf))
        return low, high


def any_of(words: Iterable[str]) -> str:
    """ "a", "a or b", "a, b or c"."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def range_words(of: Field, chosen: Range) -> str:
    """A range of one field as a person says it: "energy 0.50–0.90", "tempo at least 128 BPM", "before 1990"."""
    name = "" if of.name == "year" else of.label.lower() + " "

    def number(value: float) -> str:
        return of.format(value).removesuffix(f" {of.unit}") if of.unit else of.format(value)

    unit = f" {of.unit}" if of.unit else ""
    if chosen.low is not None and chosen.high is not None:
        if chosen.low == chosen.high:
            return f"{name}{number(chosen.low)}{unit}"
        dash = " to " if chosen.low < 0 or chosen.high < 0 else "–"
        return f"{name}{number(chosen.low)}{dash}{number(chosen.high)}{unit}"
    if chosen.low is not None:
        return (
            f"{name}{number(chosen.low)}{unit} or later"
            if of.name == "year"
            else f"{name}at least {number(chosen.low)}{unit}"
        )
    assert chosen.high is not None, "a range in a filter has an end"
    under = "before" if of.name == "year" and chosen.open_high else "under" if chosen.open_high else "up to"
    return f"{name}{under} {number(chosen.high)}{unit}"


def range_token(chosen: Range) -> str:
    """A range as it stands in a URL: "0.5..0.9", "..<0.3"; `parse_range` brings it back."""

    def number(value: float | None) -> str:
        return "" if value is None else np.format_float_positional(np.float32(value), unique=True, trim="-")

    return f"{number(chosen.low)}..{'<' if chosen.open_high else ''}{number(chosen.high)}"


def parse_range(of: Field, token: str) -> Range:
    """The range that a token of the URL means. Raises ValueError, with a sentence for the reader."""
    low_text, dots, high_text = token.partition("..")
    problem = ValueError(f"{of.name}={token} is not a range; write for example {of.name}={_example(of)}.")
    open_high = high_text.startswith("<")
    try:
        low = float(low_text) if low_text else None
        high = float(high_text.removeprefix("<")) if high_text else None
    except ValueError:
        raise problem from None
    if not dots or not all(abs(end) < _LARGEST for end in (low, high) if end is not None):
        raise problem  # also for nan and inf
    if low is not None and high is not None and low > high:
        raise ValueError(f"{of.name}={token} begins after it ends; write {of.name}={high_text}..{low_text}.")
    return Range(low, high, open_high)


def _example(of: Field) -> str:
    span = of.high - of.low
    low, high = of.low + span / 4, of.low + span / 2
    return f"{low:.{of.decimals}f}..{high:.{of.decimals}f}"
