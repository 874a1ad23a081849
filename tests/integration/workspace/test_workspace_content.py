"""A private checkout holds exactly the tree, as git would write it into a new clone, and costs what has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.private import cloned, files, inodes, killed_in, private
from support.repo import Repo
from support.shapes import ODD, RECORD, SHAPES, commit, seed


def _everything(repo: Repo, name: str) -> str:
    """The tree of all that stands in the working tree."""
    for command in RECORD.get(name, ()):
        repo.git(*command)
    done = repo.try_git("add", "--all", "--sparse") if name.startswith("sparse") else repo.try_git("add", "--all")
    assert done.returncode == 0, done.stderr
    return repo.git("write-tree").decode().strip()


_SHAPES = (
    "edited", "unborn", "text_auto", "crlf_committed_before_text_auto", "folder_become_a_file_with_crlf", "ident",
    "working_tree_encoding", "clean_filter", "eol_crlf", "autocrlf_true", "autocrlf_input", "file_mode_off",
    "symlinks_off", "links", "folder_become_a_link_to_one_outside", "folder_become_a_link_to_one_inside",
    "file_and_folder_and_back", "odd_names", "deep_path", "ignored", "replaced_objects", "a_path_with_a_colon",
    "split_index", "sparse_index", "linked_worktree", "alternates",
)  # fmt: skip


@pytest.mark.parametrize("name", _SHAPES)
def test_it_is_what_a_new_clone_would_be_there_and_back(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    form = "sha256" if sum(name.encode()) % 4 == 0 else "sha1"
    repo = SHAPES[name](Repo.create(tmp_path / "repo", environment, f"--object-format={form}"))
    trees = [_everything(repo, name)]
    if repo.try_git("rev-parse", "--verify", "-q", "HEAD").returncode == 0:
        trees.insert(0, repo.git("rev-parse", "HEAD^{tree}").decode().strip())
    places = set()
    for turn, tree in enumerate([*trees, trees[0]]):
        with private(repo, tree) as made:
            assert files(made.root) == cloned(repo, tree, tmp_path / f"clone{turn}")
            if name != "replaced_objects":
                assert made.repo.git("diff", "--name-only") == b""
            places.add(made.root)
    assert len(places) == 1, "tools keep the path in their caches"


def test_only_what_has_changed_is_written(repo: Repo) -> None:
    for at in range(300):
        repo.write(f"d{at % 17}/f{at}", f"{at}\n")
    commit(repo)
    with private(repo) as made:
        before = inodes(made.root)
    repo.write("d3/f3", "other\n")
    (repo.root / "d4/f4").unlink()
    repo.write("new", "new\n")
    commit(repo)
    with private(repo) as made:
        after = inodes(made.root)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == {"d3/f3", "d4/f4", "new"}
    with private(repo) as made:
        assert inodes(made.root) == after


def test_attributes_that_change_rewrite_files_that_do_not(repo: Repo, tmp_path: Path) -> None:
    """git leaves a file alone whose blob is the same; a new clone would have other line ends."""
    repo.write("a.txt", "one\ntwo\n")
    commit(repo)
    repo.write(".gitattributes", "*.txt eol=crlf\n")
    commit(repo)
    with private(repo, "HEAD~1") as made:
        assert (made.root / "a.txt").read_bytes() == b"one\ntwo\n"
    with private(repo, "HEAD") as made:
        assert files(made.root) == cloned(repo, "HEAD", tmp_path / "clone")
        assert (made.root / "a.txt").read_bytes() == b"one\r\ntwo\r\n"
    with private(repo, "HEAD~1") as made:
        assert (made.root / "a.txt").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("how", ["config", "info/attributes"])
def test_so_do_the_users_own_rules(repo: Repo, how: str) -> None:
    repo.write("a.txt", "one\n")
    commit(repo)
    with private(repo) as made:
        assert (made.root / "a.txt").read_bytes() == b"one\n"
    if how == "config":
        repo.git("config", "core.autocrlf", "true")
    else:
        repo.write(".git/info/attributes", "*.txt eol=crlf\n")
    with private(repo) as made:
        assert (made.root / "a.txt").read_bytes() == b"one\r\n"


def test_filters_are_the_users(repo: Repo) -> None:
    repo.git("config", "filter.upper.smudge", "tr a-z A-Z")
    repo.git("config", "filter.upper.clean", "tr A-Z a-z")
    repo.write(".gitattributes", "*.txt filter=upper\n")
    repo.write("a.txt", "ONE\n")
    commit(repo)
    with private(repo) as made:
        assert (made.root / "a.txt").read_bytes() == b"ONE\n"
        assert made.repo.git("status", "--porcelain") == b""
    repo.git("config", "filter.upper.smudge", "cat")
    with private(repo) as made:
        assert (made.root / "a.txt").read_bytes() == b"one\n"


def test_what_git_ignores_stays_and_all_else_goes(repo: Repo) -> None:
    repo.write(".gitignore", "cache/\n*.log\n")
    seed(repo)
    with private(repo) as made:
        made.repo.write("cache/x", "warm\n")
        made.repo.write("src/a.log", "warm\n")
        for name in ODD:
            made.repo.write(b"left/" + name, "x\n")
        made.repo.write("src/left.py", "x\n")
        made.repo.git("init", "-q", "nested")
        made.repo.write("nested/x", "x\n")
        (made.root / "dangling").symlink_to("nowhere")
    with private(repo) as made:
        assert made.repo.git("status", "--porcelain") == b""
        assert (made.root / "cache/x").read_text() == (made.root / "src/a.log").read_text() == "warm\n"
        assert not any((made.root / name).exists() for name in ("left", "src/left.py", "nested"))
        assert not os.path.lexists(made.root / "dangling")


def test_what_was_ignored_by_the_last_tree_only_goes(repo: Repo) -> None:
    repo.write(".gitignore", "build/\n")
    commit(repo)
    repo.write(".gitignore", "other/\n")
    commit(repo)
    with private(repo, "HEAD~1") as made:
        made.repo.write("build/x", "x\n")
    with private(repo, "HEAD") as made:
        assert not (made.root / "build").exists()
        assert made.repo.git("status", "--porcelain") == b""


def test_a_run_that_was_killed_leaves_nothing_for_the_next(repo: Repo) -> None:
    seed(repo)
    with killed_in(repo) as made:
        made.repo.write("left", "x\n")
        made.repo.write("src/a.py", "spoilt\n")
        made.repo.write(".git-lock", "x")
        (made.slot / "git/index.lock").write_text("")
        assert (made.slot / "used").exists()
    with private(repo) as made:
        assert not (made.root / "left").exists()
        assert (made.root / "src/a.py").read_text() == "print(1)\n"
        assert made.said == [], "it was not made anew"


@pytest.mark.parametrize("stage", ["switch", "links"])
def test_one_that_was_killed_on_the_way_too(repo: Repo, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after git has written the files, before that is noted: their conversion is not known."""
    repo.write(".gitignore", "shared\n")
    repo.write("a.txt", "one\n")
    commit(repo)
    repo.write(".gitattributes", "*.txt eol=crlf\n")
    repo.write("a.txt", "two\n")
    commit(repo)
    (repo.root / ".gitattributes").unlink()
    commit(repo)
    repo.write("shared", "s")
    with private(repo, "HEAD~2"):
        pass
    from gofigure.git import checkout
    from gofigure.workspace import private as module

    with monkeypatch.context() as patch:
        if stage == "switch":
            original = checkout.switch

            def switch(*args: object) -> None:
                original(*args)  # type: ignore[arg-type]
                raise KeyboardInterrupt

            patch.setattr(checkout, "switch", switch)
        else:
            patch.setattr(module, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt), private(repo, "HEAD~1", shared=[b"shared"]):
            pass
    for revision, content in (("HEAD", b"two\n"), ("HEAD~1", b"two\r\n"), ("HEAD~2", b"one\n")):
        with private(repo, revision) as made:
            assert (made.root / "a.txt").read_bytes() == content
            assert not os.path.lexists(made.root / "shared")


