"""What a stage has made is kept, and put back when it is reused: outputs that git ignores."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, lines, said, stages, verdicts

BUILD = '''
[stages.build]
type = "build"
run = """
mkdir -p dist/deep dist/empty
tr a-z A-Z < a.txt > dist/app.txt
cp a.txt dist/deep/x.sh; chmod +x dist/deep/x.sh
ln -sfn app.txt dist/link
echo built >> ../builds
"""
inputs = ["a.txt"]
outputs = ["dist/**"]
'''
TEST = """
[stages.test]
run = "cat dist/app.txt >> ../tested"
inputs = ["test.txt"]
needs = ["build"]
"""
JOB = '[jobs.check]\non = ["pre-commit", "change"]\nstages = '


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A build whose product git ignores, and a test of that; both have passed."""
    repo.write(".gitignore", "dist/\n")
    repo.config(f'{JOB}["build", "test"]\n{BUILD}{TEST}')
    repo.write("a.txt", "one\n")
    repo.write("test.txt", "1\n")
    assert repo.commit("one").returncode == 0
    assert repo.gofigure("allow").returncode == 0
    told = stages(repo.json("run"))
    assert all(stage["proven"] for stage in told.values()), told
    return repo


PASSED, REUSED = {"build": "passed", "test": "passed"}, {"build": "reused", "test": "reused"}


def _builds(repo: Repo) -> int:
    return lines(repo.root.parent / "builds")


def _tested(repo: Repo) -> list[str]:
    return (repo.root.parent / "tested").read_text().split()


def _content(path: Path) -> dict[str, tuple[str, bytes]]:
    """All that is below a folder: kind and bytes."""
    found = {}
    for one in sorted(path.rglob("*")):
        if one.is_symlink():
            found[str(one.relative_to(path))] = ("link", os.readlink(os.fsencode(one)))
        elif one.is_dir():
            found[str(one.relative_to(path))] = ("folder", b"")
        else:
            is_program = bool(one.stat().st_mode & stat.S_IXUSR)
            found[str(one.relative_to(path))] = ("program" if is_program else "file", one.read_bytes())
    return found


def _artifacts(repo: Repo) -> Path:
    return repo.root / ".git/gofigure/artifacts"


def _change(repo: Repo, content: str) -> None:
    repo.write("a.txt", content)


def test_what_was_made_is_put_back_whole(project: Repo) -> None:
    before = _content(project.root / "dist")
    assert len(before) == 5
    shutil.rmtree(project.root / "dist")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == REUSED
    assert told["build"]["note"] == "4 files put back"
    assert _content(project.root / "dist") == before
    assert _builds(project) == 1


def test_the_person_is_told_and_can_ask_later(project: Repo) -> None:
    (project.root / "dist/app.txt").unlink()
    assert "note: build is reused; 1 file put back" in said(project.gofigure("run"))
    assert "reused in run 2; 1 file put back" in said(project.gofigure("why", "build"))


def test_what_stands_is_left_alone(project: Repo) -> None:
    before = (project.root / "dist/app.txt").stat()
    for _ in range(2):
        told = stages(project.json("run"))["build"]
        assert (told["verdict"], told["note"]) == ("reused", "")
    assert (project.root / "dist/app.txt").stat().st_ino == before.st_ino


def test_another_content_and_back_again(project: Repo) -> None:
    """A branch is switched: what was made of the one is put back, over what was made of the other."""
    _change(project, "two\n")
    assert verdicts(project.json("run")) == PASSED
    _change(project, "one\n")
    told = stages(project.json("run"))
    assert told["build"]["note"] == "2 files put back"
    assert (project.root / "dist/app.txt").read_text() == "ONE\n"
    assert _builds(project) == 2


def test_what_a_person_has_written_there_is_not_lost_to_a_reuse(project: Repo) -> None:
    project.write("dist/app.txt", "by hand\n")
    project.git("commit", "-q", "--allow-empty", "-m", "no hook is installed")
    told = stages(project.json("run"))["build"]
    assert told["reason"] == "its outputs are gone: dist/app.txt was changed, and not by a run"
    assert told["verdict"] == "passed", "the stage may write there: it says so"


def test_nor_to_a_commit(project: Repo) -> None:
    """Nobody has asked for outputs: what is proven is let through."""
    assert project.gofigure("install-hooks").returncode == 0
    project.write("dist/app.txt", "by hand\n")
    done = project.try_git("commit", "-q", "--allow-empty", "-m", "two")
    assert done.returncode == 0, said(done)
    assert verdicts(project.json("history")) == REUSED
    assert (project.root / "dist/app.txt").read_text() == "by hand\n"


