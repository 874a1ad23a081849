"""Which stages get what git hands to a hook, and what follows from that.

What git hands over (a message, the commits of a push) is not content: it has no digest that could be part of a
key. So a stage that reads it proves nothing and is never reused, and the same holds for what needs such a stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gofigure.model import ABOUT_A_MESSAGE, BY_A_PERSON, HANDS_NOTHING, HOOKS, Config, Stage, Trigger
from gofigure.targets import handed_variables, reads_arguments

_NAME = "GOFIGURE_HOOK"


class Handed:
    """What the trigger of one request means for each stage."""

    def __init__(self, config: Config, trigger: Trigger) -> None:
        self._config = config
        self._trigger = trigger
        self._hooks: Mapping[str, str] | None = None

    @property
    def hook(self) -> str:
        return self._trigger.kind

    def gets(self, stage: Stage) -> bool:
        """Whether it is started with git's arguments, its input, and the variables that it asks for."""
        asked = handed_variables(stage).names
        if self._hands:
            return reads_arguments(stage).any or bool(asked)
        return self.hook in HOOKS and _NAME in asked  # every hook has one

    @property
    def _hands(self) -> bool:
        """Whether git has handed over anything."""
        return bool(self._trigger.args or self._trigger.stdin)

    def hangs_on_it(self, stage: Stage, by: Iterable[str]) -> str:
        """Why its result says nothing of content alone; "" if it does. `by`: what it needs and hangs on it too."""
        if self.gets(stage):
            return f"it reads what git hands to {self.hook}"
        by_way_of = next(iter(by), None)
        if by_way_of is not None:
            return f"it needs {by_way_of}, which reads what git hands to {self.hook}"
        # It may read the message without being told the file's name.
        is_about_a_message = self._hands and self.hook in ABOUT_A_MESSAGE
        return f"{self.hook} is about a message, which is no content" if is_about_a_message else ""

    def is_missing(self, stage: Stage) -> str:
        """Why it cannot run without what git hands over, which is not there; "" if it can."""
        if self._hands:
            return ""
        asked = handed_variables(stage)
        if self.gets(stage) and set(asked.names) == {_NAME}:
            asked = asked._replace(must=False)
        hook = self._handed_to().get(stage.name, "")
        if not hook or not (reads_arguments(stage).must or asked.must):
            return ""
        if self.hook in BY_A_PERSON:
            return f"it reads what git hands to {hook}, and by hand there is none; try: gofigure hook {hook} ..."
        return f"it reads what git hands to {hook}; {self.hook} hands over nothing"

    def _handed_to(self) -> Mapping[str, str]:
        """A hook that hands something to it, for each stage of a job that has one."""
        if self._hooks is None:
            self._hooks = {}
            for job in self._config.jobs.values():
                hooks = [hook for hook in HOOKS if hook in job.on and hook not in HANDS_NOTHING]
                pending = list(job.stages) if hooks else []
                while pending:
                    name = pending.pop()
                    if name not in self._hooks:
                        self._hooks[name] = hooks[0]
                        pending.extend(self._config.stages[name].needs)
        return self._hooks
