"""Reading the file: exact line numbers, compressed files, and one clear sentence for each fault."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from etl.errors import LoadError
from etl.source import Source


def write(tmp_path, content, name="songs.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, size=3):
    source = Source(path)
    chunks = [chunk for block in source.blocks() for chunk in source.rows(block, size)]
    return [pair for chunk in chunks for pair in zip(chunk.lines, chunk.rows, strict=True)]


def test_lines_count_breaks_within_quotes_and_blank_lines(tmp_path):
    path = write(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\r\n3,"p\r\nq"\n4,w')
    assert read(path) == [(2, ["1", "x\ny"]), (5, ["2", "z"]), (6, ["3", "p\r\nq"]), (8, ["4", "w"])]
    assert read(path, size=100) == read(path, size=1)


def test_byte_order_mark_is_not_part_of_the_header(tmp_path):
    assert Source(write(tmp_path, b"\xef\xbb\xbfid,name\n1,2\n")).header == ["id", "name"]


def test_compressed_files_read_the_same(tmp_path):
    content = b"a,b\n1,2\n3,4\n"
    plain, packed, archive = write(tmp_path, content), tmp_path / "x.csv.gz", tmp_path / "x.zip"
    packed.write_bytes(gzip.compress(content))
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("inner.csv", content)
        made.writestr("README.txt", "about")
    assert read(packed) == read(archive) == read(plain) == [(2, ["1", "2"]), (3, ["3", "4"])]


def zipped(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n")
    return made.getvalue()


FAULTS = {
    "empty": (b"", "is empty"),
    "blank first line": (b"\n1,2\n", "line 1: is blank"),
    "binary": (b"\x7fELF\0\0\0\0", "not a CSV file but binary"),
    "utf-16": ("a,b\n".encode("utf-16"), "UTF-16; save it as UTF-8"),
    "latin-1": (b"a,b\n1,x\n2,caf\xe9\n", "line 3, column b: byte 0xe9 is not UTF-8"),
    "unclosed quote": (b'a,b\n1,x\n2,"open\n3,z\n4,w\n', "line 3, column b: a quote that is opened on this line"),
    "stray quote": (b'a,b\n1,"x" y\n', "line 2, column b: a quote"),
    "endless quote": (b'a,b\n1,"' + b"x\n" * 90_000, "line 2, column b: a quote"),
    "zip without csv": (zipped("a.txt"), "holds no CSV file"),
    "zip with two": (zipped("a.csv", "b.csv"), "holds 2 CSV files"),
    "cut gzip": (gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 3000)[:-20], "damaged or cut short"),
    "not gzip": (b"\x1f\x8bnonsense", "damaged or cut short"),
}


@pytest.mark.parametrize(("content", "sentence"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named_with_file_line_and_column(tmp_path, content, sentence):
    path = write(tmp_path, content)
    with pytest.raises(LoadError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)


def test_no_such_file_and_folder(tmp_path):
    with pytest.raises(LoadError, match="no such file"):
        Source(tmp_path / "missing.csv")
    with pytest.raises(LoadError, match="is a folder"):
        Source(tmp_path)
