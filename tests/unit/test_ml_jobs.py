"""Jobs: joined, queued, cancelled, killed at every level; with stages of the tests' own, so without scikit-learn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from data_access.filters import SongFilter
from ml import jobs
from ml.job_files import KEPT_JOBS, WATCHED_SECONDS, Jobs
from ml.job_owner import WAITING_AT_MOST
from ml.jobs import Progress, TooManyFits
from ml.spec import ModelSpec
from settings import PROJECT_DIR, get_settings
from tests import servers

ALL = SongFilter()
SOURCE = "tests.fake_stages:stages"
QUICK, ENDLESS, FAILING, DYING, SLOW, THOROUGH = (ModelSpec(k=k) for k in (2, 3, 4, 5, 6, 7))


class World:
    """The catalogue and the stored model that jobs see."""

    def __init__(self) -> None:
        self.catalogue = SimpleNamespace(version=1, started_at=datetime(2025, 11, 24, tzinfo=UTC))
        self.model = SimpleNamespace(model=1, created_at=datetime(2025, 11, 24, tzinfo=UTC))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Jobs in a folder of their own, a fitter of their own, and no database."""
    found = World()
    monkeypatch.setattr(jobs.catalogue, "current", lambda: found.catalogue)
    monkeypatch.setattr(jobs.models, "current", lambda _live: found.model)
    monkeypatch.setattr(jobs, "SOURCE", [SOURCE])
    monkeypatch.setattr(jobs, "_owners", {})
    with servers.open_folder() as folder:
        monkeypatch.setenv("MUSICGROUP_DATA_DIR", str(folder))
        get_settings.cache_clear()
        yield found
        for job in Jobs(folder / "jobs").all():
            job.ask_to_cancel()
        for owner in jobs._owners.values():
            wait(lambda owner=owner: not owner.busy)  # nor at a last job: it would read from a fitter that is closed
            if owner.fitter:
                owner.fitter.close()
    monkeypatch.undo()
    get_settings.cache_clear()


