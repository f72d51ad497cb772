"""Fits beside the requests: pages start one, look how far it is, cancel it, or keep what came out.

Every worker process has at most one fitter (ml/fitter.py) and one thread that hands it one job after the other.
What is known of a job lies in files (ml/job_files.py), so that any worker can answer for any job; equal jobs are one,
and a finished one is answered from its files. A job's key holds everything that its answer depends on: the catalogue,
the stored model that it is compared with, the spec and the filter; so a new catalogue or model never gets an old
answer.

`who` names one open page. A job that several watch ends when the last of them cancels, asks for
something else, or has not looked for a minute and a half.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cached_property

from data_access import catalogue, models
from data_access.cache import key_of
from data_access.catalogue import Catalogue
from data_access.filters import SongFilter
from data_access.models import Model
from ml.job_files import FINAL, JobFolder, Jobs
from ml.job_owner import Owner
from ml.spec import ModelSpec
from settings import PROJECT_DIR, get_settings

_LAYOUT = 1  # raise it when the files of a job or the way that models are fitted change
_LETS_GO_SECONDS = 5
_KEEP_SECONDS = 80  # nginx gives up after 90
SOURCE: list[str] = []
"""Where the fitter takes its stages from, as "module:function"; empty is `ml.fit`. Tests put their own in."""


class TooManyFits(RuntimeError):
    """So many fits wait already that this one is not begun; the message is one sentence for people."""


class KeepError(RuntimeError):
    """A model could not be stored; the message is one sentence for people."""


@dataclass(frozen=True)
class Progress:
    """How far a job is. `state` is waiting, working, done, failed or cancelled, `share` 0 to 1, `seconds` since
    it began. Reports are read when they are asked for; None while they are not there."""

    key: str
    state: str
    words: str
    share: float
    seconds: float
    error: str
    stages: tuple[str, ...]
    job: JobFolder

    @cached_property
    def preview(self) -> dict | None:
        """The report on the sample."""
        return self.job.read("preview")

    @cached_property
    def whole(self) -> dict | None:
        """The report on all songs."""
        return self.job.read("whole")

    @cached_property
    def curve(self) -> dict | None:
        """Inertia and silhouette by number of moods."""
        return self.job.read("curve")

    @cached_property
    def scores(self) -> dict | None:
        """Silhouette and its like, on a sample."""
        return self.job.read("scores")

    @cached_property
    def stability(self) -> dict | None:
        """How much twenty seeds agree."""
        return self.job.read("stability")

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self.state in FINAL


# ---- what pages call ---------------------------------------------------------------------------


def key_for(spec: ModelSpec, song_filter: SongFilter) -> str:
    """The key that this fit has now: 24 hex digits. Raises NoCatalogue, DatabaseDown."""
    live = catalogue.current()
    return _key(live, models.current(live), spec, song_filter)


def start(spec: ModelSpec, song_filter: SongFilter, who: str = "") -> str:
    """Have this fitted, or join the one that is being or has been fitted; gives its key.

    Whatever else `who` waited for is left. Raises TooManyFits, NoCatalogue, DatabaseDown.
    """
    live = catalogue.current()
    stored = models.current(live)
    key = _key(live, stored, spec, song_filter)
    jobs = _jobs()
    with jobs.alone():
        job = jobs.folder(key)
        job.path.mkdir(exist_ok=True)
        if who:
            job.watch(who)
            jobs.leave_others(who, key)
        state = job.state() or {}
        if state.get("state") == "done":
            os.utime(job.path / "state.json")
        elif not job.alive() or state.get("state") in FINAL:
            _begin(job, live, stored, spec, song_filter)
        else:
            (job.path / "cancel").unlink(missing_ok=True)  # whoever wanted it stopped is not the only one
        jobs.prune()
    return key


def look(key: str, who: str = "") -> Progress:
    """How far a job is, for any worker to say. Raises ValueError for what is no key."""
    jobs = _jobs()
    job = jobs.folder(key)
    state = job.state()
    if state is None:
        return _progress(job, {"state": "failed", "error": "This fit is no longer kept."})
    if state["state"] not in FINAL:
        if who:
            job.watch(who)
        if job.cancel_asked():
            return _progress(job, {**state, "state": "cancelled", "words": "Cancelled"})
        with jobs.alone():
            if not job.alive() and (state := job.state() or state)["state"] not in FINAL:
                error = "The server was restarted during this fit."
                return _progress(job, {**state, "state": "failed", "error": error})
    return _progress(job, state)


def cancel(key: str, who: str = "") -> None:
    """Stop a job at once; with `who`, only if nobody else waits for it. Raises ValueError for what is no key."""
    job = _jobs().folder(key)
    if who:
        job.leave(who)
    else:
        job.ask_to_cancel()


def leave(who: str) -> None:
    """`who` waits for nothing any longer; what nobody else waits for ends."""
    jobs = _jobs()
    if who and jobs.root.exists():
        jobs.leave_others(who, "")


def keep(key: str) -> Model:
    """Store a finished fit for everybody; takes seconds. Raises KeepError, ValueError for what is no key.

    Done in a process of its own, so that a million rows are not written at the cost of other requests.
    """
    job = _jobs().folder(key)
    if (job.state() or {}).get("state") != "done":
        raise KeepError("Only a fit that is finished can be kept.")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ml.fitter", "keep", str(job.path)],
            cwd=PROJECT_DIR,
            env={**os.environ, **_environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
            timeout=_KEEP_SECONDS,
        )
        answer = json.loads(done.stdout or b"{}")
    except subprocess.TimeoutExpired:
        raise KeepError("Storing the model took too long, and was given up.") from None
    models.forget()
    catalogue.forget()
    if "model" not in answer:
        raise KeepError(answer.get("error") or "Storing the model ended unexpectedly.")
    return models.require(catalogue.current())


def warm() -> None:
    """Have a fitter that is ready before somebody asks for a fit."""
    _owner().warm()


# ---- the files of a job ------------------------------------------------------------------------


def _jobs() -> Jobs:
    return Jobs(get_settings().data_dir / "jobs")


def _key(live: Catalogue, stored: Model | None, spec: ModelSpec, song_filter: SongFilter) -> str:
    compared = None if stored is None else [stored.model, stored.created_at.isoformat()]
    asked = (_LAYOUT, live.version, live.started_at.isoformat(), compared, spec.to_query(), song_filter.to_query())
    return key_of("fit", asked).removeprefix("fit-")[:24]


def _begin(job: JobFolder, live: Catalogue, stored: Model | None, spec: ModelSpec, song_filter: SongFilter) -> None:
    owner = _owner()
    if owner.full:
        raise TooManyFits("Many fits are waiting already; please choose again in a minute.")
    lock = _freed(job)
    job.clear()
    job.write(
        "request",
        {
            "catalogue": [live.version, live.started_at.isoformat()],
            "model": None if stored is None else stored.model,
            "spec": spec.to_query(),
            "filter": song_filter.to_query(),
        },
    )
    words = "Waiting for another fit to end" if owner.busy else "Starting"
    job.write("state", {"state": "waiting", "words": words, "share": 0.0})
    owner.add(job, lock)


def _freed(job: JobFolder) -> int:
    """The lock of a job that has ended; its last owner says so in state.json a moment before it lets go."""
    deadline = time.monotonic() + _LETS_GO_SECONDS
    while (lock := job.take()) is None:
        if time.monotonic() > deadline:
            raise TooManyFits("This fit is just ending; please choose again in a moment.")
        time.sleep(0.01)
    return lock


def _progress(job: JobFolder, state: dict) -> Progress:
    began = state.get("began")
    return Progress(
        key=job.path.name,
        state=state["state"],
        words=state.get("words", ""),
        share=state.get("share", 0.0),
        seconds=0.0 if began is None else max(0.0, state.get("ended", time.time()) - began),
        error=state.get("error", ""),
        stages=tuple(state.get("stages", ())),
        job=job,
    )


# ---- this process's fitter ---------------------------------------------------------------------

_owners: dict[int, Owner] = {}
_owners_lock = threading.Lock()


def _owner() -> Owner:
    with _owners_lock:
        if os.getpid() not in _owners:  # one for each process: threads do not survive a fork
            owner = _owners[os.getpid()] = Owner(_jobs(), SOURCE, PROJECT_DIR, _environment())
            owner.start()
        return _owners[os.getpid()]


def _environment() -> dict[str, str]:
    threads = str(max(get_settings().count_threads, 1))
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), threads)
    return {**limits, "OMP_WAIT_POLICY": "PASSIVE"}  # a thread that waits must not spin: requests want the processor
