"""core.hooksPath: honoured where it is the repository's own, explained where it is not; and hooks of others."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.check]
on = ["pre-commit", "commit-msg"]
stages = ["one"]
[stages.one]
run = "echo ran >> ../ran"
cache = false
"""
FOREIGN = b"#!/bin/sh\necho foreign >> ../foreign\n"


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a.txt", "a\n")
    return repo


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _ran(repo: Repo) -> int:
    """How often the stage ran for one commit, which goes well."""
    before = lines(repo.root.parent / "ran")
    done = repo.commit("one", "--allow-empty")
    assert done.returncode == 0, said(done)
    return lines(repo.root.parent / "ran") - before


def _refused(repo: Repo) -> str:
    """What is said, with nothing written anywhere."""
    before = repo.git("status", "--porcelain", "--ignored", "-uall")
    done = repo.gofigure("install-hooks")
    assert done.returncode == 2, said(done)
    assert _names(repo.root / ".git" / "hooks") == set()
    assert repo.git("status", "--porcelain", "--ignored", "-uall") == before
    done = repo.gofigure("uninstall-hooks")
    assert done.returncode == 0, "there is nothing to take back, wherever git looks"
    return said(repo.gofigure("install-hooks"))


@pytest.mark.parametrize("value", [".git/hooks", "{root}/.git/hooks", "./.git/../.git/hooks/"])
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_a_hooks_path_that_names_the_usual_folder_is_no_obstacle(configured: Repo, scope: str, value: str) -> None:
    configured.git("config", scope, "core.hooksPath", value.format(root=configured.root))
    assert configured.gofigure("install-hooks").returncode == 0
    assert _ran(configured) == 2


@pytest.mark.parametrize("value", [".git/my hooks", "{root}/.git/my hooks"])
def test_a_folder_in_the_git_directory_is_used(configured: Repo, value: str) -> None:
    configured.git("config", "core.hooksPath", value.format(root=configured.root))
    folder = configured.root / ".git" / "my hooks"
    configured.write(".git/my hooks/pre-commit", FOREIGN, mode=0o755)
    assert configured.gofigure("install-hooks").returncode == 0
    assert _names(configured.root / ".git" / "hooks") == set()
    assert configured.json("status")["hooks"] == ["pre-commit", "commit-msg"]
    assert _ran(configured) == 2
    assert lines(configured.root.parent / "foreign") == 1
    assert configured.gofigure("uninstall-hooks").returncode == 0
    assert {name: (folder / name).read_bytes() for name in _names(folder)} == {"pre-commit": FOREIGN}


def test_an_ignored_folder_of_the_working_tree_is_used(configured: Repo) -> None:
    configured.write(".gitignore", "/.hooks/\n")
    configured.write(".hooks/pre-commit", FOREIGN, mode=0o755)
    configured.git("config", "core.hooksPath", ".hooks")
    done = configured.gofigure("install-hooks")
    assert done.returncode == 0, said(done)
    assert _ran(configured) == 2
    assert lines(configured.root.parent / "foreign") == 1
    assert b".hooks" not in configured.git("ls-files")


def test_they_are_found_again_where_they_were_installed_though_the_path_has_changed(configured: Repo) -> None:
    folder = configured.root / ".git" / "elsewhere"
    configured.write(".git/elsewhere/pre-commit", FOREIGN, mode=0o755)
    configured.gofigure("install-hooks")
    configured.git("config", "core.hooksPath", ".git/elsewhere")
    assert configured.json("status")["hooks"] == [], "git looks where nothing of ours is"
    configured.gofigure("install-hooks")
    configured.git("config", "--unset", "core.hooksPath")
    done = configured.gofigure("uninstall-hooks")
    assert done.returncode == 0
    assert _names(configured.root / ".git" / "hooks") == set()
    assert _names(folder) == {"pre-commit"}
    assert (folder / "pre-commit").read_bytes() == FOREIGN


def test_an_ignored_folder_with_a_tracked_file_is_left_alone(configured: Repo) -> None:
    configured.write(".gitignore", "/.hooks/\n")
    configured.write(".hooks/README", "ours\n")
    configured.git("add", "-f", ".hooks/README")
    configured.git("config", "core.hooksPath", ".hooks")
    assert "are part of the repository" in _refused(configured)


