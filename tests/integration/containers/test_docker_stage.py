"""A stage with the target docker, on a real engine: when it builds, what it makes, and what is then still there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support.engine import BASE, Engine
from support.repo import Repo
from support.rig import stages

DOCKERFILE = f"FROM {BASE}\nCOPY . /app\n"
CONFIG = """
[jobs.ship]
stages = ["image"]
[stages.image]
target = "docker"
locations = ["api"]
name = "NAME/{location}"
"""


@pytest.fixture
def name(tmp_path: Path) -> str:
    """What this test's images are called: the engine is everybody's."""
    return f"gft-{os.stat(tmp_path).st_ino}"


@pytest.fixture
def shop(repo: Repo, engine: Engine, name: str) -> Repo:
    """One service with a Dockerfile, committed and allowed."""
    repo.config(CONFIG.replace("NAME", name))
    repo.write("api/Dockerfile", DOCKERFILE)
    repo.write("api/app.sh", "echo hello\n")
    repo.commit()
    assert repo.gofigure("allow", "--yes").returncode == 0
    return repo


def built(repo: Repo) -> Any:
    """How the stage ended."""
    return stages(repo.json("run"))["image"]


def test_an_image_is_built_once_and_named_by_its_content(shop: Repo, engine: Engine, name: str) -> None:
    first = built(shop)
    assert first["verdict"] == "passed", first
    (tag,) = [tag for tag in engine.images(f"{name}/api") if tag.startswith("gf-")]
    assert engine.inspect(f"{name}/api:dev")["Id"] == engine.inspect(f"{name}/api:{tag}")["Id"]
    assert engine.docker("run", "--rm", f"{name}/api:dev", "cat", "/app/app.sh") == "echo hello"
    again = built(shop)
    assert again["verdict"] == "reused"


def test_what_dockerignore_leaves_out_builds_nothing(shop: Repo, engine: Engine, name: str) -> None:
    shop.write("api/.dockerignore", "*.md\n")
    assert built(shop)["verdict"] == "passed"
    shop.write("api/README.md", "words\n")
    assert built(shop)["verdict"] == "reused"
    shop.write("api/app.sh", "echo other\n")
    assert "app.sh" in built(shop)["reason"]


def test_an_image_of_the_dockerfile_alone_is_proven(shop: Repo) -> None:
    shop.write("api/.dockerignore", "*\n")
    shop.write("api/Dockerfile", f"FROM {BASE}\nRUN echo 1\n")
    assert built(shop)["proven"] is True
    assert built(shop)["verdict"] == "reused"
    shop.write("api/Dockerfile", f"FROM {BASE}\nRUN echo 2\n")
    assert built(shop)["verdict"] == "passed"


def test_a_proof_is_not_enough_where_the_image_is_gone(shop: Repo, engine: Engine, name: str) -> None:
    built(shop)
    engine.docker("rmi", *[f"{name}/api:{tag}" for tag in engine.images(f"{name}/api")])
    again = built(shop)
    assert again["verdict"] == "passed"
    assert "is gone" in again["reason"]
    assert built(shop)["verdict"] == "reused"
