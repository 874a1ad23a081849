"""`gofigure digest`: what it prints, of what, and the same on every start."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from blake3 import blake3
from support.eye import by_hand, export, eye
from support.repo import Repo
from support.shapes import ODD, seed

CONFIG = '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'


@pytest.fixture
def seeded(repo: Repo) -> Repo:
    seed(repo)
    eye(repo)  # allowed
    return repo


def test_whole_tree_file_folder_and_link(seeded: Repo) -> None:
    done = seeded.gofigure("digest", ".", "README", "src", "link", "bin/run.sh")
    assert done.returncode == 0, done.stderr
    lines = [line.split("  ") for line in done.stdout.decode().splitlines()]
    assert [name for _, name in lines] == [".", "README", "src", "link", "bin/run.sh"]
    assert lines[0][0] == by_hand(seeded).hex() == seeded.digest()
    assert lines[1][0] == blake3(b"hello\n").hexdigest()  # as b3sum prints it
    assert lines[3][0] == blake3(b"README").hexdigest()
    assert len({digest for digest, _ in lines}) == 5


def test_json(seeded: Repo) -> None:
    found = seeded.json("digest", "README", "src", "link", "bin/run.sh")["digests"]
    assert [(each["path"], each["kind"]) for each in found] == [
        ("README", "file"), ("src", "folder"), ("link", "link"), ("bin/run.sh", "executable"),
    ]  # fmt: skip
    assert seeded.json("digest") == {"digests": [{"path": ".", "kind": "folder", "digest": by_hand(seeded).hex()}]}


def test_paths_are_relative_to_where_one_stands(seeded: Repo) -> None:
    inside = seeded.at(seeded.root / "src")
    assert inside.digest("a.py") == seeded.digest("src/a.py")
    assert inside.digest("../README") == seeded.digest("README")
    assert inside.digest(".") == seeded.digest("src")
    assert inside.digest(str(seeded.root / "README")) == seeded.digest("README")
    assert inside.digest() == seeded.digest()


@pytest.mark.parametrize("path", ["no/such", "..", "/etc/passwd", ".git", ".git/config", "README/x", "ignored"])
def test_what_is_no_content_is_an_error(seeded: Repo, path: str) -> None:
    seeded.write(".gitignore", "ignored\n")
    seeded.write("ignored", "1")
    done = seeded.gofigure("digest", path)
    assert done.returncode == 2
    assert b"is not part of the content" in done.stderr
    assert done.stdout == b""


def test_staged_and_commit(seeded: Repo) -> None:
    seeded.write("README", "staged\n")
    seeded.git("add", "README")
    seeded.write("README", "working\n")
    for args, content in ((["--commit", "HEAD"], b"hello\n"), (["--staged"], b"staged\n"), ([], b"working\n")):
        assert seeded.digest("README", *args) == blake3(content).hexdigest()


@pytest.mark.parametrize("revision", ["no-such", "--all", "-x", "HEAD:README", "HEAD~99", ""])
def test_a_revision_that_is_none(seeded: Repo, revision: str) -> None:
    done = seeded.gofigure("digest", f"--commit={revision}")
    assert done.returncode == 2, done.stderr
    assert b"a bug in gofigure" not in done.stderr


def test_odd_names_are_named_exactly_and_shown_harmlessly(seeded: Repo) -> None:
    """T6, F20: prek#2023, prek#1287."""
    for number, name in enumerate(ODD):
        seeded.write(name, b"%d\n" % number)
    done = seeded.gofigure("digest", "--json", "--", *(os.fsdecode(name) for name in ODD))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["digests"]
    assert [each["digest"] for each in found] == [blake3(b"%d\n" % number).hexdigest() for number in range(len(ODD))]
    plain = seeded.gofigure("digest", "--", *(os.fsdecode(name) for name in ODD))
    text = plain.stdout.decode()
    assert len(text.splitlines()) == len(ODD)
    assert all(line.isprintable() for line in text.splitlines())


