"""`stages.*.image`: a stage in a container does what it does on this machine, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from support.engine import BASE, Engine
from support.repo import Repo
from support.rig import Rig, bearers, said, stages, until

CONFIG = f"""
[jobs.check]
stages = ["inside"]
[stages.inside]
image = "{BASE}"
inputs = ["src"]
"""


@pytest.fixture
def inside(repo: Repo, engine: Engine) -> Repo:
    repo.write("src/a.txt", "a\n")
    repo.write(".gitignore", "out/\n")
    return repo


def line(repo: Repo, run: str, more: str = "") -> None:
    """Make that the stage's line, and allow it."""
    repo.config(f"{CONFIG}run = '''{run}'''\n{more}")
    assert repo.gofigure("allow", "--yes").returncode == 0


def ran(repo: Repo) -> Any:
    return stages(repo.json("run"))["inside"]


def label(repo: Repo) -> str:
    """Chooses the containers that a test's repository has left: those with its name on them."""
    return f"volume={repo.root}"


def test_it_is_in_the_project_and_its_files_are_the_users(inside: Repo, engine: Engine) -> None:
    line(inside, "mkdir -p out; pwd > out/here; id -u > out/who; test ! -e /etc/passwd; cat src/a.txt")
    assert ran(inside)["verdict"] == "passed"
    assert (inside.root / "out/here").read_text() == f"{inside.root}\n"
    assert os.stat(inside.root / "out/who").st_uid == os.geteuid()
    assert ran(inside)["verdict"] == "reused"
    assert engine.containers(label(inside)) == []


def test_its_exit_code_is_kept(inside: Repo) -> None:
    line(inside, "exit 7")
    assert ran(inside)["exit_code"] == 7


def test_files_arrive_as_arguments_and_values_not_on_a_command_line(inside: Repo, engine: Engine) -> None:
    inside.write("src/b c.txt", "b\n")
    config = CONFIG.replace('inputs = ["src"]', "files = '\\.txt$'")
    inside.config(
        f"{config}run = 'mkdir -p out; echo \"$GREETING\" \"$@\" > out/said'\nenv = {{ GREETING = 'good day' }}\n"
    )
    inside.gofigure("allow", "--yes")
    assert ran(inside)["verdict"] == "passed"
    assert (inside.root / "out/said").read_text() == "good day src/a.txt src/b c.txt\n"


def test_another_image_under_the_same_name_runs_it_again(inside: Repo, engine: Engine) -> None:
    name = f"gft-{os.stat(inside.root).st_ino}:1"
    engine.docker("tag", BASE, name)
    line(inside, "true")
    inside.config((inside.root / ".gofigure.toml").read_text().replace(BASE, name))
    inside.gofigure("allow", "--yes")
    assert ran(inside)["verdict"] == "passed"
    assert ran(inside)["verdict"] == "reused"
    engine.docker("build", "-q", "-t", name, "-", stdin=f"FROM {BASE}\nENV OTHER=1\n".encode())
    again = ran(inside)
    assert again["verdict"] == "passed"
    assert name in again["reason"]


def test_the_engine_is_not_given_to_it(inside: Repo) -> None:
    line(inside, "test ! -e /var/run/docker.sock")
    assert ran(inside)["verdict"] == "passed"
    line(inside, "ls -l /var/run/docker.sock", "docker_socket = true\n")
    assert ran(inside)["verdict"] == "passed"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_is_gone_after_a_signal(inside: Repo, engine: Engine, rig: Rig, number: signal.Signals) -> None:
    line(inside, "echo is here; sleep 600")
    running = rig.start(inside, "run")
    until(lambda: engine.containers(label(inside), "status=running"), what="the container runs")
    os.kill(running.pid, number)
    running.finish()
    assert engine.containers(label(inside)) == []


def test_it_is_gone_after_its_time(inside: Repo, engine: Engine) -> None:
    line(inside, "sleep 600", "timeout = 1\n")
    assert ran(inside)["verdict"] == "timed out"
    assert engine.containers(label(inside)) == []


def test_an_image_that_is_nowhere_says_what_to_type(inside: Repo) -> None:
    line(inside, "true")
    text = (inside.root / ".gofigure.toml").read_text().replace(BASE, "127.0.0.1:1/no/such:1")
    inside.config(text)
    inside.gofigure("allow", "--yes")
    done = inside.gofigure("run")
    assert done.returncode == 1
    assert "the image 127.0.0.1:1/no/such:1 is not here, and cannot be pulled" in said(done)
    assert "gofigure run inside" in said(done)


def test_an_engine_that_is_not_running_is_said_so(inside: Repo) -> None:
    line(inside, "true")
    done = inside.gofigure("run", env={"DOCKER_HOST": f"unix://{inside.root}/nothing.sock"})
    assert done.returncode == 1
    assert "nothing.sock does not answer: No such file or directory" in said(done)
    assert ran(inside)["verdict"] == "passed"


def test_it_is_gone_at_the_next_start_after_all_was_killed(inside: Repo, engine: Engine, rig: Rig) -> None:
    line(inside, "test -e out/well || exec env -i /bin/sleep 600")  # nothing on it that processes are known by
    running = rig.start(inside, "run")
    until(lambda: engine.containers(label(inside), "status=running"), what="the container runs")
    mark = engine.inspect(engine.containers(label(inside))[0])["Config"]["Labels"]["gofigure.run"]
    for pid in {running.pid, *bearers(f"GOFIGURE_RUN={mark}".encode())} - in_containers(engine, inside):
        os.kill(pid, signal.SIGKILL)
    running.finish()
    assert engine.containers(label(inside), "status=running")
    inside.write("out/well")
    assert ran(inside)["verdict"] == "passed"
    assert engine.containers(label(inside)) == []