@pytest.mark.parametrize("tracked", [True, False])
def test_a_folder_that_goes_to_others_with_the_repository_is_left_alone(configured: Repo, *, tracked: bool) -> None:
    """Ours hold an absolute path. Each script there needs one line, which is told, and works."""
    configured.write(".githooks/pre-commit", FOREIGN, mode=0o755)
    if tracked:
        configured.git("add", "-A")
    configured.git("config", "core.hooksPath", ".githooks")
    words = _refused(configured)
    assert ("are part of" if tracked else "would become part of") in words
    assert "or: git config --local --unset core.hooksPath" in words
    told = [line.strip().split(": ", 1) for line in words.splitlines() if "gofigure hook" in line]
    assert [place for place, _ in told] == [".githooks/pre-commit", ".githooks/commit-msg"]
    for place, line in told:
        configured.write(place, f"#!/bin/sh\n{_callable(configured, line)}\necho after >> ../foreign\n", mode=0o755)
    assert configured.gofigure("allow").returncode == 0
    assert _ran(configured) == 2
    assert lines(configured.root.parent / "foreign") == 2


def _callable(repo: Repo, line: str) -> str:
    """The line that was told, with gofigure as it is called here."""
    return line.replace("gofigure hook", f"{shlex.join(repo.command)} hook")


def test_husky_s_folder_is_its_own_and_its_users_are_told_where_the_line_goes(configured: Repo) -> None:
    """Its scripts look at their own names, and each `npm install` writes them anew: ours would silently be gone."""
    configured.write(".husky/_/.gitignore", "*")
    configured.write(".husky/_/pre-commit", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"', mode=0o755)
    husky = 'n=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\nexit $?\n'
    configured.write(".husky/_/h", husky)
    configured.git("config", "core.hooksPath", ".husky/_")
    words = _refused(configured)
    assert "husky makes the hooks in .husky/_" in words
    place, line = next(line.strip().split(": ", 1) for line in words.splitlines() if "gofigure hook" in line)
    assert place == ".husky/pre-commit"
    configured.gofigure("allow")
    configured.write(place, _callable(configured, line))
    assert _ran(configured) == 1


@pytest.mark.parametrize("value", ["/somewhere/hooks", "~/hooks", "../hooks", "link"])
def test_a_folder_outside_is_explained(configured: Repo, value: str, tmp_path: Path) -> None:
    (configured.root / "link").symlink_to(tmp_path / "shared")
    configured.git("config", "core.hooksPath", value)
    words = _refused(configured)
    assert "outside of this repository" in words
    assert 'gofigure hook pre-commit "$@" || exit $?' in words


@pytest.mark.parametrize("value", [".husky/_", "/somewhere/hooks", "~/hooks", ".git/other"])
def test_a_path_for_all_repositories_is_explained_and_the_way_out_works(
    configured: Repo, value: str, tmp_path: Path
) -> None:
    """In linked worktrees too, where `.git` is a file."""
    configured.git("config", "--global", "core.hooksPath", value)
    words = _refused(configured)
    assert "of every repository in " in words
    assert "(core.hooksPath, global)" in words
    way_out = next(line.split(": ", 1)[1] for line in words.splitlines() if "git config --local" in line)
    configured.git(*shlex.split(way_out)[1:])
    assert configured.gofigure("install-hooks").returncode == 0
    assert _ran(configured) == 2
    linked = configured.at(tmp_path / "linked")
    configured.git("worktree", "add", "-q", str(linked.root))
    assert _ran(linked) == 2
    assert linked.json("status")["hooks"] == ["pre-commit", "commit-msg"]


def test_a_path_that_is_nothing_in_a_linked_worktree_is_explained(configured: Repo, tmp_path: Path) -> None:
    configured.git("commit", "-q", "--allow-empty", "-m", "root")
    configured.git("config", "core.hooksPath", ".git/hooks")
    linked = configured.at(tmp_path / "linked")
    configured.git("worktree", "add", "-q", str(linked.root))
    linked.config(CONFIG)
    done = linked.gofigure("install-hooks")
    assert done.returncode == 2
    words = said(done)
    assert "its .git is a file" in words
    linked.git(*shlex.split(words.splitlines()[1].strip())[1:])
    assert linked.gofigure("install-hooks").returncode == 0
    assert _ran(linked) == 2


def test_an_empty_path_is_explained(configured: Repo) -> None:
    """Git then asks for `/pre-commit`."""
    configured.git("config", "core.hooksPath", "")
    assert "so git looks for no hooks at all" in _refused(configured)
    configured.gofigure("allow")
    assert configured.json("status")["hooks"] == []


def test_a_worktree_s_own_path_is_honoured(configured: Repo, tmp_path: Path) -> None:
    configured.git("commit", "-q", "--allow-empty", "-m", "root")
    configured.git("config", "extensions.worktreeConfig", "true")
    linked = configured.at(tmp_path / "linked")
    configured.git("worktree", "add", "-q", str(linked.root))
    linked.config(CONFIG)
    own = Path(os.fsdecode(linked.git("rev-parse", "--absolute-git-dir").strip())) / "hooks"
    linked.git("config", "--worktree", "core.hooksPath", str(own))
    assert linked.gofigure("install-hooks").returncode == 0
    assert _names(own) == {"pre-commit", "commit-msg"}
    assert _ran(linked) == 2
    assert _ran(configured) == 0


def test_a_hook_of_one_s_own_gives_git_s_input_on(repo: Repo, tmp_path: Path) -> None:
    repo.config('[jobs.j]\non = ["pre-push"]\nstages = ["s"]\n[stages.s]\nrun = "cat > ../refs; echo $# >> ../refs"\n')
    repo.write(".git/hooks/pre-push", f'#!/bin/sh\n{shlex.join(repo.command)} hook pre-push "$@"\n', mode=0o755)
    repo.gofigure("allow")
    repo.commit("one")
    repo.git("init", "-q", "--bare", str(tmp_path / "remote"))
    repo.git("push", "-q", str(tmp_path / "remote"), "main")
    head = repo.git("rev-parse", "HEAD").decode().strip()
    assert (tmp_path / "refs").read_text() == f"refs/heads/main {head} refs/heads/main {'0' * 40}\n2\n"


def test_a_hook_s_arguments_are_no_options_of_ours(repo: Repo, tmp_path: Path) -> None:
    """`git rebase --root` hands over just that."""
    repo.config('[jobs.j]\non = ["pre-rebase"]\nstages = ["s"]\n[stages.s]\nrun = \'echo "$@" > ../args\'\n')
    repo.gofigure("allow")
    done = repo.gofigure("hook", "pre-rebase", "--root", "--help", "--", "-x")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "args").read_text() == "--root --help -- -x\n"