def test_an_unborn_branch_and_a_commit_there_is_nobodys(repo: Repo) -> None:
    repo.write("a", "1\n")
    repo.git("add", "-A")
    tree = repo.git("write-tree").decode().strip()
    with private(repo, tree) as made:
        assert files(made.root) == {b"a": ("file", b"1\n", False)}
        assert made.repo.git("diff", "--cached", "--name-status") == b"A\ta\n"
        made.repo.git("commit", "-q", "-m", "in a stage")
    assert repo.git("for-each-ref") == b""
    assert repo.try_git("rev-parse", "-q", "--verify", "HEAD").returncode != 0
    with private(repo, tree) as made:
        assert made.repo.try_git("rev-parse", "-q", "--verify", "HEAD").returncode != 0, "that commit counts no more"


def test_git_in_a_stage_says_what_it_would_say_in_place_and_moves_nothing_of_the_users(repo: Repo) -> None:
    seed(repo)
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("src/a.py", "staged\n")
    repo.git("add", "-A")
    repo.write("src/a.py", "not staged\n")
    tree = repo.git("write-tree").decode().strip()
    before = repo.git("for-each-ref"), repo.git("status", "--porcelain=v2", "--branch"), repo.git("reflog", "--all")
    listed = repo.git("worktree", "list")
    with private(repo, tree) as made:
        git = made.repo.git
        assert git("status", "--porcelain") == b"M  src/a.py\n"
        assert git("diff") == b""
        assert git("diff", "--cached") == repo.git("diff", "--cached")
        assert git("log", "--format=%H") == repo.git("log", "--format=%H")
        assert git("rev-parse", "--show-toplevel") == os.fsencode(made.root) + b"\n"
        git("commit", "-q", "-a", "-m", "in a stage")
        git("checkout", "-q", "HEAD~1")
        made.repo.write("README", "x\n")
        git("add", "README")
        repo.git("worktree", "prune")
        assert repo.git("worktree", "list") == listed
    assert (
        repo.git("for-each-ref"),
        repo.git("status", "--porcelain=v2", "--branch"),
        repo.git("reflog", "--all"),
    ) == before
    with private(repo, tree) as made:
        assert made.repo.git("status", "--porcelain") == b"M  src/a.py\n"


