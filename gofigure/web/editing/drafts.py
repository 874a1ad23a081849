"""What the Jobs page asks while a text is edited, and what writes it: in a thread of its own, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gofigure.config import Layers
from gofigure.config.toml_file import MAX_BYTES
from gofigure.errors import GofigureError
from gofigure.project import Project, untracked_folders
from gofigure.trust import Layer
from gofigure.web.body import read_json
from gofigure.web.editing import form, sources
from gofigure.web.editing.codes import Announce, Codes
from gofigure.web.editing.differing import difference
from gofigure.web.editing.elsewhere import elsewhere
from gofigure.web.editing.newest import Newest
from gofigure.web.editing.preview import previewed
from gofigure.web.editing.saving import refuse_changed, save
from gofigure.web.root import refuse_gone

Json = dict[str, Any]
T = TypeVar("T")
Gone = Callable[[], Coroutine[Any, Any, None]]  # ends once the client has gone
_SAVES, _IN = 20, 60.0  # as many in so many seconds
_MOST_PROBLEMS = 200
_WALK_EVERY = 2.0  # seconds
NAMES = ("check", "preview", "save", "confirm")


class _Given(NamedTuple):
    own: sources.Source
    text: str
    known: sources.Folders


class Drafts:
    """Texts that are not saved yet, and those that were and wait for a yes."""

    def __init__(
        self, project: Project, environ: Mapping[str, str], announce: Announce | None, changed: Callable[[], None]
    ) -> None:
        """`changed` is called when something has been saved, shown or allowed."""
        self._project = project
        self._environ = environ
        self.codes = Codes(announce)
        self.changed = changed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drafts")
        self._previews = Newest()
        self._saves: deque[float] = deque(maxlen=_SAVES)
        self._new: list[str] = []
        self._walked = -_WALK_EVERY

    async def check(self, body: Json, _gone: Gone) -> Json:
        """{"file", "text", "edit"}: the text after the edit, its problems, and the form that it is."""
        return await self._do(self._check, body)

    async def preview(self, body: Json, gone: Gone) -> Json:
        """{"file", "text"}: what it would do, to other files too, and in what it differs from what is on disk."""
        found, layers = await self._do(self._compared, body)
        if found["problems"]:
            return {**found, "plan": None}
        return {**found, "plan": await self._previews.ask(lambda stop: self._plan(layers, stop), gone())}

    async def save(self, body: Json, _gone: Gone) -> Json:
        """{"file", "text", "seen"}: write it, if what is on disk is still what was seen."""
        loop = asyncio.get_running_loop()

        def shown() -> None:
            with contextlib.suppress(RuntimeError):  # the page has ended before it
                loop.call_soon_threadsafe(self.changed)

        return await self._do(lambda given: self._save(given, shown), body)

    async def confirm(self, body: Json, _gone: Gone) -> Json:
        """{"code"}: say yes to what was shown with it in the terminal."""
        return await self._do(
            lambda given: {"allowed": self.codes.confirm(self._project.trust, given.get("code"))}, body
        )

    def close(self) -> None:
        self._previews.end()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _do(self, what: Callable[[Json], T], body: Json) -> T:
        def answer() -> T:
            refuse_gone(self._project.root)
            return what(body)

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    def _check(self, body: Json) -> Json:
        own, text, known = self._given(body)
        if isinstance(body.get("edit"), dict):
            text = _edited(text, body["edit"])
        return {
            "text": text,
            "form": form.values(text),
            "problems": problems(own, self._project, text, known),
            "same": own.data is not None and own.data_of(text) == own.data,
            "seen": own.seen,
        }

    def _compared(self, body: Json) -> tuple[Json, Layers]:
        own, text, known = self._given(body)
        found = problems(own, self._project, text, known)
        layers = sources.layers_with(self._project, own, own.data_of(text), known)
        told = {
            "diff": difference(own.text, text),
            "same": own.data is not None and own.data_of(text) == own.data,
            "seen": own.seen,
            "problems": found,
            "elsewhere": elsewhere(own, text, layers, found),
        }
        return told, layers

    def _plan(self, layers: Layers, stop: int) -> Json:
        """What keeps it from being known is no reason to keep back the rest."""
        try:
            return previewed(self._project, layers, self._environ, stop)
        except GofigureError as error:
            return {"error": str(error), "hint": error.hint, "jobs": [], "stages": []}

    def _save(self, body: Json, shown: Callable[[], None]) -> Json:
        own, text, known = self._given(body)
        refuse_changed(own, body.get("seen"))
        found = [one for one in problems(own, self._project, text, known) if one["here"]]
        if found:
            raise GofigureError(f"nothing is saved: {found[0]['message']}", hint="mend what is marked")
        data = own.data_of(text)
        now = time.monotonic()
        if len(self._saves) == _SAVES and now < self._saves[0] + _IN:
            raise GofigureError("that is too often", hint="wait a minute")
        self._saves.append(now)
        waits = save(self._project, own, data)
        has_code = self.codes.offer(Layer(own.name, data), shown) if waits else False
        if not waits:
            self.codes.forget(own.name)
        return {"saved": own.name, "waits": waits, "code": has_code, "seen": own._replace(data=data).seen}

    def _given(self, body: Json) -> _Given:
        """What a request is about. Raises GofigureError."""
        known = self._folders()
        own, text = sources.source(self._project, body.get("file"), known), body.get("text")
        if not isinstance(text, str) or "\r" in text or "\0" in text:
            raise GofigureError("`text` is no text whose lines end in \\n")
        if len(text.encode()) > MAX_BYTES:
            raise GofigureError(f"a configuration has {MAX_BYTES} bytes at most")
        return _Given(own, text, known)

    def _folders(self) -> sources.Folders:
        """For those that git does not track it walks over the disk: not at every key."""
        if time.monotonic() > self._walked + _WALK_EVERY:
            self._new, self._walked = untracked_folders(self._project), time.monotonic()
        return sources.folders(self._project, self._new)


def _edited(text: str, edit: Json) -> str:
    try:
        return form.edited(text, edit)
    except RecursionError:
        raise GofigureError("nested too deeply to be changed by the form") from None


def problems(own: sources.Source, project: Project, text: str, known: sources.Folders) -> list[Json]:
    """What is wrong first, each with the field of the form that it is about."""
    data = own.data if own.data is not None and text == own.text else own.data_of(text)  # what no text can hold too
    found = sources.check(project, own, data, known).problems[:_MOST_PROBLEMS]
    places = form.Places(form.values(text)) if found else None
    return [{**one, "at": places.of(one["key"]) if places is not None and one["here"] else []} for one in found]


def routes(drafts: Drafts) -> list[Route]:
    """Where the page asks."""

    def route(name: str, ask: Callable[[Json, Gone], Awaitable[Json]]) -> Route:
        async def answer(request: Request) -> Response:
            async def gone() -> None:
                while (await request.receive())["type"] != "http.disconnect":
                    pass

            try:
                return JSONResponse(await ask(await read_json(request), gone))
            finally:
                if name in ("save", "confirm"):  # a code that is refused may count no more
                    drafts.changed()

        return Route(f"/api/v1/do/{name}", answer, methods=["POST"])

    return [route(name, getattr(drafts, name)) for name in NAMES]
