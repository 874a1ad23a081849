"""Every page: one module here, and one line below. Its order is the menu's."""

from __future__ import annotations

from gofigure.web.page import Page
from gofigure.web.pages import content, deploy, docs, history, jobs, now, run

PAGES: tuple[Page, ...] = (
    now.PAGE,
    run.PAGE,
    history.PAGE,
    content.PAGE,
    jobs.PAGE,
    deploy.PAGE,
    docs.PAGE,
)
