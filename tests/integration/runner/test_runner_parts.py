"""Stages with several locations: a log and a verdict for each, and a failure where there is nothing to do."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import Rig, alive, lines, said, stages, verdicts

# Stands for go, npm and cargo: says its release, or what it was called with; fails where there is a file BAD.
FAKE = """#!/bin/sh
here=$(dirname "$0")
case "$(basename "$0") $1" in
    "go version" | [!g]*" --version") cat "$here/release"; exit ;;
esac
echo "$(basename "$0") $*"
pwd >> "$here/ran"
if [ -e BAD ]; then echo "error: it is bad in $(basename "$PWD")"; exit 3; fi
"""

SERVICES = """
[jobs.check]
on = ["pre-commit"]
stages = ["unit"]
[stages.unit]
target = "go_test"
locations = ["services/api", "services/web"]
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("go", "node", "npm", "cargo", "rustc"):
        (folder / name).write_text(FAKE)
        (folder / name).chmod(0o755)
    (folder / "release").write_text("release 1\n")
    return folder


@pytest.fixture
def project(repo: Repo, tools: Path) -> Repo:
    at = Repo(repo.root, {**repo.env, "PATH": f"{tools}:{repo.env['PATH']}"})
    for service in ("api", "web"):
        at.write(f"services/{service}/a_test.go", "1\n")
    _configure(at, SERVICES)
    return at


def _configure(repo: Repo, text: str) -> None:
    repo.config(text)
    assert repo.gofigure("allow").returncode == 0


def _parts(answer: Any, stage: str = "unit") -> dict[str, tuple[str, int | None]]:
    return {part["location"]: (part["verdict"], part["exit_code"]) for part in stages(answer)[stage]["parts"]}


def _ran(tools: Path) -> list[str]:
    return [Path(line).name for line in (tools / "ran").read_text().split()] if (tools / "ran").exists() else []


def test_one_location_fails_and_the_other_has_its_verdict_and_log_all_the_same(project: Repo, tools: Path) -> None:
    project.write("services/api/BAD")
    project.git("add", "-A")
    assert project.gofigure("install-hooks").returncode == 0
    blocked = project.try_git("commit", "-qm", "one")
    assert blocked.returncode == 1
    assert _ran(tools) == ["api", "web"]
    shown = said(blocked).splitlines()
    (row,) = (line for line in shown if line.startswith("  unit  failed"))
    assert row.endswith("exit code 3")
    assert any(line.split()[:2] == ["services/api", "failed"] for line in shown)
    assert any(line.split()[:2] == ["services/web", "passed"] for line in shown)
    assert any("| error: it is bad in api" in line for line in shown)
    answer = project.json("history")
    stage = stages(answer)["unit"]
    assert _parts(answer) == {"services/api": ("failed", 3), "services/web": ("passed", 0)}
    api, web = (Path(part["log"]) for part in stage["parts"])
    assert stage["log"] == str(api)
    assert api.read_text() == "go test -json ./...\nerror: it is bad in api\n"
    assert web.read_text() == "go test -json ./...\n"

    (project.root / "services/api/BAD").unlink()
    assert project.commit().returncode == 0
    assert project.try_git("commit", "-qm", "two", "--allow-empty").returncode == 0
    assert _ran(tools) == ["api", "web"] * 2
    assert [run["verdict"] for run in project.json("history")["runs"]] == ["reused", "passed", "failed"]


def test_all_that_fail_are_tried_again_and_no_other(project: Repo, tools: Path) -> None:
    project.write("services/web/BAD")
    _configure(project, SERVICES + "retries = 1\n")
    done = project.gofigure("run", "--json")
    assert done.returncode == 1
    assert _ran(tools) == ["api", "web", "web"]
    stage = stages(project.json("history"))["unit"]
    assert stage["note"] == "after 2 attempts"
    assert stage["log"] == stage["parts"][1]["log"]
    assert stage["excerpt"] == ["go test -json ./...", "error: it is bad in web"]


def test_a_change_in_any_location_runs_the_stage_again(project: Repo, tools: Path) -> None:
    assert verdicts(project.json("run")) == {"unit": "passed"}
    assert verdicts(project.json("run")) == {"unit": "reused"}
    project.write("services/web/lib.go", "2\n")
    answer = project.json("run")
    assert stages(answer)["unit"]["reason"] == "services/web/lib.go added"
    assert _parts(answer) == {"services/api": ("passed", 0), "services/web": ("passed", 0)}
    assert len(_ran(tools)) == 4


