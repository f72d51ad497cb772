"""What the helper asks of systemd: a handful of commands with fixed argument lists, never a shell."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime

_PATIENCE_SECONDS = 10
_STARTED = "39f53479d3a045ac8e11786248231fbf"  # the journal's MESSAGE_ID of "unit started": systemd.journal-fields(7)
_SHOWN = "ActiveState,SubState,Result,ExecMainStatus,ActiveEnterTimestamp,InactiveEnterTimestamp,InvocationID"
_REASONS = {
    "start-limit-hit": "it failed so often in a row that systemd has given up",
    "exit-code": "it ended by itself with code {code}",
    "signal": "it was killed by a signal",
    "core-dump": "it crashed",
    "watchdog": "it did not answer its watchdog",
    "timeout": "it took too long to start or to stop",
    "oom-kill": "it ran out of memory",
    "resources": "systemd could not give it what it needs",
}
_WORDS = {"activating": "starting", "deactivating": "stopping", "inactive": "stopped"}


class SystemdError(RuntimeError):
    """systemctl or journalctl could not do it; the message is the first line of what it said."""


@dataclass(frozen=True)
class State:
    """A unit as systemd sees it. since: when it came into this state. words: the same for people."""

    active: str
    sub: str
    result: str
    code: int
    since: datetime | None
    invocation: str

    @property
    def words(self) -> str:
        """ "running since 12:04:31 UTC on 3 May 2026" """
        since = f"{self.since:%H:%M:%S} UTC on {self.since.day} {self.since:%b %Y}" if self.since else "an unknown time"
        if self.active == "active":
            return f"running since {since}"
        if self.active == "failed":
            reason = _REASONS.get(self.result, self.result).format(code=self.code)
            return f"failed since {since}, because {reason}"
        if self.sub == "auto-restart":
            return f"waiting to be started again, down since {since}"
        return _WORDS.get(self.active, self.active)


def state(unit: str) -> State:
    """How the unit is. Raises SystemdError."""
    shown = _run("systemctl", "show", unit, f"--property={_SHOWN}", "--timestamp=unix")
    found = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    running = found.get("ActiveState") in ("active", "reloading")
    since = found.get("ActiveEnterTimestamp" if running else "InactiveEnterTimestamp", "").removeprefix("@")
    return State(
        active=found.get("ActiveState", "unknown"),
        sub=found.get("SubState", ""),
        result=found.get("Result", ""),
        code=int(found.get("ExecMainStatus") or 0),
        since=datetime.fromtimestamp(int(since), UTC) if since.isdigit() and int(since) else None,
        invocation=found.get("InvocationID", ""),
    )


def restart(unit: str) -> None:
    """Ask for a restart and return before it happens. Raises SystemdError.

    A unit that was started too often cannot be started again before its counter is reset.
    """
    _run("systemctl", "--no-ask-password", "reset-failed", unit)
    _run("systemctl", "--no-ask-password", "--no-block", "restart", unit)


def starts(unit: str) -> int:
    """How often the unit was started within the last hour. Raises SystemdError."""
    lines = _run(
        "journalctl", "--since=-1h", "--output=cat", "--quiet", "--no-pager", f"MESSAGE_ID={_STARTED}", f"UNIT={unit}"
    )
    return len(lines.splitlines())


def journal(unit: str, lines: int = 200) -> str:
    """The unit's last lines. Raises SystemdError."""
    return _run("journalctl", f"--unit={unit}", f"--lines={lines}", "--output=short-iso", "--quiet", "--no-pager")


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        raise SystemdError(f"{command[0]} did not answer within {_PATIENCE_SECONDS} seconds") from None
    except OSError as error:
        raise SystemdError(f"{command[0]} cannot be run: {error.strerror}") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{command[0]} ended with code {done.returncode}"]
        raise SystemdError(said[0])
    return done.stdout
