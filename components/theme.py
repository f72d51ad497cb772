"""The HTML page around the application, and the theme that is set before anything is drawn."""

from __future__ import annotations

from functools import cache
from pathlib import Path

EARLY_SCRIPT = r"^theme\.js$"
"""Assets that Dash leaves out of its own list: `index_html` loads this one before the first paint."""

_ASSETS = Path(__file__).resolve().parent.parent / "assets"

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
  <title>{%title%}</title>
  {%metas%}
  <meta name="mg-prefix" content="__PREFIX__">
  <meta name="color-scheme" content="light dark">
  <script src="__PREFIX__assets/theme.js?m=__VERSION__"></script>
  <link rel="icon" type="image/svg+xml" href="__PREFIX__assets/mark.svg">
  {%css%}
</head>
<body>
  {%app_entry%}
  <noscript><p class="mg-noscript">MusicGroup needs JavaScript; please allow it here.</p></noscript>
  {%config%}{%scripts%}{%renderer%}
</body>
</html>
"""


def index_html(prefix: str) -> str:
    """Dash's index_string for an application under `prefix` ("/MusicGroup/").

    JavaScript learns the prefix from `<meta name="mg-prefix">`.
    """
    return _INDEX.replace("__PREFIX__", prefix).replace("__VERSION__", _version("theme.js"))


@cache
def _version(asset: str) -> str:
    file = _ASSETS / asset
    return str(int(file.stat().st_mtime)) if file.exists() else "0"
