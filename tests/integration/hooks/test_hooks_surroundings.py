"""Hooks started by other programs than a terminal: bare environments, closed streams, stages that use git."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.repo import Done, Repo
from support.rig import lines, said

NESTED = """
[jobs.check]
on = ["pre-commit"]
stages = ["nested"]
[stages.nested]
run = '''
dir=$(mktemp -d); cd "$dir"
git init -q; echo x > inner; git add inner; git commit -q -m nested
git rev-list --count HEAD >> "OUTSIDE/nested"
'''
"""


@pytest.fixture
def nested(repo: Repo) -> Repo:
    repo.config(NESTED.replace("OUTSIDE", str(repo.root.parent)))
    repo.write("a.txt", "1\n")
    repo.gofigure("install-hooks")
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    repo.write("a.txt", "2\n")
    repo.write("b.txt", "staged\n")
    repo.git("add", "b.txt")
    return repo


WAYS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "commit": ((), {"b.txt"}),
    "commit -a": (("-a",), {"a.txt", "b.txt"}),
    "commit -- path": (("--", "a.txt"), {"a.txt"}),
}


def _commits_inside(repo: Repo, args: tuple[str, ...], expected: set[str], main: Repo) -> None:
    head = repo.git("rev-parse", "HEAD").strip()
    nested_before = lines(main.root.parent / "nested")
    staged = set(repo.git("diff", "--cached", "--name-only").decode().split()) - expected
    done = repo.try_git("commit", "-q", "-m", "two", *args)
    assert done.returncode == 0, said(done)
    assert lines(main.root.parent / "nested") == nested_before + 1
    assert repo.git("rev-parse", "HEAD~1").strip() == head, "one commit, on top of the one before"
    assert set(repo.git("diff", "--name-only", "HEAD~1", "HEAD").decode().split()) == expected
    assert set(repo.git("diff", "--cached", "--name-only").decode().split()) == staged
    assert b"inner" not in repo.git("ls-tree", "-r", "HEAD") + repo.git("ls-files")
    repo.git("fsck", "--strict")
    assert not list((main.root / ".git").rglob("*.lock"))


@pytest.mark.parametrize(("args", "expected"), WAYS.values(), ids=WAYS.keys())
def test_a_stage_that_makes_a_repository_of_its_own_leaves_ours_alone(
    nested: Repo, args: tuple[str, ...], expected: set[str]
) -> None:
    """pre-commit#300, lefthook#1265, prek#2505: with the leaked GIT_INDEX_FILE `commit -a` died in three of three."""
    _commits_inside(nested, args, expected, nested)


@pytest.mark.parametrize(("args", "expected"), WAYS.values(), ids=WAYS.keys())
def test_nor_in_a_linked_worktree(nested: Repo, tmp_path: Path, args: tuple[str, ...], expected: set[str]) -> None:
    """lefthook#1265, prek#2505: the leaked GIT_DIR moved the user's branch to the nested commit."""
    linked = nested.at(tmp_path / "linked" / "repo")
    nested.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    linked.write("a.txt", "2\n")
    linked.write("b.txt", "staged\n")
    linked.git("add", "b.txt")
    main = nested.git("rev-parse", "main")
    (tmp_path / "nested").rename(tmp_path / "linked" / "nested")
    (tmp_path / "nested").symlink_to(tmp_path / "linked" / "nested")
    _commits_inside(linked, args, expected, nested)
    assert nested.git("rev-parse", "main") == main


def test_cherry_pick_and_rebase_with_a_post_commit_hook(nested: Repo) -> None:
    """These commits meet post-commit only, with other variables set again (G11)."""
    nested.config(NESTED.replace("pre-commit", "post-commit"))
    nested.gofigure("install-hooks")
    nested.git("add", "-A")
    nested.git("commit", "-q", "-m", "two")
    nested.git("checkout", "-q", "-b", "side", "HEAD~1")
    nested.write("c.txt", "c\n")
    nested.git("add", "c.txt")
    nested.git("commit", "-q", "-m", "three")
    nested.git("rebase", "-q", "main")
    nested.git("checkout", "-q", "--detach", "main")
    nested.git("cherry-pick", "side")
    assert nested.git("rev-parse", "HEAD^{tree}") == nested.git("rev-parse", "side^{tree}")
    assert b"inner" not in nested.git("ls-tree", "-r", "HEAD")
    nested.git("fsck", "--strict")
    assert nested.git("status", "--porcelain") == b""


