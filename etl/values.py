"""Parsers of single values: the text in a file -> the text that COPY stores, NULL written as \\N.

Numbers with many distinct values are checked a column at a time (`NUMBERS`); all others are parsed once for
each distinct text and remembered (`PARSERS` through `Memo`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NULL = r"\N"
_SMALLEST_REAL = 1.2e-38  # PostgreSQL refuses what underflows a real


@dataclass(frozen=True)
class Bad:
    """Stands in a parsed column where a value cannot be used; `reason` follows the column's name."""

    reason: str


class Memo(dict):
    """Parsed values by what they are parsed from; what does not parse gives a Bad and sets `has_bad`."""

    def __init__(self, parse: Callable[..., object]) -> None:
        super().__init__()
        self._parse = parse
        self.has_bad = False

    def __missing__(self, text):
        try:
            value = self._parse(text)
        except ValueError as error:
            value = Bad(str(error))
            self.has_bad = True
        self[text] = value
        return value


# ---- numbers with many distinct values ---------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A number within [low, high]; empty is unknown, and zero too when `zero_unknown`."""

    low: float
    high: float
    whole: bool = False
    zero_unknown: bool = False

    def parse_column(self, column: Sequence[str]) -> tuple[list[str], dict[int, str]]:
        """The column as COPY text, and the reason for each row that cannot be used."""
        texts = list(column)
        joined = "".join(texts)
        if joined.isascii() and "_" not in joined:  # float() takes digits of every script, and 1_0
            try:
                values = np.array(list(map(int if self.whole else float, texts)), dtype=np.float64)
            except (ValueError, OverflowError):
                return self._parse_slowly(texts)
            magnitudes = np.abs(values)
            fits = (values >= self.low) & (values <= self.high)
            if fits.all() and not ((magnitudes < _SMALLEST_REAL) & (magnitudes > 0)).any():
                if self.zero_unknown:
                    for row in np.flatnonzero(values == 0):
                        texts[row] = NULL
                return texts, {}
        return self._parse_slowly(texts)

    def parse_plain(self, column: pa.StringArray) -> pa.StringArray | None:
        """A column of COPY text in which every value is written plainly and fits; None when one is not.

        What is plain here is also a number for `parse`; Arrow looks at a million of them in a tenth of a second.
        """
        if self.whole and pc.any(pc.match_substring(column, "x")).as_py():  # Arrow would take 0x1F
            return None
        try:
            values = column.cast(pa.int64() if self.whole else pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            return None
        zero = values == 0
        if not ((values >= self.low) & (values <= self.high) & (zero | (np.abs(values) >= _SMALLEST_REAL))).all():
            return None
        return pc.if_else(pa.array(zero), NULL, column) if self.zero_unknown and zero.any() else column

    def _parse_slowly(self, texts: list[str]) -> tuple[list[str], dict[int, str]]:
        problems = {}
        for row, text in enumerate(texts):
            try:
                texts[row] = self.parse(text)
            except ValueError as error:
                problems[row] = str(error)
        return texts, problems

    def parse(self, text: str) -> str:
        """One value as COPY text. Raises ValueError with the reason."""
        if not text.strip():
            return NULL
        value = _number(text)
        if not self.low <= value <= self.high:
            raise ValueError(f"{text.strip()!r} is not within {self.low:g} to {self.high:g}")
        if self.whole:
            if value != int(value):
                raise ValueError(f"{text.strip()!r} is not a whole number")
            return NULL if self.zero_unknown and value == 0 else str(int(value))
        if self.zero_unknown and value == 0:
            return NULL
        return repr(value) if abs(value) >= _SMALLEST_REAL else "0"


def _number(text: str) -> float:
    stripped = text.strip()
    if not stripped.isascii() or "_" in stripped:
        raise ValueError(f"{_shown(text)} is not a number")
    try:
        value = float(stripped)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{_shown(text)} is not a number")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


NUMBERS: dict[str, Number] = {
    "unit": Number(0, 1),
    "loudness": Number(-100, 20),
    "tempo": Number(0, 1000, zero_unknown=True),
    "duration": Number(0, 2_147_483_647, whole=True, zero_unknown=True),
}

# ---- values with few distinct texts ------------------------------------------------------------

_FLAGS = {"true": "t", "false": "f", "1": "t", "0": "f", "": NULL}
_MODES = {"major": "1", "minor": "0", "": NULL}
_KEYS = {
    name: str(pitch)
    for pitch, names in enumerate(
        (("C", "B#"), ("C#", "DB"), ("D",), ("D#", "EB"), ("E", "FB"), ("F", "E#"), ("F#", "GB"), ("G",),
         ("G#", "AB"), ("A",), ("A#", "BB"), ("B", "CB"))
    )
    for name in names
}  # fmt: skip


def _flag(text: str) -> str:
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{_shown(text)} is neither True nor False") from None


def _whole(low: int, high: int, unknown: int | None = None) -> Callable[[str], str]:
    number = Number(low, high, whole=True)

    def parse(text: str) -> str:
        parsed = number.parse(text)
        return NULL if unknown is not None and parsed == str(unknown) else parsed

    return parse


def _key_name(text: str) -> str:
    name = text.strip().upper().replace("♯", "#").replace("♭", "B")
    if not name:
        return NULL
    if name not in _KEYS:
        raise ValueError(f"{_shown(text)} is not the name of a key")
    return _KEYS[name]


def _mode_name(text: str) -> str:
    try:
        return _MODES[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{_shown(text)} is neither Major nor Minor") from None


def _beats_fraction(text: str) -> str:
    beats, slash, _ = text.partition("/")
    if not slash and text.strip():
        raise ValueError(f"{_shown(text)} is not a time signature such as 4/4")
    return PARSERS["beats"](beats)


_year = _whole(0, 2100, unknown=0)


def _date(text: str) -> str:
    """release_date, release_precision and year as three cells of COPY text, tabs between."""
    parts = text.strip().split("-")
    if not text.strip() or not any(part.strip("0") for part in parts):  # also 0, 0000, 0000-00-00
        return "\t".join((NULL, NULL, NULL))
    precision = ("year", "month", "day")[min(len(parts), 3) - 1]
    try:
        if len(parts) > 3 or len(parts[0]) != 4 or not all(p.isascii() and p.isdigit() for p in parts):
            raise ValueError
        numbers = [int(part) for part in parts]
        while len(numbers) > 1 and numbers[-1] == 0:  # 2004-00-00: only the year is known
            numbers.pop()
            precision = ("year", "month", "day")[len(numbers) - 1]
        day = date(*[*numbers, 1, 1][:3])
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a date such as 1999, 1999-05 or 1999-05-31") from None
    return f"{day.isoformat()}\t{precision}\t{day.year}"


PARSERS: dict[str, Callable[[str], str]] = {
    "flag": _flag,
    "ordinal": _whole(0, 32_767, unknown=0),
    "popularity": _whole(0, 100),
    "key": _whole(-1, 11, unknown=-1),
    "key_name": _key_name,
    "mode": _whole(0, 1),
    "mode_name": _mode_name,
    "beats": _whole(0, 16, unknown=0),
    "beats_fraction": _beats_fraction,
    "year": _year,
    "date": _date,
}