def test_so_does_one_in_the_module_around_them(project: Repo) -> None:
    """They may import it: the old pass must not stand."""
    project.write("services/go.mod", "module x\n")
    project.write("services/lib/lib.go", "1\n")
    assert verdicts(project.json("run")) == {"unit": "passed"}
    project.write("elsewhere", "1\n")
    assert verdicts(project.json("run")) == {"unit": "reused"}
    project.write("services/lib/lib.go", "2\n")
    assert stages(project.json("run"))["unit"]["reason"] == "services/lib/lib.go changed"


def test_a_location_without_a_match_fails_by_name_and_nothing_is_started_for_it(project: Repo, tools: Path) -> None:
    (project.root / "services/web/a_test.go").rename(project.root / "services/web/a.go")
    reason = r"no file in services/web matches _test\.go$"
    told = project.gofigure("status").stdout.decode()
    assert reason in told
    done = project.gofigure("run")
    assert done.returncode == 1
    assert said(done).count(reason) >= 2
    assert _ran(tools) == ["api"]
    answer = project.json("history")
    assert _parts(answer) == {"services/api": ("passed", 0), "services/web": ("failed", None)}
    stage = stages(answer)["unit"]
    assert (stage["reason"], stage["exit_code"], stage["log"], stage["proven"]) == (reason, None, None, 0)
    assert stage["parts"][1]["reason"] == reason
    assert verdicts(project.json("run")) == {"unit": "failed"}


