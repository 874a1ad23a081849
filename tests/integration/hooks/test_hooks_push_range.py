"""pre-push: which commits are new to the other side, from where on, and one stage run for each where that is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import lines, said

# A stage that reads nothing of the content, and so runs for every commit, checked out or not.
CONFIG = """
[jobs.j]
on = ["pre-push"]
stages = ["s"]
EACH
[stages.s]
inputs = ["nothing"]
run = '''echo "$GOFIGURE_REMOTE_NAME|$GOFIGURE_REFS|$GOFIGURE_FROM_REF|$GOFIGURE_TO_REF" >> ../saw'''
"""
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
EMPTY_SHA256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"


def _pushing(repo: Repo, tmp_path: Path, *init: str, each: bool = False) -> Repo:
    repo.git("init", "-q", "--bare", *init, str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.config(CONFIG.replace("EACH", "each_commit = true" if each else ""))
    assert repo.gofigure("install-hooks").returncode == 0
    repo.write(".gitignore", ".gofigure.toml\n")
    _commit(repo, "one")
    return repo


@pytest.fixture
def pushing(repo: Repo, tmp_path: Path) -> Repo:
    return _pushing(repo, tmp_path)


def _commit(repo: Repo, text: str) -> str:
    repo.write("file", f"{text}\n")
    done = repo.commit(text)
    assert done.returncode == 0, said(done)
    return _id(repo)


def _id(repo: Repo, revision: str = "HEAD") -> str:
    return repo.git("rev-parse", revision).decode().strip()


def _push(repo: Repo, *args: str) -> Done:
    done = repo.try_git("push", "-q", *args)
    assert done.returncode == 0, said(done)
    return done


def _saw(repo: Repo, *args: str) -> list[list[str]]:
    """[remote, refs, from, to] of each time that the stage ran in a push."""
    place = repo.root.parent / "saw"
    place.unlink(missing_ok=True)
    _push(repo, *args)
    return [line.split("|") for line in place.read_text().splitlines()] if place.exists() else []


def test_a_first_push_begins_with_nothing(pushing: Repo) -> None:
    """pre-commit's hook_impl_test, 'pushing orphan branch': all files."""
    _commit(pushing, "two")
    assert _saw(pushing, "origin", "main") == [["origin", "refs/heads/main", EMPTY, _id(pushing)]]
    differing = pushing.git("diff", "--name-only", EMPTY, "HEAD").decode().split()
    assert differing == [".gitignore", "file"], "it can be compared with"


def test_in_a_sha256_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    """lefthook's pre_push_sha256_initial: nothing, and the empty tree, have other ids there."""
    repo = Repo.create(tmp_path / "repo", environment, "--object-format=sha256")
    _pushing(repo, tmp_path, "--object-format=sha256")
    first = _id(repo)
    assert _saw(repo, "origin", "main") == [["origin", "refs/heads/main", EMPTY_SHA256, first]]
    second = _commit(repo, "two")
    assert _saw(repo, "origin", "main") == [["origin", "refs/heads/main", first, second]]
    _push(repo, "origin", "main:gone")
    assert _saw(repo, "origin", ":gone") == []


def test_a_fast_forward_begins_where_the_ref_stood(pushing: Repo) -> None:
    first = _id(pushing)
    _push(pushing, "origin", "main")
    _commit(pushing, "two")
    third = _commit(pushing, "three")
    assert _saw(pushing, "origin", "main") == [["origin", "refs/heads/main", first, third]]


def test_a_new_branch_begins_where_it_leaves_what_the_remote_has(pushing: Repo) -> None:
    """pre-commit's hook_impl_test, 'pushing new branch'."""
    first = _id(pushing)
    _push(pushing, "origin", "main")
    pushing.git("checkout", "-q", "-b", "other")
    _commit(pushing, "two")
    third = _commit(pushing, "three")
    assert _saw(pushing, "origin", "other") == [["origin", "refs/heads/other", first, third]]
    assert _saw(pushing, "origin", "other:again") == [["origin", "refs/heads/again", third, third]], "nothing is new"


def test_another_remote_has_other_commits(pushing: Repo, tmp_path: Path) -> None:
    """What origin has, another remote may not have."""
    _push(pushing, "origin", "main")
    pushing.git("init", "-q", "--bare", str(tmp_path / "second.git"))
    pushing.git("remote", "add", "second", str(tmp_path / "second.git"))
    assert _saw(pushing, "second", "main") == [["second", "refs/heads/main", EMPTY, _id(pushing)]]


