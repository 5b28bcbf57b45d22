-- Schema of the database that threadlint keeps runs in. Documented in docs/formats.md. Applied to an
-- empty database; PRAGMA user_version is set by reports/sqlite.c.
--
-- runs, findings and run_findings are history and only grow: a finding is one row for as long as
-- its fingerprint lives, run_findings says in which runs it was there. files, functions, threads,
-- locks and notes describe the latest run only and are replaced by every run, so the size
-- of the database follows the project, not the number of runs. Tables and views of your own may
-- be added to it; threadlint leaves them alone.

CREATE TABLE runs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    version      TEXT    NOT NULL, -- of threadlint
    root         TEXT    NOT NULL, -- project root, absolute
    command_line TEXT    NOT NULL,
    started_at   TEXT    NOT NULL, -- UTC, ISO 8601: '2026-01-31T12:00:00Z'
    ended_at     TEXT    NOT NULL,
    seconds      REAL    NOT NULL, -- wall time
    units        INTEGER NOT NULL, -- translation units
    units_cached INTEGER NOT NULL,
    units_failed INTEGER NOT NULL,
    files        INTEGER NOT NULL, -- analysed
    functions    INTEGER NOT NULL,
    threads      INTEGER NOT NULL, -- places that start a thread
    locks        INTEGER NOT NULL,
    exit_code    INTEGER NOT NULL,
    complete     INTEGER NOT NULL CHECK (complete IN (0, 1)) -- every unit was analysed
);

CREATE TABLE findings (
    id          INTEGER PRIMARY KEY,
    fingerprint TEXT    NOT NULL UNIQUE, -- the same finding in another run has the same
    first_seen  INTEGER NOT NULL, -- runs.id, which may have been deleted since
    last_seen   INTEGER NOT NULL, -- runs.id; what follows is as of this run
    rule        TEXT    NOT NULL,
    level       TEXT    NOT NULL CHECK (level IN ('error', 'warning', 'note')),
    file        TEXT    NOT NULL, -- relative to runs.root when under it
    line        INTEGER NOT NULL,
    col         INTEGER NOT NULL, -- 1-based, bytes
    end_col     INTEGER NOT NULL, -- exclusive; 0 = unknown
    message     TEXT    NOT NULL,
    function    TEXT    NOT NULL,
    subject     TEXT    NOT NULL, -- the lock, variable or thread it is about
    suppressed  INTEGER NOT NULL CHECK (suppressed IN (0, 1)),
    suppression TEXT    NOT NULL, -- the reason given in the source
    partial     INTEGER NOT NULL CHECK (partial IN (0, 1)) -- its function has compile errors
);
CREATE INDEX findings_file ON findings (file);
CREATE INDEX findings_rule ON findings (rule);

CREATE TABLE run_findings (
    run_id     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    finding_id INTEGER NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    level      TEXT    NOT NULL,
    suppressed INTEGER NOT NULL,
    PRIMARY KEY (run_id, finding_id)
) WITHOUT ROWID;
CREATE INDEX run_findings_finding ON run_findings (finding_id);

-- How a finding comes about: the steps of every thread in order, and related places (kind 'related').
CREATE TABLE steps (
    finding_id  INTEGER NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL, -- 1-based
    kind        TEXT    NOT NULL, -- 'acquire', 'access', 'call', ... or 'related'
    thread      INTEGER NOT NULL, -- 0 = the thread of the finding's own place
    thread_name TEXT    NOT NULL,
    depth       INTEGER NOT NULL, -- call nesting
    file        TEXT    NOT NULL,
    line        INTEGER NOT NULL,
    col         INTEGER NOT NULL,
    message     TEXT    NOT NULL,
    held        TEXT    NOT NULL, -- locks held after the step
    PRIMARY KEY (finding_id, position)
) WITHOUT ROWID;

CREATE TABLE files (
    run_id    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    analysed  INTEGER NOT NULL CHECK (analysed IN (0, 1)),
    is_main   INTEGER NOT NULL CHECK (is_main IN (0, 1)), -- named by the compile database
    functions INTEGER NOT NULL,
    errors    INTEGER NOT NULL -- compile errors in it
);
CREATE INDEX files_path ON files (path);

CREATE TABLE functions (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    file   TEXT    NOT NULL,
    line   INTEGER NOT NULL
);
CREATE INDEX functions_name ON functions (name);

CREATE TABLE threads (
    run_id         INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    entry          TEXT    NOT NULL, -- entry function
    file           TEXT    NOT NULL, -- where it is started
    line           INTEGER NOT NULL,
    spawn_function TEXT    NOT NULL,
    handle         TEXT    NOT NULL, -- where the handle is kept, '' when dropped
    ending         TEXT    NOT NULL, -- 'joined', 'detached', 'escapes', 'lost', 'unknown'
    end_file       TEXT    NOT NULL,
    end_line       INTEGER NOT NULL, -- of the join or detach; 0 = none known
    many           INTEGER NOT NULL CHECK (many IN (0, 1)) -- started in a loop
);

CREATE TABLE locks (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name     TEXT    NOT NULL,
    kind     TEXT    NOT NULL, -- type: 'pthread_mutex_t'
    acquires INTEGER NOT NULL
);

-- What was skipped or cut short, and why.
CREATE TABLE notes (
    run_id  INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    id      TEXT    NOT NULL, -- 'file-skipped', 'file-partial', 'limit', ...
    level   TEXT    NOT NULL,
    file    TEXT    NOT NULL,
    line    INTEGER NOT NULL,
    message TEXT    NOT NULL
);

