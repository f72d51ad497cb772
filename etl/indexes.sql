-- Keys and indexes of one catalogue, made after its rows. Run with search_path set to its schema.
-- Each statement stands alone; the loader shares those of the first part out over two connections.
-- Names have hash indexes: they are only looked up whole, and may be longer than a btree entry.

-- part: indexes
CREATE INDEX songs_search ON songs USING gin (search) WITH (fastupdate = off);
CREATE UNIQUE INDEX songs_spotify_id_key ON songs (spotify_id);
CREATE UNIQUE INDEX song_artists_pkey ON song_artists (song_id, position);
CREATE UNIQUE INDEX song_artists_artist_song ON song_artists (artist_id, song_id);
CREATE UNIQUE INDEX songs_pkey ON songs (song_id);
CREATE INDEX songs_album_id ON songs (album_id);
CREATE INDEX songs_version_group ON songs (version_group);
CREATE UNIQUE INDEX artists_pkey ON artists (artist_id);
CREATE UNIQUE INDEX artists_spotify_id_key ON artists (spotify_id);
CREATE INDEX artists_name ON artists USING hash (name);
CREATE UNIQUE INDEX albums_pkey ON albums (album_id);
CREATE UNIQUE INDEX albums_spotify_id_key ON albums (spotify_id);
CREATE INDEX albums_name ON albums USING hash (name);
CREATE UNIQUE INDEX genres_pkey ON genres (genre_id);
CREATE UNIQUE INDEX genres_name_key ON genres (name);
CREATE UNIQUE INDEX song_genres_pkey ON song_genres (song_id, genre_id);
CREATE INDEX song_genres_genre_id ON song_genres (genre_id, song_id);
CREATE UNIQUE INDEX playlists_pkey ON playlists (playlist_id);
CREATE UNIQUE INDEX playlists_spotify_id_key ON playlists (spotify_id);
CREATE INDEX playlists_name ON playlists USING hash (name);
CREATE UNIQUE INDEX song_playlists_pkey ON song_playlists (song_id, playlist_id);
CREATE INDEX song_playlists_playlist_id ON song_playlists (playlist_id, song_id);
CREATE UNIQUE INDEX rejected_rows_pkey ON rejected_rows (line);

-- part: keys
ALTER TABLE songs ADD PRIMARY KEY USING INDEX songs_pkey, ADD UNIQUE USING INDEX songs_spotify_id_key;
ALTER TABLE artists ADD PRIMARY KEY USING INDEX artists_pkey, ADD UNIQUE USING INDEX artists_spotify_id_key;
ALTER TABLE albums ADD PRIMARY KEY USING INDEX albums_pkey, ADD UNIQUE USING INDEX albums_spotify_id_key;
ALTER TABLE genres ADD PRIMARY KEY USING INDEX genres_pkey, ADD UNIQUE USING INDEX genres_name_key;
ALTER TABLE playlists ADD PRIMARY KEY USING INDEX playlists_pkey, ADD UNIQUE USING INDEX playlists_spotify_id_key;
ALTER TABLE song_artists ADD PRIMARY KEY USING INDEX song_artists_pkey;
ALTER TABLE song_genres ADD PRIMARY KEY USING INDEX song_genres_pkey;
ALTER TABLE song_playlists ADD PRIMARY KEY USING INDEX song_playlists_pkey;
ALTER TABLE rejected_rows ADD PRIMARY KEY USING INDEX rejected_rows_pkey;

-- part: foreign keys; these let the column store read the tables meanwhile
ANALYZE songs, song_artists, artists, albums, genres, song_genres, playlists, song_playlists, rejected_rows;
ALTER TABLE song_artists ADD CONSTRAINT song_artists_song FOREIGN KEY (song_id) REFERENCES songs;
ALTER TABLE song_artists ADD CONSTRAINT song_artists_artist FOREIGN KEY (artist_id) REFERENCES artists;
ALTER TABLE song_genres ADD CONSTRAINT song_genres_song FOREIGN KEY (song_id) REFERENCES songs;
ALTER TABLE song_genres ADD CONSTRAINT song_genres_genre FOREIGN KEY (genre_id) REFERENCES genres;
ALTER TABLE song_playlists ADD CONSTRAINT song_playlists_song FOREIGN KEY (song_id) REFERENCES songs;
ALTER TABLE song_playlists ADD CONSTRAINT song_playlists_playlist FOREIGN KEY (playlist_id) REFERENCES playlists;
ALTER TABLE songs ADD CONSTRAINT songs_album FOREIGN KEY (album_id) REFERENCES albums;
ALTER TABLE songs ADD CONSTRAINT songs_version_group_song FOREIGN KEY (version_group) REFERENCES songs;