def test_a_push_to_a_place_without_a_name(pushing: Repo, tmp_path: Path) -> None:
    """Git gives the place twice; nothing is known of what is there, but for where the ref stands."""
    place = str(tmp_path / "remote.git")
    first = _id(pushing)
    assert _saw(pushing, place, "main") == [[place, "refs/heads/main", EMPTY, first]]
    second = _commit(pushing, "two")
    assert _saw(pushing, place, "main") == [[place, "refs/heads/main", first, second]]


def test_a_forced_push_begins_where_the_histories_part(pushing: Repo) -> None:
    first = _id(pushing)
    _commit(pushing, "two")
    _push(pushing, "origin", "main")
    pushing.git("reset", "-q", "--hard", first)
    other = _commit(pushing, "other two")
    assert _saw(pushing, "--force", "origin", "main") == [["origin", "refs/heads/main", first, other]]


def test_a_forced_push_over_what_nobody_has_fetched(pushing: Repo, tmp_path: Path) -> None:
    """The remote's old commit is not here: its id leads nowhere, and must not be an error."""
    first = _id(pushing)
    _push(pushing, "origin", "main")
    pushing.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "theirs"))
    theirs = pushing.at(tmp_path / "theirs")
    _commit(theirs, "theirs")
    theirs.git("push", "-q", "origin", "main")
    second = _commit(pushing, "mine")
    assert _saw(pushing, "--force", "origin", "main") == [["origin", "refs/heads/main", first, second]]


def test_an_orphan_has_no_base(pushing: Repo) -> None:
    """pre-commit's hook_impl_test, 'pushing orphan branch', over a ref that is there."""
    _push(pushing, "origin", "main")
    pushing.git("checkout", "-q", "--orphan", "fresh")
    orphan = _commit(pushing, "orphan")
    assert _saw(pushing, "--force", "origin", "fresh:main") == [["origin", "refs/heads/main", EMPTY, orphan]]


def test_a_deletion_beside_others(pushing: Repo) -> None:
    """t5571 'push deletion': `(delete)` and zeros have no content, and hide no other ref (pre-commit#2523)."""
    _push(pushing, "origin", "main", "main:gone")
    second = _commit(pushing, "two")
    saw = _saw(pushing, "origin", ":gone", "main", "HEAD~1:refs/heads/old")
    assert [[one[1], one[3]] for one in saw] == [
        ["refs/heads/main", second],
        ["refs/heads/old", _id(pushing, "HEAD~1")],
    ]


def test_every_ref_and_not_the_first_one_only(pushing: Repo) -> None:
    """pre-commit#2523; refs that get the same commits are one content, and all are named."""
    _push(pushing, "origin", "main")
    pushing.git("checkout", "-q", "-b", "a")
    a = _commit(pushing, "a")
    pushing.git("branch", "a-too")
    pushing.git("checkout", "-q", "-b", "b", "main")
    b = _commit(pushing, "b")
    saw = _saw(pushing, "origin", "a", "a-too", "b")
    assert [[one[1], one[3]] for one in saw] == [["refs/heads/a refs/heads/a-too", a], ["refs/heads/b", b]]


def test_a_local_ref_with_spaces(pushing: Repo) -> None:
    """pre-commit's hook_impl_test: git hands over the words as they were typed (`HEAD^{/some words}`)."""
    second = _commit(pushing, "some words here")
    saw = _saw(pushing, "origin", "HEAD^{/some words}:refs/heads/main")
    assert [[one[1], one[3]] for one in saw] == [["refs/heads/main", second]]


def test_tags_of_a_commit_and_of_a_blob(pushing: Repo) -> None:
    first = _id(pushing)
    pushing.git("tag", "-a", "-m", "first", "v1")
    blob = pushing.git("hash-object", "-w", "--stdin", stdin=b"a key\n").decode().strip()
    pushing.git("tag", "key", blob)
    assert _saw(pushing, "origin", "v1", "key") == [["origin", "refs/tags/v1", EMPTY, first]]


