"""Turn a plan's steps into what an executor takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gofigure.executor.base import Task
from gofigure.model import Place, Trigger
from gofigure.process.log_files import stem_of
from gofigure.process.spawn import CannotStart, which
from gofigure.runner.batches import argument_space, as_argument, split
from gofigure.runner.environment import HOOK_VARIABLE, INSIDE_VARIABLE
from gofigure.runner.plan import Step
from gofigure.runner.planner import Planner
from gofigure.targets import handed_variables, reads_arguments

if TYPE_CHECKING:
    from gofigure.runner.secrets import Secrets


class TaskMaker:
    """Makes the tasks of one run.

    `roots`: the top folder of each place; `logs`: the folder for their logs; `inside`: see INSIDE_VARIABLE.
    """

    def __init__(
        self,
        planner: Planner,
        roots: Mapping[Place, str],
        logs: str,
        inside: str,
        trigger: Trigger,
        secrets: Secrets | None = None,
    ) -> None:
        self._planner = planner
        self._roots = roots
        self._logs = logs
        self._inside = inside
        self._trigger = trigger
        self._secrets = secrets
        self._programs: dict[str, str | bytes] = {}  # PATH is the same for all stages, and slow to walk

    def task_of(self, step: Step) -> Task:
        stage, root = step.stage, self._roots[step.place]
        env = {**self._planner.environment(stage), INSIDE_VARIABLE: self._inside}
        handed: tuple[str, ...] = ()
        if step.gets_arguments:
            handed = self._trigger.args if reads_arguments(stage).any else ()
            handed_over = {**self._trigger.variables, HOOK_VARIABLE: self._trigger.kind}
            asked = (HOOK_VARIABLE, *handed_variables(stage).names)
            env |= {name: handed_over[name] for name in asked if name in handed_over}
        if self._secrets is not None:
            env |= self._secrets.of(stage)
        commands: list[tuple[tuple[str | bytes, ...], str]] = []
        parts: list[str] = []
        for command in step.commands:
            if command.cwd in step.missing:
                continue
            if len(step.commands) > 1:
                parts.append(command.cwd)
            folder = os.path.join(root, command.cwd) if command.cwd else root
            argv = (self._program(command.argv[0], env["PATH"]), *command.argv[1:])
            if not command.takes_files:
                commands.append(((*argv, *handed), folder))
                continue
            names = [as_argument(file) for file in step.files or ()]
            batches = split(names, command.argv, argument_space(env))
            commands += [((*argv, *batch), folder) for batch in batches]
        return Task(
            stage.name,
            commands=tuple(commands),
            env=env,
            log=os.path.join(self._logs, stem_of(stage.name)),
            timeout=stage.timeout,
            retries=stage.retries,
            parts=tuple(parts),
            stdin=(self._trigger.stdin or None) if step.gets_arguments else None,
            interactive=stage.interactive,
        )

    def _program(self, name: str, path: str) -> str | bytes:
        """The program that a plain name stands for; a name that stands for none is left for the executor to tell."""
        if "/" in name:
            return name
        found = self._programs.get(f"{name}\0{path}")
        if found is None:
            try:
                found = which(name, path)
            except CannotStart:
                found = name
            self._programs[f"{name}\0{path}"] = found
        return found
