# ruff: noqa: PLC0415  # each command imports only what it needs: `status` should not wait for numba
"""python -m etl load FILE | demo | synthesise --songs N OUT | status [--json] | dictionary [--check]"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data_access.db import DatabaseDown
from etl.errors import LoadError
from settings import SettingError

if TYPE_CHECKING:
    from data_access.columns import ColumnStore
    from data_access.models import Model
    from etl.load import Train


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 not as it should be (dictionary --check, no moods), 2 could not."""
    parsed = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, stops what was started
    try:
        code = parsed.command(parsed)
        sys.stdout.flush()
        return code
    except (LoadError, SettingError, DatabaseDown) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; the live catalogue is as it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our output, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _load(parsed: argparse.Namespace) -> int:
    from etl.load import load
    from etl.progress import Progress

    loaded = load(parsed.file, Progress(parsed.quiet), _trainer(parsed))
    print(loaded.sentence())
    return _said(loaded.untrained)


def _demo(parsed: argparse.Namespace) -> int:
    from etl.demo import demo_csv
    from etl.progress import Progress
    from etl.source import Source
    from etl.status import read

    path = demo_csv()
    train, progress, found = _trainer(parsed), Progress(parsed.quiet), read()
    loaded_already = found["live"] and found["live"]["source_sha256"] == Source(path).sha256()
    if loaded_already:
        print("The demo catalogue is already loaded.")
        if train is None or found["model"]:
            return 0
    from etl.load import load, moods_sentence, train_live

    if not loaded_already:
        loaded = load(path, progress, train)
        print(loaded.sentence())
        return _said(loaded.untrained)
    assert train is not None
    model, untrained = train_live(progress, train)
    if model:
        print(moods_sentence(model))
    return _said(untrained)


def default_training(version: int, store: ColumnStore, say: Callable[[str], None]) -> Model:
    """Trains the default model; the rest of the loader knows nothing of how that is done."""
    from ml.spec import ModelSpec
    from ml.train import train_catalogue

    return train_catalogue(version, store, ModelSpec(), say)


def _trainer(parsed: argparse.Namespace) -> Train | None:
    return None if parsed.no_moods else default_training


def _said(untrained: str | None) -> int:
    """Say why there are no moods; the exit code."""
    if untrained is None:
        return 0
    reason = untrained.rstrip(".")
    print(f"The catalogue is live, but without moods: {reason}; run `python -m ml train`.", file=sys.stderr)
    return 1


def _status(parsed: argparse.Namespace) -> int:
    from etl.status import as_json, as_text

    print(as_json() if parsed.json else as_text())
    return 0


def _synthesise(parsed: argparse.Namespace) -> int:
    from etl.synthesise import synthesise

    synthesise(parsed.songs, parsed.out, parsed.seed)
    return 0


def _dictionary(parsed: argparse.Namespace) -> int:
    from etl.dictionary import check, write

    return check() if parsed.check else write()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description="Files of songs into PostgreSQL.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    quiet = argparse.ArgumentParser(add_help=False)
    quiet.add_argument("--quiet", action="store_true", help="one line a stage instead of a bar, for logs")

    moods = argparse.ArgumentParser(add_help=False)
    moods.add_argument("--no-moods", action="store_true", help="do not train the moods afterwards")

    load = commands.add_parser("load", parents=[quiet, moods], help="load a CSV file (.gz and .zip too)")
    load.add_argument("file", type=Path, metavar="FILE")
    load.set_defaults(command=_load)
    demo = commands.add_parser("demo", parents=[quiet, moods], help="load the demo catalogue, 5,849 real songs")
    demo.set_defaults(command=_demo)
    synthesise = commands.add_parser("synthesise", help="write a made-up file of any number of songs")
    synthesise.add_argument("out", type=Path, metavar="OUT", help="CSV file to write; .gz to compress it")
    synthesise.add_argument("--songs", type=_positive, required=True, metavar="N")
    synthesise.add_argument("--seed", type=int, default=0, help="other numbers give other songs")
    synthesise.set_defaults(command=_synthesise)
    status = commands.add_parser("status", help="what is loaded, and how it went")
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=_status)
    dictionary = commands.add_parser("dictionary", help="write docs/data-dictionary.md from the schema's comments")
    dictionary.add_argument("--check", action="store_true", help="only say whether it is up to date (exit code 1)")
    dictionary.set_defaults(command=_dictionary)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
