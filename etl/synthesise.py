"""A made-up file of any number of songs in the format of the 1.2-million-song file, for measurements.

Audio features are those of the real demo songs, drawn jointly and shaken a little. Names and titles are
put together from real words and from invented ones (the head of one word and the tail of another), because
a vocabulary grows with a catalogue. The same number of songs and seed give the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from etl.demo import packaged_file
from etl.errors import LoadError

_SLICE = 100_000  # songs written at a time
_MOST_CREDITS = 6
_MOST_WORDS = 8
_ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)
_HARD_NAMES = (
    "Tyler, The Creator", "Earth, Wind & Fire", "Guns N' Roses", "John O'Gallagher", 'Christone "Kingfish" Ingram',
    "\"Weird Al\" Yankovic, Jr.'s", "AC\\DC", "坂本龍一", "방탄소년단", "Мумий Тролль", "أم كلثوم", "Σωκράτης Μάλαμας",
    "Beyoncé", "Sigur Rós", "[re:jazz]", "(hed) p.e.", "!!!", "🎷 Sax Club 🎷", "Ø", "Motörhead", "NA", "null",
)  # fmt: skip
_VERSIONS = (" - Live", " - Remastered 2011", " - 2009 Remaster", " - Mono", " - Radio Edit", " (Live)", " [Live]",
             " (Remastered)", " - Single Version", " - Live at Wembley Stadium")  # fmt: skip
_SHARED = {"danceability": 0.02, "energy": 0.02, "valence": 0.03, "liveness": 0.02}  # jitter of 3-decimal features
_SMALL = ("speechiness", "acousticness", "instrumentalness")  # skewed ones: jittered by a factor


def synthesise(songs: int, out: Path, seed: int = 0) -> int:
    """Write a file with exactly `songs` distinct songs (and a few repeated rows); gives its number of rows.

    Raises LoadError when the demo songs are not installed or `out` cannot be written.
    """
    started = time.perf_counter()
    made = _Maker(songs, np.random.default_rng(seed))
    rows = np.concatenate([np.arange(songs), made.random.integers(0, songs, songs // 5000)])
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        compression = "gzip" if out.suffix == ".gz" else None
        with pa.output_stream(str(unfinished), compression=compression) as stream:
            for start in range(0, len(rows), _SLICE):
                table = made.table(rows[start : start + _SLICE])
                if start == 0:
                    stream.write((",".join(table.column_names) + "\n").encode())
                stream.write(_csv_lines(table))
        unfinished.rename(out)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise LoadError(f"{out}: cannot be written ({error.strerror or error}); choose another place.") from error
    print(f"Wrote {len(rows):,} rows, {songs:,} songs, to {out} in {time.perf_counter() - started:.0f} s.")
    return len(rows)


@dataclass(frozen=True)
class _Words:
    """Words to draw from: the real ones as often as they occur, then the invented ones."""

    pool: pa.StringArray
    real: np.ndarray  # indices of the running words of the real texts
    first_invented: int

    def draw(self, random: np.random.Generator, shape: tuple[int, ...], invented_share: float) -> np.ndarray:
        chosen = random.choice(self.real, shape)
        # Few invented words are common: a power law over the pool.
        invented = (random.random(shape) ** 1.5 * (len(self.pool) - self.first_invented)).astype(np.int32)
        return np.where(random.random(shape) < invented_share, self.first_invented + invented, chosen)


class _Maker:
    """All draws at once as arrays of numbers; text only for the slice that is being written."""

    def __init__(self, songs: int, random: np.random.Generator) -> None:
        self.random = random
        self.demo = pyarrow.parquet.read_table(packaged_file()).to_pandas()
        titles, names = list(self.demo["track_name"]), list(self.demo["artists"].str.replace(";", " "))
        self.words = _words([*titles, *names], invented=max(200, songs // 5), random=random)
        self._albums_and_artists(songs)
        self._titles(songs, np.array([len(title.split()) for title in titles]))
        self.features = _features(self.demo, songs, random)
        self.ids = _spotify_ids(songs, random)

    def _albums_and_artists(self, songs: int) -> None:
        random = self.random
        n_albums, n_artists = max(1, songs // 12), max(len(_HARD_NAMES), songs // 7)
        cuts = np.sort(random.integers(0, songs, n_albums - 1))
        self.album = np.searchsorted(cuts, np.arange(songs), side="right")
        first = np.concatenate([[0], cuts])
        self.track = np.arange(songs) - first[self.album] + 1
        album_artist = (random.random(n_albums) ** 3 * n_artists).astype(np.int32)  # a few artists have many albums
        compilation = random.random(n_albums) < 0.1
        strangers = random.integers(0, n_artists, (songs, _MOST_CREDITS))
        self.credited = strangers.astype(np.int32)
        own = ~compilation[self.album]
        self.credited[own, 0] = album_artist[self.album[own]]
        wanted = np.minimum(random.geometric(0.72, songs), _MOST_CREDITS)
        self.credits = np.where(random.random(songs) < 0.001, 1, wanted)
        for place in range(1, _MOST_CREDITS):  # nobody twice on one song
            again = (self.credited[:, :place] == self.credited[:, [place]]).any(axis=1)
            self.credits[again] = np.minimum(self.credits[again], place)
        self.album_ids, self.artist_ids = _spotify_ids(n_albums, random), _spotify_ids(n_artists, random)
        self.album_names = self._phrases(random.integers(1, 5, n_albums), 0.15)
        names = self._phrases(random.integers(1, 4, n_artists), 0.35).to_pylist()
        places = random.choice(n_artists, len(_HARD_NAMES), replace=False)
        for place, name in zip(places, _HARD_NAMES, strict=True):
            names[place] = name
        self.artist_names = names
        self.artist_literals = pa.array([repr(name) for name in names])
        self.id_literals = pc.binary_join_element_wise("'", self.artist_ids, "'", "")
        self._dates(n_albums)

    def _dates(self, n_albums: int) -> None:
        random = self.random
        year = np.maximum(1900, 2020 - random.gamma(1.1, 13, n_albums).astype(np.int32))
        month, day = random.integers(1, 13, n_albums), random.integers(1, 29, n_albums)
        exact = np.array([f"{y}-{m:02d}-{d:02d}" for y, m, d in zip(year, month, day, strict=True)])
        length = random.choice([10, 7, 4], n_albums, p=[0.7, 0.02, 0.28])
        unknown = random.random(n_albums) < 0.0005
        dates = [text[:end] for text, end in zip(exact.tolist(), length.tolist(), strict=True)]
        self.album_year = np.where(unknown, 0, year)
        self.album_date = pa.array(np.where(unknown, "0000", np.array(dates)).tolist())

    def _titles(self, songs: int, lengths: np.ndarray) -> None:
        random = self.random
        self.title_words = self.words.draw(random, (songs, _MOST_WORDS), 0.12)
        self.title_lengths = np.clip(random.choice(lengths, songs), 1, _MOST_WORDS)
        self.version = np.where(random.random(songs) < 0.05, random.integers(0, len(_VERSIONS), songs), -1)
        self.version[0] = -1
        again = np.flatnonzero((self.version >= 0) & (self.track > 1) & (np.roll(self.version, 1) < 0))
        self.title_words[again] = self.title_words[again - 1]
        self.title_lengths[again] = self.title_lengths[again - 1]
        self.featuring = (self.credits > 1) & (random.random(songs) < 0.2)

    def _phrases(self, lengths: np.ndarray, invented_share: float) -> pa.StringArray:
        words = self.words.draw(self.random, (len(lengths), int(lengths.max())), invented_share)
        return self._joined(words, lengths)

    def _joined(self, words: np.ndarray, lengths: np.ndarray) -> pa.StringArray:
        columns = [
            self.words.pool.take(pa.array(words[:, place], mask=lengths <= place)) for place in range(words.shape[1])
        ]
        return pc.binary_join_element_wise(*columns, " ", null_handling="skip")

    def _list(self, literals: pa.Array, rows: np.ndarray) -> pa.StringArray:
        columns = [
            literals.take(pa.array(self.credited[rows, place], mask=self.credits[rows] <= place))
            for place in range(_MOST_CREDITS)
        ]
        joined = pc.binary_join_element_wise(*columns, ", ", null_handling="skip")
        return pc.binary_join_element_wise("[", joined, "]", "")

    def table(self, rows: np.ndarray) -> pa.Table:
        """The rows of the file for some songs."""
        album = pa.array(self.album[rows])
        second = pa.array(self.artist_names).take(pa.array(self.credited[rows, 1], mask=~self.featuring[rows]))
        featuring = pc.binary_join_element_wise(" (feat. ", second, ")", "")
        version = pa.array(_VERSIONS).take(pa.array(self.version[rows], mask=self.version[rows] < 0))
        title = pc.binary_join_element_wise(
            self._joined(self.title_words[rows], self.title_lengths[rows]), featuring, version, "", null_handling="skip"
        )
        chosen = {name: pa.array(values[rows]) for name, values in self.features.items()}
        explicit = pa.array(["False", "True"]).take(chosen.pop("explicit"))
        columns = {
            "id": self.ids.take(pa.array(rows)),
            "name": title,
            "album": self.album_names.take(album),
            "album_id": self.album_ids.take(album),
            "artists": self._list(self.artist_literals, rows),
            "artist_ids": self._list(self.id_literals, rows),
            "track_number": pa.array(self.track[rows]),
            "disc_number": pa.array(np.ones(len(rows), dtype=np.int8)),
            "explicit": explicit,
            **{name: chosen[name] for name in (
                "danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness",
                "instrumentalness", "liveness", "valence", "tempo", "duration_ms", "time_signature")},
            "year": pa.array(self.album_year[self.album[rows]]),
            "release_date": self.album_date.take(album),
        }  # fmt: skip
        return pa.table(columns)


def _csv_lines(table: pa.Table) -> bytes:
    """Rows as CSV, quoted only where need be, as the real file is (Arrow's writer quotes every text)."""
    cells = []
    for column in table.columns:
        texts = column.cast(pa.string())
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
        cells.append(pc.if_else(pc.match_substring_regex(texts, '[",\r\n]'), quoted, texts))
    lines = pc.binary_join_element_wise(*cells, ",")
    return ("\n".join(lines.to_pylist()) + "\n").encode()


def _words(texts: Sequence[str], invented: int, random: np.random.Generator) -> _Words:
    running = [word for text in texts for word in text.split()]
    distinct = list(dict.fromkeys(running))
    number = {word: place for place, word in enumerate(distinct)}
    plain = np.array([word for word in distinct if word.isalpha() and len(word) > 3])
    heads, tails = random.choice(plain, invented), random.choice(plain, invented)
    new = [head[: 1 + len(head) // 2] + tail[len(tail) // 2 :].lower() for head, tail in zip(heads, tails, strict=True)]
    real = np.array([number[word] for word in running], dtype=np.int32)
    return _Words(pa.array([*distinct, *new]), real, len(distinct))


def _spotify_ids(count: int, random: np.random.Generator) -> pa.StringArray:
    """Distinct ids of 22 letters and digits, as Spotify's are."""
    letters = _ALPHABET[random.integers(0, 62, (count, 22), dtype=np.uint8)]
    # The number itself, in five letters, makes them distinct for certain.
    number = np.arange(count)
    for place in range(5):
        letters[:, 21 - place] = _ALPHABET[(number // 62**place + place * 17) % 62]
    offsets = np.arange(0, 22 * count + 1, 22, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters.tobytes()))


def _features(demo, songs: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Columns of features, each (songs,): whole rows of the demo songs, shaken."""
    drawn = random.integers(0, len(demo), songs)
    noise = random.standard_normal
    found: dict[str, np.ndarray] = {}
    for name, spread in _SHARED.items():
        found[name] = np.round(np.clip(demo[name].to_numpy()[drawn] + spread * noise(songs), 0, 1), 3)
    for name in _SMALL:
        found[name] = _significant(np.clip(demo[name].to_numpy()[drawn] * np.exp(0.1 * noise(songs)), 0, 0.996))
    found["loudness"] = np.round(np.minimum(demo["loudness"].to_numpy()[drawn] + 0.8 * noise(songs), 3), 3)
    found["tempo"] = np.round(demo["tempo"].to_numpy()[drawn] * (1 + 0.01 * noise(songs)), 3)
    found["duration_ms"] = (demo["duration_ms"].to_numpy()[drawn] * np.exp(0.1 * noise(songs))).astype(np.int64)
    beats = demo["time_signature"].to_numpy()[drawn].astype(np.float64)  # written 4.0, as in the real file
    silent = random.random(songs) < 0.002
    found["tempo"][silent] = 0.0
    beats[silent] = 0.0
    found["time_signature"] = beats.astype(str)
    for name in ("key", "mode"):
        found[name] = demo[name].to_numpy()[drawn]
    found["explicit"] = demo["explicit"].to_numpy()[drawn].astype(np.int8)
    return found


def _significant(values: np.ndarray) -> np.ndarray:
    """Rounded to three significant digits."""
    scale = 10.0 ** (2 - np.floor(np.log10(np.maximum(values, 1e-9))))
    return np.round(values * scale) / scale
