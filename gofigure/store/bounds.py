"""How much is kept, and for how long: the one place that says so (docs/decisions/0013-what-is-kept.md)."""

from __future__ import annotations

from typing import NamedTuple

DAY_NS = 86400 * 1_000_000_000
MIB = 1024 * 1024


class Bounds(NamedTuple):
    """What is older than the days goes, except the newest so many; what is beyond the most goes in any case."""

    run_days: int = 90
    newest_runs: int = 100
    most_runs: int = 10_000
    most_stage_rows: int = 200_000
    most_run_paths: int = 200_000  # what changed under runs, and what they were started for
    most_cases: int = 300_000  # single tests of runs, those of a run together
    most_skips: int = 10_000  # and as old as runs

    newest_deploys: int = 20  # of each stage, which a rollback may go back to

    proof_days: int = 90  # since it was proven or, as far as runs are known, reused
    newest_proofs: int = 20  # of each stage
    most_proofs: int = 100_000
    most_file_proofs: int = 500_000

    flaky_days: int = 365  # since it was seen to have passed and failed on one content
    most_flaky: int = 10_000

    marker_days: int = 30
    most_markers: int = 2_000

    digest_days: int = 30
    newest_trees: int = 200  # git trees with a known digest
    most_trees: int = 2_000
    newest_blobs: int = 20_000
    most_blobs: int = 200_000
    newest_stamps: int = 50_000
    most_stamps: int = 500_000
    folders: int = 20_000  # records of folders; or twice those in use

    log_days: int = 14
    log_bytes: int = 512 * MIB
    newest_logs: int = 10  # runs
    most_logs: int = 2_000  # runs

    checkout_days: int = 14  # since a private checkout was used last

    artifact_days: int = 30  # since what a stage makes was kept, or stood where it was asked for
    artifact_bytes: int = 5 * 1024 * MIB  # of all that is kept of them

    aside_days: int = 30  # stores that were set aside as damaged


BOUNDS = Bounds()
