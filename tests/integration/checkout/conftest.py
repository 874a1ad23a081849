"""An upstream with a project that checks it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.checkouts import Project
from support.repo import Repo
from support.servers import SSHD, Remote, Upstream, served

ITS_OWN = """
[jobs.theirs]
stages = ["theirs"]
[stages.theirs]
run = "echo x >> $HOME/theirs"
"""


@pytest.fixture
def upstream(tmp_path: Path, environment: dict[str, str]) -> Upstream:
    made = Upstream(tmp_path / "upstream", environment)
    made.push({"a.txt": "one\n", "lib/b.py": "print(1)\n", ".gofigure.toml": ITS_OWN})
    return made


@pytest.fixture(params=["local", "daemon", "http", "ssh"])
def remote(
    request: pytest.FixtureRequest, upstream: Upstream, tmp_path: Path, environment: dict[str, str], home: Path
) -> Iterator[Remote]:
    if request.param == "ssh" and SSHD is None:
        pytest.skip("there is no sshd")
    with served(request.param, upstream, tmp_path / "server", environment, home) as remote:
        yield remote


@pytest.fixture
def project(repo: Repo, upstream: Upstream) -> Project:
    """It checks out the upstream by its path."""
    return Project(repo).checks_out(str(upstream.bare))
