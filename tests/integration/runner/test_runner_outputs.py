"""What a stage makes: its own writes are no reason to doubt it, and a proof holds only beside what the run left."""

from __future__ import annotations

import os
from typing import Any

import pytest
from support.repo import Repo
from support.rig import Rig, said, stages, verdicts

BUILD = """
[stages.build]
type = "build"
run = "mkdir -p dist && tr a-z A-Z < a.txt > dist/app.txt && echo built >> ../builds"
outputs = ["dist/**"]
"""
TEST = """
[stages.test]
run = "grep -q . dist/app.txt && cat dist/app.txt >> ../tested"
inputs = ["test.txt"]
needs = ["build"]
"""
NARROW = f'{BUILD}inputs = ["a.txt"]\n'
HOOK = '[jobs.check]\non = ["pre-commit"]\nstages = '


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A build of which the product is tracked, a test of that product, and a hook for both; nothing is proven."""
    repo.config(f'{HOOK}["build", "test"]\n{BUILD}{TEST}')
    repo.write("a.txt", "one\n")
    repo.write("test.txt", "1\n")
    repo.write("dist/app.txt", "ZERO\n")
    repo.commit("before there were hooks")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


@pytest.fixture
def narrow(project: Repo) -> Repo:
    """The same with a build that does not read everything."""
    project.config(f'{HOOK}["build", "test"]\n{NARROW}{TEST}')
    project.gofigure("allow")
    return project


def _builds(repo: Repo) -> int:
    place = repo.root.parent / "builds"
    return place.read_text().count("\n") if place.exists() else 0


def _tested(repo: Repo) -> str:
    return (repo.root.parent / "tested").read_text()


def _commit(repo: Repo, *args: str) -> dict[str, Any]:
    """What the hook's run says of each stage; the commit is made."""
    done = repo.try_git("commit", "-q", "--allow-empty", "-m", "a commit", *args)
    assert done.returncode == 0, said(done)
    return stages(repo.json("history"))


def _verdicts(told: dict[str, Any]) -> dict[str, str]:
    return {name: stage["verdict"] for name, stage in told.items()}


REUSED_WITH_LINT = {"build": "reused", "lint": "reused"}
PASSED, REUSED = {"build": "passed", "test": "passed"}, {"build": "reused", "test": "reused"}


def test_a_build_that_writes_what_it_declares_is_proven_at_once(project: Repo) -> None:
    told = stages(project.json("run"))
    assert _verdicts(told) == PASSED
    assert all(stage["proven"] for stage in told.values()), told
    assert verdicts(project.json("run")) == REUSED


def test_without_the_declaration_it_is_not(project: Repo) -> None:
    """So that the test above can fail."""
    project.config(f'{HOOK}["build", "test"]\n{BUILD.replace("outputs", "# outputs")}{TEST}')
    project.gofigure("allow")
    assert not stages(project.json("run"))["build"]["proven"]


def test_the_source_and_what_was_made_of_it_are_a_hit_together(project: Repo) -> None:
    project.gofigure("run")
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == REUSED
    assert _builds(project) == 1


def test_untracked_products_too(project: Repo) -> None:
    project.git("rm", "-rq", "--cached", "dist")
    assert all(stage["proven"] for stage in stages(project.json("run")).values())
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == REUSED


def test_the_source_with_the_old_product_is_no_hit_however_often(project: Repo) -> None:
    project.write("a.txt", "two\n")
    project.gofigure("run")
    project.git("add", "a.txt")
    for builds in (2, 3):
        told = _commit(project)
        assert _verdicts(told) == PASSED
        assert not any(stage["proven"] for stage in told.values())
        assert "dist/app.txt changed, which build makes" in told["build"]["note"]
        assert _builds(project) == builds, "and no marker answers for the tree"
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == REUSED


def test_a_product_that_was_edited_by_hand_is_no_hit(project: Repo) -> None:
    project.gofigure("run")
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == REUSED
    project.write("dist/app.txt", "BY HAND\n")
    assert "dist/app.txt changed, which build makes" in said(project.gofigure("why", "build"))
    project.git("add", "-A")
    told = _commit(project)
    assert _verdicts(told) == PASSED
    assert told["build"]["reason"] == told["test"]["reason"] == "dist/app.txt changed, which build makes"
    assert _tested(project).split() == ["ONE", "ONE"], "the test has read what the build makes of this source"
    assert (project.root / "dist/app.txt").read_text() == "ONE\n"


@pytest.mark.parametrize("change", ["removed", "added"])
def test_a_product_that_is_gone_or_new_is_no_hit(project: Repo, change: str) -> None:
    project.gofigure("run")
    if change == "added":
        project.write("dist/more.txt")
    else:
        (project.root / "dist/app.txt").unlink()
    project.git("add", "-A")
    told = _commit(project)
    assert _verdicts(told) == PASSED
    name = "dist/app.txt" if change == "removed" else "dist/more.txt"
    assert told["test"]["reason"] == f"{name} {change}, which build makes"


