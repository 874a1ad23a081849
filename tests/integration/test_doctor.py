"""`gofigure doctor`: each thing that it looks for is brought about once."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.eye import everything
from support.repo import Repo
from support.rig import said

from gofigure import __version__, trust
from gofigure.doctor import examine as examination
from gofigure.doctor import filesystem
from gofigure.doctor.examine import examine
from gofigure.doctor.finding import Finding, Said
from gofigure.doctor.scene import Scene, look_around
from gofigure.events import ignore
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.model import Trigger
from gofigure.pipeline import run
from gofigure.project import load_config, locate
from gofigure.store.inspect import why_locks_fail
from gofigure.subject import Request
from gofigure.triggers.install import install, template

CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["s"]
[stages.s]
run = "echo it ran"
"""
KEPT = "pre-commit.before-gofigure"


@pytest.fixture(autouse=True)
def _locks_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another Python is started to try them; that is done in three tests and not in fifty."""
    monkeypatch.setattr(filesystem, "why_locks_fail", lambda _folder: "")


@pytest.fixture
def project(repo: Repo) -> Repo:
    """All is well: hooks installed, allowed, run once. In this process, which saves starting two others."""
    repo.config(CONFIG)
    repo.write("a", "1\n")
    where = locate(ask(str(repo.root), repo.env, GitVariables()), repo.env)
    assert where.repository is not None
    install(where.repository, ["pre-commit"], path=repo.env["PATH"], data=trust.data_home(repo.env))
    trust.allow(where.trust, load_config(where).layers)
    run(where, Request(Trigger("manual"), repo.env), ignore)
    return repo


def look(repo: Repo, folder: Path | None = None, env: Mapping[str, str] = {}, **changes: Any) -> list[Finding]:
    scene = look_around(str(folder or repo.root), {**repo.env, **env}, GitVariables())
    return list(examine(scene._replace(**changes)))


def told(findings: list[Finding], level: str) -> list[str]:
    return [f"{one.subject}: {one.found} | {one.mend}" for one in findings if one.level == level]


def problem(repo: Repo, folder: Path | None = None, env: Mapping[str, str] = {}, **changes: Any) -> str:
    """The one problem that there is."""
    (only,) = told(look(repo, folder, env, **changes), "problem")
    return only


def warning(repo: Repo, folder: Path | None = None, env: Mapping[str, str] = {}, **changes: Any) -> str:
    """The one warning, where there is no problem."""
    findings = look(repo, folder, env, **changes)
    assert told(findings, "problem") == []
    (only,) = told(findings, "warning")
    return only


def hook(repo: Repo, name: str = "pre-commit") -> Path:
    return repo.root / ".git/hooks" / name


def program(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return place


def test_where_all_is_well_it_says_so(project: Repo) -> None:
    done = project.gofigure("doctor")
    assert done.returncode == 0, said(done)
    assert b"0 problem(s), 0 warning(s)\n" in done.stdout
    answer = project.json("doctor")
    assert answer["counts"] == {"ok": len(answer["findings"]), "warning": 0, "problem": 0}
    assert {one["subject"] for one in answer["findings"]} == {subject for subject, _ in examination.CHECKS}
    assert all(one.keys() == {"subject", "level", "found", "mend"} for one in answer["findings"])


def test_it_changes_nothing(project: Repo) -> None:
    before, store = everything(project.root), (project.root / ".gofigure").read_bytes()
    project.gofigure("doctor")
    assert everything(project.root) == before
    assert (project.root / ".gofigure").read_bytes() == store
    (project.root / ".gofigure").unlink()
    project.gofigure("doctor")
    assert not (project.root / ".gofigure").exists()


def test_a_problem_is_exit_code_2_and_a_warning_is_none(project: Repo) -> None:
    hook(project).chmod(0o644)
    done = project.gofigure("doctor")
    assert done.returncode == 2, said(done)
    assert b"\nPROBLEM  hooks " in done.stdout
    assert f"mend: chmod +x {hook(project)}" in said(done)
    hook(project).chmod(0o755)
    (project.root / ".gofigure").chmod(0o644)
    assert project.gofigure("doctor").returncode == 0


def test_without_git(project: Repo, tmp_path: Path) -> None:
    problems = told(look(project, env={"PATH": str(tmp_path)}), "problem")
    assert problems[0].startswith("git: cannot start git")
    assert problems[0].endswith("| install git, or put it on the PATH")


def test_a_git_that_is_too_old(project: Repo, tmp_path: Path) -> None:
    real = shutil.which("git")
    program(tmp_path / "git", f'[ "$1" = --version ] && {{ echo git version 2.30.9; exit; }}; exec {real} "$@"')
    path = f"{tmp_path}:{project.env['PATH']}"
    assert problem(project, env={"PATH": path}) == "git: git 2.30.9 is too old | install git 2.31 or newer"


def test_outside_of_everything(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    findings = look(repo, folder)
    assert "repository: " in told(findings, "warning")[0]
    assert told(findings, "warning")[0].endswith("| git init")
    assert "no .gofigure.toml" in told(findings, "problem")[0]
    done = repo.gofigure("doctor", cwd=folder)
    assert done.returncode == 2, said(done)
    assert list(folder.iterdir()) == []


def test_in_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    before = everything(tmp_path / "bare.git")
    assert "no .gofigure.toml in" in problem(repo, tmp_path / "bare.git")
    assert everything(tmp_path / "bare.git") == before


@pytest.mark.parametrize("how", ["HEAD", "leads nowhere"])
def test_a_repository_that_is_none_any_more(project: Repo, how: str) -> None:
    if how == "HEAD":
        project.write(".git/HEAD", "nonsense\n")
    else:
        shutil.rmtree(project.root / ".git")
        project.write(".git", "gitdir: /nowhere\n")
    (project.root / "below").mkdir()
    problems = told(look(project, project.root / "below"), "problem")
    assert problems[0].startswith(f"repository: {project.root}/.git is there, and yet git finds no repository")


def test_gits_own_configuration_is_broken(project: Repo) -> None:
    project.write(".git/config", "[broken\n")
    assert "bad config line 1" in problem(project)
    assert problem(project).endswith("| git status, and mend what it says")


def test_an_index_that_cannot_be_read(project: Repo) -> None:
    project.write(".git/index", b"no index, " * 99)
    assert "index file corrupt | mv " in problem(project)


def test_an_index_with_conflicts(project: Repo) -> None:
    project.commit("one")
    oid = project.git("rev-parse", "HEAD:a").decode().strip()
    lines = "".join(f"100644 {oid} {stage}\ta\n" for stage in (1, 2, 3))
    project.git("rm", "-q", "--cached", "a")
    project.git("update-index", "--index-info", stdin=lines.encode())
    assert "the index has conflicts, so nothing can be committed: a |" in warning(project)


def test_a_repository_that_git_refuses(project: Repo) -> None:
    """safe.directory: git's own switch for its tests makes us somebody else."""
    words = problem(project, env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert "dubious ownership" in words
    assert f"| git config --global --add safe.directory {project.root}" in words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("core.fileMode", "false", "overlooks a changed exec bit"),
        ("core.ignoreCase", "true", "overlooks names that differ in case only"),
        ("core.trustctime", "no", "overlooks changes that only move the ctime"),
        ("core.symlinks", "0", "overlooks that a file has become a link"),
    ],
)
def test_settings_that_make_git_look_away(project: Repo, name: str, value: str, words: str) -> None:
    project.git("config", name, value)
    assert words in warning(project)
    assert f"git config --unset {name.lower()}" in warning(project)


