"""The map of all songs: what lies in a window of the live model's plane, cell by cell of a grid.

A cell of the answer says which mood most of its songs have and, on a scale of logarithms, how many they are; a window
with few songs gives them one by one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from data_access import explore, models, songs
from data_access.catalogue import Catalogue
from data_access.filters import SongFilter
from data_access.map_grid import Grid, Window, cells_of, levels_of, nearest_song, tally
from data_access.map_index import index_of
from data_access.models import Model, NoModel
from data_access.moods import MoodStore, open_moods
from settings import get_settings

SONGS_ONE_BY_ONE = 300
"""At most so many songs are named; fewer where MUSICGROUP_ROW_CAP is lower."""

_KEPT_SELECTIONS = 4


@dataclass(frozen=True)
class Place:
    """One song of a window that has few."""

    x: float
    y: float
    mood: int
    title: str
    artists: tuple[str, ...]
    spotify_id: str


@dataclass(frozen=True)
class View:
    """What is in a window.

    cells: (height, width) uint8, the upper row first, as `map_grid.cells_of` makes them of the filtered songs. whole:
    ((height + 1) // 2, (width + 1) // 2) uint8, levels of the whole catalogue in cells twice as large; None without a
    filter. by_mood: filtered songs by mood number, the last is those without a mood; in_any_mood: the same without
    the filter's moods, for a legend. crowd: songs of a cell that has the highest level. places: the filtered songs
    one by one, None for more than SONGS_ONE_BY_ONE.
    """

    model: int
    window: Window
    grid: Grid
    cells: np.ndarray
    whole: np.ndarray | None
    by_mood: tuple[int, ...]
    in_any_mood: tuple[int, ...]
    crowd: int
    places: tuple[Place, ...] | None

    @property
    def songs(self) -> int:
        """Filtered songs in the window."""
        return sum(self.by_mood)


@dataclass(frozen=True)
class Found:
    """How many songs there are and how many a filter lets through; `placed` are those with a place on the map."""

    songs: int
    placed: int
    selected: int
    selected_placed: int


def stamp(catalogue: Catalogue, model: Model) -> str:
    """What the browser knows a catalogue and its model by, short enough for an address."""
    known_by = f"{catalogue.version} {catalogue.started_at.isoformat()} {model.model} {model.created_at.isoformat()}"
    return hashlib.sha256(known_by.encode()).hexdigest()[:12]


def count(catalogue: Catalogue, song_filter: SongFilter) -> Found:
    """Songs under a filter, on the map and in all. Raises NoModel, DatabaseDown, QueryTooSlow."""
    store = _moods(catalogue)
    placed = ~np.isnan(store.xy[0])
    chosen = _selection(catalogue, store, song_filter)
    on_map = int(np.count_nonzero(placed))
    if chosen is None:
        return Found(len(placed), on_map, len(placed), on_map)
    return Found(len(placed), on_map, int(np.count_nonzero(chosen)), int(np.count_nonzero(chosen & placed)))


def extent(model: Model) -> Window:
    """The window that holds every song of a model's map."""
    x0, x1, y0, y1 = model.projection["extent"]
    return Window(float(x0), float(x1), float(y0), float(y1))


def view(catalogue: Catalogue, window: Window, grid: Grid, song_filter: SongFilter) -> View:
    """The window under a filter. Raises NoModel, DatabaseDown, QueryTooSlow."""
    store = _moods(catalogue)
    # The moods of the filter come after the counting, so that the legend can say what the others would add.
    filtered = song_filter != SongFilter()
    chosen = _selection(catalogue, store, song_filter.without("moods"))
    moods = [m.number for m in store.model.moods if m.name in song_filter.moods] if song_filter.moods else None
    at_most = min(SONGS_ONE_BY_ONE, get_settings().row_cap)
    counts, whole, found = tally(index_of(store), window, grid, chosen, moods, at_most, filtered)
    cells, crowd, sums = cells_of(counts, moods)
    in_any_mood = tuple(sums.tolist())
    by_mood = tuple(songs if moods is None or kind in moods else 0 for kind, songs in enumerate(in_any_mood))
    few = sum(by_mood) <= at_most
    return View(
        store.model.model,
        window,
        grid,
        cells.reshape(grid.height, grid.width),
        levels_of(whole) if filtered else None,
        by_mood,
        in_any_mood,
        crowd,
        _places(catalogue, store, found) if few else None,
    )


def moods_in(catalogue: Catalogue, window: Window, song_filter: SongFilter) -> tuple[tuple[int, ...], Place | None]:
    """Filtered songs of a small window by mood number (the last: without a mood), and the one nearest its middle.

    Raises what `view` raises.
    """
    store = _moods(catalogue)
    chosen = _selection(catalogue, store, song_filter)
    counts, _, _ = tally(index_of(store), window, Grid(1, 1), chosen)
    nearest = nearest_song(index_of(store), window, chosen)
    return tuple(counts[0].tolist()), _places(catalogue, store, [nearest])[0] if nearest >= 0 else None


def _moods(catalogue: Catalogue) -> MoodStore:
    store = open_moods(catalogue)
    if store is None:
        models.require(catalogue)  # says what to run
        raise NoModel("The map is not ready yet; try again in a moment.")
    return store


_selections: OrderedDict[tuple, np.ndarray] = OrderedDict()
_selections_lock = Lock()


def _selection(catalogue: Catalogue, store: MoodStore, song_filter: SongFilter) -> np.ndarray | None:
    """The filter as a mask, None when it lets everything through. The latest few are kept, for whoever pans."""
    if song_filter == SongFilter():
        return None
    key = (catalogue.version, catalogue.started_at, store.model.model, song_filter)
    with _selections_lock:
        if key in _selections:
            _selections.move_to_end(key)
            return _selections[key]
    chosen = explore.selection(catalogue, song_filter)
    with _selections_lock:
        _selections[key] = chosen
        while len(_selections) > _KEPT_SELECTIONS:
            _selections.popitem(last=False)
    return chosen


def _places(catalogue: Catalogue, store: MoodStore, found: Sequence[int] | np.ndarray) -> tuple[Place, ...]:
    ids = [int(song) for song in found]
    x, y = store.xy[:, ids].tolist() if ids else ([], [])
    return tuple(
        Place(x[at], y[at], int(store.mood[song]), line.title, line.artists, line.spotify_id)
        for at, (song, line) in enumerate(zip(ids, songs.lines(catalogue.version, ids), strict=True))
    )
