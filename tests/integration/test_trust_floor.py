"""Nothing of a repository runs before somebody on this machine has said yes to it (design decision 11; T7, G13)."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["s"]
[stages.s]
run = "touch ../canary-stage; echo ran >> ../ran"
"""
UNTRUSTED = "has not been allowed to run on this machine"

REFUSED = (
    ("run",),
    ("run", "j"),
    ("run", "--staged"),
    ("run", "--commit", "HEAD"),
    ("run", "--no-cache", "--json"),
    ("why", "s"),
    ("why", "a.txt"),
    ("history",),
    ("history", "--json"),
    ("digest",),
    ("digest", "--staged"),
    ("digest", "a.txt"),
)
ANSWERED = (
    ("validate",), ("validate", "--json"), ("digest", "--commit", "HEAD"), ("uninstall-hooks",), ("--version",),
    ("status",), ("status", "--json"), ("status", "--staged"), ("schema",),
)  # fmt: skip


@pytest.fixture
def origin(repo: Repo) -> Repo:
    """A repository that is allowed, with something proven."""
    repo.config(CONFIG)
    repo.write("a.txt", "1\n")
    repo.write(".gitattributes", "*.txt filter=planted diff=planted\n")
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit("one").returncode == 0
    for path in repo.root.parent.glob("canary*"):
        path.unlink()
    (repo.root.parent / "ran").unlink()
    return repo


def _clone(origin: Repo, place: Path) -> Repo:
    origin.git("clone", "-q", str(origin.root), str(place))
    return origin.at(place)


def _plant_canaries(repo: Repo) -> None:
    """Programs that a repository's own configuration names, as an archive with its .git folder brings them."""
    script = repo.write(".git/canary.sh", '#!/bin/sh\ntouch "$(dirname "$0")/../../canary-git"\ncat\n', mode=0o755)
    for name in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "diff.external",
        "diff.planted.textconv", "diff.planted.command", "filter.planted.clean", "filter.planted.smudge",
        "filter.planted.process", "gpg.program", "credential.helper",
    ):  # fmt: skip
        repo.git("config", name, str(script))
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        repo.write(f".git/planted-hooks/{hook}", script.read_bytes(), mode=0o755)
    repo.git("config", "alias.rev-parse", f"!{script}")
    repo.git("config", "core.hooksPath", ".git/planted-hooks")


def _no_canary(repo: Repo) -> None:
    assert [path.name for path in repo.root.parent.glob("canary*")] == []
    assert lines(repo.root.parent / "ran") == 0


@pytest.mark.parametrize("args", REFUSED, ids=" ".join)
def test_in_a_fresh_clone_no_command_runs_anything(origin: Repo, tmp_path: Path, args: tuple[str, ...]) -> None:
    """GitSpawn, core.fsmonitor in an embedded repository (libgit2#6400), mise#11293: settings used before trust."""
    clone = _clone(origin, tmp_path / "clones" / "clone")
    _plant_canaries(clone)
    os.utime(clone.root / "a.txt")  # git would look into it, and clean it
    done = clone.gofigure(*args)
    assert done.returncode == 2, said(done)
    assert UNTRUSTED in said(done)
    assert "gofigure allow" in said(done)
    _no_canary(clone)
    assert not (clone.root / ".gofigure").exists()
    assert not (clone.root / ".git/gofigure").exists()


@pytest.mark.parametrize("args", ANSWERED, ids=" ".join)
def test_what_it_does_answer_runs_nothing_either(origin: Repo, tmp_path: Path, args: tuple[str, ...]) -> None:
    clone = _clone(origin, tmp_path / "clones" / "clone")
    _plant_canaries(clone)
    clone.git("config", "--unset", "core.hooksPath")
    os.utime(clone.root / "a.txt")
    done = clone.gofigure(*args)
    assert done.returncode == 0, said(done)
    _no_canary(clone)
    if args[0] == "digest":
        assert done.stdout.split()[0].decode() == origin.digest("--commit", "HEAD")


def test_a_hook_that_came_with_the_clone_is_blocked_too(origin: Repo, tmp_path: Path) -> None:
    """An archive, or a template, brings .git/hooks along."""
    clone = _clone(origin, tmp_path / "clones" / "clone")
    shutil.copytree(origin.root / ".git/hooks", clone.root / ".git/hooks", dirs_exist_ok=True)
    clone.write("a.txt", "2\n")
    done = clone.commit("two")
    assert done.returncode != 0
    assert UNTRUSTED in said(done)
    _no_canary(clone)


