"""What only a browser shows: nothing is squeezed, clipped or hidden by what stands beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support.page import Served

from gofigure.cli.here import here
from gofigure.model import Case
from gofigure.store.store import Store
from gofigure.trust import require_token

from .conftest import Opening

_WORD = "x" * 400


def test_the_name_of_a_link_has_its_room(opening: Opening, served: Served) -> None:
    (served.repo.root / "a link with a name.py").symlink_to("a.py")
    tab = opening("/content")
    tab.set_viewport_size({"width": 390, "height": 800})
    row = tab.locator('[data-key="at-a link with a name.py"] .name')
    name, icon = row.locator("a").bounding_box(), row.locator("svg").bounding_box()
    assert name is not None
    assert icon is not None
    assert name["width"] > 100
    assert icon["x"] < name["x"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_word_makes_no_page_wider(
    opening: Opening, served: Served, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    served.repo.gofigure("run", "check")
    monkeypatch.chdir(served.repo.root)
    project = here().project
    with Store.open(project.store_file, require_token(project.trust))[0] as store, store._db.writing():
        store.cases.add(1, {"unit": [Case("suite", "test_of_a_thing", "failed", 1.0, _WORD)]})
    tab = opening("/history?show=tests")
    tab.set_viewport_size({"width": width, "height": 800})
    expect(tab.locator(".tests").first).to_contain_text(_WORD)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    name = tab.locator(".tests a").first.bounding_box()
    assert name is not None
    assert name["height"] < 60


def test_the_menu_stays_off_the_edge(opening: Opening) -> None:
    tab = opening("/")
    tab.set_viewport_size({"width": 390, "height": 800})
    last = tab.get_by_role("navigation").get_by_role("link", name="Docs").bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 390 - 8


def test_a_link_in_the_docs_shows_what_a_search_has_hidden(opening: Opening) -> None:
    tab = opening("/docs")
    tab.wait_for_load_state()
    box = tab.get_by_label("Search in the docs")
    box.fill("strict_dependency")
    hidden = tab.locator("#gofigure-rollback")
    expect(hidden).to_be_hidden()
    tab.locator(".toc").get_by_role("link", name="rollback", exact=True).click()
    expect(hidden).to_be_in_viewport()
    expect(box).to_have_value("")
    box.fill("rollback")
    tab.locator(".toc").get_by_role("link", name="rollback", exact=True).click()
    expect(box).to_have_value("rollback")  # that one was to be seen


def test_the_ring_of_the_docs_search_is_whole(opening: Opening) -> None:
    tab = opening("/docs")
    box, toc = tab.get_by_label("Search in the docs").bounding_box(), tab.locator(".toc").bounding_box()
    assert box is not None
    assert toc is not None
    assert box["x"] - toc["x"] >= 3  # 2 of the ring, 1 around it
    assert box["y"] - toc["y"] >= 3
    assert toc["x"] + toc["width"] - box["x"] - box["width"] >= 3


def test_buttons_say_which_job(opening: Opening) -> None:
    tab = opening("/")
    expect(tab.get_by_role("button", name="Run check", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name=re.compile("^Run$"))).to_have_count(0)
