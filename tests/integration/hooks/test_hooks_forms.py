"""In every form of commit, the stages see exactly the files of the tree that the commit gets."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.facts import Looker, tree
from support.repo import Done, Repo
from support.rig import Rig, alive, said

Form = Callable[[Repo, int], Done]

CONFIG = """
[jobs.check]
on = ["pre-commit", "pre-merge-commit"]
stages = ["look"]
[stages.look]
cache = false
run = '''LOOK'''
"""
LINES = "".join(f"line {number}\n" for number in range(40))


def _make(repo: Repo, folder: Path, algorithm: str = "sha1") -> Looker:
    """A repository with one of each, and the hooks."""
    looker = Looker(folder, algorithm)
    repo.config(CONFIG.replace("LOOK", looker.line))
    for name in ("a/file", "b/file", "c/file", "c/deep/file", "odd \t'name\xff"):
        repo.write(name.encode("latin-1"), f"{name} 1\n")
    repo.write("long", LINES)
    repo.write("d/run.sh", "#!/bin/sh\n", mode=0o755)
    (repo.root / "link").symlink_to("a/file")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)
    return looker


@pytest.fixture
def looker(repo: Repo, tmp_path: Path) -> Looker:
    return _make(repo, tmp_path / "facts")


def _stage(repo: Repo, turn: int) -> None:
    repo.write("a/file", f"staged {turn}\n")
    repo.git("add", "a/file")


def _edit(repo: Repo, turn: int) -> None:
    repo.write("b/file", f"edited {turn}\n")


def _commit(repo: Repo, *args: str, stdin: bytes = b"") -> Done:
    return repo.try_git("commit", "-q", "-m", "two", *args, stdin=stdin)


def _plain(repo: Repo, turn: int) -> Done:
    _stage(repo, turn)
    return _commit(repo)


def _with(*args: str) -> Form:
    """One file staged, one edited."""

    def form(repo: Repo, turn: int) -> Done:
        _stage(repo, turn)
        _edit(repo, turn)
        return _commit(repo, *args)

    return form


def _paths_from_a_file(repo: Repo, turn: int) -> Done:
    _stage(repo, turn)
    _edit(repo, turn)
    return _commit(repo, "--pathspec-from-file=-", stdin=b"b/file\n")


def _patch(repo: Repo, turn: int) -> Done:
    """The first hunk of two."""
    before = (repo.root / "long").read_text()
    repo.write("long", f"first {turn}\n{before}last {turn}\n")
    return _commit(repo, "-p", "--", "long", stdin=b"y\nn\n")


def _add_patch(repo: Repo, turn: int) -> Done:
    before = (repo.root / "long").read_text()
    repo.write("long", f"first {turn}\n{before}last {turn}\n")
    repo.git("add", "-p", "long", stdin=b"n\ny\n")
    return _commit(repo)


def _message_only(repo: Repo, _turn: int) -> Done:
    return repo.try_git("commit", "-q", "--amend", "-m", "said better")


def _side(repo: Repo, turn: int, content: str) -> None:
    """A branch with a commit of its own, and one beside it on main."""
    repo.git("checkout", "-q", "-b", f"side-{turn}")
    repo.write("c/deep/file", content)
    repo.git("commit", "-q", "--no-verify", "-m", "side", "--", "c/deep/file")
    repo.git("checkout", "-q", "-")
    repo.write("a/file", f"ours {turn}\n")
    repo.git("commit", "-q", "--no-verify", "-m", "ours", "--", "a/file")


def _merge(repo: Repo, turn: int) -> Done:
    _side(repo, turn, f"theirs {turn}\n")
    return repo.try_git("merge", "-q", "--no-edit", f"side-{turn}")


def _merge_without_committing(repo: Repo, turn: int) -> Done:
    _side(repo, turn, f"theirs {turn}\n")
    repo.git("merge", "-q", "--no-commit", f"side-{turn}")
    return _commit(repo)


def _conflict(*conclude: str) -> Form:
    def form(repo: Repo, turn: int) -> Done:
        _side(repo, turn, f"theirs {turn}\n")
        repo.write("c/deep/file", f"ours {turn}\n")
        repo.git("commit", "-q", "--no-verify", "-m", "ours", "--", "c/deep/file")
        assert repo.try_git("merge", "-q", f"side-{turn}").returncode != 0
        repo.write("c/deep/file", f"both {turn}\n")
        repo.git("add", "c/deep/file")
        return repo.try_git(*conclude, env={"GIT_EDITOR": "true"})

    return form


def _intent(*args: str) -> Form:
    def form(repo: Repo, turn: int) -> Done:
        _stage(repo, turn)
        repo.write(f"later-{turn}", "later\n")
        repo.git("add", "-N", f"later-{turn}")
        return _commit(repo, *args)

    return form


def _unborn(repo: Repo, turn: int) -> Done:
    repo.git("checkout", "-q", "--orphan", f"orphan-{turn}")
    repo.git("rm", "-q", "--cached", "--ignore-unmatch", "c/file")
    return _plain(repo, turn)


def _detached(repo: Repo, turn: int) -> Done:
    repo.git("checkout", "-q", "--detach")
    return _plain(repo, turn)


def _from_a_subfolder(repo: Repo, turn: int) -> Done:
    _stage(repo, turn)
    _edit(repo, turn)
    return _commit(repo.at(repo.root / "b"), "--", "file")


def _split(repo: Repo, turn: int) -> Done:
    repo.git("update-index", "--split-index")
    return _plain(repo, turn)


def _sparse(repo: Repo, turn: int) -> Done:
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "a")
    return _plain(repo, turn)


def _kinds(repo: Repo, turn: int) -> Done:
    """A removal, a mode, a renaming, a link that becomes a file."""
    if turn == 0:
        repo.git("rm", "-q", "c/deep/file")
        repo.git("mv", "d/run.sh", "d/renamed.sh")
        (repo.root / "link").unlink()
        repo.write("link", "a file now\n")
    (repo.root / "a/file").chmod(0o755 if turn == 0 else 0o644)
    repo.git("add", "-u")
    return _commit(repo)


FORMS: dict[str, Form] = {
    "plain": _plain,
    "-a": _with("-a"),
    "-p": _patch,
    "add -p": _add_patch,
    "-- path": _with("--", "b/file"),
    "--only": _with("--only", "b/file"),
    "--include": _with("--include", "b/file"),
    "--pathspec-from-file": _paths_from_a_file,
    "--amend": _with("--amend"),
    "--amend -a": _with("--amend", "-a"),
    "--amend, the message only": _message_only,
    "merge": _merge,
    "merge --no-commit": _merge_without_committing,
    "conflict, commit": _conflict("commit", "-q", "--no-edit"),
    "conflict, commit -a": _conflict("commit", "-q", "-a", "--no-edit"),
    "conflict, merge --continue": _conflict("merge", "--continue"),
    "intent to add": _intent(),
    "intent to add, -a": _intent("-a"),
    "unborn": _unborn,
    "detached": _detached,
    "from a subfolder": _from_a_subfolder,
    "split index": _split,
    "sparse index": _sparse,
    "all kinds of change": _kinds,
}


def _stand_aside(repo: Repo) -> None:
    """What no form takes along: an edit, and files that git does not know."""
    repo.write("d/run.sh" if (repo.root / "d/run.sh").exists() else "a/file", "#!/bin/sh\nunstaged\n")
    repo.write("untracked", "x\n")
    repo.write("a/untracked", "x\n")


def _seen_is_committed(repo: Repo, looker: Looker, done: Done, times: int) -> str:
    """The place that the stage was in."""
    assert done.returncode == 0, said(done)
    seen = looker.seen
    assert len(seen) == times, "the stage ran once for each commit"
    assert seen[-1].files == tree(repo)
    return seen[-1].place


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_stage_sees_the_tree_of_the_commit(repo: Repo, looker: Looker, form: Form) -> None:
    """In a working tree like it, and in one that differs (hooks.md 4.2; prek#1786, lint-staged#1787)."""
    _seen_is_committed(repo, looker, form(repo, 0), 1)
    _stand_aside(repo)
    aside = {path: (repo.root / path).read_bytes() for path in ("untracked", "a/untracked")}
    place = _seen_is_committed(repo, looker, form(repo, 1), 2)
    assert place != os.path.realpath(repo.root), "a private checkout"
    assert {path: (repo.root / path).read_bytes() for path in aside} == aside
    repo.git("fsck", "--strict")
    assert not list((repo.root / ".git").rglob("*.lock"))


def test_in_place_where_nothing_differs(repo: Repo, looker: Looker) -> None:
    """Or the test above would be about private checkouts only."""
    assert _seen_is_committed(repo, looker, _plain(repo, 0), 1) == os.path.realpath(repo.root)


@pytest.mark.parametrize("args", [(), ("-a",), ("--", "b/file")], ids=["plain", "-a", "-- path"])
def test_in_a_linked_worktree(repo: Repo, looker: Looker, tmp_path: Path, args: tuple[str, ...]) -> None:
    linked = repo.at(tmp_path / "linked")
    repo.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    head = repo.git("rev-parse", "HEAD")
    _seen_is_committed(linked, looker, _with(*args)(linked, 0), 1)
    _stand_aside(linked)
    _seen_is_committed(linked, looker, _with(*args)(linked, 1), 2)
    assert repo.git("rev-parse", "HEAD") == head
    assert repo.git("status", "--porcelain") == b""


def test_in_a_submodule(repo: Repo, looker: Looker, tmp_path: Path) -> None:
    outer = Repo.create(tmp_path / "outer", repo.env)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.root), "sub")
    outer.commit("with a submodule")
    inner = outer.at(outer.root / "sub")
    assert inner.gofigure("install-hooks").returncode == 0
    _seen_is_committed(inner, looker, _with("-a")(inner, 0), 1)
    _stand_aside(inner)
    _seen_is_committed(inner, looker, _with("--", "b/file")(inner, 1), 2)
    assert outer.git("diff", "--name-only") == b"sub\n"


