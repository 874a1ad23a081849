"""A real browser, and a page to open in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from support.page import Served
from support.repo import Repo
from support.rig import Rig, ceiling

CONFIG = """
settle = 0.05
[jobs.check]
on = ["change"]
stages = ["lint", "unit", "types"]
[jobs.slow]
stages = ["wait"]
[stages.lint]
run = "printf '\\\\033[32mall good\\\\033[0m <img src=x onerror=alert(1)>\\\\n'"
inputs = ["*.py"]
[stages.types]
run = "true"
inputs = ["*.py"]
[stages.unit]
needs = ["lint"]
run = "seq 1 3000; test ! -e ../fail || { echo 'a.py:7: error: it is wrong'; seq 1 200; exit 1; }"
inputs = ["*.py"]
[stages.wait]
run = '''echo before; %s; echo after'''
cache = false
"""

Opening = Callable[..., Page]
_AXE = "axe-core@4"
# The same engine without windows takes a fourth of the processor's time.
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=20_000)  # a page that looks on asks seldom on a busy machine


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    with ceiling(90):
        yield


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")  # tests of other files end all children that they find
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        assert "CI" not in os.environ, "there is no Chromium: apt-get install chromium"
        pytest.skip("there is no Chromium here")
    home = str(tmp_path_factory.mktemp("browser"))
    # evil.example: a name of an attacker's that means this machine.
    args = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        environ: dict[str, str | float | bool] = {"HOME": home, "PATH": os.environ.get("PATH", os.defpath)}
        browser = playwright.chromium.launch(executable_path=program, args=args, env=environ)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def served(rig: Rig, repo: Repo) -> Served:
    gate = rig.gate("slow")
    repo.config(CONFIG % gate.sh)
    repo.write("a.py", "a = 1\n")
    repo.write(".gitignore", "dist\n")
    repo.commit()
    served = Served(rig, repo)
    served.gate = gate
    return served


@pytest.fixture
def opening(context: BrowserContext, served: Served) -> Iterator[Opening]:
    """Opens an address of the page in a new tab, let in; no tab may ever complain on its console."""
    complaints: list[str] = []
    inside = False

    def open_tab(path: str = "/") -> Page:
        nonlocal inside
        tab = context.new_page()
        tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        if not inside:
            tab.goto(served.login)
            inside = True
        if path != "/" or tab.url == "about:blank":
            tab.goto(served.address + path)
        return tab

    yield open_tab
    expected = (
        "ERR_CONNECTION_REFUSED",
        "ERR_CONNECTION_RESET",
        "ERR_INCOMPLETE_CHUNKED",
        "ERR_EMPTY_RESPONSE",
        "ERR_NETWORK",
        *served.forgiven,
    )
    assert [one for one in complaints if not any(word in one for word in expected)] == []


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


@pytest.fixture
def faults(axe: str) -> Callable[[Page, Served, str], None]:
    """Finds fault with an address of the page, as everybody sees it."""

    def look(seen: Page, served: Served, path: str) -> None:
        # Colours say nothing of widths, nor widths of colours: two looks find what four would.
        for width, is_dark in ((1280, False), (390, True)):
            seen.set_viewport_size({"width": width, "height": 800})
            seen.emulate_media(color_scheme="dark" if is_dark else "light")
            seen.goto("about:blank")  # else another hash is no other page
            seen.goto(served.address + path)
            expect(seen.locator("main")).to_be_visible()
            seen.evaluate(axe)
            found = seen.evaluate("axe.run()")["violations"]
            told = [(one["id"], one["nodes"][0]["html"], one["nodes"][0].get("failureSummary")) for one in found]
            assert told == [], (path, width, is_dark)

    return look