def test_after_allow_it_runs_and_says_before_what_that_is(origin: Repo, tmp_path: Path) -> None:
    clone = _clone(origin, tmp_path / "clones" / "clone")
    allowed = clone.gofigure("allow")
    assert allowed.returncode == 0
    assert "touch ../canary-stage" in said(allowed)
    _no_canary(clone)
    assert clone.gofigure("run").returncode == 0
    assert lines(clone.root.parent / "ran") == 1, "nothing is inherited from the origin's proofs"


def test_the_permission_is_kept_outside_the_repository(origin: Repo, home: Path) -> None:
    records = [path for path in home.rglob("*") if path.is_file() and "allowed" in path.parts]
    assert len(records) == 1
    assert str(origin.root.resolve()) in records[0].read_text()
    token = (origin.root / ".git/gofigure/token").read_text()
    records[0].unlink()
    assert origin.gofigure("run").returncode == 2, "the half inside the repository is worth nothing alone"
    assert (origin.root / ".git/gofigure/token").read_text() == token


def test_xdg_data_home_is_respected(repo: Repo, tmp_path: Path, home: Path) -> None:
    repo.config(CONFIG)
    env = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert repo.gofigure("allow", env=env).returncode == 0
    assert list((tmp_path / "data").rglob("allowed/*"))
    assert not list(home.rglob("allowed/*"))
    assert repo.gofigure("run", env=env).returncode == 0
    assert repo.gofigure("run").returncode == 2


def test_another_repository_at_the_same_place_is_not_allowed(origin: Repo, tmp_path: Path) -> None:
    """mise#8628 mixed up folders of the same name; direnv binds to path and content."""
    place = tmp_path / "clones" / "clone"
    first = _clone(origin, place)
    assert first.gofigure("allow").returncode == 0
    shutil.rmtree(place)
    second = _clone(origin, place)
    done = second.gofigure("run")
    assert done.returncode == 2
    assert UNTRUSTED in said(done)
    _no_canary(second)


@pytest.mark.parametrize("how", ["copy", "move"])
def test_a_copy_or_a_moved_repository_is_not_allowed(origin: Repo, tmp_path: Path, how: str) -> None:
    """G15: with its token, its store and its proofs."""
    place = tmp_path / "elsewhere" / "repo"
    if how == "copy":
        shutil.copytree(origin.root, place, symlinks=True)
    else:
        place.parent.mkdir()
        origin.root.rename(place)
    done = origin.at(place).gofigure("run")
    assert done.returncode == 2
    assert UNTRUSTED in said(done)
    if how == "copy":
        assert origin.gofigure("run").returncode == 0, "the first one still is"


