"""Every page: one module here, and one line below. Its order is the menu's."""

from __future__ import annotations

from gofigure.web.page import Page
from gofigure.web.pages import deploy, docs, now, run

PAGES: tuple[Page, ...] = (
    now.PAGE,
    run.PAGE,
    deploy.PAGE,
    docs.PAGE,
)
