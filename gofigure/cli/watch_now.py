"""Watch and show it: what `gofigure watch` does once its words are understood; no click in here."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, TextIO, TypeAlias

from gofigure import trust
from gofigure.cli.guard import say, tell_unwritten
from gofigure.cli.here import Here, here
from gofigure.cli.streams import write
from gofigure.cli.terminal import is_terminal, paint_for, wraps_when_narrowed
from gofigure.config import jobs_for, meant
from gofigure.errors import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PASSED,
    EXIT_USER,
    GofigureError,
    Interrupted,
    NotAllowedError,
)
from gofigure.model import CHANGE, Config
from gofigure.project import as_judged, load_config, parse_config, read_config
from gofigure.snapshot.looking import Looking
from gofigure.watch.place import Place, folder_of, send, state_of
from gofigure.watch.state import Options, State, to_json

if TYPE_CHECKING:
    from gofigure.cli.watch_live import LiveWatch
    from gofigure.cli.watch_news import Desktop
    from gofigure.cli.watch_plain import PlainWatch

    Screen: TypeAlias = LiveWatch | PlainWatch

_LOOK_EVERY = 0.2  # seconds, for those who look on
_STOP = (signal.SIGTERM, signal.SIGHUP)


def watch_now(options: Options, *, as_json: bool, notify: bool | None, ui: bool) -> int:
    """Be the watcher of this working tree, or look on while another is. Returns the exit code."""
    where = here()
    if where.project.repository is not None and where.project.repository.is_bare:
        raise GofigureError("a bare repository has no working tree to watch")
    place = Place(folder_of(where.project.lock_file))
    ours = place.take()
    looking = Looking(where.project.root, where.project.repository, None)
    try:
        options = options._replace(names=_in_full(where, options.names))
        if ours:
            make_sure(where, options, looking, ask=not as_json)
        elif options.once:
            raise _at_work(place.folder, options)
        if notify:
            tell_vain_notify(where)
        with stopping(), _page(where, wanted=ui), _screen(where, as_json=as_json, once=options.once) as screen:
            while not ours:
                gone = look_on(place.folder, screen, partial(refuse_unwatched, where, options.names))
                if gone is None:
                    return EXIT_PASSED
                ours = place.take()
                if ours:
                    options = taking_over(where, options, gone, looking)
                    if gone.pid:
                        screen.notice(_in_its_place(gone, options))
            state = _be(where, options, place, screen, _desktop(where, screen, notify), looking)
    finally:
        looking.close()
        place.leave()
    return _answer(state, screen, as_json=as_json) if options.once else EXIT_PASSED


def _page(where: Here, *, wanted: bool) -> AbstractContextManager[None]:
    if not wanted:
        return nullcontext()
    from gofigure.cli.ui_beside import page_beside

    return page_beside(where)


def _answer(state: State, screen: Screen, *, as_json: bool) -> int:
    """What `--once` has come to, told; the exit code, by which also an answer that nobody got is no success."""
    unwritten = write(sys.stdout, f"{to_json(state)}\n") if as_json else screen.unwritten
    if unwritten is not None:
        tell_unwritten(unwritten)
    return exit_code(state) or (EXIT_USER if unwritten is not None else EXIT_PASSED)


def _be(
    where: Here, options: Options, place: Place, screen: Screen, desktop: Desktop | None, looking: Looking
) -> State:
    from gofigure.watch.commands import Several
    from gofigure.watch.engine import watch

    def show(state: State) -> None:
        place.publish(state)
        screen.show(state)
        if desktop is not None:
            desktop.show(state)

    commands = Several(screen, place, *([desktop] if desktop is not None else []))
    try:
        return watch(where.project, where.environ, where.inside, options, show, screen.hear, commands, looking)
    finally:
        if desktop is not None:
            desktop.close()


def make_sure(where: Here, options: Options, looking: Looking, *, ask: bool) -> None:
    """Raise GofigureError unless there is something to watch for, and it may run; then git begins to look."""
    layers = read_config(where.project)
    refused: NotAllowedError | None = None
    try:
        trust.require(where.project.trust, as_judged(layers))
        looking.begin()  # while the rest is loaded
    except NotAllowedError as error:
        refused = error
    refuse_nothing(parse_config(layers), options.names)
    if refused is not None:
        from gofigure.cli.now import says_yes

        if not ask or not says_yes(where.project):
            raise refused


def _in_full(where: Here, names: tuple[str, ...]) -> tuple[str, ...]:
    """The jobs that words stand for, said from where somebody stands."""
    if not where.folder and not any("/" in name or name.startswith(".") for name in names):
        return names
    config = load_config(where.project).config if names else None
    found = (name for word in names for name in (meant(config, word, where.folder) if config is not None else ()))
    return tuple(dict.fromkeys(found))


def refuse_nothing(config: Config, names: Sequence[str]) -> None:
    """Raise GofigureError where no job is to be watched."""
    valid = tuple(config.jobs)
    if names:
        _refuse_unknown(names, valid)
    elif not jobs_for(config, CHANGE):
        line = f'[jobs.{valid[0] if valid else "NAME"}] with on = ["{CHANGE}"]'
        other = f", or name one: gofigure watch {valid[0]}" if valid else ""
        raise GofigureError(f"{config.path} has no job that a change starts", hint=f"add to it: {line}{other}")


def _refuse_unknown(names: Sequence[str], valid: Sequence[str]) -> None:
    from gofigure.config.suggest import listed, nearest, single_quoted

    for name in names:
        if name not in valid:
            near = nearest(name, valid)
            meant = f"; did you mean {single_quoted(near)}?" if near else ""
            raise GofigureError(
                f"no job is named {single_quoted(name)}{meant}", hint=f"jobs: {listed(valid) or 'none'}"
            )


def look_on(folder: str, screen: Screen, check: Callable[[State], None]) -> State | None:
    """Show what the watcher there shows, and hand on what is asked for, until it has gone: its last state.

    None: the person has gone. `check`: once for each watcher, as soon as it says what it watches.
    """
    last, checked = State(0, ""), 0
    while (state := state_of(folder)) is not None:
        if state.pid != last.pid:
            screen.looks_at(state.pid)
        last = state
        if state.pid != checked and (state.jobs or state.ready):
            checked = state.pid
            check(state)
        if state.root:  # else it has only begun
            screen.show(state)
        for fd in _readable(screen.filenos()):
            for command in screen.read(fd):
                if command.kind == "quit":
                    return None
                if not send(folder, command):
                    screen.notice("the watcher does not listen")
    screen.looks_at(0)
    return last


def _readable(fds: Sequence[int]) -> Sequence[int]:
    """Those that are, after some time at the latest."""
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return [fd for fd, _ in poll.poll(_LOOK_EVERY * 1000)]


def refuse_unwatched(where: Here, names: Sequence[str], state: State) -> None:
    """Raise GofigureError where jobs are asked for that the watcher at work does not watch."""
    watched = [job.job for job in state.jobs]
    missing = [name for name in names if name not in watched]
    if missing:
        refuse_nothing(load_config(where.project).config, missing)
        raise GofigureError(
            f"process {state.pid} watches this working tree already: {', '.join(watched) or 'no job'} only",
            hint=f"{' '.join(('gofigure run', *missing))}  runs it once; or end that watcher, and name all jobs to one",
        )


def taking_over(where: Here, options: Options, gone: State, looking: Looking) -> Options:
    """Who named no jobs watches what the one before did: that one may have been given names."""
    config = load_config(where.project).config
    seen = tuple(job.job for job in gone.jobs if job.job in config.jobs)
    if not options.names and {*seen} != {job.name for job in jobs_for(config, CHANGE)}:
        options = options._replace(names=seen)
    make_sure(where, options, looking, ask=False)
    return options


def _in_its_place(gone: State, options: Options) -> str:
    what = f", and watches {', '.join(options.names)}" if options.names else ""
    return f"the watcher (process {gone.pid}) has gone; this one goes on in its place{what}"


def exit_code(state: State) -> int:
    """What `--once` comes to: whether every job stands on what is there now."""
    verdicts = {job.verdict for job in state.jobs}
    if "interrupted" in verdicts:
        return EXIT_INTERRUPTED
    good = verdicts <= {"passed", "reused", "skipped"} and not any(job.stale or job.held for job in state.jobs)
    return EXIT_PASSED if good and not state.trouble else EXIT_FAILED


def _at_work(folder: str, options: Options) -> GofigureError:
    state = state_of(folder)
    who = f" (process {state.pid})" if state is not None else ""
    names = options.names or (tuple(job.job for job in state.jobs) if state is not None else ())
    return GofigureError(
        f"another watcher is at work in this working tree{who}; two would run everything twice",
        hint=f"{' '.join(('gofigure run', *names))}  does the same once, and waits for what it has under way",
    )


@contextmanager
def stopping() -> Iterator[None]:
    """A request to stop is an exception, after which the terminal is put in order; nohup's wish is respected."""

    def stop(number: int, _frame: object) -> None:
        raise Interrupted(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in _STOP if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _desktop(where: Here, screen: Screen, notify: bool | None) -> Desktop | None:
    """What tells the desktop: by itself only where a person has started this to look at."""
    from gofigure.cli.watch_news import Desktop
    from gofigure.cli.watch_plain import PlainWatch

    if notify is None:
        from gofigure.own import says

        notify = says("notify", where.environ)
    wanted = not isinstance(screen, PlainWatch) if notify is None else notify
    return Desktop(where.environ) if wanted else None


def tell_vain_notify(where: Here) -> None:
    """Who asks for words on the desktop must not wait for them in vain."""
    from gofigure.triggers.notification import why_not

    if words := why_not(where.environ):
        say(f"gofigure: --notify tells nobody: {words}")


def _screen(where: Here, *, as_json: bool, once: bool) -> Screen:
    """With --json and --once the answer has stdout for itself, as with `run`."""
    stream: TextIO = sys.stderr if as_json and once else sys.stdout
    if (as_json and not once) or not is_terminal(stream, os.environ):
        from gofigure.cli.watch_plain import PlainWatch

        return PlainWatch(stream, as_json=as_json and not once)
    from gofigure.cli.keyboard import Keyboard
    from gofigure.cli.pager import open_logs
    from gofigure.cli.watch_live import LiveWatch
    from gofigure.cli.watch_plain import PlainWatch

    keyboard = Keyboard(sys.stdin.fileno()) if sys.stdin.isatty() else None
    return LiveWatch(
        stream,
        paint_for(stream, os.environ),
        wraps_when_narrowed=wraps_when_narrowed(os.environ),
        keyboard=keyboard,
        pager=lambda job: open_logs(where.project, job.run or job.under_way, where.environ, sys.stdin.fileno()),
    )
