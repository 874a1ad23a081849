"""The file system: what it can tell apart, who else writes to it, whether its locks hold, how much is free."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, problem, size, warning
from gofigure.doctor.scene import Scene, probe
from gofigure.store.inspect import why_locks_fail
from gofigure.triggers.backends.mounts import is_remote, kind_of_mount, read_mounts

_LITTLE, _NEARLY_NONE = 500_000_000, 20_000_000


def check_abilities(scene: Scene) -> Iterator[Said]:
    """What names and modes it keeps."""
    if scene.project is None:
        return
    with probe(scene) as folder:
        if folder is None:
            where = scene.project.state_dir
            yield warning(f"{where} cannot be written, so nothing could be tried here", f"ls -ld {where}")
            return
        missing = list(_missing(folder))
    yield from (warning(found, "move the repository, or keep it to what this file system can do") for found in missing)
    if not missing:
        yield fine("it tells cases apart, and keeps links and exec bits")


def _missing(folder: str) -> Iterator[str]:
    place = os.path.join(folder, "Name")
    os.close(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    if os.path.exists(os.path.join(folder, "nAME")):
        yield "names that differ in case only are one and the same file here"
    try:
        os.symlink("Name", os.path.join(folder, "link"))
    except OSError as error:
        yield f"there are no symbolic links here ({error.strerror})"
    modes = []
    for mode in (0o700, 0o600):
        with contextlib.suppress(OSError):
            os.chmod(place, mode)
        modes.append(bool(os.stat(place).st_mode & stat.S_IXUSR))
    if modes != [True, False]:
        yield "there are no exec bits here: hooks may not start, and modes are not part of the content"


def check_kind(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    mounts = read_mounts()
    # In a linked worktree, the store is in another place than the files.
    for place in dict.fromkeys((scene.project.root, os.path.dirname(scene.project.store_file))):
        kind = kind_of_mount(place, mounts)
        if is_remote(kind):
            found = f"{place} is on {kind}: changes made elsewhere give no event, and may be seen late"
            yield warning(found, "work on a local disk, or let a watcher poll")
        elif kind:
            yield fine(f"{place} is on {kind}")


def check_locks(scene: Scene) -> Iterator[Said]:
    with probe(scene) as folder:
        if folder is None:
            return
        why = why_locks_fail(folder)
    if why:
        yield problem(
            f"SQLite's locks do not hold here ({why}): two runs at once may damage the store", "use a local disk"
        )
    else:
        yield fine("locks hold between processes")


def check_space(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    info = os.statvfs(os.path.dirname(scene.project.store_file))
    free = info.f_bavail * info.f_frsize
    if free < _NEARLY_NONE:
        yield problem(f"{size(free)} are free: runs cannot be recorded", "free some space")
    elif free < _LITTLE:
        yield warning(f"only {size(free)} are free", "free some space, or: gofigure gc")
    else:
        yield fine(f"{size(free)} are free")