def _and_lint(repo: Repo, test: str = TEST) -> None:
    lint = '[stages.lint]\nrun = "true"\ninputs = ["l.txt"]\n'
    repo.config(f'{JOB}["build", "lint", "test"]\n{BUILD}{lint}{test}')
    assert repo.gofigure("allow").returncode == 0


def _committed_by_hand(repo: Repo) -> None:
    """A commit for which only lint runs, beside an output that was changed by hand."""
    _and_lint(repo)
    repo.write("l.txt", "1\n")
    repo.json("run")
    repo.commit("with lint")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.write("dist/app.txt", "by hand\n")
    repo.write("l.txt", "2\n")
    done = repo.commit("only lint")
    assert done.returncode == 0, said(done)
    assert verdicts(repo.json("history")) == {"build": "reused", "lint": "passed", "test": "reused"}


def test_nor_is_it_taken_for_the_run_s_own_by_a_run_of_another_stage(project: Repo) -> None:
    _committed_by_hand(project)
    _and_lint(project, TEST.replace('"cat dist', '"! grep -q ONE dist/app.txt; cat dist'))
    told = stages(project.json("run"))
    assert told["build"]["verdict"] == "passed", told
    assert "dist/app.txt was changed, and not by a run" in told["build"]["reason"]
    assert _tested(project)[-1] == "ONE"


def test_nor_lost_to_a_branch_after_such_a_run(project: Repo) -> None:
    _change(project, "two\n")
    project.json("run")
    _committed_by_hand(project)
    _change(project, "one\n")
    told = stages(project.json("run"))
    assert told["build"]["reason"] == "its outputs are gone: dist/app.txt was changed, and not by a run"


def test_other_files_in_the_folder_stay(project: Repo) -> None:
    project.write("dist/mine.txt", "mine\n")
    (project.root / "dist/app.txt").unlink()
    assert verdicts(project.json("run")) == REUSED
    assert (project.root / "dist/mine.txt").read_text() == "mine\n"


def test_a_test_gets_what_it_needs_without_a_build(project: Repo) -> None:
    shutil.rmtree(project.root / "dist")
    project.write("test.txt", "2\n")
    assert verdicts(project.json("run")) == {"build": "reused", "test": "passed"}
    assert _tested(project) == ["ONE", "ONE"]
    assert _builds(project) == 1


def test_where_it_is_kept_no_more_it_is_built_again(project: Repo) -> None:
    shutil.rmtree(project.root / "dist")
    shutil.rmtree(_artifacts(project) / "blobs")
    project.write("test.txt", "2\n")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == PASSED
    assert "test needs it, and its outputs are gone" in told["build"]["reason"]
    assert _tested(project) == ["ONE", "ONE"]


@pytest.mark.parametrize("harm", ["cut", "other", "garbage"])
def test_what_is_damaged_is_not_put_back(project: Repo, harm: str) -> None:
    for blob in (_artifacts(project) / "blobs").rglob("*"):
        if blob.is_file():
            data = blob.read_bytes()
            blob.write_bytes(
                data[:-1] if harm == "cut" else b"X" + data[1:] if harm == "other" else b"\x28\xb5\x2f\xfd"
            )
    shutil.rmtree(project.root / "dist")
    told = stages(project.json("run"))
    assert told["build"]["verdict"] == "passed"
    assert "its outputs are gone: what was kept of dist/" in told["build"]["reason"]
    assert (project.root / "dist/app.txt").read_text() == "ONE\n"
    shutil.rmtree(project.root / "dist")
    assert verdicts(project.json("run")) == REUSED, "it was kept again"
    assert (project.root / "dist/app.txt").read_text() == "ONE\n"


def test_a_list_that_is_not_what_it_is_called_counts_as_gone(project: Repo) -> None:
    """Whoever can write there can put nothing into the working tree that was not made here."""
    (kept,) = (_artifacts(project) / "lists").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"dist/app.txt", b"dist/bad.txt"))
    shutil.rmtree(project.root / "dist")
    assert stages(project.json("run"))["build"]["reason"] == "its outputs are gone: nothing of them is kept"
    assert not (project.root / "dist/bad.txt").exists()


def test_never_through_a_link(project: Repo, tmp_path: Path) -> None:
    shutil.rmtree(project.root / "dist")
    outside = tmp_path / "outside"
    outside.mkdir()
    (project.root / "dist").symlink_to(outside)
    project.write(".gitignore", "dist\n")
    project.gofigure("run", "build")
    assert not (outside / "app.txt").exists() or _builds(project) == 2, "only the stage itself may write there"
    told = stages(project.json("history"))["build"]
    assert told["verdict"] == "passed"
    assert "dist/app.txt has dist in its way, which is no folder" in told["reason"]