def test_a_program_that_the_repository_wants_git_to_start(project: Repo, tmp_path: Path) -> None:
    planted = program(tmp_path / "monitor", f"touch {tmp_path / 'canary'}")
    project.git("-c", "core.fsmonitor=false", "config", "core.fsmonitor", str(planted))
    assert f"core.fsmonitor = {planted}" in warning(project)
    assert not (tmp_path / "canary").exists()
    project.git("-c", "core.fsmonitor=false", "config", "core.fsmonitor", "true")
    assert told(look(project), "warning") == []


def _other_python(repo: Repo, python: Path | str) -> None:
    text = hook(repo).read_text()
    start = text.index("python=") + len("python=")
    hook(repo).write_text(text[:start] + str(python) + text[text.index("\n", start) :])


def test_an_interpreter_that_is_gone(project: Repo) -> None:
    _other_python(project, "/nowhere/python")
    assert problem(project) == (
        "interpreter: /nowhere/python is gone, so these hooks block: pre-commit | gofigure install-hooks"
    )


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        ("echo no module >&2; exit 1", "problem", "which cannot import gofigure: no module"),
        ("echo 3.9.2.0.1.0", "problem", "which is Python 3.9.2: too old"),
        ("echo 3.12.1.0.0.9", "warning", f"start gofigure 0.0.9 ({{}}); this one is {__version__}"),
        (f"echo 3.12.1.{__version__}", "ok", f"start gofigure {__version__}, Python 3.12.1 ({{}}): pre-commit"),
    ],
)
def test_another_interpreter(project: Repo, tmp_path: Path, answer: str, level: str, words: str) -> None:
    python = program(tmp_path / "python", answer)
    _other_python(project, python)
    matching = [line for line in told(look(project), level) if words.format(python) in line]
    assert len(matching) == 1, told(look(project), level)


