"""Submodules of a private checkout: from what the repository has of them, and without a word to the user's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.eye import everything
from support.private import files, killed_in, private, repository_of
from support.repo import Repo
from support.shapes import commit

from gofigure.workspace.modules import check_out_modules

ALLOW = ("-c", "protocol.file.allow=always")


@pytest.fixture
def inner(tmp_path: Path, environment: dict[str, str]) -> Repo:
    repo = Repo.create(tmp_path / "inner", environment)
    for number in (1, 2):
        repo.write("file", f"{number}\n")
        commit(repo, str(number))
    return repo


def _add(repo: Repo, url: str, path: str, *args: str) -> None:
    repo.git(*ALLOW, "submodule", "--quiet", "add", *args, "--", url, path)


@pytest.mark.parametrize(
    ("path", "args"),
    [
        ("sub", ()),
        ("deep/er/sub", ()),
        ("with space", ()),
        ("inner/-dash", ()),
        ("é", ()),
        ("sub", ("--name", "a/name with/slashes")),
        ("sub", ("--name", 'quo"te')),
        ("sub", ("--name", "a.b=c")),
    ],
)
def test_it_is_there_at_its_commit(repo: Repo, inner: Repo, path: str, args: tuple[str, ...]) -> None:
    _add(repo, str(inner.root), path, *args)
    commit(repo)
    module = repo.at(repo.root / path)
    module.git("checkout", "-q", "HEAD~1")
    commit(repo)
    before = everything(repo.root, objects=False)
    for revision, content in (("HEAD~1", "2\n"), ("HEAD", "1\n"), ("HEAD~1", "2\n")):
        with private(repo, revision) as made:
            assert (made.root / path / "file").read_text() == content
            assert made.repo.git("status", "--porcelain") == b""
            made.repo.write(f"{path}/file", "spoilt\n")
            made.repo.write(f"{path}/left", "x\n")
    for lock in made.slot.glob("modules/*/git"):
        (lock / "index.lock").touch()
    with private(repo, "HEAD") as made:
        assert files(made.root / path) == {b"file": ("file", b"1\n", False)}
        assert made.said == [], "it was not made anew"
    assert everything(repo.root, objects=False) == before


def test_a_relative_url_and_one_in_another(repo: Repo, inner: Repo, tmp_path: Path) -> None:
    middle = Repo.create(tmp_path / "middle", repo.env)
    _add(middle, str(inner.root), "inner")
    commit(middle)
    repo.git("remote", "add", "origin", str(tmp_path / "outer"))
    _add(repo, "../middle", "middle")
    repo.git(*ALLOW, "submodule", "--quiet", "update", "--init", "--recursive")
    commit(repo)
    with private(repo) as made:
        assert (made.root / "middle/inner/file").read_text() == "2\n"
        assert made.repo.git("status", "--porcelain") == b""
        slot = made.slot
    for place in ("modules/middle/git/index", "modules/middle/modules/inner/git/index"):
        (slot / place).write_bytes(b"garbage")
        with private(repo) as made:
            assert made.repo.git("status", "--porcelain") == b""


def test_one_that_is_not_here_is_an_empty_folder(repo: Repo, inner: Repo) -> None:
    _add(repo, str(inner.root), "sub")
    commit(repo)
    (sub := repo.at(repo.root / "sub")).write("file", "3\n")
    commit(sub)
    commit(repo)
    shutil.rmtree(repo.root / "sub")
    shutil.rmtree(repo.root / ".git/modules")
    with private(repo) as made:
        assert list((made.root / "sub").iterdir()) == []
    repo.git("checkout", "-q", "HEAD~1")
    repo.git(*ALLOW, "submodule", "--quiet", "update", "--init")
    with private(repo, "HEAD") as made:
        assert (made.root / "sub/file").read_text() == "2\n", "it has come since"
    with private(repo, "main") as made:
        assert not (made.root / "sub/left").exists()
        assert made.repo.git("diff", "--submodule=short", "HEAD", "--", "sub"), "its commit is not here: git shows that"


def test_one_that_went_leaves_nothing(repo: Repo, inner: Repo) -> None:
    _add(repo, str(inner.root), "sub")
    commit(repo)
    repo.git("rm", "-q", "sub")
    commit(repo)
    with private(repo, "HEAD~1"):
        pass
    with private(repo, "HEAD") as made:
        assert files(made.root) == {b".gitmodules": ("file", b"", False)}
        assert made.repo.git("status", "--porcelain") == b""


def test_in_a_linked_worktree(repo: Repo, inner: Repo, tmp_path: Path) -> None:
    _add(repo, str(inner.root), "sub")
    commit(repo)
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = repo.at(tmp_path / "linked")
    with private(linked) as made:
        assert (made.root / "sub/file").read_text() == "2\n", "the main working tree has it"
    linked.git(*ALLOW, "submodule", "--quiet", "update", "--init")
    with private(linked) as made:
        assert (made.root / "sub/file").read_text() == "2\n"


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
@pytest.mark.parametrize("at", ["deep", "deep/sub", "deep/sub/.git"])
def test_a_link_into_the_users_own_submodule_is_no_way_to_it(repo: Repo, inner: Repo, at: str, killed: bool) -> None:
    """git takes what stands behind the link for the submodule; writing our `.git` there would cut the user's off."""
    _add(repo, str(inner.root), "deep/sub")
    commit(repo)
    repo.write("deep/sub/untracked", "the user's\n")
    before = everything(repo.root, objects=False)
    with (killed_in if killed else private)(repo) as made:
        place = made.root / at
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        place.symlink_to(repo.root / at)
    assert everything(repo.root, objects=False) == before
    with private(repo) as made:
        assert (made.root / "deep/sub/file").read_text() == "2\n"
        assert not (made.root / "deep/sub").resolve().is_relative_to(repo.root)
        assert not (made.root / "deep/sub/untracked").exists()
    assert everything(repo.root, objects=False) == before


