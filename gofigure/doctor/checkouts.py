"""Private checkouts: where they are, and how much of the disk they take."""

from __future__ import annotations

from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, size, warning
from gofigure.doctor.scene import Scene


def check_checkouts(scene: Scene) -> Iterator[Said]:
    if scene.project is None or scene.project.repository is None:
        return
    import os

    from gofigure.workspace.sweep import held_in, orphans, places

    repository = scene.project.repository
    environ = repository.git.env
    found = places(repository, environ)
    if not found:
        yield fine("there are none")
    for home in dict.fromkeys(os.path.dirname(place.folder) for place in found):
        here = [place for place in found if os.path.dirname(place.folder) == home]
        held = held_in(here, lambda: None)
        yield fine(f"{held.checkouts} in {home}: {held.files:,} files, {size(held.bytes)}")
    left = orphans(environ)
    if left:
        yield warning(f"of repositories that are gone: {', '.join(left)}", "gofigure gc")
