"""What stands before every route: who asks, from where, and for what; and what every answer forbids.

A page on another site can make a browser send requests here (CSRF), and a name of its own mean this machine (DNS
rebinding). Neither gets an answer: the Host must be ours, whoever says Origin or Sec-Fetch-Site must be our own page,
and all but the way in wants the cookie, or the key that only the owner's programs can read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gofigure.web.door.published import Network
from gofigure.web.door.sessions import Sessions

API = "/api/"
LOGIN = "/login"
STATIC = "/static/"
HEADER = b"x-gofigure"
TAB, PROOF = b"x-gofigure-tab", b"x-gofigure-proof"  # what a tab asks, and how it knows who answers

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = (
    (b"content-security-policy", _CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")
_PORT = re.compile(r":[0-9]{1,5}\Z")


class Door(NamedTuple):
    """Where the page is reached."""

    hosts: frozenset[str]  # what the Host header may be, exactly
    scheme: str
    cookie: str  # its name: cookies are shared by all ports of a host
    read_only: bool = False
    network: Network | None = None  # in a container: who else is there
    any_port: bool = False  # whatever port leads to our socket; `hosts` are names alone


class Refusal(NamedTuple):
    status: int
    words: str
    hint: str = ""


class Guard:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, door: Door, sessions: Sessions) -> None:
        self._app = app
        self._door = door
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            return
        refusal = self.refusal(scope)

        proof = self._proof(scope) if refusal is None else ()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_added(message["headers"]), *proof]
            await send(message)

        app = self._app if refusal is None else answer_of(scope["path"], refusal)
        await app(scope, receive, guarded)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request gets no answer; None: it does."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        host = _values(headers, b"host")
        if misled := self._misled(scope, host):
            return misled
        if self._is_foreign(headers, host[0], scope["method"]):
            return Refusal(403, "another site asks for this", "a link: copy its address into the bar of a new tab")
        path: str = scope["path"]
        if path == LOGIN or path.startswith(STATIC):
            # A glance at the way in must not use it up.
            known = ("GET",) if path == LOGIN else ("GET", "HEAD")
            return None if scope["method"] in known else Refusal(405, "only GET")
        if not self._is_known(headers):
            return Refusal(401, "this page is for whoever started it", "type in a terminal: gofigure ui")
        if scope["method"] in ("GET", "HEAD"):
            return None
        return self._refused_change(scope["method"], headers)

    def _misled(self, scope: Scope, host: list[str]) -> Refusal | None:
        """Why whoever asks is not to be here at all."""
        network = self._door.network
        if network is not None and not network.lets_in(scope["client"][0], scope["server"][0]):
            return Refusal(403, "this page is for the machine that publishes it", "not for its other containers")
        ours = [_PORT.sub("", one) for one in host] if self._door.any_port else host
        if len(ours) != 1 or ours[0] not in self._door.hosts:
            return Refusal(403, "this is not the address of the page", "open the one that gofigure ui prints")
        return None

    def _is_foreign(self, headers: list[tuple[bytes, bytes]], host: str, method: str) -> bool:
        """Whether something says that not our own page asks."""
        origin, site = _values(headers, b"origin"), _values(headers, b"sec-fetch-site")
        if origin and origin != [f"{self._door.scheme}://{host}"]:
            return True
        expected = ("same-origin", "none") if method in ("GET", "HEAD") else ("same-origin",)
        return len(site) > 1 or (bool(site) and site[0] not in expected)

    def _is_known(self, headers: list[tuple[bytes, bytes]]) -> bool:
        bearer = [value.removeprefix("Bearer ") for value in _values(headers, b"authorization")]
        if len(bearer) == 1 and self._sessions.is_key(bearer[0]):
            return True
        return any(self._sessions.knows(value) for value in cookies(headers, self._door.cookie))

    def _proof(self, scope: Scope) -> Iterable[tuple[bytes, bytes]]:
        """For who is in alone: who listens on our port after us could ask the next page for it otherwise."""
        words = [value for key, value in scope["headers"] if key == TAB]
        if len(words) != 1 or not self._is_known(scope["headers"]):
            return ()
        return ((PROOF, self._sessions.proof(words[0])),)

    def _refused_change(self, method: str, headers: list[tuple[bytes, bytes]]) -> Refusal | None:
        if method != "POST":
            return Refusal(405, f"{method} is not known here")
        if self._door.read_only:
            return Refusal(403, "this page is read-only", "start it without --read-only")
        kinds = [value.partition(";")[0].strip().lower() for value in _values(headers, b"content-type")]
        if kinds != ["application/json"]:
            return Refusal(415, "a change is asked for by JSON", "Content-Type: application/json")
        if not _values(headers, HEADER):  # which no other site can send without asking first, and is told no
            return Refusal(403, "a change is asked for with the header X-Gofigure: 1")
        return None


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def cookies(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    """Those of that name (RFC 6265, 4.2.1). Servers on other ports set theirs for this host too, odd ones as well."""
    parts = (part.partition("=") for value in _values(headers, b"cookie") for part in value.split(";"))
    return [value.strip() for key, _, value in parts if key.strip() == name]


def _added(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    has_cache = any(key.lower() == b"cache-control" for key, _ in headers)
    return _ALWAYS if has_cache else (*_ALWAYS, _NO_STORE)


def answer_of(path: str, refusal: Refusal) -> Response:
    """In the words that whoever asks for `path` reads."""
    if path.startswith(API):
        return JSONResponse({"error": refusal.words, "hint": refusal.hint}, refusal.status)
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in (refusal.words, refusal.hint) if line)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>gofigure</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/page.css">'
        f'</head><body class="refused"><main><h1>gofigure</h1>{lines}</main></body></html>'
    )
    return HTMLResponse(text.encode("utf-8", "replace"), refusal.status)
