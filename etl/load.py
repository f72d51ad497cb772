"""One load: a file becomes a catalogue beside the live one, is checked, and takes its place.

In this order, so that a kill at any point leaves the live catalogue as it was: the load is entered in the register;
one transaction creates the schema and fills its tables; indexes and constraints follow; then the checks, the
column store, the training of its moods, and the swap. What a killed load leaves, the next one clears
(etl/database.py). A training that fails does not fail the load: the catalogue goes live without moods.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql

from data_access import catalogue, columns, models, tile_files, writing
from data_access.columns import ColumnStore
from data_access.db import catalogue_schema
from data_access.grants import grant_reading
from data_access.models import Model
from etl import database, finish
from etl.assemble import Assembler
from etl.copying import copying
from etl.database import run
from etl.errors import LoadError
from etl.formats import Format, detect
from etl.progress import Progress
from etl.rest import fill_the_rest
from etl.source import Source

_CHUNK_ROWS = 2048  # their cells fit the processor's cache
_SQL = Path(__file__).parent


Train = Callable[[int, ColumnStore, Callable[[str], None]], Model]
"""Fits a model on a catalogue (version, its column store, where to say how it goes) and stores it."""

_TRAINING = "Training the moods"


@dataclass(frozen=True)
class Loaded:
    """What a load made; `untrained` says why it has no moods although it should."""

    version: int
    seconds: float
    counts: dict[str, object]
    stages: dict[str, float]
    model: Model | None = None
    untrained: str | None = None

    def sentence(self) -> str:
        """The last line of a load."""
        counts = self.counts
        rest = [f"{counts['merged_rows']:,} repeated rows merged"] if counts["merged_rows"] else []
        if counts["rejected_rows"]:
            rest.append(f"{counts['rejected_rows']:,} rows rejected (`python -m etl status` says why)")
        return (
            f"Loaded {counts['songs']:,} songs by {counts['artists']:,} artists on {counts['albums']:,} albums "
            f"in {self.seconds:.0f} s (version {self.version})"
            + "".join(f"; {part}" for part in rest)
            + "."
            + (f" {moods_sentence(self.model)}" if self.model else "")
        )


def moods_sentence(model: Model) -> str:
    """What a training made."""
    return f"Its moods are {', '.join(mood.name for mood in model.moods)} (model {model.model})."


def load(path: Path, progress: Progress, train: Train | None = None) -> Loaded:
    """Load a file and make it the live catalogue, with moods when there is a `train`.

    Raises LoadError, the live catalogue then being as before.
    """
    started = time.perf_counter()
    source = Source(path)
    try:
        layout = detect(source.header)
    except LoadError as error:
        raise LoadError(f"{path}: {error}") from None
    with database.server() as dsn, database.explained():
        control = database.connect(dsn, f"load of {source.name}")
        try:
            database.take_lock(control)
            database.prepare(control)
            version = database.begin(control, source.name, layout.name, source.bytes)
            try:
                with database.explained():
                    counts, folder = _build(dsn, version, source, layout, progress)
                model, untrained = _trained(train, version, ColumnStore(folder), progress)
                with database.explained(), progress.stage("Swapping in"):
                    grant_reading(control, version)
                    database.swap_in(control, version, counts)
            except BaseException as error:
                stopped = "Stopped by hand." if isinstance(error, KeyboardInterrupt) else ""
                database.fail(control, version, stopped or str(error).strip() or type(error).__name__)
                raise
        finally:
            control.close()
        with progress.stage("Counting for the first brush"):
            tile_files.prepare_quietly()
    return Loaded(version, time.perf_counter() - started, counts, progress.seconds, model, untrained)


def train_live(progress: Progress, train: Train) -> tuple[Model | None, str | None]:
    """Train the live catalogue's moods unless it has them: its model, or why there is none."""
    with database.server():
        live = catalogue.current()
        model = models.current(live)
        if model:
            return model, None
        found = _trained(train, live.version, columns.open_store(live), progress)
        tile_files.prepare_quietly()
        return found


def _trained(
    train: Train | None, version: int, store: ColumnStore, progress: Progress
) -> tuple[Model | None, str | None]:
    if train is None:
        return None, None
    try:
        with progress.stage(_TRAINING):
            return train(version, store, progress.say), None
    except Exception as error:  # whatever it is, the songs are there and can be looked at
        return None, " ".join(str(error).split()) or type(error).__name__


def _build(
    dsn: str, version: int, source: Source, layout: Format, progress: Progress
) -> tuple[dict[str, object], Path]:
    """From the register's 'building' to checked tables; the counts for the register, and the column store's folder."""
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(source.sha256)
        rows, merged = _fill(dsn, version, source, layout, progress)
        with progress.stage("Indexing"):
            finish.add_indexes(dsn, version)
        with progress.stage("Checking, and building the column store"):
            foreign_keys = beside.submit(finish.add_foreign_keys, dsn, version)
            counts = finish.checked_counts(dsn, version, rows, merged)
            folder = columns.build(version)
            foreign_keys.result()
        return {"source_sha256": digest.result(), **counts}, folder


def _fill(dsn: str, version: int, source: Source, layout: Format, progress: Progress) -> tuple[int, int]:
    """Schema, tables and rows in one transaction: nobody sees half of it, and with wal_level = minimal
    rows that go into a table of the same transaction need no log. Gives the rows of the file and those merged.

    The assembler's millions of objects are gone when this returns: nothing later should have to walk over them.
    """
    assembler = Assembler(layout, source.header)
    work = finish.connect(dsn, version)
    work.autocommit = False
    gc_was_on = gc.isenabled()
    gc.disable()  # a million live objects, none of them in a cycle: collecting them costs seconds
    try:
        run(work, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(catalogue_schema(version))))
        run(work, (_SQL / "schema.sql").read_text(encoding="utf-8"))
        run(work, writing.ddl("catalogue"))
        with (
            progress.stage("Reading songs", total=source.bytes),
            copying(work, "songs", assembler.columns) as put,
        ):
            for block in source.blocks():
                table = source.table(block)
                lines = None if table is None else assembler.add_table(table)
                for text in [lines] if lines is not None else map(assembler.add, source.rows(block, _CHUNK_ROWS)):
                    put(text)
                progress.at(source.position, assembler.rows)
        if assembler.songs == 0:
            raise LoadError(
                f"{source.path}: has no row that could become a song"
                + (f"; line {assembler.rejected[0][0]}: {assembler.rejected[0][1]}." if assembler.rejected else ".")
            )
        with progress.stage("Storing artists, albums and genres"):
            fill_the_rest(work, assembler)
            work.commit()
        return assembler.rows, assembler.merged
    finally:
        work.close()
        del assembler
        if gc_was_on:
            gc.enable()
