"""How good recommendations are: `python -m ml evaluate`, on a catalogue whose songs are in playlists or genres.

Queries are single songs, drawn with a seed. Of the ten songs recommended for one, the share that has a subgenre in
common with it (subgenre@10; genre@10 in catalogues without subgenres), and the share that is in a playlist with it
(playlist@10). Artists of the seed are left out, since finding them again is no merit, and every recording counts once.
Intervals are of 95 %, by bootstrap over the queries; those of a ratio resample both of its sides together.

What was chosen by such figures was chosen on half of the playlists, the "tuned" part. "aside" is the songs that are in
none of these, as a catalogue of their own: nothing was chosen by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from data_access import recommend as stored
from data_access.catalogue import Catalogue
from data_access.columns import CODE_COLUMN, open_store
from data_access.recommend import Labels, Links
from ml import similar
from ml.evaluate_spaces import FORERUNNER, candidates
from ml.similar_query import Query
from ml.similar_space import Space, fit_space

PARTS = ("all", "tuned", "aside")
SHOWN = 10
_PARTED_BY = 7  # seed of the split; another would mix what was tuned on with what was kept aside
_RESAMPLES = 1000


class NothingToJudgeBy(ValueError):
    """The catalogue has neither playlists nor genres; the message says so in a sentence."""


@dataclass(frozen=True)
class Share:
    """A mean share, and the ends of its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Judged:
    """What one way to recommend came to: shares by measure, their ratios to the forerunner's, and time."""

    name: str
    shares: dict[str, Share]
    ratios: dict[str, Share]
    milliseconds: float


