# ruff: noqa: PLC0415  # each command imports only what it needs: `status` should not wait for scikit-learn
"""python -m ml train [options] | status [--json] | rollback | evaluate [options]"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import parse_qs

from data_access import catalogue, db
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown
from data_access.models import ModelError, NoModel
from ml.spec import ALGORITHMS, SCALINGS, ModelSpec, SpecError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 2 could not."""
    parsed = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, stops what was started
    try:
        with db.serving():
            code = parsed.command(parsed)
        sys.stdout.flush()
        return code
    except (SpecError, NoCatalogue, NoModel, ModelError, DatabaseDown, db.QueryTooSlow) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; the model that serves is as it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our output, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _train(parsed: argparse.Namespace) -> int:
    spec = _spec(parsed)
    from data_access import explore, moods, tile_files
    from data_access.columns import open_store
    from data_access.filters import SongFilter
    from ml.clusters import FitError
    from ml.projection import ProjectionMissing
    from ml.train import sentence, train_catalogue

    live = catalogue.current()
    song_filter, problems = SongFilter.from_query(parse_qs(parsed.filter, keep_blank_values=True))
    if problems:
        raise SpecError(problems[0])
    query = song_filter.to_query()
    if parsed.filter and not query:
        raise SpecError(f"--filter {parsed.filter} is no filter; write for example energy=0.5-1.")
    say = _Saying(parsed.quiet)
    try:
        model = train_catalogue(
            live.version,
            open_store(live),
            spec,
            say,
            projection=parsed.projection,
            songs=explore.selection(live, song_filter) if query else None,
            filter_query=query,
            stored=moods.open_moods(live),
        )
    except (FitError, ProjectionMissing) as error:
        raise SpecError(str(error)) from error
    finally:
        say.done()
    tile_files.prepare_quietly()
    print(sentence(model))
    return 0


def _spec(parsed: argparse.Namespace) -> ModelSpec:
    chosen = {name: getattr(parsed, name) for name in ("algorithm", "k", "scaling", "seed")}
    given = {name: value for name, value in chosen.items() if value is not None}
    if parsed.features is not None:
        given["features"] = tuple(part.strip() for part in parsed.features.split(",") if part.strip())
    return ModelSpec(**given)


class _Saying:
    """Says what is being done on stderr: in place at a terminal, a line each otherwise (once for the same words)."""

    def __init__(self, quiet: bool) -> None:
        self._in_place = not quiet and sys.stderr.isatty()
        self._last = ""

    def __call__(self, words: str) -> None:
        if self._in_place:
            print(f"\r\033[K{words} ...", end="", file=sys.stderr, flush=True)
        elif (topic := words.split(",", maxsplit=1)[0]) != self._last:
            self._last = topic
            print(f"{words} ...", file=sys.stderr, flush=True)

    def done(self) -> None:
        if self._in_place:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _status(parsed: argparse.Namespace) -> int:
    from ml.status import as_json, as_text

    print(as_json() if parsed.json else as_text())
    return 0


def _rollback(parsed: argparse.Namespace) -> int:
    from data_access import models, tile_files

    model = models.roll_back()
    tile_files.prepare_quietly()
    print(f"Model {model.model} serves again: {', '.join(mood.name for mood in model.moods)}.")
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    from ml.evaluate import NothingToJudgeBy, evaluate

    say = _Saying(parsed.quiet)
    try:
        report = evaluate(catalogue.current(), parsed.queries, parsed.seed, parsed.part, say)
    except NothingToJudgeBy as error:
        raise SpecError(str(error)) from error
    finally:
        say.done()
    print(json.dumps(report.as_json(), indent=2) if parsed.json else report.as_text())
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{message}; see `{self.prog} --help`.", file=sys.stderr)
        sys.exit(2)


def _at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m ml", description="Models of moods, and how good recommendations are.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    default = ModelSpec()
    train = commands.add_parser("train", help="fit a model on the live catalogue and let it serve")
    train.add_argument("--features", metavar="A,B", help=f"default: {','.join(default.features)}")
    train.add_argument("--k", type=int, help=f"number of moods, 2 to 12 (default: {default.k}); HDBSCAN finds its own")
    train.add_argument("--algorithm", metavar="NAME", help=f"{', '.join(ALGORITHMS)} (default: {default.algorithm})")
    train.add_argument("--scaling", metavar="NAME", help=f"{', '.join(SCALINGS)} (default: {default.scaling})")
    train.add_argument("--seed", type=int, help=f"(default: {default.seed})")
    train.add_argument("--filter", default="", metavar="QUERY", help="fit on these songs only: a query as in Explore")
    train.add_argument(
        "--projection", choices=("pca", "umap"), default="pca", help="of the map; umap is an extra, and slow"
    )
    train.add_argument("--quiet", action="store_true", help="one line a stage, for logs")
    train.set_defaults(command=_train)
    status = commands.add_parser("status", help="which model serves, how good it is, and those before it")
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=_status)
    rollback = commands.add_parser("rollback", help="let the model before serve again")
    rollback.set_defaults(command=_rollback)
    judge = commands.add_parser("evaluate", help="judge recommendations by the catalogue's playlists or genres")
    judge.add_argument("--queries", type=_at_least_one, default=2000, metavar="N", help="songs to recommend for (2000)")
    judge.add_argument("--seed", type=int, default=0, help="of their drawing (default: 0)")
    judge.add_argument(
        "--part", choices=("all", "tuned", "aside"), default="all",
        help="aside: only playlists that nothing was chosen by, when the catalogue is the one that was tuned on",
    )  # fmt: skip
    judge.add_argument("--json", action="store_true")
    judge.add_argument("--quiet", action="store_true", help="one line a stage, for logs")
    judge.set_defaults(command=_evaluate)
    return parser


if __name__ == "__main__":
    sys.exit(main())
