"""Trials of other projects, played again with gofigure installed; each names where it comes from.

Those about installation, pushes and messages are beside what they try.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support import possessions
from support.facts import Looker, tree
from support.possessions import differences
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["look"]
[stages.look]
cache = false
run = '''LOOK'''
"""


def _configured(repo: Repo, folder: Path, more: str = "") -> Looker:
    looker = Looker(folder / "facts")
    repo.config(CONFIG.replace("LOOK", looker.line + more))
    repo.write("other", "1\n")
    return looker


def _installed(repo: Repo, folder: Path, more: str = "") -> Looker:
    looker = _configured(repo, folder, more)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)
    return looker


class Case(NamedTuple):
    """One file: as committed, as staged, as it stands in the working tree; None: it is not there."""

    committed: bytes | None
    staged: bytes | None
    standing: bytes | None
    config: tuple[str, str] | None = None
    attributes: str = ""


_LINES = b"".join(b"%d\n" % number for number in range(9))
PARTLY: dict[str, Case] = {
    # pre-commit, staged_files_only_test.py
    "foo_something_unstaged": Case(_LINES, _LINES.replace(b"1", b"a"), _LINES.replace(b"1", b"a") + b"unstaged\n"),
    "foo_both_modify_non_conflicting": Case(_LINES, b"first\n" + _LINES, b"first\n" + _LINES + b"last\n"),
    "foo_both_modify_conflicting": Case(_LINES, _LINES.replace(b"1", b"a"), _LINES.replace(b"1", b"b")),
    "img_something_unstaged": Case(bytes(range(256)), bytes(range(255, -1, -1)), b"\0\1\2" * 100),
    "stage_non_utf8_changes": Case(b"caf\xe9\n", b"caf\xe8\n", b"\xff\xfe\n"),
    "sees_through_color_always": Case(_LINES, b"2\n", b"3\n", ("color.ui", "always")),
    "diff_returns_1_no_diff_though": Case(_LINES, b"2\r\n", b"2\r\n3\r\n", ("core.safecrlf", "true"), "* text"),
    "crlf, autocrlf true": Case(b"1\n", b"2\r\n", b"3\r\n4\r\n", ("core.autocrlf", "true")),
    "crlf, autocrlf input": Case(b"1\n", b"2\r\n", b"3\r\n4\r\n", ("core.autocrlf", "input")),
    "whitespace_errors": Case(b"1\n", b"1   \n", b"1 \t\n2 \n", ("apply.whitespace", "error")),
    "autocrlf_committed_crlf": Case(b"1\r\n", b"2\r\n", b"3\r\n"),
    "diff_mnemonic_prefix": Case(b"1\n", b"2\n", b"3\n", ("diff.mnemonicPrefix", "true")),
    "diff_no_prefix": Case(b"1\n", b"2\n", b"3\n", ("diff.noprefix", "true")),
    "diff_external": Case(b"1\n", b"2\n", b"3\n", ("diff.external", "false")),
    # lint-staged, partially-staged-changes, file-resurrection, binary-files; lefthook, restore_unstaged_on_conflict
    "no line end at the end": Case(b"1\n2", b"1\n2\n3", b"1\n2\n3\n4"),
    "staged and then removed": Case(b"1\n", b"2\n", None),
    "removed and there again": Case(b"1\n", None, b"1\n"),
    "new, and edited again": Case(None, b"1\n", b"2\n"),
    "new, and removed again": Case(None, b"1\n", None),
    "emptied, and filled again": Case(b"1\n", b"", b"1\n"),
}


def _put(repo: Repo, content: bytes | None) -> None:
    if content is None:
        (repo.root / "file").unlink(missing_ok=True)
    else:
        repo.write("file", content)


