-- What outlives a catalogue: the schema musicgroup. Safe to run again.
CREATE SCHEMA IF NOT EXISTS musicgroup;

CREATE TABLE IF NOT EXISTS musicgroup.catalogue (
    version       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state         text NOT NULL CHECK (state IN ('building', 'live', 'retired', 'failed')),
    source_name   text NOT NULL,
    source_format text NOT NULL,
    source_sha256 text,
    source_bytes  bigint,
    file_rows     integer,
    song_rows     integer,
    merged_rows   integer,
    rejected_rows integer,
    songs         integer,
    artists       integer,
    albums        integer,
    genres        integer,
    playlists     integer,
    first_year    smallint,
    last_year     smallint,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at   timestamptz,
    error         text,
    CHECK (state NOT IN ('live', 'retired') OR file_rows = song_rows + merged_rows + rejected_rows)
);
CREATE UNIQUE INDEX IF NOT EXISTS catalogue_one_live ON musicgroup.catalogue (state) WHERE state = 'live';

COMMENT ON TABLE  musicgroup.catalogue IS 'One row a load, also failed ones. The tables of a loaded catalogue are in the schema catalogue_<version>; the live one and the one before it are kept.';
COMMENT ON COLUMN musicgroup.catalogue.version IS 'Number of the load; every cache key has it.';
COMMENT ON COLUMN musicgroup.catalogue.state IS 'building, live (exactly one), retired or failed.';
COMMENT ON COLUMN musicgroup.catalogue.source_name IS 'Name of the file, without its folder.';
COMMENT ON COLUMN musicgroup.catalogue.source_format IS 'Format that was detected.';
COMMENT ON COLUMN musicgroup.catalogue.source_sha256 IS 'SHA-256 of the file as given, compressed or not.';
COMMENT ON COLUMN musicgroup.catalogue.source_bytes IS 'Size of the file as given.';
COMMENT ON COLUMN musicgroup.catalogue.file_rows IS 'Rows in the file without the header: song_rows + merged_rows + rejected_rows.';
COMMENT ON COLUMN musicgroup.catalogue.song_rows IS 'Rows that became a song.';
COMMENT ON COLUMN musicgroup.catalogue.merged_rows IS 'Rows that repeat the id of an earlier row and were merged into its song.';
COMMENT ON COLUMN musicgroup.catalogue.rejected_rows IS 'Rows kept in rejected_rows.';
COMMENT ON COLUMN musicgroup.catalogue.songs IS 'Number of songs.';
COMMENT ON COLUMN musicgroup.catalogue.artists IS 'Number of artists.';
COMMENT ON COLUMN musicgroup.catalogue.albums IS 'Number of albums.';
COMMENT ON COLUMN musicgroup.catalogue.genres IS 'Number of genres.';
COMMENT ON COLUMN musicgroup.catalogue.playlists IS 'Number of playlists.';
COMMENT ON COLUMN musicgroup.catalogue.first_year IS 'Earliest known year of release.';
COMMENT ON COLUMN musicgroup.catalogue.last_year IS 'Latest known year of release.';
COMMENT ON COLUMN musicgroup.catalogue.started_at IS 'When the load began.';
COMMENT ON COLUMN musicgroup.catalogue.finished_at IS 'When it ended, well or not.';
COMMENT ON COLUMN musicgroup.catalogue.error IS 'Why it failed; NULL when it did not.';
