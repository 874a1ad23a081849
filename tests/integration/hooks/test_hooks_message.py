"""The message of a commit: checked, changed, refused; and which hooks can stop git at all."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from support.repo import Done, Repo
from support.rig import lines, said, stages

CHECKED = """
[jobs.message]
on = ["commit-msg"]
stages = ["ticket"]
[stages.ticket]
run = 'grep -q "^PRJ-" "$1"'
"""


@pytest.fixture
def checked(repo: Repo) -> Repo:
    repo.config(CHECKED)
    assert repo.gofigure("install-hooks").returncode == 0
    done = repo.commit("PRJ-1: begin")
    assert done.returncode == 0, said(done)
    return repo


def _message(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%B").decode().strip()


def test_a_message_is_refused(checked: Repo) -> None:
    done = checked.commit("no ticket", "--allow-empty")
    assert done.returncode != 0
    assert b"ticket  failed" in done.stderr
    assert _message(checked) == "PRJ-1: begin"
    done = checked.try_git("commit", "-q", "--allow-empty", "-F", "-", stdin=b"PRJ-2\n")
    assert done.returncode == 0, said(done)
    amend = ("commit", "-q", "--allow-empty", "--amend", "-m")
    assert checked.try_git(*amend, "other").returncode != 0
    assert checked.try_git(*amend, "PRJ-3").returncode == 0


def test_what_is_to_be_typed_to_repeat_it_reads_the_message_again(checked: Repo) -> None:
    done = checked.commit("no ticket", "--allow-empty")
    (row,) = [line for line in said(done).splitlines() if "repeat: " in line]
    words = shlex.split(row.partition("repeat: ")[2])
    assert words[:3] == ["gofigure", "hook", "commit-msg"]
    again = checked.gofigure(*words[1:])
    assert again.returncode == 1
    assert b"ticket  failed" in again.stderr


def test_the_same_content_with_another_message_is_no_pass(checked: Repo) -> None:
    """The stale pass to fear: the content was proven with a good message."""
    for _ in range(2):
        assert checked.commit("PRJ-2", "--allow-empty").returncode == 0
        assert checked.commit("bad", "--allow-empty").returncode != 0


def test_no_verify_goes_past_it_as_git_says(checked: Repo) -> None:
    assert checked.commit("bad", "--allow-empty", "--no-verify").returncode == 0


def test_a_stage_may_write_the_message(repo: Repo) -> None:
    """Both hooks, each from a folder of its own, where git's relative path would name nothing."""
    repo.config(
        '[jobs.prepare]\non = ["prepare-commit-msg"]\nstages = ["prefix"]\n'
        "[stages.prefix]\nlocations = ['sub']\n"
        """run = '''test "$2" = message; sed -i "1s/^/[$GOFIGURE_HOOK] /" "$1"'''\n"""
        '[jobs.message]\non = ["commit-msg"]\nstages = ["sign"]\n'
        "[stages.sign]\nlocations = ['sub']\nrun = 'echo \"Signed: me\" >> \"$1\"'\n"
    )
    repo.write("sub/file", "1\n")
    repo.gofigure("install-hooks")
    for number in ("one", "two"):
        done = repo.commit(number, "--allow-empty")
        assert done.returncode == 0, said(done)
        assert _message(repo) == f"[prepare-commit-msg] {number}\nSigned: me"


