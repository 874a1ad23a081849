"""Runs on what is being committed, or on a commit, while something else stands in the working tree."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from support.eye import everything
from support.repo import Repo
from support.rig import Rig, said, stages

CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["s"]
[stages.s]
run = '''RUN'''
inputs = ["src"]
MORE
"""


def _config(repo: Repo, run: str, more: str = "") -> None:
    repo.config(CONFIG.replace("RUN", run).replace("MORE", more))


def _differs(repo: Repo) -> None:
    """Something is staged, and then edited again."""
    repo.write("src/a", "staged\n")
    repo.git("add", "-A")
    repo.write("src/a", "not staged\n")


@pytest.fixture
def project(repo: Repo, tmp_path: Path) -> Repo:
    repo.write(".gitignore", "node_modules/\n.venv/\ncache/\n__pycache__/\n")
    repo.write("src/a", "1\n")
    _config(repo, f"pwd > {tmp_path}/where; cat src/a > {tmp_path}/read")
    repo.gofigure("install-hooks")
    assert repo.commit("one").returncode == 0
    return repo


def _stage(repo: Repo, *args: str, name: str = "s") -> Any:
    return stages(repo.json("run", *args))[name]


def _last(repo: Repo, name: str = "s") -> Any:
    return stages(repo.json("history"))[name]


def test_the_place_and_why_are_told_everywhere(project: Repo, tmp_path: Path) -> None:
    _differs(project)
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    why = "the working tree differs: src/a changed"
    assert said(done).count("private checkout") == 1
    assert f"s runs in a private checkout: {why}" in said(done)
    assert (tmp_path / "read").read_text() == "staged\n"
    assert (tmp_path / "where").read_text().endswith("/tree\n")
    stage = _last(project)
    assert (stage["place"], stage["why_there"], stage["proven"]) == ("private", why, True)
    assert f" in a private checkout ({why}); why: " in said(project.gofigure("why", "s"))
    assert project.json("why", "s")["stages"][0]["last"]["place"] == "private"
    project.write("src/a", "staged again\n")
    project.git("add", "-A")
    project.write("src/a", "not staged\n")
    now = project.json("status", "--staged")["jobs"][0]["stages"][0]
    assert (now["place"], now["why_there"]) == ("private", why)
    assert _stage(project)["place"] == "in place"
    assert "in a private checkout" not in said(project.gofigure("why", "s"))


def test_nothing_of_the_users_is_touched_and_the_place_stays(project: Repo, tmp_path: Path) -> None:
    places = set()
    for turn in range(3):
        _differs(project)
        project.write("src/a", f"not staged {turn}\n")
        project.write("untracked", f"{turn}\n")
        before = everything(project.root, objects=False)
        done = project.gofigure("run", "--staged", "--no-cache")
        assert done.returncode == 0, said(done)
        assert everything(project.root, objects=False) == before
        places.add((tmp_path / "where").read_text())
    assert len(places) == 1


def test_a_commit_with_another_configuration_is_run_with_this_one(project: Repo, tmp_path: Path) -> None:
    _config(project, f"cat src/a src/a > {tmp_path}/read")
    project.write("src/a", "2\n")
    project.gofigure("allow")
    done = project.gofigure("run", "--commit", "HEAD")
    assert done.returncode == 0, said(done)
    assert "the configuration in use is not the one in commit" in said(done)
    assert (tmp_path / "read").read_text() == "1\n1\n"


def test_a_stage_that_asks_for_it_gets_the_working_tree_as_it_stands(project: Repo, tmp_path: Path) -> None:
    _config(project, f"pwd > {tmp_path}/where; cat src/* > {tmp_path}/read; rm -r src", 'workspace = "private"')
    project.gofigure("allow")
    project.write("src/a", "edited\n")
    project.write("src/new", "untracked\n")
    (project.root / "src/away").symlink_to("a")
    before = everything(project.root, objects=False)
    stage = _stage(project)
    assert (stage["place"], stage["verdict"]) == ("private", "failed")
    assert stage["why_there"] == "it asks for that"
    assert (tmp_path / "read").read_text() == "edited\nedited\nuntracked\n"
    assert "it changed src/a" in stage["note"], "it has removed what it reads"
    assert everything(project.root, objects=False) == before
    _config(project, "test -e src/new", 'workspace = "private"')
    project.gofigure("allow")
    stage = _stage(project)
    assert (stage["verdict"], stage["proven"], stage["place"]) == ("passed", True, "private")


