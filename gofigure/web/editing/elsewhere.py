"""What a text would do to other files of the configuration: they name what it has no more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from gofigure.config import Layers
from gofigure.config.kinds import dotted
from gofigure.config.lines import line_of
from gofigure.web.editing.form import values
from gofigure.web.editing.sources import Source

Json = dict[str, Any]


def elsewhere(own: Source, text: str, layers: Layers, problems: Sequence[Json]) -> list[Json]:
    """What is wrong in other files then, and what is laid over nothing; each with its file, line and key."""
    found = [{key: one[key] for key in ("name", "line", "key", "message")} for one in problems if not one["here"]]
    known = {(one["name"], one["line"]) for one in found}
    return found + [one for one in _left_over(own, text, layers) if (one["name"], one["line"]) not in known]


def _left_over(own: Source, text: str, layers: Layers) -> list[Json]:
    """Tables of the personal file whose like the text has no more: they would be jobs and stages of their own."""
    gone = _named(own.text) - _named(text) if own.kind == "toml" else set()
    found: list[Json] = []
    for layer in layers if gone else ():
        if layer.kind == "local" and layer.folder == own.folder:
            theirs = layer.data.decode("utf-8", "replace")
            for kind, name in sorted(gone & _named(theirs)):
                said = f"it is laid over nothing then: {own.name} has no such {kind[:-1]} any more"
                place = {"name": os.path.join(own.folder, os.path.basename(layer.path)), "key": dotted((kind, name))}
                found.append({**place, "line": line_of(theirs, (kind, name)), "message": said})
    return found


def _named(text: str) -> set[tuple[str, str]]:
    return {(kind, name) for kind, some in (values(text) or {}).items() for name in some}
