"""`python -m ops.helper.new_secret token|password`: make a secret, and what the helper knows of it."""

from __future__ import annotations

import getpass
import secrets
import sys

from werkzeug.security import generate_password_hash

from ops.helper.guard import sha256

_SHORTEST = 12


def main() -> int:
    """token: 256 random bits and their hash. password: asks for one, prints its hash."""
    match sys.argv[1:]:
        case ["token"]:
            token = secrets.token_urlsafe(32)
            print(f"token: {token}\ntoken-hash: {sha256(token)}")
            return 0
        case ["password"]:
            password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
            if len(password) < _SHORTEST:
                print(f"A password has {_SHORTEST} characters or more.", file=sys.stderr)
                return 2
            print(generate_password_hash(password, "scrypt"))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
