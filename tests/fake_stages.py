"""Stages for tests of the machinery around fits: what happens goes by the number of moods that is asked for.

2 is over at once, 3 works on its whole stage until it is stopped, 4 fails, 5 kills its own process, 6 waits for the
file `go` of the data folder before its moods are known, 7 after that, when it is about how good they are.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs


@dataclass
class FakeStage:
    """As ml.fit.Stage."""

    name: str
    share: float
    words: str
    data: dict
    fitted: None = None
    mood: None = None


def stages(request: dict) -> Iterator[FakeStage]:
    """See the module."""
    k = int(parse_qs(request["spec"])["k"][0])
    yield FakeStage("preview", 0.3, "Fitting all songs", {"stage": "preview", "k": k, "pid": os.getpid()})
    if k == 3:
        time.sleep(60)
    if k == 4:
        raise ValueError("The songs are all alike.\nand more")
    if k == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if k == 6:
        _wait_for_go()
    yield FakeStage("whole", 0.8, "Trying other numbers of moods", {"stage": "whole", "k": k, "nice": os.nice(0)})
    if k == 7:
        _wait_for_go()
        yield FakeStage("curve", 0.9, "Curve", {"stage": "curve", "pid": os.getpid()})


def _wait_for_go() -> None:
    go = Path(os.environ["MUSICGROUP_DATA_DIR"]) / "go"
    while not go.exists():
        time.sleep(0.02)
