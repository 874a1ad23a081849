"""Fixers where nothing is mended: on a commit, and in what the watcher runs."""

from __future__ import annotations

import json

from support.repo import Repo
from support.rig import stages


def test_a_fixer_that_cannot_mend_runs_alone(repo: Repo) -> None:
    """In one private checkout: what it changes, the others must not read, nor be blamed for."""
    repo.config(
        "[jobs.check]\nstages = ['check', 'fmt', 'fmt2']\n"
        "[stages.fmt]\nrun = 'sed -i s/ugly/pretty/ a.txt; sleep 0.3'\nfix = true\ninputs = ['*.txt']\n"
        "[stages.fmt2]\nrun = 'cat a.txt > /dev/null; sleep 0.3'\nfix = true\ninputs = ['*.txt']\n"
        "[stages.check]\nrun = 'sleep 0.1; cat a.txt'\nworkspace = 'private'\ninputs = ['*.txt']\n"
    )
    repo.write("a.txt", "ugly\n")
    repo.commit()
    repo.write("b.txt", "b\n")
    assert repo.gofigure("allow", "--yes").returncode == 0
    told = stages(json.loads(repo.gofigure("run", "--commit", "HEAD", "--keep-going", "--json").stdout))
    assert told["check"]["verdict"] == "passed"
    assert told["fmt"]["verdict"] == "failed"
    told = stages(json.loads(repo.gofigure("run", "--commit", "HEAD", "--json", "--no-cache").stdout))
    assert told["fmt"]["verdict"] == "failed"
    assert told["check"]["verdict"] == "skipped"
