"""Files that a stage has made and left to be kept: each to be saved, checked before its first byte is sent.

Numbers name a file, so no path can be asked for; and nothing of it is shown by a browser.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gofigure.artifacts import blobs, manifest
from gofigure.digest.tree import FOLDER, LINK
from gofigure.runner.logs import stage_logs
from gofigure.runner.made import artifact_of
from gofigure.snapshot.select import show
from gofigure.web.numbers import run_of
from gofigure.web.page import Ask, NotThereError

if TYPE_CHECKING:
    from gofigure.web.site import Site


class _Kept(NamedTuple):
    folder: str  # of all artifacts
    item: manifest.Item


def route(site: Site) -> BaseRoute:
    async def answer(request: Request) -> Response:
        found = await site.ask(_find, request)
        await asyncio.to_thread(_prove, found)
        name = re.sub(r"[^\w.-]", "_", show(found.item.path).rpartition("/")[2], flags=re.ASCII)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Length": str(found.item.size),
        }
        pieces = blobs.reading(found.folder, found.item.digest, found.item.size)
        return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)

    return Route("/api/v1/runs/{run:number}/kept/{stage:number}/{file:number}", answer)


def _find(ask: Ask) -> _Kept:
    """Raises NotThereError."""
    run = run_of(ask)
    stage, file = ask.path["stage"], ask.path["file"]
    stages = stage_logs(ask.store.history, ask.project.state_dir, run)
    name = artifact_of(stages[stage].stage.made) if stage < len(stages) else b""
    folder = os.path.join(ask.project.state_dir, "artifacts")
    items = manifest.read(folder, name) if name else None
    if items is None or file >= len(items) or items[file].kind in (FOLDER, LINK):
        raise NotThereError(f"run {run.id} has kept no such file", hint="it may have been removed by gofigure gc")
    return _Kept(folder, items[file])


def _prove(kept: _Kept) -> None:
    """Raises NotThereError where what is kept is not what it is called."""
    try:
        for _ in blobs.reading(kept.folder, kept.item.digest, kept.item.size):
            pass
    except blobs.GoneError:
        raise NotThereError(
            f"what was kept of {show(kept.item.path)} is gone, or damaged: it is not what it is called",
            hint="run the stage again: gofigure run --no-cache",
        ) from None
