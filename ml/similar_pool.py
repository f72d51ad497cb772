"""Which songs can stand in an answer: the nearest ones, each recording once, and few of an artist."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data_access.columns import VALUE_ROW
from ml import similar_kernel
from ml.similar_aim import Aim, seeds_of
from ml.similar_query import Query
from ml.similar_space import Space, fixed
from ml.threads import in_parts

_NEAREST = 256  # songs that a pass keeps, at least
_SPARE = 4  # songs that a pass keeps for each one wanted: more of an artist may be near, or more versions

NONE = np.zeros(0, dtype=np.uint8)
"""No groups, or artists, that are left out."""


@dataclass
class _Taken:
    """The songs of the answer so far, the nearest first, and what these exclude."""

    per_artist: int
    songs: list[int] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    groups: set[int] = field(default_factory=set)
    of_artist: dict[int, int] = field(default_factory=dict)

    def add(self, space: Space, songs: np.ndarray, distances: np.ndarray, wanted: int) -> None:
        """Take from songs, which are in order, those that may stand beside the ones taken, until there are `wanted`."""
        rows = (songs, distances, space.group[songs], space.artist[songs])
        for song, distance, group, artist in zip(*(row.tolist() for row in rows), strict=True):
            if len(self.songs) == wanted:
                return
            if group in self.groups or self.of_artist.get(artist, 0) >= self.per_artist:
                continue
            self.songs.append(song)
            self.distances.append(distance)
            self.groups.add(group)
            if artist >= 0:
                self.of_artist[artist] = self.of_artist.get(artist, 0) + 1

    def full_artists(self) -> list[int]:
        """Artists of whom no more songs may be taken."""
        return [artist for artist, songs in self.of_artist.items() if songs >= self.per_artist]


def pool(
    space: Space, query: Query, aim: Aim, allowed: np.ndarray | None, wanted: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest songs that may stand side by side, at most `wanted`: their ids (n,) int32, their distances (n,).

    And how many songs there were to choose from: within `allowed`, limits and harmony.
    """
    within = restrictions(space, query, allowed)
    left_out = seeds_of(space, query.seeds).left_out
    taken = _Taken(query.per_artist)
    at_most = min(max(_NEAREST, _SPARE * wanted), space.n_songs)
    songs, distances, n_allowed = nearest(space, aim, within, left_out, NONE, at_most)
    taken.add(space, songs, distances, wanted)
    while len(taken.songs) < wanted and len(songs) == at_most:
        # Too few, since versions and artists' other songs were the nearest: look again without those, beyond here.
        left_out = left_out.copy()
        left_out[list(taken.groups)] = 1
        artists = np.zeros(space.n_artists, dtype=np.uint8)
        artists[taken.full_artists()] = 1
        songs, distances, _ = nearest(space, aim, within, left_out, artists, at_most)
        taken.add(space, songs, distances, wanted)
    return np.array(taken.songs, dtype=np.int32), np.array(taken.distances), n_allowed


def restrictions(space: Space, query: Query, allowed: np.ndarray | None) -> tuple:
    """Who may be recommended, but for versions and artists, as `similar_kernel.nearest` takes it."""
    limits = [
        (VALUE_ROW[name], -np.inf if wish.low is None else wish.low, np.inf if wish.high is None else wish.high)
        for name, wish in query.wishes.items()
        if wish.low is not None or wish.high is not None
    ]
    limited = np.array([row for row, *_ in limits], dtype=np.int64)
    with np.errstate(over="ignore"):  # beyond float32 is beyond every value
        bounds = np.array([ends for _, *ends in limits]).astype(np.float32).reshape(-1, 2)
    mask = NONE if allowed is None else np.ascontiguousarray(allowed, dtype=bool).view(np.uint8)
    if allowed is not None and len(allowed) != space.n_songs:
        raise ValueError("The mask of allowed songs is that of another catalogue.")
    keys, tempos = NONE, np.zeros((0, 2))
    if query.harmony is not None:
        keys, tempos = query.harmony.keys(), query.harmony.tempos()
    return fixed(space.values), limited, bounds, fixed(mask), fixed(space.key), keys, VALUE_ROW["tempo"], tempos


def nearest(
    space: Space, aim: Aim, within: tuple, groups: np.ndarray, artists: np.ndarray, at_most: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest songs by (distance, id), of other groups and artists than those left out; their distances; how many
    of all that `within` (see `restrictions`) and the artists let through, whatever their group.

    groups: (songs,) uint8, artists: (artists,) uint8, 1 for the numbers that are left out; empty for none.
    """
    left_out = fixed(space.group), groups, fixed(space.artist), artists
    own, sound = fixed(space.own), fixed(space.sound)

    def run(start: int, stop: int) -> tuple[np.ndarray, np.ndarray, int]:
        distances, songs = np.empty(at_most), np.empty(at_most, dtype=np.int64)
        found, n_allowed = similar_kernel.nearest(  # type: ignore[call-arg]
            own, sound, aim.rows, aim.from_own, aim.targets, aim.weights, *within, *left_out, start, stop,
            distances, songs,
        )  # fmt: skip
        return distances[:found], songs[:found], n_allowed

    parts = in_parts(space.n_songs, run)
    distances = np.concatenate([part[0] for part in parts])
    songs = np.concatenate([part[1] for part in parts])
    # Beyond the first `at_most` of all, a thread may have left songs out.
    order = np.lexsort((songs, distances))[:at_most]
    return songs[order], distances[order], sum(part[2] for part in parts)
