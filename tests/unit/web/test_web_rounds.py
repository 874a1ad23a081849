"""What is asked for again and again is asked for again after a trouble; and who listens hears of each change."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gofigure.errors import GitError
from gofigure.web.news import rounds
from gofigure.web.news.live import Live
from gofigure.web.news.rounds import Rounds

_SOON = 0.001


def _in_loop(test: Callable[[], Awaitable[None]]) -> list[Mapping[str, Any]]:
    """What would have stood in the terminal."""
    said: list[Mapping[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: said.append(told))
        await asyncio.wait_for(test(), 60)
        gc.collect()

    asyncio.run(main())
    return said


async def _until(true: Callable[[], bool], go_on: Callable[[], None]) -> None:
    while not true():
        go_on()
        await asyncio.sleep(0)


@pytest.mark.parametrize("trouble", [OSError("gone"), GitError("no repository")])
def test_after_a_trouble_comes_another_round(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    monkeypatch.setattr(rounds, "_PAUSE", _SOON)
    monkeypatch.setattr(rounds, "_SHARE", 0)
    answers: list[Any] = [trouble, False, trouble, True]
    changes = []

    async def ask() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    async def test() -> None:
        asked = Rounds(ask, lambda: changes.append(1))
        await _until(lambda: not answers and bool(changes), lambda: asked.go_on() if answers else None)

    assert _in_loop(test) == []
    assert changes == [1]


def test_one_round_at_a_time_and_no_sooner_than_it_is_due() -> None:
    begun, let = [], asyncio.Event()

    async def ask() -> bool:
        begun.append(1)
        await let.wait()
        return False

    async def test() -> None:
        asked = Rounds(ask, lambda: None)
        for _ in range(5):
            asked.go_on()
            await asyncio.sleep(0)
        assert begun == [1]
        let.set()
        for _ in range(5):
            await asyncio.sleep(0)
            asked.go_on()
        assert begun == [1]

    assert _in_loop(test) == []


def test_who_listens_hears_of_a_file_of_an_engine_of_a_round_and_of_a_word(tmp_path: Path) -> None:
    file = tmp_path / "store"
    found = asyncio.Queue[bool]()
    engine: list[bytes | None] = [b"12"]

    async def test() -> None:
        live = Live((str(file),), lambda: engine[0], lambda: asyncio.sleep(0, {}), found.get)
        stream = live.listen("")
        first = await anext(stream)
        assert first is not None
        seen = [first.stamp]
        for change in (
            lambda: file.write_text("1"),
            lambda: engine.__setitem__(0, None),
            lambda: found.put_nowait(True),
            live.bump,
        ):
            change()
            news = await anext(stream)
            assert news is not None
            seen.append(news.stamp)
        assert len({*seen}) == len(seen)
        await live.close()
        assert [one async for one in stream] == []

    assert _in_loop(test) == []


def test_who_comes_as_the_last_one_goes_finds_one_watch(tmp_path: Path) -> None:
    asked = []

    async def around() -> bool:
        asked.append(1)
        return False

    async def test() -> None:
        live = Live((str(tmp_path / "store"),), lambda: None, lambda: asyncio.sleep(0, {}), around)
        for _ in range(3):
            stream = live.listen("")
            assert await anext(stream) is not None
            await stream.aclose()  # type: ignore[attr-defined] # it is a generator
        watches = [task for task in asyncio.all_tasks() if "Live._watch" in repr(task.get_coro())]
        assert len(watches) == 1
        await live.close()

    assert _in_loop(test) == []