def test_what_git_cannot_hold_is_run_in_place_with_a_word(project: Repo, tmp_path: Path) -> None:
    _config(project, "true", 'workspace = "private"')
    project.gofigure("allow")
    project.git("update-index", "--assume-unchanged", "src/a")
    project.write("src/a", "hidden from git\n")
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "a private checkout cannot be made: the working tree" in said(done)
    assert _last(project)["place"] == "in place"


@pytest.mark.parametrize("kind", ["read-only", "filter", "partial"])
def test_where_there_can_be_none_a_commit_hook_runs_in_place_and_a_commit_is_not_judged(
    project: Repo, kind: str, tmp_path: Path
) -> None:
    _differs(project)
    env: dict[str, str] = {}
    repo = project
    if kind == "read-only":  # neither the cache nor the git directory will have it
        env["XDG_CACHE_HOME"] = "/proc/nowhere"
        (project.root / ".git/gofigure/checkouts").write_text("a file")
        words = "a private checkout cannot be made: [Errno"
    elif kind == "filter":
        project.write(".git/info/attributes", "* filter=bad\n")
        project.git("config", "filter.bad.smudge", "false")
        project.git("config", "filter.bad.clean", "cat")
        project.git("config", "filter.bad.required", "true")
        words = "smudge filter bad failed"
    else:
        project.git("commit", "-q", "--no-verify", "-m", "two")
        project.git("config", "uploadpack.allowFilter", "true")
        project.git("clone", "-q", "--filter=blob:none", f"file://{project.root}", str(tmp_path / "partial"))
        repo = project.at(tmp_path / "partial")
        repo.gofigure("allow")
        repo.write("src/a", "mine\n")
        repo.git("commit", "-q", "-a", "-m", "mine")
        repo.write("src/a", "not staged\n")
        words = "cannot be made" if repo.try_git("cat-file", "-e", "HEAD~2:src/a").returncode else ""
    if kind != "partial":
        done = repo.gofigure("run", "--staged", env=env)
        assert done.returncode == 0, said(done)
        assert words in said(done)
        stage = _last(repo)
        assert (stage["place"], stage["proven"]) == ("in place", False)
        assert stage["note"] == "not proven: it ran on other content: src/a changed"
    done = repo.gofigure("run", "--commit", "HEAD~1" if kind != "partial" else "HEAD", "--no-cache", env=env)
    assert "Traceback" not in said(done)
    if kind == "partial":
        assert done.returncode == 0, said(done)
    else:
        assert words in said(project.gofigure("run", "--commit", "HEAD", "--no-cache", env=env))
        assert _last(repo)["verdict"] == "skipped"


def test_stages_that_need_one_another_find_what_was_left(project: Repo, tmp_path: Path) -> None:
    project.config(
        f"""
[jobs.j]
stages = ["build", "test", "other"]
[stages.build]
type = "build"
run = "mkdir -p out && cp src/a out/a"
inputs = ["src"]
[stages.test]
run = "cat out/a > {tmp_path}/read"
inputs = ["src"]
needs = ["build"]
[stages.other]
run = "true"
inputs = [".gitignore"]
"""
    )
    project.gofigure("allow")
    project.git("add", "-A")
    project.git("commit", "-q", "--no-verify", "-m", "config")
    for content in ("2\n", "3\n"):
        project.write("src/a", content)
        project.git("add", "-A")
        project.write("src/a", "not staged\n")
        answer = stages(project.json("run", "--staged"))
        assert {name: stage["place"] for name, stage in answer.items()} | {"other": None} == {
            "build": "private",
            "test": "private",
            "other": None,
        }
        assert (tmp_path / "read").read_text() == content
    assert not (project.root / "out").exists()
    project.git("reset", "-q", "--hard")
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert (project.root / "out/a").read_text() == "1\n", "the private one left nothing here: it was run again"


def test_a_per_file_stage_gets_its_files_there(project: Repo, tmp_path: Path) -> None:
    _config(project, f'cat "$@" > {tmp_path}/read', "files = 'src/'")
    text = (project.root / ".gofigure.toml").read_text().replace('inputs = ["src"]', "")
    project.config(text)
    project.gofigure("allow")
    project.write("src/b", "gone by now\n")
    _differs(project)
    (project.root / "src/b").unlink()
    assert _stage(project, "--staged")["place"] == "private"
    assert (tmp_path / "read").read_text() == "staged\ngone by now\n"
    assert _stage(project, "--staged")["verdict"] == "reused"


