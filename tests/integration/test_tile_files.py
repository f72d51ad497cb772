"""Tiles are there before anybody asks: after a load, after a training."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access import catalogue, models, tile_files
from data_access.columns import ColumnStore
from data_access.filters import SongFilter
from data_access.tiles import Asked
from etl import load
from etl.progress import Progress
from tests import random_catalogue
from tests.integration.etl_files import BIG, file_of
from tests.tile_reader import ReadTile, read_tile

pytestmark = pytest.mark.usefixtures("database")
N_SONGS = 30


def guessed(version: int, store: ColumnStore, say) -> models.Model:
    """A training that takes no time."""
    return random_catalogue.store_model(version, store.n_songs)


def kept(monkeypatch: pytest.MonkeyPatch) -> ReadTile:
    """A tile of the whole catalogue, which must not have to be built."""
    with monkeypatch.context() as patched:
        patched.setattr(tile_files, "build", None)
        return read_tile(tile_files.packed(catalogue.current(), Asked(("energy",)), SongFilter(), ""))


def test_a_load_and_a_training_leave_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"energy": str(song / N_SONGS), "tempo": str(100 + song)} for song in range(N_SONGS)]
    load.load(file_of(tmp_path / "songs.csv", BIG, rows), Progress(quiet=True))
    tile = kept(monkeypatch)
    assert tile.under(None)["all"].tolist() == [N_SONGS]
    assert tile.under(None)["moods"].tolist() == []
    assert tile.under((0, 50))["all"].tolist() == [sum(song / N_SONGS < 0.5 for song in range(N_SONGS))]

    for _ in range(2):
        model, _ = load.train_live(Progress(quiet=True), guessed)
        assert model is not None
        assert kept(monkeypatch).under(None)["moods"].tolist() == [mood.songs for mood in model.moods]
    folders = list((tile_files.get_settings().data_dir / "tiles").glob("of-*"))
    assert len(folders) == 2  # theirs and those before them; older ones are gone
