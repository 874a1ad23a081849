"""Exit codes and the shapes of --json: what programs may rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import said

CONFIG = """
[jobs.good]
stages = ["s"]
[jobs.bad]
stages = ["f"]
[stages.s]
run = "echo fine"
[stages.f]
run = "echo 'an error'; exit 3"
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    repo.commit("one")
    return repo


CODES: dict[tuple[str, ...], int] = {
    (): 2,
    ("--version",): 0,
    ("--help",): 0,
    ("nonsense",): 2,
    ("run", "good"): 0,
    ("run", "bad"): 1,
    ("run",): 1,
    ("run", "nonsense"): 2,
    ("run", "--nonsense"): 2,
    ("run", "--jobs", "0"): 2,
    ("run", "--staged", "--commit", "HEAD"): 2,
    ("run", "good", "--commit", "HEAD"): 0,
    ("run", "good", "--commit", "nonsense"): 2,
    ("run", "good", "--commit", "--upload-pack=touch canary"): 2,
    ("run", "good", "--staged"): 0,
    ("run", "good", "--no-cache"): 0,
    ("status",): 0,
    ("status", "nonsense"): 2,
    ("why", "s"): 0,
    ("why", "nonsense"): 2,
    ("why",): 2,
    ("history",): 0,
    ("history", "-n", "0"): 2,
    ("digest",): 0,
    ("digest", "a"): 0,
    ("digest", "no/such/file"): 2,
    ("digest", "/etc/passwd"): 2,
    ("digest", "--commit", "HEAD", "a"): 0,
    ("validate",): 0,
    ("allow",): 0,
    ("install-hooks",): 2,
    ("uninstall-hooks",): 0,
}


@pytest.mark.parametrize(("args", "code"), CODES.items(), ids=[" ".join(args) or "none" for args in CODES])
def test_exit_codes(project: Repo, args: tuple[str, ...], code: int) -> None:
    done = project.gofigure(*args)
    assert done.returncode == code, said(done)
    assert "Traceback" not in said(done)
    assert not list(project.root.rglob("canary"))


def test_a_broken_configuration_is_2_everywhere(project: Repo) -> None:
    project.config("[jobs.good]\nstages = ['no']\n")
    for args in (("run",), ("status",), ("why", "s"), ("validate",), ("allow",), ("install-hooks",)):
        done = project.gofigure(*args)
        assert done.returncode == 2, args
        assert ".gofigure.toml:2" in said(done)
    done = project.gofigure("validate", "--json")
    assert done.returncode == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert set(problem) == {"path", "line", "key", "message"}
    assert (problem["line"], problem["key"]) == (2, "jobs.good.stages[0]")


def test_without_a_configuration(repo: Repo) -> None:
    for command in ("run", "status", "validate", "allow", "install-hooks"):
        done = repo.gofigure(command)
        assert done.returncode == 2, command
        assert ".gofigure.toml" in said(done)


@pytest.mark.parametrize("place", ["bare", "inside .git", "deleted"])
def test_where_there_is_no_working_tree(project: Repo, tmp_path: Path, place: str) -> None:
    """F26: the right root, or a clear refusal."""
    if place == "bare":
        project.git("clone", "-q", "--bare", str(project.root), str(tmp_path / "bare"))
        done = project.gofigure("run", cwd=tmp_path / "bare")
    elif place == "inside .git":
        done = project.gofigure("run", cwd=project.root / ".git")
    else:
        gone = tmp_path / "gone"
        gone.mkdir()
        script = f"cd '{gone}' && rmdir '{gone}' && exec {sys.executable} -m gofigure run"
        done = subprocess.run(["sh", "-c", script], env=dict(project.env), capture_output=True, check=False)
    assert done.returncode == 2, said(done)
    assert "Traceback" not in said(done)


def test_conflicts_in_the_index(project: Repo) -> None:
    """F27; pre-commit git_test conflicts."""
    project.git("checkout", "-q", "-b", "other")
    project.write("a", "theirs\n")
    project.commit("theirs")
    project.git("checkout", "-q", "main")
    project.write("a", "ours\n")
    project.commit("ours")
    assert project.try_git("merge", "-q", "other").returncode != 0
    assert project.gofigure("run", "good").returncode == 0
    done = project.gofigure("run", "good", "--staged")
    assert done.returncode == 2
    assert "the index has conflicts" in said(done)


def _shape(value: Any) -> Any:
    """Names and kinds, without the values."""
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value[:1]]
    return type(value).__name__