def test_two_working_trees_at_once(project: Repo, tmp_path: Path, rig: Rig) -> None:
    project.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = project.at(tmp_path / "linked")
    gates = {repo.root.name: rig.gate(repo.root.name) for repo in (project, linked)}
    running = []
    for repo in (project, linked):
        gate = gates[repo.root.name]
        _config(
            repo, f"{gate.sh}; pwd > {tmp_path}/where-{repo.root.name}; cat src/a >> {tmp_path}/read-{repo.root.name}"
        )
        repo.gofigure("allow")
        repo.write("src/a", f"staged in {repo.root.name}\n")
        repo.git("add", "-A")
        repo.write("src/a", "not staged\n")
        argv = ["git", "commit", "-q", "-m", "at once"]
        running.append(rig.start_program(argv, repo.root, repo.env))
        gate.arrive()
    for gate in gates.values():
        gate.open()
    for one in running:
        assert one.finish() == 0, one.output
    where = {(tmp_path / f"where-{name}").read_text() for name in gates}
    assert len(where) == 2
    for name in gates:
        assert (tmp_path / f"read-{name}").read_text() == f"staged in {name}\n"


def test_a_run_that_was_killed_and_the_next(project: Repo, tmp_path: Path, rig: Rig) -> None:
    gate = rig.gate()
    _config(project, f"pwd > {tmp_path}/where; echo x > left; echo spoilt > src/a; {gate.sh}")
    project.gofigure("allow")
    _differs(project)
    before = everything(project.root, objects=False)
    running = rig.start(project, "run", "--staged")
    gate.arrive()
    os.kill(running.pid, signal.SIGKILL)
    running.finish()
    assert everything(project.root, objects=False) == before
    tree = Path((tmp_path / "where").read_text().strip())
    assert (tree / "left").exists()
    _config(project, f"pwd > {tmp_path}/where; test ! -e left; cat src/a > {tmp_path}/read")
    project.gofigure("allow")
    assert _stage(project, "--staged")["verdict"] == "passed"
    assert Path((tmp_path / "where").read_text().strip()) == tree
    assert (tmp_path / "read").read_text() == "staged\n"


def test_what_is_not_ignored_is_not_shared_and_said_only_where_it_was_asked_for(project: Repo) -> None:
    project.write("mine/x", "x")
    project.write("vendor/x", "by default, and not ignored\n")
    _config(project, "test -e cache/x; test ! -e mine", 'share = ["mine", "cache", "gone"]')
    project.gofigure("allow")
    project.write("cache/x", "x")
    _differs(project)
    project.git("reset", "-q", "mine", "vendor")
    done = project.gofigure("run", "--staged")
    assert done.returncode == 0, said(done)
    assert "mine is not shared: git does not ignore it" in said(done)
    assert "vendor" not in said(done)
    assert "shared with private checkouts: cache" in said(project.gofigure("status"))


@pytest.mark.parametrize("share", ['["../outside"]', '["/etc"]', '["a/../../b"]'])
def test_a_share_outside_is_no_share(project: Repo, share: str) -> None:
    (project.root.parent / "outside").mkdir()
    _config(project, "true", f"share = {share}")
    done = project.gofigure("validate")
    assert done.returncode == 2
    assert "share" in said(done)


def _venv(repo: Repo) -> Path:
    """As `python -m venv --without-pip .venv` makes it; the packages' folder."""
    import venv

    venv.create(repo.root / ".venv", with_pip=False, symlinks=True)
    (packages,) = (repo.root / ".venv").glob("lib/python*/site-packages")
    return packages


FINDER = """
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location
MAPPING: dict[str, str] = {'mine': 'ROOT/src/mine'}
class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname in MAPPING:
            return spec_from_file_location(fullname, MAPPING[fullname] + '/__init__.py')
def install():
    sys.meta_path.append(_EditableFinder)
"""


