"""The thread of a worker process that hands jobs to its fitter, one after the other.

A job whose moods are known gives way to one that still waits for its moods: how good a grouping is can be said later.
What gave way is fitted again from its beginning, which its stages make the same.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from ml.fitter_link import FitterLink
from ml.job_files import JobFolder, Jobs

IDLE_SECONDS = 600
WAITING_AT_MOST = 12
_LOOK_SECONDS = 0.05
_MOODS = "whole"  # the stage after which a page shows the moods of all its songs


class Owner(threading.Thread):
    """Runs this worker's jobs one after the other. The fitter is its child, and dies with it."""

    def __init__(self, jobs: Jobs, source: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(name="fits", daemon=True)
        self._jobs, self._source, self._folder, self._environment = jobs, source, folder, environment
        self.fitter: FitterLink | None = None
        self._queue: deque[tuple[JobFolder, int]] = deque()
        self._later: deque[tuple[JobFolder, int]] = deque()  # gave way, and have only to say how good they are
        self._wake = threading.Condition()
        self._warm = False
        self._run = 0
        self.busy = False

    @property
    def full(self) -> bool:
        """Whether so many jobs wait that another one had better not be begun."""
        return len(self._queue) + len(self._later) >= WAITING_AT_MOST

    def add(self, job: JobFolder, lock: int) -> None:
        """Queue a job; `lock` is closed when it has ended."""
        with self._wake:
            self._queue.append((job, lock))
            self.busy = True
            self._wake.notify()

    def warm(self) -> None:
        """Have a fitter soon."""
        with self._wake:
            self._warm = True
            self._wake.notify()

    def run(self) -> None:
        """For ever."""
        while True:
            with self._wake:
                self.busy = self._has_work()
                called = self._wake.wait_for(lambda: self._has_work() or self._warm, timeout=IDLE_SECONDS)
                job, lock = (self._queue or self._later).popleft() if self._has_work() else (None, -1)
                self._warm = False
                self.busy = job is not None
            if not called:
                self._dismiss()
            elif job is None:
                self._ensure()
            elif self._ended(job):
                os.close(lock)
            else:
                self._later.append((job, lock))

    def _has_work(self) -> bool:
        return bool(self._queue or self._later)

    def _somebody_waits(self) -> bool:
        """Whether a queued job still has to say its moods, and for somebody."""
        with self._wake:
            queued = [job for job, _lock in self._queue]
        return any(not job.cancel_asked() and not job.abandoned() for job in queued)

    def _ended(self, job: JobFolder) -> bool:
        """Run a job; False when it gave way to another."""
        try:
            return self._work(job)
        except FileNotFoundError:
            pass  # the folder was deleted: nobody waits for it
        except Exception as error:  # the thread must live on
            with contextlib.suppress(OSError):
                job.change(state="failed", error=f"The fit could not be run: {error}.", ended=time.time())
        return True

    def _work(self, job: JobFolder) -> bool:
        if self._stopped(job):
            return True
        fitter = self._ensure()
        self._run += 1
        before = job.state() or {}
        stages: list[str] = before.get("stages", [])
        share = before.get("share", 0.0)
        began = before.get("began") or time.time()
        job.change(state="working", words="Reading the songs", began=began, stages=stages)
        fitter.send({"run": self._run, "folder": str(job.path)})
        while True:
            said = fitter.read(_LOOK_SECONDS)
            if said is None:
                self._dismiss()
                self._ensure()
                error = "The fitting process ended unexpectedly; nothing was changed."
                job.change(state="failed", words="", error=error, ended=time.time())
                return True
            for message in said:
                if message.get("run") != self._run:
                    continue  # of a fit that was stopped, or that it is warm
                if "end" in message:
                    state = {"state": message["end"], "error": message.get("error", ""), "ended": time.time()}
                    job.change(**state, **({"share": 1.0, "words": "Done"} if message["end"] == "done" else {}))
                    return True
                stages.append(message["stage"])
                share = max(share, message["share"])  # what gave way does not seem to go back
                job.change(stages=stages, share=share, words=message["words"])
            if self._stopped(job):
                fitter.send({"stop": self._run})
                return True
            if _MOODS in stages and self._somebody_waits():
                fitter.send({"stop": self._run})
                job.change(state="waiting", words="Waiting for another fit to end")
                return False

    def _stopped(self, job: JobFolder) -> bool:
        """Whether the job is cancelled, and then its state says so."""
        if not job.cancel_asked() and not job.abandoned():
            return False
        with self._jobs.alone():
            if not job.cancel_asked() and not job.abandoned():
                return False  # somebody joined in the last moment
            job.change(state="cancelled", words="Cancelled", ended=time.time())
        return True

    def _ensure(self) -> FitterLink:
        if self.fitter is None or not self.fitter.running():
            self._dismiss()
            self.fitter = FitterLink(self._source, self._folder, self._environment)
        return self.fitter

    def _dismiss(self) -> None:
        if self.fitter:
            self.fitter.close()
        self.fitter = None
