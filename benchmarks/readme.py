"""The table of figures in README.md, written from benchmarks/results/*.json and from nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.report import RESULTS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- bench:begin (from benchmarks/results/*.json) -->\n", "<!-- bench:end -->"
_ORDER = ("load", "counts", "filter", "table", "search", "map", "moods", "similar", "sliders", "worker")


def table(results: Path = RESULTS) -> str:
    """Markdown of every row that has a bound or a peer."""
    lines = []
    songs = set()
    for name in _ORDER:
        found = json.loads((results / f"{name}.json").read_text())
        songs.add(found["songs"])
        for row in found["rows"]:
            if not row["bound"]:
                continue
            peer = f"{row['peer_name']}: {row['peer']:,.1f} {row['unit']}" if row["peer_name"] else ""
            ratio = f"{row['ratio']:,.1f}x" if row["ratio"] else ""
            lines.append(f"| {row['measure'].strip()} | {row['ours']:,.1f} {row['unit']} | {peer} | {ratio} |")
    head = f"{' and '.join(f'{n:,}' for n in sorted(songs))} songs, {found['cores']} cores:\n\n"
    return head + "| what | ours | peer | ratio |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"


def write() -> None:
    """Put the table between its marks in README.md."""
    text = README.read_text()
    before, rest = text.split(BEGIN)
    README.write_text(before + BEGIN + table() + END + rest.split(END)[1])


if __name__ == "__main__":
    write()
