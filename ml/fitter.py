"""The fitter: a process beside each worker that has scikit-learn loaded and fits one model at a time.

`python -m ml.fitter serve <parent pid> [module:function]` reads requests from its standard input, a JSON object a line
({"run": 3, "folder": ...} or {"stop": 3}), and answers on its standard output. Each fit runs in a child that is
forked from the warm process: stopping a fit is killing the child, which takes effect at once, and
the next one starts without loading anything again. The parent never starts a thread pool and never connects,
so that nothing is shared that a fork breaks. Both run at nice 10 and die with the worker (PR_SET_PDEATHSIG, and
the end of standard input).

`python -m ml.fitter keep <folder>` stores a finished fit for everybody and prints one JSON object.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ml.job_files import JobFolder

NICENESS = 10
_LINE_AT_MOST = 4000  # bytes; a write to a pipe of at most PIPE_BUF (4096) is never torn, even by a kill
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

Stages = Callable[[dict], Iterator[Any]]
log = logging.getLogger(__name__)


class Refused(ValueError):
    """A request that cannot be fitted; the message is for people."""


def stages_of(request: dict) -> Iterator[Any]:
    """The stages (`ml.fit.Stage`) of a request.json. Raises Refused when the catalogue has changed since."""
    from data_access import catalogue, explore, moods  # noqa: PLC0415  # in the child: it connects
    from data_access.columns import open_store  # noqa: PLC0415
    from ml.fit import fit_stages  # noqa: PLC0415

    live = catalogue.current()
    if [live.version, live.started_at.isoformat()] != request["catalogue"]:
        raise Refused("The catalogue was replaced meanwhile.")
    spec, song_filter = parsed(request)
    songs = explore.selection(live, song_filter) if song_filter.to_query() else None
    yield from fit_stages(open_store(live), spec, songs, moods.open_moods(live), song_filter.to_query())


def parsed(request: dict) -> tuple[Any, Any]:
    """ModelSpec and SongFilter of a request.json."""
    from data_access.filters import SongFilter  # noqa: PLC0415
    from ml.spec import ModelSpec  # noqa: PLC0415

    spec, _ = ModelSpec.from_query(parse_qs(request["spec"]))
    song_filter, _ = SongFilter.from_query(parse_qs(request["filter"], keep_blank_values=True))
    return spec, song_filter


# ---- the warm process --------------------------------------------------------------------------


@dataclass
class _Child:
    """A fit that runs: its number, process id, and a descriptor that becomes readable when it ends."""

    run: int
    pid: int
    ended: int

    def kill(self) -> None:
        """End it now."""
        os.kill(self.pid, signal.SIGKILL)
        self.reap()

    def reap(self) -> int:
        """Its exit code; negative is the signal that killed it."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.ended)
        return os.waitstatus_to_exitcode(status)


@dataclass
class Fitter:
    """The loop of the warm process; `say` answers the worker."""

    stages: Stages
    say: Callable[[dict], None]
    requests: int = 0  # descriptor to read from
    child: _Child | None = field(default=None, init=False)

    def serve(self) -> None:
        """Until the worker is gone."""
        rest = b""
        while True:
            waiting = [self.requests, *([self.child.ended] if self.child else [])]
            ready, _, _ = select.select(waiting, [], [])
            if self.child and self.child.ended in ready:
                self._child_ended()
            if self.requests in ready:
                read = os.read(self.requests, 65_536)
                if not read:
                    break
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))
        if self.child:
            self.child.kill()

    def _obey(self, request: dict) -> None:
        wanted = request.get("stop", request.get("run"))
        if self.child and ("run" in request or self.child.run == wanted):
            self.child.kill()  # before a new run: the last one has said its end and is on its way out
            self.child = None
        if "run" in request:
            self.child = self._fork(request)

    def _fork(self, request: dict) -> _Child:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _die_with(parent)
            os.close(self.requests)
            code = 1
            try:
                code = run(request, self.stages, self.say)
            finally:
                os._exit(code)
        return _Child(request["run"], pid, os.pidfd_open(pid))

    def _child_ended(self) -> None:
        assert self.child
        code = self.child.reap()
        if code:
            self.say({"run": self.child.run, "end": "failed", "error": _death(code)})
        self.child = None


def _death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "The fit was killed by the system, perhaps for want of memory."
    return f"The fit ended unexpectedly (exit code {code})."


def run(request: dict, stages: Stages, say: Callable[[dict], None]) -> int:
    """Fit, write each stage's file as it is ready, and say so. Gives the exit code: 0 when all has been said."""
    number, job = request["run"], JobFolder(Path(request["folder"]))
    try:
        asked = job.read("request")
        if asked is None:
            raise Refused("The request was deleted.")
        for stage in stages(asked):
            if stage.fitted is not None:
                job.write("fitted", stage.fitted.to_json())
            if stage.data:
                job.write(stage.name, stage.data)
            say({"run": number, "stage": stage.name, "share": float(stage.share), "words": stage.words[:300]})
        say({"run": number, "end": "done"})
    except Exception as error:
        if type(error).__name__ not in ("Refused", "FitError"):  # those are answers, and ml.fit is not ours to load
            log.exception("A fit failed")
        say({"run": number, "end": "failed", "error": sentence(error)})
    return 0


def sentence(error: BaseException) -> str:
    """One sentence for people out of an error."""
    if isinstance(error, MemoryError):
        return "There was not enough memory for this fit."
    lines = str(error).strip().splitlines()
    words = lines[0].strip() if lines else type(error).__name__
    return (words if words.endswith((".", "!", "?")) else words + ".")[:400]


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _speaker(descriptor: int) -> Callable[[dict], None]:
    def say(message: dict) -> None:
        line = json.dumps(message).encode()[:_LINE_AT_MOST] + b"\n"
        try:
            os.write(descriptor, line)
        except BrokenPipeError:
            os._exit(1)  # nobody listens any more

    return say


def _found(name: str) -> Stages:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def main(arguments: list[str]) -> int:
    """`serve` or `keep`; see the module's docstring."""
    logging.basicConfig(format="%(name)s: %(message)s")
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever prints goes to the log, not between our answers
    say = _speaker(answers)
    match arguments:
        case ["serve", parent, *source]:
            _die_with(int(parent))
            os.nice(NICENESS)
            stages = _found(source[0]) if source else _warm()
            say({"ready": True})
            Fitter(stages, say).serve()
            return 0
        case ["keep", folder]:
            os.nice(NICENESS // 2)  # somebody waits for it
            from ml.job_keep import keep  # noqa: PLC0415

            say(keep(JobFolder(Path(folder))))
            return 0
    return 2


def _warm() -> Stages:
    """Everything that a fit needs, loaded before the first one."""
    for module in ("data_access.explore", "data_access.moods"):
        importlib.import_module(module)
    from ml.fit import warm  # noqa: PLC0415

    warm()
    return stages_of


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