ENVIRONMENTS: list[dict[str, str]] = [
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "LANG": "C", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4294967295", "LANG": "de_DE.ISO-8859-1", "LC_ALL": "POSIX"},
    {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
    {"LANG": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Pacific/Auckland"},
    {"GIT_INDEX_VERSION": "4", "GIT_TRACE": "1", "COLUMNS": "20", "GIT_PAGER": "false", "GIT_CONFIG_COUNT": "0"},
]

_FRAMES = """
import os
from gofigure.digest.frame import digest_value
from gofigure.digest.tree import build
value = {"b": {"\\u00e9": 1, "a": None}, "a": [True, b"x", {"z": 1, "y": 2}], "\\udcff": ""}
print(digest_value("test", value).hex())
print(digest_value("test", {name: 1 for name in {"a", "b", "c", "d", "e"}}).hex())
names = {b"a", b"b/c", b"\\xff", "\\u00e9".encode()}
print(build((name, b"f", b"1" * 32) for name in names)[0].hex())
"""


def test_trap_25_the_same_in_every_process_and_environment(seeded: Repo) -> None:
    """turborepo#2029 (unsorted environment), anomalyco/opencode#35173: keys that differ from run to run."""
    import subprocess

    seeded.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\nsource = "[é]|a"\nlocations = ["dé", "src"]\n')
    seeded.write("dé/é.txt", "1\n")
    seeded.write(b"d\xff", "1\n")
    found, frames, keys = set(), set(), set()
    for extra in ENVIRONMENTS:
        (seeded.root / ".gofigure").unlink(missing_ok=True)
        found.add(seeded.gofigure("digest", env=extra).stdout)
        told = seeded.gofigure("status", "--json", env=extra)
        assert told.returncode == 0, told.stderr
        keys.add(json.loads(told.stdout)["jobs"][0]["stages"][0]["key"])
        argv = [sys.executable, "-c", _FRAMES]
        frames.add(subprocess.run(argv, env={**seeded.env, **extra}, capture_output=True, check=True).stdout)
    assert len(found) == len(frames) == len(keys) == 1
    assert b"" not in found | frames


def test_a_plain_folder_and_a_repository_of_the_same_content(seeded: Repo, tmp_path: Path) -> None:
    folder = seeded.at(export(seeded, tmp_path / "plain"))
    assert folder.digest() == seeded.digest()
    assert folder.digest("src") == seeded.digest("src")
    done = folder.gofigure("digest", "--staged")
    assert done.returncode == 2
    assert b"not in a git repository" in done.stderr


def test_a_missing_blob_is_no_traceback(seeded: Repo) -> None:
    """F28."""
    oid = seeded.git("rev-parse", "HEAD:README").decode().strip()
    (seeded.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    (seeded.root / "README").unlink()
    for args in (["digest"], ["digest", "--commit", "HEAD"]):
        done = seeded.gofigure(*args)
        assert done.returncode == 2, done.stderr
        assert oid.encode() in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"a bug in gofigure" not in done.stderr


def test_hooks_variables_of_another_repository_are_not_followed(seeded: Repo, tmp_path: Path) -> None:
    """lefthook#1265, prek#2505: GIT_OBJECT_DIRECTORY and its like point elsewhere."""
    expected = seeded.digest()
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {"GIT_OBJECT_DIRECTORY": str(empty), "GIT_CONFIG_PARAMETERS": "'core.autocrlf=true'", "GIT_PREFIX": "src/"}
    done = seeded.gofigure("digest", env=env)
    assert done.stdout.split()[0].decode() == expected


def test_a_tree_that_is_not_allowed_is_answered_from_commits_only(repo: Repo) -> None:
    seed(repo)
    done = repo.gofigure("digest")
    assert done.returncode == 2
    assert b"gofigure allow" in done.stderr
    assert repo.digest("--commit", "HEAD") == by_hand(repo).hex()
    assert not (repo.root / ".gofigure").exists()
    assert not (repo.root / ".git/gofigure").exists()
