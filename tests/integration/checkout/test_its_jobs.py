"""The jobs that a checkout brings with itself run once somebody has allowed them, and only then."""

from __future__ import annotations

from pathlib import Path

from support.checkouts import Project
from support.rig import lines
from support.servers import Upstream


def test_only_when_the_stage_says_so_and_the_user_too(project: Project, upstream: Upstream, home: Path) -> None:
    project.run()
    assert lines(home / "theirs") == 0
    project.checks_out(str(upstream.bare), "use_its_jobs = true").run(code=1)
    assert lines(home / "theirs") == 0
    assert f"cd {project.dest} && gofigure allow" in project.log()

    theirs = project.repo.at(project.dest)
    assert theirs.gofigure("allow", "--yes").returncode == 0
    assert project.verdicts()["src"] == "passed"
    assert lines(home / "theirs") == 1
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert lines(home / "theirs") == 1, "it is proven there"

    upstream.push({"a.txt": "two\n"})  # its configuration is as it was
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    assert lines(home / "theirs") == 2


def test_a_configuration_that_has_come_since_waits_for_a_new_yes(
    project: Project, upstream: Upstream, home: Path
) -> None:
    project.checks_out(str(upstream.bare), "use_its_jobs = true").run(code=1)
    assert project.repo.at(project.dest).gofigure("allow", "--yes").returncode == 0
    project.run()
    text = (upstream.work.root / ".gofigure.toml").read_text()
    upstream.push({".gofigure.toml": text.replace("theirs", "evil")})
    project.run(code=1)
    assert "they run once you have read and allowed them" in project.log()
    assert not (home / "evil").exists()


def test_a_failure_there_is_a_failure_here(project: Project, upstream: Upstream) -> None:
    text = (upstream.work.root / ".gofigure.toml").read_text()
    upstream.push({".gofigure.toml": text.replace("echo x", "false; echo x")})
    project.checks_out(str(upstream.bare), "use_its_jobs = true").run(code=1)
    assert project.repo.at(project.dest).gofigure("allow", "--yes").returncode == 0
    project.run(code=1)
    assert "theirs  failed" in project.log()


def test_one_without_a_configuration_says_so(project: Project, upstream: Upstream) -> None:
    (upstream.work.root / ".gofigure.toml").unlink()
    upstream.push({})
    project.checks_out(str(upstream.bare), "use_its_jobs = true").run(code=1)
    assert "has no configuration of its own" in project.log()
