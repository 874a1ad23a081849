"""Turn a plan's steps into what an executor takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gofigure.executor.base import Task
from gofigure.model import RECIPE, Command, Place, Stage, Trigger
from gofigure.process.log_files import stem_of
from gofigure.process.spawn import CannotStart, which
from gofigure.recipes import ORDER_VARIABLE, recipe
from gofigure.reports.asking import Asking, asking, only_listening
from gofigure.runner.batches import argument_space, as_argument, split
from gofigure.runner.environment import HOOK_VARIABLE, INSIDE_VARIABLE, declared
from gofigure.runner.in_container import in_container
from gofigure.runner.made import checked_out, of_recipes
from gofigure.runner.plan import Step
from gofigure.runner.planner import Planner
from gofigure.targets import handed_variables, passed_to, reads_arguments
from gofigure.targets.docker import PASSES

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
        environ: Mapping[str, str],
        state_dir: str,
        secrets: Secrets | None = None,
    ) -> None:
        self._planner = planner
        self._roots = roots
        self._logs = logs
        self._inside = inside
        self._trigger = trigger
        self._environ = environ
        self._state_dir = state_dir
        self._secrets = secrets
        self._programs: dict[str, str | bytes] = {}  # PATH is the same for all stages, and slow to walk

    def task_of(self, step: Step, made: Mapping[str, str] = {}) -> Task:
        """`made`: what recipes have handed back so far, by stage."""
        stage, root = step.stage, self._root_of(step, made)
        env = {**self._planner.keying.environment(stage), INSIDE_VARIABLE: self._inside}
        handed: tuple[str, ...] = ()
        handed_over: Mapping[str, str] = {}
        if step.gets_arguments:
            handed = self._trigger.args if reads_arguments(stage).any else ()
            known = {**self._trigger.variables, HOOK_VARIABLE: self._trigger.kind}
            asked = (HOOK_VARIABLE, *handed_variables(stage).names)
            handed_over = {name: known[name] for name in asked if name in known}
            env |= handed_over
        folder_of_made = ""
        if step.image is not None or any(command.argv[0] == RECIPE for command in step.commands):
            folder_of_made = f"{os.path.join(self._logs, stem_of(stage.name))}.made"
            env |= self._passed(step)
            env[ORDER_VARIABLE] = self._order(step, root, made, folder_of_made)
        if self._secrets is not None:
            env |= self._secrets.of(stage)
        commands: list[tuple[tuple[str | bytes, ...], str]] = []
        parts: list[str] = []
        askings: list[Asking | None] = []
        report = os.path.join(self._logs, f"{stem_of(stage.name)}.report")
        above = os.fsencode(f"{stage.folder}/") if stage.folder else b""
        for command in step.commands:
            if command.cwd in step.missing:
                continue
            if len(step.commands) > 1:
                parts.append(command.cwd)
            folder = os.path.join(root, command.cwd) if command.cwd else root
            if command.argv[0] == RECIPE:
                commands.append((self._recipe(step, command, root, folder_of_made, env), folder))
                askings.append(only_listening(stage, commands[-1][0]))
                continue
            argv = (*self._before(step, command, root, handed_over, env), *command.argv[1:])
            if not command.takes_files:
                words = (*argv, *handed)
                commands.append((words, folder))
                in_it = step.image is not None
                askings.append(
                    only_listening(stage, words) if in_it else asking(stage, words, folder, root, report, env)
                )
                continue
            names = [as_argument(file.removeprefix(above)) for file in step.files or ()]
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
            asks=_asks(stage) if stage.interactive else "",
            made=folder_of_made,
            asking=tuple(askings) if any(askings) and not stage.interactive else (),
        )

    def _root_of(self, step: Step, made: Mapping[str, str]) -> str:
        """The top folder of what a stage works in."""
        if step.stage.checkout is not None:
            return checked_out(made[step.stage.checkout])
        # What a checkout brings has nothing to do with what stands here, so it lies in one place for all of its runs.
        return self._roots["in place" if step.stage.target == "checkout" else step.place]

    def _recipe(self, step: Step, command: Command, root: str, made: str, env: Mapping[str, str]) -> tuple[str, ...]:
        words = recipe(command.argv[1:])
        if step.stage.target != "checkout":
            return words
        from gofigure.recipes.checkout.warm import in_front

        return in_front(words, step.stage.name, root, self._state_dir, made, env)

    def _order(self, step: Step, root: str, made: Mapping[str, str], folder: str) -> str:
        """What a recipe is told besides its own arguments; no part of a key."""
        import json

        stage = step.stage
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return json.dumps(
            {
                "stage": stage.name,
                "root": root,
                "state_dir": self._state_dir,
                "made": folder,
                "mark": self._inside.rpartition(" ")[2],
                "trigger": self._trigger.kind,
                "key": step.key.hex(),
                "needed": {name: of_recipes(one) for name, one in made.items()},
            }
        )

    def _before(
        self, step: Step, command: Command, root: str, handed: Mapping[str, str], env: Mapping[str, str]
    ) -> tuple[str | bytes, ...]:
        """A command's program, and what puts it into a container."""
        if step.image is None:
            return (self._program(command.argv[0], env["PATH"]),)
        names = (*declared(step.stage, self._environ), *handed, *step.stage.secrets)
        return (*in_container(step.image, names, self._roots, root), command.argv[0])

    def _passed(self, step: Step) -> dict[str, str]:
        """Variables of the user's own that tell a recipe's programs where their servers are, and who asks."""
        names = passed_to(step.stage) if step.image is None else PASSES
        return {name: self._environ[name] for name in names if name in self._environ}

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


def _asks(stage: Stage) -> str:
    """What a stage that deploys wants a terminal for."""
    if stage.target != "kubernetes":
        return ""
    from gofigure.recipes.kubernetes.names import is_protected

    context = stage.setting("context")
    if not stage.setting("protected") and not is_protected(context):
        return ""
    return f'"{context}" is protected: it is deployed to by hand only, and its name must be typed; '
