-- One catalogue: the tables of the schema catalogue_<version>.
-- Run with search_path set to that schema. Keys, indexes and foreign keys come last, after the rows,
-- from indexes.sql: building an index once is far cheaper than keeping it up to date row by row.
-- docs/data-dictionary.md is generated from the comments: python -m etl dictionary

CREATE TABLE albums (
    album_id   integer NOT NULL,
    spotify_id text,
    name       text NOT NULL,
    sort_name  text NOT NULL
);
COMMENT ON TABLE  albums IS 'Albums that songs appeared on. Files without album ids get one album for each album name and primary artist.';
COMMENT ON COLUMN albums.album_id IS 'Number of the album in this catalogue, 0..N-1.';
COMMENT ON COLUMN albums.spotify_id IS 'Spotify''s id; NULL where the file has none.';
COMMENT ON COLUMN albums.name IS 'Name exactly as in the file.';
COMMENT ON COLUMN albums.sort_name IS 'Name folded for search and sorting: no case, accents or punctuation.';

CREATE TABLE artists (
    artist_id  integer NOT NULL,
    spotify_id text,
    name       text NOT NULL,
    sort_name  text NOT NULL,
    songs      integer NOT NULL
);
COMMENT ON TABLE  artists IS 'Everybody who is credited on a song.';
COMMENT ON COLUMN artists.artist_id IS 'Number of the artist in this catalogue, 0..N-1.';
COMMENT ON COLUMN artists.spotify_id IS 'Spotify''s id; NULL where the file has none (artists are then told apart by name).';
COMMENT ON COLUMN artists.name IS 'Name exactly as in the file.';
COMMENT ON COLUMN artists.sort_name IS 'Name folded for search and sorting: no case, accents or punctuation.';
COMMENT ON COLUMN artists.songs IS 'Number of songs that credit this artist.';

CREATE TABLE songs (
    song_id           integer NOT NULL,
    spotify_id        text NOT NULL,
    title             text NOT NULL,
    sort_title        text NOT NULL,
    album_id          integer,
    disc_number       smallint,
    track_number      smallint,
    explicit          boolean,
    danceability      real,
    energy            real,
    valence           real,
    acousticness      real,
    instrumentalness  real,
    speechiness       real,
    liveness          real,
    loudness          real,
    tempo             real,
    duration_ms       integer,
    year              smallint,
    popularity        smallint,
    key               smallint,
    mode              smallint,
    time_signature    smallint,
    release_date      date,
    release_precision text,
    version_group     integer NOT NULL,
    search            tsvector NOT NULL
);
COMMENT ON TABLE  songs IS 'One row a song. song_id is dense, so that it is also the song''s place in every array of the column store.';
COMMENT ON COLUMN songs.song_id IS 'Number of the song in this catalogue, 0..N-1, in the order of the file.';
COMMENT ON COLUMN songs.spotify_id IS 'Spotify''s track id.';
COMMENT ON COLUMN songs.title IS 'Title exactly as in the file.';
COMMENT ON COLUMN songs.sort_title IS 'Title folded for search and sorting: no case, accents or punctuation.';
COMMENT ON COLUMN songs.album_id IS 'Album it is on; NULL where the file has no albums.';
COMMENT ON COLUMN songs.disc_number IS 'Disc of the album, from 1.';
COMMENT ON COLUMN songs.track_number IS 'Track of the disc, from 1.';
COMMENT ON COLUMN songs.explicit IS 'Whether it has explicit lyrics; NULL is unknown.';
COMMENT ON COLUMN songs.danceability IS 'How suitable for dancing, 0 to 1.';
COMMENT ON COLUMN songs.energy IS 'How intense and active, 0 to 1.';
COMMENT ON COLUMN songs.valence IS 'How positive it sounds, 0 to 1.';
COMMENT ON COLUMN songs.acousticness IS 'Confidence that it is acoustic, 0 to 1.';
COMMENT ON COLUMN songs.instrumentalness IS 'Confidence that it has no vocals, 0 to 1.';
COMMENT ON COLUMN songs.speechiness IS 'Share of spoken words, 0 to 1.';
COMMENT ON COLUMN songs.liveness IS 'Signs of an audience, 0 to 1.';
COMMENT ON COLUMN songs.loudness IS 'Average loudness in dB below full scale.';
COMMENT ON COLUMN songs.tempo IS 'Beats per minute; 0 in the file is unknown and stored as NULL.';
COMMENT ON COLUMN songs.duration_ms IS 'Length in milliseconds.';
COMMENT ON COLUMN songs.year IS 'Year of release; 0 in the file is unknown and stored as NULL.';
COMMENT ON COLUMN songs.popularity IS 'Spotify''s popularity when the file was made, 0 to 100; NULL where the file has none.';
COMMENT ON COLUMN songs.key IS 'Pitch class, 0 = C to 11 = B; -1 in the file is unknown and stored as NULL.';
COMMENT ON COLUMN songs.mode IS '1 major, 0 minor.';
COMMENT ON COLUMN songs.time_signature IS 'Beats in a bar; 0 in the file is unknown and stored as NULL.';
COMMENT ON COLUMN songs.release_date IS 'Date of release; the first day of the month or year where release_precision is coarser than day.';
COMMENT ON COLUMN songs.release_precision IS 'How exact release_date is: year, month or day.';
COMMENT ON COLUMN songs.version_group IS 'Smallest song_id among the versions of the same recording: same primary artist, same title without suffixes such as "- Remastered 2011" or "- Live".';
COMMENT ON COLUMN songs.search IS 'Words of title, artists and album, folded; for the text filter.';