@pytest.mark.parametrize("way", [["-a"], ["--only", "a"], ["--include", "a"], []], ids=" ".join)
@pytest.mark.parametrize("hook", ["prepare-commit-msg", "commit-msg"])
def test_they_are_about_what_is_being_committed(repo: Repo, hook: str, way: list[str]) -> None:
    """With the index that git hands over: another one for each way of committing."""
    repo.config(f'[jobs.j]\non = ["{hook}"]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    repo.write("a", "1\n")
    repo.write("b", "1\n")
    repo.gofigure("install-hooks")
    repo.commit("one")
    repo.write("b", "staged\n")
    repo.git("add", "b")
    repo.write("a", "not staged\n")
    repo.git("commit", "-q", "-m", "two", *way)
    run = repo.json("history")["runs"][0]
    assert (run["trigger"], run["content"]) == (hook, "what is being committed")
    assert run["tree"] == repo.digest("--commit", "HEAD")


def _merging(repo: Repo, *, conflict: bool = False) -> None:
    repo.write("a", "1\n")
    repo.commit("one")
    repo.git("checkout", "-q", "-b", "other")
    repo.write("a" if conflict else "b", "other\n")
    repo.commit("other")
    repo.git("checkout", "-q", "main")
    repo.write("a" if conflict else "c", "main\n")
    repo.commit("two")


def test_a_merge_is_about_the_merged_content_and_can_be_stopped(repo: Repo, tmp_path: Path) -> None:
    repo.config(
        '[jobs.j]\non = ["pre-commit", "pre-merge-commit"]\nstages = ["s"]\n'
        '[stages.s]\nrun = "echo ran >> ../ran; ! { test -e b && test -e c; }"\n'
    )
    repo.gofigure("install-hooks")
    _merging(repo)
    done = repo.try_git("merge", "-q", "--no-edit", "other")
    assert done.returncode != 0
    run = repo.json("history")["runs"][0]
    assert (run["trigger"], run["content"], run["verdict"]) == ("pre-merge-commit", "what is being committed", "failed")
    assert repo.git("log", "-1", "--format=%s") == b"two\n"
    repo.git("merge", "--abort")
    before = lines(tmp_path / "ran")
    repo.git("merge", "-q", "--no-edit", "--no-verify", "other")
    assert lines(tmp_path / "ran") == before
    assert repo.digest("--commit", "HEAD") == run["tree"]


def test_a_merge_with_conflicts_is_committed_through_pre_commit(repo: Repo) -> None:
    repo.config('[jobs.j]\non = ["pre-commit", "pre-merge-commit"]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    repo.gofigure("install-hooks")
    _merging(repo, conflict=True)
    assert repo.try_git("merge", "-q", "other").returncode != 0
    assert repo.json("history")["runs"][0]["trigger"] == "pre-commit", "git asks nobody before a merge that fails"
    repo.write("a", "both\n")
    repo.git("add", "a")
    done = repo.try_git("commit", "-q", "--no-edit")
    assert done.returncode == 0, said(done)
    run = repo.json("history")["runs"][0]
    assert (run["trigger"], run["tree"]) == ("pre-commit", repo.digest("--commit", "HEAD"))


def _failing(repo: Repo, hook: str) -> None:
    repo.config(f'[jobs.j]\non = ["{hook}"]\nstages = ["s"]\n[stages.s]\nrun = "exit 3"\n')
    repo.commit("one")
    repo.git("branch", "other")
    repo.git("commit", "-q", "--allow-empty", "-m", "two")
    repo.git("branch", "third")
    assert repo.gofigure("install-hooks").returncode == 0


BEFORE: dict[str, list[str]] = {
    "prepare-commit-msg": ["commit", "-q", "--allow-empty", "-m", "x"],
    "commit-msg": ["commit", "-q", "--allow-empty", "-m", "x"],
    "pre-rebase": ["rebase", "-q", "--force-rebase", "other"],
}
AFTER: dict[str, list[str]] = {
    "post-checkout": ["checkout", "-q", "other"],
    "post-merge": ["merge", "-q", "third"],
    "post-rewrite": ["commit", "-q", "--allow-empty", "--amend", "-m", "x"],
    "post-commit": ["commit", "-q", "--allow-empty", "-m", "x"],
}


@pytest.mark.parametrize("hook", BEFORE)
def test_a_hook_that_comes_before_stops_git(repo: Repo, hook: str) -> None:
    _failing(repo, hook)
    before = repo.git("rev-parse", "HEAD")
    done = repo.try_git(*BEFORE[hook])
    assert done.returncode != 0
    assert b"exit code 3" in done.stderr
    assert repo.git("rev-parse", "HEAD") == before


def _tells_of_the_failure(repo: Repo, hook: str) -> Done:
    if hook == "post-merge":
        repo.git("reset", "-q", "other")
    done = repo.try_git(*AFTER[hook])
    assert done.returncode == 0, said(done)
    return done


@pytest.mark.parametrize("hook", AFTER)
def test_a_hook_that_comes_after_the_fact_tells_and_records_its_failure_and_stops_nothing(
    repo: Repo, hook: str
) -> None:
    """Git would make post-checkout's exit code that of `git checkout`, which has done what it was asked to."""
    _failing(repo, hook)
    done = _tells_of_the_failure(repo, hook)
    assert b"exit code 3" in done.stderr
    run = repo.json("history")["runs"][0]
    assert (run["trigger"], run["verdict"]) == (hook, "failed")


@pytest.mark.parametrize("hook", AFTER)
def test_nor_does_a_broken_configuration(repo: Repo, hook: str) -> None:
    _failing(repo, hook)
    repo.config("[jobs.j]\nstages = 1\n")
    assert b"gofigure validate" in _tells_of_the_failure(repo, hook).stderr


def test_nor_does_an_interpreter_that_is_gone(repo: Repo) -> None:
    _failing(repo, "post-checkout")
    script = repo.root / ".git" / "hooks" / "post-checkout"
    script.write_text(script.read_text().replace("python=", "python=/gone"))
    assert b"is gone" in _tells_of_the_failure(repo, "post-checkout").stderr


def test_the_exit_code_of_the_hook_that_was_there_before_stays_git_s(repo: Repo, tmp_path: Path) -> None:
    repo.write(".git/hooks/post-checkout", "#!/bin/sh\nexit 7\n", mode=0o755)
    repo.config('[jobs.j]\non = ["post-checkout"]\nstages = ["s"]\n[stages.s]\nrun = "echo ran >> ../ran"\n')
    repo.commit("one")
    assert repo.try_git("checkout", "-q", "-b", "other").returncode == 1, "git by itself"
    repo.gofigure("install-hooks")
    assert repo.try_git("checkout", "-q", "-b", "third").returncode == 1
    assert lines(tmp_path / "ran") == 0


CONTENTS = {
    "post-checkout": ("the working tree", ["checkout", "-q", "other"]),
    "post-merge": ("the working tree", ["merge", "-q", "--squash", "other"]),
    "pre-rebase": ("the working tree", ["rebase", "-q", "--force-rebase", "other"]),
    "post-rewrite": ("commit", ["commit", "-q", "--amend", "-m", "x"]),
}


@pytest.mark.parametrize("hook", CONTENTS)
def test_what_each_is_about(repo: Repo, hook: str) -> None:
    content, command = CONTENTS[hook]
    repo.config(f'[jobs.j]\non = ["{hook}"]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    _merging(repo)
    repo.gofigure("install-hooks")
    done = repo.try_git(*command)
    assert done.returncode == 0, said(done)
    (run,) = repo.json("history")["runs"]
    head = repo.git("rev-parse", "HEAD").decode()
    assert run["content"] == (f"commit {head[:10]}" if content == "commit" else content)
    # Before a rebase there stands what it begins with; a squashed merge leaves the index as it will be committed.
    there = {"pre-rebase": ("--commit", "ORIG_HEAD"), "post-merge": ("--staged",)}.get(hook, ("--commit", "HEAD"))
    assert run["tree"] == repo.digest(*there)


def test_a_file_that_is_checked_out_counts_as_a_change_of_content(repo: Repo, tmp_path: Path) -> None:
    """Flag 0: the content may be one that is proven, and then nothing runs."""
    repo.config('[jobs.j]\non = ["post-checkout"]\nstages = ["s"]\n[stages.s]\nrun = "echo ran >> ../ran"\n')
    repo.write("a", "1\n")
    repo.commit("one")
    repo.gofigure("install-hooks")
    for _ in range(2):
        repo.write("a", "2\n")
        repo.git("checkout", "-q", "--", "a")
    assert lines(tmp_path / "ran") == 1
    assert [run["verdict"] for run in repo.json("history")["runs"]] == ["reused", "passed"]


def test_a_new_worktree_gets_its_run_and_a_clone_runs_nothing_unasked(repo: Repo, tmp_path: Path) -> None:
    """In both, git hands over zeros as the commit that was checked out before."""
    repo.config(
        '[jobs.j]\non = ["post-checkout"]\nstages = ["s"]\n[stages.s]\n'
        f"""run = 'echo "$PWD $1 $3" >> "{tmp_path}/ran"'\n"""
    )
    repo.commit("one")
    repo.gofigure("install-hooks")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert (tmp_path / "ran").read_text() == f"{tmp_path}/linked {'0' * 40} 1\n"

    template = tmp_path / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_bytes((repo.root / ".git" / "hooks" / "post-checkout").read_bytes())
    hook.chmod(0o755)
    clone = ["git", "clone", "-q", f"--template={template}", str(repo.root), str(tmp_path / "clone")]
    done = subprocess.run(clone, env=dict(repo.env), capture_output=True, check=False)
    assert done.returncode == 0, said(done)
    assert b"has not been allowed to run" in done.stderr
    assert lines(tmp_path / "ran") == 1


def test_the_stages_of_a_hook_that_hands_over_nothing_are_reused_as_ever(repo: Repo) -> None:
    repo.config(
        '[jobs.j]\non = ["pre-commit", "post-commit"]\nstages = ["s"]\n[stages.s]\nrun = "ls | awk \'{print $1}\'"\n'
    )
    repo.gofigure("install-hooks")
    assert repo.commit("one").returncode == 0
    assert stages(repo.json("history"))["s"]["verdict"] == "reused"


def test_a_stage_may_read_the_message_without_being_told_its_name(repo: Repo) -> None:
    """As `commitlint --edit` does: what it says of one message, it does not say of the next."""
    repo.config('[jobs.j]\non = ["commit-msg"]\nstages = ["s"]\n[stages.s]\nrun = "grep -q PRJ .git/COMMIT_EDITMSG"\n')
    repo.gofigure("install-hooks")
    assert repo.commit("PRJ 1").returncode == 0
    assert repo.try_git("commit", "-q", "--amend", "-m", "bad").returncode == 1
