"""Moods of all songs, end to end from PostgreSQL, against scikit-learn called the plain way.

The peer is what one writes first: a pandas frame by `read_sql`, and a pipeline of SimpleImputer, RobustScaler and
KMeans with ten starts. Ours reads, fits a preview, fits all songs from its centres and makes the whole report (sizes,
means, typical songs, distributions by mood). Both run in a process of their own, whose imports are done before its
clock starts and whose memory is what it takes on top of them. Before anything is reported, both must have found the
same groups: inertia within 1 % in the peer's scaled space, adjusted Rand index of the labels at least 0.95.

Run: python -m benchmarks.bench_moods
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.report import Row, at_most, save, times_faster
from data_access import catalogue, models
from data_access.columns import open_store
from data_access.db import catalogue_schema, reader_dsn
from ml.fitted import NONE, Fitted, feature_values
from ml.new_model import new_model
from ml.scores import contingency, rand_index
from ml.spec import ModelSpec
from settings import PROJECT_DIR

SPEC = ModelSpec()
STARTS = 10
MIB = 1024 * 1024


def run() -> list[Row]:
    """Both in processes of their own, their answers compared, then the rows."""
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = (_measured(who, Path(folder)) for who in ("ours", "peer"))
        mood, labels = (np.load(Path(folder) / f"{who}.npy") for who in ("ours", "peer"))
    _assert_same(mood, labels)
    songs = open_store(catalogue.current()).n_songs
    end_to_end = ours["read"] + ours["whole"]
    peer_name = f"scikit-learn on read_sql, {STARTS} starts"
    rows = [
        at_most("preview of K-Means k=6 on a sample, with its report", ours["preview"], 1, "s"),
        at_most("K-Means k=6 on all songs, with its report", ours["whole"], 6, "s"),
        at_most("the same, with curve, scores and stability", ours["everything"], 20, "s"),
        times_faster("moods of all songs, from PostgreSQL", end_to_end, peer_name, peer["read"] + peer["fit"], 4, "s"),
        Row("  read from PostgreSQL", ours["read"], "s", "read_sql", peer["read"]),
        Row("  fit and assign, ours with the report", ours["whole"], "s", "pipeline.fit_predict", peer["fit"]),
        Row("  with moods and places stored in PostgreSQL", end_to_end + ours["store"], "s"),
        Row("peak memory beyond the imports", ours["memory"], "MiB", peer_name, peer["memory"]),
    ]
    save("moods", songs, rows)
    return rows


def _assert_same(mood: np.ndarray, labels: np.ndarray) -> None:
    from sklearn.preprocessing import RobustScaler  # noqa: PLC0415  # as everywhere: only who needs it

    values = feature_values(open_store(catalogue.current()), SPEC)
    known = ~np.isnan(values).any(axis=0) & (mood != NONE)
    scaled = RobustScaler().fit_transform(values[:, known].T.astype(np.float64))
    within = [_within(scaled, found[known]) for found in (mood, labels)]
    assert abs(within[0] / within[1] - 1) <= 0.01, f"inertia is {within[0]:,.0f}, the peer's {within[1]:,.0f}"
    agree = rand_index(contingency(mood, labels, SPEC.k, SPEC.k))
    assert agree >= 0.95, f"only {agree:.3f} of adjusted Rand index with the peer"
    print(f"the same groups: inertia {within[0] / within[1]:.5f} of the peer's, adjusted Rand index {agree:.4f}")


def _within(rows: np.ndarray, labels: np.ndarray) -> float:
    """Sum of squared distances of rows (n, d) to the mean of their group."""
    return float(sum(((own - own.mean(axis=0)) ** 2).sum() for own in (rows[labels == k] for k in range(SPEC.k))))


def _measured(who: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bench_moods", who, str(folder)]
    done = subprocess.run(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _query(version: int) -> str:
    return f"SELECT {', '.join(SPEC.features)} FROM {catalogue_schema(version)}.songs ORDER BY song_id"


def _ours(folder: Path) -> dict[str, float]:
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415

    from ml.fit import fit_stages, warm  # noqa: PLC0415

    live = catalogue.current()
    store = open_store(live)
    warm()
    before = _peak()
    found: dict[str, float] = {}
    started = time.perf_counter()
    with dbapi.connect(reader_dsn()) as connection, connection.cursor() as cursor:  # as the column store is made
        cursor.execute(_query(live.version))
        table = cursor.fetch_arrow_table()
    read = np.vstack([table[name].cast("float").fill_null(float("nan")).to_numpy() for name in SPEC.features])
    found["read"] = time.perf_counter() - started
    np.testing.assert_array_equal(read, feature_values(store, SPEC))
    del table, read

    started = time.perf_counter()
    report: dict = {}
    fitted: Fitted | None = None
    for stage in fit_stages(store, SPEC):
        found["everything"] = found[stage.name] = time.perf_counter() - started
        if stage.name == "whole":
            assert stage.mood is not None
            fitted, report = stage.fitted, dict(stage.data)
            np.save(folder / "ours.npy", stage.mood)
            started += time.perf_counter() - started - found["whole"]  # saving is not part of it
            found["memory"] = _peak() - before
        elif stage.name != "preview":
            report[stage.name] = stage.data
    assert fitted is not None
    started = time.perf_counter()
    models.store(*new_model(live.version, store, fitted, report, found["everything"]))
    found["store"] = time.perf_counter() - started
    return found


def _peer(folder: Path) -> dict[str, float]:
    import pandas as pd  # noqa: PLC0415
    from sklearn.cluster import KMeans  # noqa: PLC0415
    from sklearn.impute import SimpleImputer  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import RobustScaler  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415

    version = catalogue.current().version
    engine = create_engine(make_url(reader_dsn()).set(drivername="postgresql+psycopg2"))
    before = _peak()
    started = time.perf_counter()
    frame = pd.read_sql(_query(version), engine)
    read = time.perf_counter() - started
    started = time.perf_counter()
    kmeans = KMeans(SPEC.k, n_init=STARTS, random_state=0)
    labels = make_pipeline(SimpleImputer(strategy="median"), RobustScaler(), kmeans).fit_predict(frame)
    fit = time.perf_counter() - started
    np.save(folder / "peer.npy", labels.astype(np.uint8))
    return {"read": read, "fit": fit, "memory": _peak() - before}


def _peak() -> float:
    """The most memory that this process has had, MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / MIB


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"ours": _ours, "peer": _peer}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        run()
