"""First touch: what a person waits for when the pointer enters a chart, asked of a server as the browser asks it.

A touch is two requests at the same time, for the tile of the bars and for the wide one (density and years); it is over
when both are there. Bodies are counted as they were sent and compared after they were unpacked.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

import brotli
import numpy as np

from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter

PARTS = ("bars", "wide")


@dataclass(frozen=True)
class Got:
    """One tile as it came: compressed bytes, and milliseconds from request to the last of them."""

    packed: bytes
    took: float

    @property
    def body(self) -> bytes:
        """The tile's bytes."""
        return brotli.decompress(self.packed)


@dataclass(frozen=True)
class Tile:
    """A tile's cells, (rows, bins) uint32, and its sums, (rows, float_bins) float32, with what its header says."""

    about: dict
    counts: np.ndarray
    sums: np.ndarray

    def part(self, name: str) -> np.ndarray:
        """The cells of one part, (rows, size)."""
        found = next(part for part in self.about["parts"] if part["name"] == name)
        cells = self.sums if found.get("floats") else self.counts
        return cells[:, found["at"] : found["at"] + found["size"]]

    def view(self, name: str) -> np.ndarray:
        """What a view of the trace has: years over all codes, with number and sum by field; other parts as they are."""
        if name != "years":
            return self.part(name)
        first = next(part["first"] for part in self.about["parts"] if part["name"] == "songs")
        of = FIELD_BY_NAME["year"]
        found = np.zeros((len(self.counts), of.bins, 1 + 2 * len(BY_YEAR)))
        rows = [self.part("songs"), *(self.part(f"{kind}:{by}") for by in BY_YEAR for kind in ("known", "sums"))]
        start = first - int(of.low)
        found[:, start : start + rows[0].shape[1]] = np.stack(rows, axis=2)
        return found


def decoded(body: bytes) -> Tile:
    """A tile from its bytes; the format is described in api/tiles.py."""
    length = int.from_bytes(body[:4], "little")
    about = json.loads(body[4 : 4 + length])
    rows, bins, floats, planes = (about[name] for name in ("rows", "bins", "float_bins", "planes"))
    cells = np.frombuffer(body, np.uint8, rows * bins * planes, 4 + length).reshape(planes, rows * bins)
    counts = sum((cells[plane].astype(np.uint32) << (8 * plane) for plane in range(planes)), np.uint32(0))
    sums = np.frombuffer(body, np.uint8, rows * floats * 4, 4 + length + cells.size).reshape(4, rows * floats)
    return Tile(
        about,
        np.asarray(counts, np.uint32).reshape(rows, bins),
        np.ascontiguousarray(sums.T).view("<f4").reshape(rows, floats),
    )


def asking(base: str, of: str) -> Callable[[str, str, SongFilter], Got]:
    """Gives a function (active, part, filter) that asks a server for a tile. Raises HTTPError for a refusal."""

    def ask(active: str, part: str, song_filter: SongFilter) -> Got:
        wide = f"&x={DENSITY[0]}&y={DENSITY[1]}&by={','.join(BY_YEAR)}" if part == "wide" else ""
        query = f"of={quote(of)}&active={active}&part={part}{wide}&{song_filter.to_query()}"
        request = urllib.request.Request(f"{base}explore/tile?{query}", headers={"Accept-Encoding": "br, gzip"})
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as response:
            packed = response.read()
            encoding = response.headers.get("Content-Encoding", "identity")
        took = (time.perf_counter() - start) * 1000
        assert encoding == "br", f"the tile came as {encoding}"
        return Got(packed, took)

    return ask


Ask = Callable[[str, str, SongFilter], Got]


def touch(ask: Ask, active: str, song_filter: SongFilter) -> tuple[dict[str, Got], float]:
    """Both tiles, asked at the same time, and milliseconds until both were there."""
    with ThreadPoolExecutor(len(PARTS)) as threads:
        start = time.perf_counter()
        found = dict(zip(PARTS, threads.map(lambda part: ask(active, part, song_filter), PARTS), strict=True))
        return found, (time.perf_counter() - start) * 1000


def together(ask: Ask, people: Sequence[Sequence[tuple[str, SongFilter]]], pause: float) -> tuple[list[float], int]:
    """Milliseconds of all touches of people at once, and how many of them failed.

    After each touch a person brushes for about `pause` seconds, which asks the server for nothing.
    """
    times: list[float] = []
    failed: list[Exception] = []

    def brush(number: int, touches: Sequence[tuple[str, SongFilter]]) -> None:
        rng = np.random.default_rng(number)
        for active, song_filter in touches:
            time.sleep(float(rng.uniform(0.5, 1.5)) * pause)
            try:
                times.append(touch(ask, active, song_filter)[1])
            except (OSError, AssertionError, ValueError) as error:
                failed.append(error)

    threads = [threading.Thread(target=brush, args=person) for person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed)
