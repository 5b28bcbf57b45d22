-- Version 2 of the schema: the scorecard of the latest run. Applied after schema.sql; databases of
-- version 1 get it when the next run is stored.

-- One row per point of the review, those of the latest run only.
CREATE TABLE points (
    run_id      INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    point       INTEGER NOT NULL, -- 1 to 13; 0 = none of the thirteen
    family      TEXT    NOT NULL, -- rule ids begin with it
    question    TEXT    NOT NULL,
    status      TEXT    NOT NULL
                CHECK (status IN ('open', 'answered', 'clear', 'nothing', 'not-asked')),
    evidence    TEXT    NOT NULL, -- a file that answers the question, or ''
    rules       INTEGER NOT NULL, -- of the family
    rules_asked INTEGER NOT NULL, -- of these, evaluated in the run
    PRIMARY KEY (run_id, family)
) WITHOUT ROWID;

-- What a point was asked about.
CREATE TABLE point_items (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    family   TEXT    NOT NULL,
    position INTEGER NOT NULL, -- 1-based
    thing    TEXT    NOT NULL, -- 'queue between threads'
    total    INTEGER NOT NULL,
    answered INTEGER,          -- of these; NULL = they are only counted
    answer   TEXT,             -- what those are: 'with a capacity'
    PRIMARY KEY (run_id, family, position)
) WITHOUT ROWID;

-- The thirteen points in their order, then the others.
CREATE VIEW review AS
SELECT p.point,
       p.family,
       p.question,
       p.status,
       (SELECT group_concat(total || ' ' || thing
                            || coalesce(' (' || answered || ' ' || answer || ')', ''), '; ')
        FROM (SELECT * FROM point_items AS i
              WHERE i.run_id = p.run_id AND i.family = p.family ORDER BY i.position)) AS inspected,
       (SELECT count(*) FROM current_findings AS f
        WHERE f.rule GLOB p.family || '-*') AS findings,
       p.evidence,
       p.rules,
       p.rules_asked
FROM points AS p
WHERE p.run_id = (SELECT id FROM latest_run)
ORDER BY p.point = 0, p.point, p.family;
