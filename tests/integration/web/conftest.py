"""Pages to try."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig

CONFIG = """
[jobs.check]
stages = ["lint", "unit"]
[jobs.slow]
stages = ["wait"]
[stages.lint]
run = "printf '\\\\033[31mred\\\\033[0m <b>bold</b>\\\\n'"
inputs = ["*.py"]
[stages.unit]
needs = ["lint"]
run = "test ! -e ../fail || { echo 'a.py:1: error: wrong'; exit 1; }"
inputs = ["*.py"]
[stages.wait]
run = '''%s'''
cache = false
"""


@pytest.fixture
def served(rig: Rig, repo: Repo) -> Served:
    """A page of a repository with a job that passes and one that stands at the gate `rig.gate()` of the name "slow"."""
    gate = rig.gate("slow")
    repo.config(CONFIG % gate.sh)
    repo.write("a.py", "a = 1\n")
    repo.commit()
    served = Served(rig, repo)
    served.gate = gate
    return served


class Pair(NamedTuple):
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def options(self) -> tuple[str, ...]:
        return "--certificate", str(self.certificate), "--key", str(self.key)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return _made(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def other_pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Whose key needs a passphrase."""
    made = _made(tmp_path_factory.mktemp("tls"))
    locked = made.key.with_name("locked.pem")
    words = "openssl", "pkey", "-in", str(made.key), "-aes256", "-passout", "pass:open", "-out", str(locked)
    subprocess.run(words, check=True, capture_output=True)
    return made._replace(key=locked)


def _made(folder: Path) -> Pair:
    pair = Pair(folder / "certificate.pem", folder / "key.pem")
    files = "-keyout", str(pair.key), "-out", str(pair.certificate)
    words = "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, "-days", "2", "-subj", "/CN=page"
    subprocess.run(words, check=True, capture_output=True)
    return pair
