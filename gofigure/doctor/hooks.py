"""The hooks: those that the jobs name, ours, executable, and up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.model import HOOKS
from gofigure.triggers.chain import belongs_at, is_older_self, is_ours, manager_of, runs_ours
from gofigure.triggers.hooks import KEPT
from gofigure.triggers.hooks_path import folder_in_use, folder_to_write
from gofigure.triggers.install import calls_us, wanted_hooks
from gofigure.triggers.naming import named, place_of, runs_here
from gofigure.triggers.reading import Written, is_as_written, read_script, template_version

_MEND = "gofigure install-hooks"


def scripts(scene: Scene) -> Iterator[tuple[str, str, Written | None]]:
    """(hook, its path, what is written in it) of each hook of ours."""
    folder = _folder(scene)
    by_name = _named(scene)
    for hook in HOOKS if folder else ():
        place = os.path.join(folder, hook)
        if hook in by_name:
            yield hook, by_name[hook], read_script(by_name[hook])
        if runs_ours(place):
            ours = place if is_ours(place) else belongs_at(place)
            yield hook, ours, read_script(ours)


def check_folder(scene: Scene) -> Iterator[Said]:
    """Whether git looks for hooks where they are installed."""
    if scene.repository is None:
        return
    wanted = wanted_hooks(scene.config) if scene.config is not None else []
    in_use = folder_in_use(scene.repository)
    if wanted and all(hook in _named(scene) for hook in wanted):
        yield fine("git's configuration names them, whatever its hooks folder is")
        return
    if wanted and all(calls_us(os.path.join(in_use, hook)) for hook in wanted):
        yield fine(f"git looks for them in {in_use}, and they call gofigure")
        return
    try:
        folder = folder_to_write(scene.repository, wanted or HOOKS[:1])
    except GofigureError as error:
        yield (problem if wanted else warning)(str(error), error.hint)
        return
    shared = ", for all worktrees of this repository" if scene.repository.is_linked else ""
    yield fine(f"git looks for them in {folder}{shared}")


def check_wanted(scene: Scene) -> Iterator[Said]:
    """Each hook that a job names: installed, ours, executable, as this gofigure writes them."""
    folder = _folder(scene)
    if not folder or scene.config is None:
        return
    by_name = _named(scene)
    for hook in wanted_hooks(scene.config):
        place = os.path.join(folder, hook)
        if hook in by_name:
            yield _of_this_name(scene, hook, by_name[hook], also=runs_ours(place) or calls_us(place))
        elif not os.path.lexists(place):
            yield problem(f"{hook} is not installed: git will not start its jobs", _MEND)
        elif not runs_ours(place) and not calls_us(place):
            manager = manager_of(place)
            whose = f"{manager.name}'s" if manager else "another program's"
            yield problem(f"{place} is {whose}: git will not start its jobs", f"{_MEND} (keeps it, runs it)")
        elif not os.access(place, os.X_OK):
            yield problem(f"{place} is not executable, so git leaves it out", f"chmod +x {place}")
        elif calls_us(place):
            yield fine(f"{place} calls gofigure")
        else:
            yield _of_this_version(hook, place if is_ours(place) else belongs_at(place))


def check_unwanted(scene: Scene) -> Iterator[Said]:
    if scene.config is None:
        return
    wanted = wanted_hooks(scene.config)
    for hook, place, _ in scripts(scene):
        if hook not in wanted:
            yield warning(
                f"{place} is installed, and no job names {hook}", _MEND if wanted else "gofigure uninstall-hooks"
            )


def check_kept(scene: Scene) -> Iterator[Said]:
    """Hooks that were there before ours and run first."""
    folder = _folder(scene)
    for hook in HOOKS if folder else ():
        kept = os.path.join(folder, hook + KEPT)
        if not os.path.lexists(kept):
            continue
        place = os.path.join(folder, hook)
        if not os.path.lexists(place):
            yield warning(f"{kept} runs no more: {place} is gone", "gofigure uninstall-hooks (gives it back)")
        elif is_older_self(kept, place):
            continue  # order.py tells
        elif not runs_ours(place):
            yield warning(f"{kept} runs no more: {place} is another program's", "look at both, and keep one")
        elif not os.access(kept, os.X_OK):
            yield warning(f"{kept} is not executable and does not run, as it did not before", f"chmod +x {kept}")
        else:
            yield fine(f"{kept} runs first")


def _of_this_name(scene: Scene, hook: str, place: str, *, also: bool) -> Said:
    if scene.repository is not None and not runs_here(scene.repository):
        return problem(f"{hook} is named by git's configuration, which this git does not run", f"{_MEND} --via folder")
    if not os.access(place, os.X_OK) or not is_ours(place):
        return problem(f"{place}, which git's configuration names, is gone: git stops at {hook}", _MEND)
    if also:
        return warning(f"{hook} calls gofigure twice: by git's configuration, and in the hooks folder", _MEND)
    return _of_this_version(hook, place)


def _of_this_version(hook: str, place: str) -> Said:
    """Its version, and beyond that whether it says what would be written with the values that it holds."""
    written, now = read_script(place), template_version()
    if written is None or written.version != now:
        theirs = "another" if written is None else written.version
        return warning(f"{hook} is outdated: its script is of version {theirs}, this gofigure writes {now}", _MEND)
    if not is_as_written(place):
        return warning(f"{place} has been edited since it was installed", f"{_MEND} (writes it anew)")
    return fine(f"{hook} is installed")


def _folder(scene: Scene) -> str:
    """Where git looks for hooks; "" where there is no git."""
    return folder_in_use(scene.repository) if scene.repository is not None else ""


def _named(scene: Scene) -> dict[str, str]:
    """Hook -> our script, for those that the configuration names."""
    repository = scene.repository
    return {hook: place_of(repository, hook) for hook in named(repository)} if repository is not None else {}
