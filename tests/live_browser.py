"""The numbers of live brushing in node: assets/live_tile.js, live_numbers.js and live_store.js, and tiles for them."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ASSETS = Path(__file__).resolve().parents[1] / "assets"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
const heard = {};
const listen = { addEventListener: (name, work) => (heard[name] = work) };
globalThis.window = { ...listen, location: { pathname: "/", search: "" } };
globalThis.document = { ...listen, querySelector: () => null, dispatchEvent: (event) => heard[event.type]?.(event) };
"""
_TOOLS = """
const mg = window.musicgroup;
const bytes = (text) => { // an ArrayBuffer of base64
    const found = Buffer.from(text, "base64");
    return found.buffer.slice(found.byteOffset, found.byteOffset + found.length);
};
const tileOf = (text) => mg.tile.decode(bytes(text));
const lists = (found) => Object.fromEntries(Object.entries(found).map(([name, each]) => [name, Array.from(each)]));
"""


def run(expression: str, data: object = None) -> Any:
    """The value of a JavaScript expression, awaited; `data` is what is given, `tileOf(text)` a tile of base64."""
    files = ("20-navigation.js", "live_tile.js", "live_numbers.js", "live_store.js")
    scripts = [_BROWSER, *((ASSETS / name).read_text() for name in files), _TOOLS]
    source = (
        "\n".join(scripts)
        + f"""
        const data = {json.dumps(data)};
        (async () => ({expression}))().then((found) => process.stdout.write(JSON.stringify(found ?? null)));
    """
    )
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wire(columns: list[int], parts: list[dict], cells: np.ndarray, floats: np.ndarray | None = None) -> str:
    """A tile as the server sends it, as base64; `cells` (rows, bins), `floats` (rows, float bins)."""
    floats = np.zeros((len(cells), 0), np.float32) if floats is None else floats.astype(np.float32)
    planes = max(1, (int(cells.max(initial=0)).bit_length() + 7) // 8)
    about = {
        "of": "1 now", "active": ["tempo", "energy"][: len(columns)], "columns": columns, "rows": len(cells),
        "bins": cells.shape[1], "float_bins": floats.shape[1], "planes": planes, "parts": parts,
    }  # fmt: skip
    text = json.dumps(about).encode()
    text += b" " * (-len(text) % 4)

    def in_planes(array: np.ndarray, count: int) -> bytes:
        return array.reshape(-1).view(np.uint8).reshape(-1, 4).T[:count].tobytes()

    body = in_planes(cells.astype("<u4"), planes) + in_planes(np.ascontiguousarray(floats.astype("<f4")), 4)
    return base64.b64encode(struct.pack("<I", len(text)) + text + body).decode()
