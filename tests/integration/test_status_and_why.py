"""`status`: where things stand, before and after allow; `why PATH`: who reads a file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said, stages

CONFIG = r"""
[jobs.check]
on = ["pre-commit", "pre-push"]
stages = ["lint", "unit", "docs"]
[jobs.ship]
stages = ["unit"]
[stages.lint]
run = 'true "$@"'
files = '\.py$'
inputs = ["setup.cfg"]
[stages.unit]
run = "touch ../canary"
inputs = ["src/**"]
[stages.docs]
run = "true"
locations = ["docs"]
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    for name in ("src/a.py", "src/b.py", "docs/index", "docs/deep/page", "setup.cfg", "other"):
        repo.write(name, f"{name}\n")
    repo.write(".gitignore", "*.log\n")
    repo.write("src/build.log", "x\n")
    return repo


@pytest.fixture
def allowed(project: Repo) -> Repo:
    assert project.gofigure("allow").returncode == 0
    return project


HINT = "read it, then: gofigure allow"


def test_before_allow_it_shows_the_jobs_and_looks_no_further(project: Repo) -> None:
    done = project.gofigure("status")
    assert done.returncode == 0, said(done)
    assert done.stdout.decode().splitlines() == [
        "on the working tree, branch main",
        "hooks: none installed (gofigure install-hooks)",
        f"not allowed: the configuration in {project.root} has not been allowed to run on this machine; {HINT}",
        "check: lint, unit, docs",
        "ship: unit",
    ]
    answer = project.json("status", "ship")
    assert answer["allowed"] is False
    assert answer["jobs"] == [{"job": "ship", "last": None, "stages": [{"stage": "unit"}]}]
    assert project.gofigure("status", "nonsense").returncode == 2
    assert not (project.root / ".gofigure").exists()
    assert not (project.root.parent / "canary").exists()


def test_what_ran_last_and_what_would_run(allowed: Repo) -> None:
    lines = allowed.gofigure("status").stdout.decode().splitlines()
    assert lines[2] == "check: it has never run"
    assert allowed.gofigure("run", "check").returncode == 0
    allowed.write("src/a.py", "other\n")
    lines = allowed.gofigure("status").stdout.decode().splitlines()
    assert lines[2].startswith("check: run 1 passed, ")
    assert lines[2].endswith(" (manual)")
    assert lines[3:6] == [
        "  lint  to run  1 of 2 files without a proof: src/a.py",
        "  unit  to run  src/a.py changed",
        lines[5],
    ]
    assert lines[5].startswith("  docs  proven  proven in run 1")
    assert lines[6] == "ship: it has never run"
    first, second = allowed.json("status")["jobs"]
    assert (first["last"]["run"], first["last"]["verdict"], second["last"]) == (1, "passed", None)


def test_branches_and_contents(allowed: Repo, tmp_path: Path) -> None:
    def first_line(*args: str) -> str:
        return allowed.gofigure("status", *args).stdout.decode().splitlines()[0]

    assert allowed.commit("one").returncode == 0
    allowed.git("checkout", "-q", "-b", "feature/é")
    assert first_line() == "on the working tree, branch feature/é"
    assert first_line("--staged") == "on what a commit would record now, branch feature/é"
    allowed.git("checkout", "-q", "--detach")
    assert first_line() == "on the working tree, detached HEAD"
    folder = Repo(tmp_path / "plain", allowed.env)
    folder.config(CONFIG)
    lines = folder.gofigure("status").stdout.decode().splitlines()
    assert lines[0] == f"on the folder {folder.root}"
    assert lines[1] == "hooks: none, as this is no git repository"


def test_hooks_that_a_job_names_and_that_are_missing(allowed: Repo) -> None:
    assert allowed.gofigure("install-hooks").returncode == 0
    assert allowed.json("status")["missing_hooks"] == []
    (allowed.root / ".git/hooks/pre-push").unlink()
    out = allowed.gofigure("status").stdout.decode()
    assert "hooks: pre-commit\n  named by a job and not installed: pre-push (gofigure install-hooks)\n" in out
    assert allowed.json("status")["missing_hooks"] == ["pre-push"]


