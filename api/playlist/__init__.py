"""/playlist/...: plain routes of the playlist that a browser keeps. They answer and forget; nothing is stored."""

from __future__ import annotations

from flask import Blueprint

from api.playlist import export, order, songs, upload

blueprint = Blueprint("playlist", __name__, url_prefix="/playlist")
for part in (songs, order, export, upload):
    blueprint.register_blueprint(part.blueprint)
