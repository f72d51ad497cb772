"""Pictures of a page as arrays, and whether two of them show the same thing."""

from __future__ import annotations

import base64
import math

import numpy as np
from playwright.sync_api import Page

_DECODE = """async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    let text = "";
    for (const byte of context.getImageData(0, 0, bitmap.width, bitmap.height).data) text += String.fromCharCode(byte);
    return [bitmap.height, bitmap.width, btoa(text)];
}"""


def picture(page: Page, selector: str) -> np.ndarray:
    """What an element looks like, (height, width, 3) int16, in pixels of the screen."""
    box = page.locator(selector).bounding_box()
    assert box
    # Whole pixels: an element that begins within one would have one more or less of them from page to page.
    png = page.screenshot(
        clip={
            "x": math.floor(box["x"]),
            "y": math.floor(box["y"]),
            "width": math.floor(box["width"]),
            "height": math.floor(box["height"]),
        },
        scale="device",
    )
    height, width, text = page.evaluate(_DECODE, base64.b64encode(png).decode())
    rgba = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
    return rgba[..., :3].astype(np.int16)


def displaced(first: np.ndarray, second: np.ndarray, tolerance: int = 10) -> np.ndarray:
    """Where two pictures of one size differ by more than a pixel's place, (height, width) bool.

    A pixel must lie between the darkest and the lightest of the nine around its place in the other picture, in every
    channel; so edges may stand a pixel aside and be smoothed otherwise, and nothing else may differ.
    """
    assert first.shape == second.shape
    return _strange(first, second, tolerance) | _strange(second, first, tolerance)


def _strange(picture: np.ndarray, other: np.ndarray, tolerance: int) -> np.ndarray:
    padded = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = picture.shape[:2]
    around = np.stack([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)])
    below = picture < around.min(axis=0) - tolerance
    above = picture > around.max(axis=0) + tolerance
    return (below | above).any(axis=2)
