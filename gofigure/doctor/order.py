"""What git runs for a hook, first to last: what the configuration names, the script in the folder, what that runs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.git.config_hooks import FIRST_VERSION, ConfigHook, ConfigHooks, config_hooks
from gofigure.git.repository import Repository
from gofigure.git.settings import version
from gofigure.model import HOOKS
from gofigure.triggers.chain import SET_ASIDE, is_older_self, is_ours, manager_of, runs_ours, written_by
from gofigure.triggers.hooks import KEPT
from gofigure.triggers.hooks_path import configured, folder_in_use
from gofigure.triggers.install import calls_us, wanted_hooks
from gofigure.triggers.naming import is_our_name, named

_MEND = "gofigure install-hooks"


def check_order(scene: Scene) -> Iterator[Said]:
    """For each hook that anything stands for: what runs, first to last."""
    if scene.repository is None:
        return
    folder, found = folder_in_use(scene.repository), config_hooks(scene.repository.git)
    runs_named = _runs_named(scene)
    for hook in dict.fromkeys((*HOOKS, *found.order)):
        steps = [_name(one) for one in _active(found, hook)] if runs_named else []
        steps += _steps(os.path.join(folder, hook))
        if steps:
            yield fine(f"{hook} runs {', then '.join(steps)}")


def check_named(scene: Scene) -> Iterator[Said]:
    """The hooks that the configuration names, where something keeps them from running."""
    if scene.repository is None:
        return
    found = config_hooks(scene.repository.git)
    ours = named(scene.repository, found)
    used = dict.fromkeys(one for event in found.order for one in found.of(event))
    if used and not _runs_named(scene):
        words = ".".join(map(str, FIRST_VERSION))
        listed = ", ".join(f"hook.{one.name} ({one.scope})" for one in used)
        yield warning(f"this git does not run hooks that the configuration names, as git {words} does: {listed}")
    for one in used:
        if not one.command and one.enabled:
            yield problem(f"hook.{one.name} has an event and no command: newer git refuses to go on", _remove(one))
        elif is_our_name(one.name) and not any(one in found.of(hook) for hook in ours):
            yield problem(f"hook.{one.name} starts {one.command}, which is not ours here: was this moved?", _MEND)
        elif one.name in HOOKS:
            yield problem(f"hook.{one.name} has the name of an event: newer git refuses to go on", _remove(one))


def check_others(scene: Scene) -> Iterator[Said]:
    """What other hook managers have done to ours since they were installed, and what that means."""
    if scene.repository is None:
        return
    yield from _tell_scope(scene.repository)
    folder = folder_in_use(scene.repository)
    wanted = wanted_hooks(scene.config) if scene.config is not None else []
    by_name = named(scene.repository)
    for hook in HOOKS:
        place = os.path.join(folder, hook)
        if hook in wanted and hook not in by_name and not runs_ours(place):
            aside = [place + suffix for suffix in SET_ASIDE if is_ours(place + suffix)]
            yield from (
                warning(f"{one} is ours and does not run: {written_by(place)} set it aside", _MEND) for one in aside
            )
        if is_older_self(place + KEPT, place):
            yield warning(f"{place + KEPT} runs no more: {written_by(place)} has written itself anew above it", _MEND)


def _tell_scope(repository: Repository) -> Iterator[Said]:
    said = configured(repository)
    if said.scope:
        yield fine(f"core.hooksPath is {said.value} ({said.scope}): scripts in other folders do not run")


def _steps(place: str) -> list[str]:
    """What runs once git starts the script at `place`."""
    if not os.access(place, os.X_OK) or os.path.isdir(place):
        return []
    if is_ours(place):
        return [*_kept(place), f"gofigure ({place})"]
    manager = manager_of(place)
    own = [f"{written_by(place)} ({place})"]
    if manager is None or not manager.runs_it or not os.access(place + manager.aside, os.X_OK):
        return [f"gofigure, by the line in {place}"] if calls_us(place) else own
    below = place + manager.aside
    if not is_ours(below):
        return [f"{written_by(below)} ({below})", *own]
    kept = [] if is_older_self(place + KEPT, place) else _kept(place)
    return [*kept, f"gofigure ({below})", *own]


def _kept(place: str) -> list[str]:
    kept = place + KEPT
    runs = os.access(kept, os.X_OK) and not os.path.isdir(kept)
    return [f"{written_by(kept)} ({kept})"] if runs else []


def _active(found: ConfigHooks, hook: str) -> list[ConfigHook]:
    return [] if found.is_off(hook) else [one for one in found.of(hook) if one.enabled]


def _name(one: ConfigHook) -> str:
    who = "gofigure by hook" if is_our_name(one.name) else "hook"
    return f"{who}.{one.name} ({one.scope} configuration)"


def _remove(one: ConfigHook) -> str:
    return f"git config --{one.scope} --remove-section hook.{one.name}"


def _runs_named(scene: Scene) -> bool:
    try:
        return version(scene.environ) >= FIRST_VERSION
    except GofigureError:
        return False