def test_what_is_content_is_never_touched(project: Repo) -> None:
    """Part of the product is tracked."""
    project.write(".gitignore", "dist/deep/\ndist/link\n")
    project.git("add", "-A")
    assert project.try_git("commit", "-q", "-m", "two").returncode == 0
    project.gofigure("run")
    builds = _builds(project)
    shutil.rmtree(project.root / "dist/deep")
    told = stages(project.json("run"))["build"]
    assert (told["verdict"], told["note"]) == ("reused", "1 file put back")
    assert _builds(project) == builds
    (project.root / "dist/app.txt").unlink()
    assert stages(project.json("run"))["build"]["verdict"] == "passed", "that is another content"


def test_the_same_bytes_made_anew_let_what_needs_them_be(project: Repo) -> None:
    assert verdicts(project.json("run", "--no-cache", "build")) == {"build": "passed"}
    assert verdicts(project.json("run")) == REUSED
    _change(project, "One\n")  # in capitals the same; but x.sh is another
    assert verdicts(project.json("run")) == PASSED
    project.config(f'{JOB}["build", "test"]\n{BUILD.replace("cp a.txt", "cp /dev/null")}{TEST}')
    project.gofigure("allow")
    assert verdicts(project.json("run")) == PASSED
    _change(project, "one\n")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == PASSED, "its key holds that of the build, too"


def test_other_bytes_of_the_same_source_run_what_needs_them(project: Repo) -> None:
    project.config(
        f'{JOB}["build", "test"]\n{BUILD.replace("echo built", "date +%N >> dist/app.txt; echo built")}{TEST}'
    )
    project.gofigure("allow")
    assert verdicts(project.json("run")) == PASSED
    assert verdicts(project.json("run")) == REUSED
    (_artifacts(project) / "lists").rename(_artifacts(project) / "lost")
    shutil.rmtree(project.root / "dist")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == PASSED
    assert told["test"]["reason"] == "what build makes changed"


def test_what_later_stages_write_into_it_is_no_reason_to_build_again(project: Repo) -> None:
    project.config(f'{JOB}["build", "test"]\n{BUILD}{TEST.replace("cat dist", "date >> dist/deep/x.sh; cat dist")}')
    project.gofigure("allow")
    assert verdicts(project.json("run")) == {"build": "reused", "test": "passed"}
    for _ in range(2):
        assert verdicts(project.json("run")) == REUSED


STAMP = "[stages.stamp]\nrun = 'echo stamped >> dist/app.txt'\ninputs = ['stamp.txt']\n{}"
CHANGED = "dist/app.txt, which build has made, was changed by another"


@pytest.mark.parametrize("between", ["", "[stages.between]\nrun = 'true'\ninputs = ['x']\nneeds = ['build']\n"])
def test_what_another_stage_has_changed_in_it_proves_nothing(project: Repo, between: str) -> None:
    """Who gets it put back elsewhere would not find that in it."""
    needs = ["between"] if between else ["build"]
    test = "[stages.test]\nrun = 'grep -q stamped dist/app.txt'\ninputs = ['test.txt']\n"
    names = ["build", "stamp", *(needs if between else ()), "test"]
    text = BUILD + STAMP.format("needs = ['build']\n") + between + f"{test}needs = {needs}\n"
    project.config(f"[jobs.check]\nstrict_dependency = true\nstages = {names}\n{text}")
    project.write("x", "x\n")
    project.write("stamp.txt", "1\n")
    project.gofigure("allow")
    _change(project, "stamped by all\n")
    told = stages(project.json("run"))
    assert {stage["verdict"] for stage in told.values()} == {"passed"}
    assert told["build"]["proven"]
    assert told["stamp"]["proven"]
    assert not told["test"]["proven"]
    assert CHANGED in told["test"]["note"]
    told = stages(project.json("run"))
    assert (told["test"]["verdict"], told["build"]["verdict"]) == ("failed", "reused"), "it gets what build has made"