STAGE = {
    "stage": "str", "verdict": "str", "reason": "str", "seconds": "float", "exit_code": "int", "log": "str",
    "excerpt": [], "proven": "bool", "note": "str", "allowed": "bool", "key": "str", "parts": [], "place": "str",
    "why_there": "str", "tests": "NoneType", "failures": [],
}  # fmt: skip
RUN = {"run": "int", "job": "str", "verdict": "str", "seconds": "float", "stale": [], "stages": [STAGE]}
ROW = {
    "run": "int", "job": "str", "trigger": "str", "worktree": "str", "content": "str", "tree": "str", "branch": "str",
    "verdict": "str", "started_ns": "int", "seconds": "float",
}  # fmt: skip
NOW = {
    "proven": "bool", "left_out": "bool", "reason": "str", "key": "str", "place": "str", "why_there": "str",
    "puts_back": "int",
}  # fmt: skip


def test_the_shape_of_run(project: Repo) -> None:
    answer = project.json("run", "good")
    assert _shape(answer) == {"runs": [RUN]}
    failed = project.json("run", "bad")
    assert _shape(failed) == {"runs": [{**RUN, "stages": [{**STAGE, "excerpt": ["str"]}]}]}
    (stage,) = failed["runs"][0]["stages"]
    assert (stage["verdict"], stage["exit_code"], stage["excerpt"]) == ("failed", 3, ["an error"])
    assert len(stage["key"]) == 64
    assert os.path.isabs(stage["log"])
    (reused,) = project.json("run", "good")["runs"][0]["stages"]
    assert (reused["exit_code"], reused["log"]) == (None, None)


def test_the_shape_of_the_rest(project: Repo) -> None:
    project.json("run", "good")
    assert _shape(project.json("history")) == {
        "runs": [{**ROW, "stale": [], "stages": [STAGE]}],
        "skips": [],
        "hits": [],
    }
    status = project.json("status")
    assert _shape(status["jobs"][:1]) == [{"job": "str", "last": ROW, "stages": [{"stage": "str", **NOW}]}]
    assert _shape({**status, "jobs": []}) == {
        "content": "str", "branch": "str", "allowed": "bool", "hooks": [], "missing_hooks": [],
        "watcher": "NoneType", "page": "NoneType", "kept": {"files": "int", "bytes": "int"},
        "hooks_of_others": {}, "fast_path": {}, "local": {}, "disabled": [], "shared": [],
        "switched_off": [], "background": [], "commits": "NoneType", "jobs": [],
    }  # fmt: skip
    last = {"run": "int", **STAGE}
    rest = {"skipped": "NoneType", "put_back": "NoneType", "answered": []}
    why = {"stages": [{"stage": "str", "now": NOW, "last": last, **rest}]}
    assert _shape(project.json("why", "s")) == why
    reader = {"job": "str", "stage": "str", **NOW, "handed_over": "NoneType", "passed_over": "bool"}
    assert _shape(project.json("why", "./a")["stages"]) == [reader]
    log = {"path": "str", "attempt": "int", "command": "int", "bytes": "int"}
    assert _shape(project.json("logs", "1")) == {
        **ROW,
        "stages": [{**STAGE, "removed": "bool", "cases": [], "logs": [log]}],
    }
    assert project.json("why", "f")["stages"][0]["last"] is None
    assert _shape(project.json("digest")) == {"digests": [{"path": "str", "kind": "str", "digest": "str"}]}
    assert project.json("validate") == {
        "problems": [],
        "local": {"files": [], "changes": []},
        "disabled": [],
        "files": [".gofigure.toml"],
        "folders": [],
    }


def test_what_ran_is_told_in_the_same_words_then_and_later(project: Repo) -> None:
    (then,) = project.json("run", "bad")["runs"]
    (later,) = project.json("history")["runs"]
    assert {name: later[name] for name in then} == then
    (logged,) = project.json("logs", "1")["stages"]
    last = project.json("why", "f")["stages"][0]["last"]
    for told in (logged, last):
        assert {name: told[name] for name in then["stages"][0]} == then["stages"][0]


def test_json_is_alone_on_the_standard_output(project: Repo) -> None:
    for args in (("run",), ("status",), ("history",), ("digest",), ("why", "s")):
        done = project.gofigure(*args, "--json")
        json.loads(done.stdout)


def test_history_is_newest_first_limited_and_by_job(project: Repo) -> None:
    for _ in range(3):
        project.gofigure("run", "good")
    project.gofigure("run", "bad")
    assert [run["run"] for run in project.json("history")["runs"]] == [4, 3, 2, 1]
    assert [run["run"] for run in project.json("history", "-n", "2")["runs"]] == [4, 3]
    assert [run["run"] for run in project.json("history", "--job", "good")["runs"]] == [3, 2, 1]


def test_a_reader_that_leaves_early_is_no_error(project: Repo) -> None:
    for _ in range(3):
        project.gofigure("run", "good")
    command = f"{sys.executable} -m gofigure history | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=project.root,
        env=dict(project.env),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
