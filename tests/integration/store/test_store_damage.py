"""Whatever has happened to the file, a command says one line, and the next one works."""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said, verdicts

CONFIG = r"""
[jobs.j]
stages = ["s", "f"]
[stages.s]
run = "echo ran >> ../ran"
inputs = ["src/**"]
env = { MODE = "fast" }
tools = ["sh"]
[stages.f]
run = 'true "$@"'
files = '\.txt$'
"""
SEED = 20260101


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `_filled` keeps a store with something in every table."""
    return tmp_path_factory.mktemp("healthy")


def _filled(repo: Repo, healthy: Path) -> bytes:
    """A repository and the bytes of its store, of which all runs have ended."""
    repo.config(CONFIG)
    for number in range(30):
        repo.write(f"src/{number % 3}/{number}.txt", f"{number}\n")
    repo.gofigure("allow")
    for content in ("a\n", "b\n"):
        repo.write("src/a", content)
        repo.commit(content)
        assert repo.gofigure("run").returncode == 0
    return (repo.root / ".gofigure").read_bytes()


def _plant(repo: Repo, content: bytes) -> None:
    for path in repo.root.glob(".gofigure*"):
        if path.name != ".gofigure.toml":
            path.unlink()
    place = repo.write(".gofigure", content)
    place.chmod(0o600)


def _survives(repo: Repo, content: bytes, what: str) -> None:
    """Two commands at most until all is well again; never a traceback, never a bug report."""
    _plant(repo, content)
    ran = lines(repo.root.parent / "ran")
    for command in ("status", "run", "why", "history"):
        done = repo.gofigure(command, *(["s"] if command == "why" else []))
        words = said(done)
        assert done.returncode in (0, 2), f"{what}: {command}: {words}"
        assert "Traceback" not in words, f"{what}: {command}: {words}"
        if done.returncode == 2:
            assert re.search(r"damaged|set aside|set-aside", words), f"{what}: {command}: {words}"
            assert len(words.splitlines()) <= 2, f"{what}: {command}: {words}"
    last = repo.gofigure("run")
    assert last.returncode == 0, f"{what}: {said(last)}"
    assert lines(repo.root.parent / "ran") <= ran + 2, what
    assert verdicts(repo.json("run")) == {"s": "reused", "f": "reused"}, what


WHOLE = {
    "empty": b"",
    "one byte": b"S",
    "text": b"this is a text file that somebody called .gofigure\n" * 40,
    "zeros": bytes(8192),
    "random": random.Random(SEED).randbytes(8192),
    "the header alone": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE.keys())
def test_something_else_altogether(repo: Repo, healthy: Path, content: bytes) -> None:
    """F6."""
    _filled(repo, healthy)
    _survives(repo, content, "this")
    kept = list(repo.root.glob(".gofigure.set-aside-*"))
    assert [path.read_bytes() for path in kept] == ([content] if len(content) > 1 else []), "moved aside, never deleted"


def test_a_notice_is_one_line_and_names_what_was_kept(repo: Repo, healthy: Path) -> None:
    _filled(repo, healthy)
    _plant(repo, WHOLE["text"])
    done = repo.gofigure("run")
    (notice,) = [line for line in said(done).splitlines() if "damaged" in line]
    (kept,) = repo.root.glob(".gofigure.set-aside-*")
    assert kept.name in notice
    assert done.returncode == 0, "what was forgotten is proven again in the same run"


def test_cut_off_anywhere(repo: Repo, healthy: Path) -> None:
    """F6, G4 (ninja's TruncatedRecovery): at page borders, around them, and in between."""
    content = _filled(repo, healthy)
    page = int.from_bytes(content[16:18], "big")
    pages = len(content) // page
    chosen = random.Random(SEED).sample(range(1, pages), 4)
    cuts = {16, 100, page - 1, page, len(content) - 1, *(number * page for number in chosen)}
    cuts |= {number * page + 7 for number in chosen[:2]}
    for cut in sorted(cuts):
        _survives(repo, content[:cut], f"cut at {cut} of {len(content)}")


def test_bits_flipped_in_headers_of_pages(repo: Repo, healthy: Path) -> None:
    """Where SQLite can tell: the file's header, and the b-tree header and cell pointers of each page."""
    content = _filled(repo, healthy)
    page = int.from_bytes(content[16:18], "big")
    places = [18, 28, 44, 47, 56, 59, 68, 96, 100, 103, 105]  # not 60: a newer schema is believed
    dice = random.Random(SEED)
    places += [number * page + dice.randrange(12) for number in range(1, len(content) // page)][:10]
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << dice.randrange(8)
        _survives(repo, bytes(flipped), f"a bit flipped at {place} of {len(content)}")


def test_two_that_meet_the_same_damage_at_once_keep_one_new_store(repo: Repo, healthy: Path) -> None:
    """The second must not take the first one's new store for the damaged one."""
    from gofigure.store.db import _set_aside
    from gofigure.store.planted import identity

    content = _filled(repo, healthy)
    _plant(repo, WHOLE["text"])
    place = repo.root / ".gofigure"
    seen = identity(str(place))
    keeper = place.with_name("still open")
    os.link(place, keeper)  # else its inode would be given out again at once
    _set_aside(str(place), seen)
    shutil.copy(keeper, place)
    place.write_bytes(content)
    _set_aside(str(place), seen)
    assert place.read_bytes() == content
