"""Bootstrap's stylesheet, served by us from an installed package: no CDN.

dash-bootstrap-components brings no CSS, so Bootstrap-Flask's copy is used. Its Python code is not
imported: only the one file is wanted.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from flask import Blueprint, Response, send_file

VERSION = "5.3.8"
PATH = f"/bootstrap/{VERSION}/bootstrap.min.css"
_A_YEAR = 31_536_000

blueprint = Blueprint("bootstrap", __name__)


def stylesheet() -> Path:
    """The file on this machine. Raises FileNotFoundError when Bootstrap-Flask is not installed."""
    package = importlib.util.find_spec("flask_bootstrap")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("Bootstrap-Flask is not installed: pip install -r requirements.txt.")
    return Path(package.submodule_search_locations[0], "static/bootstrap5/css/bootstrap.min.css")


@blueprint.get(PATH)
def bootstrap_css() -> Response:
    """The stylesheet; its address has the version, so a browser may keep it for a year."""
    return send_file(stylesheet(), mimetype="text/css", max_age=_A_YEAR)