@pytest.mark.parametrize("where", ["", 'locations = ["docs", "services/none"]\n'])
def test_where_no_location_has_one_nothing_is_started_at_all(project: Repo, tools: Path, where: str) -> None:
    config = '[jobs.j]\nstages = ["unit", "after"]\n[stages.after]\nrun = "true"\nneeds = ["unit"]\n[stages.unit]\n'
    _configure(project, f'{config}target = "cargo_test"\n{where}')
    done = project.gofigure("run")
    assert done.returncode == 1
    assert "exit code None" not in said(done)
    assert r"matches ^Cargo\.toml$" in said(done)
    assert _ran(tools) == []
    answer = project.json("run")
    assert verdicts(answer) == {"unit": "failed", "after": "skipped"}
    assert all(part == ("failed", None) for part in _parts(answer).values())
    assert len(_parts(answer)) == max(1, where.count('"') // 2)


def test_no_earlier_pass_stands_in_for_it(project: Repo) -> None:
    """`source` is no part of the key of a test stage: the very same key is proven."""
    assert verdicts(project.json("run")) == {"unit": "passed"}
    _configure(project, SERVICES + "source = 'nothing'\n")
    assert verdicts(project.json("run")) == {"unit": "failed"}
    _configure(project, SERVICES + "source = 'nothing'\nallow_failure = true\n")
    done = project.gofigure("run", "--json")
    assert done.returncode == 0
    assert stages(project.json("history"))["unit"]["allowed"] is True


def test_what_is_committed_decides_and_not_what_lies_about(project: Repo, tools: Path) -> None:
    project.git("add", "services/api")
    assert verdicts(project.json("run", "--staged")) == {"unit": "failed"}
    assert _ran(tools) == ["api"]
    project.git("add", "services/web")
    assert verdicts(project.json("run", "--staged")) == {"unit": "passed"}


def test_a_test_of_npm_and_of_cargo(project: Repo, tools: Path) -> None:
    project.write("web/package.json", "{}")
    project.write("core/Cargo.toml", "")
    _configure(
        project,
        '[jobs.j]\nstages = ["web", "core"]\n'
        '[stages.web]\ntarget = "npm_test"\nlocations = ["web"]\nrun = "--bail"\n'
        '[stages.core]\ntarget = "cargo_test"\nlocations = ["core"]\nrun = "--release"\n',
    )
    ran = stages(project.json("run"))
    assert Path(ran["web"]["log"]).read_text() == "npm test -- --bail\n"
    assert Path(ran["core"]["log"]).read_text() == "cargo test --release\n"
    assert ran["web"]["parts"] == ran["core"]["parts"] == []
    assert set(verdicts(project.json("run")).values()) == {"reused"}
    with sqlite3.connect(project.root / ".gofigure") as store:
        assert store.execute("SELECT count(*) FROM stage_parts").fetchone() == (0,), "one location costs no row"


@pytest.mark.parametrize("target", ["go_test", "npm_test", "cargo_test"])
def test_another_release_of_the_toolchain(project: Repo, tools: Path, target: str) -> None:
    """Proxies such as rustup's stay the same file, whatever release is behind them."""
    for service in ("api", "web"):
        project.write(f"services/{service}/package.json")
        project.write(f"services/{service}/Cargo.toml")
    _configure(project, SERVICES.replace("go_test", target))
    assert verdicts(project.json("run")) == {"unit": "passed"}
    (tools / "release").write_text("release 2\n")
    assert stages(project.json("run"))["unit"]["reason"].endswith("release 1 → release 2")


def test_and_one_that_only_a_later_location_asks_for(project: Repo, tools: Path) -> None:
    go = FAKE.replace('"$here/release"', '"$here/release" release 2> /dev/null')
    (tools / "go").write_text(go)
    project.write(".gitignore", "release\n")
    project.write("services/web/release", "one of its own\n")
    (tools / "release").write_text("")
    assert verdicts(project.json("run")) == {"unit": "passed"}
    project.write("services/web/release", "another\n")
    assert verdicts(project.json("run")) == {"unit": "passed"}, "the release of its second location has changed"


def test_locations_of_a_shell_stage_are_parts_too(repo: Repo) -> None:
    for name in ("a", "b", "c"):
        repo.write(f"{name}/go", f"echo {name}; exit {int(name == 'a')}\n")
    stage = '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "sh go"\nlocations = ["a", "b", "c", "none"]\n'
    _configure(repo, stage)
    answer = repo.json("run")
    assert _parts(answer, "s") == {"a": ("failed", 1), "b": ("passed", 0), "c": ("passed", 0), "none": ("failed", 127)}
    logs = [Path(part["log"]).read_text() for part in stages(answer)["s"]["parts"]]
    assert logs[:3] == ["a\n", "b\n", "c\n"]
    assert "there is no folder" in logs[3]


def test_a_part_that_takes_too_long(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.write("a/go", gate.sh)
    repo.write("b/go", "echo b >> ../../ran")
    _configure(
        repo,
        '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "sh go"\nlocations = ["a", "b"]\ntimeout = 1\ncache = false\n',
    )
    answer = repo.json("run")
    assert verdicts(answer) == {"s": "timed out"}
    first, second = stages(answer)["s"]["parts"]
    assert first["verdict"] == "timed out"
    assert (second["verdict"], second["reason"]) == ("skipped", "not started: the time was up")
    assert lines(repo.root.parent / "ran") == 0


def test_a_request_to_stop_in_the_middle(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.write("a/go", "echo a")
    repo.write("b/go", f"echo before; {gate.sh}")
    repo.write("c/go", "echo c >> ../../ran")
    _configure(
        repo,
        '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "sh go"\nsource = "go"\nlocations = ["a", "none", "b", "c"]\n',
    )
    running = rig.start(repo, "run")
    pid = gate.arrive()
    os.kill(running.pid, signal.SIGTERM)
    assert running.finish() == 130
    assert not alive(pid)
    assert lines(repo.root.parent / "ran") == 0
    stage = stages(repo.json("history"))["s"]
    assert stage["verdict"] == "interrupted"
    assert {part["location"]: (part["verdict"], part["reason"]) for part in stage["parts"]} == {
        "a": ("passed", ""),
        "none": ("failed", "no file in none matches go"),
        "b": ("interrupted", ""),
        "c": ("skipped", "not reached"),
    }
    assert Path(stage["parts"][2]["log"]).read_text() == "before\n"
    (row,) = (line for line in running.output.decode().splitlines() if line.split()[:2] == ["b", "interrupted"])
    assert stage["parts"][2]["log"] in row


def test_a_module_that_another_may_refer_to_is_read_too(repo: Repo, tools: Path) -> None:
    """`replace lib => ../lib` and the like: that there is another module is enough."""
    repo.write("a/go.mod", "module a\nreplace lib => ../lib\n")
    repo.write("a/a_test.go", "1\n")
    repo.write("lib/go.mod", "module lib\n")
    repo.write("lib/lib.go", "1\n")
    repo.write("notes", "1\n")
    at = Repo(repo.root, {**repo.env, "PATH": f"{tools}:{repo.env['PATH']}"}, repo.command)
    _configure(at, "[jobs.j]\nstages = ['s']\n[stages.s]\ntarget = 'go_test'\nlocations = ['a']\n")
    assert at.json("run")["runs"][0]["verdict"] == "passed"
    at.write("lib/lib.go", "2\n")
    assert at.json("run")["runs"][0]["verdict"] == "passed", "it must not be reused"