def test_what_a_test_reads_besides_still_counts(narrow: Repo) -> None:
    narrow.gofigure("run")
    narrow.write("test.txt", "2\n")
    told = stages(narrow.json("run"))
    assert _verdicts(told) == {"build": "reused", "test": "passed"}
    assert told["test"]["reason"] == "test.txt changed"
    assert told["test"]["proven"]
    narrow.git("add", "-A")
    assert _verdicts(_commit(narrow)) == REUSED


def test_what_a_test_needs_is_built_again_where_another_product_stands(narrow: Repo) -> None:
    """The content in question has what was proven, and the working tree has not."""
    narrow.gofigure("run")
    narrow.write("test.txt", "2\n")
    narrow.git("add", "-A")
    narrow.write("dist/app.txt", "BY HAND\n")
    told = _commit(narrow)
    assert _verdicts(told) == PASSED
    assert "what was last done here is of other content" in told["build"]["reason"]
    assert _tested(narrow).split() == ["ONE", "ONE"]


def test_a_test_of_nothing_but_the_product_has_something_to_read(project: Repo) -> None:
    project.config(f'{HOOK}["build", "test"]\n{BUILD}{TEST}'.replace("test.txt", "dist/**"))
    project.gofigure("allow")
    assert all(stage["proven"] for stage in stages(project.json("run")).values())
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == REUSED
    project.write("dist/app.txt", "BY HAND\n")
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == PASSED


def test_a_product_that_changes_while_its_test_runs_proves_nothing(project: Repo, rig: Rig) -> None:
    gate = rig.gate()
    project.config(f'{HOOK}["build", "test"]\n{BUILD}{TEST}'.replace("grep -q .", f"{gate.sh}; grep -q ."))
    project.gofigure("allow")
    run = rig.start(project, "run")
    gate.arrive()
    project.write("dist/app.txt", "BY HAND\n")
    gate.open()
    assert run.finish() == 0, run.output
    told = stages(project.json("history"))
    assert told["build"]["proven"], "it had made it when it was edited"
    assert not told["test"]["proven"]
    assert "while it ran, dist/app.txt changed, which build makes" in told["test"]["note"]
    assert verdicts(project.json("run", "build")) == {"build": "passed"}, "by hand is not as it was proven"


def test_what_fails_takes_back_what_was_proven_beside_any_product(project: Repo) -> None:
    project.config(f'{HOOK}["build", "test"]\n{BUILD}{TEST}'.replace("mkdir", "test ! -e ../broken && mkdir"))
    project.gofigure("allow")
    project.gofigure("run")
    project.write("dist/app.txt", "BY HAND\n")
    broken = project.root.parent / "broken"
    broken.touch()
    assert project.gofigure("run").returncode == 1
    project.write("dist/app.txt", "ONE\n")
    assert project.gofigure("run").returncode == 1, "it failed on this content since it was proven"


def test_in_a_private_checkout_it_is_not_blamed_and_nothing_is_taken_over(project: Repo) -> None:
    private = BUILD.replace("[stages.build]", '[stages.build]\nworkspace = "private"')
    project.config(f'{HOOK}["build"]\n{private}')
    project.gofigure("allow")
    told = stages(project.json("run"))["build"]
    assert (told["verdict"], told["place"], told["proven"]) == ("passed", "private", False)
    assert "dist/app.txt changed, which build makes" in told["note"]
    assert (project.root / "dist/app.txt").read_text() == "ZERO\n"
    project.write("dist/app.txt", "ONE\n")
    assert verdicts(project.json("run")) == {"build": "reused"}


def test_who_only_reads_the_product_is_not_blamed_for_it(project: Repo, rig: Rig) -> None:
    """In a private checkout a stage that changes tracked files fails; here another one did, by its own word."""
    gate = rig.gate()
    lint = f'[stages.lint]\nrun = "{gate.sh}"\nworkspace = "private"\n'.replace("'", "")
    private = BUILD.replace("[stages.build]", '[stages.build]\nworkspace = "private"')
    project.config(f'{HOOK}["build", "lint"]\n{private}{lint}')
    project.gofigure("allow")
    run = rig.start(project, "run")
    gate.arrive()
    gate.open()
    assert run.finish() == 0, run.output
    told = stages(project.json("history"))
    assert _verdicts(told) == {"build": "passed", "lint": "passed"}


def test_what_a_fixer_needs_mends_nothing(project: Repo) -> None:
    fixer = '[stages.fixer]\nrun = "echo fixed > b.txt"\ninputs = ["b.txt"]\nfix = true\nneeds = ["build"]\n'
    project.write("b.txt", "wrong\n")
    project.config(f'{HOOK}["fixer"]\n{BUILD}{fixer}')
    project.gofigure("allow")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "a commit")
    assert done.returncode == 0, said(done)
    assert project.git("show", "HEAD:b.txt") == b"fixed\n"
    assert project.git("show", "HEAD:dist/app.txt") == b"ZERO\n"


