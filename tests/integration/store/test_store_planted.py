"""A `.gofigure` that somebody else may have put there is refused or set aside, and never used (T8)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said, verdicts

CONFIG = '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "echo ran >> ../ran"\ninputs = ["src/**"]\n'


@pytest.fixture
def project(repo: Repo) -> Repo:
    """One stage, proven."""
    repo.config(CONFIG)
    repo.write("src/a", "1\n")
    repo.gofigure("allow")
    assert verdicts(repo.json("run")) == {"s": "passed"}
    return repo


def _store(repo: Repo) -> Path:
    return repo.root / ".gofigure"


def _symlink(repo: Repo) -> None:
    _store(repo).rename(repo.root.parent / "elsewhere")
    _store(repo).symlink_to(repo.root.parent / "elsewhere")


def _dead_symlink(repo: Repo) -> None:
    _store(repo).unlink()
    _store(repo).symlink_to(repo.root.parent / "nowhere")


def _hard_link(repo: Repo) -> None:
    os.link(_store(repo), repo.root.parent / "second name")


def _fifo(repo: Repo) -> None:
    _store(repo).unlink()
    os.mkfifo(_store(repo), 0o600)


def _folder(repo: Repo) -> None:
    _store(repo).unlink()
    _store(repo).mkdir()


def _side_file(name: str) -> Callable[[Repo], None]:
    def plant(repo: Repo) -> None:
        repo.write(f".gofigure-{name}", b"\xd9\xd5\x05\xf9 planted", mode=0o600)

    return plant


def _journal_link(repo: Repo) -> None:
    repo.write("../planted", b"x" * 512, mode=0o600)
    (repo.root / ".gofigure-journal").unlink(missing_ok=True)
    (repo.root / ".gofigure-journal").symlink_to(repo.root.parent / "planted")


def _track(repo: Repo) -> None:
    repo.git("add", "-f", ".gofigure")


def _track_journal(repo: Repo) -> None:
    repo.write(".gofigure-journal", b"", mode=0o600)
    repo.git("add", "-f", ".gofigure-journal")


REFUSED: dict[str, tuple[Callable[[Repo], object], str]] = {
    "symlink": (_symlink, "is not a regular file"),
    "dead symlink": (_dead_symlink, "is not a regular file"),
    "fifo": (_fifo, "is not a regular file"),
    "folder": (_folder, "is not a regular file"),
    "hard link": (_hard_link, "has a second name (hard link)"),
    "writable by its group": (lambda repo: _store(repo).chmod(0o620), "can be written by others"),
    "writable by all": (lambda repo: _store(repo).chmod(0o602), "can be written by others"),
    "tracked by git": (_track, "is tracked by git"),
    "a side file that git tracks": (_track_journal, "is tracked by git"),
    "-wal beside it": (_side_file("wal"), "is not gofigure's"),
    "-shm beside it": (_side_file("shm"), "is not gofigure's"),
    "a journal that is a symlink": (_journal_link, "is not a regular file"),
}


def _everything(repo: Repo) -> dict[str, tuple[int, bytes]]:
    """Of every file at the top, its kind and permissions and, where there is any, its content."""
    found = {}
    for path in repo.root.iterdir():
        info = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
        found[path.name] = (info.st_mode, content)
    return found


@pytest.mark.parametrize(("plant", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_and_left_as_it_is(project: Repo, plant: Callable[[Repo], object], words: str) -> None:
    plant(project)
    before = _everything(project)
    for command in ("run", "status", "history", "digest"):
        done = project.gofigure(command)
        assert done.returncode == 2, said(done)
        assert words in said(done)
        assert "it is not used" in said(done)
        assert "Traceback" not in said(done)
    assert _everything(project) == before
    assert lines(project.root.parent / "ran") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", [".gofigure", ".gofigure-journal"])
def test_one_that_belongs_to_another_user_is_refused(project: Repo, name: str) -> None:
    place = project.root / name
    if not place.exists():
        place.write_bytes(b"")
        place.chmod(0o600)
    os.chown(place, 65534, 65534)
    done = project.gofigure("run")
    assert done.returncode == 2
    assert "belongs to user 65534, not to you" in said(done)


def test_a_commit_is_blocked_as_well(project: Repo) -> None:
    project.config(CONFIG.replace("[jobs.j]", '[jobs.j]\non = ["pre-commit"]'))
    project.gofigure("install-hooks")
    _track(project)
    done = project.commit("one")
    assert done.returncode != 0
    assert b"git rm --cached .gofigure" in done.stderr
    project.git("rm", "-q", "--cached", ".gofigure")
    assert project.commit("one").returncode == 0


def _twin(project: Repo) -> Repo:
    """Another repository with the same content: every key is the same."""
    twin = project.at(project.root.parent / "twin" / "repo")
    twin.root.parent.mkdir()
    shutil.copytree(project.root, twin.root, ignore=shutil.ignore_patterns(".git", ".gofigure*"))
    shutil.copy(project.root / ".gofigure.toml", twin.root)
    twin.git("init", "-q")
    assert twin.gofigure("allow").returncode == 0
    return twin


def test_the_store_of_another_repository_is_set_aside_and_its_proofs_do_not_count(project: Repo) -> None:
    """Cache poisoning (T23): who can put a file into the folder must not be able to prove a stage."""
    twin = _twin(project)
    shutil.copy2(_store(project), _store(twin))
    bytes_of_it = _store(twin).read_bytes()
    done = twin.gofigure("run")
    assert done.returncode == 0, said(done)
    notices = [line for line in said(done).splitlines() if "was not made in this repository" in line]
    assert len(notices) == 1
    assert lines(twin.root.parent / "ran") == 1, "the stage has run here"
    (aside,) = twin.root.glob(".gofigure.set-aside-*")
    assert aside.name in notices[0]
    assert aside.read_bytes() == bytes_of_it
    assert verdicts(twin.json("run")) == {"s": "reused"}


def test_a_store_that_came_with_the_folder_is_kept_out_of_git_too(project: Repo) -> None:
    twin = _twin(project)
    shutil.copy2(_store(project), _store(twin))
    assert twin.gofigure("run").returncode == 0
    assert b".gofigure-" not in twin.git("status", "--porcelain", "--untracked-files=all")
    twin.git("add", "-A")
    assert twin.git("ls-files", ".gofigure*") == b".gofigure.toml\n"
    assert twin.gofigure("run").returncode == 0


def test_a_database_of_another_program_is_set_aside(project: Repo) -> None:
    _store(project).unlink()
    other = sqlite3.connect(_store(project))
    other.executescript("PRAGMA user_version = 1; CREATE TABLE proofs (key BLOB); CREATE TABLE meta (name, value);")
    other.close()
    _store(project).chmod(0o600)
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "kept as .gofigure.set-aside-" in said(done)
    assert lines(project.root.parent / "ran") == 2


def test_a_database_of_another_program_that_has_no_version_is_set_aside(project: Repo) -> None:
    """Not filled up with our tables: it is somebody's."""
    _store(project).unlink()
    other = sqlite3.connect(_store(project))
    other.executescript("CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('dear diary');")
    other.close()
    _store(project).chmod(0o600)
    before = _store(project).read_bytes()
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    (aside,) = project.root.glob(".gofigure.set-aside-*")
    assert aside.read_bytes() == before


