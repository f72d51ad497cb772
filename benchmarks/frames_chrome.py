"""Chromium's own trace: when the frame with a mark of the page was painted.

A page marks that it has drawn (performance.mark). The frame with the drawing is the one that is committed next;
it is painted when the browser has rastered it, put it together and handed it to the display: the end of the frame's
PipelineReporter. All of that runs in software here, on the same processor as the page.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Sequence
from typing import Any

CATEGORIES = [
    "-*",
    "blink.user_timing",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
]
_MARK = "shown-"

Event = dict[str, Any]


def painted_frames(trace: bytes) -> dict[int, float]:
    """When the frame with each mark was painted, by the mark's number, ms of the page's performance.now().

    Raises AssertionError when the trace has marks of two pages, or has lost events.
    """
    events = sorted(json.loads(trace)["traceEvents"], key=lambda event: event.get("ts", 0))
    marks = [event for event in events if event["name"].startswith(_MARK)]
    pages = {event["pid"] for event in marks}
    assert len(pages) == 1, f"the trace has marks of {len(pages)} pages"
    ours = [event for event in events if event["pid"] in pages]
    main = marks[0]["tid"]
    commits = [event for event in ours if event["name"] == "Commit" and event["ph"] == "X" and event["tid"] == main]
    began = [event for event in ours if event["name"] == "BeginMainThreadFrame"]
    activated = {event["args"]["frameId"]: event["ts"] for event in ours if event["name"] == "ActivateLayerTree"}
    drawn = [event for event in ours if event["name"] == "DrawFrame"]
    presented = _presented(ours)
    offset = marks[0]["ts"] / 1000 - marks[0]["args"]["data"]["startTime"]
    found = {}
    for mark in marks:
        commit = _next(commits, mark["ts"])
        frame = _before(began, commit["ts"])["args"]["data"]["frameId"] if commit else None
        if frame not in activated:
            continue  # the trace ended first
        draw = _next(drawn, activated[frame])
        if draw and draw["args"]["frameSeqId"] in presented:
            found[int(mark["name"].removeprefix(_MARK))] = presented[draw["args"]["frameSeqId"]] / 1000 - offset
    return found


def _presented(events: Sequence[Event]) -> dict[int, float]:
    """When each frame of the compositor was handed to the display, µs; a frame that was not is left out."""
    began: dict[tuple[int, str], int] = {}
    found: dict[int, float] = {}
    for event in events:
        if event["name"] == "PipelineReporter":
            key = (event["pid"], event["id2"]["local"])
            if event["ph"] == "b":
                began[key] = event["args"]["frame_reporter"]["frame_sequence"]
            elif key in began:
                found[began.pop(key)] = event["ts"]
    return found


def _next(events: Sequence[Event], since: float) -> Event | None:
    place = bisect.bisect_left(events, since, key=lambda event: event["ts"])
    return events[place] if place < len(events) else None


def _before(events: Sequence[Event], until: float) -> Event:
    return events[bisect.bisect_right(events, until, key=lambda event: event["ts"]) - 1]
