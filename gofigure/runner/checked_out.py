"""What stages have left in the checkouts that they ran in: a proof is about what was checked out, and no more."""

from __future__ import annotations

import os

from gofigure.errors import GofigureError
from gofigure.runner.made import of_recipes
from gofigure.runner.plan import Step
from gofigure.runner.setting import Setting
from gofigure.runner.words import shortened
from gofigure.snapshot.select import show

_NAMED = 3


class CheckedOut:
    """The checkouts of one run."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._changed: dict[str, str] = {}  # by checkout: what is no more as it was brought

    def looked_after(self, step: Step, source: Step, made: str) -> Step:
        """A stage that has ended in what `source` has brought; unprovable where that, or one before it, changed it.

        Whoever comes after that has run on something else, too, even where it was put right again.
        """
        name = source.stage.name
        found = self._changed.get(name) or self._found(source, made)
        if not found:
            return step
        self._changed[name] = found
        return step._replace(unprovable=f"{found} in what {name} has checked out")

    def _found(self, source: Step, made: str) -> str:
        from gofigure.recipes.checkout.afterwards import changed_in

        one = next(iter(of_recipes(made).values()))
        setting = self._setting
        try:
            names = changed_in(one, source.commands[0].argv[2], setting.root, setting.state_dir, setting.environ)
        except GofigureError as error:
            return f"nobody can say what has changed ({error})"
        return f"it changed {shortened([show(os.fsencode(name)) for name in names], _NAMED)}" if names else ""