def test_an_interpreter_that_a_hook_names_is_not_started_before_allow(project: Repo, tmp_path: Path) -> None:
    """The hook may have come with the folder."""
    _other_python(project, program(tmp_path / "python", f"touch {tmp_path / 'canary'}"))
    assert project.gofigure("allow", "--revoke").returncode == 0
    findings = look(project)
    assert any("is not started before you allow it" in line for line in told(findings, "warning"))
    assert not (tmp_path / "canary").exists()
    assert told(findings, "problem") == [
        "permission: nobody has allowed this configuration to run on this machine | gofigure allow"
    ]


def test_hooks_in_another_place(project: Repo, tmp_path: Path) -> None:
    project.git("config", "core.hooksPath", str(tmp_path / "elsewhere"))
    elsewhere, missing = told(look(project), "problem")
    assert f"git is told to look for hooks in {tmp_path / 'elsewhere'} (core.hooksPath)" in elsewhere
    assert "pre-commit is not installed" in missing


def test_a_hook_that_is_not_installed(project: Repo) -> None:
    hook(project).unlink()
    assert problem(project) == (
        "hooks: pre-commit is not installed: git will not start its jobs | gofigure install-hooks"
    )


def test_a_hook_of_another_program(project: Repo) -> None:
    hook(project).unlink()
    program(hook(project), "exit 0")
    assert f"{hook(project)} is another program's" in problem(project)


@pytest.mark.parametrize("shape", ["another version", "another form"])
def test_a_hook_that_an_older_gofigure_wrote(project: Repo, shape: str) -> None:
    text = hook(project).read_text()
    assert text.startswith("#!/bin/sh\n# gofigure hook, version 2.")
    if shape == "another version":
        hook(project).write_text(text.replace("version 2.", "version 1.", 1))
    else:
        hook(project).write_text(text.replace("python=", "interpreter="))
    assert "hooks: pre-commit is outdated: its script is of version" in warning(project)


def test_what_is_read_of_a_script_is_what_was_written(project: Repo) -> None:
    """The reader follows the template: where that changes its form, this fails."""
    assert template().startswith("#!/bin/sh\n# gofigure hook, version ")
    assert any(
        line.startswith("interpreter: the hooks start this one: pre-commit") for line in told(look(project), "ok")
    )


def test_a_hook_that_no_job_names(project: Repo) -> None:
    project.config(CONFIG.replace('"pre-commit"', '"pre-push"'))
    assert project.gofigure("install-hooks").returncode == 0
    assert told(look(project), "warning") == []
    project.config(CONFIG.replace('on = ["pre-commit"]\n', ""))
    assert "no job names pre-push | gofigure uninstall-hooks" in warning(project)


def test_a_kept_hook(project: Repo) -> None:
    program(hook(project, KEPT), "exit 0")
    assert f"hooks: {hook(project, KEPT)} runs first | " in told(look(project), "ok")
    hook(project, KEPT).chmod(0o644)
    assert "is not executable and does not run, as it did not before" in warning(project)
    project.config(CONFIG.replace('on = ["pre-commit"]\n', ""))
    hook(project).unlink()
    assert "runs no more" in warning(project)
    assert "gofigure uninstall-hooks" in warning(project)


