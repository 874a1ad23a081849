"""Docker stages as they are used: locations, commits, the store kept out, registries, clusters, other builders."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.engine import BASE, Engine
from support.repo import Repo
from support.rig import said, stages, until, verdicts

CONFIG = """
[jobs.ship]
on = ["pre-commit"]
stages = ["image"]
[stages.image]
target = "docker"
name = "NAME/{location}"
"""


@pytest.fixture
def name(tmp_path: Path) -> str:
    return f"gft-{os.stat(tmp_path).st_ino}"


@pytest.fixture
def shop(repo: Repo, engine: Engine, name: str) -> Repo:
    for service in ("api", "web"):
        repo.write(f"{service}/Dockerfile", f"FROM {BASE}\nCOPY . /app\nLABEL of={service}\n")
        repo.write(f"{service}/app.sh", f"echo {service}\n")
    repo.write("Dockerfile", f"FROM {BASE}\nCOPY . /app\n")
    return repo


def configure(repo: Repo, name: str, more: str) -> None:
    repo.config(CONFIG.replace("NAME", name) + more)
    assert repo.gofigure("allow", "--yes").returncode == 0


def made(repo: Repo) -> Any:
    """What the stage has handed back the last time, as later stages get it."""
    with contextlib.closing(sqlite3.connect(repo.root / ".gofigure")) as store:
        row = store.execute("SELECT made FROM stage_runs WHERE stage = 'image' ORDER BY run DESC").fetchone()
    return json.loads(row[0])


def test_each_location_is_a_part_with_its_own_image(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api", "web"]\n')
    assert verdicts(shop.json("run")) == {"image": "passed"}
    (image,) = made(shop)["web"]["images"]
    assert image["name"] == f"{name}/web"
    assert image["ref"] == f"{name}/web:{image['tag']}"
    assert engine.inspect(image["ref"])["Id"] == image["id"]
    shop.write("web/Dockerfile", f"FROM {BASE}\nRUN false\n")
    parts = {part["location"]: part["verdict"] for part in stages(shop.json("run"))["image"]["parts"]}
    assert parts == {"api": "passed", "web": "failed"}


def test_locations_whose_files_look_alike_are_no_context_of_each_other(shop: Repo, engine: Engine, name: str) -> None:
    for service in ("api", "web"):  # as from an archive: equal sizes, equal times
        shop.write(f"{service}/Dockerfile", f"FROM {BASE}\nCOPY . /app\nLABEL of={service}\n")
        shop.write(f"{service}/name.txt", service)
        for path in (*(shop.root / service).iterdir(), shop.root / service):
            os.utime(path, (1_600_000_000, 1_600_000_000))
    configure(shop, name, 'locations = ["api", "web"]\n')
    assert verdicts(shop.json("run")) == {"image": "passed"}
    said_in = [engine.docker("run", "--rm", f"{name}/{one}:dev", "cat", "/app/name.txt") for one in ("api", "web")]
    assert said_in == ["api", "web"]
    assert [engine.inspect(f"{name}/{one}:dev")["Config"]["Labels"]["of"] for one in said_in] == said_in


def test_equal_bytes_keep_their_tag(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.write("api/Dockerfile", f"FROM {BASE}\nCOPY app.sh /app/\n")
    shop.json("run")
    first = made(shop)["api"]["images"][0]
    shop.write("api/other.txt", "what no COPY takes\n")
    assert verdicts(shop.json("run")) == {"image": "passed"}
    assert made(shop)["api"]["images"][0]["tag"] == first["tag"]
    shop.write("api/app.sh", "echo else\n")
    shop.json("run")
    assert made(shop)["api"]["images"][0]["tag"] != first["tag"]


def test_a_tag_that_went_elsewhere_is_brought_back(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.json("run")
    engine.docker("tag", BASE, f"{name}/api:dev")
    again = stages(shop.json("run"))["image"]
    assert (again["verdict"], again["reason"]) == ("passed", f"{name}/api:dev is no name of it any more")
    assert engine.inspect(f"{name}/api:dev")["Id"] != engine.inspect(BASE)["Id"]


def test_the_store_is_no_part_of_an_image(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, "")
    assert verdicts(shop.json("run")) == {"image": "passed"}
    root = f"{name}:dev"
    listed = engine.docker("run", "--rm", root, "ls", "-a", "/app", "/app/.git").split()
    assert ".gofigure.toml" in listed
    assert ".gofigure" not in listed
    assert "gofigure" not in listed
    assert "gofigure: .git: no content" in said(shop.gofigure("logs", "1", "image"))
    first = made(shop)[""]["images"][0]["tag"]
    shop.json("run", "--no-cache")
    assert made(shop)[""]["images"][0]["tag"] == first


def test_the_older_builder_cannot_be_kept_from_the_store_and_says_so(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, "")
    words = ".gofigure* goes into the context unless .dockerignore names it"
    assert shop.gofigure("run", env={"DOCKER_BUILDKIT": "0"}).returncode == 0
    assert words in said(shop.gofigure("logs", "1", "image"))
    shop.write(".dockerignore", ".gofigure*\n.git\n")
    shop.gofigure("run", env={"DOCKER_BUILDKIT": "0"})
    assert ".gofigure" not in engine.docker("run", "--rm", f"{name}:dev", "ls", "-a", "/app")


def test_a_commit_builds_what_is_committed(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.gofigure("install-hooks")
    shop.write("api/.dockerignore", "*.md\n")
    shop.git("add", "-A")
    shop.write("api/app.sh", "echo not committed\n")
    shop.write("api/.dockerignore", "*.sh\n")
    done = shop.try_git("commit", "-q", "-m", "one")
    assert done.returncode == 0, said(done)
    assert engine.docker("run", "--rm", f"{name}/api:dev", "cat", "/app/app.sh") == "echo api"
    shop.write("api/README.md", "left out by what is committed\n")
    shop.git("add", "api/README.md")
    done = shop.try_git("commit", "-q", "-m", "two")
    assert b"reused" in done.stdout + done.stderr, said(done)


def test_the_tag_of_a_commit_is_on_what_that_commit_holds_alone(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\ntags = ["c-{git}"]\n')
    shop.gofigure("install-hooks")
    shop.git("add", "-A")
    assert shop.try_git("commit", "-q", "-m", "one").returncode == 0
    assert "without the tag c-{git}: there is no commit" in said(shop.gofigure("logs", "1", "image"))
    of_first = f"c-{shop.git('rev-parse', 'HEAD').decode()[:12]}"
    assert verdicts(shop.json("run", "--no-cache")) == {"image": "passed"}
    image = made(shop)["api"]["images"][0]
    assert set(engine.images(f"{name}/api")) == {of_first, image["tag"]}
    shop.write("api/app.sh", "echo two\n")
    shop.json("run")
    assert "without the tag c-{git}: what is here is no commit's (M api/app.sh)" in said(shop.gofigure("logs"))
    shop.write("api/app.sh", "echo three\n")
    assert shop.try_git("commit", "-q", "-a", "-m", "two").returncode == 0
    assert engine.inspect(f"{name}/api:{of_first}")["Id"] == image["id"]


def test_what_git_ignores_and_the_context_holds_is_told(shop: Repo, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.write(".gitignore", "junk\n")
    shop.write("api/junk", "1\n")
    shop.json("run")
    assert "gofigure: junk: no content" in said(shop.gofigure("logs", "1", "image"))
    shop.write("api/.dockerignore", "junk\n")
    shop.json("run")
    assert "no content" not in said(shop.gofigure("logs", "2", "image"))


def test_build_arguments_target_and_secrets(shop: Repo, engine: Engine, name: str) -> None:
    shop.write(
        "api/Dockerfile",
        f"FROM {BASE} AS small\nARG VERSION\nRUN --mount=type=secret,id=TOKEN"
        ' echo "$VERSION $(cat /run/secrets/TOKEN | wc -c)" > /said\nFROM small AS big\nRUN false\n',
    )
    configure(
        shop,
        name,
        'locations = ["api"]\nbuild_target = "small"\nbuild_args = { VERSION = "7" }\nsecrets = ["TOKEN"]\n'
        'tags = ["{location}-{time}", "v1"]\n',
    )
    done = shop.gofigure("run", env={"TOKEN": "very secret words"})
    assert done.returncode == 0, said(done)
    assert engine.docker("run", "--rm", f"{name}/api:v1", "cat", "/said") == "7 17"
    assert any(tag.startswith("api-2") for tag in engine.images(f"{name}/api"))


def test_old_images_of_ours_are_pruned_and_no_others(
    shop: Repo, engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gofigure.engine import prune

    configure(shop, name, 'locations = ["api"]\n')
    for number in range(5):
        shop.write("api/app.sh", f"echo {number}\n")
        shop.json("run")
    project = engine.inspect(f"{name}/api:dev")["Config"]["Labels"]["gofigure.project"]
    monkeypatch.setattr(prune, "OLD", -10)
    engine.docker("tag", BASE, f"{name}/theirs:1")
    assert prune.prune(shop.env, project, dry=True)[0] == 2
    assert prune.prune(shop.env, project)[0] == 2
    assert len([tag for tag in engine.images(f"{name}/api") if tag != "dev"]) == prune.KEPT
    assert engine.images(f"{name}/theirs") == ["1"]
    assert "images" in shop.json("gc", "--dry-run")["removed"]


def test_containers_of_runs_that_are_over_are_swept(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.json("run")
    project = engine.inspect(f"{name}/api:dev")["Config"]["Labels"]["gofigure.project"]
    labels = ("--label", f"gofigure.project={project}", "--label", f"gofigure.run={project}:77")
    engine.docker("run", "-d", *labels, BASE, "sleep", "600")
    assert shop.json("gc", "--dry-run")["removed"]["containers"] == 1
    assert b"1 container" in shop.gofigure("gc").stdout
    assert engine.containers(f"label=gofigure.project={project}") == []


def test_an_image_is_given_to_the_cluster_of_the_current_context(
    shop: Repo, engine: Engine, name: str, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    kind = tmp_path / "bin/kind"
    kind.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\n')
    kind.chmod(0o755)
    shop.write(".kubeconfig", "current-context: kind-dev\n")
    configure(shop, name, 'locations = ["api"]\n')
    env = {"PATH": f"{kind.parent}:{shop.env['PATH']}", "KUBECONFIG": str(shop.root / ".kubeconfig")}
    assert shop.gofigure("run", env=env).returncode == 0
    image = made(shop)["api"]["images"][0]
    assert (tmp_path / "told").read_text() == f"load docker-image --name dev {image['ref']}\n"
    assert image["loaded"] == "kind dev"
    shop.write(".kubeconfig", "current-context: kind-other\n")
    assert "the cluster kind other was not given it" in said(shop.gofigure("run", env=env))
    assert "--name other" in (tmp_path / "told").read_text()
    assert "reused" in said(shop.gofigure("run", env=env))


def needed(program: str) -> None:
    """What is not there is told to a person; CI installs it."""
    if shutil.which(program) is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(f"no {program} here: apt-get install {program}")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """A registry on loopback."""
    needed("docker-registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config = tmp_path / "registry.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {tmp_path}/registry\nhttp:\n  addr: {host}\n"
    )
    serving = subprocess.Popen(["docker-registry", "serve", str(config)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(host), what="the registry answers")
        yield host
    finally:
        serving.kill()
        serving.wait()


def _listens(host: str) -> bool:
    address, _, port = host.partition(":")
    with socket.socket() as talk:
        return talk.connect_ex((address, int(port))) == 0


def test_an_image_is_pushed_to_a_registry(shop: Repo, engine: Engine, name: str, registry: str) -> None:
    configure(shop, name, f'locations = ["api"]\nregistry = "{registry}"\n')
    assert verdicts(shop.json("run")) == {"image": "passed"}
    image = made(shop)["api"]["images"][0]
    assert image["ref"] == f"{registry}/{name}/api:{image['tag']}"
    engine.docker("rmi", image["ref"])
    engine.docker("pull", "-q", image["ref"])
    shop.write("api/new", "1\n")
    configure(shop, name, 'locations = ["api"]\nregistry = "127.0.0.1:1"\n')
    done = shop.gofigure("run")
    assert done.returncode == 1
    assert "127.0.0.1:1 did not take it" in said(done)


@pytest.mark.parametrize("builder", ["buildah", "podman"])
def test_other_builders(shop: Repo, name: str, builder: str, tmp_path: Path) -> None:
    needed(builder)
    storage = tmp_path / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/graph"\nrunroot = "{tmp_path}/run"\n')
    env = {"CONTAINERS_STORAGE_CONF": str(storage), "BUILDAH_ISOLATION": "chroot"}
    shop.write("api/Dockerfile", "FROM scratch\nCOPY . /app\n")
    configure(shop, name, f'locations = ["api"]\nbuilder = "{builder}"\n')
    done = shop.gofigure("run", env=env)
    assert done.returncode == 0, said(shop.gofigure("logs", "1", "image"))
    done = shop.gofigure("run", env=env)
    assert "reused" in said(done), said(done)
    subprocess.run([builder, "rmi", "-f", "--all"], env={**shop.env, **env}, check=True, capture_output=True)
    assert "is gone" in said(shop.gofigure("run", env=env))


def test_many_images_are_asked_about_at_once(shop: Repo, engine: Engine, name: str) -> None:
    for service in ("c", "d"):
        shop.write(f"{service}/Dockerfile", f"FROM {BASE}\nLABEL of={service}\n")
    configure(shop, name, 'locations = ["api", "web", "c", "d"]\n')
    assert verdicts(shop.json("run")) == {"image": "passed"}
    assert verdicts(shop.json("run")) == {"image": "reused"}
    engine.docker("tag", BASE, f"{name}/d:dev")
    assert stages(shop.json("run"))["image"]["reason"] == f"{name}/d:dev is no name of it any more"
    engine.docker("rmi", f"{name}/c:{made(shop)['c']['images'][0]['tag']}")
    assert "is gone" in stages(shop.json("run"))["image"]["reason"]


def test_a_stage_runs_in_the_image_that_was_just_built(shop: Repo, engine: Engine, name: str) -> None:
    config = CONFIG.replace("NAME", name).replace('["image"]', '["image", "inside"]')
    shop.config(
        f'{config}locations = ["api"]\n[stages.inside]\nneeds = ["image"]\nimage = "{name}/api:dev"\n'
        "run = 'cat /app/app.sh'\ninputs = ['web']\n"
    )
    shop.gofigure("allow", "--yes")
    for words in ("echo api", "echo other"):
        shop.write("api/app.sh", f"{words}\n")
        assert verdicts(shop.json("run")) == {"image": "passed", "inside": "passed"}
        answer = shop.json("run")
        assert verdicts(answer) == {"image": "reused", "inside": "reused"}, answer
        last = int(shop.json("history")["runs"][1]["run"])
        assert words in said(shop.gofigure("logs", str(last), "inside"))


def test_what_needs_an_image_that_is_there_does_not_build_it_again(shop: Repo, engine: Engine, name: str) -> None:
    config = CONFIG.replace("NAME", name).replace('["image"]', '["image", "deploy"]')
    shop.config(f'{config}locations = ["api"]\n[stages.deploy]\nneeds = ["image"]\nrun = "true"\ntype = "deploy"\n')
    shop.gofigure("allow", "--yes")
    shop.json("run")
    shop.write("api/app.sh", "echo other\n")
    shop.json("run")
    assert verdicts(shop.json("run")) == {"image": "reused", "deploy": "passed"}
    engine.docker("tag", f"{name}/api:{_tag_of_run(shop, 1)}", f"{name}/api:dev")  # as a build of it would
    shop.write("api/app.sh", "echo api\n")
    assert verdicts(shop.json("run")) == {"image": "reused", "deploy": "passed"}


def _tag_of_run(repo: Repo, run: int) -> str:
    with contextlib.closing(sqlite3.connect(repo.root / ".gofigure")) as store:
        row = store.execute("SELECT made FROM stage_runs WHERE stage = 'image' AND run = ?", (run,)).fetchone()
    return str(json.loads(row[0])["api"]["images"][0]["tag"])


def test_the_dockerfiles_own_ignore_file_comes_first(shop: Repo, engine: Engine, name: str) -> None:
    configure(shop, name, 'locations = ["api"]\n')
    shop.write("api/.dockerignore", "*.sh\n")
    shop.write("api/Dockerfile.dockerignore", "*.md\n")
    shop.write("api/a.md", "1\n")
    shop.json("run")
    assert engine.docker("run", "--rm", f"{name}/api:dev", "ls", "/app").split() == [
        "Dockerfile",
        "Dockerfile.dockerignore",
        "app.sh",
    ]
    shop.write("api/a.md", "2\n")
    assert verdicts(shop.json("run")) == {"image": "reused"}
    shop.write("api/app.sh", "echo 2\n")
    assert verdicts(shop.json("run")) == {"image": "passed"}
    shop.write("api/Dockerfile", f"FROM {BASE}\nCOPY . /app\nRUN true\n")
    done = shop.gofigure("run", env={"DOCKER_BUILDKIT": "0"})
    assert "Dockerfile.dockerignore is heeded by BuildKit alone" in said(done)


def test_a_linked_working_tree_is_called_as_its_project(shop: Repo, engine: Engine, name: str, tmp_path: Path) -> None:
    shop.config('[jobs.ship]\nstages = ["image"]\n[stages.image]\ntarget = "docker"\nlocations = ["api"]\n')
    shop.gofigure("allow", "--yes")
    shop.commit()
    shop.json("run")
    called = made(shop)["api"]["images"][0]["name"]
    assert called == "repo/api"
    shop.git("worktree", "add", "-q", str(tmp_path / "side"))
    side = shop.at(tmp_path / "side")
    assert verdicts(side.json("run")) == {"image": "reused"}
    side.write("api/app.sh", "echo side\n")
    assert verdicts(side.json("run")) == {"image": "passed"}
    assert made(shop)["api"]["images"][0]["name"] == called
