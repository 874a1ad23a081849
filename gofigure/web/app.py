"""The routes: each page twice, as HTML and as JSON; what buttons do; news; logs; our own files."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gofigure.errors import GofigureError
from gofigure.web import kept, logs
from gofigure.web.actions import ACTIONS
from gofigure.web.files import Files
from gofigure.web.guard import API, Door, Guard
from gofigure.web.page import Action, Ask, Facts, NotThereError, Order, Page
from gofigure.web.pages import PAGES
from gofigure.web.rendering import Rendering
from gofigure.web.site import Site

V1 = "/api/v1"
_LONGEST_BODY = 2 * 1024 * 1024
_REMEMBERED = 64
_LEAST = 0.2  # seconds between two drawings

Handler = Callable[[Request], Awaitable[Response]]


def make_app(site: Site, door: Door) -> ASGIApp:
    """The whole page behind its guard."""
    rendering = Rendering(site, door.scheme)
    files = Files()
    list_of_routes: list[BaseRoute] = [
        Route("/login", _login(site, door)),
        Route("/static/{name}", files.answer),
        Route("/favicon.ico", files.icon),
        Route("/events", _events(site)),
        Route(f"{V1}/ticket", _ticket(site)),
        *logs.routes(site),
        kept.route(site),
    ]
    for page in PAGES:
        list_of_routes += [
            Route(page.path, _html(site, page, rendering)),
            Route(f"{V1}{page.path.rstrip('/') or '/now'}", _twin(site, page)),
        ]
    list_of_routes += [Route(f"{V1}/do/{action.name}", _do(site, action), methods=["POST"]) for action in ACTIONS]
    app = Starlette(
        routes=list_of_routes, exception_handlers={GofigureError: _refused(rendering), HTTPException: _lost(rendering)}
    )
    return Guard(app, door, site.sessions)


def _login(site: Site, door: Door) -> Handler:
    async def login(request: Request) -> Response:
        """Trade a ticket for a cookie, once."""
        session = site.sessions.trade(request.query_params.get("ticket", ""))
        if session is None and not site.sessions.knows(request.cookies.get(door.cookie, "")):
            raise HTTPException(403, "this address was used before; type in a terminal: gofigure ui")
        answer = RedirectResponse("/", 303)
        if session is not None:
            answer.set_cookie(
                door.cookie, session, path="/", httponly=True, samesite="strict", secure=door.scheme == "https"
            )
        return answer

    return login


def _ticket(site: Site) -> Handler:
    async def answer(_request: Request) -> Response:
        """Another way in, for who is in already, or has the key: `gofigure ui`, a second time."""
        return JSONResponse({"ticket": site.sessions.ticket()})

    return answer


class _Drawn(NamedTuple):
    text: bytes
    stamp: str
    at: float


def _html(site: Site, page: Page, rendering: Rendering) -> Handler:
    remembered: dict[str, _Drawn] = {}

    async def answer(request: Request) -> Response:
        """The same state looks the same in ten tabs: it is drawn once, and not more often than anybody can follow.

        A tab that has heard of a newer state than it gets will ask again.
        """
        stamp, address, now = site.live.stamp, str(request.url), time.monotonic()
        drawn = remembered.get(address)
        if drawn is None or (drawn.stamp != stamp and now > drawn.at + _LEAST):
            facts = await site.ask(partial(_facts, site, page), request)
            drawn = _Drawn(rendering.page(page, facts, stamp), stamp, now)
            while len(remembered) > _REMEMBERED:
                del remembered[next(iter(remembered))]
            remembered[address] = drawn
        return HTMLResponse(drawn.text)

    return answer


def _twin(site: Site, page: Page) -> Handler:
    async def answer(request: Request) -> Response:
        return JSONResponse(await site.ask(partial(_facts, site, page), request))

    return answer


def _facts(site: Site, page: Page, ask: Ask) -> Facts:
    """A page's own facts, and those that all have."""
    return {
        "project": site.name,
        "root": ask.project.root,
        "branch": ask.around.branch,
        "changed": ask.around.changed,
        "trouble": ask.trouble,
        "read_only": ask.read_only,
        **page.facts(ask),
    }


def _events(site: Site) -> Handler:
    async def answer(request: Request) -> Response:
        seen = request.headers.get("last-event-id", "")[:64]

        async def stream() -> AsyncIterator[bytes]:
            yield b"retry: 500\n\n"
            async for news in site.live.listen(seen):
                if news is None:
                    yield b": nothing new\n\n"
                else:
                    yield f"id: {news.stamp}\nevent: news\ndata: {json.dumps(news.facts)}\n\n".encode()

        return StreamingResponse(stream(), media_type="text/event-stream")

    return answer


def _do(site: Site, action: Action) -> Handler:
    async def answer(request: Request) -> Response:
        body = await _json(request)
        to_start: list[tuple[str, ...]] = []
        to_dismiss: list[int] = []
        to_look: list[str] = []

        def do(ask: Ask) -> Facts:
            return action.do(Order(ask, body, to_start.append, to_dismiss.append, to_look.append))

        answer = await site.ask(do, request)
        for args in to_start:
            site.started.start(args)
        for number in to_dismiss:
            site.started.dismiss(number)
        for stage in to_look:
            site.looks.ask(stage)
        site.live.bump()
        return JSONResponse(answer)

    return answer


async def _json(request: Request) -> dict[str, Any]:
    """The body, of a size that is read. Raises HTTPException."""
    data = b""
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > _LONGEST_BODY:
                raise HTTPException(413, "that is too much")
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError, ClientDisconnect) as error:
        raise HTTPException(400, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "the body is no JSON object")
    return body


def _refused(rendering: Rendering) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        """What the user can mend."""
        hint = error.hint if isinstance(error, GofigureError) else ""
        if request.url.path.startswith(API):
            status = 404 if isinstance(error, NotThereError) else 409
            return JSONResponse({"error": str(error), "hint": hint}, status)
        # A browser would call anything but 200 an error of the page's own.
        return HTMLResponse(rendering.refused(str(error), hint), 404 if isinstance(error, NotThereError) else 200)

    return answer


def _lost(rendering: Rendering) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status, words = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "a bug")
        if request.url.path.startswith(API):
            return JSONResponse({"error": words, "hint": ""}, status)
        return HTMLResponse(rendering.refused(words, ""), status)

    return answer