def test_in_a_linked_worktree(project: Repo, tmp_path: Path) -> None:
    assert project.commit("one").returncode == 0
    project.git("worktree", "add", "-q", str(tmp_path / "linked"))
    findings = look(project, tmp_path / "linked")
    assert told(findings, "problem") == told(findings, "warning") == []
    assert any("for all worktrees of this repository" in line for line in told(findings, "ok"))


def _sql(repo: Repo, statement: str) -> None:
    connection = sqlite3.connect(repo.root / ".gofigure")
    with connection:
        connection.execute(statement)
    connection.close()


def _deep_damage(repo: Repo) -> None:
    store = repo.root / ".gofigure"
    whole = store.read_bytes()
    store.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def _free_list(repo: Repo) -> None:
    """Its header claims seven free pages; every row can still be read."""
    store = repo.root / ".gofigure"
    whole = store.read_bytes()
    store.write_bytes(whole[:36] + (7).to_bytes(4, "big") + whole[40:])


STORES: dict[str, tuple[Callable[[Repo], object], str, str]] = {
    "tracked": (lambda repo: repo.git("add", "-f", ".gofigure"), "problem", "store: .gofigure is tracked by git"),
    "garbage": (lambda repo: repo.write(".gofigure", b"no database, " * 999), "problem", ".gofigure is damaged"),
    "damaged within": (_deep_damage, "problem", ".gofigure is damaged"),
    "damaged where nobody reads": (_free_list, "problem", ".gofigure is damaged: "),
    "newer": (
        lambda repo: _sql(repo, "PRAGMA user_version = 4711"),
        "problem",
        "was written by a newer gofigure (schema 4711, ",
    ),
    "of another program": (lambda repo: _sql(repo, "PRAGMA application_id = 1"), "warning", "was not made in this"),
    "of another place": (
        lambda repo: _sql(repo, "UPDATE meta SET value = x'00' WHERE name = 'token'"),
        "warning",
        "was not made in this repository",
    ),
    "a write that was cut off": (
        lambda repo: repo.write(".gofigure-journal", b"half of a page"),
        "warning",
        "was left in the middle of a write",
    ),
    "writable by others": (lambda repo: (repo.root / ".gofigure").chmod(0o666), "problem", "can be written by others"),
    "readable by others": (lambda repo: (repo.root / ".gofigure").chmod(0o604), "warning", "can be read by others"),
    "a second name": (
        lambda repo: os.link(repo.root / ".gofigure", repo.root.parent / "other"),
        "problem",
        "has a second name (hard link)",
    ),
}


@pytest.mark.parametrize("state", STORES)
def test_the_store(project: Repo, state: str) -> None:
    bring_about, level, words = STORES[state]
    bring_about(project)
    before = (project.root / ".gofigure").read_bytes()
    matching = [line for line in told(look(project), level) if words in line]
    assert len(matching) == 1, look(project)
    assert not matching[0].endswith("| "), "there is a mend"
    assert (project.root / ".gofigure").read_bytes() == before


