"""What git ignores and stages need all the same is linked, and only that."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.eye import everything
from support.private import killed_in, private, repository_of
from support.repo import Repo
from support.shapes import commit

from gofigure.digest.tree import build
from gofigure.workspace.share import BESIDE, by_default, shared

NODE = b"node_modules"


@pytest.fixture
def project(repo: Repo) -> Repo:
    """Ignored as people write it: with a slash at the end, which means folders only."""
    repo.write(".gitignore", "node_modules/\n.venv/\ncache/\n*.local\n")
    repo.write("package.json", "{}")
    commit(repo)
    repo.write("node_modules/left-pad/index.js", "pad")
    repo.write("node_modules/.bin/pad", "#!/bin/sh\n")
    return repo


def test_a_folder_is_a_folder_of_links_and_git_ignores_it_too(project: Repo) -> None:
    with private(project, shared=[NODE]) as made:
        assert (made.root / "node_modules/left-pad/index.js").read_text() == "pad"
        assert not (made.root / "node_modules").is_symlink()
        assert os.readlink(made.root / "node_modules/left-pad") == str(project.root / "node_modules/left-pad")
        assert made.repo.git("status", "--porcelain", "--untracked-files=all") == b""


def test_a_stage_that_empties_or_removes_it_does_that_to_links(project: Repo) -> None:
    before = everything(project.root)
    with private(project, shared=[NODE]) as made:
        shutil.rmtree(made.root / "node_modules")
        made.repo.write("node_modules/left-pad/index.js", "of the stage's own `npm ci`")
        made.repo.write("node_modules/.cache/x", "warm")
    assert everything(project.root) == before
    with private(project, shared=[NODE]) as made:
        assert (made.root / "node_modules/left-pad/index.js").read_text() == "pad", "what the user has by now"
        assert (made.root / "node_modules/.cache/x").read_text() == "warm"
    assert everything(project.root) == before


def test_it_follows_what_the_user_has(project: Repo) -> None:
    with private(project, shared=[NODE]):
        pass
    shutil.rmtree(project.root / "node_modules/left-pad")
    project.write("node_modules/right-pad/index.js", "right")
    with private(project, shared=[NODE]) as made:
        assert sorted(os.listdir(made.root / "node_modules")) == [".bin", "right-pad"]
    shutil.rmtree(project.root / "node_modules")
    (project.root / "node_modules").symlink_to("cache/elsewhere")
    project.write("cache/elsewhere/x", "x")
    with private(project, shared=[NODE]) as made:
        assert os.readlink(made.root / "node_modules") == str(project.root / "node_modules")
        assert (made.root / "node_modules/x").read_text() == "x"
    (project.root / "node_modules").unlink()
    project.write("node_modules/y", "y")
    with private(project, shared=[NODE]) as made:
        assert sorted(os.listdir(made.root / "node_modules")) == ["y"]


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_what_is_shared_no_longer_goes_and_leaves_what_a_stage_has_put_there(project: Repo, killed: bool) -> None:
    with (killed_in if killed else private)(project, shared=[NODE]) as made:
        made.repo.write("node_modules/.cache/x", "warm")
    with private(project, shared=[]) as made:
        assert os.listdir(made.root / "node_modules") == [".cache"]
        shutil.rmtree(made.root / "node_modules/.cache")
    with private(project, shared=[NODE]):
        pass
    with private(project, shared=[]) as made:
        assert not (made.root / "node_modules").exists()


def test_another_working_tree_in_the_same_place_gets_its_own(project: Repo, tmp_path: Path) -> None:
    """What is linked to the first one would be the wrong modules, and somebody else's to write to."""
    project.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = project.at(tmp_path / "linked")
    linked.write("node_modules/left-pad/index.js", "linked")
    with private(project, shared=[NODE]) as first:
        pass
    with private(linked, shared=[NODE]) as made:
        assert made.slot == first.slot
        assert (made.root / "node_modules/left-pad/index.js").read_text() == "linked"
        assert os.listdir(made.root / "node_modules") == ["left-pad"]


def test_a_link_in_its_place_into_the_users_files_is_no_way_to_them(project: Repo) -> None:
    """A stage says `ln -s ~/project/tool .`: git ignores that link, so `git clean` leaves it."""
    path = b"cache/inner/tool"
    project.write("cache/inner/tool/x", "x")
    project.write("precious.local/x", "precious")
    before = everything(project.root)
    for target in ("cache/inner/tool", "precious.local"):
        with private(project, shared=[path]) as made:
            shutil.rmtree(made.root / "cache/inner/tool")
            (made.root / "cache/inner/tool").symlink_to(project.root / target)
        with private(project, shared=[path]) as made:
            assert not (made.root / "cache/inner/tool").is_symlink()
            assert (made.root / "cache/inner/tool/x").read_text() == "x"
        assert everything(project.root) == before


