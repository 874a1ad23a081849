"""Our own style sheet, modules and icons: read once, so that no request can name another file."""

from __future__ import annotations

import hashlib
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Files:
    def __init__(self) -> None:
        folder = resources.files("gofigure.web") / "static"
        self._known = {
            file.name: file.read_bytes() for file in folder.iterdir() if file.name.rpartition(".")[2] in _KINDS
        }
        self._tags = {name: f'"{hashlib.sha256(data).hexdigest()[:16]}"' for name, data in self._known.items()}

    async def answer(self, request: Request) -> Response:
        return self._file(request.path_params["name"], request)

    async def icon(self, request: Request) -> Response:
        return self._file("icon.svg", request)

    def _file(self, name: str, request: Request) -> Response:
        if name not in self._known:
            return Response(status_code=404)
        # Kept, and asked about; but for icons, which ten tabs would ask about at each turn of events.
        kept = "max-age=3600" if name.endswith(".svg") else "no-cache"
        headers = {"ETag": self._tags[name], "Cache-Control": kept}
        if request.headers.get("if-none-match") == self._tags[name]:
            return Response(status_code=304, headers=headers)
        return Response(self._known[name], media_type=_KINDS[name.rpartition(".")[2]], headers=headers)