def _readers(repo: Repo, path: str) -> list[tuple[str, str, bool | None]]:
    return [(one["job"], one["stage"], one["handed_over"]) for one in repo.json("why", path)["stages"]]


def test_who_reads_a_file(allowed: Repo) -> None:
    assert _readers(allowed, "src/a.py") == [("check", "lint", True), ("check", "unit", None), ("ship", "unit", None)]
    assert _readers(allowed, "setup.cfg") == [("check", "lint", None)], "beside the files it is a fact of each of them"
    assert _readers(allowed, "docs/deep/page") == [("check", "docs", None)]
    assert _readers(allowed, "other") == []
    assert "no stage of a job reads it" in said(allowed.gofigure("why", "other"))


def test_who_reads_a_folder(allowed: Repo) -> None:
    assert _readers(allowed, "src") == [("check", "lint", None), ("check", "unit", None), ("ship", "unit", None)]
    assert _readers(allowed, "docs/deep/") == [("check", "docs", None)]
    assert {stage for _, stage, _ in _readers(allowed, ".")} == {"lint", "unit", "docs"}


def test_what_its_readers_would_do_now(allowed: Repo) -> None:
    assert allowed.gofigure("run").returncode == 0
    allowed.write("src/a.py", "other\n")
    a, b = (said(allowed.gofigure("why", name)) for name in ("src/a.py", "src/b.py"))
    assert "check/lint  to run  1 of 2 files without a proof: src/a.py; this file is handed over\n" in a
    assert "check/lint  to run  1 of 2 files without a proof: src/a.py; this file is proven\n" in b
    assert "ship/unit   to run  src/a.py changed\n" in b
    digest = allowed.gofigure("digest", "src/a.py").stdout.decode().split()[0]
    assert a.startswith(f"src/a.py: file, {digest}\n")
    assert allowed.json("why", "src/a.py")["digest"] == digest


def test_what_skip_leaves_out_is_said_alike_everywhere(allowed: Repo) -> None:
    skip = {"SKIP": "unit"}
    told = {
        words: said(allowed.gofigure(*words.split(), env=skip)) for words in ("status ship", "why unit", "why ./src")
    }
    assert "  unit  left out  SKIP=unit\n" in told["status ship"]
    assert told["why unit"].startswith("unit: left out: SKIP=unit\n")
    assert "  check/lint  to run    " in told["why ./src"]
    assert "  ship/unit   left out  SKIP=unit\n" in told["why ./src"]
    unit = json.loads(allowed.gofigure("why", "unit", "--json", env=skip).stdout)["stages"][0]["now"]
    reader = json.loads(allowed.gofigure("why", "./src", "--json", env=skip).stdout)["stages"][-1]
    for now in (unit, reader):
        assert (now["proven"], now["left_out"], now["reason"]) == (False, True, "SKIP=unit")


CLEAR = "\x1b[2J\x1b]0;title\x07"


@pytest.fixture
def odd(allowed: Repo, tmp_path: Path) -> Repo:
    """A tool says words that a terminal obeys; so does the name of the branch."""
    tool = tmp_path / "bin/tool"
    tool.parent.mkdir()
    repo = replace(allowed, env={**allowed.env, "PATH": f"{tool.parent}:{allowed.env['PATH']}"})
    repo.config(CONFIG.replace('run = "touch ../canary"', 'run = "true"\ntools = ["tool"]'))
    tool.write_text("#!/bin/sh\necho one\n")
    tool.chmod(0o755)
    repo.commit("one")
    repo.git("checkout", "-q", "-b", "to\u202epic")
    assert repo.gofigure("run").returncode == 0
    tool.write_text(f"#!/bin/sh\nprintf '%s\\n' 'two{CLEAR}'\n")
    return repo


