"""Hooks that the configuration names (git-hook, since git 2.54), read as that git reads them, with any git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gofigure.git.program import Git

FIRST_VERSION = (2, 54)  # of git, that runs them
_FALSE = ("false", "no", "off", "0", "")


class ConfigHook(NamedTuple):
    name: str
    scope: str  # "system", "global", "local", "worktree": where the last of its values is
    command: str = ""  # a shell line; without one, git refuses every command that would start this hook
    enabled: bool = True


class ConfigHooks(NamedTuple):
    """`order`: event -> names, as git runs them: before the script in the hooks folder, wherever that is."""

    hooks: Mapping[str, ConfigHook]
    order: Mapping[str, Sequence[str]]

    def of(self, event: str) -> list[ConfigHook]:
        return [self.hooks[name] for name in self.order.get(event, ())]

    def is_off(self, event: str) -> bool:
        """Whether none of an event's is run (git 2.55); that leaves the script in the folder alone."""
        return event in self.hooks and not self.hooks[event].enabled


def config_hooks(git: Git) -> ConfigHooks:
    """All of them; not those of our own calls."""
    out = git.start("config", "-z", "--show-scope", "--get-regexp", r"^hook\..*\.").finish().out
    fields = [os.fsdecode(field) for field in out.split(b"\0")]
    return parse(zip(fields[::2], fields[1::2], strict=False))


def parse(said: Iterable[tuple[str, str]]) -> ConfigHooks:
    """From (scope, "hook.NAME.KEY", a line break and the value), in the order in which git says them."""
    hooks: dict[str, ConfigHook] = {}
    order: dict[str, list[str]] = {}
    for scope, entry in said:
        key, has_value, value = entry.partition("\n")
        name, _, word = key.partition(".")[2].rpartition(".")
        if scope == "command":
            continue
        before = hooks.get(name, ConfigHook(name, scope))._replace(scope=scope)
        if word == "command":
            hooks[name] = before._replace(command=value)
        elif word == "enabled":
            hooks[name] = before._replace(enabled=not has_value or value.lower() not in _FALSE)
        elif word == "event":
            hooks[name] = before
            for event in [value] if value else list(order):  # an empty one takes back all before it
                order[event] = [other for other in order.get(event, ()) if other != name]
            if value:
                order[value].append(name)  # to be named again is to come later
    return ConfigHooks(hooks, {event: names for event, names in order.items() if names})
