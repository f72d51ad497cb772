"""The file of a load: opening it (.csv, .gz, .zip), reading rows with their line numbers, naming what is wrong."""

from __future__ import annotations

import csv
import errno
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NoReturn

from etl.errors import LoadError

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Chunk:
    """Some rows in file order, with the line of the file that each begins on."""

    lines: Sequence[int]
    rows: list[list[str]]


class Source:
    """A CSV file, possibly inside .gz or .zip. Raises LoadError on anything that cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._raw: BinaryIO | None = None
        try:
            if path.is_dir():
                raise LoadError(f"{path}: is a folder; name the CSV file in it.")
            self.bytes = path.stat().st_size
        except FileNotFoundError:
            raise LoadError(f"{path}: no such file; check the path.") from None
        except OSError as error:
            raise self._unreadable(error) from error
        if self.bytes == 0:
            raise LoadError(f"{path}: is empty; nothing to load.")
        self.header = self._read_header()

    @property
    def position(self) -> int:
        """Bytes of the file (as it lies on the disk) that have been read so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else 0

    def sha256(self) -> str:
        """SHA-256 of the file as it lies on the disk."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Rows after the header, `size` at a time; blank lines are left out."""
        with self._text() as text:
            reader = csv.reader(text, strict=True)
            try:
                next(reader)
                while True:
                    before = reader.line_num
                    rows = list(islice(reader, size))
                    if not rows:
                        return
                    yield _with_lines(rows, before + 1, reader.line_num)
            except (csv.Error, UnicodeDecodeError) as error:
                self._explain(error)

    # ---- opening -----------------------------------------------------------------------------

    @contextmanager
    def _binary(self) -> Iterator[BinaryIO]:
        try:
            with self.path.open("rb") as self._raw:
                start = self._raw.read(4)
                self._raw.seek(0)
                if start[:2] == b"\x1f\x8b":
                    yield io.BufferedReader(gzip.GzipFile(fileobj=self._raw), _READ_BYTES)
                elif start == b"PK\x03\x04":
                    with zipfile.ZipFile(self._raw) as archive, archive.open(self._member(archive)) as member:
                        yield io.BufferedReader(member, _READ_BYTES)  # type: ignore[type-var]
                else:
                    yield self._raw
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as error:
            raise LoadError(f"{self.path}: is damaged or cut short ({error}); fetch it again.") from error
        except OSError as error:
            raise self._unreadable(error) from error

    def _member(self, archive: zipfile.ZipFile) -> str:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv") and "__MACOSX" not in name]
        if len(names) != 1:
            found = "no CSV file" if not names else f"{len(names)} CSV files ({', '.join(names[:3])})"
            raise LoadError(f"{self.path}: holds {found}; unpack it and load the CSV file itself.")
        if archive.getinfo(names[0]).flag_bits & 1:
            raise LoadError(f"{self.path}: is encrypted; unpack it and load the CSV file itself.")
        return names[0]

    @contextmanager
    def _text(self, errors: str = "strict") -> Iterator[io.TextIOWrapper]:
        with self._binary() as binary:
            if binary.read(3) != b"\xef\xbb\xbf":
                binary.seek(0)
            text = io.TextIOWrapper(binary, "utf-8", errors, newline="")
            try:
                yield text
            finally:
                text.detach()

    def _read_header(self) -> list[str]:
        with self._binary() as binary:
            start = binary.read(8192)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise LoadError(f"{self.path}: line 1: is UTF-16; save it as UTF-8.")
        if b"\0" in start:
            raise LoadError(f"{self.path}: is not a CSV file but binary data; name a CSV file (or its .gz or .zip).")
        # Lenient, because the first block holds many rows; a fault in them is for `chunks` to name.
        with self._text("surrogateescape") as text:
            try:
                header = next(csv.reader(text, strict=True), [])
                "".join(header).encode()
            except (csv.Error, UnicodeEncodeError) as error:
                self._explain(error)
        if not any(name.strip() for name in header):
            raise LoadError(f"{self.path}: line 1: is blank; it must name the columns.")
        return header

    def _unreadable(self, error: OSError) -> LoadError:
        hint = " give this account leave to read it." if error.errno == errno.EACCES else " check the file."
        return LoadError(f"{self.path}: cannot be read ({error.strerror or error});{hint}")

    # ---- what went wrong where -----------------------------------------------------------------

    def _explain(self, error: csv.Error | UnicodeError) -> NoReturn:
        """Read again, slowly, to raise a LoadError with the line and column of the fault."""
        if isinstance(error, UnicodeError):
            with self._binary() as binary:
                for number, line in enumerate(binary, 1):
                    try:
                        line.decode()
                    except UnicodeDecodeError as fault:
                        column = self._column_of(line[: fault.start].decode() + '"')
                        raise LoadError(
                            f"{self.path}: line {number}{column}: byte 0x{line[fault.start]:02x} is not UTF-8; "
                            "save the file as UTF-8 (it may be Latin-1 or Windows-1252)."
                        ) from None
        start, problem = 1, str(error)
        with self._text() as text:
            reader = csv.reader(text, strict=True)
            try:
                for _ in reader:
                    start = reader.line_num + 1
            except csv.Error as fault:
                problem = str(fault)
        with self._text() as text:
            begun = "".join(islice(text, start - 1, start))
        raise LoadError(
            f"{self.path}: line {start}{self._column_of(begun)}: a quote that is opened on this line is not "
            f"closed as it should be ({problem}); close it, and double quotes within quoted text."
        ) from None

    def _column_of(self, begun: str) -> str:
        """ ", column NAME" for the column that a row's beginning stops in; "" when that cannot be told."""
        header = getattr(self, "header", [])
        try:
            fields = next(csv.reader([begun]), [])
        except csv.Error:
            return ""
        return f", column {header[len(fields) - 1]}" if 0 < len(fields) <= len(header) else ""


def _with_lines(rows: list[list[str]], first: int, last: int) -> Chunk:
    if last - first + 1 == len(rows) and all(rows):
        return Chunk(range(first, last + 1), rows)
    lines, kept, line = [], [], first
    for row in rows:
        if row:
            lines.append(line)
            kept.append(row)
        line += 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row if "\n" in cell or "\r" in cell)
    return Chunk(lines, kept)
