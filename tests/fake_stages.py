"""Stages for tests of the machinery around fits: what happens goes by the number of moods that is asked for.

2 is over at once, 3 works on its whole stage until it is stopped, 4 fails, 5 kills its own process, 6 takes half a
second, 7 is two seconds about how good it is after its moods are known.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
        time.sleep(0.5)
    yield FakeStage("whole", 0.8, "Trying other numbers of moods", {"stage": "whole", "k": k, "nice": os.nice(0)})
    if k == 7:
        time.sleep(2)
        yield FakeStage("curve", 0.9, "Curve", {"stage": "curve", "pid": os.getpid()})