@pytest.mark.parametrize("case", PARTLY.values(), ids=PARTLY.keys())
def test_what_is_staged_is_seen_and_what_is_not_stays(repo: Repo, tmp_path: Path, case: Case) -> None:
    if case.config is not None:
        repo.git("config", *case.config)
    if case.attributes:
        repo.write(".gitattributes", case.attributes)
    _put(repo, case.committed)
    looker = _installed(repo, tmp_path)
    _put(repo, case.staged)
    repo.write("other", "2\n")
    repo.git("-c", "core.safecrlf=false", "add", "-A")
    _put(repo, case.standing)
    before = possessions.of(repo)
    done = repo.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert differences(before.files, possessions.of(repo).files) == []
    assert repo.git("stash", "list") == b""
    seen, made = looker.seen[-1].files, tree(repo)
    if case.config == ("core.autocrlf", "true"):  # what is checked out is not what is stored
        assert seen.keys() == made.keys()
        assert (repo.root / "file").read_bytes() == case.standing
    else:
        assert seen == made


def test_a_stage_that_writes_where_the_user_has_edits_writes_into_its_own_checkout(repo: Repo, tmp_path: Path) -> None:
    """Lefthook fail_on_changes_recover_previous_change, #1480: a whole-tree checkout took other edits along."""
    _installed(repo, tmp_path, "; echo formatted > other; rm -f second; echo x > made")
    repo.write("second", "1\n")
    repo.write("other", "staged\n")
    repo.git("add", "-A")
    repo.write("other", "unstaged\n")
    repo.write("second", "unstaged, too\n")
    before = possessions.of(repo)
    repo.try_git("commit", "-q", "-m", "two")
    assert differences(before.files, possessions.of(repo).files) == []


def test_the_lock_of_another_git_is_nobody_elses_to_remove(repo: Repo, tmp_path: Path) -> None:
    """lint-staged git-lock-file, #550; hk stash_index_lock_retry: a lock that appears lost them the hidden edits."""
    _installed(repo, tmp_path, f"; touch {repo.root}/.git/index.lock")
    repo.write("other", "staged\n")
    repo.git("add", "-A")
    repo.write("other", "unstaged\n")
    before = possessions.of(repo)
    repo.try_git("commit", "-q", "-m", "two")
    assert (repo.root / ".git/index.lock").exists()
    assert differences(before.files, possessions.of(repo).files) == []
    assert repo.json("history")["runs"][0]["verdict"] == "passed"


def test_a_git_directory_that_is_a_link(repo: Repo, tmp_path: Path) -> None:
    """lint-staged symlink-git-dir; F26."""
    shutil.move(repo.root / ".git", tmp_path / "elsewhere")
    (repo.root / ".git").symlink_to(tmp_path / "elsewhere")
    looker = _installed(repo, tmp_path)
    for number, args in enumerate(((), ("-a",), ("--", "other"))):
        repo.write("other", f"{number}\n")
        repo.git("add", "-A")
        repo.write(f"untracked-{number}", "x\n")
        done = repo.try_git("commit", "-q", "-m", "two", *args)
        assert done.returncode == 0, said(done)
        assert looker.seen[-1].files == tree(repo)


def _moved(repo: Repo, folder: Path) -> Repo:
    repo.git("worktree", "add", "-q", str(folder / "before"))
    repo.git("worktree", "move", str(folder / "before"), str(folder / "after"))
    return repo.at(folder / "after")


def _inside(repo: Repo, _folder: Path) -> Repo:
    repo.git("worktree", "add", "-q", str(repo.root / ".git" / "inside"))
    return repo.at(repo.root / ".git" / "inside")


def _beside_a_bare_one(repo: Repo, folder: Path) -> Repo:
    repo.git("config", "core.bare", "true")
    repo.git("--git-dir", ".git", "worktree", "add", "-q", str(folder / "of-a-bare-one"))
    return repo.at(folder / "of-a-bare-one")


def _below_the_main_one(repo: Repo, _folder: Path) -> Repo:
    repo.git("worktree", "add", "-q", "below")
    return repo.at(repo.root / "below")