def test_nothing_is_written_through_a_link_even_if_git_has_left_one(repo: Repo, inner: Repo) -> None:
    """git itself takes it away in the switch before; this is for one that does not."""
    _add(repo, str(inner.root), "deep/sub")
    commit(repo)
    before = everything(repo.root, objects=False)
    tree = repo.git("rev-parse", "HEAD^{tree}").decode().strip()
    with private(repo) as made:
        shutil.rmtree(made.root / "deep")
        (made.root / "deep").symlink_to(repo.root / "deep")
        check_out_modules(repository_of(repo), repository_of(made.repo), tree, str(made.slot / "modules"))
        assert everything(repo.root, objects=False) == before


def test_names_that_would_lead_out_of_their_place_are_left_alone(repo: Repo, inner: Repo, tmp_path: Path) -> None:
    """CVE-2018-11235."""
    _add(repo, str(inner.root), "sub")
    text = (repo.root / ".gitmodules").read_text()
    for name in ("../../evil", "..", str(tmp_path / "evil")):
        repo.write(".gitmodules", text.replace('"sub"', f'"{name}"'))
        shutil.copytree(repo.root / ".git/modules/sub", tmp_path / "evil", dirs_exist_ok=True)
        commit(repo)
        with private(repo) as made:
            assert made.slot.is_dir()
            assert {place.name for place in made.slot.parent.iterdir()} == {"0", "repository"}
            assert list((made.root / "sub").iterdir()) == []


def test_a_repository_in_the_tree_that_is_no_submodule(repo: Repo, inner: Repo) -> None:
    """`git add` of a repository: a commit id in the tree, and nowhere said where it is from."""
    shutil.copytree(inner.root, repo.root / "embedded")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "embedded")
    with private(repo) as made:
        assert list((made.root / "embedded").iterdir()) == []
