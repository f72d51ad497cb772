"""The operations password: asked before anything is changed for everybody, when one is set.

`python -m ops.password` asks for a password and prints the hash for MUSICGROUP_OPS_PASSWORD_HASH. Only the hash
(scrypt, by Werkzeug) is ever kept. Wrong tries are counted in a file that all workers share.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.security import check_password_hash, generate_password_hash

from settings import get_settings

TRIES = 5
WINDOW_SECONDS = 15 * 60

_SHORTEST = 8
_log = logging.getLogger(__name__)


def is_set() -> bool:
    """Whether a password has to be given."""
    return bool(get_settings().ops_password_hash)


def check(password: str, address: str) -> str | None:
    """None when the password is right or none is set, else one sentence that says what is wrong.

    After TRIES wrong ones from an address within WINDOW_SECONDS, right ones are refused too.
    """
    if not is_set():
        return None
    with _wrong_tries() as tries:
        recent = tries.get(address, [])
        if len(recent) >= TRIES:
            minutes = max(1, round((recent[0] + WINDOW_SECONDS - time.time()) / 60))
            return f"Too many wrong passwords; try again in {minutes} minute{'s' if minutes > 1 else ''}."
        if password and check_password_hash(get_settings().ops_password_hash, password):
            tries.pop(address, None)
            return None
        if not password:
            return "The operations password is needed for this."
        tries[address] = [*recent, time.time()]
        _log.warning("Wrong operations password from %s.", address)
        return "That is not the operations password."


@contextmanager
def _wrong_tries() -> Iterator[dict[str, list[float]]]:
    """Times of the recent wrong tries by address, locked, written back at the end."""
    path = get_settings().data_dir / "wrong-passwords.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        try:
            kept = json.load(file)
        except ValueError:  # empty, or cut off by a crash
            kept = {}
        since = time.time() - WINDOW_SECONDS
        tries = {address: recent for address, times in kept.items() if (recent := [t for t in times if t > since])}
        yield tries
        file.seek(0)
        file.truncate()
        json.dump(tries, file)


def main() -> int:
    """Ask for a password twice (or read a line that is piped in) and print its hash; exit code 2 when it is no good."""
    asked = sys.stdin.isatty()
    password = getpass.getpass("New operations password: ") if asked else sys.stdin.readline().rstrip("\n")
    if len(password) < _SHORTEST:
        print(f"The password must have at least {_SHORTEST} characters.", file=sys.stderr)
        return 2
    if asked and getpass.getpass("Once more: ") != password:
        print("These are two different passwords.", file=sys.stderr)
        return 2
    print(f"MUSICGROUP_OPS_PASSWORD_HASH='{generate_password_hash(password)}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
