"""install-hooks and uninstall-hooks: what is written, what is kept, what is given back."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

from gofigure.cli.here import here
from gofigure.cli.hooks import install_in
from gofigure.errors import GofigureError
from gofigure.triggers import install

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["one"]
[jobs.ship]
on = ["pre-push"]
stages = ["one"]
[stages.one]
run = "echo ran >> ../ran"
inputs = ["**"]
"""
KEPT = ".before-gofigure"


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a.txt", "a\n")
    return repo


def _hooks(repo: Repo) -> Path:
    return repo.root / ".git" / "hooks"


def _names(repo: Repo) -> set[str]:
    return {path.name for path in _hooks(repo).iterdir()} if _hooks(repo).exists() else set()


def test_exactly_the_hooks_that_a_job_names_are_installed(configured: Repo) -> None:
    assert configured.gofigure("install-hooks").returncode == 0
    assert _names(configured) == {"pre-commit", "pre-push"}
    assert configured.json("status")["hooks"] == ["pre-commit", "pre-push"]


def test_a_hook_that_no_job_names_any_more_is_taken_away_and_its_forerunner_given_back(configured: Repo) -> None:
    foreign = b"#!/bin/sh\nexit 0\n"
    configured.write(".git/hooks/pre-push", foreign, mode=0o755)
    configured.gofigure("install-hooks")
    configured.config(CONFIG.replace('on = ["pre-push"]', 'on = ["post-commit"]'))
    assert configured.gofigure("install-hooks").returncode == 0
    assert _names(configured) == {"pre-commit", "post-commit", "pre-push"}
    assert (_hooks(configured) / "pre-push").read_bytes() == foreign


def test_installing_again_changes_nothing(configured: Repo) -> None:
    configured.gofigure("install-hooks")
    before = {path.name: path.read_bytes() for path in _hooks(configured).iterdir()}
    again = configured.gofigure("install-hooks")
    assert again.returncode == 0
    assert b"runs first" not in again.stdout, "our own script is no foreign hook"
    assert {path.name: path.read_bytes() for path in _hooks(configured).iterdir()} == before


