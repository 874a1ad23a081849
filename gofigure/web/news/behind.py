"""What takes longer than a page may is asked behind its back: in threads of their own, with a store of their own.

A page waits a moment for an answer, and is shown without it otherwise; open tabs are told when it comes. Each question
is asked once however many want it, and not much more often than it takes: nobody who runs something is to notice.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.web.page import Answer, Apart, Question

_AT_ONCE = 3
_GLIMPSE = 0.04  # seconds that a page waits for a newer answer than the one that there is
_KEPT = 48
_SHARE = 20  # of the time, what is asked again by itself takes one part of so many at the most


class _Known(NamedTuple):
    answer: Answer
    stamp: str  # of the state that it is about
    ended: float
    took: float


class Behind:
    """In the event loop's thread."""

    def __init__(self, apart: Apart, stamp: Callable[[], str], changed: Callable[[], None]) -> None:
        self._apart = apart
        self._stamp = stamp
        self._changed = changed
        self._known: dict[Any, _Known] = {}
        self._tasks: dict[Any, asyncio.Task[None]] = {}
        self._timers: dict[Any, asyncio.TimerHandle] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def answers(
        self, questions: Sequence[Question], patience: float | None = None, *, eager: bool
    ) -> Mapping[Any, Answer]:
        """What is known after a moment. `eager`: somebody has asked, and not a tab that was told to look again."""
        for question in questions:
            self._want(question, eager=eager)
        tasks = [self._tasks[one.name] for one in questions if one.name in self._tasks]
        if tasks:
            knows = all(one.name in self._known for one in questions)  # what is shown meanwhile
            most = patience if patience is not None else _GLIMPSE if knows else max(one.patience for one in questions)
            await asyncio.wait(tasks, timeout=most)
        return {one.name: self._answer(one.name) for one in questions}

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _answer(self, name: Any) -> Answer:
        known = self._known.get(name)
        answer = known.answer if known is not None else Answer()
        return answer._replace(looking=name in self._tasks)

    def _want(self, question: Question, *, eager: bool) -> None:
        known = self._known.get(question.name)
        if question.name in self._tasks or (known is not None and question.name in self._timers and not eager):
            return
        now = time.monotonic()
        is_old = known is not None and question.lives and known.stamp != self._stamp()
        if known is None or (eager and (is_old or now > known.ended + question.keeps)):
            self._start(question)
        elif is_old:
            due = known.ended + max(question.keeps, known.took * _SHARE)
            later = asyncio.get_running_loop().call_later(max(0.0, due - now), self._start, question)
            self._timers[question.name] = later

    def _start(self, question: Question) -> None:
        timer = self._timers.pop(question.name, None)
        if timer is not None:
            timer.cancel()
        if question.name not in self._tasks:
            self._tasks[question.name] = asyncio.create_task(self._find_out(question))

    async def _find_out(self, question: Question) -> None:
        try:
            async with self._turn:
                began, stamp = time.monotonic(), self._stamp()
                answer = await _in_thread(question, self._apart)
        finally:
            del self._tasks[question.name]
        ended, before = time.monotonic(), self._known.pop(question.name, None)
        alone = self._stamp() == stamp  # nothing has happened meanwhile
        if before is None or before.answer._replace(at_ns=0) != answer._replace(at_ns=0):
            self._changed()
        self._known[question.name] = _Known(answer, self._stamp() if alone else stamp, ended, ended - began)
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]


async def _in_thread(question: Question, apart: Apart) -> Answer:
    """In a thread that nobody waits for when the page ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def work() -> None:
        answer = _asked(question, apart)
        with contextlib.suppress(RuntimeError):  # the page has ended before it
            loop.call_soon_threadsafe(_settle, done, answer)

    threading.Thread(target=work, daemon=True, name="behind").start()
    return await done


def _asked(question: Question, apart: Apart) -> Answer:
    at_ns = time.time_ns()
    try:
        return Answer(question.ask(apart), at_ns=at_ns)
    except GofigureError as error:
        return Answer(error=str(error), hint=error.hint, at_ns=at_ns)
    except Exception as error:  # noqa: BLE001 - a page is shown all the same, and says so
        return Answer(error=f"this is a bug in gofigure: {error!r}", at_ns=at_ns)


def _settle(done: asyncio.Future[Answer], answer: Answer) -> None:
    if not done.done():
        done.set_result(answer)
