"""Jobs: the configuration as text and as a form, side by side."""

from __future__ import annotations

import contextlib
import os

from gofigure import config as configuration
from gofigure.errors import GofigureError
from gofigure.targets import KINDS
from gofigure.web.editing import form, sources
from gofigure.web.editing.drafts import problems
from gofigure.web.page import Ask, Facts, NotThereError, Page


def _facts(ask: Ask) -> Facts:
    new = ask.config.folders if ask.config is not None else ()  # those that git does not track are among them
    known = sources.folders(ask.project, new)
    chosen = ask.query.get("file", "shared")
    files = sources.listed(ask.project, known)
    if chosen not in (one.file for one in files):
        raise NotThereError("there is no such file")
    own = sources.source(ask.project, chosen, known)
    return {
        "file": own.file,
        "name": own.name,
        "there": own.data is not None,
        "text": own.text,
        "seen": own.seen,
        "locked": own.locked,
        "files": [one._asdict() for one in files],
        "older": sources.older(ask.project),
        "problems": problems(own, ask.project, own.text, known) if own.is_read else [],
        "form": form.values(own.text),
        "fields": form.fields(),
        "targets": sorted(KINDS),
        "code_for": _code_for(ask),
    }


def _code_for(ask: Ask) -> str:
    """The file for which a code can be typed, where that is of use: the text that it says yes to still stands there."""
    if ask.coded is None or not ask.trouble:
        return ""
    name, data = ask.coded
    with contextlib.suppress(GofigureError):  # it has gone, or cannot be read
        if configuration.read(os.path.join(os.path.dirname(ask.project.config_file), name)) == data:
            return name
    return ""


PAGE = Page("Jobs", "/jobs", "jobs.html", _facts)
