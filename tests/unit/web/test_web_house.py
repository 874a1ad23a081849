"""What the page is made of: small, documented, and nothing that its own rules forbid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Route

from gofigure.web.actions import ACTIONS
from gofigure.web.editing.drafts import NAMES as DRAFTS
from gofigure.web.pages import PAGES

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "gofigure" / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


def test_all_that_a_browser_loads_is_small() -> None:
    assert sum(file.stat().st_size for file in (WEB / "static").iterdir()) < 100_000


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline_and_nothing_unescaped(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)
    assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text)  # it works offline


def test_our_modules_make_no_markup_of_text() -> None:
    for module in (WEB / "static").glob("*.js"):
        text = module.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            module
        )


def test_every_page_and_every_action_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    for page in PAGES:
        address = re.sub(r"\{(\w+)(:\w+)?\}", lambda name: name[1].upper(), page.path.rstrip("/") or "/now")
        assert f"`GET /api/v1{address}" in text, page.name
        assert Route(page.path, lambda _: None).path  # it is one
        assert (WEB / "templates" / page.template).exists()
    for name in (*(action.name for action in ACTIONS), *DRAFTS):
        assert f"`POST /api/v1/do/{name}`" in text, name
