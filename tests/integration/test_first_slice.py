"""The story of the README, with a real repository, real hooks and real commits."""

from __future__ import annotations

from support.repo import Repo

CONFIG = r"""
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "unit"]
strict_dependency = true
[stages.lint]
run = '! grep -n BROKEN "$@"'
files = '\.py$'
[stages.unit]
run = "echo tested >> ../unit.log; test -f a.py"
source = '\.py$'
"""


def _unit_runs(repo: Repo) -> int:
    log = repo.root.parent / "unit.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_install_commit_block_mend_reuse(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.write("a.py", "print(1)\n")
    assert repo.gofigure("install-hooks").returncode == 0

    assert repo.commit("one").returncode == 0
    assert _unit_runs(repo) == 1

    repo.write("b.py", "BROKEN\n")
    blocked = repo.commit("two")
    assert blocked.returncode != 0
    assert b"1:BROKEN" in blocked.stderr
    assert b"1 of 2 files without a proof: b.py" in blocked.stderr
    assert repo.git("log", "--oneline").count(b"\n") == 1
    assert _unit_runs(repo) == 1

    repo.write("b.py", "print(2)\n")
    assert repo.commit("two").returncode == 0
    assert _unit_runs(repo) == 2

    again = repo.json("run")
    assert [stage["verdict"] for stage in again["runs"][0]["stages"]] == ["reused", "reused"]
    assert _unit_runs(repo) == 2


def test_what_the_hook_proved_the_command_line_reuses_and_the_other_way_round(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.write("a.py", "print(1)\n")
    repo.gofigure("install-hooks")
    assert repo.json("run")["runs"][0]["verdict"] == "passed"
    assert repo.commit("one").returncode == 0
    assert _unit_runs(repo) == 1
    assert repo.json("run", "--commit", "HEAD")["runs"][0]["verdict"] == "reused"
