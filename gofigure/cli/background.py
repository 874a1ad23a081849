"""What a hook starts and leaves alone: `python -m gofigure.cli.background HOOK GIT_DIR`. Its screen is a log."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence

from gofigure.cli.console import console_for
from gofigure.cli.guard import leave, say
from gofigure.cli.here import Here, here
from gofigure.cli.later import command
from gofigure.cli.terminal import printable
from gofigure.errors import (
    EXIT_BUG,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PASSED,
    GofigureError,
    Interrupted,
    StoreUnwritable,
)
from gofigure.events import Event, Observer, RunStarted
from gofigure.model import RunResult, Trigger
from gofigure.pipeline import run
from gofigure.queries import note_skip
from gofigure.store.lock import RunLock
from gofigure.subject import Request
from gofigure.triggers.background import ask, folder_of, newest, take_over, turn, was_asked_to_make_way
from gofigure.triggers.background import leave as leave_place
from gofigure.triggers.notification import is_worth_it, notify
from gofigure.triggers.outcome import Outcome, keep, outcome_of


def _main() -> int:
    hook, git_dir = sys.argv[1:3]
    as_git_gave_it, folder = dict(os.environ), folder_of(git_dir, hook)
    place = take_over()
    signal.signal(signal.SIGTERM, _stop)  # from the beginning: what was asked for must be told of
    with turn(git_dir, hook):
        # Where it cannot be had, runs do without it as well.
        with RunLock(os.path.join(git_dir, "gofigure", "lock")) as lock, contextlib.suppress(StoreUnwritable):
            lock.acquire(lambda _holder: None)
        # From here on a new commit needs a new process. HEAD is read later, so none falls between the two.
        leave_place(place)
        was_asked_to_make_way(folder)  # whoever was meant is gone
        before = outcome_of(git_dir, hook)
        outcome = _Watch(git_dir, hook).outcome()
        keep(git_dir, outcome)
    if outcome.state == "interrupted" and was_asked_to_make_way(folder):
        ask(folder, newest(folder), command(hook, git_dir), as_git_gave_it)  # another turn, when that one is over
        return EXIT_PASSED
    _notify(outcome, before.state if before is not None else "")
    return {"failed": EXIT_FAILED, "interrupted": EXIT_INTERRUPTED, "not begun": EXIT_BUG}.get(
        outcome.state, EXIT_PASSED
    )


def _stop(number: int, _frame: object) -> None:
    raise Interrupted(signal.Signals(number).name)


class _Watch:
    """One run from its turn to its end, told to `status` as it goes."""

    def __init__(self, git_dir: str, hook: str) -> None:
        self._git_dir = git_dir
        self._now = Outcome(hook, "running", at_ns=time.time_ns())

    def outcome(self) -> Outcome:
        keep(self._git_dir, self._now)
        try:
            return self._ended(self._run(here()))
        except GofigureError as error:
            say(f"gofigure: {error}")
            return self._is("not begun", said=f"{error}; {error.hint}" if error.hint else str(error))
        except (Interrupted, KeyboardInterrupt):
            return self._is("interrupted")
        except Exception as error:
            log = os.path.join(folder_of(self._git_dir, self._now.hook), "log")
            said = f"a bug in gofigure: {type(error).__name__}: {error}; see {log}"
            keep(self._git_dir, self._is("not begun", said=said))
            raise

    def _run(self, where: Here) -> list[RunResult]:
        hook = self._now.hook
        asked = newest(folder_of(self._git_dir, hook))
        trigger = Trigger(hook, asked.args, asked.data, inside=where.inside)
        with console_for(sys.stderr) as console:

            def observe(event: Event) -> None:
                console(event)
                if isinstance(event, RunStarted):
                    self._now = self._now._replace(about=event.content, runs=(*self._now.runs, event.run))
                    keep(self._git_dir, self._now)

            try:
                return run(where.project, Request(trigger, where.environ, background=True), observe)
            except GofigureError as error:
                _record(where, hook, str(error), console)
                raise

    def _ended(self, results: Sequence[RunResult]) -> Outcome:
        states = [result.verdict for result in results]
        state = next((bad for bad in ("interrupted", "failed", "passed", "reused") if bad in states), "skipped")
        failed = [stage.stage for result in results for stage in result.stages if stage.blocks]
        return self._is(state, failed=tuple(failed))

    def _is(self, state: str, *, failed: tuple[str, ...] = (), said: str = "") -> Outcome:
        return self._now._replace(state=state, failed=failed, said=printable(said), at_ns=time.time_ns())


def _record(where: Here, hook: str, said: str, observe: Observer) -> None:
    note_skip(where.project, hook, f"in the background: {said}", observe)


def _notify(outcome: Outcome, before: str) -> None:
    if is_worth_it(outcome.state, before):
        title, detail = printable(f"gofigure: {outcome.title}"), printable(outcome.detail or outcome.more)
        notify(title, f"{detail} (in {printable(os.path.basename(os.getcwd()))})", os.environ)


if __name__ == "__main__":
    leave(_main)
