"""Logs of stages: some lines, a search, the whole file. Numbers name a log, so no path can be asked for."""

from __future__ import annotations

import asyncio
import os
import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gofigure.runner.complaint import complains
from gofigure.runner.logs import ENDED, stage_logs
from gofigure.web.logs.ansi import Painter
from gofigure.web.logs.finding import pattern_of
from gofigure.web.logs.index import LogIndex, open_log
from gofigure.web.numbers import run_of
from gofigure.web.page import Ask, NotThereError

if TYPE_CHECKING:
    from gofigure.web.site import Site

_MOST_LINES = 2000
_PATIENCE = 20.0  # seconds that a question for more waits
_ASK = 0.04
_ASK_STORE = 0.25
_INDEXES = 16
_CHUNK = 256 * 1024
_LONGEST_SEARCH = 200


class _Log(NamedTuple):
    path: str
    name: str  # to save it under
    ended: bool  # nobody writes it any more


def routes(site: Site) -> list[BaseRoute]:
    logs = _Logs(site)
    base = "/api/v1/runs/{run:number}/logs/{stage:number}/{file:number}"
    return [
        Route(base, logs.lines),
        Route(f"{base}/search", logs.search),
        Route(f"{base}/raw", logs.raw),
    ]


class _Logs:
    """The indexes of logs that were looked into lately."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._indexes: OrderedDict[tuple[str, bool], LogIndex] = OrderedDict()

    async def lines(self, request: Request) -> Response:
        """`first`, `count`: which lines; `seen`: answer when the log has another size than that, or has ended."""
        first, count = _number(request, "first", 0), min(_number(request, "count", 500), _MOST_LINES)
        seen = _number(request, "seen", -1)
        log = await self._log(request)
        if seen >= 0 and not log.ended:
            log = await self._wait(request, log, seen)
        return await asyncio.to_thread(_drawn, self._index(log), first, count, ended=log.ended)

    async def _wait(self, request: Request, log: _Log, seen: int) -> _Log:
        loop = asyncio.get_running_loop()
        end, ask = loop.time() + _PATIENCE, loop.time() + _ASK_STORE
        while loop.time() < end and not log.ended and not self._site.live.closing:
            if await asyncio.to_thread(_size, log.path) != seen:
                break
            await asyncio.sleep(_ASK)
            if loop.time() > ask:
                log, ask = await self._log(request), loop.time() + _ASK_STORE
        return log

    async def search(self, request: Request) -> Response:
        """`q`: words to look for, in any case; or `errors=1`: lines that complain."""
        words = request.query_params.get("q", "")[:_LONGEST_SEARCH]
        errors = bool(request.query_params.get("errors"))
        if not errors and not words:
            raise NotThereError("nothing to look for: q is empty")
        live = self._site.live

        def look(index: LogIndex) -> tuple[list[int], bool]:
            if errors:
                return index.lines_that(complains, lambda: live.closing)
            return index.search(pattern_of(words), lambda: live.closing)

        found, more = await asyncio.to_thread(look, self._index(await self._log(request)))
        return JSONResponse({"lines": found, "more": more})

    async def raw(self, request: Request) -> Response:
        """The very bytes, as a file to save: nothing that a browser would show."""
        log = await self._log(request)
        headers = {
            "Content-Disposition": f'attachment; filename="{log.name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(_bytes(open_log(log.path)), media_type="text/plain; charset=utf-8", headers=headers)

    async def _log(self, request: Request) -> _Log:
        """Raises NotThereError."""
        stage, file = request.path_params["stage"], request.path_params["file"]

        def find(ask: Ask) -> _Log:
            run = run_of(ask)
            logs = stage_logs(ask.store.history, ask.project.state_dir, run)
            if stage >= len(logs) or file >= len(logs[stage].files):
                raise NotThereError(f"run {run.id} has no such log", hint="it may have been removed by gofigure gc")
            found = logs[stage]
            name = re.sub(r"[^\w.-]", "_", found.stage.stage, flags=re.ASCII)
            # A stage's commands run one after the other: there being a next log, this one is whole.
            ended = found.stage.state in ENDED or file + 1 < len(found.files)
            return _Log(found.files[file].path, f"run-{run.id}-{name}.log", ended)

        return await self._site.ask(find, request)

    def _index(self, log: _Log) -> LogIndex:
        """A log that was cut in the middle when it ended is another than it was before."""
        key = (log.path, log.ended)
        index = self._indexes.pop(key, None) or LogIndex(log.path)
        self._indexes[key] = index
        while len(self._indexes) > _INDEXES:
            self._indexes.popitem(last=False)
        return index


def _drawn(index: LogIndex, first: int, count: int, *, ended: bool) -> Response:
    """In a thread: 2,000 lines of 16 KB take their time, and nobody else is to wait for them."""
    found = index.lines(first, count)
    painter = Painter()
    return JSONResponse({**found._asdict(), "ended": ended, "lines": [painter.spans(line) for line in found.lines]})


def _number(request: Request, name: str, default: int) -> int:
    said: Any = request.query_params.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else default


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return -1


def _bytes(fd: int) -> Iterator[bytes]:
    with open(fd, "rb") as file:
        while data := file.read(_CHUNK):
            yield data
