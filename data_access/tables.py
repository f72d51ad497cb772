"""The tables, as SQLAlchemy sees them; `etl/schema.sql` and `moods.sql` are what
creates them (a test compares both).

Tables of a catalogue have no schema here: a connection from `db.reader(version)` translates
it to `catalogue_<version>`, so one request reads one catalogue throughout, also while another is swapped in.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

metadata = MetaData()

catalogue = Table(
    "catalogue",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_format", Text, nullable=False),
    Column("source_sha256", Text),
    Column("source_bytes", BigInteger),
    Column("file_rows", Integer),
    Column("song_rows", Integer),
    Column("merged_rows", Integer),
    Column("rejected_rows", Integer),
    Column("songs", Integer),
    Column("artists", Integer),
    Column("albums", Integer),
    Column("genres", Integer),
    Column("playlists", Integer),
    Column("first_year", SmallInteger),
    Column("last_year", SmallInteger),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("error", Text),
    schema="musicgroup",
)

model = Table(
    "model",
    metadata,
    Column("model", Integer, primary_key=True),
    Column("catalogue_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("rolled_back", Boolean, nullable=False),
    Column("features", ARRAY(Text), nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("k", SmallInteger, nullable=False),
    Column("scaling", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("fitted_filter", Text, nullable=False),
    Column("fitted_songs", Integer, nullable=False),
    Column("libraries", JSON, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("projection", JSON, nullable=False),
    Column("moods", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("seconds", DOUBLE_PRECISION, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    schema="musicgroup",
)

songs = Table(
    "songs",
    metadata,
    Column("song_id", Integer, primary_key=True),
    Column("spotify_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False),
    Column("album_id", Integer),
    Column("disc_number", SmallInteger),
    Column("track_number", SmallInteger),
    Column("explicit", Boolean),
    Column("danceability", REAL),
    Column("energy", REAL),
    Column("valence", REAL),
    Column("acousticness", REAL),
    Column("instrumentalness", REAL),
    Column("speechiness", REAL),
    Column("liveness", REAL),
    Column("loudness", REAL),
    Column("tempo", REAL),
    Column("duration_ms", Integer),
    Column("year", SmallInteger),
    Column("popularity", SmallInteger),
    Column("key", SmallInteger),
    Column("mode", SmallInteger),
    Column("time_signature", SmallInteger),
    Column("release_date", Date),
    Column("release_precision", Text),
    Column("version_group", Integer, nullable=False),
    Column("search", TSVECTOR, nullable=False),
)

albums = Table(
    "albums",
    metadata,
    Column("album_id", Integer, primary_key=True),
    Column("spotify_id", Text),
    Column("name", Text, nullable=False),
    Column("sort_name", Text, nullable=False),
)

artists = Table(
    "artists",
    metadata,
    Column("artist_id", Integer, primary_key=True),
    Column("spotify_id", Text),
    Column("name", Text, nullable=False),
    Column("sort_name", Text, nullable=False),
    Column("songs", Integer, nullable=False),
)

song_artists = Table(
    "song_artists",
    metadata,
    Column("song_id", Integer, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("artist_id", Integer, nullable=False),
)

genres = Table(
    "genres",
    metadata,
    Column("genre_id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("songs", Integer, nullable=False),
)

song_genres = Table(
    "song_genres",
    metadata,
    Column("song_id", Integer, primary_key=True),
    Column("genre_id", Integer, primary_key=True),
)

playlists = Table(
    "playlists",
    metadata,
    Column("playlist_id", Integer, primary_key=True),
    Column("spotify_id", Text),
    Column("name", Text, nullable=False),
    Column("genre", Text),
    Column("subgenre", Text),
    Column("songs", Integer, nullable=False),
)

song_playlists = Table(
    "song_playlists",
    metadata,
    Column("song_id", Integer, primary_key=True),
    Column("playlist_id", Integer, primary_key=True),
)

rejected_rows = Table(
    "rejected_rows",
    metadata,
    Column("line", BigInteger, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("column_name", Text),
    Column("row_text", Text, nullable=False),
)

moods = Table(
    "moods",
    metadata,
    Column("model", Integer, primary_key=True),
    Column("mood", SmallInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("colour", SmallInteger, nullable=False),
    Column("songs", Integer, nullable=False),
)

song_moods = Table(  # a view: what the live model says of each song
    "song_moods",
    metadata,
    Column("song_id", Integer),
    Column("mood", SmallInteger),
    Column("name", Text),
    Column("x", REAL),
    Column("y", REAL),
    Column("model", Integer),
)
