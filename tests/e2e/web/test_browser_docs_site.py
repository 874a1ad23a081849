"""The docs as a site, opened from files: nothing is loaded from elsewhere, nothing is wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from docs.site.build import build
from docs.site.pages import sections

_SOME: Mapping[str, Literal["light", "dark"]] = {"compared.html": "dark", "targets/docker.html": "light"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build(out)
    return out


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url))
    yield page
    context.close()
    assert wrong == []


def test_no_page_is_wider_than_a_phone(site: Path, tab: Page) -> None:
    for section in sections():
        for page in section.pages:
            tab.goto(f"file://{site}/{page.out}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390, page.out


def test_the_search_finds_a_key_and_leads_there(site: Path, tab: Page) -> None:
    tab.goto(f"file://{site}/targets/shell.html")
    tab.keyboard.press("/")
    tab.keyboard.type("strict_dependency")
    expect(tab.locator("#found a").first).to_contain_text("Configuration")
    tab.keyboard.press("Enter")
    expect(tab.locator(":target")).to_have_text("strict_dependency")
    tab.locator("input[type=search]").fill("zzz nothing has that")
    expect(tab.locator("#found")).to_have_text("Nothing has all these words.")
    tab.keyboard.press("Escape")
    expect(tab.locator("#found")).to_be_hidden()


def test_the_pages_are_behind_a_button_on_a_phone(site: Path, tab: Page) -> None:
    tab.goto(f"file://{site}/index.html")
    expect(tab.locator("#list")).to_be_hidden()
    tab.get_by_role("button", name="Pages").click()
    tab.get_by_role("link", name="Hooks", exact=True).first.click()
    expect(tab.locator("h1")).to_have_text("Hooks")


def test_without_scripts_all_is_there(site: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{site}/hooks.html")
    expect(page.get_by_role("link", name="Tutorial", exact=True)).to_be_visible()
    expect(page.locator("input[type=search]")).to_be_hidden()
    context.close()


def test_nothing_to_find_fault_with_in_the_docs(site: Path, browser: Browser, axe: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    for name, scheme in _SOME.items():
        page.emulate_media(color_scheme=scheme)
        page.goto(f"file://{site}/{name}")
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], (name, scheme)
    context.close()
