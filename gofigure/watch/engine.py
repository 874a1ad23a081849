"""The loop of `gofigure watch`: events wake it, git may hold it, digests decide (design decision 8).

    wait → settle → git at rest, nobody else running → the main line, with this engine standing over it → wait

One thread: while stages are under way, the runner's own loop calls `attend`, which listens to the same descriptors.
What decides is in `runner.no_loops`; what is shown is kept by `Board`.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gofigure import trust
from gofigure.errors import ConfigError, GofigureError, Interrupted, Superseded
from gofigure.events import Note
from gofigure.git.operations import at_work, changed
from gofigure.git.repository import head_stamp, with_head
from gofigure.model import CHANGE, RunResult, Trigger
from gofigure.pipeline import run
from gofigure.project import Asking, Loaded, as_judged, parse_config, read_config
from gofigure.store.lock import holder_of
from gofigure.subject import Request
from gofigure.triggers.backends.base import CHECK_EVERY, Waking
from gofigure.triggers.backends.root import Root
from gofigure.triggers.backends.scan import Scan
from gofigure.watch.board import Board, jobs_of
from gofigure.watch.judging import Judging
from gofigure.watch.oversight import Oversight
from gofigure.watch.place import folder_of
from gofigure.watch.remotes import Remotes
from gofigure.watch.settle import Settling
from gofigure.watch.state import Command, Options, State
from gofigure.watch.switches import switched_off

if TYPE_CHECKING:
    from gofigure.config import Layers
    from gofigure.events import Observer
    from gofigure.model import Config
    from gofigure.project import Project
    from gofigure.snapshot.looking import Looking
    from gofigure.triggers.backends.base import Backend
    from gofigure.watch.commands import Commands

_LONGEST_HOLD = 60.0  # seconds that git may keep us from looking
_LOOK_AGAIN = 0.05  # seconds between two looks at what holds us
_TROUBLED = 2.0  # seconds between two tries where something is wrong that no event tells of: `gofigure allow`


def watch(
    project: Project,
    environ: Mapping[str, str],
    inside: tuple[str, ...],
    options: Options,
    show: Callable[[State], None],
    observe: Observer,
    commands: Commands,
    looking: Looking,
) -> State:
    """Run jobs on change until somebody says that it is enough, or with `once` until all is up to date.

    `show` gets each new state; `looking`: at this working tree, perhaps begun already. Raises
    GofigureError where there is nothing to watch any more.
    """
    board = Board(State(os.getpid(), project.root), show, observe)
    engine = Engine(project, environ, inside, options, commands, board, looking)
    try:
        return engine.run()
    finally:
        engine.close()


class Engine:
    """All that is alive of one watcher."""

    def __init__(
        self,
        project: Project,
        environ: Mapping[str, str],
        inside: tuple[str, ...],
        options: Options,
        commands: Commands,
        board: Board,
        looking: Looking,
    ) -> None:
        self._project = project
        self._environ = environ
        self._inside = inside
        self._options = options
        self._backend: Backend = Scan(Root(project.root), why="", asked=None)  # until the first look has begun
        self._hears = False
        self._looking = looking
        self._head: tuple[object, ...] | None = None  # see head_stamp
        self._was_deaf = False  # in the look before
        self._commands = commands
        self._board = board
        self._settling = Settling(0.0)
        self._judging = Judging(project.root, project.state_dir)
        self._remotes = Remotes(project.root, project.state_dir, environ, lambda words: board(Note(words)))
        self._arrived: dict[str, str] = {}  # jobs that a new commit at a remote starts, and its words
        # Jobs that a person wants to run now; "": all. An old verdict is not always one that still stands.
        self._asked = {""} if options.once else set[str]()
        self._cancelled: set[str] = set()  # jobs whose run a person has had enough of; "": any
        self._over = False
        self._held_since: float | None = None
        self._postponed: float | None = None  # until then a follow-up waits for a change
        self._locked = 0.0  # when somebody took the lock of runs last
        self._check = 0.0  # when to ask the backend, whether or not it has something to say
        self._next = 0.0  # when to look without any reason, by the monotonic clock
        self._loaded: Loaded | None = None  # the last configuration that was good
        self._layers: Layers | None = None  # what it was made of
        self._new: tuple[str, ...] | None = None  # folders with one that git does not track; None: nobody knows yet
        self._trouble = ""  # why the present one is not in use

    def run(self) -> State:
        self._settling.changed()
        self.listen(0)
        self._settling.quiet = 0.0  # what was changed before we came is at rest
        while not self._over:
            if self._is_due():
                self._turn()
                if self._options.once and self._is_at_rest():
                    break
            elif self._backend.unfinished and self._board.state.looks:
                self._note(self._backend.complete())
                self.listen(0)
            else:
                self.listen(0)
                self._board.update(resting=self._is_at_rest() and not self._backend.unfinished)
                self.listen(self._patience())
        return self._board.state

    def close(self) -> None:
        self._remotes.close()
        self._backend.close()

    # Listening.

    def open(self) -> None:
        """Choose a backend: after the first look, which is over sooner for that; what it has missed, the next sees."""
        if self._hears:
            return
        from gofigure.triggers.backends.choice import choose

        options = self._options
        self._backend = choose(
            self._project.root,
            self._project.repository,
            poll=options.poll,
            interval=options.interval,
            listing=self._looking.listing() or None,
        )
        self._hears = self._was_deaf = True

    def _patience(self) -> float:
        """Seconds until something is to be done without any event."""
        moment = max(0.0, min(self._next, self._postponed or self._next) - time.monotonic())
        settled = self._settling.patience()
        return moment if settled is None else min(moment, settled)

    def _is_due(self) -> bool:
        return bool(self._asked) or self._patience() <= 0

    def _is_at_rest(self) -> bool:
        return (
            not self._settling.unseen and not self._asked and self._postponed is None and not self._board.state.waiting
        )

    def listen(self, patience: float) -> None:
        """Take in what has happened; wait for it, as long as `patience` says, if nothing has."""
        poll = select.poll()
        events = self._backend.fileno()
        patience = min(patience, CHECK_EVERY, self._remotes.patience())
        answers = self._remotes.filenos()
        for fd in (events, *self._commands.filenos(), *answers):
            if fd >= 0:
                poll.register(fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(patience * 1000)}
        if events in ready or time.monotonic() >= self._check:
            self._check = time.monotonic() + CHECK_EVERY
            self._note(self._backend.read())
            self._notice_runs()
        self._ask_remotes()
        for fd in ready - {events, *answers}:
            for command in self._commands.read(fd):
                self._obey(command)

    def _ask_remotes(self) -> None:
        """A new commit at a remote is a reason to look, and then to run what checks it out."""
        if arrived := self._remotes.turn():
            self._arrived |= arrived
            self._settling.changed()
        self._board.update(remotes=self._remotes.lines)

    def _notice_runs(self) -> None:
        """Who has run something here, by hand or by a hook, has written to the lock; no event tells of that."""
        moved = changed(self._project.lock_file)
        if moved != self._locked:
            self._locked = moved
            self._settling.changed()

    def _note(self, waking: Waking | None) -> None:
        if waking is None:
            return
        if waking.lost:
            self._board(Note(f"{waking.lost}: everything is looked at"))
        self._settling.changed()

    def _obey(self, command: Command) -> None:
        match command.kind:
            case "quit":
                self._over = True
            case "cancel":
                self._cancelled.add(command.job)
            case "pause" if command.job:
                self._heed_switches()
                self._settling.changed()
            case "pause":
                self._board.update(paused=not self._board.state.paused)
                self._settling.changed()
            case "run":
                self._asked.add(command.job)

    def _heed_switches(self) -> None:
        off = switched_off(folder_of(self._project.lock_file))
        for known in self._board.state.jobs:
            self._board.update_job(known.job, off=known.job in off)

    def begins(self) -> None:
        """A run begins: what was wished before was not about it."""
        self._cancelled.clear()

    def unrest(self) -> str:
        """Why what was seen last may be half of something; "" if there is no sign of that."""
        if self._settling.unseen and not self._settling.has_waited_long:
            return "something has changed meanwhile"
        return self._git_moves()

    def is_quiet_again(self) -> bool:
        """Whether something has changed since the last look, and has come to rest."""
        return self._settling.patience() == 0.0 and not self._git_moves()

    def is_quiet_for(self, seconds: float) -> bool:
        """Whether nothing has changed for so long; if not, it is looked again when that may be so."""
        left = seconds - self._settling.quiet_for()
        if left > 0:
            self._postponed = time.monotonic() + left
        return left <= 0

    def looks(self) -> None:
        """A look begins."""
        self._settling.looked()

    def stop(self, job: str) -> str:
        """Why a run of a job is to be ended, by a person's wish; "" if not."""
        return "the watcher ends" if self._over else "cancelled" if self._cancelled & {job, ""} else ""

    # One turn.

    def _turn(self) -> None:
        """Look, and run what has to be run; or say what keeps us from it."""
        holder = self._holder()
        if holder:
            self._looking.drop()  # what was begun before the first turn
            self._board.update(waiting=holder)
            self.listen(_LOOK_AGAIN)
            return
        self._board.update(waiting="")
        self._cancelled.clear()
        asked, self._asked = self._asked, set()
        self._board.update(resting=False)
        self._settling.looked()
        self._postponed = None
        self._next = time.monotonic() + self._backend.interval
        began = time.monotonic()
        try:
            results = self._walk(asked)
        except Interrupted as stop:  # while it waited for somebody else's run; else the run would have taken it
            if not isinstance(stop, Superseded) and not self._over and not self._cancelled:
                raise
            self._settling.changed()
            return
        except GofigureError as error:
            self._board.update(trouble=f"{error}\n{error.hint}".rstrip())
            self._next = time.monotonic() + _TROUBLED
            self.open()
            return
        if any(result.verdict == "interrupted" and not self.stop(result.job) for result in results):
            raise KeyboardInterrupt  # a signal, which the run has taken for its own
        if not results:
            self._backend.took(time.monotonic() - began)
        self._board.update(trouble=self._trouble, ready=True, looks=self._board.state.looks + 1)
        self.open()
        self._board.update(backend=self._backend.words, degraded=self._backend.degraded)
        self._next = time.monotonic() + self._backend.interval
        self._locked = changed(self._project.lock_file)
        if self._was_deaf or any(result.verdict != "reused" for result in results):
            self._settling.changed()  # what was not heard; whatever a run has written, and whoever while it ran
        self._was_deaf = False

    def _holder(self) -> str:
        """What has to come to an end before anybody looks; "" if nothing."""
        if holder := holder_of(self._project.lock_file):
            return holder
        moves = self._git_moves()
        return f"git is at work ({moves})" if moves else ""

    def _git_moves(self) -> str:
        """What tells that git is at work; "" if nothing does, or has for longer than anybody waits."""
        repository = self._project.repository
        moves = at_work(repository.git_dir) if repository is not None else ""
        now = time.monotonic()
        if moves:
            self._settling.changed()  # no event tells when git is done
        if not moves:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = now
        elif now - self._held_since >= _LONGEST_HOLD:
            return ""
        return moves

    def _walk(self, asked: set[str]) -> list[RunResult]:
        """The main line: for what a person has asked for, or else for what has changed."""
        config, self._trouble = self._configuration()
        self._settling.quiet = config.settle if self._options.settle is None else self._options.settle
        names = jobs_of(config, self._options.names, CHANGE)
        self._board.keep_jobs(names)
        self._heed_switches()
        self._follow_remotes(config, names)
        by_hand = bool(asked)
        asked = {name for name in names if asked & {name, ""}}
        if by_hand:
            self._settling.changed()  # what has changed besides is for the next turn
        else:
            on = {name for name in names if not self._board.job(name).off}
            asked = on if not self._board.state.paused else set()
        if not names or not asked:
            return []
        self._refresh()
        request = Request(
            Trigger("manual" if by_hand else CHANGE, inside=self._inside),
            self._environ,
            tuple(name for name in names if name in asked),
            overseer=Oversight(self, self._judging, self._board, self._arrived, by_hand=by_hand),
            loaded=self._loaded,
            looking=self._looking,
            wants_output=True,
        )
        results = run(self._project, request, self._board)
        if self._new != self._looking.new_folders:
            was_known, self._new = self._new is not None, self._looking.new_folders
            if was_known:
                self._settling.changed()  # another configuration than the one that was in use
        return results

    def _follow_remotes(self, config: Config, names: list[str]) -> None:
        # A remote is asked by git, with keys and helpers of the user's: not for what waits for a yes.
        if not self._options.once and self._may_run():
            self._remotes.follow(config, names)
        for name in self._arrived.keys() - set(names):
            del self._arrived[name]

    def _may_run(self) -> bool:
        return self._loaded is not None and trust.refusal(self._project.trust, self._loaded.layers) is None

    def _refresh(self) -> None:
        """Know what is checked out now; git is asked only where something may have moved that."""
        repository = self._project.repository
        if repository is None:
            return
        stamp = head_stamp(repository)
        if stamp is None or stamp != self._head:
            self._project = self._project._replace(repository=with_head(repository))
        self._head = stamp

    def _configuration(self) -> tuple[Config, str]:
        """The configuration as it is now; or, where that is wrong, the last good one, and what is wrong.

        Raises ConfigError where there is none.
        """
        try:
            layers = read_config(self._project, Asking(new=self._new))
            if self._loaded is None or layers != self._layers:
                self._loaded, self._layers = Loaded(parse_config(layers), as_judged(layers)), layers
        except ConfigError as error:
            if self._loaded is None:
                raise
            return self._loaded.config, f"{error}\n{error.hint}; until then the last good one is in use"
        return self._loaded.config, ""
