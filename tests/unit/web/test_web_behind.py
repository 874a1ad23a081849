"""Questions behind the page's back: each once, not too often, and never in the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from gofigure.errors import GofigureError
from gofigure.web.news.behind import Behind
from gofigure.web.page import Apart, Question

_APART = Apart(None, {})  # type: ignore[arg-type] # these questions do not ask for it


class _Page:
    """What the rest of the page is to it."""

    def __init__(self) -> None:
        self.stamp = "1"
        self.changes = 0
        self._happened = asyncio.Event()
        self.behind = Behind(_APART, lambda: self.stamp, self._changed)
        self.asked = 0
        self.let = threading.Event()
        self.let.set()
        self.value: Any = "answer"

    def _changed(self) -> None:
        self.changes += 1
        self._happened.set()

    def question(self, *, keeps: float = 60.0, patience: float = 30.0, lives: bool = True) -> Question:
        def ask(_apart: Apart) -> Any:
            self.asked += 1
            assert self.let.wait(30)
            if isinstance(self.value, Exception):
                raise self.value
            return self.value

        return Question(("q",), ask, keeps, patience, lives)

    async def get(self, question: Question, patience: float | None = None, *, eager: bool = True) -> Any:
        return (await self.behind.answers([question], patience, eager=eager))["q",]

    async def until_changed(self, times: int) -> None:
        while self.changes < times:
            self._happened.clear()
            await self._happened.wait()


def _with_page(test: Callable[[_Page], Awaitable[None]]) -> None:
    async def run() -> None:
        await asyncio.wait_for(test(_Page()), 60)

    failed: list[BaseException] = []

    def in_thread() -> None:  # the tests' own may have a loop: a browser's
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def test_many_ask_once() -> None:
    async def test(page: _Page) -> None:
        answers = await asyncio.gather(*(page.get(page.question()) for _ in range(20)))
        assert {(one.value, one.looking) for one in answers} == {("answer", False)}
        assert (page.asked, page.changes) == (1, 1)
        assert (await page.get(page.question())).value == "answer"
        assert page.asked == 1  # it is kept

    _with_page(test)


def test_nobody_waits_longer_than_a_moment_and_is_told_when_it_comes() -> None:
    async def test(page: _Page) -> None:
        page.let.clear()
        first = await page.get(page.question(patience=0.01))
        assert (first.value, first.at_ns, first.looking) == (None, 0, True)
        page.let.set()
        await page.until_changed(1)
        assert (await page.get(page.question(), eager=False)).value == "answer"
        assert page.asked == 1

    _with_page(test)


def test_the_old_answer_is_shown_while_a_new_one_is_sought() -> None:
    async def test(page: _Page) -> None:
        question = page.question(keeps=0.0)
        await page.get(question)
        page.let.clear()
        page.value = "newer"
        shown = await page.get(question)
        assert (shown.value, shown.looking) == ("answer", True)
        page.let.set()
        await page.until_changed(2)

    _with_page(test)


def test_what_is_the_same_is_no_news() -> None:
    async def test(page: _Page) -> None:
        for _ in range(3):
            await page.get(page.question(keeps=0.0))
        assert (page.asked, page.changes) == (3, 1)

    _with_page(test)


def test_a_tab_that_was_told_to_look_gets_an_answer_that_is_renewed_later() -> None:
    async def test(page: _Page) -> None:
        question = page.question(keeps=0.05)
        await page.get(question)
        for _ in range(10):  # nothing has happened
            await page.get(question, eager=False)
        assert page.asked == 1
        page.stamp, page.value = "2", "newer"
        for _ in range(10):  # a busy run
            assert (await page.get(question, eager=False)).value == "answer"
        assert page.asked == 1
        await page.until_changed(2)
        await asyncio.wait(page.behind._tasks.values() or [asyncio.create_task(asyncio.sleep(0))])
        assert (await page.get(question, eager=False)).value == "newer"
        assert page.asked == 2

    _with_page(test)


def test_what_does_not_live_is_not_asked_again_by_itself() -> None:
    async def test(page: _Page) -> None:
        question = page.question(lives=False)
        await page.get(question)
        page.stamp = "2"
        await page.get(question, eager=False)
        await page.get(question, eager=True)
        assert (page.asked, page.behind._timers) == (1, {})

    _with_page(test)


def test_failures_are_words() -> None:
    async def test(page: _Page) -> None:
        page.value = GofigureError("it is not there", hint="make it")
        answer = await page.get(page.question())
        assert (answer.value, answer.error, answer.hint) == (None, "it is not there", "make it")
        page.value = ZeroDivisionError("oh")
        answer = await page.get(page.question(keeps=0.0))
        assert "bug" in answer.error
        assert "oh" in answer.error

    _with_page(test)


def test_what_is_remembered_is_bounded() -> None:
    async def test(page: _Page) -> None:
        for at in range(100):
            await page.behind.answers([Question(("q", at), lambda _: "x", 60.0, 30.0)], eager=True)
        assert len(page.behind._known) < 64

    _with_page(test)
