"""Installation by name: git's configuration names our scripts (git 2.54), which stand in a folder of our own.

Others' scripts stay where they are, and core.hooksPath, whoever has set it, has no say in it.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping

from gofigure.errors import GofigureError
from gofigure.git.config_hooks import FIRST_VERSION, ConfigHooks, config_hooks
from gofigure.git.repository import Repository
from gofigure.git.settings import version
from gofigure.model import HOOKS

_NAME = "gofigure-"  # and the hook's: the name itself is the event's, which git does not take


def require_new_git(environ: Mapping[str, str]) -> None:
    found = version(environ)
    if found < FIRST_VERSION:
        least, this = (".".join(map(str, numbers)) for numbers in (FIRST_VERSION, found))
        raise GofigureError(
            f"git {this} runs no hooks that its configuration names; git {least} does",
            hint="gofigure install-hooks --via folder",
        )


def place_of(repository: Repository, hook: str) -> str:
    """Where the script of a hook is that the configuration names."""
    return os.path.join(repository.state_dir, "hooks", hook)


def named(repository: Repository, hooks: ConfigHooks | None = None) -> list[str]:
    """The hooks that the configuration has call us, whether or not this git runs them."""
    found = hooks if hooks is not None else config_hooks(repository.git)
    return [hook for hook in HOOKS if any(_is_ours(repository, hook, one.command) for one in found.of(hook))]


def tell_git(repository: Repository, hook: str) -> None:
    """Have git call the script at `place_of`, which must be there already."""
    section = f"hook.{_NAME}{hook}"
    # The event last: a hook with an event and no command stops git.
    repository.git.run("config", "--local", "--replace-all", f"{section}.command", _command(repository, hook))
    repository.git.run("config", "--local", "--replace-all", f"{section}.event", hook)


def runs_here(repository: Repository) -> bool:
    """Whether this git runs what its configuration names."""
    return version(repository.git.env) >= FIRST_VERSION


def forget(repository: Repository, hooks: Iterable[str]) -> dict[str, str]:
    """Take the names out of the configuration, then the scripts away: hook -> its place, where there was either."""
    known = config_hooks(repository.git).hooks
    return {hook: place for hook in hooks if (place := _forget(repository, hook, is_named=_NAME + hook in known))}


def _forget(repository: Repository, hook: str, *, is_named: bool) -> str | None:
    place = place_of(repository, hook)
    removal = ("config", "--local", "--remove-section", f"hook.{_NAME}{hook}")
    was_named = is_named and repository.git.start(*removal).finish().code == 0
    there = os.path.lexists(place)
    if there:
        os.unlink(place)
    return place if there or was_named else None


def is_our_name(hook_name: str) -> bool:
    return hook_name.removeprefix(_NAME) in HOOKS and hook_name.startswith(_NAME)


def _is_ours(repository: Repository, hook: str, command: str) -> bool:
    return command == _command(repository, hook)


def _command(repository: Repository, hook: str) -> str:
    return shlex.quote(place_of(repository, hook))
