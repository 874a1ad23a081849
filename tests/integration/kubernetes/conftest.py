"""A cluster for each test: the stub, and the real control plane, which is started once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.kubernetes.cluster import Cluster, project_on, real_cluster, stub_cluster
from support.kubernetes.plane import Plane, control_plane, missing
from support.repo import Repo

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    """A skip where it was never built: `make kubernetes` does that."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    with control_plane(tmp_path_factory.mktemp("plane")) as made:
        yield made


@pytest.fixture
def pretended(tmp_path: Path) -> Cluster:
    return stub_cluster(tmp_path / "cluster")


@pytest.fixture(params=["stub", pytest.param("real", marks=pytest.mark.plane)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Cluster:
    if request.param == "stub":
        return stub_cluster(tmp_path / "cluster")
    plane: Plane = request.getfixturevalue("plane")
    return real_cluster(tmp_path / "cluster", plane.kubeconfig, f"test-{next(_NUMBERS)}")


@pytest.fixture
def project(cluster: Cluster, repo: Repo) -> Repo:
    return project_on(cluster, repo)


@pytest.fixture
def here(pretended: Cluster, repo: Repo) -> Repo:
    """With the stub alone, for what only that can play."""
    return project_on(pretended, repo)