TREES: dict[str, Callable[[Repo, Path], Repo]] = {
    "moved": _moved,
    "inside .git": _inside,
    "of a bare repository": _beside_a_bare_one,
    "below the main one": _below_the_main_one,
}


@pytest.mark.parametrize("make", TREES.values(), ids=TREES.keys())
def test_odd_worktrees(repo: Repo, tmp_path: Path, make: Callable[[Repo, Path], Repo]) -> None:
    """Git t2400 (moved, bare); pre-commit git_test, test_get_root_in_git_sub_dir and worktree in .git."""
    looker = _installed(repo, tmp_path)
    linked = make(repo, tmp_path)
    linked.write("other", "staged\n")
    linked.git("add", "other")
    linked.write("untracked", "x\n")
    done = linked.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert len(looker.seen) == 1, said(done)
    assert looker.seen[-1].files == tree(linked)
    assert (linked.root / "untracked").exists()


@pytest.mark.parametrize("name", ["HEAD", "main", "-a", "index.lock", "gofigure", "check"])
def test_a_file_with_the_name_of_something_else(repo: Repo, tmp_path: Path, name: str) -> None:
    """pre-commit git_test, test_staged_files_file_named_HEAD (#1100); T2."""
    looker = _installed(repo, tmp_path)
    repo.write(name, "1\n")
    repo.git("add", "-A")
    repo.write("untracked", "x\n")
    done = repo.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert looker.seen[-1].files == tree(repo)


def test_hooks_of_the_user_that_git_runs_for_its_own_sake_are_not_run_for_ours(repo: Repo, tmp_path: Path) -> None:
    """Git t7113, t5403, t1416: the private checkout has an index, a HEAD and files of its own to bring about."""
    _installed(repo, tmp_path)
    for hook in ("post-index-change", "post-checkout", "reference-transaction", "post-commit", "pre-auto-gc"):
        repo.write(f".git/hooks/{hook}", f"#!/bin/sh\necho {hook} $PWD >> {tmp_path}/called\n", mode=0o755)
    repo.write("other", "staged\n")
    repo.git("add", "other")
    repo.write("other", "unstaged\n")
    (tmp_path / "called").unlink()
    done = repo.gofigure("run", "--staged")
    assert done.returncode == 0, said(done)
    assert b"private checkout" in done.stdout
    assert lines(tmp_path / "called") == 0, (tmp_path / "called").read_text()


def test_submodule_recurse_moves_no_submodule(repo: Repo, tmp_path: Path) -> None:
    """pre-commit staged_files_only_test, test_submodule_does_not_discard_changes_recurse (#1363)."""
    inner = Repo.create(tmp_path / "inner", repo.env)
    inner.write("inside", "1\n")
    inner.commit("one")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    repo.git("config", "submodule.recurse", "true")
    _installed(repo, tmp_path)
    inside = repo.at(repo.root / "sub")
    inside.write("inside", "edited in the submodule\n")
    inside.write("untracked", "x\n")
    repo.write("other", "staged\n")
    repo.git("add", "other")
    repo.write("other", "unstaged\n")
    before = possessions.of(repo), possessions.of(inside)
    done = repo.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert differences(before[0].files, possessions.of(repo).files) == []
    assert possessions.of(inside) == before[1]


def test_author_and_editor_are_as_git_hands_them_to_who_asks(repo: Repo, tmp_path: Path) -> None:
    """Git t7503, "check the author in hook": in the environment, and so only where a stage declares it."""
    repo.config(
        '[jobs.check]\non = ["pre-commit"]\nstages = ["who"]\n[stages.who]\ncache = false\n'
        f"pass_env = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL']\nrun = 'env | grep GIT_ | sort > {tmp_path}/who'\n"
    )
    repo.gofigure("install-hooks")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-q", "-m", "one", "--author", "New Author <new@example.com>")
    assert done.returncode == 0, said(done)
    told = (tmp_path / "who").read_text()
    assert told == "GIT_AUTHOR_EMAIL=new@example.com\nGIT_AUTHOR_NAME=New Author\n"


