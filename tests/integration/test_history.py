"""`gofigure history`: what has run, by what one asks for."""

from __future__ import annotations

import contextlib
import os
import pty
import sqlite3
import subprocess
import time

import pytest
from support.repo import Repo
from support.rig import said

from gofigure.cli.here import here
from gofigure.cli.terminal import cells
from gofigure.model import RunResult, StageResult
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store
from gofigure.trust import require_token

HOUR = 3600 * 10**9
CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["unit", "lint"]
[jobs.ship]
stages = ["image"]
[stages.unit]
run = "true"
[stages.lint]
run = "true"
[stages.image]
run = "true"
"""


@pytest.fixture
def past(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Five runs, an hour apart, and two hooks that ran nothing, half an hour before the second and the last."""
    repo.config(CONFIG)
    assert repo.gofigure("allow").returncode == 0
    monkeypatch.chdir(repo.root)
    project = here().project
    began = time.time_ns() - 5 * HOUR
    with Store.open(project.store_file, require_token(project.trust))[0] as store:
        for at, (job, trigger, branch, stage, verdict) in enumerate(
            [
                ("check", "manual", "main", "unit", "passed"),
                ("check", "pre-commit", "main", "unit", "failed"),
                ("ship", "manual", "main", "image", "passed"),
                ("check", "pre-commit", "topic", "unit", "timed out"),
                ("check", "pre-commit", "topic", "lint", "interrupted"),
            ]
        ):
            monkeypatch.setattr(time, "time_ns", lambda at=at: began + at * HOUR - HOUR // 2)
            if at in (1, 4):
                store.ledger.record_skip("pre-commit", f"GOFIGURE=0, {at}")
            monkeypatch.setattr(time, "time_ns", lambda at=at: began + at * HOUR)
            run = store.begin(
                NewRun(job, trigger, str(repo.root), "the working tree", b"t" * 32, branch, 1), [(stage, "", b"k")]
            )
            result = StageResult(stage, verdict, "no proof yet", 1.0)  # type: ignore[arg-type]
            whole = "failed" if verdict == "timed out" else verdict
            store.record(run, finished=[result], result=RunResult(run, job, whole, (result,), 1.0))  # type: ignore[arg-type]
    monkeypatch.undo()
    return repo


@pytest.mark.parametrize(
    ("args", "runs", "skips"),
    [
        ("", [5, 4, 3, 2, 1], 2),
        ("--job check", [5, 4, 2, 1], 0),
        ("--branch topic", [5, 4], 0),
        ("--verdict failed", [4, 2], 0),
        ("--verdict failed --verdict interrupted", [5, 4, 2], 0),
        ("--verdict skipped", [], 2),
        ("--trigger pre-commit", [5, 4, 2], 2),
        ("--trigger manual", [3, 1], 0),
        ("--stage unit", [4, 2, 1], 0),
        ("--stage unit --verdict timed-out", [4], 0),
        ("--since 150m", [5, 4], 1),
        ("--until 150m", [3, 2, 1], 1),
        ("--since 210m --until 100m", [4, 3], 0),
        ("--since 2999-01-01", [], 0),
        ("-n 2", [5, 4], 1),
        ("--job check --branch main --trigger pre-commit --verdict failed", [2], 0),
    ],
)
def test_filters(past: Repo, args: str, runs: list[int], skips: int) -> None:
    told = past.json("history", *args.split())
    assert [run["run"] for run in told["runs"]] == runs
    assert len(told["skips"]) == skips


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--job", "chek"], "no job is called 'chek'; did you mean 'check'?"),
        (["--branch", "topik"], "did you mean 'topic'?"),
        (["--trigger", "pre-comit"], "did you mean 'pre-commit'?"),
        (["--stage", "unti"], "did you mean 'unit'?"),
        (["--verdict", "fialed"], "did you mean 'failed'?"),
        (["--verdict", "timed out"], "no verdict is called 'timed out'"),
        (["--since", "whenever"], "--since: 'whenever' is no moment"),
    ],
)
def test_a_name_that_is_none_is_met_with_the_nearest(past: Repo, args: list[str], words: str) -> None:
    done = past.gofigure("history", *args)
    assert done.returncode == 2
    assert words in said(done)


def test_a_name_of_the_configuration_that_has_not_run_is_valid(past: Repo) -> None:
    past.config(CONFIG.replace("ship", "publish"))
    done = past.gofigure("history", "--job", "publish")
    assert (done.returncode, done.stdout) == (0, b"")
    assert "nothing has run that matches" in said(done)
    assert past.gofigure("history", "--trigger", "post-commit").returncode == 0
    past.config("no = [")
    assert past.gofigure("history", "--job", "ship").returncode == 0
    assert past.gofigure("history", "--job", "publish").returncode == 2


def test_hooks_that_ran_nothing_stand_between_the_runs_and_columns_line_up(past: Repo) -> None:
    lines = past.gofigure("history").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["5", "-", "4", "3", "2", "-", "1"]
    runs = [line for line in lines if line.split()[0] != "-"]
    assert (
        len({line.index("check") if "check" in line else line.index("ship") for line in lines if " ran " not in line})
        == 1
    )
    assert len({line.rindex("1.0 s") for line in runs}) == 1
    assert "pre-commit ran nothing: GOFIGURE=0, 4" in lines[1]
    assert lines[2].endswith("unit timed out")


def _on_terminal(repo: Repo, columns: int, **env: str) -> list[str]:
    """What a terminal so wide gets of the newest run."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*repo.command, "history", "-n", "1"],
        cwd=repo.root,
        env={**repo.env, "COLUMNS": str(columns), **env},
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    told = b""
    with contextlib.suppress(OSError):  # which is its end
        while data := os.read(ours, 65536):
            told += data
    os.close(ours)
    assert done.returncode == 0, done.stderr
    return told.decode().splitlines()


def test_a_narrow_terminal_gets_two_lines_that_fit(past: Repo) -> None:
    told = _on_terminal(past, 44)
    assert [len(line) <= 44 for line in told] == [True] * 2
    assert told[1].strip() == "pre-commit on topic: lint interrupted"


def _rename(repo: Repo, branch: str) -> None:
    database = sqlite3.connect(repo.root / ".gofigure")
    with database:
        database.execute("UPDATE runs SET branch = ? WHERE branch = 'topic'", (branch,))
    database.close()


def test_wide_letters_count_twice_and_what_is_cut_ends_in_a_sign_that_can_be_written(past: Repo) -> None:
    _rename(past, "\u65e5\u672c" * 20)
    begin, rest = _on_terminal(past, 44)
    assert (cells(begin) <= 44, cells(rest)) == (True, 44)
    assert rest.endswith("\u2026")
    assert _on_terminal(past, 44, PYTHONIOENCODING="ascii")[1].endswith("~")


def test_columns_line_up_beside_wide_letters(past: Repo) -> None:
    _rename(past, "\u65e5\u672c\u8a9e")
    lines = [line for line in past.gofigure("history").stdout.decode().splitlines() if " ran " not in line]
    assert len({cells(line.rpartition("  ")[0]) for line in lines}) == 1


def test_nothing_in_a_row_is_obeyed_by_a_terminal(past: Repo) -> None:
    _rename(past, "to\x1b[2Jpic\u202e")
    (line,) = past.gofigure("history", "-n", "1").stdout.decode().splitlines()[:1]
    assert "  topic  " in line
