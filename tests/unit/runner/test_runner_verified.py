"""What a recorded run says of the tree that it was about."""

from __future__ import annotations

import pytest

from gofigure.model import Config, Job
from gofigure.runner.verified import gates, said_by
from gofigure.store.ledger import RunRow, StageRow

JOB = Job("check", ("s",), ("pre-commit",))


def _run(number: int, state: str, job: str = "check") -> RunRow:
    return RunRow(number, job, "pre-commit", "/r", "what is being committed", b"t" * 32, "main", state, 1, 1.0)


def _stage(run: int, state: str, *, key: bytes | None = b"k", allowed: int = 0, reason: str = "") -> StageRow:
    return StageRow(run, "s", state, reason, key, 1.0, 0, None, "", 0, allowed, "", "in place", "")


def _said(*rows: tuple[RunRow, StageRow]) -> tuple[bool, str]:
    """By runs, the newest first."""
    good, reason, _ = said_by(JOB, [run for run, _ in rows], {run.id: [stage] for run, stage in rows})
    return good, reason


@pytest.mark.parametrize(
    ("state", "stage", "expected"),
    [
        ("passed", _stage(1, "passed"), (True, "check passed in run 1")),
        ("reused", _stage(1, "reused"), (True, "check reused in run 1")),
        ("passed", _stage(1, "failed", allowed=1), (True, "check passed in run 1")),
        ("failed", _stage(1, "failed"), (False, "s failed in run 1")),
        ("failed", _stage(1, "timed out"), (False, "s failed in run 1")),
        ("passed", _stage(1, "passed", key=None), (False, "s passed, but on other content (run 1)")),
        ("failed", _stage(1, "failed", key=None), (False, "s failed, but on other content (run 1)")),
        ("passed", _stage(1, "skipped", reason="SKIP=s"), (False, "s did not run: SKIP=s (run 1)")),
        ("interrupted", _stage(1, "interrupted"), (False, "s was interrupted (run 1)")),
        ("running", _stage(1, "running"), (False, "s is running (run 1)")),
    ],
)
def test_one_run(state: str, stage: StageRow, expected: tuple[bool, str]) -> None:
    assert _said((_run(1, state), stage)) == expected


def test_the_newest_that_came_to_something_counts() -> None:
    passed, failed = (_run(1, "passed"), _stage(1, "passed")), (_run(2, "failed"), _stage(2, "failed"))
    left_out = (_run(3, "passed"), _stage(3, "skipped", reason="SKIP=s"))
    assert _said(failed, passed) == (False, "s failed in run 2")
    assert _said(left_out, passed) == (True, "check passed in run 1"), "a stage that was left out refutes nothing"
    assert _said() == (False, "")


def test_another_jobs_run_says_nothing() -> None:
    assert _said((_run(1, "passed", "other"), _stage(1, "passed"))) == (False, "")


def test_the_jobs_before_a_commit_or_else_those_after_it() -> None:
    def names(**on: tuple[str, ...]) -> list[str]:
        jobs = {name: Job(name, ("s",), hooks) for name, hooks in on.items()}
        return [job.name for job in gates(Config("x", jobs, {}))]

    assert names(a=("pre-commit",), b=("post-commit",), c=("pre-merge-commit", "post-commit")) == ["a", "c"]
    assert names(a=("pre-push",), b=("post-rewrite",)) == ["b"]
    assert names(a=("pre-push",), b=("commit-msg",), c=()) == []