def test_nor_while_it_runs(project: Repo) -> None:
    """The one waits until the other has begun, and that until it has been changed."""
    test = "while ! test -e ../stamped; do touch ../testing; sleep 0.01; done"
    stamp = "while ! test -e ../testing; do sleep 0.01; done; echo stamped >> dist/app.txt; touch ../stamped"
    text = f"[stages.stamp]\nrun = '{stamp}'\ninputs = ['stamp.txt']\n"
    text += f"[stages.test]\nrun = '{test}'\ninputs = ['test.txt']\nneeds = ['build']\n"
    project.config(f'{JOB}["build", "stamp", "test"]\n{BUILD}{text}')
    project.write("stamp.txt", "1\n")
    project.gofigure("allow")
    told = stages(project.json("run", "--jobs", "3"))
    assert not told["test"]["proven"], told
    assert CHANGED in told["test"]["note"]


def test_what_it_has_changed_itself_is_put_back_before_it_runs_again(project: Repo) -> None:
    test = TEST.replace("cat dist", "! grep -q mine dist/app.txt || exit 1; echo mine >> dist/app.txt; cat dist")
    project.config(f'{JOB}["build", "test"]\n{BUILD}{test}')
    project.gofigure("allow")
    for number in range(3):
        project.write("test.txt", f"again {number}\n")
        told = stages(project.json("run"))
        assert (told["build"]["verdict"], told["test"]["verdict"]) == ("reused", "passed")
        assert told["test"]["proven"]
        assert verdicts(project.json("run")) == REUSED


def test_what_a_private_checkout_makes_is_kept_and_put_into_the_next(project: Repo) -> None:
    private = BUILD.replace("[stages.build]", '[stages.build]\nworkspace = "private"')
    private = private.replace("ln -sfn", "rm -f dist/*.js; cp a.txt dist/$(cat a.txt).js; ln -sfn")
    test = TEST.replace("cat dist", "ls dist > ../listed; cat dist")
    project.config(f'{JOB}["build", "test"]\n{private}{test}'.replace("../", f"{project.root.parent}/"))
    project.gofigure("allow")
    shutil.rmtree(project.root / "dist")
    _change(project, "three\n")
    told = stages(project.json("run"))
    assert {name: stage["place"] for name, stage in told.items()} == {"build": "private", "test": "private"}
    assert _tested(project)[-1] == "THREE"
    builds = _builds(project)
    _change(project, "four\n")
    project.gofigure("run")
    _change(project, "three\n")
    project.write("test.txt", "3\n")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == {"build": "reused", "test": "passed"}
    assert told["test"]["place"] == "private"
    assert "put back" in told["build"]["note"]
    assert _tested(project)[-1] == "THREE"
    assert _builds(project) == builds + 1
    assert "four.js" not in (project.root.parent / "listed").read_text(), "what was made of other content is away"
    assert verdicts(project.json("run")) == REUSED
    assert (project.root / "dist/app.txt").read_text() == "THREE\n", "and into the working tree"


def test_another_working_tree_gets_it_too(project: Repo) -> None:
    project.git("worktree", "add", "-q", "../linked")
    linked = project.at(project.root.parent / "linked")
    assert linked.gofigure("allow").returncode in (0, 2)
    assert verdicts(linked.json("run")) == REUSED
    assert _content(linked.root / "dist") == _content(project.root / "dist")


def test_what_it_has_made_of_other_content_and_still_stands_there_makes_it_run(project: Repo) -> None:
    """Only where somebody needs it: nobody knows whether it matters to the test."""
    named = BUILD.replace("ln -sfn", "rm -f dist/*.js; cp a.txt dist/$(cat a.txt).js; ln -sfn")
    project.config(f'{JOB}["build", "test"]\n{named}{TEST}')
    project.gofigure("allow")
    project.gofigure("run")
    _change(project, "two\n")
    project.gofigure("run")
    _change(project, "one\n")
    project.write("test.txt", "2\n")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == PASSED
    assert told["build"]["reason"] == "test needs it, and dist/two.js is there, which it has made of other content"
    assert not (project.root / "dist/two.js").exists()


def test_what_runs_again_for_one_and_makes_something_else_runs_the_others_too(project: Repo) -> None:
    """And what those need stands when they start."""
    build = BUILD.replace("echo built", "date +%N >> dist/app.txt; echo built")
    gen = "[stages.gen]\nrun = 'mkdir -p gen; echo g > gen/g'\ninputs = ['gen.txt']\noutputs = ['gen/**']\n"
    other = "[stages.other]\nrun = 'cat gen/g dist/app.txt'\ninputs = ['other.txt']\nneeds = ['build', 'gen']\n"
    for name in ("other.txt", "gen.txt"):
        project.write(name, "1\n")
    project.write(".gitignore", "dist/\ngen/\n")
    project.config(f'{JOB}["build", "test", "gen", "other"]\n{build}{TEST}{gen}{other}')
    project.gofigure("allow")
    assert set(verdicts(project.json("run")).values()) == {"passed"}
    assert set(verdicts(project.json("run")).values()) == {"reused"}
    project.write("test.txt", "2\n")
    shutil.rmtree(project.root / "dist")
    shutil.rmtree(project.root / "gen")
    (_artifacts(project) / "blobs").rename(_artifacts(project) / "lost")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == dict.fromkeys(told, "passed")
    assert told["other"]["reason"] == "what build makes changed"
    assert told["other"]["proven"]


