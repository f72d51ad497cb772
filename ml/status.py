"""Which model serves, how good it is, and which were before it, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from data_access import catalogue, models
from data_access.models import Model

_HISTORY = 20


def read() -> dict:
    """The live model without its parameters (or None), and the latest models, newest first. Raises NoCatalogue."""
    live = models.current(catalogue.current())
    return {
        "live": None if live is None else _told(live),
        "history": [_told(model) for model in models.history(_HISTORY)],
    }


def _told(model: Model) -> dict:
    told = asdict(model)
    report = told.pop("report")
    told.pop("parameters")
    told |= {name: report.get(name) for name in ("scores", "curve", "stability", "without", "spec")}
    return told


def as_json() -> str:
    """`read` as JSON; times in ISO 8601."""
    return json.dumps(read(), indent=2, default=lambda value: value.isoformat())


def as_text() -> str:
    """`read` for a person."""
    found = read()
    live = found["live"]
    if live is None:
        lines = ["This catalogue has no moods yet: run `python -m ml train`."]
    else:
        lines = [
            f"Model {live['model']} serves catalogue {live['catalogue_version']}, "
            f"trained {live['created_at']:%Y-%m-%d %H:%M} in {live['seconds']:.1f} s",
            f"  {live['algorithm']}, {live['k']} moods, {live['scaling']} scaling, seed {live['seed']}; "
            f"features {', '.join(live['features'])}",
            f"  fitted on {live['fitted_songs']:,} songs"
            + (f" under the filter {live['fitted_filter']}" if live["fitted_filter"] else "")
            + f"; {live['without'] or 0:,} without a mood",
            *_scores(live),
            *(f"    {mood['songs']:>10,}  {mood['name']}" for mood in live["moods"]),
            "  " + ", ".join(f"{name} {number}" for name, number in live["libraries"].items()),
        ]
    if found["history"]:
        lines.append("Models, newest first:")
        lines += [
            f"  {model['model']:>4}  {model['state']:<8}  {model['created_at']:%Y-%m-%d %H:%M}  "
            f"catalogue {model['catalogue_version']}  {model['spec']}"
            for model in found["history"]
        ]
    return "\n".join(lines)


def _scores(live: dict) -> list[str]:
    lines = []
    if scores := live["scores"]:
        lines.append(
            f"  silhouette {scores['silhouette']:.3f}, Davies-Bouldin {scores['davies_bouldin']:.2f}, "
            f"Calinski-Harabasz {scores['calinski_harabasz']:,.0f} on {scores['sample']:,} songs"
        )
    if stability := live["stability"]:
        lines.append(
            f"  over {stability['seeds']} seeds the same groups to {stability['mean']:.3f} (adjusted Rand index; "
            f"lowest {stability['lowest']:.3f})"
        )
    if (curve := live["curve"]) and curve["elbow"]:
        lines.append(f"  elbow of the inertia at {curve['elbow']} moods")
    return lines
