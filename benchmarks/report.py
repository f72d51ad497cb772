"""How a benchmark is reported: rows of measure, ours, peer and bound, printed as a table and kept as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One line of a benchmark: `ours` and `peer` in `unit`, and whether the bound of the issue holds."""

    measure: str
    ours: float
    unit: str
    peer_name: str = ""
    peer: float | None = None
    bound: str = ""
    holds: bool | None = None

    @property
    def ratio(self) -> float | None:
        """How many times smaller ours is than the peer's; None where that says nothing, as of shares."""
        return self.peer / self.ours if self.peer is not None and self.ours and self.unit != "%" else None


def times_faster(measure: str, ours: float, peer_name: str, peer: float, at_least: float, unit: str = "ms") -> Row:
    """A row whose bound is a ratio: the peer must take `at_least` times as much."""
    return Row(measure, ours, unit, peer_name, peer, f">= {at_least:g}x", peer / ours >= at_least)


def at_most(measure: str, ours: float, limit: float, unit: str = "ms") -> Row:
    """A row whose bound is a limit."""
    return Row(measure, ours, unit, bound=f"<= {limit:g} {unit}", holds=ours <= limit)


def milliseconds(run: Callable[[], object], times: int) -> list[float]:
    """Wall-clock milliseconds of each of `times` calls."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append((time.perf_counter() - start) * 1000)
    return found


def p95(values: list[float]) -> float:
    """The 95th percentile, by linear interpolation."""
    return float(np.percentile(values, 95))


def save(
    name: str, songs: int, rows: list[Row], results: Path = RESULTS, more: Mapping[str, object] | None = None
) -> None:
    """Print the rows and write them to results/<name>.json with what they were measured on, and `more` about them."""
    results.mkdir(parents=True, exist_ok=True)
    about = {
        "benchmark": name,
        "songs": songs,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "python": platform.python_version(),
        **(more or {}),
    }
    listed = [{**asdict(row), "ratio": row.ratio} for row in rows]
    (results / f"{name}.json").write_text(json.dumps({**about, "rows": listed}, indent=2) + "\n")
    print(f"\n{name} — {songs:,} songs, {about['cores']} cores")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer:,.1f} {row.unit}"
        against = f"{row.peer_name} {peer} = {row.ratio:,.1f}x" if row.ratio else f"{row.peer_name} {peer}"
        verdict = "" if row.holds is None else ("holds" if row.holds else "DOES NOT HOLD")
        print(f"  {row.measure:<58} {row.ours:>10,.1f} {row.unit:<3} {against:<46} {row.bound:<12} {verdict}")


def _processor() -> str:
    """What the processor calls itself, where Linux tells."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
