-- Models and the moods of songs. Safe to run again. docs/data-dictionary.md is generated from the comments.
-- part: register; what outlives a catalogue

CREATE TABLE IF NOT EXISTS musicgroup.model (
    model             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalogue_version integer NOT NULL REFERENCES musicgroup.catalogue,
    state             text NOT NULL CHECK (state IN ('live', 'retired')),
    rolled_back       boolean NOT NULL DEFAULT false CHECK (NOT (rolled_back AND state = 'live')),
    features          text[] NOT NULL,
    algorithm         text NOT NULL,
    k                 smallint NOT NULL,
    scaling           text NOT NULL,
    seed              integer NOT NULL,
    fitted_filter     text NOT NULL,
    fitted_songs      integer NOT NULL,
    libraries         json NOT NULL,
    parameters        json NOT NULL,
    projection        json NOT NULL,
    moods             json NOT NULL,
    report            json NOT NULL,
    seconds           double precision NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX IF NOT EXISTS model_one_live ON musicgroup.model (catalogue_version) WHERE state = 'live';

COMMENT ON TABLE  musicgroup.model IS 'One row a model that was stored; kept for good. The moods that it gave the songs of its catalogue are in that catalogue''s song_moods_<model>.';
COMMENT ON COLUMN musicgroup.model.model IS 'Number of the model; every cache key of an answer that moods can change has it.';
COMMENT ON COLUMN musicgroup.model.catalogue_version IS 'The catalogue that it was fitted on, and that it serves.';
COMMENT ON COLUMN musicgroup.model.state IS 'live (at most one for each catalogue) or retired.';
COMMENT ON COLUMN musicgroup.model.rolled_back IS 'Whether somebody went back from it to the model before.';
COMMENT ON COLUMN musicgroup.model.features IS 'Fields of a song that it looks at.';
COMMENT ON COLUMN musicgroup.model.algorithm IS 'kmeans, minibatch, gaussian or hdbscan.';
COMMENT ON COLUMN musicgroup.model.k IS 'Number of moods.';
COMMENT ON COLUMN musicgroup.model.scaling IS 'standard, minmax, robust or quantile.';
COMMENT ON COLUMN musicgroup.model.seed IS 'Seed of everything random in the fit.';
COMMENT ON COLUMN musicgroup.model.fitted_filter IS 'Filter whose songs it was fitted on, as a URL query; empty for the whole catalogue.';
COMMENT ON COLUMN musicgroup.model.fitted_songs IS 'Number of songs it was fitted on.';
COMMENT ON COLUMN musicgroup.model.libraries IS 'Libraries that fitted it, and their versions.';
COMMENT ON COLUMN musicgroup.model.parameters IS 'All numbers that are needed to give a song its mood.';
COMMENT ON COLUMN musicgroup.model.projection IS 'How songs were put on the map: kind, words for both axes, extent.';
COMMENT ON COLUMN musicgroup.model.moods IS 'Number, name, colour and number of songs of each mood.';
COMMENT ON COLUMN musicgroup.model.report IS 'Scores, profiles and counts from the fit, as the Moods page shows them.';
COMMENT ON COLUMN musicgroup.model.seconds IS 'How long the fit took.';
COMMENT ON COLUMN musicgroup.model.created_at IS 'When it was stored.';

-- part: catalogue; run with search_path set to the catalogue's schema

CREATE TABLE IF NOT EXISTS moods (
    model  integer NOT NULL,
    mood   smallint NOT NULL,
    name   text NOT NULL,
    colour smallint NOT NULL,
    songs  integer NOT NULL,
    PRIMARY KEY (model, mood),
    UNIQUE (model, name)
);
COMMENT ON TABLE  moods IS 'Moods of the models that are kept for this catalogue: the live one and the three before it.';
COMMENT ON COLUMN moods.model IS 'The model.';
COMMENT ON COLUMN moods.mood IS 'Number of the mood in its model, from 0.';
COMMENT ON COLUMN moods.name IS 'Name of the mood.';
COMMENT ON COLUMN moods.colour IS 'Its colour on every page: 1 to 12 of the categorical palette.';
COMMENT ON COLUMN moods.songs IS 'Number of songs in it.';

-- The view is replaced when a model goes live. Here it only must not be missing: replacing it would lock readers out.
DO $$ BEGIN
    IF to_regclass(quote_ident(current_schema()) || '.song_moods') IS NULL THEN
        CREATE VIEW song_moods AS
        SELECT NULL::integer AS song_id, NULL::smallint AS mood, NULL::text AS name,
               NULL::real AS x, NULL::real AS y, NULL::integer AS model
        WHERE false;
        COMMENT ON VIEW   song_moods IS 'The live model''s mood and place of every song; no rows as long as there is no model.';
        COMMENT ON COLUMN song_moods.song_id IS 'The song.';
        COMMENT ON COLUMN song_moods.mood IS 'Number of its mood; NULL when too few of the model''s features are known.';
        COMMENT ON COLUMN song_moods.name IS 'Name of its mood.';
        COMMENT ON COLUMN song_moods.x IS 'Its place on the map, from left to right.';
        COMMENT ON COLUMN song_moods.y IS 'Its place on the map, from bottom to top.';
        COMMENT ON COLUMN song_moods.model IS 'The live model, the same in every row.';
    END IF;
END $$;

-- part: model; run with <model> replaced by its number

CREATE TABLE "song_moods_<model>" (
    song_id integer NOT NULL,
    mood    smallint,
    x       real,
    y       real
);
COMMENT ON TABLE  "song_moods_<model>" IS 'What one model says of every song of the catalogue; one such table for each model that is kept.';
COMMENT ON COLUMN "song_moods_<model>".song_id IS 'The song.';
COMMENT ON COLUMN "song_moods_<model>".mood IS 'Number of its mood; NULL when too few of the model''s features are known.';
COMMENT ON COLUMN "song_moods_<model>".x IS 'Its place on the map, from left to right; NULL when it has no mood.';
COMMENT ON COLUMN "song_moods_<model>".y IS 'Its place on the map, from bottom to top; NULL when it has no mood.';

-- part: live view; run with <model> replaced by its number

CREATE OR REPLACE VIEW song_moods AS
SELECT placed.song_id, placed.mood, moods.name, placed.x, placed.y, <model> AS model
FROM "song_moods_<model>" AS placed LEFT JOIN moods ON moods.model = <model> AND moods.mood = placed.mood;