@pytest.mark.parametrize("how", ["path", "finder"])
def test_an_editable_install_is_told_and_mended(project: Repo, tmp_path: Path, how: str) -> None:
    packages = _venv(project)
    if how == "path":
        (packages / "__editable__.mine-1.pth").write_text(f"{project.root}/src\n")
    else:
        (packages / "__editable__.mine-1.pth").write_text("import __editable___mine_1_finder as f; f.install()\n")
        (packages / "__editable___mine_1_finder.py").write_text(FINDER.replace("ROOT", str(project.root)))
    (packages / "other.py").write_text("here = True\n")
    script = f'import mine, other; open("{tmp_path}/read", "w").write(mine.__file__ + " " + mine.value)'
    project.write("pyproject.toml", "")
    project.write("src/mine/__init__.py", "value = 'staged'\n")
    _config(project, f".venv/bin/python -c '{script}'")
    project.gofigure("allow")
    project.git("add", "-A")
    project.write("src/mine/__init__.py", "value = 'not staged'\n")
    stage = _stage(project, "--staged")
    assert (stage["verdict"], stage["place"], stage["proven"]) == ("passed", "private", False), stage
    assert (tmp_path / "read").read_text() == f"{project.root}/src/mine/__init__.py not staged", "what has to be told"
    assert ".venv leads back into the working tree (src)" in stage["note"]
    assert 'env = { PYTHONPATH = "src" } makes it import what is checked' in stage["note"]
    assert ".venv leads back into the working tree: src" in said(project.gofigure("status"))
    _config(project, f".venv/bin/python -c '{script}'", 'env = { PYTHONPATH = "src" }')
    project.gofigure("allow")
    project.git("add", ".gofigure.toml")
    stage = _stage(project, "--staged")
    assert (stage["verdict"], stage["place"], stage["proven"]) == ("passed", "private", True), stage
    read = (tmp_path / "read").read_text()
    assert read.endswith("/tree/src/mine/__init__.py staged")
    assert not read.startswith(str(project.root))


def test_a_package_of_the_same_workspace_is_the_checkouts(project: Repo) -> None:
    project.write("package.json", "{}")
    project.write("src/one/index.js", "1")
    (project.root / "node_modules/@mine").mkdir(parents=True)
    (project.root / "node_modules/@mine/one").symlink_to("../../src/one")
    _config(project, "grep 1 node_modules/@mine/one/index.js")
    project.gofigure("allow")
    _differs(project)
    project.write("src/one/index.js", "2")
    stage = _stage(project, "--staged")
    assert (stage["verdict"], stage["place"], stage["proven"]) == ("passed", "private", True), stage


def test_a_package_that_is_linked_by_its_whole_path_is_told(project: Repo) -> None:
    project.write("package.json", "{}")
    project.write("src/one/index.js", "1")
    (project.root / "node_modules/@mine").mkdir(parents=True)
    (project.root / "node_modules/@mine/one").symlink_to(project.root / "src/one")
    _config(project, "cat node_modules/@mine/one/index.js")
    project.gofigure("allow")
    _differs(project)
    stage = _stage(project, "--staged")
    assert (stage["verdict"], stage["proven"]) == ("passed", False)
    assert "node_modules leads back into the working tree (src/one)" in stage["note"]
    _config(project, "true", "share = []")
    project.gofigure("allow")
    project.git("add", ".gofigure.toml")
    assert _stage(project, "--staged")["proven"]


def test_a_secret_in_a_files_name_is_not_told_by_the_reason(project: Repo) -> None:
    _config(project, "true", 'secrets = ["TOKEN"]')
    project.gofigure("allow")
    _differs(project)
    project.write("src/hunter2hunter2", "x")
    done = project.gofigure("run", "--staged", env={"TOKEN": "hunter2hunter2"})
    assert done.returncode == 0, said(done)
    assert "private checkout" in said(done)
    assert "hunter2" not in said(done)
    assert "hunter2" not in said(project.gofigure("history", "--json"))


def test_a_terminal_is_not_needed_there(project: Repo) -> None:
    """An interactive stage runs in the private checkout like any other."""
    if not os.path.exists("/dev/ptmx") or sys.platform != "linux":
        pytest.skip("no pseudo terminals")
    import pty

    _config(project, "pwd", "interactive = true")
    project.gofigure("allow")
    _differs(project)
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(project.root)
        os.execvpe(project.command[0], [*project.command, "run", "--staged"], dict(project.env))
    output = b""
    try:
        while data := os.read(fd, 4096):
            output += data
    except OSError:
        pass
    os.waitpid(pid, 0)
    assert b"/checkouts/" in output, output
    assert _last(project)["place"] == "private"


def test_two_repositories_with_one_name(project: Repo, tmp_path: Path) -> None:
    other = project.at(tmp_path / "elsewhere" / "repo")
    shutil.copytree(project.root, other.root, symlinks=True)
    (other.root / ".gofigure").unlink(missing_ok=True)
    other.gofigure("allow")
    where = set()
    for repo in (project, other):
        _differs(repo)
        assert repo.gofigure("run", "--staged", "--no-cache").returncode == 0
        where.add((tmp_path / "where").read_text())
    assert len(where) == 2
