"""A repository of several projects: a commit runs the jobs of those that it touches, and says so of the others."""

from __future__ import annotations

import pytest
from support.mono import LIB, begin, commit, jobs, project
from support.repo import Repo
from support.rig import said, verdicts


def test_the_first_commit_touches_all(repo: Repo) -> None:
    begin(repo, committed=False)
    assert jobs(commit(repo)) == ["docs", "lib:check", "services/api:check", "services/web:check"]


@pytest.mark.parametrize(
    ("path", "ran"),
    [
        ("services/api/app", ["services/api:check"]),
        ("lib/app", ["lib:check", "services/web:check"]),
        ("services/web/new", ["services/web:check"]),
        ("docs/a", []),
    ],
)
def test_a_commit_in_one_project(repo: Repo, path: str, ran: list[str]) -> None:
    begin(repo)
    repo.write(path, "changed\n")
    done = commit(repo)
    assert jobs(done) == ["docs", *ran], "the root's job is asked as ever"
    left = sorted({"lib", "services/api", "services/web"} - {name.partition(":")[0] for name in ran})
    one = "folder" if len(left) == 1 else "folders"
    assert f"note: nothing that their jobs read has changed in {len(left)} {one}: {', '.join(left)}\n" in said(done)
    assert all(name.partition(":")[0] not in left for name in jobs(done)), "not even a plan was made"


def test_what_a_stage_reads_besides_its_folder(repo: Repo) -> None:
    begin(repo)
    repo.write("services/api/.gofigure.toml", project(more="inputs = ['**', '//shared/**']"))
    assert jobs(commit(repo)) == ["docs", "services/api:check"], "its file says another thing now"
    repo.write("shared/x", "1\n")
    assert jobs(commit(repo)) == ["docs", "services/api:check"]
    repo.write("other/x", "1\n")
    assert jobs(commit(repo)) == ["docs"]


def test_a_stage_runs_in_its_folder_and_gets_names_from_there(repo: Repo) -> None:
    begin(repo)
    text = "[jobs.check]\nstages = ['a', 'b']\n[stages.a]\nrun = 'pwd; echo \"$@\"'\nfiles = 'app$'\n"
    repo.write("services/api/.gofigure.toml", text + "[stages.b]\nrun = 'pwd'\nlocations = ['src', '.']\n")
    repo.write("services/api/src/app", "x")
    repo.gofigure("allow", "--yes")
    done = repo.gofigure("run", "services/api")
    assert done.returncode == 0, said(done)
    folder = f"{repo.root}/services/api"
    assert repo.gofigure("logs", "services/api:a").stdout.decode() == f"{folder}\napp src/app\n"
    told = repo.gofigure("logs", "last", "services/api:b").stdout.decode()
    assert [line for line in told.splitlines() if line.startswith("/")] == [f"{folder}/src", folder]


def test_a_project_that_moves_and_one_that_goes(repo: Repo) -> None:
    begin(repo)
    repo.git("mv", "services/api", "services/backend")
    assert jobs(commit(repo)) == ["docs", "services/backend:check"]
    repo.git("rm", "-rq", "services/backend")
    assert jobs(commit(repo)) == ["docs"]
    assert "lib" in repo.json("validate")["folders"]
    assert repo.json("validate")["folders"] == ["lib", "services/web"]


def test_a_configuration_that_is_committed_and_does_not_stand_here(repo: Repo) -> None:
    begin(repo)
    repo.write("services/new/.gofigure.toml", project())
    repo.write("services/new/app", "new\n")
    repo.git("add", "-A")
    (repo.root / "services/new/.gofigure.toml").unlink()
    done = repo.try_git("commit", "-qm", "new")
    assert done.returncode == 0, said(done)
    assert jobs(done) == ["docs", "services/new:check"], "what is being committed has it"
    assert "services/new" not in repo.json("validate")["folders"]


