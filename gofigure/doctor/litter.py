"""Files of editors that git does not leave out: they are content while the editor is open, as far as git can tell."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GitError
from gofigure.triggers.backends.litter import is_litter

_SHOWN = 3


def check_litter(scene: Scene) -> Iterator[Said]:
    if scene.repository is None or scene.repository.is_bare:
        return
    try:
        listed = scene.repository.git.run("ls-files", "-z", "--others", "--exclude-standard")
    except GitError:  # that is said of the index
        return
    paths = listed.split(b"\0")
    found = [repr(os.fsdecode(path))[1:-1] for path in paths if is_litter(os.path.basename(path))]
    if not found:
        yield fine("no files of an editor are taken for content")
        return
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    yield warning(
        f"an editor's files are content, as git does not leave them out: {', '.join(found[:_SHOWN])}{more}",
        "add a line like *.swp, *~ or .#* to .gitignore, or to the file that core.excludesFile names",
    )
