"""Releases for tests: this project as it lies here, with some files changed, as the archive that deploy.sh takes."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from settings import PROJECT_DIR

LEFT_OUT = ("docs/", "tests/", "benchmarks/")


def files() -> list[str]:
    """What belongs to a release: everything that git knows of and that is here."""
    listed = subprocess.run(
        ["git", "-C", str(PROJECT_DIR), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return sorted(
        {name for name in listed if name and (PROJECT_DIR / name).is_file() and not name.startswith(LEFT_OUT)}
        - {".venv"}
    )


def packed(folder: Path, version: str, changes: Mapping[str, str] | None = None) -> Path:
    """A release in `folder`; `changes` are contents of files that replace ours or are added."""
    changes = {"RELEASE": f"version={version}\n", **(changes or {})}
    target = folder / f"{version}.tar.gz"
    with gzip.open(target, "wb", compresslevel=1) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for name in files():
            if name not in changes:
                archive.add(PROJECT_DIR / name, name, recursive=False)
        for name, text in changes.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return target


def sha256(path: Path) -> str:
    """The digest as sha256sum writes it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
