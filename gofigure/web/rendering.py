"""Templates into HTML: all that is put into them is escaped, and there is no way around that in any of them."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gofigure.model import CHANGE, MANUAL, PAGE
from gofigure.reference.keys import anchor
from gofigure.runner.why import ago
from gofigure.web.drawing import sparkline
from gofigure.web.page import Facts, Page
from gofigure.web.pages import PAGES
from gofigure.web.shown import MARKS, TITLES

if TYPE_CHECKING:
    from gofigure.web.site import Site

_KEY = re.compile(r"(\b(?:jobs|stages)\.[\w.\[\]-]+)")
_STARTED = {MANUAL: "hand", CHANGE: "a change", PAGE: "the page"}


class Rendering:
    def __init__(self, site: Site, scheme: str) -> None:
        self._site = site
        self._templates = Environment(
            loader=PackageLoader("gofigure.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"menu": [page for page in PAGES if page.in_menu], "marks": MARKS, "titles": TITLES}
        self._templates.filters |= {
            "took": took,
            "ago": ago,
            "clock": clock,
            "as_json": json.dumps,
            "slug": slug,
            "bars": sparkline,
            "keyed": keyed,
            "coded": coded,
            "started": lambda trigger: _STARTED.get(trigger, trigger),
        }
        self._scheme = scheme
        for name in ("parts.html", "refused.html", *(page.template for page in PAGES)):
            self._templates.get_template(name)  # compiled before anybody waits

    def page(self, page: Page, facts: Facts, stamp: str) -> bytes:
        return self._render(page.template, {"here": page.path, **facts}, stamp)

    def refused(self, words: str, hint: str) -> bytes:
        setting = self._site.setting
        common = {"project": self._site.name, "root": setting.project.root, "read_only": setting.read_only}
        common["notices"] = self._site.reader.notices
        facts = {**common, "here": "", "state": "", "words": words, "hint": hint}
        return self._render("refused.html", facts, self._site.live.stamp)

    def _render(self, template: str, facts: Facts, stamp: str) -> bytes:
        text = self._templates.get_template(template).render(
            around=self._site.around, stamp=stamp, tabs=self._site.sessions.tabs, **facts
        )
        return text.encode("utf-8", "replace")


def took(seconds: float | None) -> str:
    """A duration in few letters."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole // 60 % 60:02} min"


def clock(at_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_ns / 1e9))


def keyed(text: str) -> Markup:
    """A message in which what names a key of the configuration leads to its words."""
    parts = _KEY.split(text)
    linked = (
        Markup('<a href="/docs#{}">{}</a>').format(anchor(part), part) if at % 2 and anchor(part) else escape(part)
        for at, part in enumerate(parts)
    )
    return Markup("").join(linked)


def coded(text: str) -> Markup:
    """Words in which what stands between backticks is code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def slug(verdict: str) -> str:
    """A verdict as the name of a class."""
    return verdict.replace(" ", "-") or "none"
