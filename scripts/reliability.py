"""`python -m scripts.reliability`: the tests on a real Debian, and docs/reliability.md from what they measured."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from settings import PROJECT_DIR

TARGET = PROJECT_DIR / "docs" / "reliability.md"
RESTARTS = "30"  # by click; as part of other tests there are fewer
HEAD = """# Reliability

What `make test-deployment` saw: a Debian 12 from its own packages, booted with systemd in a container, made to serve by
`ops/deploy/install.sh`, then broken on purpose. Written by that command; not by hand.
"""

TAIL = """
What needs no whole system is tested without one: a cache store that is killed or hangs
([test_cache_store_down.py](../tests/integration/test_cache_store_down.py)), the compose file and the workflows by their
schemas ([test_deployment_files.py](../tests/unit/test_deployment_files.py)), secrets in the repository
([test_secrets.py](../tests/unit/test_secrets.py)).
"""


def document(lines: Sequence[dict], when: str, machine: str) -> str:
    """The whole file, from the lines that the tests kept."""
    versions = next((line["versions"] for line in lines if "versions" in line), "")
    rows = [line for line in lines if "check" in line]
    said = [HEAD, f"{when}; {machine}; {versions}.\n", "| check | target | measured |", "|---|---|---|"]
    said += [f"| {row['check']} | {row['target']} | {row['measured']}{_missed(row)} |" for row in rows]
    return "\n".join(said) + "\n" + TAIL


def _missed(row: dict) -> str:
    if row["met"]:
        return ""
    return f" (**missed**, while {row['strain']:.0f} processes waited for each processor)"


def main() -> int:
    """Run the tests; the file is renewed when all of them passed. Gives pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.jsonl"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/deployment", *sys.argv[1:]],
            check=False, cwd=PROJECT_DIR,
            env={"MUSICGROUP_TEST_RESTARTS": RESTARTS, **os.environ, "MUSICGROUP_RELIABILITY": str(notes)},
        )  # fmt: skip
        lines = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    if done.returncode:
        print("docs/reliability.md stays as it is: not all tests passed.", file=sys.stderr)
        return done.returncode
    if not lines or len(sys.argv) > 1:
        print("docs/reliability.md stays as it is: not all tests ran here.", file=sys.stderr)
        return 0
    machine = f"{os.cpu_count()} processors, Linux {platform.release()}"
    TARGET.write_text(document(lines, f"{datetime.now(UTC):%Y-%m-%d}", machine))
    print(f"Renewed {TARGET.relative_to(PROJECT_DIR)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
