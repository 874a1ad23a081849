"""Ways to a stale pass that somebody found by trying: each must run again, or prove nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, Running, said, stages, verdicts


def _stage(repo: Repo, lines: str, *, more: str = "") -> None:
    repo.config(f"[jobs.j]\nstages = ['s']\n[stages.s]\n{lines}\n{more}")
    repo.git("add", "-A")
    repo.gofigure("allow")


def _verdict(repo: Repo, *args: str, stage: str = "s") -> str:
    stages = repo.json("run", *args)["runs"][0]["stages"]
    (verdict,) = [one["verdict"] for one in stages if one["stage"] == stage]
    return str(verdict)


def test_a_linters_configuration_counts_for_every_file(repo: Repo) -> None:
    repo.write("a.py", "1\n")
    repo.write("rules", "good\n")
    _stage(repo, "run = 'grep -q good rules'\nfiles = '\\.py$'\ninputs = ['rules']")
    assert _verdict(repo) == "passed"
    assert _verdict(repo) == "reused"
    repo.write("rules", "bad\n")
    assert _verdict(repo) == "failed"
    assert (
        b"rules changed" in repo.gofigure("why", "s").stdout
        or b"failed on this content" in repo.gofigure("why", "s").stdout
    )


@pytest.mark.parametrize(
    "inputs", ["inputs = ['lib/**']", "inputs = ['lib']", "locations = ['lib/src']", "inputs = ['**/*.txt']"]
)
def test_a_submodule_that_moves_counts(repo: Repo, tmp_path: Path, environment: dict[str, str], inputs: str) -> None:
    inner = Repo.create(tmp_path / "inner", environment)
    inner.write("src/x.txt", "good\n")
    inner.commit("good")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "lib")
    where = "x.txt" if "locations" in inputs else "lib/src/x.txt"
    _stage(repo, f"run = 'grep -q good {where}'\n{inputs}")
    repo.commit("one")
    assert _verdict(repo) == "passed"
    assert _verdict(repo) == "reused"
    lib = repo.at(repo.root / "lib")
    lib.write("src/x.txt", "bad\n")
    lib.commit("bad")
    repo.commit("two")
    assert _verdict(repo) == "failed"


@pytest.mark.parametrize(
    "inputs",
    ["inputs = ['src/**']", "inputs = ['src']", "locations = ['src']", "inputs = ['x']", "inputs = ['**/*.txt']"],
)
def test_what_a_link_leads_to_counts(repo: Repo, inputs: str) -> None:
    repo.write("lib/data", "good\n")
    os.symlink("lib", repo.root / "src")
    os.symlink("lib/data", repo.root / "x")
    run = "grep -q good data" if "locations" in inputs else "grep -q good x src/data"
    _stage(repo, f"run = '{run}'\n{inputs}")
    assert _verdict(repo) == "passed"
    repo.write("lib/data", "bad\n")
    assert _verdict(repo) == "failed"


@pytest.mark.parametrize(
    "inputs", ["inputs = ['*.txt']", "inputs = ['scr/**']", "locations = ['nowhere']", "source = 'nothing'"]
)
def test_inputs_that_match_nothing_prove_nothing(repo: Repo, inputs: str) -> None:
    repo.write("src/x.txt", "good\n")
    (repo.root / "nowhere").mkdir()
    _stage(repo, f"run = 'true'\n{inputs}")
    assert _verdict(repo) == "passed"
    again = repo.gofigure("run")
    assert b"its inputs match no file" in again.stdout, said(again)
    assert b"reused" not in again.stdout


def test_a_folder_among_inputs_is_all_that_is_in_it(repo: Repo) -> None:
    repo.write("src/deep/x.txt", "good\n")
    _stage(repo, "run = 'grep -q good src/deep/x.txt'\ninputs = ['src/']")
    assert _verdict(repo) == "passed"
    assert _verdict(repo) == "reused"
    repo.write("src/deep/x.txt", "bad\n")
    assert _verdict(repo) == "failed"


def test_what_a_needed_stage_left_behind_must_be_of_this_content(repo: Repo) -> None:
    repo.write(".gitignore", "out/\n")
    repo.write("test.txt", "1\n")
    repo.config(
        "[jobs.j]\nstages = ['t']\n"
        "[stages.build]\nrun = 'mkdir -p out && cp src.txt out/o.txt'\ninputs = ['src.txt']\n"
        "[stages.t]\nrun = 'grep -q good out/o.txt'\ninputs = ['test.txt']\nneeds = ['build']\n"
    )
    repo.write("src.txt", "bad\n")
    repo.git("add", "-A")
    repo.gofigure("allow")
    assert _verdict(repo, stage="t") == "failed"
    repo.write("src.txt", "good\n")
    assert _verdict(repo, stage="t") == "passed"
    repo.write("src.txt", "bad\n")
    assert _verdict(repo, stage="t") == "failed"
    assert repo.json("run")["runs"][0]["stages"][0]["verdict"] == "reused"  # and the right build is there now


def test_a_later_failure_on_the_same_key_withdraws_the_proof(repo: Repo, tmp_path: Path) -> None:
    _stage(repo, "run = 'test ! -e ../flag'")
    assert _verdict(repo) == "passed"
    (tmp_path / "flag").touch()
    assert _verdict(repo, "--no-cache") == "failed"
    assert _verdict(repo) == "failed"


def test_needs_means_passed_even_where_failing_is_allowed(repo: Repo, tmp_path: Path) -> None:
    repo.config(
        "[jobs.j]\nstages = ['ship']\n[stages.a]\nrun = 'false'\nallow_failure = true\n"
        "[stages.ship]\nrun = 'touch ../shipped'\nneeds = ['a']\ntype = 'deploy'\n"
    )
    repo.gofigure("allow")
    assert repo.gofigure("run").returncode == 1, "that a may fail does not allow ship to be left undone"
    assert not (tmp_path / "shipped").exists()


@pytest.mark.parametrize("line", ["#!/bin/sh", "#!/usr/bin/env bash"])
def test_a_shim_is_asked_for_its_version_every_time(repo: Repo, tmp_path: Path, line: str) -> None:
    real, shim = tmp_path / "real", tmp_path / "mytool"
    real.write_text("#!/bin/sh\necho 1.0\n")
    real.chmod(0o755)
    shim.write_text(f'{line}\nexec {real} "$@"\n')
    shim.chmod(0o755)
    repo = Repo(repo.root, {**repo.env, "PATH": f"{tmp_path}:{repo.env['PATH']}"}, repo.command)
    _stage(repo, "run = 'true'\ntools = ['mytool']")
    assert _verdict(repo) == "passed"
    assert _verdict(repo) == "reused"
    real.write_text("#!/bin/sh\necho 2.0\n")
    assert _verdict(repo) == "passed"


def test_a_tool_is_looked_up_on_the_stages_own_path(repo: Repo, tmp_path: Path) -> None:
    tool = tmp_path / "private" / "othertool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    _stage(repo, f"run = 'othertool'\nenv = {{ PATH = '{tool.parent}:/usr/bin:/bin' }}")
    assert _verdict(repo) == "passed"
    tool.write_text("#!/bin/sh\nexit 1\n")
    assert _verdict(repo) == "failed"


def test_racy_entries_are_seen_where_the_index_cannot_be_linked(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """git's racy rule goes by the index file's time: a copy must keep it."""
    from gofigure.git import index

    repo.write("f", "aaa\n")
    repo.git("add", "f")

    def refuse(*_: object) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    folder = repo.root.parent / "own"
    folder.mkdir()
    own = index.private_index(str(repo.root / ".git" / "index"), str(folder))
    assert os.stat(own).st_mtime_ns == os.stat(repo.root / ".git" / "index").st_mtime_ns


def test_a_commit_that_is_not_checked_out_is_not_passed(repo: Repo) -> None:
    repo.write("f", "bad\n")
    _stage(repo, "run = 'grep -q good f'\ninputs = ['f']\nworkspace = 'in-place'")
    repo.commit("bad")
    repo.write("f", "good\n")
    repo.commit("good")
    done = repo.gofigure("run", "--commit", "HEAD~1")
    assert done.returncode == 1
    assert b"its content is not checked out here: f changed" in done.stdout
    assert repo.gofigure("run", "--commit", "HEAD").returncode == 0


def test_a_push_of_another_branch_is_neither_blocked_nor_passed(repo: Repo, tmp_path: Path) -> None:
    repo.config(
        "[jobs.j]\non = ['pre-push']\nstages = ['s']\n"
        "[stages.s]\nrun = 'cat \"$@\"'\nfiles = '\\.py$'\nworkspace = 'in-place'\n"
    )
    repo.write("a.py", "1\n")
    repo.commit("one")
    repo.gofigure("install-hooks")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "o.git")], check=True, env=dict(repo.env))
    repo.git("remote", "add", "o", str(tmp_path / "o.git"))
    repo.git("switch", "-q", "-c", "feat")
    repo.write("new.py", "2\n")
    repo.commit("two")
    repo.git("switch", "-q", "main")
    pushed = repo.try_git("push", "-q", "o", "feat")
    assert pushed.returncode == 0, said(pushed)
    assert b"its content is not checked out here: new.py removed" in pushed.stderr
    assert repo.json("history")["runs"][0]["verdict"] == "skipped"


def test_a_configuration_that_is_not_being_committed_is_told(repo: Repo) -> None:
    repo.config("[jobs.j]\non = ['pre-commit']\nstages = ['s']\n[stages.s]\nrun = 'false'\n")
    repo.gofigure("install-hooks")
    repo.git("add", "-A")
    repo.config("[jobs.j]\non = ['pre-commit']\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    done = repo.try_git("commit", "-m", "x")
    assert b"the configuration in use is not the one in what is being committed" in done.stderr


def test_logs_of_stages_with_kindred_names_do_not_meet(repo: Repo) -> None:
    for folder in ("x", "y"):
        repo.write(f"{folder}/f")
    repo.config(
        "[jobs.j]\nstages = ['a', 'a.1']\nstrict_dependency = true\n"
        "[stages.a]\nrun = 'echo from a; true'\nlocations = ['x', 'y']\n"
        "[stages.'a.1']\nrun = 'echo from a.1; exit 1'\n"
    )
    repo.gofigure("allow")
    failed = repo.json("run", "-k")["runs"][0]["stages"][1]
    assert failed["excerpt"] == ["from a.1"]


def test_what_a_killed_run_left_is_settled_by_a_wholly_proven_one(repo: Repo) -> None:
    _stage(repo, "run = 'true'")
    assert _verdict(repo) == "passed"
    with sqlite3.connect(repo.root / ".gofigure") as store:
        store.execute("UPDATE runs SET state = 'running'")
    store.close()
    assert _verdict(repo) == "reused"
    with sqlite3.connect(repo.root / ".gofigure") as store:
        states = [state for (state,) in store.execute("SELECT state FROM runs ORDER BY id")]
    store.close()
    assert states == ["interrupted", "reused"]


def test_a_stage_without_its_environment_does_not_wait_for_itself(repo: Repo) -> None:
    command = " ".join(repo.command)
    _stage(repo, f"run = 'env -i HOME=$HOME PATH=$PATH {command} run'\ncache = false\ntimeout = 60")
    done = repo.gofigure("run")
    assert done.returncode == 1
    assert b"is not started again" in done.stdout, said(done)


def test_a_hook_finds_the_permission_that_was_given_elsewhere(repo: Repo, tmp_path: Path) -> None:
    repo.config("[jobs.j]\non = ['pre-commit']\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    repo.gofigure("install-hooks", env={"XDG_DATA_HOME": str(tmp_path / "data")})
    assert repo.commit("one").returncode == 0


def test_a_job_sees_what_the_one_before_it_did(repo: Repo) -> None:
    repo.write("x", "good\n")
    repo.config(
        "[jobs.a]\nstages = ['spoil']\n[jobs.b]\nstages = ['check']\n"
        "[stages.spoil]\nrun = 'echo bad > x'\ncache = false\n"
        "[stages.check]\nrun = 'grep -q good x'\ninputs = ['x']\n"
    )
    repo.git("add", "-A")
    repo.gofigure("allow")
    assert verdicts(repo.json("run", "b")) == {"check": "passed"}
    both = repo.json("run")
    assert (verdicts(both), verdicts(both, 1)) == ({"spoil": "passed"}, {"check": "failed"})


def _waits_while_x_changes(repo: Repo, rig: Rig, *, secrets: str = "") -> Running:
    """`run` as it ended: it found `check` proven, waited for another run, and meanwhile x became another one."""
    gate = rig.gate()
    repo.write("x", "good\n")
    repo.write("y", "1\n")
    repo.config(
        "[jobs.j]\nstages = ['check', 'hold']\n"
        f"[stages.check]\nrun = 'grep -q good x'\ninputs = ['x']\n{secrets}\n"
        f'[stages.hold]\nrun = """{gate.sh}"""\ninputs = ["y"]\n'
    )
    repo.git("add", "-A")
    repo.gofigure("allow")
    proven = repo.gofigure("run", "check", env={"TOKEN": "a secret value"})
    assert proven.returncode == 0, said(proven)
    first = rig.start(repo, "run", "hold")
    gate.arrive()
    second = rig.start(repo, "run")
    second.until_says(b"waiting for run")
    repo.write("x", "bad\n")
    gate.open()
    assert first.finish() == 0
    second.finish()
    return second


def test_what_changed_while_it_waited_counts(repo: Repo, rig: Rig) -> None:
    done = _waits_while_x_changes(repo, rig)
    assert done.process.returncode == 1, done.output
    told = stages(repo.json("history", "--limit", "1"))
    assert [told[name]["verdict"] for name in ("check", "hold")] == ["failed", "reused"]


def test_who_has_waited_looks_for_secrets_again(repo: Repo, rig: Rig) -> None:
    done = _waits_while_x_changes(repo, rig, secrets="secrets = ['TOKEN']")
    assert done.process.returncode == 2, done.output
    assert b"stage check needs the secret TOKEN, which is nowhere" in done.output


BUILT = """
[jobs.j]
on = ["pre-commit"]
stages = ["test"]
[stages.build]
run = "mkdir -p out; cat src/a > out/app{more}"
inputs = ["src"]
[stages.test]
run = "! grep BAD out/app"
inputs = ["test.txt"]
needs = ["build"]
"""


def _built(repo: Repo, more: str = "") -> None:
    repo.config(BUILT.format(more=more))
    repo.write(".gitignore", "out\n")
    repo.write("src/a", "ok\n")
    repo.write("test.txt", "1\n")
    repo.gofigure("install-hooks")


def test_what_needs_something_that_ran_on_other_content_proves_nothing(repo: Repo) -> None:
    """The build was of the working tree; its key is that of the index, and so is the one of the test."""
    _built(repo)
    repo.config(BUILT.format(more="").replace("\ninputs", "\nworkspace = 'in-place'\ninputs"))
    repo.write("src/a", "BAD\n")
    repo.git("add", "-A")
    repo.write("src/a", "ok\n")
    assert repo.try_git("commit", "-q", "-m", "bad").returncode == 0
    told = stages(repo.json("history"))
    assert told["test"]["note"] == "not proven: it needs build, which was not proven"
    repo.git("checkout", "-q", "src/a")
    assert repo.gofigure("run").returncode == 1


def test_nor_what_needs_something_whose_input_changed_under_it(repo: Repo) -> None:
    _built(repo, more="; echo BAD > src/a")
    assert repo.gofigure("run", "--keep-going").returncode == 0
    assert stages(repo.json("history"))["test"]["proven"] is False


def test_a_build_of_other_content_is_not_the_last_thing_done_here(repo: Repo) -> None:
    _built(repo)
    repo.write("src/a", "BAD\n")
    assert repo.gofigure("run").returncode == 1  # build is proven on BAD, and out/app holds it
    repo.write("src/a", "ok\n")
    assert repo.gofigure("run").returncode == 0
    repo.write("src/a", "BAD\n")
    repo.git("add", "-A")
    repo.write("src/a", "ok\n")
    repo.try_git("commit", "-q", "-m", "bad")  # build runs on ok, under the key of BAD
    repo.git("checkout", "-q", "src/a")
    repo.write("test.txt", "2\n")
    assert repo.gofigure("run").returncode == 1
