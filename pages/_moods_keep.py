"""Storing a model for everybody from the Moods page, and going back to the one before."""

from __future__ import annotations

from data_access import models
from data_access.catalogue import current
from data_access.db import DatabaseDown
from data_access.models import Model
from ml import jobs
from pages._moods_state import spec_of

_LOOKED_BACK = 12


def keep(key: str) -> tuple[bool, str]:
    """Store a finished fit; whether that was done, and one sentence."""
    try:
        kept = jobs.keep(key)
    except (jobs.KeepError, ValueError) as error:
        return False, str(error)
    return True, f"Kept as model {kept.model}. Explore, the map, Home and every song's page use it now."


def go_back() -> tuple[bool, str]:
    """Make the model before the live one; whether that was done, and one sentence."""
    try:
        live = models.roll_back()
    except (models.NoModel, models.ModelError, DatabaseDown) as error:
        words = str(error)
        if isinstance(error, models.MayNotWrite):
            words += (
                " Whoever may write can run `python -m ml rollback` "
                "(`sudo musicgroup ml rollback` on a server that install.sh has set up)."
            )
        return False, words
    return True, f"Model {live.model} is the stored one again. Explore, the map, Home and every song's page use it now."


def stored_lines(number: int | None) -> tuple[str, bool]:
    """Which model is stored, in words, and whether none is before it to go back to; `number` was told of last."""
    live = current()
    stored = models.require(live, number)
    before = [
        model
        for model in models.history(_LOOKED_BACK)
        if model.catalogue_version == live.version and model.model < stored.model
    ]
    return f"Stored now: {_words(stored)}.", not before


def _words(model: Model) -> str:
    when = f"{model.created_at.day} {model.created_at:%b %Y, %H:%M} UTC"
    return f"model {model.model}, {spec_of(model).sentence()}, kept {when}"