def test_links_of_ours_in_the_users_own_folder_are_not_ours_to_remove(project: Repo) -> None:
    """The user has such links, too; a stage has made the folder around them a link to the user's."""
    project.write("cache/inner/tool/x", "x")
    project.write("precious.local/tool/y", "y")
    (project.root / "precious.local/tool/x").symlink_to(project.root / "cache/inner/tool/x")
    before = everything(project.root)
    with private(project, shared=[b"cache/inner/tool"]) as made:
        shutil.rmtree(made.root / "cache/inner")
        (made.root / "cache/inner").symlink_to(project.root / "precious.local")
    with private(project, shared=[]):
        pass
    assert everything(project.root) == before


@pytest.mark.parametrize("at", ["cache", "cache/inner"])
def test_a_link_that_a_stage_has_put_on_the_way_is_no_way_into_the_users_files(project: Repo, at: str) -> None:
    project.write("cache/inner/tool/x", "x")
    project.write("precious.local/tool/y", "y")
    project.write("precious.local/inner/tool/y", "y")
    before = everything(project.root)
    path = b"cache/inner/tool"
    with private(project, shared=[path]) as made:
        shutil.rmtree(made.root / at)
        (made.root / at).symlink_to(project.root / "precious.local")
    assert everything(project.root) == before
    with private(project, shared=[path]) as made:
        assert (made.root / "cache/inner/tool/x").read_text() == "x"
        assert (made.root / "cache/inner").resolve().is_relative_to(made.root.resolve())
        shutil.rmtree(made.root / at)
        (made.root / at).symlink_to(project.root / at)
    with private(project, shared=[]) as made:
        pass
    assert everything(project.root) == before


def _asked(repo: Repo, *paths: bytes) -> tuple[list[bytes], list[bytes]]:
    tree, records = build([])
    return shared(repository_of(repo), tree, list(paths), lambda digest: records[digest])


def test_only_what_git_ignores_is_shared(project: Repo) -> None:
    project.write("mine/x", "x")
    project.write("cache/tool/x", "x")
    (project.root / "gone.local").symlink_to("nowhere")
    (project.root / "away").symlink_to("cache")
    assert _asked(project, NODE, b"mine", b".venv") == ([NODE], [b"mine"])
    assert _asked(project, b"cache", b"cache/tool") == ([b"cache"], []), "the outer one has the inner one"
    assert _asked(project, b"cache/tool") == ([b"cache/tool"], [])
    assert _asked(project, b"gone.local") == ([b"gone.local"], [])
    assert _asked(project, b"away/tool") == ([], [b"away/tool"]), "behind a link it is not of this tree"
    assert _asked(project, b"nowhere/x") == ([], [])


def test_what_is_content_is_not_shared(project: Repo) -> None:
    project.git("add", "-f", "node_modules/left-pad/index.js")
    assert _asked(project, NODE) == ([], [NODE])


def test_what_is_shared_by_itself() -> None:
    everywhere = by_default([])
    assert {b"node_modules", b".venv", b"venv", b"vendor"} <= set(everywhere)
    assert not any(b"/" in path for path in everywhere)
    inner = by_default([b"web/package.json", b"api/pyproject.toml", b"x/Cargo.toml", b"x/README"])
    assert set(inner) - set(everywhere) == {b"web/node_modules", b"api/.venv", b"api/venv"}
    assert all(not name.startswith("/") and "/" not in name for names in BESIDE.values() for name in names)


def test_packages_of_the_project_in_node_modules_are_those_of_the_checkout(project: Repo) -> None:
    project.write("packages/a/index.js", "staged")
    project.write("packages/a/cli.js", "cli")
    commit(project)
    modules = project.root / "node_modules"
    (modules / "a").symlink_to("../packages/a")
    (modules / ".bin/a").symlink_to("../a/cli.js")
    (modules / "@mine").mkdir()
    (modules / "@mine/a").symlink_to("../../packages/a")
    project.write("packages/a/index.js", "not staged")
    with private(project, shared=[NODE]) as made:
        for place in ("a/index.js", "@mine/a/index.js"):
            assert (made.root / "node_modules" / place).read_text() == "staged"
        assert os.path.realpath(made.root / "node_modules/.bin/a") == str(made.root / "packages/a/cli.js")
        assert os.path.realpath(made.root / "node_modules/.bin/pad") == str(modules / ".bin/pad")
    (modules / "a").unlink()
    (modules / "@mine/a").unlink()
    (modules / "@mine").rmdir()
    (modules / ".bin/a").unlink()
    with private(project, shared=[NODE]) as made:
        assert not os.path.lexists(made.root / "node_modules/.bin/a")
        assert not os.path.lexists(made.root / "node_modules/@mine/a")
    with private(project, shared=[]) as made:
        assert not (made.root / "node_modules").exists()