@pytest.mark.parametrize("how", ["configuration", "option"])
def test_each_commit_in_its_order_and_once(repo: Repo, tmp_path: Path, how: str) -> None:
    """What rebase, cherry-pick and --no-verify made, and no hook has seen."""
    _pushing(repo, tmp_path, each=how == "configuration")
    if how == "option":
        script = repo.root / ".git/hooks/pre-push"
        script.write_text(f'#!/bin/sh\n{" ".join(repo.command)} hook --each-commit pre-push "$@" || exit $?\n')
        script.chmod(0o755)
    first = _id(repo)
    saw = _saw(repo, "origin", "main")
    assert saw == [["origin", "refs/heads/main", EMPTY, first]]
    a = [_commit(repo, f"a{number}") for number in range(3)]
    repo.git("checkout", "-q", "-b", "other", a[0])
    b = _commit(repo, "b")
    saw = _saw(repo, "origin", "main", "other")
    both = [["origin", "refs/heads/main", before, after] for before, after in zip([first, *a], a, strict=False)]
    both[-1][2] = first  # where the ref ends, it is all that is new
    assert saw == [*both, ["origin", "refs/heads/other", first, b]]


def test_of_each_commit_the_first_that_fails_ends_it(repo: Repo, tmp_path: Path) -> None:
    """A later commit that mends an earlier one is no excuse, and a job without the key looks at the last one only."""
    repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    repo.config(
        '[jobs.each]\non = ["pre-push"]\nstages = ["s"]\neach_commit = true\n'
        '[jobs.last]\non = ["pre-push"]\nstages = ["t"]\n'
        "[stages.s]\ninputs = ['nothing']\nrun = '! git grep -q BROKEN \"$GOFIGURE_TO_REF\" -- file'\n"
        f"[stages.t]\ninputs = ['nothing']\nrun = 'echo \"$GOFIGURE_TO_REF\" >> {tmp_path}/last'\n"
    )
    repo.gofigure("install-hooks")
    _commit(repo, "one")
    _commit(repo, "BROKEN")
    _commit(repo, "three")
    done = repo.try_git("push", "-q", str(tmp_path / "remote.git"), "main")
    assert done.returncode != 0, said(done)
    runs: list[Any] = repo.json("history")["runs"][::-1]
    assert [(run["job"], run["verdict"], run["content"]) for run in runs] == [
        ("each", "passed", f"commit {_id(repo, 'HEAD~2')[:10]}"),
        ("each", "failed", f"commit {_id(repo, 'HEAD~1')[:10]}"),
    ]
    repo.git("reset", "-q", "--soft", "HEAD~2")
    repo.git("commit", "-q", "-m", "as one")
    _push(repo, str(tmp_path / "remote.git"), "main")
    assert (tmp_path / "last").read_text().split() == [_id(repo)]


def test_what_each_commit_proved_is_reused(repo: Repo, tmp_path: Path) -> None:
    """Commits of the same content: the stage runs once."""
    repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    repo.config(
        '[jobs.j]\non = ["pre-push"]\nstages = ["s"]\neach_commit = true\n[stages.s]\nrun = "echo ran >> ../ran"\n'
    )
    repo.gofigure("install-hooks")
    _commit(repo, "one")
    for _ in range(3):
        repo.git("commit", "-q", "--allow-empty", "-m", "nothing")
    _push(repo, str(tmp_path / "remote.git"), "main")
    assert lines(tmp_path / "ran") == 1
    assert [run["verdict"] for run in repo.json("history")["runs"]] == ["reused"] * 3 + ["passed"]


def test_a_stage_that_does_not_read_many_refs_harms_nothing(pushing: Repo, tmp_path: Path) -> None:
    """t5571 'sigpipe does not cause pre-push hook failure': more than a pipe holds, and a kept hook that reads none."""
    script = pushing.root / ".git/hooks/pre-push.before-gofigure"
    script.write_text(f"#!/bin/sh\necho kept >> '{tmp_path}/kept'\nexit 0\n")
    script.chmod(0o755)
    head, many = _id(pushing), 1200
    creations = "".join(f"create refs/heads/branch-{number:04} {head}\n" for number in range(many))
    pushing.git("update-ref", "--stdin", stdin=creations.encode())
    ((_, refs, base, _),) = _saw(pushing, "origin", "refs/heads/branch-*")
    assert (len(refs.split()), base) == (many, EMPTY)
    assert lines(tmp_path / "kept") == 1


def test_nothing_to_push(pushing: Repo) -> None:
    """t5571: git calls the hook with no line at all."""
    _push(pushing, "origin", "main")
    assert _saw(pushing, "origin", "main") == []