@dataclass(frozen=True)
class Report:
    """An evaluation: of how many queries on how many songs of which part."""

    part: str
    songs: int
    queries: int
    seed: int
    judged: tuple[Judged, ...]

    def as_json(self) -> dict:
        """As JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """As a table for a terminal."""
        measures = list(self.judged[0].shares)
        lines = [f"{self.queries:,} queries (seed {self.seed}) on {self.songs:,} songs, {_PART_WORDS[self.part]}"]
        heads = "".join(f"{measure:>24}{'x forerunner':>20}" for measure in measures)
        lines.append(f"{'':34}{heads}{'ms':>8}")
        for row in self.judged:
            cells = "".join(f"{_cell(row.shares[m], 3):>24}{_cell(row.ratios[m], 2):>20}" for m in measures)
            lines.append(f"{row.name:34}{cells}{row.milliseconds:8.1f}")
        return "\n".join(lines)


_PART_WORDS = {"all": "the whole catalogue", "tuned": "the part tuned on", "aside": "the part kept aside"}


def _cell(share: Share, decimals: int) -> str:
    mean, low, high = (f"{each:.{decimals}f}" for each in (share.mean, share.low, share.high))
    return f"{mean} ({low}-{high})"


@dataclass(frozen=True, eq=False)
class Songs:
    """The songs that are judged on. truths: by measure, (2, pairs) int32, places in `ids` and numbers of a label."""

    ids: np.ndarray
    links: Links
    truths: dict[str, np.ndarray]
    credits: np.ndarray


def evaluate(
    catalogue: Catalogue,
    queries: int = 2000,
    seed: int = 0,
    part: str = "all",
    say: Callable[[str], None] = lambda words: None,
) -> Report:
    """Judge our recommendations and others on a catalogue. Raises NothingToJudgeBy, and DatabaseDown."""
    store = open_store(catalogue)
    songs = songs_of(stored.links(catalogue), stored.labels(catalogue), part)
    ids = songs.ids
    space = fit_space(
        np.ascontiguousarray(store.all_values[:, ids]),
        np.ascontiguousarray(store.columns[CODE_COLUMN["key"]][ids]),
        songs.links.group,
        songs.links.artist,
    )
    return judge(space, songs, queries, seed, part, say)


def judge(space: Space, songs: Songs, queries: int, seed: int, part: str, say: Callable[[str], None]) -> Report:
    """Judge all candidates in spaces of these songs."""
    labelled = np.unique(np.concatenate([pairs[0] for pairs in songs.truths.values()]))
    rng = np.random.default_rng(seed)
    seeds = rng.choice(labelled, min(queries, len(labelled)), replace=False)
    found: dict[str, tuple[np.ndarray, float]] = {}
    for name, make in candidates(space).items():
        say(f"Judging, {name}")
        found[name] = _shares(make(), songs, seeds)
    picks = rng.integers(0, len(seeds), (_RESAMPLES, len(seeds)))
    return Report(part, len(songs.ids), len(seeds), seed, tuple(_judged(songs, found, picks)))


def _judged(songs: Songs, found: dict[str, tuple[np.ndarray, float]], picks: np.ndarray) -> Iterator[Judged]:
    against = found[FORERUNNER][0]
    for name, (shares, milliseconds) in found.items():
        means, ratios = {}, {}
        for place, measure in enumerate(songs.truths):
            again, their = shares[place][picks].mean(axis=1), against[place][picks].mean(axis=1)
            means[measure] = _interval(float(shares[place].mean()), again)
            least = 0.5 / (SHOWN * picks.shape[1])  # half a hit, where there is none to divide by
            ratio = float(shares[place].mean()) / max(float(against[place].mean()), least)
            ratios[measure] = _interval(ratio, again / np.maximum(their, least))
        yield Judged(name, means, ratios, milliseconds)


def _interval(mean: float, again: np.ndarray) -> Share:
    low, high = np.quantile(again, [0.025, 0.975])
    return Share(mean, float(low), float(high))


def _shares(space: Space, songs: Songs, seeds: np.ndarray) -> tuple[np.ndarray, float]:
    """For each measure and seed the share of ten that it counts, (measures, seeds), and the median time of a query."""
    labels = [_lists(pairs, len(songs.ids)) for pairs in songs.truths.values()]
    artists_of = _lists(songs.credits, len(songs.ids))
    songs_of_artist = _lists(songs.credits[::-1], int(songs.credits[1].max(initial=-1)) + 1)
    shares, seconds = np.zeros((len(labels), len(seeds))), np.zeros(len(seeds))
    allowed = np.ones(len(songs.ids), dtype=bool)
    for place, seed in enumerate(seeds.tolist()):
        own = [song for artist in artists_of[seed] for song in songs_of_artist[artist]]
        allowed[own] = False
        started = time.perf_counter()
        answer = similar.recommend(space, Query([seed], count=SHOWN), allowed)
        seconds[place] = time.perf_counter() - started
        allowed[own] = True
        for measure, of in enumerate(labels):
            wanted = set(of[seed])
            hits = sum(not wanted.isdisjoint(of[song]) for song in answer.ids.tolist())
            shares[measure, place] = hits / SHOWN
    return shares, float(np.median(seconds)) * 1000


def _lists(pairs: np.ndarray, n: int) -> list[list[int]]:
    """The second numbers of each first number."""
    found: list[list[int]] = [[] for _ in range(n)]
    for first, second in pairs.T.tolist():
        found[first].append(second)
    return found


# ---- which songs -----------------------------------------------------------------------------


def songs_of(links: Links, labels: Labels, part: str) -> Songs:
    """The songs of a part, with what is known of them. Raises NothingToJudgeBy."""
    n_songs = len(links.group)
    in_playlists = labels.playlists.size > 0
    if not in_playlists and not labels.genres.size:
        raise NothingToJudgeBy("This catalogue has neither playlists nor genres to judge recommendations by.")
    if part != "all" and not in_playlists:
        raise NothingToJudgeBy("This catalogue has no playlists; it can only be judged on as a whole.")
    chosen, keep = np.ones(n_songs, dtype=bool), labels.playlists
    if part != "all":
        aside = set_aside(labels.subgenre)
        of_aside = aside[keep[1]]
        tuned = np.zeros(n_songs, dtype=bool)
        tuned[keep[0, ~of_aside]] = True
        chosen = tuned if part == "tuned" else ~tuned
        keep = keep[:, of_aside if part == "aside" else ~of_aside]
        chosen &= np.isin(np.arange(n_songs), keep[0])
    ids = np.flatnonzero(chosen)
    if not len(ids):
        raise NothingToJudgeBy("There are too few playlists to keep some aside.")
    place = np.full(n_songs, -1, dtype=np.int64)
    place[ids] = np.arange(len(ids))

    def placed(pairs: np.ndarray) -> np.ndarray:
        inside = place[pairs[0]] >= 0
        return np.vstack([place[pairs[0, inside]], pairs[1, inside]])

    playlists = placed(keep)
    truths = {}
    subgenre = labels.subgenre[playlists[1]] if in_playlists else np.zeros(0, dtype=np.int32)
    if (subgenre >= 0).any():
        truths["subgenre@10"] = np.vstack([playlists[0], subgenre])[:, subgenre >= 0]
    elif labels.genres.size:
        truths["genre@10"] = placed(labels.genres)
    if in_playlists:
        truths["playlist@10"] = playlists
    # A group is named by its first song, which another part may have; here it only has to be equal.
    group = np.unique(links.group[ids], return_inverse=True)[1].astype(np.int32)
    part_links = Links(group, np.ascontiguousarray(links.artist[ids]), np.ascontiguousarray(links.album[ids]))
    return Songs(ids, part_links, truths, placed(labels.credits))


def set_aside(subgenre: np.ndarray) -> np.ndarray:
    """Which playlists are kept aside, (playlists,) bool: half of each subgenre's, always the same."""
    rng = np.random.default_rng(_PARTED_BY)
    aside = np.zeros(len(subgenre), dtype=bool)
    for number in np.unique(subgenre):
        playlists = np.flatnonzero(subgenre == number)
        rng.shuffle(playlists)
        aside[playlists[: len(playlists) // 2]] = True
    return aside
