"""What a person sees while a load runs: one bar on stderr, or one line a stage with --quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm


class Progress:
    """Stages of a load, timed. `seconds` maps each finished stage to how long it took."""

    def __init__(self, quiet: bool = False, steps: int = 1) -> None:
        self._quiet = quiet
        self._bar: tqdm | None = None
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[None]:
        """One stage; `total` in whatever unit `at` is going to be told."""
        started = time.perf_counter()
        if self._quiet:
            print(f"{name} ...", file=sys.stderr, flush=True)
        else:
            form = "{desc} {percentage:3.0f}%|{bar}| {remaining} left{postfix}" if total else "{desc} ... {elapsed}"
            self._bar = tqdm(total=total, desc=name, bar_format=form, leave=False, file=sys.stderr)
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - started
            if self._bar is not None:
                self._bar.close()
                self._bar = None
            if self._quiet:
                print(f"{name}: {self.seconds[name]:.1f} s", file=sys.stderr, flush=True)

    def say(self, words: str) -> None:
        """What the stage is at, where its end cannot be told; for people, not for logs."""
        if self._bar is not None:
            self._bar.set_description_str(words)

    def at(self, position: int, rows: int) -> None:
        """How far the stage is, and the rows it has been through."""
        if self._bar is not None:
            elapsed = self._bar.format_dict["elapsed"] or 1e-9
            self._bar.set_postfix_str(f"{rows:,} rows, {rows / elapsed:,.0f} rows/s", refresh=False)
            self._bar.update(position - self._bar.n)