def test_a_post_commit_stage_that_commits_in_the_same_repository_does_not_loop(repo: Repo) -> None:
    """pre-commit#1496, #1497."""
    repo.config(
        '[jobs.ship]\non = ["post-commit"]\nstages = ["again"]\n'
        '[stages.again]\nrun = "echo ran >> ../ran; git commit -q --allow-empty -m again"\n'
    )
    repo.gofigure("install-hooks")
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    assert repo.git("rev-list", "--count", "HEAD").strip() == b"2"
    assert lines(repo.root.parent / "ran") == 1
    answer = repo.json("history")
    assert [run["verdict"] for run in answer["runs"]] == ["passed"]
    (skip,) = answer["skips"]
    assert skip["hook"] == "post-commit"
    assert "this is inside run 1" in skip["reason"]


def test_a_stage_that_starts_gofigure_in_the_same_repository_is_told_no_at_once(repo: Repo) -> None:
    """prek#1192: a deadlock."""
    repo.config(f'[jobs.all]\nstages = ["again"]\n[stages.again]\nrun = "{sys.executable} -m gofigure run"\n')
    repo.gofigure("allow")
    done = repo.gofigure("run")
    assert done.returncode == 1
    assert "this is inside run 1 of this repository" in said(done)
    assert "exit code 2" in said(done)


def test_a_stage_may_commit_in_another_repository_which_runs_its_own_hooks(repo: Repo, tmp_path: Path) -> None:
    other = Repo.create(tmp_path / "other", repo.env)
    other.config('[jobs.j]\non = ["pre-commit"]\nstages = ["s"]\n[stages.s]\nrun = "echo other >> ../other-ran"\n')
    other.gofigure("install-hooks")
    repo.config(
        '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "cd ../other && git add -A && git commit -q -m from-outside"\n'
    )
    repo.gofigure("allow")
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "other-ran") == 1
    assert other.json("history")["runs"][0]["tree"] == other.digest("--commit", "HEAD")


def _identity(repo: Repo) -> None:
    repo.git("config", "user.name", "A Tester")
    repo.git("config", "user.email", "tester@example.com")


@pytest.fixture
def with_tool(repo: Repo, tmp_path: Path) -> Repo:
    """A job that needs a program from a folder that only a login shell has on its PATH."""
    folder = tmp_path / "my tools"
    folder.mkdir()
    tool = folder / "my-linter"
    tool.write_text("#!/bin/sh\necho ran >> ../ran\n")
    tool.chmod(0o755)
    repo.config('[jobs.j]\non = ["pre-commit"]\nstages = ["s"]\n[stages.s]\nrun = "my-linter"\n')
    _identity(repo)
    repo.git("add", "-A")
    return Repo(repo.root, {**repo.env, "PATH": f"{folder}:{repo.env['PATH']}"})


def _bare(repo: Repo, env: dict[str, str]) -> Done:
    """`git commit` without a terminal, with only these variables."""
    return subprocess.run(
        ["git", "commit", "-q", "-m", "one"],
        cwd=repo.root,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )


def test_a_program_with_a_bare_path_can_commit(with_tool: Repo, home: Path) -> None:
    """husky#390, #639: silently skipped under a GUI. The PATH of the installation is written into the script."""
    with_tool.gofigure("install-hooks")
    done = _bare(with_tool, {"PATH": "/usr/bin:/bin", "HOME": str(home)})
    assert done.returncode == 0, said(done)
    assert lines(with_tool.root.parent / "ran") == 1


def test_a_program_without_home_can_commit(with_tool: Repo, home: Path) -> None:
    """husky#390. Without HOME, the home folder is looked up in the password file."""
    with_tool.gofigure("install-hooks")
    passwd = with_tool.root.parent / "passwd"
    passwd.write_text(f"me:x:{os.getuid()}:{os.getgid()}::{home}:/bin/sh\n")
    own_mounts = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
    script = (
        f"mount --bind '{passwd}' /etc/passwd || exit 99; cd '{with_tool.root}' &&"
        " exec env -i PATH=/usr/bin:/bin git commit -q -m one"
    )
    done = subprocess.run([*own_mounts, "sh", "-c", script], capture_output=True, check=False)
    if done.returncode == 99 or b"unshare" in done.stderr:
        pytest.skip("no mount namespace of our own can be had here")
    assert done.returncode == 0, said(done)
    assert lines(with_tool.root.parent / "ran") == 1


