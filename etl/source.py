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

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from etl.errors import LoadError

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_READ_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BESIDE_QUOTE = np.zeros(256, dtype=bool)
_BESIDE_QUOTE[list(b'",\r\n')] = True


@dataclass(frozen=True)
class Chunk:
    """Some rows in file order, with the line of the file that each begins on."""

    lines: Sequence[int]
    rows: list[list[str]]


@dataclass(frozen=True)
class Block:
    """Some whole lines of the file as they lie there, and the line of the file that they begin on."""

    line: int
    text: bytes


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

    def blocks(self) -> Iterator[Block]:
        """The lines after the header, some thousand at a time, cut where no quote is open."""
        with self._binary() as binary:
            if binary.read(3) != _BYTE_ORDER_MARK:
                binary.seek(0)
            header = _closed(binary.readline(), binary)
            _, _, after = header.partition(b"\r")
            if after.strip(b"\n"):  # every line ends in a bare carriage return: the whole rest is one block
                yield Block(2, after + binary.read())
                return
            line = 1 + header.count(b"\n")
            while text := _closed(binary.read(_BLOCK_BYTES) + binary.readline(), binary):
                yield Block(line, text)
                line += text.count(b"\n")

    def table(self, block: Block) -> pa.Table | None:
        """A block as columns of text, named 0, 1, ...; None when its rows want to be read one by one.

        That is when something is wrong with them, when they hold line breaks, or a quote where none belongs: a
        fault is for the csv module to find and for `_explain` to name.
        """
        lines = block.text.count(b"\n") + (not block.text.endswith(b"\n"))
        if b"\0" in block.text or _has_stray_quote(block.text):
            return None
        names = [str(place) for place in range(len(self.header))]
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(block.text),
                pa_csv.ReadOptions(use_threads=False, block_size=len(block.text) + 1, column_names=names),
                pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == lines else None

    def rows(self, block: Block, size: int) -> Iterator[Chunk]:
        """A block row by row, `size` at a time; blank lines are left out."""
        try:
            text = io.TextIOWrapper(io.BytesIO(block.text), "utf-8", newline="")
            reader = csv.reader(text, strict=True)
            while True:
                before = reader.line_num
                rows = list(islice(reader, size))
                if not rows:
                    return
                yield _with_lines(rows, block.line + before, block.line + reader.line_num - 1)
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
            if binary.read(3) != _BYTE_ORDER_MARK:
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


def _closed(text: bytes, binary: BinaryIO) -> bytes:
    """Lines with those after them until no quote is open."""
    lines, is_open = [text], text.count(b'"') % 2
    while is_open and (line := binary.readline()):
        lines.append(line)
        is_open ^= line.count(b'"') % 2
    return b"".join(lines)


def _has_stray_quote(text: bytes) -> bool:
    """Whether a quote neither begins nor ends a field, nor stands beside another quote."""
    characters = np.frombuffer(b"\n" + text + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(characters == ord('"'))
    return not bool((_BESIDE_QUOTE[characters[quotes - 1]] | _BESIDE_QUOTE[characters[quotes + 1]]).all())


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
