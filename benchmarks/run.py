"""`make bench`: every benchmark in one run, on a synthesised catalogue in a database of its own.

`python -m benchmarks.run brush brush_frames` runs some of them on the same catalogue (`make bench-brush`).
BENCH_SONGS chooses the number of songs (1,204,025). The catalogue lies under the data folder in bench/ and is
kept for the next run; nobody's own catalogue is touched. Exit code 1 when a bound does not hold.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import performance, readme
from benchmarks.report import Row
from data_access import catalogue, columns, embedded, models
from settings import get_settings

SONGS = 1_204_025
BENCHMARKS = ("load", "counts", "filter", "table", "search", "map", "moods", "similar", "sliders", "worker")


MORE = ("brush", "brush_frames")
"""Benchmarks that are run when they are named."""


def main(names: Sequence[str] = ()) -> int:
    """Prepare, run all, or those that are named, and sum up."""
    if unknown := set(names) - {*BENCHMARKS, *MORE}:
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS + MORE)}.")
        return 2
    songs = int(os.environ.get("BENCH_SONGS", SONGS))
    os.environ.update(MUSICGROUP_DATA_DIR=str(get_settings().data_dir / "bench"), DATABASE_URL="")
    get_settings.cache_clear()
    file = get_settings().data_dir / f"songs-{songs}.csv"
    with embedded.running():
        _prepare(file, songs)
        rows = [row for name in names or BENCHMARKS for row in _run(name)]
    if not names:
        readme.write()
    if set(names) & set(MORE):
        performance.write()
    failed = [row for row in rows if row.holds is False]
    bound = [row for row in rows if row.holds is not None]
    print(f"\n{len(bound) - len(failed)} of {len(bound)} bounds hold; results: benchmarks/results/*.json")
    return 1 if failed else 0


def _run(name: str) -> list[Row]:
    if name != "load":  # which leaves a catalogue without moods; its figure is that of the songs alone
        _train()
    return importlib.import_module(f"benchmarks.bench_{name}").run()


def _prepare(file: Path, songs: int) -> None:
    from etl.load import load  # noqa: PLC0415  # after the settings were changed
    from etl.progress import Progress  # noqa: PLC0415
    from etl.synthesise import synthesise  # noqa: PLC0415

    if not file.exists():
        unfinished = file.with_suffix(".unfinished.csv")
        synthesise(songs, unfinished, 0)
        unfinished.rename(file)
    try:
        live = catalogue.current()
    except catalogue.NoCatalogue:
        live = None
    if live is None or live.source_name != file.name:
        load(file, Progress(quiet=not sys.stderr.isatty()))
        catalogue.forget()
    columns.open_store(catalogue.current())


def _train() -> None:
    from etl.__main__ import default_training  # noqa: PLC0415
    from etl.load import train_live  # noqa: PLC0415
    from etl.progress import Progress  # noqa: PLC0415

    catalogue.forget()
    models.forget()
    _, untrained = train_live(Progress(quiet=not sys.stderr.isatty()), default_training)
    if untrained:
        raise SystemExit(f"The moods could not be trained: {untrained}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
