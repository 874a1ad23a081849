"""What a stage spoils in a private checkout, the next run finds right again; the user's own files are never touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.eye import everything
from support.private import Made, cloned, files, killed_in, private
from support.repo import Repo
from support.shapes import commit, seed


def _same_size_and_time(made: Made) -> None:
    place = made.root / "src/a.py"
    before = place.stat()
    place.write_text("print(2)\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))


def _flags(made: Made) -> None:
    made.repo.git("update-index", "--skip-worktree", "src/a.py")
    made.repo.git("update-index", "--assume-unchanged", "README")
    (made.root / "src/a.py").unlink()
    made.repo.write("README", "spoilt\n")


def _replace(made: Made, path: str, make: Callable[[Path], object]) -> None:
    place = made.root / path
    shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    make(place)


def _into(made: Made, path: str, target: Path) -> None:
    _replace(made, path, lambda place: place.symlink_to(target))


SPOILT: dict[str, Callable[[Made, Path], object]] = {
    "edited": lambda made, _: made.repo.write("src/a.py", "spoilt\n"),
    "edited, same size and time": lambda made, _: _same_size_and_time(made),
    "deleted": lambda made, _: (made.root / "src/a.py").unlink(),
    "folder deleted": lambda made, _: shutil.rmtree(made.root / "src"),
    "chmod +x": lambda made, _: (made.root / "src/a.py").chmod(0o755),
    "chmod -x": lambda made, _: (made.root / "bin/run.sh").chmod(0o644),
    "a file become a folder": lambda made, _: _replace(made, "src/a.py", Path.mkdir),
    "a folder become a file": lambda made, _: _replace(made, "src", Path.touch),
    "a link become a file": lambda made, _: _replace(made, "link", Path.touch),
    "a file become a link into the user's": lambda made, user: _into(made, "src/a.py", user / "src/a.py"),
    "a folder become a link into the user's": lambda made, user: _into(made, "src", user / "src"),
    "an inner folder become one": lambda made, user: _into(made, "src/deep", user / "src/deep"),
    "a folder become a link to the user's root": lambda made, user: _into(made, "src", user),
    "all in the index": lambda made, _: (made.repo.write("new", "x"), made.repo.git("add", "-A")),
    "removed with git": lambda made, _: made.repo.git("rm", "-rqf", "src"),
    "committed": lambda made, _: (made.repo.write("src/a.py", "x"), made.repo.git("commit", "-qam", "x")),
    "told git not to look": lambda made, _: _flags(made),
    "in conflict": lambda made, _: made.repo.git(
        "update-index", "--index-info", stdin=b"0 " + b"0" * 40 + b"\tREADME\n100644 " + b"1" * 40 + b" 2\tREADME\n"
    ),
    "half a merge": lambda made, _: (made.slot / "git/MERGE_HEAD").write_text("0" * 40 + "\n"),
    "a rebase": lambda made, _: (made.slot / "git/rebase-merge").mkdir(),
    "made sparse": lambda made, _: made.repo.git("sparse-checkout", "set", "bin"),
    "a split index": lambda made, _: made.repo.git("update-index", "--split-index"),
    "a rule of its own": lambda made, _: made.repo.write("src/.gitattributes", "* eol=crlf\n"),
    "a submodule that is none": lambda made, _: made.repo.git("init", "-q", str(made.root / "src")),
}


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_what_a_stage_spoils_is_put_right(
    repo: Repo, tmp_path: Path, spoil: Callable[[Made, Path], object], killed: bool, request: pytest.FixtureRequest
) -> None:
    seed(repo)
    repo.write("src/untracked", "the user's\n")
    repo.write("src/deep/untracked", "the user's\n")
    if "sparse" in request.node.name:
        repo.git("config", "extensions.worktreeConfig", "true")  # git itself would set it, for all
    before = everything(repo.root, objects=False)
    with (killed_in if killed else private)(repo) as made:
        spoil(made, repo.root)
    assert everything(repo.root, objects=False) == before, "what was there of the user's was changed by our cleaning"
    with private(repo) as made:
        assert files(made.root) == cloned(repo, "HEAD", tmp_path / "clone")
        assert made.repo.git("status", "--porcelain") == b""
        assert (
            not {place.name.partition(".")[0] for place in (made.slot / "git").iterdir()}
            - {"HEAD", "commondir", "index"}
            - {"sharedindex"}
        )
        assert made.said == [], "it was not made anew"
    assert everything(repo.root, objects=False) == before


@pytest.mark.parametrize(
    ("setting", "spoil"),
    [
        ("core.fileMode=false", "chmod +x"),
        ("core.trustctime=false", "edited, same size and time"),
        ("core.checkStat=minimal", "edited, same size and time"),
        ("core.untrackedCache=true", "edited"),
        ("core.splitIndex=true", "committed"),
    ],
)
def test_whatever_the_users_settings_say_of_their_own_disk(
    repo: Repo, tmp_path: Path, setting: str, spoil: str
) -> None:
    seed(repo)
    repo.git("config", *setting.split("="))
    with private(repo) as made:
        SPOILT[spoil](made, repo.root)
    with private(repo) as made:
        assert files(made.root) == cloned(repo, "HEAD", tmp_path / "clone")
        assert made.said == []


def _damage_index(slot: Path) -> None:
    place = slot / "git/index"
    place.write_bytes(b"garbage" + place.read_bytes()[7:])


def _link_away(place: Path, target: Path) -> None:
    place.rename(place.with_name("elsewhere"))
    place.symlink_to(target)


def _remove(place: Path) -> Path:
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    return place


def _remove_all_but_the_lock(slot: Path) -> None:
    for place in slot.iterdir():
        if place.name != "lock":
            _remove(place)


DAMAGED: dict[str, Callable[[Path, Path], object]] = {
    "index garbage": lambda slot, _: _damage_index(slot),
    "index cut short": lambda slot, _: os.truncate(slot / "git/index", 40),
    "index gone": lambda slot, _: _remove(slot / "git/index"),
    "index a folder": lambda slot, _: _remove(slot / "git/index").mkdir(),
    "HEAD gone": lambda slot, _: _remove(slot / "git/HEAD"),
    "HEAD garbage": lambda slot, _: (slot / "git/HEAD").write_text("what?\n"),
    "commondir gone": lambda slot, _: _remove(slot / "git/commondir"),
    "index.lock left": lambda slot, _: (slot / "git/index.lock").touch(),
    "a git directory with a configuration of its own": lambda slot, _: (slot / "git/config").write_text("[broken\n"),
    "git directory gone": lambda slot, _: _remove(slot / "git"),
    "git directory a link to the user's": lambda slot, user: _link_away(slot / "git", user / ".git"),
    ".git gone": lambda slot, _: _remove(slot / "tree/.git"),
    ".git a folder": lambda slot, _: _remove(slot / "tree/.git").mkdir(),
    ".git a link to the user's": lambda slot, user: _remove(slot / "tree/.git").symlink_to(user / ".git"),
    "tree gone": lambda slot, _: _remove(slot / "tree"),
    "tree a file": lambda slot, _: _remove(slot / "tree").touch(),
    "tree a link to the user's": lambda slot, user: _link_away(slot / "tree", user),
    "what is known of it gone": lambda slot, _: _remove(slot / "last"),
    "what is known of it garbage": lambda slot, _: (slot / "last").write_bytes(b"\0\xff\0"),
    "all gone but the lock": lambda slot, _: _remove_all_but_the_lock(slot),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_one_is_made_right_or_made_anew(
    repo: Repo, tmp_path: Path, damage: Callable[[Path, Path], object]
) -> None:
    seed(repo)
    repo.write("src/untracked", "the user's\n")
    with private(repo) as made:
        slot = made.slot
    before = everything(repo.root, objects=False)
    damage(slot, repo.root)
    with private(repo) as made:
        assert made.slot == slot
        assert files(made.root) == cloned(repo, "HEAD", tmp_path / "clone")
        assert made.repo.git("status", "--porcelain") == b""
    assert everything(repo.root, objects=False) == before


def test_where_it_cannot_be_made_at_all_nothing_is_left_of_the_attempt(repo: Repo) -> None:
    repo.write(".gitattributes", "*.bad filter=bad\n")
    repo.write("a.bad", "1\n")
    commit(repo)
    with private(repo) as made:
        slot = made.slot
    repo.git("config", "filter.bad.smudge", "false")
    repo.git("config", "filter.bad.required", "true")
    with pytest.raises(Exception, match="smudge filter bad failed"), private(repo):
        pass
    assert not (slot / "tree").exists(), "it would only fill the disk"
    repo.git("config", "filter.bad.smudge", "cat")
    with private(repo) as made:
        assert (made.root / "a.bad").read_text() == "1\n"


def test_a_partial_clone_without_its_files_is_refused_with_that_reason(repo: Repo, tmp_path: Path) -> None:
    seed(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.root}", str(tmp_path / "partial"))
    partial = repo.at(tmp_path / "partial")
    with pytest.raises(Exception, match="never fetched, as this is a partial clone"), private(partial):
        pass
    partial.git("checkout", "-q", "main")
    with private(partial) as made:
        assert (made.root / "src/a.py").exists()