def test_nothing_that_is_said_of_the_present_is_obeyed_by_a_terminal(odd: Repo) -> None:
    commands = ("status", "why unit", "why ./src", "history", "run", "why unit", "history")
    told = [odd.gofigure(*words.split()) for words in commands]
    assert [done.returncode for done in told] == [0] * len(told)
    assert "branch topic" in said(told[0])
    for done in (*told[:3], told[4], told[5]):
        assert "tool one \u2192 two" in said(done)
    for words, done in zip(commands, told, strict=True):
        assert not {"\x1b", "\x07", "\u202e"} & set(said(done)), words
    assert stages(odd.json("history"), run=1)["unit"]["reason"].endswith(CLEAR), "a program gets all of it"


@pytest.mark.parametrize("words", ["status", "why unit", "run", "validate", "doctor", "allow", "install-hooks"])
def test_no_path_is_obeyed_by_a_terminal(repo: Repo, words: str) -> None:
    there = repo.at(repo.root / f"a{CLEAR}")
    there.root.mkdir()
    there.git("init", "-q")
    there.write(".gofigure.local.toml", "[stages.unit]\nretries = 1\n")
    for config in (CONFIG, "no = ["):
        there.config(config)
        assert "\x1b" not in said(there.gofigure(*words.split())), config


def test_git_is_asked_once_what_it_tracks_and_once_of_the_personal_layer(allowed: Repo, tmp_path: Path) -> None:
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\necho "$@" >> ../asked\nexec {shutil.which("git")} "$@"\n')
    shim.chmod(0o755)
    allowed.write(".gofigure.local.toml", LOCAL)
    for words in ("status", "why unit", "why ./src"):
        done = allowed.gofigure(*words.split(), env={"PATH": f"{shim.parent}:{allowed.env['PATH']}"})
        assert done.returncode == 0, said(done)
        asked = (allowed.root.parent / "asked").read_text().splitlines()
        (allowed.root.parent / "asked").unlink()
        assert sum(" ls-files " in line and "--others" not in line for line in asked) == 2, words


def test_a_path_as_seen_from_a_folder_below(allowed: Repo) -> None:
    done = allowed.gofigure("why", "a.py", cwd=allowed.root / "src")
    assert done.returncode == 0, said(done)
    assert said(done).startswith("src/a.py: file, ")


def test_what_is_no_part_of_the_content(allowed: Repo, tmp_path: Path) -> None:
    done = allowed.gofigure("why", "src/build.log")
    assert done.returncode == 0, said(done)
    why = "ignored by git (.gitignore, line 1: *.log)"
    assert said(done) == f"src/build.log: no part of the content: {why}; no stage depends on it\n"
    answer = allowed.json("why", "src/build.log")
    assert (answer["left_out"], answer["digest"], answer["stages"]) == ("ignored by git", None, [])
    allowed.write("[odd]*.log", "x")
    allowed.write("built/deep/x.log", "x")
    for ignored in ("./[odd]*.log", "built/deep", "built", "./.gofigure"):
        answer = allowed.json("why", ignored)
        assert answer["left_out"] == "ignored by git", ignored
        assert (answer["ignored_by"] is None) is (ignored in ("built", "built/deep")), "all in it is, it is not"
    allowed.git("init", "-q", "nested")
    allowed.write("nested/file", "x")
    assert "in a repository of its own" in said(allowed.gofigure("why", "nested/file"))


@pytest.mark.parametrize("path", ["src/gone.py", "../elsewhere", "/", "no/such"])
def test_a_path_at_which_there_is_nothing_of_ours(allowed: Repo, path: str) -> None:
    done = allowed.gofigure("why", path)
    assert done.returncode == 2, said(done)
    assert "Traceback" not in said(done)


def test_a_name_is_a_stage_before_it_is_a_path(allowed: Repo) -> None:
    """There is a folder `docs` and a stage `docs`; `./docs` means the folder."""
    assert said(allowed.gofigure("why", "docs")).startswith("docs: to run: ")
    assert said(allowed.gofigure("why", "./docs")).startswith("docs: folder, ")


