"""How a fit is told to the browser, and who asks for it."""

from __future__ import annotations

from ml.jobs import Progress


def told(progress: Progress) -> dict:
    """What the page needs to know of how far a fit is; `extras` counts what came after the moods themselves."""
    return {
        "key": progress.key,
        "state": progress.state,
        "words": progress.error or progress.words,
        "share": progress.share,
        "seconds": round(progress.seconds, 1),
        "report": next((stage for stage in ("whole", "preview") if stage in progress.stages), None),
        "extras": sum(stage not in ("whole", "preview") for stage in progress.stages),
    }


def watcher(who: object) -> str:
    """The name of an open page, as `layout` gave it; it becomes part of a file's name."""
    return who if isinstance(who, str) and len(who) == 32 and set(who) <= set("0123456789abcdef") else ""
