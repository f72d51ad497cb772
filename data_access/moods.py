"""The moods of all songs, and their places on the map, as memory-mapped arrays of the live model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from data_access import areas, models, mood_files
from data_access.areas import Area
from data_access.catalogue import Catalogue
from data_access.db import reader_dsn
from data_access.models import Model

NO_MOOD = mood_files.NO_MOOD
"""The byte of a song without a mood."""


@dataclass(frozen=True)
class MoodStore:
    """The arrays of one model, mapped read-only; song number i is place i.

    mood: (songs,) uint8, the number of its mood, 255 for none. xy: (2, songs) float32, NaN without a mood.
    """

    model: Model
    mood: np.ndarray
    xy: np.ndarray

    def names(self) -> tuple[str, ...]:
        """Names of the moods by number."""
        return tuple(mood.name for mood in self.model.moods)

    def in_moods(self, names: frozenset[str]) -> np.ndarray:
        """The songs of any of these moods, (songs,) bool; names that the model does not have match nothing."""
        table = np.zeros(256, dtype=bool)
        table[[mood.number for mood in self.model.moods if mood.name in names]] = True
        return table[self.mood]

    def in_area(self, area: Area) -> np.ndarray:
        """The songs within an area, (songs,) bool; none when it was drawn on another model's map."""
        if area[0] != self.model.model:
            return np.zeros(len(self.mood), dtype=bool)
        return areas.inside(area, self.xy)


def open_moods(catalogue: Catalogue) -> MoodStore | None:
    """The moods of a catalogue's live model, or None; made from PostgreSQL first when missing, about a second.

    Raises DatabaseDown when PostgreSQL cannot be reached.
    """
    model = models.current(catalogue)
    return None if model is None else of_model(model)


def of_model(model: Model) -> MoodStore:
    """The moods of one model that is kept, live or not."""
    return _open(_Key(model))


class _Key:
    """A model that is equal to every other reading of the same row: its reports are dicts and have no hash."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.identity = (model.model, model.created_at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=3)
def _open(key: _Key) -> MoodStore:
    model = key.model
    folder = mood_files.folder_of(model.model, model.created_at)
    mood_files.build_once(model.catalogue_version, model.model, folder, reader_dsn())
    # Plain arrays over the mapping: numba knows no np.memmap.
    mood, xy = (np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in ("mood", "xy"))
    return MoodStore(model, mood, xy)