def test_the_caller_s_path_comes_before_the_one_of_the_installation(
    with_tool: Repo, tmp_path: Path, home: Path
) -> None:
    with_tool.gofigure("install-hooks")
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "my-linter").write_text("#!/bin/sh\necho newer >> ../newer-ran\n")
    (newer / "my-linter").chmod(0o755)
    done = _bare(with_tool, {"PATH": f"{newer}:/usr/bin:/bin", "HOME": str(home)})
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "newer-ran") == 1


@pytest.mark.parametrize(
    "extra",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "no_SUCH.locale"},
        {"PYTHONHOME": "/nonsense", "PYTHONPATH": "/nonsense"},
        {"GIT_DIR": ".git", "GIT_WORK_TREE": "."},
        {"TMPDIR": "/does/not/exist"},
    ],
    ids=" ".join,
)
def test_hostile_environments(with_tool: Repo, extra: dict[str, str]) -> None:
    """F33; with names that are not UTF-8 in the commit."""
    with_tool.write(b"caf\xe9\n.txt", "x")
    with_tool.gofigure("install-hooks")
    with_tool.git("add", "-A")
    done = _bare(with_tool, {**with_tool.env, **extra})
    assert done.returncode == 0, said(done)
    assert lines(with_tool.root.parent / "ran") == 1
    assert with_tool.json("history")["runs"][0]["tree"] == with_tool.digest("--commit", "HEAD")


@pytest.mark.parametrize("closed", ["<&-", "2>&-", ">&-", "<&- >&- 2>&-"])
def test_closed_standard_streams(with_tool: Repo, closed: str) -> None:
    """prek run_with_stdin_closed; F33."""
    with_tool.gofigure("install-hooks")
    done = subprocess.run(
        ["sh", "-c", f"exec git commit -q -m one {closed}"],
        cwd=with_tool.root,
        env=dict(with_tool.env),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, said(done)
    assert lines(with_tool.root.parent / "ran") == 1


@pytest.mark.parametrize(
    "name",
    [
        'it\'s a "$(touch canary)" \udcff `touch canary` repo',
        "-rf",
    ],
)
def test_a_repository_whose_path_is_hard_on_shells(tmp_path: Path, environment: dict[str, str], name: str) -> None:
    repo = Repo.create(tmp_path / name, environment)
    repo.config('[jobs.j]\non = ["pre-commit"]\nstages = ["s"]\n[stages.s]\nrun = "echo ran >> ../ran"\n')
    assert repo.gofigure("install-hooks").returncode == 0
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "ran") == 1
    assert not list(tmp_path.rglob("canary"))


def test_a_line_break_in_the_path_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    """`git rev-parse` has no NUL-separated answer to give."""
    repo = Repo.create(tmp_path / "two\nlines", environment)
    done = repo.gofigure("run")
    assert done.returncode == 2
    assert b"line break in its name" in done.stderr


def test_a_sha256_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    """F29: pre-commit counts forty zeros."""
    repo = Repo.create(tmp_path / "repo", environment, "--object-format=sha256")
    repo.config(
        '[jobs.j]\non = ["pre-commit", "post-commit", "pre-push"]\nstages = ["s"]\n'
        '[stages.s]\nrun = "echo ran >> ../ran"\n'
    )
    repo.gofigure("install-hooks")
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    repo.git("init", "-q", "--bare", "--object-format=sha256", str(tmp_path / "remote"))
    done = repo.try_git("push", "-q", str(tmp_path / "remote"), "main:other")
    assert done.returncode == 0, said(done)
    done = repo.try_git("push", "-q", str(tmp_path / "remote"), ":other")
    assert done.returncode == 0, said(done)
    triggers = [run["trigger"] for run in repo.json("history")["runs"]]
    assert triggers == ["pre-push", "post-commit", "pre-commit"]
    assert lines(tmp_path / "ran") == 1
