"""The routes: each page twice, as HTML and as JSON; what buttons do; news; logs; our own files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gofigure.errors import GofigureError
from gofigure.web import kept
from gofigure.web.actions import ACTIONS
from gofigure.web.body import read_json
from gofigure.web.bugs import Bugs
from gofigure.web.door.guard import API, LOGIN, STATIC, Door, Guard, Refusal, answer_of, cookies
from gofigure.web.editing import drafts
from gofigure.web.files import Files
from gofigure.web.logs import routes as logs
from gofigure.web.page import Action, Answer, Ask, Facts, NotThereError, Order, Page
from gofigure.web.pages import PAGES
from gofigure.web.rendering import Rendering
from gofigure.web.shown import state_of_all
from gofigure.web.site import Site

V1 = "/api/v1"
_NO_WAY_IN = "this address lets nobody in: it was used before, or is none; type in a terminal: gofigure ui\n"
_REMEMBERED = 64
_LEAST = 0.2  # seconds between two drawings
_PATIENCE = 20.0  # that a program waits for what takes longer

Handler = Callable[[Request], Awaitable[Response]]


def make_app(site: Site, door: Door, bugs: Bugs) -> ASGIApp:
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
        *drafts.routes(site.drafts),
        kept.route(site),
    ]
    for page in PAGES:
        list_of_routes += [
            Route(page.path, _html(site, page, rendering)),
            Route(f"{V1}{page.path.rstrip('/') or '/now'}", _twin(site, page)),
        ]
    list_of_routes += [Route(f"{V1}/do/{action.name}", _do(site, action), methods=["POST"]) for action in ACTIONS]
    app = Starlette(
        routes=list_of_routes,
        exception_handlers={
            GofigureError: _refused(rendering),
            OSError: _refused(rendering),
            HTTPException: _lost(site, door, rendering),
            Exception: _broken(bugs),
        },
    )
    return Guard(app, door, site.sessions)


def _login(site: Site, door: Door) -> Handler:
    async def login(request: Request) -> Response:
        """Trade a ticket for a cookie, once."""
        session = site.sessions.trade(request.query_params.get("ticket", ""))
        if session is None and not _is_in(site, door, request):
            return PlainTextResponse(_NO_WAY_IN, 403)
        answer = RedirectResponse("/", 303, {"Clear-Site-Data": '"cache", "storage"'})
        if session is not None:
            answer.set_cookie(
                door.cookie, session, path="/", httponly=True, samesite="strict", secure=door.scheme == "https"
            )
        return answer

    return login


def _is_in(site: Site, door: Door, request: Request) -> bool:
    return any(map(site.sessions.knows, cookies(request.scope["headers"], door.cookie)))


def _ticket(site: Site) -> Handler:
    async def answer(_request: Request) -> Response:
        """Another way in, for who is in already, or has the key: `gofigure ui`, a second time."""
        return JSONResponse({"ticket": site.sessions.ticket()})

    return answer


class _Drawn(NamedTuple):
    text: bytes
    state: object
    at: float


def _html(site: Site, page: Page, rendering: Rendering) -> Handler:
    remembered: dict[str, _Drawn] = {}

    async def answer(request: Request) -> Response:
        """The same state looks the same in ten tabs: it is drawn once, and not more often than anybody can follow.

        A tab that has heard of a newer state than it gets will ask again.
        """
        answers = await _answers(site, page, request)
        stamp, address, now = site.live.stamp, str(request.url), time.monotonic()
        state = stamp, [(one.at_ns, one.looking) for one in answers.values()]
        drawn = remembered.get(address)
        if drawn is None or (drawn.state != state and (answers or now > drawn.at + _LEAST)):
            facts = await site.ask(partial(_facts, site, page), request, answers)
            drawn = _Drawn(rendering.page(page, facts, stamp), state, now)
            while len(remembered) > _REMEMBERED:
                del remembered[next(iter(remembered))]
            remembered[address] = drawn
        return HTMLResponse(drawn.text)

    return answer


def _twin(site: Site, page: Page) -> Handler:
    async def answer(request: Request) -> Response:
        answers = await _answers(site, page, request, _PATIENCE)
        if page.path == "/":
            await site.look_around(_PATIENCE)
        return _Json(await site.ask(partial(_facts, site, page), request, answers))

    return answer


class _Json(JSONResponse):
    """Names that are no UTF-8 are in it as they are in Python, escaped."""

    def render(self, content: object) -> bytes:
        return json.dumps(content).encode()


async def _answers(site: Site, page: Page, request: Request, patience: float | None = None) -> Mapping[Any, Answer]:
    """To what the page asks behind its back; a person who comes here gets newer ones than a tab that was told to."""
    questions = page.questions(request.query_params, request.scope["query_string"])
    if not questions:
        return {}
    if patience is not None:  # a program: what it is told is so now
        questions = [one._replace(keeps=0.0) if one.lives else one for one in questions]
    is_told = request.headers.get("sec-fetch-mode") == "cors" and patience is None
    return await site.behind.answers(questions, patience, eager=not is_told)


def _facts(site: Site, page: Page, ask: Ask) -> Facts:
    """A page's own facts, and those that all have."""
    own = page.facts(ask)
    return {
        "state": own["state"] if "state" in own else state_of_all(ask),
        "project": site.name,
        "root": ask.project.root,
        "branch": ask.around.branch,
        "changed": ask.around.changed,
        "looked_around": ask.around.known,
        "trouble": ask.trouble,
        "notices": site.reader.notices,
        "unreadable": ask.config is None and os.path.lexists(ask.project.config_file),
        "read_only": ask.read_only,
        **own,
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
        body = await read_json(request)
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


def _refused(rendering: Rendering) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        """What the user can mend: also what the system refused, where it names a file."""
        if isinstance(error, OSError) and error.filename is None:
            raise error
        hint = error.hint if isinstance(error, GofigureError) else ""
        if request.url.path.startswith(API):
            status = 404 if isinstance(error, NotThereError) else 409
            return JSONResponse({"error": str(error), "hint": hint}, status)
        # A browser would call anything but 200 an error of the page's own.
        return HTMLResponse(rendering.refused(str(error), hint), 404 if isinstance(error, NotThereError) else 200)

    return answer


def _lost(site: Site, door: Door, rendering: Rendering) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status, words = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "a bug")
        if request.url.path.startswith(API):
            return JSONResponse({"error": words, "hint": ""}, status)
        if not _is_in(site, door, request):  # of our own files, which anybody may have, there is none of that name
            return PlainTextResponse(words, status)
        return HTMLResponse(rendering.refused(words, ""), status)

    return answer


def _broken(bugs: Bugs) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        """A fault of our own. No template is asked: it may be that which failed."""
        report, path = bugs.told(error), request.url.path
        if path == LOGIN or path.startswith(STATIC):  # anybody's
            return answer_of(path, Refusal(500, "a bug in gofigure"))
        return answer_of(path, Refusal(500, f"a bug in gofigure: {type(error).__name__}: {error}", report))

    return answer
