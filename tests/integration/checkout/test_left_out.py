"""Who works on a checkout that is left out is left out with it: what was proven is about what it brought then."""

from __future__ import annotations

import pytest
from support.checkouts import Project
from support.rig import stages
from support.servers import Upstream

THREE = """
[jobs.j]
stages = ["src", "use", "then", "apart"]
[stages.src]
target = "checkout"
url = "{url}"
{settings}
[stages.use]
checkout = "src"
run = "cat a.txt"
[stages.then]
needs = ["use"]
run = "true"
[stages.apart]
run = "true"
"""


@pytest.mark.parametrize(
    ("settings", "env"),
    [
        ("", {"SKIP": "src"}),
        ('branches = ["other"]', {}),
        ('during = ["rebase"]', {}),
        ('changed = ["no/such/**"]', {}),
    ],
)
@pytest.mark.parametrize("proven", [True, False])
def test_for_whatever_reason(
    project: Project, upstream: Upstream, settings: str, env: dict[str, str], proven: bool
) -> None:
    if proven:
        project.repo.config(THREE.format(url=upstream.bare, settings=""))
        project.run()
        upstream.push({"a.txt": "two\n"})
    project.repo.config(THREE.format(url=upstream.bare, settings=settings))
    project.repo.commit("all")
    project.env = env
    found = stages(project.run())
    assert {name: found[name]["verdict"] for name in ("src", "use", "then")} == dict.fromkeys(
        ("src", "use", "then"), "skipped"
    )
    assert found["apart"]["verdict"] in ("passed", "reused")
    assert found["use"]["reason"] == "it needs src, which is left out"
    assert found["then"]["reason"] == "it needs use, which is left out"
