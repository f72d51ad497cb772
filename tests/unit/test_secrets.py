"""No secret is in the repository: every file of it is searched for keys, tokens, passwords and long random values."""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import PROJECT_DIR

KINDS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a token of GitLab": r"\bglpat-[\w-]{20}",
    "a token of PyPI": r"\bpypi-AgEI[\w-]{20,}",
    "a key of AWS": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a token of Slack": r"\bxox[abprs]-[\w-]{10,}",
    "a key of Google": r"\bAIza[\w-]{35}",
    "a JSON web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"<>{}]+:[^\s/:@'\"<>{}]+@",
    "the hash of a password": r"\b(?:scrypt|pbkdf2)(?::[\w.]+){1,3}\$[^\s$]{4,}\$[0-9a-f]{32,}",
    "a hash of the system's": r"\$(?:2[aby]|5|6|y|argon2id?)\$[^\s'\"]{20,}",
    "a secret that is set": r"(?i)(?:password|secret|token|api_?key)['\"]?\s*[:=]\s*['\"]?"
    r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])[\w+/=-]{20,}",
    "a long random value": r"(?<![\w+/=.-])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w+/=-])",
}  # fmt: skip
RANDOM_BITS = {16: 3.2, 64: 4.25}
"""Bits a character above which a value of so many kinds of characters (hexadecimal, all others) is a random one."""

# What looks like a secret and is none: (files, what is found), with the reason.
ALLOWED = {
    (r"\.github/workflows/.*\.yml", r"[0-9a-f]{40}"): "commits that actions are pinned to",
    (r"benchmarks/.*/package-lock\.json", r"sha(512|1)-[\w+/=]+"): "digests of npm's packages, public like these",
    (r"etl/synthesise\.py", "0123456789abcdefg.*"): "the letters that made-up ids are built of",
    (r"ops/helper/systemd\.py", "[0-9a-f]{32}"): "systemd's own number for the message that a unit was started",
    (r"tests/.*\.py", r"TOKEN = .[\w-]*the-token-of-[\w-]*tests[\w-]*"): "a token of the tests, good nowhere else",
}

# Pictures, fonts and archives: only searched for keys.
NOT_TEXT = (".png", ".ico", ".woff2", ".gz", ".parquet")


def files(root: Path) -> list[Path]:
    """What git tracks; without git everything but what .gitignore leaves out."""
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], check=False, capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return [path for name in done.stdout.split("\0") if name and (path := root / name).is_file()]
    ignored = {line.strip("/ ") for line in (PROJECT_DIR / ".gitignore").read_text().splitlines()} | {".git"}
    return [path for path in root.rglob("*") if path.is_file() and not ignored & set(path.relative_to(root).parts)]


def secrets(root: Path) -> Iterator[str]:
    """What looks like a secret below a folder, a line each."""
    for path in sorted(files(root)):
        where = str(path.relative_to(root))
        content = path.read_bytes()
        if where.endswith(NOT_TEXT):
            if re.search(KINDS["a private key"].encode(), content):
                yield f"{where}: a private key"
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            for kind, value in found(line):
                if not any(re.fullmatch(at, where) and re.fullmatch(what, value) for at, what in ALLOWED):
                    yield f"{where}:{number}: {kind}: {value[:12]}..."


def found(line: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of what looks like a secret in a line."""
    for kind, pattern in KINDS.items():
        for match in re.finditer(pattern, line):
            if kind != "a long random value" or is_random(match[0]):
                yield kind, match[0]


def is_random(value: str) -> bool:
    """Whether nobody would have written this: letters and digits mixed, hardly any of them often."""
    if not (re.search(r"\d", value) and re.search("[A-Za-z]", value)):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return bits > RANDOM_BITS[16 if re.fullmatch("[0-9a-f]+|[0-9A-F]+", value) else 64]


def test_no_secret_is_in_the_repository() -> None:
    assert len(files(PROJECT_DIR)) > 100
    assert list(secrets(PROJECT_DIR)) == []


def test_what_is_allowed_is_still_there() -> None:
    for (at, what), reason in ALLOWED.items():
        places = [path for path in files(PROJECT_DIR) if re.fullmatch(at, str(path.relative_to(PROJECT_DIR)))]
        assert any(re.search(what, path.read_text()) for path in places), reason


# Put together here, or this file itself would be full of secrets.
PLANTED = {
    "a private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "a token of GitHub": "ghp_" + "aB3d" * 9,
    "a token of GitLab": "glpat-" + "aB3dE" * 4,
    "a token of PyPI": "pypi-" + "AgEIcHlwaS5vcmc" + "aB3dE" * 4,
    "a key of AWS": "AKIA" + "QX7ZP2LM" * 2,
    "a token of Slack": "xoxb" + "-2048-31415926535",
    "a key of Google": "AIza" + "Sy0aB" * 7,
    "a JSON web token": "eyJhbGciOiJIUzI1." + "eyJzdWIiOiIxMjM0." + "c2lnbmF0dXJl",
    "a password in a URL": "postgresql://somebody:hunter2" + "@db.example/music",
    "the hash of a password": "scrypt:32768:8:1$" + "salt1234$" + "0f" * 64,
    "a hash of the system's": "$6$" + "rounds=5000$salt$" + "a1B2" * 8,
    "a secret that is set": "MUSICGROUP_TOKEN=" + "k3k3k3k3k3k3k3k3k3k3",
    "a long random value": "x9Qz7Lm2Vt5Rk8Wp" + "1Ns4Hb6Yc3Jd0GfAu",
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_is_planted_is_seen(kind: str, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "settings").write_text(f"# all is well\nvalue = {PLANTED[kind]}\n")
    assert any(line.startswith(f"etc/settings:2: {kind}") for line in secrets(tmp_path))


@pytest.mark.parametrize("digits", [hashlib.sha256(b"test").hexdigest(), hashlib.md5(b"").hexdigest()])
def test_digits_of_a_digest_are_random(digits: str) -> None:
    assert is_random(digits)


@pytest.mark.parametrize(
    "line",
    [
        "password=correct horse battery",
        "DATABASE_URL=postgresql://musicgroup_dashboard@127.0.0.1:5432/musicgroup",
        "test_a_restart_that_fails_says_what_failed_with_the_journals_lines_2",
        "SSL_CERT_FILE=/usr/local/share/ca-certificates/our-own-2024.crt",
        "token = secrets.token_urlsafe(32)",
    ],
)
def test_what_people_write_is_none(line: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(line)
    assert list(secrets(tmp_path)) == []


def test_a_key_in_a_picture_is_seen_too(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\0" + PLANTED["a private key"].encode())
    assert list(secrets(tmp_path)) == ["a.png: a private key"]


def test_only_what_is_tracked_is_searched(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "init.defaultBranch=main"]
    if subprocess.run([*git, "init", "--quiet"], check=False, capture_output=True).returncode:
        pytest.skip("needs git")
    for name in ("tracked", "mine"):
        (tmp_path / name).write_text(PLANTED["a token of GitHub"])
    subprocess.run([*git, "add", "tracked"], check=True)
    assert [line.split(":")[0] for line in secrets(tmp_path)] == ["tracked"]
