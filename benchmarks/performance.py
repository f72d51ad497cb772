"""docs/performance.md, written from benchmarks/results/*.json and from nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import RESULTS
from settings import PROJECT_DIR

DOCUMENT = PROJECT_DIR / "docs" / "performance.md"


@dataclass(frozen=True)
class Section:
    """One benchmark of the document: its results are `name`.json, `words` say what was measured."""

    name: str
    title: str
    words: str
    command: str = "make bench-brush"


SECTIONS = (
    Section(
        "brush",
        "Live brushing: what is computed",
        """\
No drawing and, for a move, no network: this is the arithmetic alone. A *move* is one frame of a drag over one chart
while two brushes on others stay: columns a to b of the brushed chart are given, the numbers of all other charts are
wanted (a histogram of every other field, three facets, the moods, the density of energy and valence, the line of
years). The drags are seeded: a brush is drawn, moved to and fro, made wider, one to four columns a frame.

- *Ours*: the modules of the application in Chromium, one summary from two tiles (`assets/live_tile.js`,
  `assets/live_numbers.js`).
- *PostgreSQL* and *DuckDB scan*: one GROUP BY a view over a narrow table of byte codes, DuckDB in memory, two
  threads.
- *DuckDB, pre-aggregated*: a table a view for the brushed chart, made when it is touched, as Mosaic's
  `PreAggregator` does, read by a query a view or by one query for all, whichever is faster.
- *crossfilter2*: in Chromium, records are song numbers, values come from typed arrays; moves follow each other,
  since it computes the difference.

Before anything is timed, every number of every view is compared for a part of the moves, and every cell of some
tiles with DuckDB's. *First touch* is what a person waits for when the pointer enters a chart: two requests at once
over HTTP, until both tiles are there, under two filters that nobody had asked for. Without a filter there is
nothing to wait for from the server: those tiles are made when a catalogue is loaded, and the browser has fetched
them, into its memory or its cache. *Growth* takes songs drawn from the same catalogue; the memory of a process is
what it has resident (mapped columns too) beyond what it had before the first song.
""",
    ),
    Section(
        "brush_frames",
        "Live brushing: what a person sees",
        """\
The served page in Chromium, driven by real pointer events through the DevTools protocol along one seeded trace: from a
move's arrival in the browser until it hands the display the first frame in which all charts that follow show this move
or a later one. A thousandfold in the arithmetic is not a thousandfold on the screen: the rest of a frame is drawing.
""",
    ),
    Section(
        "brush_paint",
        "Live brushing: ways to paint",
        """\
The same heights of bars painted on the real page by a canvas over each plot, which is what the page does, and by the
other ways that a Plotly chart can be changed.
""",
        "python -m benchmarks.brush_paint",
    ),
)


def document(results: Path = RESULTS) -> str:
    """The whole document; a benchmark without results is left out."""
    lines = [
        "# Performance",
        "",
        "Written by `benchmarks/performance.py` from benchmarks/results/*.json; the figures of all other benchmarks",
        "are in the [README](../README.md#how-fast). Every row is of one run on one machine, ours and the peers in",
        "turn; a ratio is the peer's number divided by ours.",
        "",
    ]
    for section in SECTIONS:
        path = results / f"{section.name}.json"
        if path.exists():
            lines += _section(section, json.loads(path.read_text()))
    return "\n".join(lines)


def _section(section: Section, found: dict) -> list[str]:
    return [
        f"## {section.title}",
        "",
        section.words,
        f"Measured {_about(found)}. Again: `{section.command}`.",
        *(f"{note.rstrip('.')}." for note in found.get("notes", [])),
        "",
        "| what | ours | peer | ratio | wanted |",
        "|---|---|---|---|---|",
        *(_line(row) for row in found["rows"]),
        "",
    ]


def _about(found: dict) -> str:
    """What a benchmark was run on: "on 2026-11-26 (commit 7e64372), 1,204,025 songs, AMD EPYC, 2 cores, ..."."""
    memory = found.get("memory_gb")
    versions = [f"{name} {number}" for name, number in found.get("versions", {}).items()]
    parts = [
        f"on {found['measured_at'][:10]} (commit {found['commit']})",
        f"{found['songs']:,} songs",
        found.get("processor", ""),
        f"{found['cores']} cores",
        f"{memory:.0f} GB of memory" if memory else "",
        f"Python {found['python']}",
        *versions,
        *(found.get(name, "") for name in ("chromium", "browser", "trace")),
    ]
    return ", ".join(part for part in parts if part)


def _line(row: dict) -> str:
    peer = f"{row['peer_name']}: {_number(row['peer'])} {row['unit']}" if row["peer"] is not None else row["peer_name"]
    ratio = f"{row['ratio']:,.1f}x" if row["ratio"] else ""
    wanted = row["bound"].strip() + (", missed" if row["holds"] is False else "")
    return f"| {row['measure'].strip()} | {_number(row['ours'])} {row['unit']} | {peer} | {ratio} | {wanted} |"


def _number(value: float) -> str:
    """Three digits that count, or all before the point: 0.0412, 3.1, 2,445."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def write(results: Path = RESULTS, to: Path = DOCUMENT) -> None:
    """Write the document."""
    to.write_text(document(results))


if __name__ == "__main__":
    write()