def test_in_a_sha256_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    repo = Repo.create(tmp_path / "repo", environment, "--object-format=sha256")
    looker = _make(repo, tmp_path / "facts", "sha256")
    _seen_is_committed(repo, looker, _with("-a")(repo, 0), 1)
    _stand_aside(repo)
    _seen_is_committed(repo, looker, _with("--", "b/file")(repo, 1), 2)


def test_of_two_commits_at_once_in_one_tree_one_is_refused_by_git_and_nothing_is_lost(
    repo: Repo, rig: Rig, tmp_path: Path
) -> None:
    """F9. `commit -a` holds git's lock on the index for as long as its hook runs."""
    looker, gate = Looker(tmp_path / "facts"), rig.gate()
    repo.config(CONFIG.replace("LOOK", f"{looker.line}; {gate.sh}"))
    for name in ("a/file", "b/file"):
        repo.write(name, "1\n")
    repo.gofigure("install-hooks")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--no-verify", "-m", "one")
    repo.write("a/file", "2\n")
    repo.write("untracked", "x\n")
    first = rig.start_program(["git", "commit", "-q", "-a", "-m", "first"], repo.root, repo.env)
    gate.arrive()
    second = repo.try_git("commit", "-q", "-a", "-m", "second")
    assert second.returncode != 0
    assert b"index.lock" in second.stderr
    gate.open()
    assert first.finish() == 0, first.output.decode()
    assert [one.files for one in looker.seen] == [tree(repo)]
    assert repo.git("log", "--format=%s").split() == [b"first", b"one"]
    assert repo.git("status", "--porcelain") == b"?? untracked\n"
    assert not list((repo.root / ".git").rglob("*.lock"))