CREATE VIEW latest_run AS
SELECT * FROM runs ORDER BY id DESC LIMIT 1;

-- The run of the same project before the latest one; no row after the first run.
CREATE VIEW previous_run AS
SELECT runs.*
FROM runs, latest_run
WHERE runs.id < latest_run.id AND runs.root = latest_run.root
ORDER BY runs.id DESC LIMIT 1;

-- What the latest run says is wrong.
CREATE VIEW current_findings AS
SELECT f.id, f.rule, f.level, f.file, f.line, f.col, f.function, f.subject, f.message,
       f.fingerprint, f.first_seen, f.last_seen, f.partial,
       r.started_at AS since
FROM findings AS f
LEFT JOIN runs AS r ON r.id = f.first_seen
WHERE f.last_seen = (SELECT id FROM latest_run) AND f.suppressed = 0
ORDER BY f.file, f.line, f.col, f.rule;

CREATE VIEW suppressed_findings AS
SELECT f.id, f.rule, f.level, f.file, f.line, f.message, f.suppression, f.fingerprint
FROM findings AS f
WHERE f.last_seen = (SELECT id FROM latest_run) AND f.suppressed = 1
ORDER BY f.file, f.line, f.col, f.rule;

CREATE VIEW findings_by_rule AS
SELECT rule,
       count(*) AS findings,
       sum(level = 'error') AS errors,
       sum(level = 'warning') AS warnings,
       sum(level = 'note') AS notes,
       count(DISTINCT file) AS files
FROM current_findings
GROUP BY rule
ORDER BY findings DESC, rule;

CREATE VIEW findings_by_file AS
SELECT file,
       count(*) AS findings,
       sum(level = 'error') AS errors,
       sum(level = 'warning') AS warnings,
       sum(level = 'note') AS notes,
       count(DISTINCT rule) AS rules
FROM current_findings
GROUP BY file
ORDER BY findings DESC, file;

-- There now, and not there (or suppressed) in the previous run. After the first run: all.
CREATE VIEW new_findings AS
SELECT c.*
FROM current_findings AS c
WHERE NOT EXISTS (
    SELECT 1 FROM run_findings AS rf
    WHERE rf.finding_id = c.id AND rf.suppressed = 0
      AND rf.run_id = (SELECT id FROM previous_run));

-- There in the previous run and no longer, with `how`: 'fixed'; 'suppressed'; or 'not looked at', when
-- the latest run did not have the file, or it is a header and some unit was not analysed.
CREATE VIEW fixed_findings AS
SELECT f.id, f.rule, f.level, f.file, f.line, f.function, f.subject, f.message, f.fingerprint,
       f.first_seen,
       CASE
           WHEN f.last_seen = (SELECT id FROM latest_run) THEN 'suppressed'
           WHEN EXISTS (SELECT 1 FROM files
                        WHERE path = f.file AND analysed = 1
                          AND (is_main = 1 OR (SELECT complete FROM latest_run))) THEN 'fixed'
           ELSE 'not looked at'
       END AS how
FROM run_findings AS prev
JOIN findings AS f ON f.id = prev.finding_id
WHERE prev.run_id = (SELECT id FROM previous_run)
  AND prev.suppressed = 0
  AND NOT (f.last_seen = (SELECT id FROM latest_run) AND f.suppressed = 0)
ORDER BY f.file, f.line, f.rule;

CREATE VIEW thread_inventory AS
SELECT entry,
       file, line, spawn_function, many, handle, ending, end_file, end_line
FROM threads
ORDER BY entry, file, line;

-- One row per run, oldest first.
CREATE VIEW run_trend AS
WITH ordered AS (
    SELECT *, lag(id) OVER (PARTITION BY root ORDER BY id) AS previous_id FROM runs
)
SELECT o.id AS run,
       o.started_at,
       o.version,
       (SELECT count(*) FROM run_findings WHERE run_id = o.id AND suppressed = 0) AS findings,
       (SELECT count(*) FROM run_findings
        WHERE run_id = o.id AND suppressed = 0 AND level = 'error') AS errors,
       (SELECT count(*) FROM run_findings
        WHERE run_id = o.id AND suppressed = 0 AND level = 'warning') AS warnings,
       (SELECT count(*) FROM run_findings
        WHERE run_id = o.id AND suppressed = 0 AND level = 'note') AS notes,
       (SELECT count(*) FROM run_findings WHERE run_id = o.id AND suppressed = 1) AS suppressed,
       (SELECT count(*) FROM run_findings AS n
        WHERE n.run_id = o.id AND n.suppressed = 0
          AND NOT EXISTS (SELECT 1 FROM run_findings AS p
                          WHERE p.run_id = o.previous_id AND p.suppressed = 0
                            AND p.finding_id = n.finding_id)) AS appeared,
       (SELECT count(*) FROM run_findings AS p
        WHERE p.run_id = o.previous_id AND p.suppressed = 0
          AND NOT EXISTS (SELECT 1 FROM run_findings AS n
                          WHERE n.run_id = o.id AND n.suppressed = 0
                            AND n.finding_id = p.finding_id)) AS disappeared,
       o.files, o.functions, o.threads, o.locks, o.complete, o.seconds
FROM ordered AS o
ORDER BY o.id;
