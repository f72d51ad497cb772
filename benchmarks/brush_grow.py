"""Growth and memory: the same drag over catalogues of 0.12, 1.2 and 12 million songs.

The songs are drawn, with repetition, from the benchmark's catalogue into column stores of their own in a temporary
folder; nothing is loaded. `python -m benchmarks.brush_grow FOLDER` weighs a process that builds every tile of one.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil

from benchmarks.brush_trace import SEED, Drag, drags, random_base
from benchmarks.report import milliseconds
from data_access import tile_build, tiles
from data_access.columns import ColumnStore
from data_access.conditions import conditions
from data_access.filters import SongFilter
from data_access.moods import MoodStore
from settings import PROJECT_DIR

SIZES = (120_000, 1_200_000, 12_000_000)
BUILDS = 15


@dataclass(frozen=True)
class Songs:
    """A catalogue without a database: its column store and the moods of its songs."""

    store: ColumnStore
    moods: MoodStore

    def tile(self, active: str, part: str, song_filter: SongFilter) -> tiles.Tile:
        """One tile, as a worker builds it."""
        asked = tiles.Asked.wide((active,)) if part == tiles.WIDE else tiles.Asked((active,))
        under = conditions(asked.rest(song_filter), {}, self.store.n_songs)
        return tile_build.build(self.store, self.moods, asked, under)

    def body(self, active: str, part: str, song_filter: SongFilter) -> bytes:
        """The same as bytes, not compressed."""
        return tiles.encoded(self.tile(active, part, song_filter), "drawn")

    def touch(self, drag: Drag) -> None:
        """Both tiles of a chart that is touched under the drag's other brushes."""
        for part in (tiles.BARS, tiles.WIDE):
            self.tile(drag.active, part, drag.base)


def drawn(songs: Songs, number: int, folder: Path) -> Songs:
    """`number` songs drawn from others with repetition, as a store in a folder that is made."""
    folder.mkdir()
    ids = np.random.default_rng([SEED, number]).integers(0, songs.store.n_songs, number)
    values = np.lib.format.open_memmap(folder / "values.npy", "w+", np.float32, (len(songs.store.all_values), number))
    for row, known in enumerate(songs.store.all_values):
        values[row] = known[ids]
    values.flush()
    codes = songs.store.codes[ids]
    np.save(folder / "codes.npy", codes)
    np.save(folder / "columns.npy", np.ascontiguousarray(codes.T))
    np.save(folder / "genres.npy", np.zeros((2, 0), dtype=np.int32))
    np.save(folder / "mood.npy", songs.moods.mood[ids])
    about = json.loads((songs.store.folder / "about.json").read_text())
    names = list(songs.moods.names())
    (folder / "about.json").write_text(json.dumps({**about, "songs": number, "genres": [], "moods": names}))
    return opened(folder, songs.moods)


def opened(folder: Path, like: MoodStore) -> Songs:
    """A drawn store; its songs have the moods of the model that `like` has."""
    mood = np.load(folder / "mood.npy", mmap_mode="r").view(np.ndarray)
    return Songs(ColumnStore(folder), replace(like, mood=mood))


def build_ms(songs: Songs, times: int = BUILDS) -> float:
    """Median milliseconds of building both tiles of a chart under two brushes."""
    asked = list(drags(songs.store))
    for drag in asked:
        songs.touch(drag)  # maps the files and compiles
    return statistics.median(t for drag in asked for t in milliseconds(lambda d=drag: songs.touch(d), times))


def weigh(folder: Path) -> dict[str, float]:
    """Bytes a song that a process needs beyond what it has before the first song is read: at rest, and at its peak."""
    command = [sys.executable, "-m", "benchmarks.brush_grow", str(folder)]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _weigh(folder: Path) -> dict[str, float]:
    names = json.loads((folder / "about.json").read_text())["moods"]
    like = MoodStore(SimpleNamespace(moods=[SimpleNamespace(name=name) for name in names]), None, None)  # type: ignore
    songs = opened(folder, like)
    few = Songs(_first(songs.store, 1000), replace(like, mood=songs.moods.mood[:1000].copy()))
    _every_tile(few)  # so that what is compiled, and threads' stacks, are there before
    process = psutil.Process()
    before = process.memory_info().rss
    _every_tile(songs)
    after = process.memory_info().rss
    n_songs = songs.store.n_songs
    return {"rest": (after - before) / n_songs, "peak": (_most() - before) / n_songs}


def _most() -> int:
    """The most bytes that this process ever had resident; getrusage's figure begins with what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _every_tile(songs: Songs) -> None:
    rng = np.random.default_rng(SEED)
    for of in songs.store.fields:
        for song_filter in (SongFilter(), Drag(of.name, random_base(songs.store, of.name, rng), ()).base):
            for part in (tiles.BARS, tiles.WIDE):
                songs.tile(of.name, part, song_filter)


def _first(store: ColumnStore, number: int) -> ColumnStore:
    """The first songs of a store, in memory."""
    few = ColumnStore(store.folder)
    about = {**json.loads((store.folder / "about.json").read_text()), "songs": number}
    vars(few).update(
        _about=about,
        all_values=store.all_values[:, :number].copy(),
        codes=store.codes[:number].copy(),
        columns=store.columns[:, :number].copy(),
        genre_pairs=store.genre_pairs.copy(),
    )
    return few


if __name__ == "__main__":
    print(json.dumps(_weigh(Path(sys.argv[1]))))