HOT = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = TRUNCATE")
db.execute("PRAGMA cache_size = 1")
db.execute("PRAGMA cache_spill = ON")
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM proofs")
# No new table: ours writes none outside of a migration, and a schema of several pages would be half written.
db.executemany("INSERT INTO skips VALUES (1, ?, '', '')", [(os.urandom(2000).hex(),) for _ in range(64)])
os._exit(0)
"""


def _hot_journal(victim: Repo, attacker: Repo) -> bytes:
    """A journal that would put the attacker's pages into the victim's store (measured: finding 5)."""
    copy = attacker.root.parent / "copy"
    shutil.copy2(_store(attacker), copy)
    subprocess.run([sys.executable, "-c", HOT, copy], check=True)
    journal = copy.with_name("copy-journal").read_bytes()
    assert len(journal) > 1024, "no hot journal was made"
    assert journal[:8] == bytes.fromhex("d9d505f920a163d7")
    return journal


def test_a_hot_journal_that_came_with_the_tree_is_refused(project: Repo) -> None:
    """Measured: such a journal, rolled back, put a proof into the store. It is another file than SQLite's own."""
    twin = _twin(project)
    assert verdicts(twin.json("run")) == {"s": "passed"}
    twin.write("src/a", "2\n")
    (twin.root / ".gofigure-journal").rename(twin.root.parent / "its own")  # so that its number is not given again
    planted = twin.write(".gofigure-journal", _hot_journal(twin, project), mode=0o600)
    before = _store(twin).read_bytes(), planted.read_bytes()
    done = twin.gofigure("run")
    assert done.returncode == 2, said(done)
    assert ".gofigure-journal" in said(done)
    assert "it is not used" in said(done)
    assert (_store(twin).read_bytes(), planted.read_bytes()) == before
    assert lines(twin.root.parent / "ran") == 1
    planted.unlink()
    assert verdicts(twin.json("run")) == {"s": "passed"}


def test_a_journal_that_the_user_deleted_is_soon_known_again(project: Repo) -> None:
    (project.root / ".gofigure-journal").unlink(missing_ok=True)
    project.write("src/a", "2\n")
    assert verdicts(project.json("run")) == {"s": "passed"}
    assert verdicts(project.json("run")) == {"s": "reused"}
    subprocess.run([sys.executable, "-c", HOT, _store(project)], check=True)
    assert project.gofigure("run").returncode == 0


def test_our_own_hot_journal_is_rolled_back_and_the_rest_stays(project: Repo) -> None:
    """The other side of it: what our own crash left is no reason to forget everything."""
    subprocess.run([sys.executable, "-c", HOT, _store(project)], check=True)
    assert (project.root / ".gofigure-journal").stat().st_size > 1024
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "set-aside" not in said(done)
    assert verdicts(project.json("run")) == {"s": "reused"}
    assert lines(project.root.parent / "ran") == 1


def test_a_newer_schema_is_refused_and_left_as_it_is(project: Repo) -> None:
    """F38: downgrade."""
    newer = sqlite3.connect(_store(project))
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = _store(project).read_bytes()
    for command in ("run", "status", "history"):
        done = project.gofigure(command)
        assert done.returncode == 2
        assert "was written by a newer gofigure (schema 99" in said(done)
        assert "upgrade gofigure" in said(done)
    assert _store(project).read_bytes() == before


def test_a_newer_schema_in_an_older_file_of_another_program_is_no_news(project: Repo) -> None:
    _store(project).unlink()
    other = sqlite3.connect(_store(project))
    other.executescript("PRAGMA user_version = 99; CREATE TABLE t (x);")
    other.close()
    _store(project).chmod(0o600)
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert list(project.root.glob(".gofigure.set-aside-*"))
