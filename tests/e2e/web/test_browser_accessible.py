"""What axe-core finds fault with on any page, light or dark, wide or narrow: nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from support.page import Served

_AXE = "axe-core@4"
_Scheme = Literal["light", "dark"]
_SCHEMES: tuple[_Scheme, ...] = ("light", "dark")
_VIEWS = ("logs", "logs&find=good", "durations", "stages", "tests")


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its text, from npm: a test's tool, and no part of what is installed."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    done = subprocess.run([npm, "pack", _AXE], cwd=folder, capture_output=True, text=True, check=False) if npm else None
    if done is None or done.returncode != 0:
        assert "CI" not in os.environ, done.stderr if done is not None else "there is no npm: apt-get install npm"
        pytest.skip("npm does not hand out axe-core here")
    with tarfile.open(folder / done.stdout.split()[-1]) as packed:
        member = packed.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


@pytest.fixture
def seen(browser: Browser, served: Served) -> Iterator[Page]:
    """A tab that axe-core may be put into, which the page's own rules forbid."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(served.login)
    yield tab
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", _SCHEMES)
def test_nothing_to_find_fault_with(seen: Page, served: Served, axe: str, scheme: _Scheme, width: int) -> None:
    served.repo.gofigure("run", "check")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    pages = (
        "/",
        "/jobs",
        "/runs/2",
        *(f"/runs/2?tab={name}#{name}" for name in ("why", "compare", "repeat")),
        "/runs/99",
    )
    history = ("/history", "/history?job=none", "/history?since=x", *(f"/history?show={name}" for name in _VIEWS))
    content = ("/content?since=check", "/content?path=a.py&explain=1", "/content?path=none")
    pages = (*pages, *history, *content)
    seen.set_viewport_size({"width": width, "height": 800})
    seen.emulate_media(color_scheme=scheme)
    for path in pages:
        seen.goto(served.address + path)
        expect(seen.locator("main")).to_be_visible()
        seen.evaluate(axe)
        found = seen.evaluate("axe.run()")["violations"]
        told = [(one["id"], one["nodes"][0]["html"], one["nodes"][0].get("failureSummary")) for one in found]
        assert told == [], path


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