def test_what_is_committed_is_looked_at_in_a_private_checkout(inside: Repo, engine: Engine) -> None:
    line(inside, "cat src/a.txt node_modules/x")
    config = (inside.root / ".gofigure.toml").read_text()
    inside.config(config.replace("[jobs.check]", '[jobs.check]\non = ["pre-commit"]'))
    inside.gofigure("allow", "--yes")
    inside.write(".gitignore", "node_modules/\n")
    inside.write("node_modules/x", "shared\n")
    inside.gofigure("install-hooks")
    inside.git("add", "-A")
    inside.write("src/a.txt", "not committed\n")
    done = inside.try_git("commit", "-q", "-m", "one")
    assert done.returncode == 0, said(done)
    assert said(inside.gofigure("logs", "1", "inside")).endswith("a\nshared\n")


def test_secrets_arrive_and_are_hidden(inside: Repo) -> None:
    line(inside, "echo it is $TOKEN", 'secrets = ["TOKEN"]\n')
    done = inside.gofigure("run", env={"TOKEN": "open sesame now"})
    assert done.returncode == 0, said(done)
    assert "it is ***" in said(inside.gofigure("logs", "1", "inside"))


def test_doctor_tells_of_the_engine(inside: Repo, engine: Engine) -> None:
    line(inside, "true")
    config = (inside.root / ".gofigure.toml").read_text()
    inside.config(f'{config}[stages.image]\ntarget = "docker"\n')
    told = said(inside.gofigure("doctor"))
    assert f"the engine at {engine.host} answers" in told
    assert "run by root" in told
    assert "images are built by: DOCKER_BUILDKIT=1 docker build" in told or "buildx build" in told
    broken = said(inside.gofigure("doctor", env={"DOCKER_HOST": "unix:///nothing.sock"}))
    assert "nothing.sock does not answer: No such file or directory: inside, image" in broken


def test_an_image_named_by_its_digest_is_asked_about_never(inside: Repo) -> None:
    """Its proof holds without an engine: the name says all of its content."""
    line(inside, "true")
    inside.config((inside.root / ".gofigure.toml").read_text().replace(BASE, f"some/where@sha256:{'0' * 64}"))
    inside.gofigure("allow", "--yes")
    (stage,) = inside.json("status")["jobs"][0]["stages"]
    assert "no proof yet" in stage["reason"], stage


def in_containers(engine: Engine, repo: Repo) -> set[int]:
    """The processes of this machine that are those of a repository's containers."""
    (container,) = engine.containers(label(repo))
    return {int(line.split()[1]) for line in engine.docker("top", container).splitlines()[1:]}


def test_an_image_that_nobody_knew_when_it_began_proves_nothing(inside: Repo, engine: Engine) -> None:
    name = f"gft-{os.stat(inside.root).st_ino}:new"
    inside.config(
        f'[jobs.check]\nstages = ["make", "inside"]\n[stages.make]\nrun = "docker tag {BASE} {name}"\ncache = false\n'
        f'pass_env = ["DOCKER_HOST"]\n[stages.inside]\nneeds = ["make"]\nimage = "{name}"\nrun = "true"\n'
    )
    inside.gofigure("allow", "--yes")
    first = ran(inside)
    assert (first["verdict"], first["proven"]) == ("passed", False), first
    assert "was not known when it began" in first["note"]
    assert ran(inside)["proven"] is True


def test_an_image_that_is_built_again_has_its_names_again(inside: Repo, engine: Engine) -> None:
    """A stage runs in the image that has the name then, not in the one that had it before."""
    name = f"gft-{os.stat(inside.root).st_ino}"
    inside.config(
        f"""
[jobs.check]
stages = ["img", "test"]
[stages.img]
target = "docker"
locations = ["img"]
name = "{name}"
[stages.test]
run = ". ./check.sh"
image = "{name}:dev"
needs = ["img"]
"""
    )
    inside.write("check.sh", "test -e /app/old\n")
    inside.write("img/old", "")
    inside.write("img/Dockerfile", f"FROM {BASE}\nCOPY . /app\n")
    inside.commit()
    assert inside.gofigure("allow", "--yes").returncode == 0
    assert stages(inside.json("run"))["test"]["verdict"] == "passed"
    inside.git("checkout", "-q", "-b", "feature")
    (inside.root / "img/old").rename(inside.root / "img/new")
    inside.write("check.sh", "test -e /app/new\n")
    inside.commit()
    assert stages(inside.json("run"))["test"]["verdict"] == "passed"
    inside.git("checkout", "-q", "main")
    inside.write("check.sh", "test -e /app/new # which is not there any more\n")
    assert inside.gofigure("run").returncode == 1


def test_the_commands_own_code_is_not_taken_for_the_clients(inside: Repo) -> None:
    line(inside, "exit 125")
    assert ran(inside)["verdict"] == "failed"
    assert "could not start it" not in said(inside.gofigure("logs", "1", "inside"))


def test_what_cannot_be_started_is_told_of(inside: Repo, tmp_path: Path) -> None:
    client = tmp_path / "bin/docker"
    client.parent.mkdir()
    client.write_text("#!/bin/sh\nexit 125\n")
    client.chmod(0o755)
    line(inside, "true")
    inside.gofigure("run", env={"PATH": f"{client.parent}:{inside.env['PATH']}"})
    assert "docker could not start it" in said(inside.gofigure("logs", "1", "inside"))