def test_a_file_that_nothing_can_be_proven_of_says_why(allowed: Repo) -> None:
    assert allowed.commit("one").returncode == 0
    allowed.git("update-index", "--skip-worktree", "src/a.py")
    (allowed.root / "src/a.py").unlink()
    assert "nothing that reads it can be proven: not checked out (sparse checkout)" in said(
        allowed.gofigure("why", "src/a.py")
    )


LOCAL = """
[stages.unit]
run = "echo mine"
[stages.docs]
enabled = false
[jobs.mine]
stages = ["unit"]
"""


def test_a_personal_layer_is_said_and_counts(allowed: Repo) -> None:
    assert allowed.gofigure("run", "unit").returncode == 0
    (shared,) = allowed.json("run", "unit")["runs"][0]["stages"]
    allowed.write(".gofigure.local.toml", LOCAL)
    place = allowed.root / ".gofigure.local.toml"
    out = allowed.gofigure("status").stdout.decode()
    assert f"local: {place} is laid over the configuration: stages.unit.run, stages.docs.enabled, jobs.mine\n" in out
    assert "disabled: docs\n" in out
    validated = said(allowed.gofigure("validate"))
    assert f"{place} is laid over it; it says: stages.unit.run, stages.docs.enabled, jobs.mine\n" in validated
    (mine,) = allowed.json("run", "mine")["runs"][0]["stages"]
    assert mine["verdict"] == "passed"
    assert mine["key"] != shared["key"], "a proof under the layer is one of the layer's own command"
    place.unlink()
    assert allowed.json("run", "unit")["runs"][0]["stages"][0]["verdict"] == "reused"


def test_a_personal_layer_is_no_content_and_never_committed(allowed: Repo) -> None:
    before = allowed.digest()
    allowed.write(".gofigure.local.toml", "[stages.unit]\nretries = 1\n")
    assert allowed.digest() == before
    assert allowed.gofigure("run").returncode == 0
    assert allowed.commit("one").returncode == 0
    assert b".gofigure.local.toml" not in allowed.git("ls-files")


@pytest.mark.parametrize("words", ["run", "status", "validate", "allow", "install-hooks", "why unit"])
def test_a_personal_layer_that_git_tracks_is_anybodys(allowed: Repo, words: str) -> None:
    allowed.write(".gofigure.local.toml", "[stages.unit]\nrun = 'touch ../planted'\n")
    allowed.git("add", "-f", ".gofigure.local.toml")
    done = allowed.gofigure(*words.split())
    assert done.returncode == 2, said(done)
    assert ".gofigure.local.toml is tracked by git, so it may be anybody's; nothing is run with it" in said(done)
    assert "git rm --cached .gofigure.local.toml" in said(done)
    assert not (allowed.root.parent / "planted").exists()


def test_words_that_cannot_be_split_name_the_layer_that_says_them(allowed: Repo) -> None:
    allowed.write(".gofigure.local.toml", "\n[stages.unit]\ntarget = 'make'\nrun = \"it's\"\n")
    done = allowed.gofigure("validate")
    assert done.returncode == 2, said(done)
    assert f'gofigure: {allowed.root}/.gofigure.local.toml:4: stages.unit.run: found "it\'s"' in said(done)
    assert f"{allowed.root}/.gofigure.toml:" not in said(done)


def test_the_schema_is_printed_anywhere(repo: Repo, tmp_path: Path) -> None:
    options = {
        (): ".gofigure.toml",
        ("--local",): ".gofigure.local.toml",
        ("--older-job",): "gofigure-JOB.json",
        ("--older-stage",): "stage-NAME.json",
    }
    for args, title in options.items():
        assert json.loads(repo.gofigure("schema", *args, cwd=tmp_path).stdout)["title"] == title
    assert repo.gofigure("schema", "--local", "--older-job").returncode == 2
