"""Harmonic mixing: which keys and tempos go with a song's, as DJs have it.

Keys: neighbours on the Camelot wheel, that is the same number and letter (the same key), one number up or down with
the same letter (a fifth away), and the same number with the other letter (the relative major or minor).
Tempo: within a percentage, also when one of the two is counted in half or double time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.columns import VALUE_ROW
from data_access.fields import UNKNOWN_KEY
from ml.similar_space import Space

_FIFTH = 7
_THIRD = 3
COUNTED = (1.0, 0.5, 2.0)
"""A tempo, and the same beat counted at half or double time."""


@dataclass(frozen=True)
class Harmony:
    """What to mix with: a key code (pitch class * 2 + mode, 24 unknown) and a tempo in beats a minute, NaN unknown.

    Where this key or tempo is unknown it asks nothing; a candidate's unknown one does not go with a known one.
    """

    key: int
    tempo: float
    percent: float = 6.0

    def __post_init__(self) -> None:
        if not 0 <= self.key <= UNKNOWN_KEY:
            raise ValueError(f"{self.key} is no key; keys are 0 to 23, and 24 is unknown.")
        if not 0 <= self.percent <= 50:
            raise ValueError(f"A tempo can differ by 0 to 50 percent, not by {self.percent:g}.")

    def keys(self) -> np.ndarray:
        """The key codes that go with the key, (256,) uint8, 1 for those."""
        return key_table(self.key)

    def tempos(self) -> np.ndarray:
        """Tempos that go with the tempo: (3, 2) float64, lowest and highest; (0, 2) when it is unknown."""
        if not self.tempo > 0:
            return np.zeros((0, 2))
        share = self.percent / 100
        return np.array([(self.tempo * times * (1 - share), self.tempo * times * (1 + share)) for times in COUNTED])


def harmony_of(space: Space, song: int, percent: float = 6.0) -> Harmony:
    """To mix with a song of the catalogue."""
    return Harmony(int(space.key[song]), float(space.values[VALUE_ROW["tempo"], song]), percent)


def neighbours(key: int) -> tuple[int, ...]:
    """The four key codes beside and at a key on the wheel, ascending; none for the unknown key."""
    if key == UNKNOWN_KEY:
        return ()
    pitch, major = divmod(key, 2)
    relative = (pitch - _THIRD if major else pitch + _THIRD) % 12
    beside = [(pitch + step) % 12 * 2 + major for step in (0, _FIFTH, -_FIFTH)]
    return tuple(sorted([*beside, relative * 2 + (1 - major)]))


def key_table(key: int) -> np.ndarray:
    """Which key codes go with a key, (256,) uint8; all of them with the unknown key."""
    table = np.full(256, key == UNKNOWN_KEY, dtype=np.uint8)
    table[list(neighbours(key))] = 1
    return table
