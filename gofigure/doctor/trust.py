"""The permission to run this repository's configuration, and the folder that permissions are kept in."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.hooks import scripts
from gofigure.doctor.scene import Scene
from gofigure.project import as_judged
from gofigure.trust import data_home, refusal


def check_permission(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    record = scene.project.trust.record
    if scene.token is not None:
        refused = refusal(scene.project.trust, as_judged(scene.layers))
        if refused is None:
            yield fine(f"{scene.project.trust.home} is allowed to run its configuration")
        else:
            yield problem(str(refused), "gofigure allow (shows what changed)")
    elif os.path.lexists(record) and not os.access(record, os.R_OK):
        yield problem(f"{record}, which holds the permission, cannot be read", f"chmod u+r {record}")
    elif scene.config is not None:
        yield problem("nobody has allowed this configuration to run on this machine", "gofigure allow")


def check_data_folder(scene: Scene) -> Iterator[Said]:
    """Whoever can write there can say yes in your name."""
    if scene.project is None:
        return
    record = scene.project.trust.record
    folder = os.path.dirname(record)
    for place in (os.path.dirname(folder), folder, record):
        try:
            info = os.stat(place)
        except OSError:
            continue
        if info.st_uid not in (os.geteuid(), 0):
            yield problem(f"{place} belongs to user {info.st_uid}, who can say yes in your name", f"ls -ld {place}")
        elif info.st_mode & 0o022:
            yield problem(f"{place} can be written by others, who can say yes in your name", f"chmod go-w {place}")
    data = os.path.dirname(os.path.dirname(folder))
    if not os.access(_nearest(folder), os.W_OK):
        yield problem(f"{folder} cannot be written: no permission can be given", f"chmod u+w {_nearest(folder)}")
    else:
        yield fine(f"permissions are kept in {data}")


def check_hooks_data(scene: Scene) -> Iterator[Said]:
    """A hook is told at installation where permissions are; what is said since is said elsewhere."""
    here = data_home(scene.environ)
    for hook, _, written in scripts(scene):
        if written is not None and os.path.realpath(written.data) != os.path.realpath(here):
            found = f"the {hook} hook looks for permissions in {written.data}, not in {here}"
            yield warning(found, "gofigure install-hooks")


def _nearest(folder: str) -> str:
    """The folder itself, or the first one above it that exists."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder
