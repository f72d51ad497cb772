"""The hand of the frame benchmark: pointer moves at a mouse's own rate, on a connection of its own to the browser.

They are written beforehand and go straight to Chromium's DevTools socket. Through Playwright, whose driver is a process
between, the same moves take processor time from the page that a mouse would not.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from benchmarks.frames_trace import Box, Gesture

RATE_HZ = 125  # of a plain USB mouse


@contextmanager
def hand(port: int, address: str) -> Iterator[ClientConnection]:
    """A connection to the tab that shows `address`, in the browser whose DevTools listen on a port of this machine.

    Raises ValueError unless exactly one tab does.
    """
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
        tabs = json.load(answer)
    [tab] = [tab for tab in tabs if tab["type"] == "page" and tab["url"].startswith(address)]
    with connect(tab["webSocketDebuggerUrl"], compression=None, max_queue=None, proxy=None) as connection:
        yield connection


def play(to: ClientConnection, box: Box, gesture: Gesture) -> None:
    """Press, move, release, without waiting for the page: what it cannot follow piles up as it does for people.

    Only the release waits, until the browser has taken all moves. Raises TimeoutError where it does not in two minutes.
    """
    moves = [
        _mouse(number, "mouseMoved", box.at(fraction), button="left", buttons=1)
        for number, fraction in enumerate(gesture.points[1:], start=1)
    ]
    to.send(_mouse(0, "mousePressed", box.at(gesture.points[0]), button="left", buttons=1, clickCount=1))
    start = time.perf_counter()
    for number, message in enumerate(moves, start=1):
        time.sleep(max(0.0, start + number / RATE_HZ - time.perf_counter()))
        to.send(message)
    _taken(to, len(moves))
    last = len(moves) + 1
    to.send(_mouse(last, "mouseReleased", box.at(gesture.points[-1]), button="left", buttons=0, clickCount=1))
    _taken(to, last)


def _taken(to: ClientConnection, number: int) -> None:
    """Wait until the browser has answered a message, and so all before it."""
    while json.loads(to.recv(timeout=120)).get("id") != number:
        pass


def _mouse(number: int, kind: str, at: tuple[float, float], **details: Any) -> str:
    x, y = at
    params = {"type": kind, "x": x, "y": y, "pointerType": "mouse", **details}
    return json.dumps({"id": number, "method": "Input.dispatchMouseEvent", "params": params})
