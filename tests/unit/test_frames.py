"""How the frame benchmark reads a page and Chromium: a move is answered by the frame that all charts are in."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.frames_chrome import painted_frames
from benchmarks.frames_reading import answers
from benchmarks.frames_trace import Box, gestures

SONGS = {0.1: 10, 0.2: 20, 0.3: 30}


def count(chart: str, ranges: dict) -> int:
    return SONGS[ranges["energy"]["high"]]


def brush(at: float, high: float) -> dict:
    return {"at": at, "ranges": {"energy": {"low": None, "high": high}}}


def move(at: float, *arrived: float, away: float = 50) -> dict:
    return {"at": at, "arrived": arrived, "away": away}


def shown(at: float, chart: str, songs: int, mark: int) -> dict:
    return {"at": at, "chart": chart, "songs": songs, "mark": mark}


def test_a_move_is_answered_when_the_last_chart_is_painted():
    log = {
        "moves": [move(100, 90, 98)],
        "brushes": [brush(101, 0.1)],
        "shown": [shown(102, "tempo", 10, 1), shown(130, "valence", 10, 2)],
    }
    found = answers(log, {1: 105, 2: 140}, count, ["tempo", "valence"])
    assert found.every == [50, 42]
    assert found.newest == [42]
    assert found.within_a_frame == 0


def test_a_later_brush_answers_the_moves_before_it():
    log = {
        "moves": [move(100, 99), move(116, 115), move(133, 130)],
        "brushes": [brush(101, 0.1), brush(117, 0.2), brush(134, 0.3)],
        "shown": [shown(101, "tempo", 10, 1), shown(140, "tempo", 30, 2)],
    }
    found = answers(log, {1: 104, 2: 144}, count, ["tempo"])
    assert found.every == [5, 29, 14]
    assert found.within_a_frame == pytest.approx(200 / 3)


def test_an_answer_that_is_late_counts_for_the_brush_that_it_shows():
    log = {
        "moves": [move(100, 100), move(120, 120)],
        "brushes": [brush(101, 0.1), brush(121, 0.2)],
        "shown": [shown(150, "tempo", 10, 1), shown(170, "tempo", 20, 2)],
    }
    assert answers(log, {1: 152, 2: 172}, count, ["tempo"]).every == [52, 52]


def test_moves_that_change_nothing_are_left_out():
    log = {
        "moves": [move(t, t - 1) for t in (100, 108, 125)],
        "brushes": [brush(100.5, 0.1), brush(126, 0.2)],
        "shown": [shown(110, "all", 10, 1), shown(127, "all", 20, 2)],
    }
    found = answers(log, {1: 112, 2: 130}, count, ["all"])
    assert found.every == [13, 6]
    assert found.unchanged == 1


def test_a_move_that_may_be_a_click_leaves_the_brush_as_it_was():
    log = {
        "moves": [move(100, 95, 99, away=2), move(108, 107, away=4), move(125, 124, away=1)],
        "brushes": [brush(109, 0.1), brush(126, 0.2)],
        "shown": [shown(110, "all", 10, 1), shown(127, "all", 20, 2)],
    }
    found = answers(log, {1: 112, 2: 130}, count, ["all"], in_frames=True, click=4)
    assert found.every == [5, 6]
    assert found.unchanged == 2
    assert answers(log, {1: 112, 2: 130}, count, ["all"], in_frames=True).every == [17, 13, 5, 6]


def test_moves_of_one_frame_belong_together():
    log = {
        "moves": [move(t, t - 1) for t in (100, 108, 125, 160)],
        "brushes": [brush(109, 0.1), brush(126, 0.1), brush(161, 0.2)],
        "shown": [shown(110, "all", 10, 1), shown(127, "all", 10, 2), shown(162, "all", 20, 3)],
    }
    found = answers(log, {1: 112, 2: 130, 3: 165}, count, ["all"], in_frames=True)
    assert found.every == [13, 5, 6]
    assert found.newest == [5, 6]
    assert found.unchanged == 1


def test_a_number_that_no_brush_has_is_found_out():
    log = {
        "moves": [move(100, 100), move(120, 120)],
        "brushes": [brush(101, 0.1), brush(121, 0.2)],
        "shown": [shown(102, "tempo", 10, 1), shown(122, "tempo", 21, 2)],
    }
    with pytest.raises(AssertionError, match="21 songs, which no brush had"):
        answers(log, {1: 103, 2: 123}, count, ["tempo"])


def test_a_chart_that_stays_behind_is_found_out():
    log = {
        "moves": [move(100, 100)],
        "brushes": [brush(101, 0.1), brush(121, 0.2)],
        "shown": [shown(102, "tempo", 10, 1), shown(102, "valence", 99, 2)],
    }
    with pytest.raises(AssertionError, match="valence was never painted"):
        answers(log, {1: 103, 2: 103}, count, ["tempo", "valence"])
    peer = answers(log, {1: 103, 2: 103}, count, ["tempo", "valence"], may_stay_behind=True)
    assert (peer.every, peer.behind) == ([], 1)


def test_a_last_drawing_that_looks_like_the_one_before_was_there_when_drawn():
    """Chromium paints no frame for it, so its mark is never painted."""
    log = {
        "moves": [move(100, 100), move(120, 120)],
        "brushes": [brush(101, 0.1), brush(121, 0.2)],
        "shown": [shown(102, "tempo", 10, 1), shown(125, "tempo", 20, 2)],
    }
    assert answers(log, {1: 103}, count, ["tempo"]).every == [3, 5]


def test_a_last_change_that_leaves_the_songs_as_they_are_needs_no_drawing():
    log = {
        "moves": [move(100, 100), move(120, 120)],
        "brushes": [brush(101, 0.1), brush(121, 0.1001)],
        "shown": [shown(102, "tempo", 10, 1)],
    }
    assert answers(log, {1: 103}, lambda *_: 10, ["tempo"]).every == [3, 1]


def test_a_mark_is_painted_with_the_frame_that_is_committed_next():
    """The second frame is activated late: the compositor has drawn one of its own in between."""
    events = [
        begun(1_000, 7),
        mark(1_100, 1, 51.1),
        committed(1_200),
        activated(1_300, 7),
        reporter("b", 1_000, "a", 40),
        drawn(1_400, 40),
        reporter("e", 1_450, "a"),
        begun(17_000, 8),
        mark(17_100, 2, 67.1),
        committed(17_200),
        reporter("b", 17_000, "b", 41),
        drawn(20_000, 41),
        reporter("e", 20_100, "b"),
        activated(33_000, 8),
        reporter("b", 32_900, "c", 42),
        drawn(33_100, 42),
        reporter("e", 33_400, "c"),
        mark(40_000, 3, 90.0),
    ]
    found = painted_frames(json.dumps({"traceEvents": events}).encode())
    assert found == {1: pytest.approx(51.45), 2: pytest.approx(83.4)}


def event(name: str, phase: str, at: float, thread: int, args: dict, **more: object) -> dict:
    return {"name": name, "ph": phase, "ts": at, "pid": 1, "tid": thread, "args": args, **more}


def begun(at: float, frame: int) -> dict:
    return event("BeginMainThreadFrame", "I", at, 1, {"data": {"frameId": frame}})


def mark(at: float, number: int, since: float) -> dict:
    return event(f"shown-{number}", "I", at, 1, {"data": {"startTime": since}})


def committed(at: float) -> dict:
    return event("Commit", "X", at, 1, {"frameSeqId": 0}, dur=50)


def activated(at: float, frame: int) -> dict:
    return event("ActivateLayerTree", "I", at, 2, {"frameId": frame})


def drawn(at: float, sequence: int) -> dict:
    return event("DrawFrame", "I", at, 2, {"frameSeqId": sequence})


def reporter(phase: str, at: float, local: str, sequence: int = 0) -> dict:
    args = {"frame_reporter": {"frame_sequence": sequence}} if phase == "b" else {}
    return event("PipelineReporter", phase, at, 2, args, id2={"local": local})


def test_the_trace_is_the_same_each_time_and_its_gestures_fit_together():
    draw, move, resize = gestures(5)
    assert gestures(5) == [draw, move, resize]
    assert gestures(6)[0] != draw
    for gesture in (draw, move, resize):
        points = np.array(gesture.points)
        assert len(points) == 201
        assert ((points > 0.2) & (points < 0.95)).all()
        assert np.abs(np.diff(points)).max() < 0.02, "a hand does not jump"
    start, end = draw.points[0], draw.points[-1]
    assert move.points[0] == pytest.approx((start + end) / 2)
    assert resize.points[0] == pytest.approx(end + move.points[-1] - move.points[0])


def test_a_place_in_a_plot():
    assert Box(100, 50, 200, 80).at(0.25) == (150, 90)