def test_what_git_has_pruned_between_two_runs_is_not_missed(repo: Repo) -> None:
    seed(repo)
    repo.write("src/a.py", "never committed\n")
    repo.git("add", "-A")
    tree = repo.git("write-tree").decode().strip()
    with private(repo, tree) as made:
        made.repo.git("commit", "-q", "-m", "a commit that nothing leads to")
    repo.git("reset", "-q", "--hard")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert repo.try_git("cat-file", "-e", tree).returncode != 0
    with private(repo) as made:
        assert made.repo.git("status", "--porcelain") == b""
        assert (made.root / "src/a.py").read_text() == "print(1)\n"


@pytest.mark.parametrize("name", ["with space", "qu'o\"te", "dollar $HOME", "é", b"\xff\xfe", "colon:ed"])
def test_a_repository_with_an_odd_name(name: str | bytes, tmp_path: Path, environment: dict[str, str]) -> None:
    repo = Repo.create(tmp_path / os.fsdecode(name), environment)
    seed(repo)
    with private(repo) as made:
        assert files(made.root) == cloned(repo, "HEAD", tmp_path / "clone")
        assert made.repo.git("status", "--porcelain") == b""


def test_a_sparse_checkout_does_not_make_it_sparse(repo: Repo, tmp_path: Path) -> None:
    seed(repo)
    commit(repo)
    for how in (["--cone", "--sparse-index"], ["--no-cone"]):
        repo.git("sparse-checkout", "set", *how, "src")
        with private(repo) as made:
            assert files(made.root) == cloned(repo, "HEAD", tmp_path / f"clone{len(how)}")
        shutil.rmtree(made.slot / "tree")
        with private(repo) as made:
            assert (made.root / "bin/run.sh").exists()
        repo.git("sparse-checkout", "disable")
