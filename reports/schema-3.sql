-- Version 3 of the schema: which revision a run saw, who wrote what a finding is about, and what
-- became of findings over all runs. Applied after schema-2.sql.

ALTER TABLE runs ADD COLUMN revision TEXT NOT NULL DEFAULT ''; -- of git; '' = not known
ALTER TABLE runs ADD COLUMN branch   TEXT NOT NULL DEFAULT '';

-- Author of the line of a finding, as git blame said in the latest run with --owners that saw it.
CREATE TABLE owners (
    finding_id INTEGER PRIMARY KEY REFERENCES findings (id) ON DELETE CASCADE,
    author     TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    revision   TEXT    NOT NULL, -- that last changed the line
    written_at TEXT    NOT NULL  -- UTC, ISO 8601
);

-- Every finding that ever was, with `state`: 'open', 'suppressed', 'fixed', or 'not looked at' when
-- the latest run did not have the file (as in fixed_findings). gone_since is the first run of the
-- project that did not have it any more.
CREATE VIEW finding_history AS
SELECT f.id, f.rule, f.level, f.file, f.line, f.message,
       f.first_seen, first.started_at AS first_seen_at,
       f.last_seen, last.started_at AS last_seen_at,
       (SELECT count(*) FROM run_findings WHERE finding_id = f.id) AS runs,
       CASE
           WHEN f.last_seen = (SELECT id FROM latest_run)
               THEN CASE WHEN f.suppressed = 1 THEN 'suppressed' ELSE 'open' END
           WHEN EXISTS (SELECT 1 FROM files
                        WHERE path = f.file AND analysed = 1
                          AND (is_main = 1 OR (SELECT complete FROM latest_run))) THEN 'fixed'
           ELSE 'not looked at'
       END AS state,
       gone.id AS gone_since, gone.started_at AS gone_since_at,
       f.fingerprint
FROM findings AS f
LEFT JOIN runs AS first ON first.id = f.first_seen
LEFT JOIN runs AS last ON last.id = f.last_seen
LEFT JOIN runs AS gone ON gone.id = (SELECT min(n.id) FROM runs AS n
                                     WHERE n.id > f.last_seen AND n.root = last.root)
ORDER BY f.first_seen, f.file, f.line, f.rule;

-- One row per run and rule that found something in it, oldest first.
CREATE VIEW rule_trend AS
SELECT r.id AS run, r.started_at, f.rule,
       count(*) AS findings,
       sum(rf.level = 'error') AS errors,
       sum(f.first_seen = r.id) AS appeared
FROM runs AS r
JOIN run_findings AS rf ON rf.run_id = r.id AND rf.suppressed = 0
JOIN findings AS f ON f.id = rf.finding_id
GROUP BY r.id, f.rule
ORDER BY r.id, f.rule;

CREATE VIEW findings_by_owner AS
SELECT coalesce(o.author, '') AS author,
       coalesce(o.email, '') AS email,
       count(*) AS findings,
       sum(c.level = 'error') AS errors,
       sum(c.level = 'warning') AS warnings,
       sum(c.level = 'note') AS notes,
       min(c.since) AS oldest
FROM current_findings AS c
LEFT JOIN owners AS o ON o.finding_id = c.id
GROUP BY 1, 2
ORDER BY findings DESC, author;
