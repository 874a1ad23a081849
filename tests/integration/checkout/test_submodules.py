"""Submodules come along where the stage says so, and nothing that a repository writes about them is believed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.checkouts import Project
from support.servers import Upstream


@pytest.fixture
def part(tmp_path: Path, environment: dict[str, str]) -> Upstream:
    made = Upstream(tmp_path / "part", environment)
    made.push({"part.txt": "a part\n"})
    return made


@pytest.fixture
def whole(upstream: Upstream, part: Upstream) -> Upstream:
    upstream.work.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part.bare), "libs/part")
    upstream.push({})
    return upstream


def test_off_by_default(project: Project, whole: Upstream) -> None:
    project.run()
    assert list((project.dest / "libs/part").iterdir()) == []
    assert project.made()["digest"] == whole.digest()
    assert project.verdicts() == {"src": "passed", "use": "reused"}


@pytest.mark.parametrize("allowed", ["all", "listed"])
def test_brought_at_their_commit(project: Project, whole: Upstream, part: Upstream, allowed: str) -> None:
    told = "true" if allowed == "all" else f'["{part.bare}"]'
    project.checks_out(str(whole.bare), f"submodules = {told}").run()
    inside = project.dest / "libs/part/part.txt"
    assert inside.read_text() == "a part\n"
    assert project.made()["digest"] == whole.digest()
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log()
    inside.write_text("spoilt\n")
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert inside.read_text() == "a part\n"
    part.push({"part.txt": "newer\n"})
    whole.work.git("-c", "protocol.file.allow=always", "submodule", "update", "-q", "--remote")
    whole.push({})
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    assert inside.read_text() == "newer\n"


@pytest.mark.parametrize("how", ["deinit", "emptied", "of another commit"])
def test_one_that_is_there_no_more_is_brought_again(
    project: Project, whole: Upstream, part: Upstream, how: str
) -> None:
    project.checks_out(str(whole.bare), "submodules = true").run()
    inside = project.dest / "libs/part"
    if how == "deinit":
        subprocess.run(["git", "submodule", "deinit", "-q", "-f", "--all"], cwd=project.dest, check=True)
    elif how == "emptied":
        shutil.rmtree(inside)
        inside.mkdir()
    else:
        names = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *names, "commit", "-q", "--allow-empty", "-m", "x"], cwd=inside, check=True)
    assert project.verdicts()["src"] == "passed"
    assert (inside / "part.txt").read_text() == "a part\n"
    assert "is still" not in project.log()
    project.run()
    assert "is still" in project.log()


def test_one_that_has_moved_is_not_fetched_from_where_it_was(
    project: Project, whole: Upstream, part: Upstream, tmp_path: Path
) -> None:
    project.checks_out(str(whole.bare), "submodules = true").run()
    moved = tmp_path / "moved.git"
    part.bare.rename(moved)
    part.work.git("remote", "set-url", "origin", str(moved))
    commit = part.push({"part.txt": "newer\n"})
    text = (whole.work.root / ".gitmodules").read_text().replace(str(part.bare), str(moved))
    whole.work.write(".gitmodules", text)
    whole.work.git("update-index", "--cacheinfo", f"160000,{commit},libs/part")
    whole.work.git("add", ".gitmodules")
    whole.work.git("commit", "-q", "-m", "moved, and newer")
    whole.work.git("push", "-q", "origin", "HEAD")
    project.run()
    assert (project.dest / "libs/part/part.txt").read_text() == "newer\n"


def test_one_that_is_not_in_the_list(project: Project, whole: Upstream) -> None:
    project.checks_out(str(whole.bare), 'submodules = ["https://example.com/other.git"]').run(code=1)
    assert "is not in the list of those that are allowed" in project.log()


EVIL = {
    "a helper": ("libs/part", "ext::sh -c touch% {canary}"),
    "an option (CVE-2018-17456)": ("libs/part", "-u./payload"),
    "a command as a way to update": ("libs/part", "{part}\n\tupdate = !touch {canary}"),
    "an option as a path (CVE-2018-17456)": ("-x", "{part}"),
    "out of the folder": ("../out", "{part}"),
    "into git's own folder (CVE-2024-32002)": (".git/modules/x", "{part}"),
    "into git's own folder, spelled otherwise": (".GIT/x", "{part}"),
    "a carriage return (CVE-2025-48384)": ('"libs/part\r"', "{part}"),
}


@pytest.mark.parametrize("why", EVIL)
def test_what_they_say_is_not_believed(
    project: Project, whole: Upstream, part: Upstream, tmp_path: Path, why: str
) -> None:
    canary = tmp_path / "canary"
    path, url = (text.format(canary=canary, part=part.bare) for text in EVIL[why])
    whole.push({".gitmodules": f'[submodule "libs/part"]\n\tpath = {path}\n\turl = {url}\n'})
    project.checks_out(str(whole.bare), "submodules = true")
    project.run(code=1)
    assert "submodule 'libs/part' is not fetched" in project.log()
    assert not canary.exists()
    assert not (tmp_path / "out").exists()


def test_a_name_that_leads_out(project: Project, whole: Upstream, part: Upstream) -> None:
    """CVE-2018-11235."""
    whole.push({".gitmodules": f'[submodule "../../evil"]\n\tpath = libs/part\n\turl = {part.bare}\n'})
    project.checks_out(str(whole.bare), "submodules = true").run(code=1)
    assert "is not fetched" in project.log()


def test_a_link_on_the_way(project: Project, whole: Upstream) -> None:
    """CVE-2021-21300, CVE-2024-32002: what a submodule is written through."""
    whole.work.git("mv", "libs/part", "other")
    whole.push({})
    (whole.work.root / "libs").rmdir()
    (whole.work.root / "libs").symlink_to(".git")
    text = (whole.work.root / ".gitmodules").read_text().replace("path = other", "path = libs/part")
    whole.push({".gitmodules": text})
    project.checks_out(str(whole.bare), "submodules = true").run(code=1)
    assert "it is not in .gitmodules" in project.log()