def test_a_way_there_through_a_symlink_is_the_same_place(origin: Repo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(origin.root)
    assert origin.at(tmp_path / "link").gofigure("run").returncode == 0


def test_a_repository_put_under_a_symlink_that_led_to_an_allowed_one_is_not(origin: Repo, tmp_path: Path) -> None:
    """G15: symlink swap."""
    evil = _clone(origin, tmp_path / "clones" / "evil")
    (tmp_path / "link").symlink_to(origin.root)
    assert origin.at(tmp_path / "link").gofigure("allow").returncode == 0
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(evil.root)
    assert origin.at(tmp_path / "link").gofigure("run").returncode == 2


GUESSES = {
    "a token": b"0" * 32,
    "an empty one": b"",
    "a short one": b"00",
    "a long one": b"0" * 4096,
    "one with an end of line": b"0" * 32 + b"\n",
}


@pytest.mark.parametrize("token", GUESSES.values(), ids=GUESSES.keys())
def test_a_token_that_was_planted_is_no_permission_and_is_replaced_by_allow(
    origin: Repo, tmp_path: Path, token: bytes
) -> None:
    clone = _clone(origin, tmp_path / "clones" / "clone")
    clone.write(".git/gofigure/token", token)
    # A record of the attacker's own, where the attacker can write: in the repository itself.
    record = token + b" " + os.fsencode(clone.root) + b"\n"
    for place in (".git/gofigure/allowed/x", ".local/share/gofigure/allowed/x"):
        clone.write(place, record)
    assert clone.gofigure("run").returncode == 2
    _no_canary(clone)
    assert clone.gofigure("allow").returncode == 0
    assert (clone.root / ".git/gofigure/token").read_bytes() != token
    assert clone.gofigure("run").returncode == 0


def test_the_token_of_an_allowed_repository_is_of_no_use_in_another_place(origin: Repo, tmp_path: Path) -> None:
    clone = _clone(origin, tmp_path / "clones" / "clone")
    clone.write(".git/gofigure/token", (origin.root / ".git/gofigure/token").read_bytes())
    assert clone.gofigure("run").returncode == 2


@pytest.mark.parametrize("what", ["token", "record"])
@pytest.mark.parametrize("how", ["symlink", "fifo", "folder"])
def test_a_half_that_is_no_plain_file_is_none(origin: Repo, home: Path, tmp_path: Path, what: str, how: str) -> None:
    (record,) = home.rglob("allowed/*")
    place = record if what == "record" else origin.root / ".git/gofigure/token"
    content = place.read_bytes()
    place.unlink()
    if how == "symlink":
        (tmp_path / "the real one").write_bytes(content)
        place.symlink_to(tmp_path / "the real one")
    elif how == "fifo":
        os.mkfifo(place)
    else:
        place.mkdir()
    done = origin.gofigure("run")
    assert done.returncode == 2, said(done)
    assert UNTRUSTED in said(done)


def test_linked_worktrees_share_the_permission_of_their_repository(origin: Repo, tmp_path: Path) -> None:
    linked = origin.at(tmp_path / "linked")
    origin.git("worktree", "add", "-q", str(linked.root))
    assert linked.gofigure("run").returncode == 0


def test_allow_revoke_takes_it_back_at_once(origin: Repo) -> None:
    assert origin.gofigure("allow", "--revoke").returncode == 0
    assert origin.gofigure("run").returncode == 2
    assert origin.gofigure("allow", "--revoke").returncode == 0, "twice is no error"
    assert origin.gofigure("allow").returncode == 0
    assert origin.gofigure("run").returncode == 0


def test_allow_refuses_a_configuration_that_it_cannot_show(repo: Repo) -> None:
    repo.config("[jobs.j]\nstages = 3\n")
    assert repo.gofigure("allow").returncode == 2
    repo.config(CONFIG)
    assert repo.gofigure("run").returncode == 2


def test_a_plain_folder_needs_a_yes_as_well(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = Repo(tmp_path / "folder", environment)
    folder.config(CONFIG)
    assert folder.gofigure("run").returncode == 2
    _no_canary(folder)
    assert folder.gofigure("allow").returncode == 0
    assert folder.gofigure("run").returncode == 0
    shutil.copytree(folder.root, tmp_path / "copies" / "folder")
    assert folder.at(tmp_path / "copies" / "folder").gofigure("run").returncode == 2


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nothing_that_matters_can_be_read_or_written_by_others(repo: Repo, home: Path, umask: int) -> None:
    """F33: whatever the umask."""
    repo.config(CONFIG.replace("touch ../canary-stage; ", "echo output; "))
    before = os.umask(umask)
    try:
        assert repo.gofigure("install-hooks").returncode == 0
        assert repo.gofigure("run").returncode == 0
    finally:
        os.umask(before)
    (record,) = home.rglob("allowed/*")
    private = [repo.root / ".git/gofigure/token", repo.root / ".git/gofigure/lock", record, repo.root / ".gofigure"]
    private += [path for path in (repo.root / ".git/gofigure").rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in private)
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    folders = [repo.root / ".git/gofigure", record.parent, record.parent.parent, repo.root / ".git/gofigure/runs"]
    for path in folders:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    assert stat.S_IMODE((repo.root / ".git/hooks/pre-commit").stat().st_mode) == 0o755


def test_a_yes_that_cannot_be_kept_takes_no_other_away(repo: Repo) -> None:
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    assert repo.gofigure("allow").returncode == 0
    assert repo.gofigure("run").returncode == 0
    done = repo.gofigure("allow", env={"XDG_DATA_HOME": "/proc/nowhere"})
    assert done.returncode == 2
    assert repo.json("run")["runs"][0]["verdict"] == "reused"
