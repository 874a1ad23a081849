"""Looks around: one for many, none too often, and nobody who asks is kept waiting for ever."""

from __future__ import annotations

import asyncio

import pytest

from gofigure.errors import GofigureError
from gofigure.web.news import glances
from gofigure.web.news.glances import Glances


class _World:
    """Something to look at; a look ends when it is let go."""

    def __init__(self) -> None:
        self.looks = 0
        self.go = asyncio.Event()

    async def look(self) -> bool:
        self.looks += 1
        await self.go.wait()
        return True


def test_one_look_is_enough_for_all_who_ask_meanwhile() -> None:
    async def story() -> None:
        world = _World()
        found = Glances(world.look)
        asked = [asyncio.create_task(found.look_if_old(60)) for _ in range(20)]
        own = asyncio.create_task(found.look())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        world.go.set()
        assert sum(await asyncio.gather(*asked)) == 1  # it is told once
        assert await own
        assert world.looks == 1
        assert not await found.look_if_old(60)  # a moment ago
        assert world.looks == 1
        assert await found.look()  # who has a rhythm of his own keeps it
        assert world.looks == 2

    asyncio.run(story())


def test_what_is_old_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glances, "_MOMENT", 0.0)
    monkeypatch.setattr(glances, "_SHARE", 0)

    async def story() -> None:
        world = _World()
        world.go.set()
        found = Glances(world.look)
        assert await found.look_if_old(60)
        assert await found.look_if_old(60)
        assert world.looks == 2

    asyncio.run(story())


def test_who_has_no_more_patience_is_let_go_and_the_look_goes_on() -> None:
    async def story() -> None:
        world = _World()
        found = Glances(world.look)
        assert not await found.look_if_old(0.01)
        world.go.set()
        assert await found.look()
        assert world.looks == 1

    asyncio.run(story())


def test_a_look_that_fails_is_no_answer_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glances, "_MOMENT", 0.0)
    monkeypatch.setattr(glances, "_SHARE", 0)

    async def look() -> bool:
        raise GofigureError("no")

    async def story() -> None:
        found = Glances(look)
        for _ in range(2):
            assert not await found.look_if_old(60)

    asyncio.run(story())
