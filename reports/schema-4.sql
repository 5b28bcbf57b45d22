-- Version 4 of the schema: what the scorecard names as open.

-- Things that a point was asked about and that have no answer: the first of each point.
CREATE TABLE point_questions (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    family   TEXT    NOT NULL,
    position INTEGER NOT NULL, -- 1-based
    file     TEXT    NOT NULL,
    line     INTEGER NOT NULL,
    message  TEXT    NOT NULL,
    PRIMARY KEY (run_id, family, position)
) WITHOUT ROWID;
