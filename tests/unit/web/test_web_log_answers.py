"""What lines of a log are made of does not hold up the page, whatever they are."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from gofigure.web.logs import routes as logs
from gofigure.web.logs.ansi import Painter, Span
from gofigure.web.logs.finding import finds, pattern_of
from gofigure.web.logs.index import LogIndex
from gofigure.web.site import Site


def test_lines_are_made_in_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_text("one\ntwo\n")
    at_work = set()

    class Watched(Painter):
        def spans(self, line: str) -> list[Span]:
            at_work.add(threading.current_thread())
            return super().spans(line)

    async def found(*_: object) -> Any:
        return logs._Log(str(path), "log", ended=True)

    monkeypatch.setattr(logs, "Painter", Watched)
    monkeypatch.setattr(logs._Logs, "_log", found)
    site = cast("Site", SimpleNamespace(live=SimpleNamespace(closing=False)))
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    answer = asyncio.run(logs._Logs(site).lines(request))
    assert b'[["one",""]],[["two",""]]' in answer.body
    assert at_work
    assert threading.current_thread() not in at_work


def test_a_search_ends_with_the_page(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes((b"x\n" + b"\n" * (1 << 20)) * 9)
    asked = iter([False] * 5)
    found, more = LogIndex(str(path)).lines_that(lambda _line: True, lambda: next(asked, True))
    assert (len(found), more) == (5, True)
    asked = iter([False] * 3)
    found, more = LogIndex(str(path)).search(pattern_of("x"), lambda: next(asked, True))
    assert (3 <= len(found) <= 5, more) == (True, True)  # it is asked once in a block


def _search_cost(tmp_path: Path, line: str, times: int) -> float:
    path = tmp_path / "log"
    path.write_text(line * times)
    fd = os.open(path, os.O_RDONLY)
    try:
        costs = []
        for _ in range(3):
            began = time.thread_time()
            assert list(finds(fd, path.stat().st_size, pattern_of("éé x"), lambda: None)) == []
            costs.append(time.thread_time() - began)
        return min(costs)
    finally:
        os.close(fd)


def test_a_word_in_every_line_is_looked_for_once(tmp_path: Path) -> None:
    small, large = (_search_cost(tmp_path, "éé\n", times) for times in (10_000, 80_000))
    assert large < 28 * small
