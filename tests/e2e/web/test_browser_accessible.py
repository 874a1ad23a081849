"""What axe-core finds fault with on any page, light or dark, wide or narrow: nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from support.page import Served

_TABS = tuple(f"/runs/2?tab={name}#{name}" for name in ("why", "compare", "repeat"))
_VIEWS = tuple(f"/history?show={name}" for name in ("logs", "logs&find=good", "durations", "stages", "tests"))


@pytest.mark.parametrize(
    "paths",
    [
        ("/", "/jobs", "/runs/2", *_TABS, "/runs/99"),
        ("/history", "/history?job=none", "/history?since=x", *_VIEWS),
        ("/content?since=check", "/content?path=a.py&explain=1", "/content?path=none"),
    ],
    ids=["now, jobs, run", "history", "content"],
)
def test_nothing_to_find_fault_with(
    seen: Page, served: Served, faults: Callable[[Page, Served, str], None], paths: tuple[str, ...]
) -> None:
    served.repo.gofigure("run", "check")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    for path in paths:
        faults(seen, served, path)


def test_nor_with_a_form_its_errors_and_a_preview(seen: Page, served: Served, axe: str) -> None:
    seen.goto(served.address + "/jobs")
    seen.locator("#chip-stages-types").click()
    seen.locator(".more summary").click()
    text = seen.locator("#text").input_value()
    seen.evaluate(axe)
    for more in ("", "[stages.bad]\ntimeout = 'x'\nneeds = ['y']\n"):
        seen.locator("#text").fill(text + more + "# more\n")
        expect(seen.locator("#problems li")).to_have_count(3 if more else 0)
        if more:
            seen.locator("#chip-stages-bad").click()
        seen.keyboard.press("Control+s")
        expect(seen.locator("#save")).to_be_visible()
        for scheme in ("light", "dark"):
            seen.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            found = seen.evaluate("axe.run()")["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], (more, scheme)
