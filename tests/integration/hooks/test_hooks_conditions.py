"""`branches`, `during` and `changed`: what is left out where they do not hold, in the states that git gets into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import lines, said, stages, verdicts


def _job(condition: str, hook: str = "pre-commit", *, job: bool = False) -> str:
    on_job, on_stage = (condition, "") if job else ("", condition)
    return (
        f"[jobs.j]\non = ['{hook}']\nstages = ['s', 't']\n{on_job}\n"
        f"[stages.s]\nrun = 'echo ran >> \"$OUT\"; ! grep -q BROKEN a'\npass_env = ['OUT']\n{on_stage}\n"
        "[stages.t]\nrun = 'true'\n"
    )


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Path:
    environment["OUT"] = str(tmp_path / "out")
    return tmp_path / "out"


def _begin(repo: Repo, config: str) -> None:
    repo.config(config)
    repo.write("a", "1\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "first")
    assert repo.gofigure("install-hooks").returncode == 0


def _change(repo: Repo, path: str = "a", *, env: Mapping[str, str] = {}) -> Done:
    repo.write(path, f"{path} {lines(repo.root / path)}\n" + "x\n" * (lines(repo.root / path) + 1))
    repo.git("add", "-A")
    return repo.try_git("commit", "-qm", "a change", env=env)


def _last(repo: Repo) -> Any:
    return stages(repo.json("history", "-n", "1"))


def _reason(repo: Repo) -> str:
    stage = _last(repo)["s"]
    return str(stage["reason"]) if stage["verdict"] == "skipped" else ""


def test_a_branch_that_is_not_among_them(repo: Repo, out: Path) -> None:
    _begin(repo, _job("branches = ['main', 'release/*']"))
    for branch, runs in (("main", 1), ("wip/x", 1), ("release/1", 2)):
        if branch != "main":
            repo.git("checkout", "-qb", branch)
        done = _change(repo)
        assert done.returncode == 0, said(done)
        assert lines(out) == runs, branch
        if branch == "wip/x":
            assert _reason(repo) == "branch wip/x, and branches = main, release/*"
            assert _last(repo)["t"]["verdict"] == "passed"
            assert f"s  left out  {_reason(repo)}" in said(repo.gofigure("status"))
            assert f"s: left out: {_reason(repo)}" in said(repo.gofigure("why", "s"))


def test_a_whole_job_by_its_branch(repo: Repo, out: Path) -> None:
    _begin(repo, _job("branches = ['!wip/*']", job=True))
    repo.git("checkout", "-qb", "wip/x")
    assert _change(repo).returncode == 0
    assert lines(out) == 0
    (run,) = repo.json("history", "-n", "1")["runs"]
    assert run["verdict"] == "skipped"
    assert {stage["reason"] for stage in run["stages"]} == {"job j: branch wip/x, and branches = !wip/*"}
    repo.git("checkout", "-q", "--detach")
    assert _change(repo).returncode == 0
    assert lines(out) == 1, "no branch is none of those that are refused"


def test_a_detached_head_is_on_no_branch(repo: Repo, out: Path) -> None:
    _begin(repo, _job("branches = ['main']"))
    repo.git("checkout", "-q", "--detach")
    assert _change(repo).returncode == 0
    assert (lines(out), _reason(repo)) == (0, "no branch, and branches = main")
    assert verdicts(repo.json("run", "--branch", "main"))["s"] == "passed", "unless somebody says which it is"


def test_what_is_left_out_proves_nothing_and_what_is_proven_is_reused(repo: Repo, out: Path) -> None:
    _begin(repo, _job("branches = ['main']"))
    repo.git("checkout", "-qb", "wip")
    repo.write("a", "BROKEN\n")
    assert repo.commit().returncode == 0
    assert not _last(repo)["s"]["proven"]
    repo.git("checkout", "-q", "-B", "main")
    assert repo.gofigure("run").returncode == 1, "on main it is found out"
    repo.write("a", "good\n")
    assert repo.gofigure("run").returncode == 0
    repo.git("checkout", "-q", "wip")
    assert verdicts(repo.json("run")) == {"s": "reused", "t": "reused"}, "a proof is one on any branch"


def test_what_needs_it_is_left_out_too(repo: Repo, out: Path) -> None:
    _begin(repo, _job("branches = ['main']").replace("[stages.t]", "[stages.t]\nneeds = ['s']"))
    repo.git("checkout", "-qb", "wip")
    assert _change(repo).returncode == 0
    assert _last(repo)["t"]["reason"] == "s did not pass"


def test_a_required_stage_heeds_its_own_conditions(repo: Repo, out: Path) -> None:
    """Whoever wrote `required` wrote these too; the environment has no hand in them."""
    _begin(repo, _job("required = true\nbranches = ['main']"))
    repo.git("checkout", "-qb", "wip")
    assert _change(repo).returncode == 0
    assert lines(out) == 0


def _diverge(repo: Repo, *, conflict: bool) -> None:
    """A branch `side` beside main, with one commit each."""
    repo.git("checkout", "-qb", "side")
    repo.write("a" if conflict else "b", "side\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "side", "--no-verify")
    repo.git("checkout", "-q", "main")
    repo.write("a", "main\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "main", "--no-verify")


def _resolve(repo: Repo) -> None:
    repo.write("a", "resolved\n")
    repo.git("add", "-A")


@pytest.mark.parametrize("operation", ["merge", "cherry-pick", "revert"])
def test_a_commit_that_ends_an_operation(repo: Repo, out: Path, operation: str) -> None:
    _begin(repo, _job(f"during = ['!{operation}']"))
    _diverge(repo, conflict=True)
    if operation == "revert":
        repo.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "empty")
        repo.write("a", "later\n")
        repo.git("commit", "-qam", "later", "--no-verify")
    target = {"merge": "side", "cherry-pick": "side", "revert": "HEAD~2"}[operation]
    assert repo.try_git(operation, target).returncode != 0, "it stops at the conflict"
    assert repo.gofigure("status").returncode == 0
    _resolve(repo)
    done = repo.try_git("commit", "-qm", "resolved")
    assert done.returncode == 0, said(done)
    assert lines(out) == 0
    assert _reason(repo) == f"git is in the middle of: {operation}, and during = !{operation}"
    assert _change(repo).returncode == 0
    assert lines(out) == 1, "it is over"


def test_only_while_it_lasts(repo: Repo, out: Path) -> None:
    _begin(repo, _job("during = ['merge', 'rebase']"))
    assert _change(repo).returncode == 0
    assert (lines(out), _reason(repo)) == (0, "git is doing nothing else, and during = merge, rebase")
    _diverge(repo, conflict=True)
    assert repo.try_git("merge", "side").returncode != 0
    _resolve(repo)
    assert repo.try_git("commit", "-qm", "x").returncode == 0
    assert lines(out) == 1


def test_a_merge_without_a_conflict_is_one(repo: Repo, out: Path) -> None:
    _begin(repo, _job("during = ['!merge']", "pre-merge-commit"))
    _diverge(repo, conflict=False)
    done = repo.try_git("merge", "-q", "side", "-m", "merged")
    assert done.returncode == 0, said(done)
    assert (lines(out), _last(repo)["s"]["verdict"], _last(repo)["t"]["verdict"]) == (0, "skipped", "passed")


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_commit_in_the_middle_of_a_rebase(repo: Repo, out: Path, backend: str) -> None:
    """It is known as a rebase and nothing else, and as the branch that it will move."""
    _begin(repo, _job("during = ['!rebase']\nbranches = ['side']"))
    _diverge(repo, conflict=True)
    repo.git("checkout", "-q", "side")
    assert repo.try_git("rebase", backend, "main").returncode != 0
    _resolve(repo)
    done = repo.try_git("commit", "-qm", "resolved")
    assert done.returncode == 0, said(done)
    assert (lines(out), _reason(repo)) == (0, "git is in the middle of: rebase, and during = !rebase")


def test_a_rebase_that_stops_at_what_has_become_empty_is_no_cherry_pick(repo: Repo, out: Path) -> None:
    """Though git leaves CHERRY_PICK_HEAD there."""
    _begin(repo, _job("during = ['!rebase', '!cherry-pick']"))
    for branch in ("side", "main"):
        repo.git("checkout", "-q", *(["-b", branch] if branch == "side" else [branch]))
        repo.write("a", "the same\n")
        repo.git("commit", "-qam", f"by {branch}", "--no-verify")
    repo.git("checkout", "-q", "side")
    assert repo.try_git("rebase", "--reapply-cherry-picks", "--empty=ask", "main").returncode != 0
    assert (repo.root / ".git" / "CHERRY_PICK_HEAD").exists()
    assert _change(repo).returncode == 0
    assert _reason(repo) == "git is in the middle of: rebase, and during = !rebase, !cherry-pick"


def test_between_two_picks(repo: Repo, out: Path) -> None:
    """The first was committed by hand: CHERRY_PICK_HEAD is gone, and the second is still to come."""
    _begin(repo, _job("during = ['!cherry-pick']"))
    _diverge(repo, conflict=True)
    repo.git("checkout", "-q", "side")
    repo.write("c", "more\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "more", "--no-verify")
    repo.git("checkout", "-q", "main")
    assert repo.try_git("cherry-pick", "side~", "side").returncode != 0
    _resolve(repo)
    repo.git("commit", "-qm", "resolved")
    assert not (repo.root / ".git" / "CHERRY_PICK_HEAD").exists()
    assert _change(repo, "d").returncode == 0
    assert _reason(repo).startswith("git is in the middle of: cherry-pick")
    assert lines(out) == 0


def test_am_and_bisect(repo: Repo, out: Path) -> None:
    _begin(repo, _job("during = ['!am', '!bisect']"))
    _diverge(repo, conflict=True)
    patch = repo.git("format-patch", "-1", "--stdout", "side")
    assert repo.try_git("am", stdin=patch).returncode != 0
    assert _change(repo).returncode == 0
    assert _reason(repo) == "git is in the middle of: am, and during = !am, !bisect"
    repo.git("am", "--quit")
    repo.git("bisect", "start", "HEAD", "HEAD~2")
    assert _change(repo).returncode == 0
    assert _reason(repo).startswith("git is in the middle of: bisect")
    assert lines(out) == 0


def test_an_operation_in_another_worktree_is_not_ours(repo: Repo, out: Path, tmp_path: Path) -> None:
    _begin(repo, _job("during = ['!merge']"))
    _diverge(repo, conflict=True)
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    assert repo.try_git("merge", "side").returncode != 0
    linked = repo.at(tmp_path / "linked")
    assert _change(linked, "b").returncode == 0
    assert lines(out) == 1
    assert linked.try_git("merge", "side").returncode != 0
    _resolve(linked)
    assert linked.try_git("commit", "-qm", "x").returncode == 0
    assert lines(out) == 1


def test_changed_since_the_last_commit(repo: Repo, out: Path) -> None:
    _begin(repo, _job("changed = ['src/**', '!src/gen/**']"))
    head = repo.git("rev-parse", "HEAD").decode()[:10]
    for path, runs in (("doc/x", 0), ("src/gen/x", 0), ("src/x", 1)):
        done = _change(repo, path)
        assert done.returncode == 0, said(done)
        assert lines(out) == runs, path
        if path == "doc/x":
            assert _reason(repo) == f"since {head} nothing of this has changed: src/**, !src/gen/**"
    repo.git("rm", "-q", "src/x")
    repo.git("commit", "-qm", "gone")
    assert lines(out) == 2, "what is removed has changed"


def test_changed_by_hand_is_what_is_not_committed(repo: Repo, out: Path) -> None:
    _begin(repo, _job("changed = ['src/**']"))
    assert verdicts(repo.json("run"))["s"] == "skipped"
    repo.write("src/new", "untracked\n")
    assert verdicts(repo.json("run"))["s"] == "passed"
    repo.git("add", "-A")
    assert verdicts(repo.json("run", "--staged"))["s"] == "reused"
    repo.git("commit", "-qm", "x", "--no-verify")
    repo.write("doc", "other\n")
    assert verdicts(repo.json("run"))["s"] == "skipped"
    assert verdicts(repo.json("run", "--all-files"))["s"] == "passed", "as if every file had changed"


def test_changed_by_a_commit_that_was_made(repo: Repo, out: Path) -> None:
    """Since its first parent; a first commit has changed everything."""
    _begin(repo, _job("changed = ['src/**']", "post-commit"))
    assert _change(repo, "doc/x").returncode == 0
    assert lines(out) == 0
    assert _change(repo, "src/x").returncode == 0
    assert lines(out) == 1
    repo.git("checkout", "-q", "--orphan", "new")
    repo.git("commit", "-qm", "orphan")
    assert lines(out) == 1, "it is the same content, and so proven"
    repo.git("rm", "-qr", "--cached", "src")
    (repo.root / "src/x").unlink()
    repo.git("commit", "-q", "--amend", "-m", "first of all")
    assert lines(out) == 2


def test_changed_before_the_first_commit_is_everything(repo: Repo, out: Path) -> None:
    repo.config(_job("changed = ['src/**']"))
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit().returncode == 0
    assert lines(out) == 1


def test_changed_by_a_checkout_or_a_merge(repo: Repo, out: Path) -> None:
    two = _job("changed = ['b']", "post-checkout").replace("['post-checkout']", "['post-checkout', 'post-merge']")
    _begin(repo, two)
    _diverge(repo, conflict=False)
    assert lines(out) == 1, "`side` was left, and b with it"
    repo.write("c", "3\n")
    assert repo.commit().returncode == 0
    repo.git("checkout", "-qb", "third")
    assert lines(out) == 1
    repo.git("merge", "-q", "side", "-m", "x")
    assert lines(out) == 2


def _origin(repo: Repo, tmp_path: Path) -> None:
    repo.git("init", "-q", "--bare", str(tmp_path / "origin.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "origin.git"))


def test_a_push_is_about_the_branch_that_it_goes_to(repo: Repo, out: Path, tmp_path: Path) -> None:
    _begin(repo, _job("branches = ['main']", "pre-push"))
    _origin(repo, tmp_path)
    repo.git("push", "-q", "origin", "main:wip")
    assert (lines(out), _reason(repo)) == (0, "branch wip, and branches = main")
    repo.git("checkout", "-q", "--detach")
    repo.git("push", "-q", "origin", "HEAD:refs/heads/main")
    assert lines(out) == 1


def test_each_commit_of_a_push_is_about_its_own_branch(repo: Repo, out: Path, tmp_path: Path) -> None:
    _begin(repo, _job("branches = ['main']", "pre-push"))
    _origin(repo, tmp_path)
    repo.git("branch", "wip")
    _change(repo)
    repo.git("push", "-q", "origin", "main", "wip")
    runs = {run["content"][-10:]: stages({"runs": [run]})["s"]["reason"] for run in repo.json("history")["runs"]}
    assert runs[repo.git("rev-parse", "wip").decode()[:10]] == "branch wip, and branches = main"
    assert lines(out) == 1


def test_a_push_is_compared_with_what_is_there(repo: Repo, out: Path, tmp_path: Path) -> None:
    _begin(repo, _job("changed = ['src/**']", "pre-push"))
    _origin(repo, tmp_path)
    repo.git("push", "-q", "origin", "main")
    assert lines(out) == 0, "a first push brings all that there is, and nothing of that is below src"
    _change(repo, "src/x")
    _change(repo, "doc/x")
    repo.git("push", "-q", "origin", "main")
    assert lines(out) == 1, "the last commit alone has not changed it, the push has"
    _change(repo, "doc/x")
    repo.git("push", "-q", "origin", "main")
    assert lines(out) == 1


def test_a_tag_goes_to_no_branch(repo: Repo, out: Path, tmp_path: Path) -> None:
    _begin(repo, _job("branches = ['main']", "pre-push"))
    _origin(repo, tmp_path)
    repo.git("tag", "light")
    repo.git("tag", "-a", "heavy", "-m", "x")
    for tag in ("light", "heavy"):
        repo.git("push", "-q", "origin", tag)
        assert (lines(out), _reason(repo)) == (0, "no branch, and branches = main")


def test_conditions_in_a_plain_folder(tmp_path: Path, environment: dict[str, str], out: Path) -> None:
    """There is no branch, nothing under way, and no telling what has changed."""
    (tmp_path / "plain").mkdir()
    folder = Repo(tmp_path / "plain", environment)
    folder.write("a", "1\n")
    folder.gofigure("allow")
    for condition, verdict in (
        ("changed = ['src/**']", "passed"),
        ("branches = ['!wip']\nduring = ['!merge']\nchanged = ['a']", "passed"),
        ("cache = false\nbranches = ['main']", "skipped"),
        ("cache = false\nduring = ['merge']", "skipped"),
    ):
        folder.config(_job(condition))
        folder.gofigure("allow")
        assert verdicts(folder.json("run", "s"))["s"] == verdict, condition