def test_a_hook_that_no_job_can_name_is_told(repo: Repo) -> None:
    done = repo.gofigure("hook", "pre-comit")
    assert done.returncode == 2
    assert b"did you mean 'pre-commit'?" in done.stderr


def test_what_is_no_folder_has_only_one_way_out(configured: Repo) -> None:
    configured.git("config", "core.hooksPath", "/dev/null")
    words = _refused(configured)
    assert "no folder" in words
    assert "git config --local --unset core.hooksPath" in words
    assert "/dev/null/" not in words


@pytest.mark.parametrize("value", [".husky", ".husky/_", ".git/hooks"])
def test_a_script_of_ones_own_that_calls_us_is_seen(configured: Repo, value: str) -> None:
    """As README and `install-hooks` advise."""
    configured.config(CONFIG.replace(', "commit-msg"', ""))
    configured.git("config", "core.hooksPath", value)
    place = ".git/hooks/pre-commit" if value == ".git/hooks" else ".husky/pre-commit"
    configured.write(".husky/_/pre-commit", "#!/bin/sh\n. h\n", mode=0o755)
    own = '#!/bin/sh\n# gofigure hook pre-push is not called\ngofigure hook pre-commit "$@" || exit $?\n'
    configured.write(place, own, mode=0o755)
    configured.gofigure("allow")
    assert configured.json("status")["hooks"] == ["pre-commit"]
    assert "and they call gofigure" in said(configured.gofigure("doctor"))
    assert configured.gofigure("doctor").returncode == 0
    configured.write(place, "#!/bin/sh\n# gofigure hook pre-commit\n", mode=0o755)
    assert configured.json("status")["hooks"] == []
    assert configured.gofigure("doctor").returncode == 2
