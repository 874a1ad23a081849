"""What checkout stages ask of this machine: a git that is mended, and git-lfs where files of it are to come."""

from __future__ import annotations

from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.git.settings import version
from gofigure.process.spawn import CannotStart, which

# The first of each line that writes no hooks through a submodule's path (CVE-2025-48384), nor bundles anywhere (48385).
_MENDED = ((2, 43, 7), (2, 44, 4), (2, 45, 4), (2, 46, 4), (2, 47, 3), (2, 48, 2), (2, 49, 1), (2, 50, 1))


def check_sources(scene: Scene) -> Iterator[Said]:
    stages = [stage for stage in scene.config.stages.values() if stage.target == "checkout"] if scene.config else []
    if not stages:
        return
    try:
        found = version(scene.environ)
    except GofigureError:
        return  # said elsewhere
    said = list(_old(found))
    if any(stage.setting("lfs") for stage in stages):
        try:
            which("git-lfs", scene.environ.get("PATH", ""))
        except CannotStart:
            said.append(warning("a checkout has lfs = true, and git-lfs is not on the PATH", "install git-lfs"))
    yield from said or [fine("git is one that can be let near other people's repositories")]


def _old(found: tuple[int, ...]) -> Iterator[Said]:
    line = next((mended for mended in _MENDED if mended[:2] == found[:2]), None)
    if found < _MENDED[0] or (line is not None and found < line):
        words, least = (".".join(map(str, one)) for one in (found, line or _MENDED[-1]))
        yield warning(
            f"git {words} has known holes (CVE-2025-48384, CVE-2025-48385) unless your distribution has mended them; "
            "checkout stages keep away from what they are known to need",
            f"install git {least} or newer",
        )
