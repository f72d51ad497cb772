"""One seeded trace of a hand on a mouse, and single pointer events; frames_hand.py plays whole gestures.

A gesture is a press, moves and a release, in fractions of a plot's width.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 20_241_215
_SWAY = 0.002  # of the plot's width: no hand is still

Send = Callable[[str, dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Gesture:
    """A press at `points[0]`, moves through the others, a release at the last; (moves + 1,) fractions of the width."""

    name: str
    points: tuple[float, ...]


@dataclass(frozen=True)
class Box:
    """Where a plot lies in the window, in CSS pixels."""

    left: float
    top: float
    width: float
    height: float

    def at(self, fraction: float) -> tuple[float, float]:
        """A place in the plot, half way up."""
        return self.left + fraction * self.width, self.top + self.height / 2


def gestures(seed: int, *, moves: int = 200) -> list[Gesture]:
    """Draw a brush, move it, and pull at its upper end; `moves` pointer moves each.

    The second begins in the middle of what the first drew, the third at the upper end of where the second left it.
    """
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.3, 0.34)
    drawn = _wander(rng, start, [rng.uniform(0.55, 0.6), rng.uniform(0.42, 0.48), rng.uniform(0.6, 0.64)], moves)
    middle = (start + drawn[-1]) / 2
    moved = _wander(rng, middle, [rng.uniform(0.68, 0.74), rng.uniform(0.36, 0.4), rng.uniform(0.5, 0.54)], moves)
    end = drawn[-1] + moved[-1] - middle
    pulled = _wander(rng, end, [rng.uniform(0.84, 0.9), rng.uniform(0.56, 0.6), rng.uniform(0.74, 0.8)], moves)
    return [Gesture("draw", drawn), Gesture("move", moved), Gesture("resize", pulled)]


def _wander(rng: np.random.Generator, start: float, targets: Sequence[float], moves: int) -> tuple[float, ...]:
    """From place to place as a hand goes, slow at both ends of each way (minimum jerk; Flash and Hogan 1985)."""
    found, here = [start], start
    for place, target in enumerate(targets):
        steps = moves // len(targets) + (place < moves % len(targets))
        share = np.linspace(0, 1, steps + 1)[1:]
        way = here + (target - here) * (10 * share**3 - 15 * share**4 + 6 * share**5)
        found += (way + rng.normal(0, _SWAY, steps)).tolist()
        here = target
    found[-1] = here  # so that the next gesture knows where this one ended
    return tuple(found)


async def press(send: Send, box: Box, fraction: float) -> None:
    """Press the button at a place."""
    await _mouse(send, "mousePressed", *box.at(fraction), button="left", buttons=1, clickCount=1)


async def move(send: Send, box: Box, fraction: float, *, pressed: bool) -> None:
    """One move, with the button down or not."""
    held = {"button": "left", "buttons": 1} if pressed else {"button": "none", "buttons": 0}
    await _mouse(send, "mouseMoved", *box.at(fraction), **held)


async def release(send: Send, box: Box, fraction: float) -> None:
    """Let go."""
    await _mouse(send, "mouseReleased", *box.at(fraction), button="left", buttons=0, clickCount=1)


async def _mouse(send: Send, kind: str, x: float, y: float, **details: Any) -> None:
    await send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "pointerType": "mouse", **details})
