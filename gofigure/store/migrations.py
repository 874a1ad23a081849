"""The store's schema as numbered steps; a step, once released, is never changed."""

from __future__ import annotations

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

    -- What content is called. Every row can be worked out again.
    CREATE TABLE trees (digest BLOB PRIMARY KEY, record BLOB NOT NULL);
    CREATE TABLE objects (
      oid BLOB PRIMARY KEY, kind TEXT NOT NULL, digest BLOB NOT NULL, seen_ns INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX objects_by_age ON objects (kind, seen_ns);
    CREATE TABLE stamps (
      path BLOB PRIMARY KEY, device INTEGER, inode INTEGER, size INTEGER, mtime_ns INTEGER,
      ctime_ns INTEGER, mode INTEGER, seen_ns INTEGER, has_cr INTEGER, digest BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE selections (
      tree BLOB, selector BLOB, digest BLOB NOT NULL, files INTEGER NOT NULL, PRIMARY KEY (tree, selector)
    ) WITHOUT ROWID;
    CREATE TABLE tools (
      path BLOB PRIMARY KEY, device INTEGER, inode INTEGER, size INTEGER, mtime_ns INTEGER,
      ctime_ns INTEGER, mode INTEGER, digest BLOB NOT NULL, version TEXT NOT NULL
    ) WITHOUT ROWID;

    -- What has happened.
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, trigger TEXT NOT NULL, worktree TEXT NOT NULL,
      content TEXT NOT NULL, tree BLOB, branch TEXT NOT NULL, state TEXT NOT NULL, pid INTEGER NOT NULL,
      started_ns INTEGER NOT NULL, seconds REAL
    );
    CREATE INDEX runs_under_way ON runs (state) WHERE state = 'running';
    CREATE TABLE stage_runs (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL, stage TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT NOT NULL, key BLOB, seconds REAL, exit_code INTEGER, log TEXT,
      excerpt TEXT, proven INTEGER NOT NULL DEFAULT 0, allowed INTEGER NOT NULL DEFAULT 0,
      note TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (run, stage)
    ) WITHOUT ROWID;
    CREATE INDEX stage_runs_by_stage ON stage_runs (stage, run);
    CREATE TABLE skips (at_ns INTEGER NOT NULL, hook TEXT NOT NULL, reason TEXT NOT NULL);

    -- What is proven. `manifest` is the key spelt out as JSON, for `why`.
    CREATE TABLE proofs (
      key BLOB PRIMARY KEY, stage TEXT NOT NULL, run INTEGER NOT NULL, proven_ns INTEGER NOT NULL,
      seconds REAL NOT NULL, manifest TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX proofs_by_stage ON proofs (stage, proven_ns);
    CREATE TABLE file_proofs (key BLOB PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    -- One row for each location of a stage that has several. Other stages have none.
    CREATE TABLE stage_parts (
      run INTEGER NOT NULL, stage TEXT NOT NULL, seq INTEGER NOT NULL, location TEXT NOT NULL, state TEXT NOT NULL,
      seconds REAL NOT NULL, exit_code INTEGER, log TEXT, reason TEXT NOT NULL,
      PRIMARY KEY (run, stage, seq),
      FOREIGN KEY (run, stage) REFERENCES stage_runs (run, stage) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
    """
    -- Where a stage was executed: 'in place', 'private', or nowhere.
    ALTER TABLE stage_runs ADD COLUMN place TEXT NOT NULL DEFAULT ''
    """,
    """
    -- A commit that a hook let through without a look has this one as its first parent.
    ALTER TABLE skips ADD COLUMN head TEXT NOT NULL DEFAULT ''
    """,
    """
    -- Trees (git's ids) that a hook has let through without a process of ours. at_ns: the last of those times.
    -- run: the one that had proven it.
    CREATE TABLE hits (
      at_ns INTEGER NOT NULL, hook TEXT NOT NULL, tree TEXT NOT NULL, times INTEGER NOT NULL, run INTEGER
    )
    """,
    """
    -- Why in a private checkout.
    ALTER TABLE stage_runs ADD COLUMN why_there TEXT NOT NULL DEFAULT ''
    """,
    """
    -- Whether a stage has ever failed, asked for each plan: of ten thousand stages, most have not.
    CREATE INDEX failures ON stage_runs (stage) WHERE state IN ('failed', 'timed out')
    """,
    """
    -- The digest of the job that a run began on (runner.plan.job_digest), NULL where it was not about the working tree.
    -- causes: how many paths had changed since it ran before, where that is why it was started.
    ALTER TABLE runs ADD COLUMN digest BLOB;
    ALTER TABLE runs ADD COLUMN causes INTEGER NOT NULL DEFAULT 0;
    -- What changed in the working tree under a run that executed something there. No row: nothing did.
    -- consumed: the digest that its verdict is about, NULL where it has none. paths: how many changed.
    CREATE TABLE windows (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      before BLOB NOT NULL, after BLOB NOT NULL, consumed BLOB, paths INTEGER NOT NULL
    );
    -- role: 'output', 'born', 'other' or 'stale' (runner/no_loops.py) of what changed under it, 'cause' of what it was
    -- started for, 'suspect' of what it was held for. entry: what stood there then, empty for nothing.
    CREATE TABLE run_paths (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, path BLOB NOT NULL, role TEXT NOT NULL,
      entry BLOB NOT NULL, PRIMARY KEY (run, path, role)
    ) WITHOUT ROWID;
    CREATE INDEX run_paths_by_path ON run_paths (path, run);
    -- The job does not run by itself after this run, as long as its digest is this one.
    CREATE TABLE holds (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, digest BLOB NOT NULL, words TEXT NOT NULL
    )
    """,
    """
    -- A proof is about what stages have made, too: `outputs` is the digest of that, empty where none makes anything.
    -- What fails takes all proofs of its key with it. Primary keys come first: of others, the integrity check of
    -- SQLite 3.40 says that there are NULL values.
    CREATE TABLE proofs_and_outputs (
      key BLOB NOT NULL, outputs BLOB NOT NULL, stage TEXT NOT NULL, run INTEGER NOT NULL, proven_ns INTEGER NOT NULL,
      seconds REAL NOT NULL, manifest TEXT NOT NULL, PRIMARY KEY (key, outputs)
    ) WITHOUT ROWID;
    INSERT INTO proofs_and_outputs SELECT key, x'', stage, run, proven_ns, seconds, manifest FROM proofs;
    DROP TABLE proofs;
    ALTER TABLE proofs_and_outputs RENAME TO proofs;
    CREATE INDEX proofs_by_stage ON proofs (stage, proven_ns);
    CREATE TABLE file_proofs_and_outputs (
      key BLOB NOT NULL, outputs BLOB NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (key, outputs)
    ) WITHOUT ROWID;
    INSERT INTO file_proofs_and_outputs SELECT key, x'', run FROM file_proofs;
    DROP TABLE file_proofs;
    ALTER TABLE file_proofs_and_outputs RENAME TO file_proofs;
    """,
    """
    -- JSON: what a stage's recipes have handed back, by location (executor.made): images, what was checked out.
    ALTER TABLE stage_runs ADD COLUMN made TEXT NOT NULL DEFAULT '';
    ALTER TABLE proofs ADD COLUMN made TEXT NOT NULL DEFAULT '';
    CREATE INDEX stage_runs_that_made ON stage_runs (key, run) WHERE made != ''
    """,
    """
    -- The single tests of a stage, in every attempt at it: what its tool has told. last: no later attempt came to it.
    CREATE TABLE cases (
      run INTEGER NOT NULL, stage TEXT NOT NULL, seq INTEGER NOT NULL, location TEXT NOT NULL, suite TEXT NOT NULL,
      name TEXT NOT NULL, attempt INTEGER NOT NULL, verdict TEXT NOT NULL, seconds REAL, line TEXT NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (run, stage, seq),
      FOREIGN KEY (run, stage) REFERENCES stage_runs (run, stage) ON DELETE CASCADE
    ) WITHOUT ROWID;
    -- counts: JSON, how many tests and the first that failed, '' where none is known. judged: the key that its
    -- tests' verdicts are about, NULL where nobody knows, or where what it reads has changed under it.
    ALTER TABLE stage_runs ADD COLUMN counts TEXT NOT NULL DEFAULT '';
    ALTER TABLE stage_runs ADD COLUMN judged BLOB;
    CREATE INDEX stage_runs_judged ON stage_runs (judged, run) WHERE judged IS NOT NULL;
    -- Tests that have both passed and failed on one key, which is never taken for proven again.
    CREATE TABLE flaky (
      key BLOB NOT NULL, location TEXT NOT NULL, suite TEXT NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL,
      run INTEGER NOT NULL, at_ns INTEGER NOT NULL, PRIMARY KEY (key, location, suite, name)
    ) WITHOUT ROWID;
    CREATE INDEX flaky_by_stage ON flaky (stage, name)
    """,
    """
    -- The newest runs of a job, for screens that ask with each change: of ten thousand runs, most are of others.
    CREATE INDEX runs_by_job ON runs (job, worktree)
    """,
)
