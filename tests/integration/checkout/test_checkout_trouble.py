"""Bad input and bad luck: what it says, and that the next run recovers by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkouts import Project
from support.repo import Repo
from support.rig import Rig, said, stages, until
from support.servers import Listener, Upstream


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


def test_a_folder_is_not_shared_by_two_stages(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    """Not in the first run either, where both begin at once; the configuration does not see what links lead to."""
    (tmp_path / "way").symlink_to(tmp_path)
    project.checks_out(str(upstream.bare), f'dest = "{tmp_path}/there"')
    text = (project.repo.root / ".gofigure.toml").read_text()
    twin = f'[stages.twin]\ntarget = "checkout"\nurl = "{upstream.bare}"\nref = "main"\ndest = "{tmp_path}/way/there"\n'
    project.repo.config(text.replace('["src",', '["src", "twin",') + twin)
    ended = {name: stage["verdict"] for name, stage in stages(project.run("--keep-going", code=1)).items()}
    assert sorted((ended["src"], ended["twin"])) == ["failed", "passed"]
    late = "src" if ended["src"] == "failed" else "twin"
    assert "is the folder of stage" in project.log(late)


def test_nor_is_one_below_the_other(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(tmp_path)
    project.checks_out(str(upstream.bare), f'dest = "{tmp_path}/there"')
    text = (project.repo.root / ".gofigure.toml").read_text()
    twin = (
        f'[stages.twin]\ntarget = "checkout"\nurl = "{upstream.bare}"\nref = "main"\ndest = "{tmp_path}/way/there/x"\n'
    )
    project.repo.config(text.replace('["src",', '["src", "twin",') + twin)
    ended = {name: stage["verdict"] for name, stage in stages(project.run("--keep-going", code=1)).items()}
    assert sorted((ended["src"], ended["twin"])) == ["failed", "passed"]
    if ended["twin"] == "failed":
        assert f"is in {tmp_path}/there, the folder of stage src" in project.log("twin")
    else:
        assert f"holds {tmp_path}/there/x, the folder of stage twin" in project.log("src")


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


def test_a_tree_that_reaches_into_gits_own_folder(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    """CVE-2014-9390 and after it: what a checkout writes there would be started."""
    canary = tmp_path / "canary"
    git = upstream.work.git
    blob = git("hash-object", "-w", "--stdin", stdin=f"#!/bin/sh\ntouch {canary}\n".encode()).decode().strip()
    hooks = git("mktree", stdin=f"100755 blob {blob}\tpost-checkout\n".encode()).decode().strip()
    inner = git("mktree", stdin=f"040000 tree {hooks}\thooks\n".encode()).decode().strip()
    for name in (".git", ".GIT", "git~1", ".git "):
        tree = git("mktree", stdin=f"040000 tree {inner}\t{name}\n".encode()).decode().strip()
        commit = git("commit-tree", "-m", "evil", tree).decode().strip()
        git("push", "-q", "-f", "origin", f"{commit}:refs/heads/main")
        fails(project, "the commit holds a path that git refuses to write")
        assert "is made anew" not in project.log()
        assert not canary.exists()


def test_a_link_in_a_local_repository_brings_nothing_along(
    project: Project, upstream: Upstream, tmp_path: Path
) -> None:
    """CVE-2022-39253, CVE-2024-32021: a clone by path would follow it; a fetch asks for objects."""
    (tmp_path / "secret").write_text("secret\n")
    (upstream.bare / "objects" / "secret").symlink_to(tmp_path / "secret")
    (upstream.bare / "objects" / "folder").symlink_to(tmp_path)
    project.run()
    found = [path for path in (project.repo.root / ".git/gofigure/sources").rglob("*") if path.name == "secret"]
    assert found == []


def test_names_that_a_shell_would_obey_are_only_names(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    for name in (f"$(touch${{IFS}}{tmp_path}/canary)", "a;id", "a`id`b", "a|b&c", "@x"):
        upstream.work.git("push", "-q", "origin", f"HEAD:refs/heads/{name}")
        project.checks_out(str(upstream.bare), f"ref = '{name}'").run()
        assert project.made()["ref"] == name
    assert not (tmp_path / "canary").exists()


def test_the_warm_way_needs_no_gitpython() -> None:
    line = "import sys, gofigure.recipes.checkout, gofigure.watch.engine; print('git' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_one_that_is_ended_while_it_fetches_is_made_up_for(
    repo: Repo, rig: Rig, upstream: Upstream, environment: dict[str, str], number: signal.Signals
) -> None:
    gate, root, open_to_all = rig.gate(), upstream.bare.parent, repo.root.parent / "open"
    waits = f"exec 3<&0 4>&1; [ -e {open_to_all} ] || {{ {gate.sh}; }} >/dev/null 2>&1; exec <&3 >&4"
    serves = f"exec git daemon --inetd --export-all --base-path={root} {root}"
    listener = Listener(["sh", "-c", f"{waits}; {serves}"], environment)
    project = Project(repo).checks_out(f"git://127.0.0.1:{listener.port}/up.git")
    assert repo.gofigure("allow", "--yes").returncode == 0
    running = rig.start(repo, "run")
    gate.arrive()  # it asks
    gate.open()
    gate.arrive()  # it fetches
    os.kill(running.pid, number)
    running.finish()
    until(lambda: not left(repo), what="nothing is left of it")
    open_to_all.touch()
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    listener.close()


def left(repo: Repo) -> bool:
    """Whether a recipe is still at work."""
    done = subprocess.run(["pgrep", "-f", f"gofigure.recipes checkout.*{repo.root}"], capture_output=True, check=False)
    return done.returncode == 0
