"""A hook's stage that makes git call the hook again; and git commands that call many hooks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

AFTER = ("post-commit", "post-checkout", "post-merge", "post-rewrite")
AGAIN = (
    "git checkout -q --detach && git checkout -q - && git commit -q --allow-empty -m inner &&"
    " git commit -q --allow-empty --amend -m inner2 && git merge -q --no-edit third"
)
STARTS = {
    "post-commit": ["commit", "-q", "--allow-empty", "-m", "outer"],
    "post-checkout": ["checkout", "-q", "other"],
    "post-merge": ["merge", "-q", "--no-edit", "other"],
    "post-rewrite": ["commit", "-q", "--allow-empty", "--amend", "-m", "outer"],
}
LOST = 'env -i PATH="$PATH" HOME="$HOME" GIT_CONFIG_GLOBAL="$GIT_CONFIG_GLOBAL" '


@pytest.mark.parametrize(("hook", "lost"), [*((hook, "") for hook in AFTER), ("post-checkout", LOST)])
def test_a_stage_that_moves_the_repository_starts_no_further_run(
    repo: Repo, tmp_path: Path, hook: str, lost: str
) -> None:
    """Nor does it wait for itself, even where it has thrown its environment away."""
    hooks = ", ".join(f'"{one}"' for one in AFTER)
    repo.config(
        f"[jobs.j]\non = [{hooks}]\nstages = ['s']\n[stages.s]\ncache = false\npass_env = ['GIT_CONFIG_GLOBAL']\n"
        f"run = '''echo ran >> {tmp_path}/ran; {lost}sh -ec '{AGAIN}' '''\n"
    )
    repo.write("a", "1\n")
    repo.commit("one")
    for branch in ("other", "third"):
        repo.git("checkout", "-q", "-b", branch, "main")
        repo.write(branch, "1\n")
        repo.commit(branch)
    repo.git("checkout", "-q", "main")
    repo.write("b", "1\n")
    repo.commit("two")
    assert repo.gofigure("install-hooks").returncode == 0

    done = repo.try_git(*STARTS[hook])

    assert done.returncode == 0, said(done)
    asked = ["post-rewrite", "post-commit"] if hook == "post-rewrite" else [hook]  # an amended commit is one, too
    assert lines(tmp_path / "ran") == len(asked), said(done)
    history = repo.json("history", "-n", "100")
    assert [(run["trigger"], run["verdict"]) for run in history["runs"]] == [(one, "passed") for one in asked]
    assert {skip["hook"] for skip in history["skips"]} == set(AFTER)
    assert all("is not started again" in skip["reason"] for skip in history["skips"])


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_of_many_commits_comes_to_its_end(repo: Repo, tmp_path: Path, backend: str) -> None:
    """One run for each call of a hook, and one execution for each content."""
    many = 20
    repo.config(
        "[jobs.j]\non = ['pre-rebase', 'post-commit', 'post-checkout', 'post-rewrite']\n"
        f"stages = ['s']\n[stages.s]\nrun = 'git rev-parse HEAD >> {tmp_path}/ran'\n"
    )
    repo.commit("one")
    repo.git("checkout", "-q", "-b", "topic")
    for number in range(many):
        repo.write(f"file-{number}", "1\n")
        repo.commit(f"topic {number}")
    repo.git("checkout", "-q", "main")
    repo.write("main", "1\n")
    repo.commit("two")
    repo.git("checkout", "-q", "topic")
    assert repo.gofigure("install-hooks").returncode == 0

    done = repo.try_git("rebase", "-q", backend, "main")

    assert done.returncode == 0, said(done)
    runs = repo.json("history", "-n", "200")["runs"]
    picks = many if backend == "--merge" else 0  # the other one calls no hook for its picks
    called = {"pre-rebase": 1, "post-checkout": 1, "post-commit": picks, "post-rewrite": 1}
    assert Counter(run["trigger"] for run in runs) == Counter(called)
    # What post-rewrite is about is the last commit, proven already.
    assert lines(tmp_path / "ran") == (many + 2 if picks else 3)
    assert Counter(run["verdict"] for run in runs)["failed"] == 0
    assert runs[0]["tree"] == repo.digest("--commit", "HEAD")
    assert repo.git("rev-list", "--count", "main..topic").strip() == str(many).encode()
