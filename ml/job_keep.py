"""Storing what a finished job fitted, for everybody; run in a process of its own by `ml.jobs.keep`."""

from __future__ import annotations

from data_access import catalogue, models, tile_files
from data_access.columns import open_store
from data_access.db import DatabaseDown
from data_access.models import MayNotWrite, ModelError
from ml.fitted import Fitted
from ml.job_files import JobFolder
from ml.new_model import new_model
from ml.spec import ModelSpec

_PARTS = ("curve", "scores", "stability")


def keep(job: JobFolder) -> dict:
    """{"model": its number} when it was stored, else {"error": one sentence}."""
    asked, state, report = (job.read(name) for name in ("request", "state", "whole"))
    fitted = job.read("fitted")
    if not (asked and state and report and fitted):
        return {"error": "This fit is no longer kept; fit it again."}
    try:
        live = catalogue.current()
        if [live.version, live.started_at.isoformat()] != asked["catalogue"]:
            return {"error": "The catalogue was replaced meanwhile; fit it again."}
        told = {**report, **{part: job.read(part) or None for part in _PARTS}}
        seconds = state.get("ended", 0.0) - state.get("began", 0.0)
        new, mood, xy = new_model(live.version, open_store(live), Fitted.from_json(fitted), told, seconds)
        stored = models.store(new, mood, xy)
        tile_files.prepare_quietly()
        return {"model": stored.model}
    except MayNotWrite:
        return {
            "error": "The dashboard's database role may not store models; whoever may (on a server that install.sh has "
            "set up, with `sudo musicgroup` in place of `python -m`) can run "
            f"`{train_command(Fitted.from_json(fitted).spec, asked['filter'])}`."
        }
    except (ModelError, DatabaseDown, catalogue.NoCatalogue) as error:
        return {"error": str(error)}


def train_command(spec: ModelSpec, filter_query: str) -> str:
    """The command that trains and stores the same model."""
    parts = [
        f"python -m ml train --features {','.join(spec.features)}",
        f"--algorithm {spec.algorithm}",
        *([] if spec.algorithm == "hdbscan" else [f"--k {spec.k}"]),
        f"--scaling {spec.scaling} --seed {spec.seed}",
        *([f'--filter "{filter_query}"'] if filter_query else []),
    ]
    return " ".join(parts)
