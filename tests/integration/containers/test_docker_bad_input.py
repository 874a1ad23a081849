"""What can be wrong with a docker stage: it is said clearly, with what to type, and the next run is good again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from support.engine import BASE, Engine, Relay
from support.repo import Done, Repo
from support.rig import Rig, said, until, verdicts

CONFIG = """
[jobs.ship]
stages = ["image"]
[stages.image]
target = "docker"
name = "NAME/{location}"
locations = ["api"]
"""


WAITS = "RUN echo arr''ived; sleep 600"  # the word is in what it prints, and not in the file


@pytest.fixture
def shop(repo: Repo, engine: Engine, tmp_path: Path) -> Repo:
    repo.config(CONFIG.replace("NAME", f"gft-{os.stat(tmp_path).st_ino}"))
    repo.write("api/Dockerfile", f"FROM {BASE}\n")
    repo.commit()
    assert repo.gofigure("allow", "--yes").returncode == 0
    return repo


def log_of(repo: Repo) -> bytes:
    place = repo.root / ".git/gofigure/runs/1/image.log"
    return place.read_bytes() if place.exists() else b""


def refused(repo: Repo, *words: str, env: dict[str, str] | None = None) -> Done:
    """The run fails with these words, and the next one passes when all is as it was."""
    done = repo.gofigure("run", env=env or {})
    assert done.returncode == 1, said(done)
    for word in ("image", *words):
        assert word in said(done), said(done)
    repo.git("checkout", "-q", "--", ".")
    assert verdicts(repo.json("run"))["image"] in ("passed", "reused")
    return done


def test_no_dockerfile(shop: Repo) -> None:
    (shop.root / "api/Dockerfile").rename(shop.root / "api/Other")
    refused(shop, "no file in api matches ^(Dockerfile|Containerfile)$")


def test_a_location_that_is_a_file(shop: Repo) -> None:
    (shop.root / "api/Dockerfile").unlink()
    (shop.root / "api").rmdir()
    shop.write("api", "no folder\n")
    done = shop.gofigure("run")
    assert done.returncode == 1
    assert "api is a file, and no folder" in said(done), said(done)
    assert "Traceback" not in said(done)


def test_a_build_that_fails_tells_where_and_how_to_do_it_by_hand(shop: Repo) -> None:
    shop.write("api/Dockerfile", f"FROM {BASE}\nRUN echo it was here; exit 3\n")
    done = refused(shop, "it was here")
    assert "Traceback" not in said(done)
    logs = said(shop.gofigure("logs", "1", "image"))
    assert "$ cd api\n" in logs
    assert "docker build --file Dockerfile" in logs, logs


def test_no_engine(shop: Repo) -> None:
    words = ("nothing.sock does not answer", "start the engine at unix:///nothing.sock")
    refused(shop, *words, env={"DOCKER_HOST": "unix:///nothing.sock"})


def test_a_dockerfile_that_is_a_link_out_of_the_context(shop: Repo) -> None:
    shop.write("other/Dockerfile", f"FROM {BASE}\n")
    (shop.root / "api/Dockerfile").unlink()
    (shop.root / "api/Dockerfile").symlink_to("../other/Dockerfile")
    refused(shop, "api/Dockerfile is a link to ../other/Dockerfile, which is not in the context", "put the file itself")


def test_a_dockerfile_that_is_a_link_within_the_context(shop: Repo) -> None:
    (shop.root / "api/Dockerfile").rename(shop.root / "api/Dockerfile.prod")
    (shop.root / "api/Dockerfile").symlink_to("Dockerfile.prod")
    assert verdicts(shop.json("run")) == {"image": "passed"}


def test_a_proven_image_that_nobody_can_be_asked_about_is_not_taken_for_there(shop: Repo) -> None:
    assert verdicts(shop.json("run")) == {"image": "passed"}
    refused(shop, "nothing.sock does not answer", env={"DOCKER_HOST": "unix:///nothing.sock"})


def test_no_client(shop: Repo, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("git", "sh"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    refused(shop, "docker, podman or buildah is not on the PATH", env={"PATH": str(tmp_path / "bin")})


def test_buildkit_that_the_client_has_not_got(shop: Repo, engine: Engine, tmp_path: Path) -> None:
    client = tmp_path / "bin/docker"
    client.parent.mkdir()
    client.write_text(
        f'#!/bin/sh\ncase "$1" in --version) echo "Docker version 28.2.2, build x";; buildx) exit 1;;'
        f' *) exec {engine.client} "$@";; esac\n'
    )
    client.chmod(0o755)
    path = f"{client.parent}:{os.environ['PATH']}"
    refused(shop, "has no buildx", "unset DOCKER_BUILDKIT", env={"PATH": path, "DOCKER_BUILDKIT": "1"})
    shop.write("api/new", "1\n")
    assert shop.gofigure("run", env={"PATH": path}).returncode == 0  # without being asked, it builds the older way
    shop.write("api/Dockerfile", f"FROM {BASE}\nRUN --mount=type=cache,target=/c true\n")
    refused(shop, "needs BuildKit: install docker-buildx", env={"PATH": path})


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_an_engine_that_dies_in_the_middle(shop: Repo, engine: Engine, rig: Rig, tmp_path: Path, buildkit: str) -> None:
    shop.write("api/Dockerfile", f"FROM {BASE}\n{WAITS}\n")
    with Relay(engine, tmp_path / "relay.sock") as relay:
        running = rig.start(shop, "run", env={"DOCKER_HOST": relay.host, "DOCKER_BUILDKIT": buildkit})
        until(lambda: b"arrived" in log_of(shop), what="the build is under way")
    assert running.finish() == 1
    assert b"relay.sock does not answer" in running.output, running.output
    shop.git("checkout", "-q", "--", ".")
    assert verdicts(shop.json("run")) == {"image": "passed"}


def test_a_build_that_is_interrupted(shop: Repo, engine: Engine, rig: Rig, tmp_path: Path) -> None:
    shop.write("api/Dockerfile", f"FROM {BASE}\n{WAITS}\n")
    with Relay(engine, tmp_path / "relay.sock") as relay:
        running = rig.start(shop, "run", env={"DOCKER_HOST": relay.host})
        until(lambda: b"arrived" in log_of(shop), what="the build is under way")
        os.kill(running.pid, signal.SIGINT)
        assert running.finish() == 130
    shop.git("checkout", "-q", "--", ".")
    assert verdicts(shop.json("run")) == {"image": "passed"}


def test_two_files_that_could_be_meant(shop: Repo) -> None:
    shop.write("api/a.Dockerfile", f"FROM {BASE}\n")
    shop.config((shop.root / ".gofigure.toml").read_text() + "source = '.*Dockerfile'\n")
    shop.gofigure("allow", "--yes")
    done = shop.gofigure("run")
    assert done.returncode == 1
    assert "2 files match .*Dockerfile: Dockerfile, a.Dockerfile" in said(done)
    assert 'say which: source = "Dockerfile"' in said(done)