def test_a_configuration_that_stands_here_and_is_not_committed(repo: Repo) -> None:
    begin(repo)
    repo.write("services/new/.gofigure.toml", project())
    repo.write("docs/a", "2\n")
    done = repo.try_git("commit", "-qm", "docs", "docs/a")
    assert (done.returncode, jobs(done)) == (0, ["docs"])
    repo.write("services/new/app", "1\n")
    assert "services/new:check" in jobs(repo.gofigure("run")), "what stands here is what is run by hand"


@pytest.mark.parametrize("how", ["ignored", "a repository of its own", "a submodule", "a link"])
def test_what_does_not_count(repo: Repo, how: str) -> None:
    begin(repo)
    repo.write(".gitignore", "node_modules\n")
    other = repo.at(repo.root.parent / "other")
    other = Repo.create(other.root, repo.env)
    other.write(".gofigure.toml", LIB)
    other.write("inner/.gofigure.toml", LIB)
    other.commit()
    match how:
        case "ignored":
            repo.write("node_modules/x/.gofigure.toml", "nonsense [")
        case "a repository of its own":
            repo.git("clone", "-q", str(other.root), "vendor")
        case "a submodule":
            repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "vendor")
        case _:
            (repo.root / "vendor").symlink_to(other.root)
    assert repo.json("validate")["folders"] == ["lib", "services/api", "services/web"]
    assert "vendor" not in said(repo.gofigure("run"))


def test_siblings_have_a_run_each_and_one_failure_fails_the_commit(repo: Repo) -> None:
    begin(repo)
    repo.write("services/api/app", "2\n")
    repo.write("services/web/.gofigure.toml", project("lib:build", run="test ! -e bad"))
    repo.write("services/web/bad", "")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-qm", "bad")
    assert done.returncode == 1
    assert "services/api:check, services/web:check: run " in said(done)
    web, api = repo.json("history", "-n", "2")["runs"]
    assert (api["job"], api["verdict"], web["job"], web["verdict"]) == (
        "services/api:check",
        "passed",
        "services/web:check",
        "failed",
    )
    assert [one["stage"] for one in api["stages"]] == ["services/api:unit"]
    assert {one["stage"] for one in web["stages"]} == {"lib:build", "services/web:unit"}
    (repo.root / "services/web/bad").unlink()
    assert jobs(commit(repo)) == ["docs", "services/api:check", "services/web:check"]


def test_a_folder_is_left_out_by_its_name(repo: Repo) -> None:
    begin(repo)
    repo.write("services/api/app", "2\n")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-qm", "skip", env={"SKIP": "services/api"})
    assert done.returncode == 0
    (run,) = [run for run in repo.json("history")["runs"] if run["verdict"] == "skipped"]
    assert run["stages"][0]["reason"] == "SKIP=services/api"


def test_a_commit_that_is_proven_needs_no_python(repo: Repo) -> None:
    begin(repo)
    for folder in ("lib", "services/api", "services/web", "docs"):
        repo.write(f"{folder}/app", "2\n")
    commit(repo, "all at once")
    before = repo.json("history")["runs"]
    repo.git("commit", "-q", "--amend", "-m", "another message")
    assert repo.json("history")["runs"] == before
    assert repo.json("history")["hits"], "the script has let it through"
    repo.write("services/api/.gofigure.local.toml", "[stages.unit]\ntimeout = '1m'\n")
    hits = len(repo.json("history")["hits"])
    repo.git("commit", "-q", "--amend", "-m", "a third one")
    assert len(repo.json("history")["hits"]) == hits, "a personal layer came"


def test_without_a_file_of_the_root(repo: Repo) -> None:
    repo.write("api/.gofigure.toml", project())
    repo.write("api/app", "1\n")
    assert repo.gofigure("allow", "--yes").returncode == 0
    assert verdicts(repo.json("run")) == {"api:unit": "passed"}, "untracked, and yet found"
    assert repo.gofigure("install-hooks").returncode == 0
    assert jobs(commit(repo)) == ["api:check"]


def test_a_required_job_is_always_looked_at(repo: Repo) -> None:
    begin(repo)
    repo.write("lib/.gofigure.toml", LIB.replace("stages =", "required = true\nstages ="))
    commit(repo)
    repo.write("docs/a", "2\n")
    assert jobs(commit(repo)) == ["docs", "lib:check"]
