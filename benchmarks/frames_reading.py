"""What a page's log and Chromium's trace say together: from a pointer move to the frame in which every chart shows it.

A move is answered when each chart that follows the brush has been painted with the brush of this move or of a later
one. That a chart shows a brush is known from the number of songs in it, which must be the number that the catalogue
has for one of the brushes so far: a page that draws something else, or nothing, is found out.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

FRAME_MS = 1000 / 60

Ranges = Mapping[str, Mapping[str, float | None] | None]
Count = Callable[[str, Ranges], int]
Painted = Mapping[int, float]
Got = tuple[float, Sequence[float]]
"""When the page got some moves, and when they had arrived in the browser."""


@dataclass
class Answers:
    """Milliseconds from moves to paintings: of every move, and of the newest of each of the page's frames."""

    every: list[float] = field(default_factory=list)
    newest: list[float] = field(default_factory=list)
    unchanged: int = 0
    """Moves that left the brush as it was; nothing was to be painted for them."""
    behind: int = 0
    """Moves that some chart never followed; they are in no other figure."""

    def __iadd__(self, other: Answers) -> Answers:
        self.every += other.every
        self.newest += other.newest
        self.unchanged += other.unchanged
        self.behind += other.behind
        return self

    def quantile(self, part: float) -> float:
        """Of every move, by linear interpolation."""
        return float(np.quantile(self.every, part))

    @property
    def within_a_frame(self) -> float:
        """Share, in percent, of the page's frames that were painted within 16.7 ms of their newest pointer move."""
        return 100 * float(np.mean(np.array(self.newest) <= FRAME_MS))


def answers(
    log: Mapping[str, Any],
    painted: Painted,
    count: Count,
    charts: Sequence[str],
    *,
    in_frames: bool = False,
    click: float = 0,
    may_stay_behind: bool = False,
) -> Answers:
    """Join a log (see frames_web/recorder.js) with when its drawings were painted (frames_chrome.painted_frames).

    `count` gives the songs that a chart is to show for a brush, `charts` are those that follow.
    `in_frames`: the page tells of its brush in its next frame, for all moves since the frame before; otherwise at once.
    `click`: until a move is so many pixels from the press, it is still a click, and leaves the brush as it was.
    `may_stay_behind`: moves that a chart never followed are counted, and left out otherwise.
    Raises AssertionError where a chart shows a number that no brush had, or stays behind and may not.
    """
    changes, at = _changes(log["brushes"])
    reached = {
        chart: _reached(log["shown"], chart, [count(chart, ranges) for ranges in changes], at, painted)
        for chart in charts
    }
    found = Answers()
    drawn = next((place for place, move in enumerate(log["moves"]) if move["away"] >= click), len(log["moves"]))
    found.unchanged += sum(len(move["arrived"]) for move in log["moves"][:drawn])
    moves = [(move["at"], move["arrived"]) for move in log["moves"][drawn:]]
    if in_frames:
        moves = _by_frame(moves, [brush["at"] for brush in log["brushes"]])
    for place, (since, arrived) in enumerate(moves):
        until = moves[place + 1][0] if place + 1 < len(moves) else float("inf")
        change = bisect.bisect_left(at, since)
        if change == len(at) or at[change] >= until:
            found.unchanged += len(arrived)
            continue
        if may_stay_behind and any(not reached[chart] or reached[chart][-1][0] < change for chart in charts):
            found.behind += len(arrived)
            continue
        when = max(_first(reached[chart], change, chart) for chart in charts)
        found.every += [when - each for each in arrived]
        found.newest.append(when - arrived[-1])
    return found


def _by_frame(moves: Sequence[Got], told: Sequence[float]) -> list[Got]:
    """Moves between which the page did not tell of its brush, put together."""
    found: list[Got] = []
    for at, arrived in moves:
        if found and bisect.bisect_left(told, found[-1][0]) == bisect.bisect_left(told, at):
            found[-1] = (at, [*found[-1][1], *arrived])
        else:
            found.append((at, arrived))
    return found


def _changes(brushes: Sequence[Mapping[str, Any]]) -> tuple[list[Ranges], list[float]]:
    """The brushes that differ from the one before, and when each was there."""
    different = [b for i, b in enumerate(brushes) if i == 0 or b["ranges"] != brushes[i - 1]["ranges"]]
    return [b["ranges"] for b in different], [b["at"] for b in different]


def _reached(
    shown: Sequence[Mapping[str, Any]],
    chart: str,
    numbers: Sequence[int],
    at: Sequence[float],
    painted: Painted,
) -> list[tuple[int, float]]:
    """(change, when painted) of a chart, each the newest change that the chart has shown until then.

    The browser paints no frame that looks like the last one: a chart's last drawing was then on the screen when drawn.
    Nor need a chart be drawn again for a last change that leaves its songs as they are: it shows that already.
    """
    found: list[tuple[int, float]] = []
    drawings = [drawing for drawing in shown if drawing["chart"] == chart]
    for drawing in drawings:
        so_far = bisect.bisect_right(at, drawing["at"])
        change = next((c for c in range(so_far - 1, -1, -1) if numbers[c] == drawing["songs"]), None)
        if change is None:
            assert not found, f"{chart} shows {drawing['songs']} songs, which no brush had"
            continue  # as it was before the first brush
        when = painted.get(drawing["mark"], drawing["at"] if drawing is drawings[-1] else None)
        if when is not None and (not found or change > found[-1][0]):
            found.append((change, when))
    while found and (left := found[-1][0] + 1) < len(numbers) and numbers[left] == numbers[left - 1]:
        found.append((left, max(found[-1][1], at[left])))
    return found


def _first(reached: Sequence[tuple[int, float]], change: int, chart: str) -> float:
    place = bisect.bisect_left(reached, (change, float("-inf")))
    assert place < len(reached), f"{chart} was never painted with the brush as it was left"
    return reached[place][1]
