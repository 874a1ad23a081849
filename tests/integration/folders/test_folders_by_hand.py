"""In a repository of several projects: what commands mean where somebody stands, and what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mono import LIB, begin, commit, jobs, names, project
from support.repo import Repo
from support.rig import Rig, said, until


@pytest.fixture
def mono(repo: Repo) -> Repo:
    begin(repo)
    return repo


def inside(mono: Repo, folder: str) -> Repo:
    return mono.at(mono.root / folder)


ALL = ["docs", "lib:check", "services/api:check", "services/web:check"]


def test_without_names_it_is_the_folder_that_one_is_in(mono: Repo) -> None:
    mono.write("services/api/src/x", "1\n")
    assert names(mono.json("run")) == ALL
    assert names(inside(mono, "services/api/src").json("run")) == ["services/api:check"]
    assert names(inside(mono, "services").json("run")) == ALL, "no configuration there: it is a part of the root"
    assert names(inside(mono, "services/api").json("status")) == ["services/api:check"]
    assert names(inside(mono, "docs").json("run", "//...")) == ALL


def test_words(mono: Repo) -> None:
    assert names(mono.json("run", "services/...")) == ["services/api:check", "services/web:check"]
    assert names(inside(mono, "services/api").json("run", "../web", "//:docs")) == ["services/web:check", "docs"]
    assert names(inside(mono, "services/api").json("run", "unit")) == ["services/api:unit"]
    done = mono.gofigure("run", "services/apii")
    assert done.returncode == 2
    assert "'services/apii' is no folder with a configuration; did you mean 'services/api'?" in said(done)


def test_questions_know_the_names(mono: Repo) -> None:
    api = inside(mono, "services/api")
    assert said(mono.gofigure("why", "services/api:unit")).startswith("services/api:unit: proven in run")
    assert said(api.gofigure("why", "unit")).startswith("services/api:unit: proven in run")
    assert "services/api/app" in said(mono.gofigure("why", "services/api/app"))
    assert api.gofigure("logs", "unit").stdout == b"services/api\n"
    assert api.json("history", "--job", "check")["runs"][0]["job"] == "services/api:check"
    assert "no job or stage is named 'services/api:nope'" in said(mono.gofigure("why", "services/api:nope"))


def test_validate_names_the_right_file(mono: Repo) -> None:
    assert mono.json("validate")["folders"] == ["lib", "services/api", "services/web"]
    mono.write("lib/.gofigure.toml", "[stages.build]\n\nrum = 1\n")
    done = inside(mono, "services/api").gofigure("validate")
    assert done.returncode == 2
    assert f"{mono.root}/lib/.gofigure.toml:3: stages.build.rum: unknown key; did you mean 'run'?" in said(done)
    assert f"{mono.root}/services/web/.gofigure.toml:5: stages.unit.needs[0]" not in said(done)


def test_init_in_a_folder(mono: Repo) -> None:
    mono.write("tools/Makefile", "test:\n\ttrue\n")
    done = inside(mono, "tools").gofigure("init")
    assert done.returncode == 0, said(done)
    assert f"wrote {mono.root}/tools/.gofigure.toml" in said(done)
    assert "tools:" in said(done), "what would run is shown with its name"
    assert inside(mono, "tools").gofigure("run").returncode == 0, "having it written is a yes to it"
    assert inside(mono, "tools").gofigure("init").returncode == 2, "never over what is there"


def test_init_without_a_file_of_the_root(repo: Repo) -> None:
    repo.write("tools/Makefile", "test:\n\ttrue\n")
    tools = repo.at(repo.root / "tools")
    assert f"wrote {repo.root}/tools/.gofigure.toml" in said(tools.gofigure("init", "--here"))
    repo.write("other/Makefile", "test:\n\ttrue\n")
    assert f"wrote {repo.root}/.gofigure.toml" in said(repo.at(repo.root / "other").gofigure("init"))


def test_siblings_are_run_side_by_side(mono: Repo, rig: Rig) -> None:
    gates = {name: rig.gate(name) for name in ("api", "web")}
    for name, gate in gates.items():
        mono.write(f"services/{name}/run.sh", gate.sh)
        mono.write(f"services/{name}/.gofigure.toml", project(run="sh run.sh"))
    running = rig.start(mono, "run", "services/...", "-j", "2")
    for gate in gates.values():
        gate.arrive()
    for gate in gates.values():
        gate.open()
    assert running.finish() == 0
    api, web = reversed(mono.json("history", "-n", "2")["runs"])
    assert [(run["job"], run["verdict"]) for run in (api, web)] == [
        ("services/api:check", "passed"),
        ("services/web:check", "passed"),
    ]


def test_what_a_killed_run_of_siblings_leaves_is_settled(mono: Repo, rig: Rig) -> None:
    gates = {name: rig.gate(name) for name in ("api", "web")}
    for name, gate in gates.items():
        mono.write(f"services/{name}/run.sh", gate.sh)
        mono.write(f"services/{name}/.gofigure.toml", project(run="sh run.sh"))
    running = rig.start(mono, "run", "services/...", "-j", "2")
    for gate in gates.values():
        gate.arrive()
    running.process.kill()
    running.finish()
    mono.gofigure("run", "docs")
    api, web = [run for run in mono.json("history")["runs"] if run["verdict"] == "interrupted"]
    assert {api["job"], web["job"]} == {"services/api:check", "services/web:check"}


def test_only_the_folders_that_a_branch_touches(mono: Repo) -> None:
    mono.git("checkout", "-qb", "topic")
    mono.write("services/api/app", "2\n")
    commit(mono)
    done = mono.gofigure("run", "--from-ref", "main", "--to-ref", "HEAD")
    assert (done.returncode, jobs(done)) == (0, ["docs", "services/api:check"])
    mono.write("other", "x")
    commit(mono)
    done = inside(mono, "lib").gofigure("run", "--from-ref", "main", "--to-ref", "HEAD")
    assert (done.returncode, jobs(done)) == (0, []), said(done)


def test_an_older_commit_is_not_judged_by_what_it_does_not_know(mono: Repo) -> None:
    mono.write("services/new/.gofigure.toml", project())
    mono.write("services/new/app", "1\n")
    commit(mono)
    repo_push = Repo.create(mono.root.parent / "up.git", mono.env, "--bare")
    mono.config("[jobs.gate]\non = ['pre-push']\nstages = ['ok']\n[stages.ok]\nrun = 'true'\n")
    for folder in ("lib", "services/api", "services/web", "services/new"):
        text = (mono.root / folder / ".gofigure.toml").read_text()
        mono.write(f"{folder}/.gofigure.toml", text.replace("'pre-commit'", "'pre-push'"))
    mono.gofigure("install-hooks")
    done = mono.try_git("push", str(repo_push.root), "HEAD~1:refs/heads/old")
    assert done.returncode == 0, said(done)
    assert "services/new" not in said(done)
    assert "services/api:check" in said(done)


def test_a_job_of_a_folder_in_the_background(mono: Repo) -> None:
    text = "[jobs.after]\non = ['post-commit']\nstages = ['s']\nbackground = true\n[stages.s]\nrun = 'echo x > {}'\n"
    mark = mono.root.parent / "mark"
    mono.write("lib/.gofigure.toml", LIB + text.format(mark))
    mono.gofigure("install-hooks")
    commit(mono)
    until(mark.exists, what="the job ran")
    until(lambda: mono.json("status")["background"][0]["state"] == "passed", what="it was told")


def test_config_says_where_a_value_is_from(mono: Repo) -> None:
    mono.write("services/api/.gofigure.toml", project(more="timeout = '5m'"))
    mono.write("services/api/.gofigure.local.toml", "[stages.unit]\ntimeout = 60\n")
    for place, key in ((mono, "services/api:unit.timeout"), (inside(mono, "services/api"), "stages.unit.timeout")):
        (told,) = place.json("config", "--explain", key)["values"]
        assert (told["key"], told["value"]) == ("services/api:unit.timeout", 60)
        where = [(Path(one["path"]).name, one["line"], one["value"]) for one in told["origins"]]
        assert where == [(".gofigure.toml", 7, "5m"), (".gofigure.local.toml", 2, 60)]
    told = said(mono.gofigure("config", "--explain", "services/api:unit.timeout"))
    assert "  services/api/.gofigure.local.toml:2  60  <- counts\n" in told
    assert "How long one attempt may take." in told
    assert "did you mean 'timeout'?" in said(mono.gofigure("config", "--explain", "services/api:unit.timout"))
    values = {one["key"]: one["value"] for one in mono.json("config")["values"]}
    assert values["services/api:unit.retries"] == 0
    assert values["jobs.docs.on"] == ["pre-commit"]


def test_a_file_of_ones_own_for_all_repositories(mono: Repo, home: Path, rig: Rig) -> None:
    own = home / ".config/gofigure/config.toml"
    own.parent.mkdir(parents=True)
    own.write_text("jobs = 1\ncolor = 'always'\n")
    (told,) = mono.json("config", "--explain", "user.jobs")["values"]
    assert (told["value"], told["origins"]) == (1, [{"path": str(own), "line": 1, "value": 1}])
    assert b"\x1b[" in mono.gofigure("run").stdout
    assert b"\x1b[" not in mono.gofigure("run", env={"NO_COLOR": "1"}).stdout
    own.write_text("jobs = 0\n")
    done = mono.gofigure("run")
    assert (done.returncode, "jobs: expected a whole number from 1" in said(done)) == (2, True)


def test_gc_knows_checkouts_of_folders(mono: Repo) -> None:
    assert mono.gofigure("gc", "--dry-run").returncode == 0