def test_without_a_job_that_names_a_hook_nothing_is_installed(repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["one"]\n[stages.one]\nrun = "true"\n')
    done = repo.gofigure("install-hooks")
    assert done.returncode == 2
    assert 'on = ["pre-commit"]' in said(done)
    assert _names(repo) == set()


def test_the_script_is_posix_and_holds_an_absolute_interpreter(configured: Repo) -> None:
    configured.gofigure("install-hooks")
    script = _hooks(configured) / "pre-commit"
    text = script.read_text()
    assert text.startswith("#!/bin/sh\n")
    assert f"python={sys.executable}\n" in text
    assert os.path.isabs(sys.executable)
    assert "@" not in text.replace('"$@"', ""), "every place of the template is filled"
    assert len(text.splitlines()) <= 80
    assert subprocess.run(["dash", "-n", script], check=False).returncode == 0

    configured.git("add", "-A")
    done = subprocess.run(
        ["dash", "-eu", script], cwd=configured.root, env=dict(configured.env), capture_output=True, check=False
    )
    assert done.returncode == 0, said(done)
    assert lines(configured.root.parent / "ran") == 1


def test_odd_characters_in_the_path_survive_installation(configured: Repo, tmp_path: Path) -> None:
    odd = os.fsdecode(bytes(tmp_path)) + '/it\'s "$(touch canary)" \udcff\n`touch canary`'
    os.makedirs(odd)
    tool = Path(odd) / "only-there"
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    configured.config(CONFIG.replace("echo ran >> ../ran", "only-there"))
    path = f"{configured.env['PATH']}:{odd}"
    assert configured.gofigure("install-hooks", env={"PATH": path}).returncode == 0
    done = configured.commit("one")
    assert done.returncode == 0, said(done)
    assert not list(tmp_path.rglob("canary"))


def test_nobody_else_can_write_the_script_whatever_the_umask(configured: Repo) -> None:
    before = os.umask(0)
    try:
        configured.gofigure("install-hooks")
    finally:
        os.umask(before)
    assert stat.S_IMODE((_hooks(configured) / "pre-commit").stat().st_mode) == 0o755


@pytest.mark.parametrize("content", [None, b'#!/bin/sh\nexec gofigure hook pre-commit "$@"\n'])
def test_a_script_that_git_leaves_out_is_not_called_installed(configured: Repo, content: bytes | None) -> None:
    configured.gofigure("install-hooks")
    place = _hooks(configured) / "pre-commit"
    if content is not None:
        place.write_bytes(content)
    assert "hooks: pre-commit, pre-push\n" in said(configured.gofigure("status"))
    place.chmod(0o644)
    assert "hooks: pre-push\n" in said(configured.gofigure("status"))
    assert "pre-commit is not executable, so git leaves it out" in said(configured.gofigure("doctor"))
    configured.gofigure("install-hooks")
    assert "hooks: pre-commit, pre-push\n" in said(configured.gofigure("status"))


def test_the_script_can_be_executed_under_a_strict_umask(configured: Repo) -> None:
    before = os.umask(0o077)
    try:
        configured.gofigure("install-hooks")
    finally:
        os.umask(before)
    assert os.access(_hooks(configured) / "pre-commit", os.X_OK)
    assert configured.commit("one").returncode == 0


# Foreign hooks (pre-commit's install_uninstall_test: dead symlink, non-UTF-8; git t7503: non-executable).
PASSING = b"#!/bin/sh\necho foreign >> ../foreign\n"
CONTENTS = {
    "sh": PASSING,
    "non-utf-8": PASSING + b"# \xff\xfe caf\xe9\n",
    "no end of line": PASSING + b"exit 0",
    "nul bytes after exit": PASSING + b"exit 0\n\x00\x01\x7fELF\x00\n",
    "no first line: git gives it to sh": b"echo foreign >> ../foreign\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_foreign_hook_is_kept_runs_first_and_is_given_back(configured: Repo, content: bytes) -> None:
    place = configured.write(".git/hooks/pre-commit", content, mode=0o754)
    installed = configured.gofigure("install-hooks")
    assert installed.returncode == 0
    assert b"pre-commit.before-gofigure" in installed.stdout
    done = configured.commit("one")
    assert done.returncode == 0, said(done)
    assert lines(configured.root.parent / "foreign") == 1
    assert lines(configured.root.parent / "ran") == 1

    assert configured.gofigure("uninstall-hooks").returncode == 0
    assert _names(configured) == {"pre-commit"}
    assert place.read_bytes() == content
    assert stat.S_IMODE(place.stat().st_mode) == 0o754


def test_a_foreign_hook_that_cannot_be_executed_is_not_run_as_git_does_not(configured: Repo) -> None:
    """Git t7503 "non-executable hook"."""
    place = configured.write(".git/hooks/pre-commit", PASSING, mode=0o644)
    configured.gofigure("install-hooks")
    assert configured.commit("one").returncode == 0
    assert lines(configured.root.parent / "foreign") == 0
    assert lines(configured.root.parent / "ran") == 1
    configured.gofigure("uninstall-hooks")
    assert place.read_bytes() == PASSING
    assert stat.S_IMODE(place.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    "content",
    [b"#!/bin/sh\r\necho foreign >> ../foreign\r\n", b"\x7fELF\x02\x01\x01" + bytes(range(256))],
    ids=["crlf", "a program of another machine"],
)
def test_a_foreign_hook_that_git_could_not_start_stops_the_commit_too(configured: Repo, content: bytes) -> None:
    place = configured.write(".git/hooks/pre-commit", content, mode=0o755)
    assert configured.commit("one").returncode != 0, "git by itself"
    configured.gofigure("install-hooks")
    done = configured.commit("one")
    assert done.returncode != 0
    assert b"pre-commit.before-gofigure" in done.stderr
    assert b"bug" not in done.stderr
    assert lines(configured.root.parent / "ran") == 0
    configured.gofigure("uninstall-hooks")
    assert place.read_bytes() == content


@pytest.mark.parametrize("target", ["/nowhere/at/all", "pre-commit", "../../scripts/hook"])
def test_a_symlink_is_given_back_as_the_symlink_that_it_was(configured: Repo, target: str) -> None:
    """Dead, its own loop, and a script elsewhere (pre-commit's test_install_pre_commit_and_run_with_dead_symlink)."""
    configured.write("scripts/hook", PASSING, mode=0o755)
    _hooks(configured).mkdir(exist_ok=True)
    place = _hooks(configured) / "pre-commit"
    place.symlink_to(target)
    assert configured.gofigure("install-hooks").returncode == 0
    assert not place.is_symlink()
    done = configured.commit("one")
    assert done.returncode == 0, said(done)
    assert lines(configured.root.parent / "foreign") == (1 if target.startswith("..") else 0)
    assert (configured.root / "scripts" / "hook").read_bytes() == PASSING, "written through the link"

    assert configured.gofigure("uninstall-hooks").returncode == 0
    assert os.readlink(place) == target


def test_a_folder_in_the_place_of_a_hook_is_given_back(configured: Repo) -> None:
    configured.write(".git/hooks/pre-commit/inside", b"x")
    assert configured.gofigure("install-hooks").returncode == 0
    assert configured.commit("one").returncode == 0
    done = configured.gofigure("uninstall-hooks")
    assert done.returncode == 0, said(done)
    assert (_hooks(configured) / "pre-commit" / "inside").read_bytes() == b"x"


def test_a_fifo_in_the_place_of_a_hook_does_not_hang(configured: Repo) -> None:
    _hooks(configured).mkdir(exist_ok=True)
    os.mkfifo(_hooks(configured) / "pre-commit")
    assert configured.gofigure("install-hooks").returncode == 0
    assert configured.gofigure("uninstall-hooks").returncode == 0
    assert stat.S_ISFIFO((_hooks(configured) / "pre-commit").stat().st_mode)


def test_the_failure_of_the_foreign_hook_stops_the_commit_before_any_stage(configured: Repo) -> None:
    configured.write(".git/hooks/pre-commit", b"#!/bin/sh\necho 'not today' >&2\nexit 7\n", mode=0o755)
    configured.gofigure("install-hooks")
    done = configured.commit("one")
    assert done.returncode != 0
    assert b"not today" in done.stderr
    assert lines(configured.root.parent / "ran") == 0


def test_the_foreign_hook_gets_git_s_arguments_input_and_variables(configured: Repo, tmp_path: Path) -> None:
    """Pre-push: remote name and url as arguments, a line per ref as input; and gofigure still reads that input."""
    seen = b'#!/bin/sh\nprintf "%s\\n" "$@" > ../args\ncat > ../stdin\nenv > ../env\n'
    configured.write(".git/hooks/pre-push", seen, mode=0o755)
    configured.gofigure("install-hooks")
    assert configured.commit("one").returncode == 0
    remote = tmp_path / "the remote.git"
    configured.git("init", "-q", "--bare", str(remote))
    configured.git("remote", "add", "origin", str(remote))
    done = configured.try_git("push", "-q", "origin", "main", "main:other")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "args").read_text() == f"origin\n{remote}\n"
    head = configured.git("rev-parse", "HEAD").decode().strip()
    expected = {f"refs/heads/main {head} refs/heads/{name} {'0' * 40}" for name in ("main", "other")}
    assert set((tmp_path / "stdin").read_text().splitlines()) == expected
    assert configured.json("history")["runs"][0]["trigger"] == "pre-push"


def test_the_foreign_hook_sees_the_index_that_git_handed_over(configured: Repo, tmp_path: Path) -> None:
    """`git commit -- path` hands over an index of its own; taking GIT_INDEX_FILE away from it would be wrong."""
    configured.write(".git/hooks/pre-commit", b"#!/bin/sh\ngit write-tree > ../their-tree\n", mode=0o755)
    configured.gofigure("install-hooks")
    configured.commit("one")
    configured.write("a.txt", "new\n")
    configured.write("b.txt", "staged, not committed\n")
    configured.git("add", "-A")
    configured.git("commit", "-q", "-m", "two", "--", "a.txt")
    tree = configured.git("rev-parse", "HEAD^{tree}").strip()
    assert (tmp_path / "their-tree").read_bytes().strip() == tree


def test_two_foreign_hooks_are_never_mixed_up(configured: Repo) -> None:
    """Another tool wrote its hook over ours: installing again must not lose either of the two."""
    place = configured.write(".git/hooks/pre-commit", PASSING, mode=0o755)
    configured.gofigure("install-hooks")
    configured.write(".git/hooks/pre-commit", b"#!/bin/sh\n# husky\n", mode=0o755)
    done = configured.gofigure("install-hooks")
    assert done.returncode == 2
    assert "pre-commit.before-gofigure is already there" in said(done)
    assert place.read_bytes() == b"#!/bin/sh\n# husky\n"
    assert Path(f"{place}{KEPT}").read_bytes() == PASSING


def test_what_was_kept_is_given_back_though_our_own_script_was_deleted(configured: Repo) -> None:
    place = configured.write(".git/hooks/pre-commit", PASSING, mode=0o755)
    configured.gofigure("install-hooks")
    place.unlink()
    assert configured.gofigure("uninstall-hooks").returncode == 0
    assert place.read_bytes() == PASSING
    assert _names(configured) == {"pre-commit"}


def test_uninstalling_leaves_the_hooks_of_others_alone(configured: Repo) -> None:
    place = configured.write(".git/hooks/pre-commit", PASSING, mode=0o755)
    configured.write(".git/hooks/commit-msg", PASSING, mode=0o755)
    done = configured.gofigure("uninstall-hooks")
    assert done.returncode == 0
    assert b"no hook of gofigure's is installed" in done.stdout
    assert place.read_bytes() == PASSING
    assert _names(configured) == {"pre-commit", "commit-msg"}


def test_installation_from_a_linked_worktree_serves_the_whole_repository(configured: Repo, tmp_path: Path) -> None:
    configured.commit("one")
    linked = configured.at(tmp_path / "linked")
    configured.git("worktree", "add", "-q", str(linked.root))
    assert linked.gofigure("install-hooks").returncode == 0
    assert _names(configured) == {"pre-commit", "pre-push"}
    configured.write("a.txt", "b\n")
    assert configured.commit("two").returncode == 0
    assert configured.json("history")["runs"][0]["trigger"] == "pre-commit"


def test_hooks_that_nobody_outside_of_a_container_could_run_are_refused(
    configured: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real image says so too (containers/test_image), where there is an engine."""
    for name, value in configured.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(configured.root)
    monkeypatch.setattr(install, "is_only_inside", lambda _repository: True)
    with pytest.raises(GofigureError, match="in this container alone") as refused:
        install_in(here())
    assert "--via folder" in refused.value.hint
    assert not (_hooks(configured) / "pre-commit").exists()
    install_in(here(), "folder")
    assert (_hooks(configured) / "pre-commit").exists()