def test_a_store_that_cannot_be_written(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everything, so the answer is put into the system's mouth."""
    access = os.access
    store = str(project.root / ".gofigure")
    monkeypatch.setattr(os, "access", lambda path, mode: path != store and access(path, mode))
    assert f"store: {store} cannot be written: nothing new will be remembered" in warning(project)


def test_a_large_store(project: Repo) -> None:
    os.truncate(project.root / ".gofigure", 3 << 30)  # a hole
    assert any("holds 3.0 GiB | gofigure gc" in line for line in told(look(project), "warning"))


def test_a_configuration_that_waits_for_a_yes(project: Repo) -> None:
    project.config(CONFIG + "# theirs\n")
    project.git("add", "-A")
    project.git("commit", "-q", "--no-verify", "-m", "theirs")
    shutil.rmtree(project.root / ".git/logs")  # nobody knows who has made it
    assert "permission: .gofigure.toml is not what was allowed to run here" in problem(project)
    assert "gofigure allow" in problem(project), "and looking has not allowed it"


def test_a_permission_that_others_could_give(project: Repo, home: Path) -> None:
    (record,) = home.rglob("allowed/*")
    record.parent.chmod(0o777)
    assert f"permission: {record.parent} can be written by others" in problem(project)
    record.parent.chmod(0o700)
    assert told(look(project), "problem") == []


def test_a_hook_that_looks_for_permissions_elsewhere(project: Repo, tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert project.gofigure("allow", env=env).returncode == 0
    first, _store = told(look(project, env=env), "warning")
    assert first.startswith("permission: the pre-commit hook looks for permissions in")


def test_a_configuration_with_problems(project: Repo) -> None:
    project.config("".join(f"x{number} = 1\n" for number in range(8)))
    problems = [line for line in told(look(project), "problem") if line.startswith("configuration: ")]
    assert len(problems) == 6
    assert ".gofigure.toml:1: x0: unknown key" in problems[0]
    assert problems[0].endswith("| gofigure validate")
    assert problems[-1] == "configuration: 3 more problems | gofigure validate"


def test_a_personal_layer(project: Repo) -> None:
    project.write(".gofigure.local.toml", '[stages.s]\ntimeout = "1m"\n')
    findings = look(project)
    assert told(findings, "problem") == []
    assert any(
        ".gofigure.local.toml is laid over it, and says: stages.s.timeout" in line for line in told(findings, "ok")
    )
    project.git("add", "-f", ".gofigure.local.toml")
    assert ".gofigure.local.toml is tracked by git" in problem(project)


@pytest.mark.parametrize(("ahead", "how"), [(60, "behind"), (-60, "ahead of")])
def test_a_clock_that_is_not_that_of_the_file_system(project: Repo, ahead: float, how: str) -> None:
    words = problem(project, now=lambda: time.time() + ahead)
    assert words.startswith(f"clock: the file system's clock is 60 s {how} this machine's")


def test_a_run_of_the_future(project: Repo) -> None:
    _sql(project, f"UPDATE runs SET started_ns = {time.time_ns() + 3600 * 10**9}")
    assert "clock: a run is recorded as of 3600 s from now" in warning(project)


def test_a_program_that_is_missing(project: Repo) -> None:
    text = CONFIG.replace("echo it", "nonesuch it") + 'tools = ["nonesuch", "neither"]\n'
    project.config(text + "[stages.unused]\nrun = 'not-asked-for'\n")
    problems = told(look(project), "problem")
    assert problems == [
        "programs: nonesuch is not found on the PATH: s | install nonesuch, or mend the PATH",
        "programs: neither is not found on the PATH: s | install neither, or mend the PATH",
    ]
    project.config(CONFIG.replace("echo it", "./built-later"))
    assert "programs: ./built-later is not there, or not executable: s" in warning(project)


def test_a_program_that_a_graphical_client_does_not_find(project: Repo, tmp_path: Path) -> None:
    program(tmp_path / "bin/mine", "exit 0")
    project.config(CONFIG.replace("echo it", "mine it"))
    env = {"PATH": f"{project.env['PATH']}:{tmp_path / 'bin'}"}
    assert "mine is found from here, but not from a hook that a graphical client starts: s" in warning(project, env=env)
    assert project.gofigure("install-hooks", env=env).returncode == 0
    assert told(look(project, env=env), "warning") == []


def test_scratch_folders_of_the_dead(project: Repo) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (project.root / f".git/gofigure/scratch-{ended.pid}-1").mkdir()
    (project.root / f".git/gofigure/scratch-{os.getpid()}-1").mkdir()
    assert "leftovers: 1 scratch folder(s)" in warning(project)


def test_a_run_whose_process_is_gone(project: Repo) -> None:
    _sql(project, "UPDATE runs SET state = 'running'")
    assert warning(project) == ("leftovers: recorded as under way, but their process is gone: run 1 | gofigure history")
    assert project.gofigure("history").returncode == 0
    assert told(look(project), "warning") == []


def test_stores_that_were_set_aside(project: Repo) -> None:
    project.write(".gofigure.set-aside-20260101-000000-1", "x")
    assert "leftovers: 1 store file(s) that were set aside" in warning(project)


def test_where_nothing_can_be_tried(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only .git."""

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    assert "cannot be written, so nothing could be tried here" in warning(project)


def test_a_file_system_that_can_do_less(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "symlink", no_links)
        assert "there are no symbolic links here (Operation not permitted)" in warning(project)
    monkeypatch.setattr(stat, "S_IXUSR", 0)
    assert "there are no exec bits here" in warning(project)


def test_locks_that_do_not_hold(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "why_locks_fail", lambda _folder: "two processes got the same lock")
    assert "file system: SQLite's locks do not hold here (two processes got the same lock)" in problem(project)


def test_locks_are_tried_with_a_second_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    assert why_locks_fail(str(tmp_path / "one")) == ""
    assert "unable to open" in why_locks_fail(str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "gets-it", "exit 0")))
    assert why_locks_fail(str(tmp_path / "two")) == "two processes got the same lock"
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "fails", "echo disk I/O error >&2; exit 1")))
    assert why_locks_fail(str(tmp_path / "three")) == "disk I/O error"


@pytest.mark.parametrize(("free", "level"), [(100_000_000, "warning"), (1_000_000, "problem")])
def test_little_space(project: Repo, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    real = os.statvfs(project.root)
    fields = [*real[:4], free // real.f_frsize, *real[5:]]
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))
    assert any("are free" in line for line in told(look(project), level))


def test_a_check_that_cannot_be_made_does_not_stop_the_others(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_scene: Scene) -> Any:
        raise PermissionError(13, "Permission denied", "/somewhere")

    def works(_scene: Scene) -> Any:
        yield Said("ok", "fine")

    monkeypatch.setattr(examination, "CHECKS", (("one", fails), ("two", works)))
    assert [one[:3] for one in look(project)] == [
        ("one", "problem", "this could not be looked at: Permission denied (/somewhere)"),
        ("two", "ok", "fine"),
    ]


def test_an_editors_files_that_git_takes_for_content(project: Repo) -> None:
    project.write("src/.a.py.swp", "x")
    project.write("src/a.py", "x")
    (one,) = [line for line in told(look(project), "warning") if line.startswith("working tree: ")]
    assert "src/.a.py.swp |" in one
    assert "*.swp" in one
    for number in range(4):
        project.write(f"{number}~")
    (many,) = [line for line in told(look(project), "warning") if line.startswith("working tree: ")]
    assert "0~, 1~, 2~ and 2 more" in many
    project.write(".gitignore", "*.swp\n*~\n")
    assert not [line for line in told(look(project), "warning") if line.startswith("working tree: ")]


DEPLOY = """
[jobs.j]
stages = ["s"]
[stages.s]
target = "kubernetes"
context = "CONTEXT"
namespace = "dev"
"""


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ("kind-x", ["ok: knows 2 context(s); may be deployed to: kind-x (local)"]),
        (
            "far-prod",
            ["ok: knows 2", 'problem: s may not deploy to "far-prod": https://192.0.2.1 is not on this'],
        ),
        ("gone", ["ok: knows 2", 'warning: s deploys to the context "gone", which kubectl does not know']),
    ],
)
def test_where_stages_may_deploy_to(repo: Repo, tmp_path: Path, context: str, told: list[str]) -> None:
    from support.kubernetes.cluster import kubeconfig_of

    kubectl, config = tmp_path / "tools" / "kubectl", kubeconfig_of("kind-x", "https://127.0.0.1:1")
    config["contexts"][1]["name"] = "far-prod"
    kubectl.parent.mkdir()
    kubectl.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps(config)}\nE\n")
    kubectl.chmod(0o755)
    repo.config(DEPLOY.replace("CONTEXT", context))
    env = {**repo.env, "PATH": f"{kubectl.parent}:{repo.env['PATH']}"}
    scene = look_around(str(repo.root), env, GitVariables())
    found = [one for one in examine(scene) if one.subject == "programs" and "every program" not in one.found]
    assert len(found) == len(told)
    for finding, words in zip(found, told, strict=True):
        level, _, text = words.partition(": ")
        assert finding.level == level
        assert text in finding.found
