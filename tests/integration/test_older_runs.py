"""The older JSON files at work: by hand, in hooks, under trust, in the fast path, and turned into TOML."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.alone import alone
from support.older import put_examples
from support.pair import Pair, project_at, refusal, say_yes
from support.repo import Repo

JOB = {"jobStages": ["stages/stage-one.json"], "automated": True, "hooks": ["pre-commit"]}
ONE = {"stage": "one", "locations": ["src"], "stageExecution": "! grep -rqs BAD . && echo ran >> ../../ran"}


def put(repo: Repo, name: str, value: dict[str, Any]) -> None:
    repo.write(name, json.dumps(value, indent=2) + "\n")


@pytest.fixture
def older(repo: Repo) -> Repo:
    put(repo, "gofigure-check.json", JOB)
    put(repo, "stages/stage-one.json", ONE)
    repo.write("src/a.txt", "1\n")
    return repo


def ran(repo: Repo) -> int:
    place = repo.root.parent / "ran"
    return len(place.read_text().splitlines()) if place.exists() else 0


def run(repo: Repo) -> list[dict[str, Any]]:
    """The stages of one run."""
    answer = repo.json("run")
    return [stage for one in answer["runs"] for stage in one["stages"]]


def test_by_hand(older: Repo) -> None:
    assert older.gofigure("allow").returncode == 0
    assert [stage["verdict"] for stage in run(older)] == ["passed"]
    assert [stage["verdict"] for stage in run(older)] == ["reused"]
    older.write("src/a.txt", "BAD\n")
    assert [stage["verdict"] for stage in run(older)] == ["failed"]
    assert b"one" in older.gofigure("status").stdout
    assert ran(older) == 1


def test_the_four_examples_in_order_and_stopped_at_the_first_failure(repo: Repo) -> None:
    put_examples(repo.root, "corrected")
    for name in ("test", "build"):  # what they are about in the examples is not there on every machine
        place = repo.root / f"stages/stage-{name}.json"
        place.write_text(place.read_text().replace('"default"', f'"echo {name} >> ../../../ran"'))
    repo.write("services/api/Dockerfile", "FROM scratch\n")
    repo.write("services/web/index.html")
    repo.write("deploy/deploy.yml", "kind: Deployment\n")
    repo.write("deploy/script.sh", "echo deploy >> ../../ran\n")
    assert repo.gofigure("allow").returncode == 0
    assert [(stage["stage"], stage["verdict"]) for stage in run(repo)] == [
        ("test", "passed"),
        ("build", "passed"),
        ("deploy", "passed"),
    ]
    assert (repo.root.parent / "ran").read_text().split() == ["test", "test", "build", "deploy"]
    assert [stage["verdict"] for stage in run(repo)] == ["reused", "reused", "passed"], "a deploy is never reused"
    place.write_text(place.read_text().replace("echo build", "exit 3; echo build"))
    assert [stage["verdict"] for stage in run(repo)] == ["reused", "failed", "skipped"]


def test_in_a_hook_and_let_through_by_the_script(older: Repo) -> None:
    assert older.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        older.write("src/a.txt", content)
        assert older.commit().returncode == 0
    assert ran(older) == 2
    assert alone(older)
    older.write("src/a.txt", "BAD\n")
    assert older.commit("bad").returncode != 0
    assert ran(older) == 2


def _another_job(repo: Repo) -> None:
    put(repo, "gofigure-more.json", {**JOB, "jobStages": ["stages/stage-two.json"]})
    put(repo, "stages/stage-two.json", {"stage": "two", "stageExecution": "false"})


def _toml(repo: Repo) -> None:
    repo.config('[jobs.t]\non = ["pre-commit"]\nstages = ["t"]\n[stages.t]\nrun = "false"\n')


def _stage_file(repo: Repo) -> None:
    put(repo, "stages/stage-one.json", {**ONE, "stageExecution": "false"})


def _job_file(repo: Repo) -> None:
    put(repo, "gofigure-check.json", {**JOB, "jobStages": ["stages/stage-one.json", "stages/stage-two.json"]})
    put(repo, "stages/stage-two.json", {"stage": "two", "stageExecution": "false"})


def _gone(repo: Repo) -> None:
    (repo.root / "stages/stage-one.json").unlink()


def _personal(repo: Repo) -> None:
    repo.write(".gofigure.local.toml", '[stages.one]\nrun = "false"\n')


def _bad_ignore(repo: Repo) -> None:
    repo.write(".fignore", "!\n")


@pytest.mark.parametrize("change", [_another_job, _toml, _stage_file, _job_file, _gone, _personal, _bad_ignore])
def test_no_change_of_these_files_is_let_through_by_the_script(older: Repo, change: Any) -> None:
    """Not committed, so that the tree is the one that was proven."""
    assert older.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        older.write("src/a.txt", content)
        assert older.commit().returncode == 0
    assert alone(older)
    change(older)
    assert older.try_git("commit", "-q", "--allow-empty", "-m", "again").returncode != 0


def test_a_job_beside_toml_alone_is_seen_by_the_script(repo: Repo) -> None:
    repo.config('[jobs.t]\non = ["pre-commit"]\nstages = ["t"]\n[stages.t]\nrun = "true"\n')
    assert repo.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        repo.write("a.txt", content)
        assert repo.commit().returncode == 0
    assert alone(repo)
    _another_job(repo)
    assert repo.try_git("commit", "-q", "--allow-empty", "-m", "again").returncode != 0


def test_nothing_runs_that_nobody_has_allowed(older: Repo) -> None:
    assert older.gofigure("run").returncode == 2
    assert ran(older) == 0
    shown = older.gofigure("allow").stdout.decode()
    for name in ("gofigure-check.json:", "stages/stage-one.json:", "grep -rqs BAD"):
        assert name in shown


def test_what_another_one_brings_in_a_stage_file_waits_for_a_yes(tmp_path: Path, environment: dict[str, str]) -> None:
    pair = Pair.create(tmp_path, environment)
    put(pair.mine, "gofigure-check.json", JOB)
    put(pair.mine, "stages/stage-one.json", ONE)
    assert pair.mine.commit("older files").returncode == 0
    assert refusal(pair.mine) == "", "what is written here needs no yes"
    pair.mine.git("push", "-q")
    pair.theirs.git("pull", "-q")
    put(pair.theirs, "stages/stage-one.json", {**ONE, "stageExecution": "echo theirs"})
    assert pair.theirs.commit("theirs").returncode == 0
    pair.theirs.git("push", "-q")
    pair.mine.git("pull", "-q")
    assert "stages/stage-one.json is not what was allowed to run here" in refusal(pair.mine)
    (pair.mine.root / ".gofigure.toml").unlink()
    done = pair.mine.gofigure("import", "--write")
    assert done.returncode == 2, "else it would be taken for written here"
    assert b"stages/stage-one.json is not what was allowed to run here" in done.stderr
    assert not (pair.mine.root / ".gofigure.toml").exists()
    shown = pair.mine.gofigure("allow").stdout.decode()
    assert '+  "stageExecution": "echo theirs"' in shown
    assert refusal(pair.mine) == ""


def test_a_stage_file_behind_a_link_is_nobodys(older: Repo) -> None:
    assert older.commit().returncode == 0
    say_yes(older)
    os.rename(older.root / "stages", older.root / "elsewhere")
    (older.root / "stages").symlink_to("elsewhere")
    put(older, "elsewhere/stage-one.json", {**ONE, "stageExecution": "echo other"})
    assert "it is a link" in refusal(older)


def test_a_stage_file_that_git_does_not_look_at_may_be_anybodys(older: Repo) -> None:
    """A package, a submodule, a clone inside: what brings them goes past the history of this repository."""
    older.write(".gitignore", "vendor/\n")
    put(older, "vendor/stage.json", ONE)
    put(older, "gofigure-check.json", {**JOB, "jobStages": ["vendor/stage.json", "clone/stage.json"]})
    clone = Repo.create(older.root / "clone", older.env)
    put(clone, "stage.json", {**ONE, "stage": "two"})
    assert clone.commit().returncode == 0
    say_yes(older)
    assert refusal(older) == ""
    put(older, "vendor/stage.json", {**ONE, "stageExecution": "echo theirs"})
    assert "vendor/stage.json is not what was allowed to run here: git does not look at it" in refusal(older)
    say_yes(older)
    put(clone, "stage.json", {**ONE, "stage": "two", "stageExecution": "echo theirs"})
    assert "clone/stage.json is not what was allowed to run here: git does not look at it" in refusal(older)
    say_yes(older)
    older.git("add", "clone")  # as a submodule is
    put(clone, "stage.json", {**ONE, "stage": "two", "stageExecution": "echo again"})
    assert "clone/stage.json is not what was allowed to run here: git does not look at it" in refusal(older)


def test_another_configuration_than_the_one_of_the_commit_is_said(older: Repo) -> None:
    assert older.commit().returncode == 0
    say_yes(older)

    def said() -> bool:
        done = older.gofigure("run", "--commit", "HEAD", "--no-cache")
        return b"the configuration in use is not the one in" in done.stdout

    assert not said()
    put(older, "stages/stage-one.json", {**ONE, "source": "txt"})
    assert said()
    put(older, "stages/stage-one.json", ONE)
    put(older, "gofigure-more.json", JOB)
    assert said()
    assert older.commit("more").returncode == 0
    assert not said()
    (older.root / "gofigure-more.json").unlink()
    assert said()


def test_what_fignore_names_is_not_read(older: Repo) -> None:
    older.write(".fignore", "*.log\nnode_modules\n")
    assert older.gofigure("allow").returncode == 0
    assert [stage["verdict"] for stage in run(older)] == ["passed"]
    older.write("src/deep/x.log", "1\n")
    older.write("src/node_modules/y.js", "1\n")
    assert [stage["verdict"] for stage in run(older)] == ["reused"]
    older.write("src/deep/x.txt", "1\n")
    assert [stage["verdict"] for stage in run(older)] == ["passed"]


def test_import(older: Repo) -> None:
    older.config("# mine\n")
    assert older.gofigure("allow").returncode == 0
    assert [stage["verdict"] for stage in run(older)] == ["passed"]
    shown = older.gofigure("import")
    assert b"+[jobs.check]\n" in shown.stdout
    assert (older.root / ".gofigure.toml").read_text() == "# mine\n"
    (older.root / ".gofigure.toml").chmod(0o640)
    told = older.json("import", "--write")
    assert told["written"]
    assert (older.root / ".gofigure.toml").read_text() == told["text"]
    assert (older.root / ".gofigure.toml").stat().st_mode & 0o777 == 0o640
    assert b"is also in" in older.gofigure("validate").stderr
    for name in told["replaced"]:
        (older.root / name).unlink()
    assert [stage["verdict"] for stage in run(older)] == ["reused"], "the same values have the same keys"


def test_import_names_files_from_where_one_stands(older: Repo) -> None:
    done = older.gofigure("import", "stage-one.json", cwd=older.root / "stages")
    assert done.returncode == 2
    assert b"is also a stage of a job that is not to be imported" in done.stderr
    done = older.gofigure("import", "../gofigure-check.json", cwd=older.root / "stages")
    assert done.returncode == 0, done.stderr
    done = older.gofigure("import", "../../x.json", cwd=older.root / "stages")
    assert b"is not below" in done.stderr


def test_init_and_doctor_know_the_files(older: Repo) -> None:
    done = older.gofigure("init")
    assert done.returncode == 2
    assert b"gofigure import" in done.stderr
    assert not (older.root / ".gofigure.toml").exists()
    assert b"older JSON files found (gofigure-check.json)" in older.gofigure("doctor").stdout
    older.write("gofigure-check.json", '{"automated" true}')
    assert b"column 14: expected a colon" in older.gofigure("doctor").stdout


def test_a_plain_folder_with_json_only(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = Repo(tmp_path / "plain", environment)
    put(folder, "gofigure-check.json", JOB)
    put(folder, "stages/stage-one.json", ONE)
    folder.write("src/a.txt", "1\n")
    below = folder.root / "src"
    assert folder.gofigure("allow", cwd=below).returncode == 0
    assert folder.gofigure("run", cwd=below).returncode == 0
    assert project_at(folder).root == str(folder.root)


def test_a_bare_repository_is_kept_by_them(repo: Repo, tmp_path: Path) -> None:
    bare = Repo.create(tmp_path / "bare.git", repo.env, "--bare")
    put(bare, "gofigure-check.json", {**JOB, "hooks": ["pre-receive"]})
    put(bare, "stages/stage-one.json", {"stage": "one", "stageExecution": "! grep -rqs BAD . --include=*.txt"})
    assert bare.gofigure("allow").returncode == 0
    assert bare.gofigure("install-hooks").returncode == 0
    repo.git("remote", "add", "origin", str(bare.root))
    for content, accepted in (("1\n", True), ("BAD\n", False)):
        repo.write("a.txt", content)
        assert repo.commit().returncode == 0
        assert (repo.try_git("push", "-q", "origin", "HEAD:main").returncode == 0) is accepted
    repo.git("reset", "-q", "--hard", "HEAD^")
    repo.write("b.txt", "2\n")
    assert repo.commit().returncode == 0
    (bare.root / "gofigure-check.json").unlink()
    assert repo.try_git("push", "-q", "origin", "HEAD:main").returncode != 0, "nothing says any more what is let in"


def test_a_personal_layer_puts_a_job_into_the_background(older: Repo) -> None:
    older.write(".gitignore", ".gofigure.local.toml\n")
    fifo = older.root.parent / "wait"
    os.mkfifo(fifo)
    put(older, "gofigure-check.json", {**JOB, "hooks": ["post-commit"]})
    older.write(".gofigure.local.toml", f'[jobs.check]\nbackground = true\n[stages.one]\nrun = "cat {fifo}"\n')
    assert older.gofigure("install-hooks").returncode == 0
    assert older.commit().returncode == 0, "git does not wait for it"
    fifo.write_text("go on\n")


def test_a_job_that_comes_beside_those_in_the_background_is_waited_for(older: Repo) -> None:
    os.rename(older.root / "gofigure-check.json", older.root / "later")
    older.config('[jobs.t]\non = ["post-commit"]\nbackground = true\nstages = ["t"]\n[stages.t]\nrun = "true"\n')
    assert older.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        older.write("src/a.txt", content)
        assert older.commit().returncode == 0
    assert list((older.root / ".git/gofigure").rglob("share")), "it is remembered that git waits for nothing"
    os.rename(older.root / "later", older.root / "gofigure-check.json")
    put(older, "gofigure-check.json", {**JOB, "hooks": ["post-commit"]})
    assert older.commit().returncode == 0
    assert ran(older) == 1


def test_a_stage_file_that_is_not_committed_leaves_no_marker(older: Repo) -> None:
    assert older.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        older.write("src/a.txt", content)
        older.git("add", "src", "gofigure-check.json")
        assert older.try_git("commit", "-q", "-m", "without its stage").returncode == 0
    assert not alone(older)
    assert ran(older) == 2


def test_gofigure_watch_runs_what_is_automated_and_nothing_else(older: Repo) -> None:
    assert older.gofigure("allow").returncode == 0
    assert older.gofigure("watch", "--once", "--no-notify").returncode == 0
    assert ran(older) == 1
    put(older, "gofigure-check.json", {"jobStages": JOB["jobStages"], "automated": False})
    older.write("src/a.txt", "2\n")
    assert b"has no job that a change starts" in older.gofigure("watch", "--once", "--no-notify").stderr
    assert ran(older) == 1
    assert [stage["verdict"] for stage in run(older)] == ["passed"], "by hand it runs"
