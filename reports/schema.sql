-- Schema of the database that `threadlint` keeps runs in. Documented in docs/formats.md.
-- Applied to an empty database; PRAGMA user_version is set by reports/sqlite.c.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again
    version TEXT NOT NULL,            -- of threadlint
    root TEXT NOT NULL,
    command_line TEXT NOT NULL,
    started_at TEXT NOT NULL,         -- UTC, ISO 8601
    ended_at TEXT NOT NULL,
    seconds REAL NOT NULL,
    units INTEGER NOT NULL,           -- translation units
    units_cached INTEGER NOT NULL,
    units_failed INTEGER NOT NULL,
    exit_code INTEGER NOT NULL,
    complete INTEGER NOT NULL         -- 1: every unit was analysed
) STRICT;

CREATE TABLE files (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    path TEXT NOT NULL,               -- relative to the root when under it
    analysed INTEGER NOT NULL,
    is_main INTEGER NOT NULL,
    functions INTEGER NOT NULL,
    errors INTEGER NOT NULL           -- compile errors
) STRICT;

CREATE TABLE functions (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL
) STRICT;

CREATE TABLE threads (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    entry TEXT NOT NULL,              -- function the thread runs
    file TEXT NOT NULL,               -- where it is started
    line INTEGER NOT NULL,
    spawn_function TEXT NOT NULL,
    handle TEXT NOT NULL,             -- empty: dropped
    ending TEXT NOT NULL,             -- joined, detached, escapes, lost, unknown
    end_file TEXT NOT NULL,
    end_line INTEGER NOT NULL,
    many INTEGER NOT NULL             -- 1: started in a loop
) STRICT;

CREATE TABLE locks (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,               -- type
    acquires INTEGER NOT NULL
) STRICT;

CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,        -- the same finding has the same one in every run
    rule TEXT NOT NULL,
    level TEXT NOT NULL,              -- error, warning, note
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,             -- bytes, 1-based
    end_col INTEGER NOT NULL,         -- exclusive
    function TEXT NOT NULL,
    subject TEXT NOT NULL,            -- lock or variable it is about
    message TEXT NOT NULL,
    suppressed INTEGER NOT NULL,
    suppression TEXT NOT NULL,        -- reason in the source
    first_seen INTEGER NOT NULL,      -- run in which the fingerprint appeared
    last_seen INTEGER NOT NULL        -- latest run that has it
) STRICT;

CREATE TABLE steps (
    finding_id INTEGER NOT NULL REFERENCES findings(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,        -- 1-based
    thread INTEGER NOT NULL,          -- 0: the thread of the finding
    thread_name TEXT NOT NULL,
    depth INTEGER NOT NULL,
    kind TEXT NOT NULL,               -- as in the JSON report; "related" for related places
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    message TEXT NOT NULL,
    held TEXT NOT NULL,               -- locks held after the step
    PRIMARY KEY (finding_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    id TEXT NOT NULL,                 -- file-skipped, file-partial, database-entry, limit, config
    level TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;

CREATE INDEX findings_by_fingerprint ON findings(fingerprint, run_id);
CREATE INDEX findings_of_run ON findings(run_id);
CREATE INDEX files_of_run ON files(run_id);
CREATE INDEX functions_of_run ON functions(run_id);
CREATE INDEX threads_of_run ON threads(run_id);
CREATE INDEX locks_of_run ON locks(run_id);
CREATE INDEX notes_of_run ON notes(run_id);

-- Findings of the latest run that are not suppressed.
CREATE VIEW current_findings AS
SELECT * FROM findings
WHERE run_id = (SELECT max(id) FROM runs) AND suppressed = 0;

CREATE VIEW findings_by_rule AS
SELECT rule, level, count(*) AS findings, count(DISTINCT file) AS files
FROM current_findings GROUP BY rule, level ORDER BY findings DESC, rule;

CREATE VIEW findings_by_file AS
SELECT file, count(*) AS findings, sum(level = 'error') AS errors,
       sum(level = 'warning') AS warnings, sum(level = 'note') AS notes
FROM current_findings GROUP BY file ORDER BY findings DESC, file;

-- In the latest run, not in the run before it.
CREATE VIEW new_findings AS
SELECT * FROM current_findings AS f
WHERE NOT EXISTS (
    SELECT 1 FROM findings AS old
    WHERE old.fingerprint = f.fingerprint AND old.suppressed = 0
      AND old.run_id = (SELECT max(id) FROM runs WHERE id < (SELECT max(id) FROM runs)));

-- In the run before the latest, not in the latest. Of an incomplete run nothing is known to be fixed.
CREATE VIEW fixed_findings AS
SELECT * FROM findings AS old
WHERE old.run_id = (SELECT max(id) FROM runs WHERE id < (SELECT max(id) FROM runs))
  AND old.suppressed = 0
  AND (SELECT complete FROM runs ORDER BY id DESC LIMIT 1)
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE f.fingerprint = old.fingerprint AND f.run_id = (SELECT max(id) FROM runs));

CREATE VIEW thread_inventory AS
SELECT entry, file, line, spawn_function, handle, ending, end_file, end_line, many
FROM threads WHERE run_id = (SELECT max(id) FROM runs) ORDER BY entry, file, line;

CREATE VIEW run_trend AS
SELECT r.id AS run, r.started_at, r.version, r.complete, r.seconds,
       count(f.id) AS findings,
       coalesce(sum(f.level = 'error'), 0) AS errors,
       coalesce(sum(f.level = 'warning'), 0) AS warnings,
       coalesce(sum(f.level = 'note'), 0) AS notes,
       coalesce(sum(f.first_seen = r.id), 0) AS appeared
FROM runs AS r LEFT JOIN findings AS f ON f.run_id = r.id AND f.suppressed = 0
GROUP BY r.id ORDER BY r.id;
