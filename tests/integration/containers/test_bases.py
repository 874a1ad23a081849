"""`gofigure doctor` on images that are built from images of other stages."""

from __future__ import annotations

import pytest
from support.repo import Repo

from gofigure.doctor.bases import check_bases
from gofigure.doctor.finding import Said
from gofigure.doctor.scene import look_around
from gofigure.git.environment import GitVariables

BUILT = (
    '[jobs.j]\nstages = ["base", "app"]\n[stages.base]\ntarget = "docker"\nlocations = ["base"]\nname = "shop/base"\n'
)


@pytest.mark.parametrize(
    ("line", "more", "warns"),
    [
        ("FROM shop/base:dev", "", True),
        ("FROM debian AS x\nfrom --platform=linux/amd64 localhost:5000/shop/base AS y", "", True),
        ("FROM shop/base:dev", 'needs = ["base"]', False),
        ("FROM shop/base-slim\n# FROM shop/base", "", False),
        ("FROM workshop/base", "", False),
    ],
)
def test_who_builds_from_what_another_builds_needs_it(repo: Repo, line: str, more: str, *, warns: bool) -> None:
    repo.config(f'{BUILT}[stages.app]\ntarget = "docker"\nlocations = ["app"]\nname = "shop/app"\n{more}\n')
    repo.write("base/Dockerfile", "FROM debian\n")
    repo.write("app/Dockerfile", f"{line}\n")
    said = list(check_bases(look_around(str(repo.root), repo.env, GitVariables())))
    base = next((word for word in line.split() if "shop/base" in word), "")
    found = f"app is built FROM {base}, which stage base builds, and does not wait for it"
    assert said == ([Said("warning", found, 'stages.app: needs = ["base"]')] if warns else [])
