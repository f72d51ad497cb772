"""A worker's end of the pipes to its fitter process (ml/fitter.py)."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class FitterLink:
    """A running fitter. Made by the thread that owns it: when that thread ends, so does the process."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ml.fitter", "serve", str(os.getpid()), *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert self._process.stdin
        assert self._process.stdout
        # Files, not their numbers: once closed, a number may be that of somebody else's pipe.
        self._in, self._out = self._process.stdin, self._process.stdout
        self._rest = b""

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, message: dict) -> bool:
        """Hand a request over; False when the fitter is gone."""
        try:
            os.write(self._in.fileno(), json.dumps(message).encode() + b"\n")
        except (OSError, ValueError):  # the latter: closed by us
            return False
        return True

    def read(self, seconds: float) -> list[dict] | None:
        """What it has said within that time, perhaps nothing; None when it is gone."""
        if not select.select([self._out], [], [], seconds)[0]:
            return []
        read = os.read(self._out.fileno(), 65_536)
        if not read:
            return None
        *lines, self._rest = (self._rest + read).split(b"\n")
        return [json.loads(line) for line in lines]

    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def close(self) -> int:
        """End it, at once; gives its exit code (negative: the signal)."""
        for pipe in (self._in, self._out):
            pipe.close()
        if self._process.poll() is None:
            self._process.kill()
        return self._process.wait()