@pytest.mark.parametrize("args", [["--no-verify"], ["--squash"], ["--ff-only"]], ids=str)
def test_merges_that_ask_nobody(repo: Repo, tmp_path: Path, args: list[str]) -> None:
    """Git t7503, --no-verify with pre-merge-commit; nor is there a commit to check with the others."""
    looker = _installed(repo, tmp_path)
    repo.config((repo.root / ".gofigure.toml").read_text().replace('"pre-commit"', '"pre-commit", "pre-merge-commit"'))
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("commit", "-q", "--no-verify", "-a", "-m", "the configuration")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("theirs", "1\n")
    repo.git("add", "theirs")
    repo.git("commit", "-q", "--no-verify", "-m", "theirs")
    repo.git("checkout", "-q", "main")
    if args != ["--ff-only"]:
        repo.write("other", "2\n")
        repo.git("commit", "-q", "--no-verify", "-a", "-m", "ours")
    repo.git("merge", "-q", *args, "side")
    assert looker.seen == []


def test_rewording_in_a_rebase_asks_as_a_commit_does(repo: Repo, tmp_path: Path) -> None:
    """Git t7504, "hook is called for reword during `rebase -i`": pre-commit with it."""
    looker = _installed(repo, tmp_path)
    repo.write("other", "2\n")
    repo.git("commit", "-q", "--no-verify", "-a", "-m", "two")
    repo.write("untracked", "x\n")
    env = {"GIT_SEQUENCE_EDITOR": "sed -i s/^pick/reword/", "GIT_EDITOR": "sed -i 1s/.*/better/"}
    done = repo.try_git("rebase", "-q", "-i", "HEAD~1", env=env)
    assert done.returncode == 0, said(done)
    assert repo.git("log", "-1", "--format=%s") == b"better\n"
    assert [one.files for one in looker.seen] in ([], [tree(repo)])
    assert os.path.exists(repo.root / "untracked")


def _squash(repo: Repo) -> None:
    repo.git(
        "rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": "sed -i 2s/^pick/squash/", "GIT_EDITOR": "true"}
    )


def _fixup(repo: Repo) -> None:
    repo.git("rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": "sed -i 2s/^pick/fixup/"})


def _skip(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side", "HEAD~2")
    repo.write("other", "in conflict\n")
    repo.git("commit", "-q", "-a", "-m", "side")
    assert repo.try_git("rebase", "side", "main").returncode != 0
    repo.git("rebase", "--skip")


def _drop(repo: Repo) -> None:
    repo.git("rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": "sed -i 1s/^pick/drop/"})


REWRITES = {"squash": _squash, "fixup": _fixup, "skip": _skip, "drop": _drop}


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES.keys())
def test_rewritten_commits_are_told_as_git_tells_them(
    repo: Repo, tmp_path: Path, rewrite: Callable[[Repo], None]
) -> None:
    """Git t5407: rebase -i with squash, fixup and drop, rebase --skip; a stage beside another hook."""
    hook = '#!/bin/sh\necho "$@" >> FOLDER/hook; cat >> FOLDER/hook\n'.replace("FOLDER", str(tmp_path))
    repo.write(".git/hooks/post-rewrite", hook, mode=0o755)
    repo.config(
        '[jobs.told]\non = ["post-rewrite"]\nstages = ["told"]\n[stages.told]\n'
        f"""run = 'echo "$@" >> {tmp_path}/stage; cat >> {tmp_path}/stage'\n"""
    )
    repo.write("other", "1\n")
    repo.commit("one")
    assert repo.gofigure("install-hooks").returncode == 0
    for name in ("two", "other"):
        repo.write(name, f"{name}\n")
        repo.commit(name)
    rewrite(repo)
    assert (tmp_path / "stage").read_text() == (tmp_path / "hook").read_text()
    assert "rebase\n" in (tmp_path / "hook").read_text()