def wait(done: Callable[[], object], instead: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, f"it never happened {instead()}"
        time.sleep(0.01)


def go() -> None:
    """Let fits of SLOW and THOROUGH go on, and all that come."""
    (get_settings().data_dir / "go").touch()


def until(key: str, *states: str) -> Progress:
    wait(lambda: jobs.look(key).state in states, lambda: jobs.look(key))
    return jobs.look(key)


def fitting(key: str) -> int:
    """Process id of the child that fits, once it has given its preview."""
    wait(lambda: jobs.look(key).stages)
    preview = jobs.look(key).preview
    assert preview
    return preview["pid"]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
        return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def test_a_fit_is_done_in_stages_and_politely(world: World) -> None:
    found = until(jobs.start(QUICK, ALL), "done")
    assert found.stages == ("preview", "whole")
    assert (found.share, found.error) == (1.0, "")
    assert found.whole == {"stage": "whole", "k": 2, "nice": 10}
    assert found.curve is None


def test_a_finished_fit_answers_at_once_and_is_not_repeated(world: World) -> None:
    first = until(jobs.start(QUICK, ALL), "done")
    again = jobs.start(QUICK, ALL)
    assert again == first.key
    assert jobs.look(again).state == "done"
    assert jobs.look(again).preview == first.preview  # the same process id: nobody fitted again


def test_equal_jobs_are_one(world: World) -> None:
    keys = {jobs.start(SLOW, ALL, who) for who in ("aa", "bb")}
    assert len(keys) == 1
    go()
    found = until(keys.pop(), "done")
    assert found.preview
    assert jobs._owner()._run == 1


def test_different_jobs_wait_for_each_other_and_all_are_done(world: World) -> None:
    first, second = jobs.start(SLOW, ALL, "aa"), jobs.start(QUICK, ALL, "bb")
    until(first, "working")
    waiting = jobs.look(second, "bb")
    assert waiting.state == "waiting"
    assert "Waiting" in waiting.words
    go()
    assert until(first, "done").whole["k"] == 6
    assert until(second, "done").whole["k"] == 2


def test_moods_do_not_wait_for_how_good_others_are(world: World) -> None:
    first = jobs.start(THOROUGH, ALL, "aa")
    wait(lambda: "whole" in jobs.look(first).stages)
    began = jobs.look(first).seconds
    second = until(jobs.start(QUICK, ALL, "bb"), "done")
    assert second.whole
    gave_way = jobs.look(first, "aa")
    assert not gave_way.final
    assert gave_way.whole["k"] == 7  # it is shown as before
    assert gave_way.share >= 0.8
    go()
    done = until(first, "done")  # and goes on afterwards
    assert done.curve
    assert done.seconds > began  # counted from its first beginning
    assert jobs._owner()._run == 3


def test_what_gave_way_can_be_cancelled(world: World) -> None:
    first = jobs.start(THOROUGH, ALL, "aa")
    wait(lambda: "whole" in jobs.look(first).stages)
    endless = jobs.start(ENDLESS, ALL, "bb")
    fitting(endless)
    assert jobs.look(first).state == "waiting"
    jobs.cancel(first, "aa")
    jobs.cancel(endless, "bb")
    assert until(first, "cancelled").curve is None


def test_no_fit_gives_way_to_one_that_was_cancelled(world: World) -> None:
    first, second = jobs.start(THOROUGH, ALL, "aa"), jobs.start(QUICK, ALL, "bb")
    jobs.cancel(second, "bb")
    go()
    assert until(first, "done").curve
    until(second, "cancelled")
    assert jobs._owner()._run == 1


def test_cancelling_kills_at_once_and_the_next_fit_is_ready(world: World) -> None:
    key = jobs.start(ENDLESS, ALL)
    pid = fitting(key)
    jobs.cancel(key)
    assert jobs.look(key).state == "cancelled"  # the very next look says so
    wait(lambda: gone(pid))
    warm = jobs._owner().fitter
    until(jobs.start(QUICK, ALL), "done")
    assert jobs._owner().fitter is warm  # nothing is loaded again
    assert until(key, "cancelled").preview  # what was shown stays


def test_what_waits_can_be_cancelled_and_asked_for_again(world: World) -> None:
    busy, waiting = jobs.start(ENDLESS, ALL, "aa"), jobs.start(QUICK, ALL, "bb")
    fitting(busy)
    jobs.cancel(waiting, "bb")
    assert jobs.look(waiting).state == "cancelled"
    assert jobs.start(QUICK, ALL, "bb") == waiting
    assert jobs.look(waiting).state == "waiting"
    jobs.cancel(busy, "aa")
    assert until(waiting, "done").whole


def test_one_who_cancels_does_not_stop_the_fit_of_another(world: World) -> None:
    key = jobs.start(ENDLESS, ALL, "aa")
    assert jobs.start(ENDLESS, ALL, "bb") == key
    pid = fitting(key)
    jobs.cancel(key, "aa")
    time.sleep(0.3)
    assert jobs.look(key, "bb").state == "working"
    assert not gone(pid)
    jobs.cancel(key, "bb")
    until(key, "cancelled")
    wait(lambda: gone(pid))


def test_asking_for_something_else_leaves_what_was_asked_before(world: World) -> None:
    key = jobs.start(ENDLESS, ALL, "aa")
    pid = fitting(key)
    until(jobs.start(QUICK, ALL, "aa"), "done")
    assert jobs.look(key).state == "cancelled"
    assert gone(pid)


def test_going_back_to_the_stored_model_leaves_the_fit(world: World) -> None:
    key = jobs.start(ENDLESS, ALL, "aa")
    pid = fitting(key)
    jobs.leave("aa")
    until(key, "cancelled")
    wait(lambda: gone(pid))


def test_a_page_that_was_closed_does_not_keep_a_fit_going(world: World) -> None:
    key = jobs.start(ENDLESS, ALL, "aa")
    pid = fitting(key)
    long_ago = time.time() - WATCHED_SECONDS - 1
    os.utime(jobs._jobs().folder(key).path / "watch-aa", (long_ago, long_ago))
    until(key, "cancelled")
    wait(lambda: gone(pid))


def test_a_fit_that_fails_says_why_in_one_sentence_and_may_be_tried_again(world: World) -> None:
    key = jobs.start(FAILING, ALL)
    assert until(key, "failed").error == "The songs are all alike."
    jobs.start(FAILING, ALL)
    until(key, "failed")
    assert jobs._owner()._run == 2


def test_a_fit_that_has_just_ended_is_begun_again_once_its_lock_is_free(world: World) -> None:
    key = until(jobs.start(FAILING, ALL), "failed").key
    wait(lambda: (held := jobs._jobs().folder(key).take()) is not None and _let_go_later(held))
    jobs.start(FAILING, ALL)
    until(key, "failed")
    until(jobs.start(QUICK, ALL), "done")  # its owner is well
    assert jobs._owner()._run == 3


def _let_go_later(lock: int) -> bool:
    threading.Timer(0.5, os.close, [lock]).start()
    return True


def test_a_fit_that_is_killed_is_reported_and_the_fitter_stays(world: World) -> None:
    key = jobs.start(DYING, ALL)
    assert until(key, "failed").error == "The fit was killed by the system, perhaps for want of memory."
    assert until(jobs.start(QUICK, ALL), "done").whole


def test_kill_9_of_the_fitter_takes_its_fit_along_and_a_new_one_serves(world: World) -> None:
    key = jobs.start(ENDLESS, ALL)
    pid = fitting(key)
    fitter = jobs._owner().fitter
    assert fitter
    os.kill(fitter.pid, signal.SIGKILL)
    assert until(key, "failed").error == "The fitting process ended unexpectedly; nothing was changed."
    wait(lambda: gone(pid))
    assert until(jobs.start(QUICK, ALL), "done").whole


def test_a_worker_that_dies_takes_its_fit_along_and_others_say_so(world: World) -> None:
    code = f"""
import time
from types import SimpleNamespace
from datetime import UTC, datetime
from data_access.filters import SongFilter
from ml import jobs
from ml.spec import ModelSpec
then = datetime(2025, 11, 24, tzinfo=UTC)
jobs.catalogue.current = lambda: SimpleNamespace(version=1, started_at=then)
jobs.models.current = lambda live: SimpleNamespace(model=1, created_at=then)
jobs.SOURCE.append("{SOURCE}")
print(jobs.start(ModelSpec(k=3), SongFilter()), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        key = worker.stdout.readline().strip()
        pid = fitting(key)
        assert jobs.look(key).state == "working"  # any worker can tell
        worker.kill()
    assert until(key, "failed").error == "The server was restarted during this fit."
    wait(lambda: gone(pid))
    assert jobs.start(ENDLESS, ALL) == key  # and another worker takes it on
    until(key, "working")


@pytest.mark.parametrize("change", ["catalogue", "model"])
def test_a_new_catalogue_or_model_never_gets_an_old_answer(change: str, world: World) -> None:
    key = until(jobs.start(QUICK, ALL), "done").key
    if change == "catalogue":
        world.catalogue.started_at = datetime(2025, 11, 25, tzinfo=UTC)
    else:
        world.model.model = 2
    assert jobs.start(QUICK, ALL) != key


def test_only_the_latest_jobs_are_kept(world: World) -> None:
    keys = []
    for number in range(KEPT_JOBS + 3):
        keys.append(jobs.start(QUICK, SongFilter(text=f"word {number}")))
        wait(lambda: jobs.look(keys[-1]).final)
    newest = jobs.start(ENDLESS, ALL)
    kept = {folder.path.name for folder in jobs._jobs().all()}
    assert len(kept) == KEPT_JOBS
    assert keys[0] not in kept
    assert {keys[-1], newest} < kept
    assert jobs.look(keys[0]).error == "This fit is no longer kept."


def test_not_everything_can_wait(world: World) -> None:
    fitting(jobs.start(ENDLESS, ALL))
    for number in range(WAITING_AT_MOST):
        jobs.start(QUICK, SongFilter(text=f"word {number}"))
    with pytest.raises(TooManyFits, match="Many fits are waiting"):
        jobs.start(QUICK, SongFilter(text="one more"))


def test_what_is_no_key_opens_no_file(world: World) -> None:
    for key in ("../../etc/passwd", "", "A" * 24, "0" * 23):
        with pytest.raises(ValueError, match="not the name of a fit"):
            jobs.look(key)
