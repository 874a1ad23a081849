"""Jobs: the configuration as text and as a form, side by side."""

from __future__ import annotations

from gofigure.targets import KINDS
from gofigure.web import form, sources
from gofigure.web.drafts import problems
from gofigure.web.page import Ask, Facts, NotThereError, Page
from gofigure.web.pages.now import state


def _facts(ask: Ask) -> Facts:
    chosen = ask.query.get("file", "shared")
    if chosen not in sources.FILES:
        raise NotThereError("there is no such file")
    files = {file: sources.source(ask.project, file) for file in sources.FILES}
    own = files[chosen]
    return {
        "state": state(ask),
        "file": own.file,
        "name": own.name,
        "there": own.data is not None,
        "text": own.text,
        "seen": own.seen,
        "locked": own.locked,
        "files": [{"file": one.file, "name": one.name, "there": one.data is not None} for one in files.values()],
        "older": sources.older(ask.project),
        "problems": problems(own, ask.project, own.text) if own.data is not None and not own.locked else [],
        "form": form.values(own.text),
        "fields": form.fields(),
        "targets": sorted(KINDS),
        "code_for": ask.code_for,
    }


PAGE = Page("Jobs", "/jobs", "jobs.html", _facts)