def test_a_checkout_that_is_still_being_filled_for_a_killed_run_is_not_shared_with_it(
    repo: Repo, looker: Looker, rig: Rig
) -> None:
    """Git does not end with who has started it, and may be waiting for a filter."""
    gate = rig.gate()
    repo.git("config", "filter.slow.smudge", f"{gate.sh}; cat")
    repo.write(".gitattributes", "slow filter=slow\n")
    repo.write("slow", "1\n")
    repo.write("untracked", "x\n")
    repo.git("add", ".gitattributes", "slow")
    first = rig.start(repo, "run", "--staged")
    filling = gate.arrive()
    os.kill(first.pid, signal.SIGKILL)
    second = rig.start_program(["git", "commit", "-q", "-m", "two"], repo.root, repo.env)
    gate.arrive()
    assert not alive(filling)
    gate.open()
    assert second.finish() == 0, second.output.decode()
    assert looker.seen[-1].files == tree(repo)


NESTED = "cd $(mktemp -d) && git init -q && echo x > inner && git add inner && git commit -q -m nested"
HERE = "echo x > made-by-a-stage && git add made-by-a-stage && git commit -q --no-verify -m nested"


@pytest.mark.parametrize("args", [(), ("-a",), ("--", "b/file")], ids=["plain", "-a", "-- path"])
@pytest.mark.parametrize("linked", [False, True], ids=["main", "linked"])
def test_a_stage_that_commits_in_its_private_checkout_moves_nothing_of_the_users(
    repo: Repo, looker: Looker, tmp_path: Path, args: tuple[str, ...], *, linked: bool
) -> None:
    """Finding 6, G11: elsewhere, and in its own folder, whose HEAD is detached."""
    repo.config((repo.root / ".gofigure.toml").read_text().replace(looker.line, f"{looker.line}; ({NESTED}); {HERE}"))
    assert repo.gofigure("allow").returncode == 0
    repo.git("commit", "-q", "--no-verify", "-a", "-m", "the configuration")
    tried = repo
    if linked:
        tried = repo.at(tmp_path / "linked")
        repo.git("worktree", "add", "-q", "-b", "other", str(tried.root))
    _stand_aside(tried)
    head, branches = tried.git("rev-parse", "HEAD"), tried.git("for-each-ref", "--format=%(refname)")
    done = _with(*args)(tried, 1)
    place = _seen_is_committed(tried, looker, done, 1)
    assert place != os.path.realpath(tried.root)
    assert tried.git("rev-parse", "HEAD~1") == head, "one commit, on top of the one before"
    assert tried.git("for-each-ref", "--format=%(refname)") == branches
    assert not (tried.root / "made-by-a-stage").exists()
    assert b"made-by-a-stage" not in tried.git("ls-files")
    # The next one begins in a checkout that knows nothing of that.
    done = _with(*args)(tried, 2)
    _seen_is_committed(tried, looker, done, 2)
