"""The same content has the same digest, however odd the repository that it is in (issue item 4, trap table).

For each shape: what the working tree is called before is what the commit is called that `git add -A && git commit`
then makes, and what the index, a clone and a plain folder of the same content are called; whichever hash git uses.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.eye import Eye, by_hand, everything, export, eye
from support.repo import Repo
from support.shapes import RECORD, SHAPES

# A submodule's digest is its commit's, which differs between the two hashes; it has no place in a plain folder.
_SUBMODULES = [name for name in SHAPES if name.startswith("submodule")]


@pytest.mark.parametrize("name", SHAPES)
def test_every_way_to_the_same_content(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    found = {}
    for form in ("sha1", "sha256"):
        repo = SHAPES[name](Repo.create(tmp_path / form, environment, f"--object-format={form}"))
        looking = eye(repo)
        roots = [repo.root, tmp_path / form]  # not the same for a linked worktree
        before = [everything(root, objects=False) for root in roots]
        working = looking.here()
        assert [everything(root, objects=False) for root in roots] == before, "something of the user's was written"
        assert looking.here().tree == working.tree, "a second look, with all remembered"
        assert looking.here(remember=False).tree == working.tree, "a look with nothing remembered"

        for args in RECORD.get(name, ()):
            repo.git(*args)
        if name not in ("sparse_index", "replaced_objects"):
            repo.git("add", "-A")
        else:
            repo.git("add", ".")
        assert looking.index().tree == working.tree
        done = repo.try_git("commit", "-q", "--allow-empty", "-m", "all of it")
        assert done.returncode == 0, done.stderr
        assert looking.commit().tree == working.tree
        assert by_hand(repo) == working.tree
        assert looking.commit(remember=False).tree == working.tree
        assert looking.here().tree == working.tree
        assert looking.index().tree == working.tree
        found[form] = working.tree

        clone = repo.at(tmp_path / f"{form}-clone")
        repo.git("-c", "core.autocrlf=false", "clone", "-q", str(repo.root), str(clone.root))
        theirs = eye(clone)
        assert theirs.here().tree == working.tree
        assert theirs.commit().tree == working.tree
        other = repo.at(tmp_path / f"{form}-crlf")
        repo.git("clone", "-q", "-c", "core.autocrlf=true", str(repo.root), str(other.root))
        assert eye(other).here().tree == working.tree

        if name not in _SUBMODULES:
            folder = export(repo, tmp_path / f"{form}-plain")
            assert Eye(folder, environment).here().tree == working.tree
    if name not in (*_SUBMODULES, "rebase_in_progress"):  # git writes a commit id into the file
        assert found["sha1"] == found["sha256"]


def test_every_way_of_running_them_is_covered() -> None:
    """A shape is a promise: none may fall out of the table unseen."""
    assert len(SHAPES) >= 60
    assert set(RECORD) <= set(SHAPES)