def test_nor_do_they_start_beside_what_was_done_of_other_content(project: Repo) -> None:
    """What they need and nobody keeps is made again before them."""
    build = BUILD.replace("echo built", "date +%N >> dist/app.txt; echo built")
    gen = "[stages.gen]\nrun = 'cp gen.txt log'\ninputs = ['gen.txt']\n"
    other = "[stages.other]\nrun = 'cat log >> ../logs'\ninputs = ['other.txt']\nneeds = ['build', 'gen']\n"
    for name in ("other.txt", "gen.txt"):
        project.write(name, "1\n")
    project.write(".gitignore", "dist/\nlog\n")
    project.config(f'{JOB}["build", "test", "gen", "other"]\n{build}{TEST}{gen}{other}')
    project.gofigure("allow")
    project.gofigure("run")
    project.write("gen.txt", "2\n")
    project.gofigure("run", "gen")
    project.write("gen.txt", "1\n")
    project.write("test.txt", "2\n")
    shutil.rmtree(project.root / "dist")
    (_artifacts(project) / "blobs").rename(_artifacts(project) / "lost")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == dict.fromkeys(told, "passed")
    assert (project.root.parent / "logs").read_text().split() == ["1", "1"]


def test_a_commit_that_no_hook_has_seen_is_known_to_be_proven(project: Repo) -> None:
    project.write("unrelated", "of no stage\n")
    assert project.commit("two").returncode == 0
    newest = project.json("status")["commits"]["commits"][0]
    assert newest["reason"] == "every stage of check is proven", newest


def test_what_is_no_file_is_left_out_with_a_word(project: Repo) -> None:
    line = "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\\\\\"dist/s\\\\\")'"
    project.config(f'{JOB}["build"]\n{BUILD.replace("echo built", "mkfifo dist/f; echo built")}')
    project.gofigure("allow")
    shutil.rmtree(project.root / "dist")
    told = said(project.gofigure("run"))
    assert "dist/f, which build makes, is neither a file nor a link, and is not kept" in told, line
    shutil.rmtree(project.root / "dist")
    assert verdicts(project.json("run")) == {"build": "reused"}
    assert not (project.root / "dist/f").exists()


def test_without_cache_it_runs_and_its_outputs_are_kept(project: Repo) -> None:
    shutil.rmtree(_artifacts(project))
    assert verdicts(project.json("run", "--no-cache", "build")) == {"build": "passed"}
    shutil.rmtree(project.root / "dist")
    assert verdicts(project.json("run", "build")) == {"build": "reused"}
    assert (project.root / "dist/app.txt").exists()


def test_without_any_outputs_nothing_is_made(repo: Repo) -> None:
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    repo.gofigure("allow")
    repo.gofigure("run")
    repo.gofigure("run")
    assert not _artifacts(repo).exists()


def test_nowhere_to_keep_it_is_no_failure(project: Repo) -> None:
    shutil.rmtree(_artifacts(project))
    _artifacts(project).write_text("in the way")
    _change(project, "five\n")
    told = stages(project.json("run"))
    assert {name: stage["verdict"] for name, stage in told.items()} == PASSED
    assert all(stage["proven"] for stage in told.values())


def test_a_socket_does_not_block(project: Repo) -> None:
    place = project.root / "dist/s"
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(project.root / "dist")
        made.bind("s")
        assert verdicts(project.json("run", "--no-cache", "build")) == {"build": "passed"}
    assert place.exists()


def test_killed_while_a_stage_waits_nothing_is_put_back_by_halves(project: Repo, rig: Rig) -> None:
    gate = rig.gate()
    project.config(
        f"{JOB}['build', 'test']\n{BUILD}{TEST.replace('cat dist', gate.sh.replace(chr(34), '') + '; cat dist')}"
    )
    project.gofigure("allow")
    shutil.rmtree(project.root / "dist")
    run = rig.start(project, "run")
    gate.arrive()
    assert (project.root / "dist/app.txt").read_text() == "ONE\n", "before what needs it starts"
    run.close()
    assert _content(project.root / "dist")["app.txt"] == ("file", b"ONE\n")
