"""The categorical colours: apart from each other for every eye, and from the surface that they lie on."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from settings import PROJECT_DIR

THEME = (PROJECT_DIR / "assets" / "10-theme.css").read_text()
MOODS = (1, 2, 3, 4, 7, 10)  # the six named moods; more than six groups share the other colours
SURFACE = {"light": "#ffffff", "dark": "#1c2024"}

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009),
# severity 1.0, on linear RGB.
EYES = {
    "typical": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def colours(theme: str) -> dict[int, str]:
    block = THEME.split('[data-bs-theme="dark"] {')[theme == "dark"]
    return {int(number): colour for number, colour in re.findall(r"--mg-cat-(\d+): (#[0-9a-f]{6});", block)}


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hex colour, (3,)."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear RGB, (3,)."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted(float([0.2126, 0.7152, 0.0722] @ linear(colour)) + 0.05 for colour in (one, other))
    return high / low


@pytest.mark.parametrize("theme", SURFACE)
def test_each_colour_stands_out_from_the_surface(theme: str) -> None:
    assert list(colours(theme)) == list(range(1, 13))
    assert min(contrast(colour, SURFACE[theme]) for colour in colours(theme).values()) >= 3


@pytest.mark.parametrize("theme", SURFACE)
@pytest.mark.parametrize("eye", EYES)
def test_the_named_moods_stay_apart(theme: str, eye: str) -> None:
    seen = {number: lab(np.array(EYES[eye]) @ linear(colour)) for number, colour in colours(theme).items()}
    nearest = min(float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(MOODS, 2))
    assert nearest >= 13  # CIE76; about 2.3 can just be told apart
    assert min(float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(seen, 2)) >= 6