CREATE TABLE song_artists (
    song_id   integer NOT NULL,
    position  smallint NOT NULL,
    artist_id integer NOT NULL
);
COMMENT ON TABLE  song_artists IS 'Who is credited on which song, in order.';
COMMENT ON COLUMN song_artists.song_id IS 'The song.';
COMMENT ON COLUMN song_artists.position IS 'Place in the credits, from 0; 0 is the primary artist.';
COMMENT ON COLUMN song_artists.artist_id IS 'The artist.';

CREATE TABLE genres (
    genre_id integer NOT NULL,
    name     text NOT NULL,
    songs    integer NOT NULL
);
COMMENT ON TABLE  genres IS 'Genres that the file knows; empty for files without them.';
COMMENT ON COLUMN genres.genre_id IS 'Number of the genre in this catalogue, 0..N-1, by name.';
COMMENT ON COLUMN genres.name IS 'Name as in the file.';
COMMENT ON COLUMN genres.songs IS 'Number of songs in it.';

CREATE TABLE song_genres (
    song_id  integer NOT NULL,
    genre_id integer NOT NULL
);
COMMENT ON TABLE  song_genres IS 'Which song is in which genres; a song may be in several.';
COMMENT ON COLUMN song_genres.song_id IS 'The song.';
COMMENT ON COLUMN song_genres.genre_id IS 'The genre.';

CREATE TABLE playlists (
    playlist_id integer NOT NULL,
    spotify_id  text,
    name        text NOT NULL,
    genre       text,
    subgenre    text,
    songs       integer NOT NULL
);
COMMENT ON TABLE  playlists IS 'Playlists that the file knows; empty for files without them.';
COMMENT ON COLUMN playlists.playlist_id IS 'Number of the playlist in this catalogue, 0..N-1.';
COMMENT ON COLUMN playlists.spotify_id IS 'Spotify''s id; NULL where the file has none.';
COMMENT ON COLUMN playlists.name IS 'Name as in the file.';
COMMENT ON COLUMN playlists.genre IS 'Genre of the playlist; NULL where the file has none.';
COMMENT ON COLUMN playlists.subgenre IS 'Subgenre of the playlist; NULL where the file has none.';
COMMENT ON COLUMN playlists.songs IS 'Number of songs in it.';

CREATE TABLE song_playlists (
    song_id     integer NOT NULL,
    playlist_id integer NOT NULL
);
COMMENT ON TABLE  song_playlists IS 'Which song is in which playlists.';
COMMENT ON COLUMN song_playlists.song_id IS 'The song.';
COMMENT ON COLUMN song_playlists.playlist_id IS 'The playlist.';

CREATE TABLE rejected_rows (
    line        bigint NOT NULL,
    reason      text NOT NULL,
    column_name text,
    row_text    text NOT NULL
);
COMMENT ON TABLE  rejected_rows IS 'Rows of the file that could not become songs, kept so that nothing is lost silently.';
COMMENT ON COLUMN rejected_rows.line IS 'Line of the file that the row begins on, from 1 (the header).';
COMMENT ON COLUMN rejected_rows.reason IS 'Why it was rejected, in words.';
COMMENT ON COLUMN rejected_rows.column_name IS 'Column of the file at fault; NULL when it is the whole row.';
COMMENT ON COLUMN rejected_rows.row_text IS 'The row as it stands in the file, at most 2,000 characters.';
