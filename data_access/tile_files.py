"""Tiles ready to be sent: those of the unfiltered catalogue from files, all others built and kept in the cache.

The files are made when a catalogue is loaded or its moods are trained, and by a worker that finds none when it warms
up; so nobody waits for the tile of a chart that is touched for the first time.
"""

from __future__ import annotations

import fcntl
import gzip
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import brotli

from data_access import catalogue as catalogues
from data_access.cache import cached, key_of
from data_access.catalogue import Catalogue
from data_access.columns import ColumnStore, open_store
from data_access.conditions import conditions
from data_access.explore import DENSITY, version_of
from data_access.fields import Field
from data_access.filters import Range, SongFilter
from data_access.moods import MoodStore, open_moods
from data_access.selection import members
from data_access.tile_build import build
from data_access.tiles import Asked, encoded
from settings import get_settings

ENCODINGS = ("br", "gzip", "")
"""Of an HTTP answer; "" is as it is."""

_QUALITY = {"br": 1, "gzip": 1}  # 1 ms for the bars of a chart; Brotli's 5 takes twenty times as long and gains 5 %
_log = logging.getLogger(__name__)


def version_now(catalogue: Catalogue) -> str:
    """What the browser must know the catalogue by to be given its tiles. Raises DatabaseDown."""
    moods = open_moods(catalogue)
    return version_of(catalogue, moods.model if moods else None)


def packed(catalogue: Catalogue, asked: Asked, song_filter: SongFilter, encoding: str) -> bytes:
    """A tile under a filter as bytes (see tiles.encoded), compressed as one of ENCODINGS.

    Ranges on the active fields do not matter. Raises DatabaseDown, QueryTooSlow.
    """
    store, moods = open_store(catalogue), open_moods(catalogue)
    of = version_of(catalogue, moods.model if moods else None)
    rest = asked.rest(song_filter)
    if rest == SongFilter() and asked in ready(store.fields):
        with suppress(OSError):  # not made yet, or deleted for a newer catalogue's
            kept = _file(_folder(of), asked, encoding or "gzip").read_bytes()
            return kept if encoding else gzip.decompress(kept)

    def make() -> bytes:
        under = conditions(rest, members(catalogue, rest, moods), store.n_songs)
        return _compressed(encoded(build(store, moods, asked, under), of), encoding)

    return cached("tile", (of, asked.active, asked.part, asked.density, asked.by, rest.to_query(), encoding), make)


def ready(fields: tuple[Field, ...]) -> list[Asked]:
    """The tiles that are made beforehand: of every chart, and the density's box, as the page looks at first."""
    active: list[tuple[str, ...]] = [(field.name,) for field in fields]
    if {*DENSITY} <= {field.name for field in fields}:
        active.append(DENSITY)
    return [asked for each in active for asked in (Asked(each), Asked.wide(each))]


def prepare(catalogue: Catalogue | None = None) -> bool:
    """Make the files of the live catalogue and its live model unless they are there; whether they were made.

    Those made before them stay, for a release that is only tried does not take them from the one that serves; all
    older ones are deleted. One process makes them while the rest wait. Raises NoCatalogue, DatabaseDown.
    """
    live = catalogue or catalogues.current()
    store, moods = open_store(live), open_moods(live)
    of = version_of(live, moods.model if moods else None)
    folder = _folder(of)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / "lock"):
        if folder.exists():
            return False
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        _write(unfinished, store, moods, of)
        unfinished.rename(folder)
        others = [each for each in folder.parent.iterdir() if each.is_dir() and each != folder]
        finished = [each for each in others if each.suffix != unfinished.suffix]
        before = max(finished, key=lambda each: each.stat().st_mtime, default=None)
        for old in others:
            if old != before:
                shutil.rmtree(old, ignore_errors=True)
    return True


def warm_up(catalogue: Catalogue) -> None:
    """`prepare`, and build one tile under a filter for nobody: the compiled loops are then loaded in this process."""
    try:
        prepare(catalogue)
    except OSError:  # a folder that cannot be written to: tiles are built as they are asked for
        _log.warning("The tiles of the catalogue could not be kept.", exc_info=True)
    store, moods = open_store(catalogue), open_moods(catalogue)
    if len(store.fields) < 2:
        return
    active, other = store.fields[:2]
    under = conditions(SongFilter().with_range(other.name, Range(float(other.bar_edges[1]))), {}, store.n_songs)
    for asked in (Asked((active.name,)), Asked.wide((active.name,))):
        build(store, moods, asked, under)


def prepare_quietly() -> None:
    """`prepare` after a load or a training, which has succeeded whatever becomes of this: workers look again."""
    try:
        catalogues.forget()
        prepare()
    except Exception:
        _log.warning("The tiles of the catalogue could not be made; the dashboard will make them.", exc_info=True)


def _write(folder: Path, store: ColumnStore, moods: MoodStore | None, of: str) -> None:
    for asked in ready(store.fields):
        plain = encoded(build(store, moods, asked, []), of)
        for encoding in _QUALITY:
            _file(folder, asked, encoding).write_bytes(_compressed(plain, encoding))


def _folder(of: str) -> Path:
    return get_settings().data_dir / "tiles" / key_of("of", (of,))  # of another release, whose bytes may differ, too


def _file(folder: Path, asked: Asked, encoding: str) -> Path:
    return folder / f"{asked.part}-{'-'.join(asked.active)}.{encoding}"


def _compressed(plain: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return brotli.compress(plain, quality=_QUALITY["br"])
    return gzip.compress(plain, _QUALITY["gzip"]) if encoding == "gzip" else plain


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