def test_a_product_that_nobody_can_look_into_proves_nothing(project: Repo) -> None:
    project.gofigure("run")
    Repo.create(project.root / "dist/inner", project.env)
    for _ in range(2):
        told = stages(project.json("run"))
        assert _verdicts(told) == PASSED
        assert not any(stage["proven"] for stage in told.values())
        assert "dist/inner/: a repository of its own" in told["test"]["reason"]
        assert told["test"]["place"] == "in place"


def test_nor_does_one_that_the_build_itself_has_made_so(project: Repo) -> None:
    project.config(f'{HOOK}["build", "test"]\n{NARROW}{TEST}'.replace("mkdir -p dist", "git init -q dist/inner"))
    project.gofigure("allow")
    told = stages(project.json("run"))
    assert _verdicts(told) == PASSED
    assert not any(stage["proven"] for stage in told.values())


def test_links_elsewhere_do_not_bring_the_product_back_in(project: Repo) -> None:
    project.write("src/x.txt", "1\n")
    os.symlink("../a.txt", project.root / "src/link")
    project.config(f'{HOOK}["build", "test"]\n{BUILD}inputs = ["src/**", "a.txt"]\n{TEST}')
    project.gofigure("allow")
    told = stages(project.json("run"))
    assert all(stage["proven"] for stage in told.values()), told
    project.write("other.txt", "a link leads somewhere, so everything counts\n")
    assert verdicts(project.json("run"))["build"] == "passed"


def test_a_program_that_is_made_is_no_tool_of_its_test(project: Repo) -> None:
    project.write(".gitignore", "bin/\n")
    project.config(
        f'{HOOK}["test"]\n[stages.build]\ninputs = ["a.txt"]\noutputs = ["bin"]\n'
        "run = \"mkdir -p bin; (echo '#!/bin/sh'; cat a.txt) > bin/x; chmod +x bin/x\"\n"
        '[stages.test]\nrun = "bin/x"\ninputs = ["test.txt"]\nneeds = ["build"]\n'
    )
    project.write("a.txt", "true\n")
    project.gofigure("allow")
    assert verdicts(project.json("run")) == PASSED
    assert verdicts(project.json("run")) == REUSED
    project.write("a.txt", "false\n")
    assert project.gofigure("run").returncode == 1
    project.write("a.txt", "true\n")
    assert verdicts(project.json("run", "test"))["test"] in ("reused", "passed")


def test_files_are_proven_beside_what_was_made_for_them(narrow: Repo) -> None:
    lint = '[stages.lint]\nrun = "cat \\"$@\\" dist/app.txt > /dev/null"\nfiles = "test"\nneeds = ["build"]\n'
    narrow.config(f'{HOOK}["build", "lint"]\n{NARROW}{lint}')
    narrow.gofigure("allow")
    narrow.gofigure("run")
    narrow.write("test2.txt", "2\n")
    told = stages(narrow.json("run"))
    assert told["lint"]["reason"] == "1 of 2 files without a proof: test2.txt", "the proof of the other one is good"
    narrow.write("dist/app.txt", "BY HAND\n")
    narrow.git("add", "-A")
    assert "2 of 2 files" in _commit(narrow)["lint"]["reason"]


def test_files_that_were_not_handed_over_are_not_proven_beside_another_product(narrow: Repo) -> None:
    """A build that makes another one each time."""
    build = NARROW.replace("tr a-z A-Z < a.txt > dist/app.txt && echo", "echo").replace(
        "../builds", "../builds && wc -l < ../builds > dist/app.txt"
    )
    lint = '[stages.lint]\nrun = "cat \\"$@\\" dist/app.txt > /dev/null"\nfiles = "test"\nneeds = ["build"]\n'
    narrow.config(f'{HOOK}["build", "lint"]\n{build}{lint}')
    narrow.gofigure("allow")
    narrow.gofigure("run")
    narrow.write("test2.txt", "2\n")
    narrow.git("add", "-A")
    narrow.write("dist/app.txt", "BY HAND\n")
    told = _commit(narrow)["lint"]
    assert "2 of 2 files without a proof: test.txt, test2.txt" in told["reason"], "what is made is in their keys"
    assert not told["proven"]
    assert verdicts(narrow.json("run")) == REUSED_WITH_LINT


@pytest.mark.parametrize("with_outputs", [True, False])
def test_a_stage_handed_what_is_made_is_proven_file_by_file(project: Repo, *, with_outputs: bool) -> None:
    build = (
        BUILD if with_outputs else BUILD.replace("outputs", "# outputs").replace("run =", 'inputs = ["a.txt"]\nrun =')
    )
    lint = '[stages.lint]\nrun = "cat \\"$@\\" > /dev/null"\nfiles = "^dist/"\nneeds = ["build"]\n'
    project.config(f'{HOOK}["build", "lint"]\n{build}{lint}')
    project.gofigure("allow")
    project.gofigure("run")
    assert _verdicts(stages(project.json("run"))) == {"build": "reused", "lint": "passed"}, "it was made meanwhile"
    project.git("add", "-A")
    assert _verdicts(_commit(project)) == {"build": "reused", "lint": "reused"}
    project.write("dist/app.txt", "BY HAND\n")
    project.git("add", "-A")
    assert _verdicts(_commit(project))["lint"] == "passed"
