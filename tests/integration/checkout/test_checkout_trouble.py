"""Bad input and bad luck: what it says, and that the next run recovers by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.checkouts import Project
from support.rig import said
from support.servers import Upstream


def fails(project: Project, *words: str) -> None:
    answer = project.run(code=1)
    stages = {stage["stage"]: stage for stage in answer["runs"][0]["stages"]}
    assert stages["src"]["verdict"] == "failed"
    assert stages["use"]["verdict"] == "skipped"
    log = project.log()
    for word in words:
        assert word in log, log
    assert "Traceback" not in log


def test_a_repository_that_vanishes_between_two_runs(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    project.run()
    dest = project.dest
    upstream.bare.rename(tmp_path / "away")
    fails(project, "gofigure: src:", str(upstream.bare), "is the url right?")
    assert (dest / "a.txt").read_text() == "one\n", "what was checked out stays"
    (tmp_path / "away").rename(upstream.bare)
    assert project.verdicts() == {"src": "passed", "use": "reused"}


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("mian", "nearest: main"),
        ("0123abc", "a remote knows no shortened ids"),
        ("0" * 40, "gofigure: src:"),
        ("refs/heads/nowhere-near-it", "has no branch and no tag"),
    ],
)
def test_a_name_that_the_remote_does_not_have(project: Project, upstream: Upstream, ref: str, words: str) -> None:
    project.checks_out(str(upstream.bare), f'ref = "{ref}"')
    fails(project, words)
    assert "try 1 of" not in project.log()


def test_an_empty_repository(project: Project, tmp_path: Path, environment: dict[str, str]) -> None:
    empty = Upstream(tmp_path / "empty", environment)
    project.checks_out(str(empty.bare))
    fails(project, "has no commit yet")


def test_a_folder_that_is_a_file_or_somebody_elses(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    dest = tmp_path / "there"
    project.checks_out(str(upstream.bare), f'dest = "{dest}"')
    dest.write_text("mine\n")
    fails(project, "is a file, and no folder")
    assert dest.read_text() == "mine\n"
    dest.unlink()
    dest.mkdir()
    (dest / "mine").write_text("mine\n")
    fails(project, "holds something that gofigure has not put there")
    assert (dest / "mine").exists()
    (dest / "mine").unlink()
    (tmp_path / "elsewhere").mkdir()
    dest.rmdir()
    dest.symlink_to(tmp_path / "elsewhere")
    fails(project, "is a link, and is not followed")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    dest.unlink()
    project.run()
    assert (dest / "a.txt").exists()
    assert project.dest == dest


@pytest.mark.parametrize(
    ("dest", "words"),
    [
        ("vendor", "is not ignored by git"),
        ("/", "holds this very repository"),
        (".git/x", "is in git's own folder"),
        ("tracked", "holds files that git tracks here"),
    ],
)
def test_a_folder_in_which_it_would_be_in_the_way(project: Project, upstream: Upstream, dest: str, words: str) -> None:
    project.repo.write("tracked/file", "mine\n")
    project.repo.commit()
    if dest == "/":
        dest = str(project.repo.root.parent)
    project.checks_out(str(upstream.bare), f'dest = "{dest}"')
    fails(project, words)
    assert (project.repo.root / "tracked/file").read_text() == "mine\n"


def test_a_folder_here_that_git_ignores(project: Project, upstream: Upstream) -> None:
    project.repo.write(".gitignore", "/vendor/\n")
    project.checks_out(str(upstream.bare), 'dest = "vendor/up"').run()
    assert project.dest == project.repo.root / "vendor" / "up"
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert project.repo.git("status", "--porcelain", "vendor") == b""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("--upload-pack=touch /tmp/x", "an option is no address"),
        ("ext::sh -c 'touch x'", "transport helpers"),
        ("https://u:hunter2@example.com/x", "a password"),
    ],
)
def test_an_address_that_is_none_is_a_fault_of_the_configuration(project: Project, url: str, words: str) -> None:
    project.checks_out(url)
    done = project.repo.gofigure("validate")
    assert done.returncode == 2
    assert words in said(done)
    assert "stages.src.url" in said(done)
    assert "hunter2" not in said(done)


def test_what_a_server_quotes_is_hidden(project: Project, upstream: Upstream) -> None:
    """Nothing of what stands before an @ is in the log, the answer, the store or what is handed back."""
    project.checks_out("https://somebody@127.0.0.1:1/x.git")
    answer = project.run(code=1)
    assert "somebody" not in project.log()
    assert "somebody" not in str(answer)


def test_nothing_of_the_clone_is_started(project: Project, upstream: Upstream, tmp_path: Path, home: Path) -> None:
    """Neither its hooks, nor those of a template, nor those that a symbolic link puts in their place."""
    canary = tmp_path / "canary"
    script = f"#!/bin/sh\ntouch {canary}\n"
    template = tmp_path / "template"
    for folder in (template / "hooks", upstream.work.root / "hooks"):
        folder.mkdir(parents=True)
        for name in ("post-checkout", "post-index-change", "reference-transaction"):
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
    upstream.push({".gitattributes": "* filter=evil\n", ".gitmodules": "[core]\n\thooksPath = hooks\n"})
    (home / ".gitconfig").write_text(
        f"{(home / '.gitconfig').read_text()}[init]\n\ttemplateDir = {template}\n"
        f"[core]\n\thooksPath = {template}/hooks\n\tfsmonitor = touch {canary}\n"
    )
    shutil.copytree(template / "hooks", upstream.bare / "hooks", dirs_exist_ok=True)
    for settings in ("", 'credentials = "user"'):
        project.checks_out(str(upstream.bare), settings).run()
        upstream.push({"a.txt": f"{settings}\n"})
        canary.unlink(missing_ok=True)
        project.run()
        assert not canary.exists()
