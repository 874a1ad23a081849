"""Pages to try."""

from __future__ import annotations

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
