"""What lies around the store: branch, changed files, hooks. To ask takes a while, so nobody waits for it."""

from __future__ import annotations

from gofigure.errors import GofigureError
from gofigure.git.status import parse, start
from gofigure.model import Config
from gofigure.project import Project
from gofigure.triggers.install import installed, wanted_hooks
from gofigure.web.page import Around


def look_around(project: Project, config: Config | None) -> Around:
    """Ask git; only where the repository is allowed."""
    repository = project.repository
    if repository is None or repository.is_bare:
        return Around(known=True)
    try:
        done = start(repository.git).finish()
        status = parse(done.out)
        hooks = tuple(installed(repository))
    except GofigureError:
        return Around(known=True)
    wanted = wanted_hooks(config) if config is not None else []
    staged = _staged(done.out)
    return Around(
        known=True,
        branch=status.branch,
        changed=len({*status.tracked, *status.untracked, *status.conflicted, *status.moved_modules, *staged}),
        hooks=hooks,
        missing=tuple(hook for hook in wanted if hook not in hooks),
    )


def _staged(out: bytes) -> list[bytes]:
    """Paths that the index has otherwise than the last commit (git-status, "Porcelain Format Version 2")."""
    lines = (line.split(b" ", 8) for line in out.split(b"\0") if line[:2] == b"1 ")
    return [line[8] for line in lines if line[1][:1] != b"."]
