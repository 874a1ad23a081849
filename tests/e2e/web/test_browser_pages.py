"""Each page and each button, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Route, expect
from support.page import Served

from .conftest import Opening

_SCHEMES = ("light", "dark")
_WIDTHS = (1280, 390)
_PLACES = (
    ("now", "/"), ("run", "/runs/2"), ("why", "/runs/2#why"), ("compare", "/runs/2#compare"),
    ("history", "/history"), ("logs", "/history?show=logs&find=error"), ("durations", "/history?show=durations"),
    ("stages", "/history?show=stages"), ("tests", "/history?show=tests"), ("content", "/content?since=check"),
    ("explained", "/content?path=a_file_with_a_long_name_to_be_shown_in_full.py&explain=1"),
    ("jobs", "/jobs"), ("deploy", "/deploy"), ("docs", "/docs"),
)  # fmt: skip
_SCREENSHOTS = os.environ.get("GOFIGURE_SCREENSHOTS")  # before a test has an environment of its own


def test_run_shows_itself_without_a_reload(opening: Opening, served: Served) -> None:
    tab = opening()
    tab.evaluate("window.same = true")
    check = tab.locator('[data-key="job-check"]')
    expect(check).to_contain_text("it has not run here yet")
    check.get_by_role("button", name="Run").click()
    expect(check.locator(".mark.passed").first).to_be_visible()
    expect(tab).to_have_title("✓ repo · gofigure")
    expect(tab.locator("link[rel=icon]")).to_have_attribute("href", "/static/icon-passed.svg")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")  # elsewhere
    expect(check).to_contain_text("a.py:7: error: it is wrong")
    expect(tab).to_have_title("✗ repo · gofigure")
    assert tab.evaluate("window.same")


def test_cancel_what_is_under_way(opening: Opening, served: Served) -> None:
    assert served.gate is not None
    tab = opening()
    slow = tab.locator('[data-key="job-slow"]')
    slow.get_by_role("button", name="Run").click()
    served.gate.arrive()
    expect(tab).to_have_title("● repo · gofigure")
    slow.get_by_role("button", name="Cancel").click()
    expect(slow.locator(".mark.interrupted")).to_be_visible()


def test_a_log_from_its_first_byte_to_its_end(opening: Opening, served: Served) -> None:
    assert served.gate is not None
    tab = opening()
    tab.locator('[data-key="job-slow"]').get_by_role("button", name="Run").click()
    served.gate.arrive()
    tab.locator('[data-key="job-slow"] a').first.click()
    expect(tab.locator(".log")).to_contain_text("before")
    expect(tab.locator(".log")).not_to_contain_text("after")
    served.gate.open()
    expect(tab.locator(".log")).to_contain_text("after")
    expect(tab.locator("h1 .mark.passed")).to_be_visible()


def test_search_errors_wrap_copy_and_download(opening: Opening, served: Served) -> None:
    (served.repo.root.parent / "fail").touch()
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1")
    log = tab.locator(".log")
    expect(tab.locator(".stages [aria-current=true]")).to_contain_text("unit")  # the one that failed
    expect(log.locator(".found")).to_have_text("3001a.py:7: error: it is wrong")
    tab.keyboard.press("/")
    tab.keyboard.type("2345")
    expect(log.locator(".found")).to_have_text("23452345")
    tab.keyboard.press("Escape")
    tab.keyboard.press("w")
    expect(tab.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    expect(log.locator(".line").first).to_be_visible()
    tab.get_by_role("button", name="Copy", exact=True).first.click()
    expect(tab.locator("#said")).to_contain_text("copied")
    assert "2345" in tab.evaluate("navigator.clipboard.readText()")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "run-1-unit.log"
    assert Path(download.value.path()).read_bytes().startswith(b"1\n2\n")


def test_what_is_printed_stays_text(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1?stage=lint")
    expect(tab.locator(".log")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(tab.locator(".log .fg2")).to_have_text("all good")
    assert tab.locator("img").count() == 0


def test_stages_and_panels(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    tab = opening("/runs/2?stage=lint")
    tab.evaluate("window.same = true")
    tab.locator(".drawing a", has_text="unit").click()
    expect(tab).to_have_url(f"{served.address}/runs/2?stage=unit")
    expect(tab.locator(".log")).to_contain_text("3")
    for name, words in (
        ("Why", "a.py changed"),
        ("Wrote", "Nothing changed"),
        ("Compare", "run 1"),
        ("Tests", "no single tests"),
        ("Artifacts", "kept no files"),
        ("Repeat", "gofigure run unit"),
    ):
        tab.get_by_role("tab", name=name).click()
        expect(tab.get_by_role("tabpanel", name=name)).to_contain_text(words)
    tab.get_by_role("button", name="Copy").first.click()
    expect(tab.locator("#said")).to_contain_text("copied the command")
    assert tab.evaluate("navigator.clipboard.readText()") == "gofigure run unit"
    tab.get_by_role("button", name="Re-run from here").click()
    expect(tab.locator("#said")).to_contain_text("started")
    assert tab.evaluate("window.same")
    tab.go_back()
    expect(tab.locator(".stages [aria-current=true]")).to_contain_text("lint")


def test_keys(opening: Opening, served: Served) -> None:
    tab = opening()
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator('[data-key="job-slow"]')).to_be_focused()
    tab.keyboard.press("k")
    tab.keyboard.press("r")
    expect(tab.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    expect(tab.locator('[data-key="job-check"]')).to_be_focused()  # through all that the server has said since
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{served.address}/runs/1")
    tab.wait_for_load_state("load")  # before that nobody hears a key
    tab.keyboard.press("g")
    expect(tab).to_have_url(f"{served.address}/")


def test_ten_tabs_hear_by_one_connection(opening: Opening, served: Served, context: BrowserContext) -> None:
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if request.url.endswith("/events") else None)
    tabs = [opening() for _ in range(10)]
    served.repo.gofigure("run", "check")
    for tab in tabs:
        tab.bring_to_front()
        expect(tab.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    assert len(streams) == 1
    tabs[0].close()  # which was the one that listened
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 3\n")
    served.repo.gofigure("run", "check")
    tabs[5].bring_to_front()
    expect(tabs[5].locator('[data-key="job-check"] .mark.failed').first).to_be_visible()


def test_a_tab_that_nobody_sees_asks_for_nothing_and_turns_red_or_green(
    served: Served, opening: Opening, context: BrowserContext
) -> None:
    assert served.gate is not None
    (served.repo.root.parent / "fail").touch()
    served.repo.gofigure("run", "check")
    seen, unseen = opening(), context.new_page()
    unseen.add_init_script("Object.defineProperty(document, 'hidden', { get: () => !window.seen })")
    unseen.goto(served.address)
    expect(unseen).to_have_title("✗ repo · gofigure")
    asked: list[str] = []
    unseen.on("request", lambda request: asked.append(request.url))
    seen.locator('[data-key="job-slow"]').get_by_role("button", name="Run").click()
    served.gate.arrive()
    expect(unseen).to_have_title("● repo · gofigure")
    expect(unseen.locator("link[rel=icon]")).to_have_attribute("href", "/static/icon-failed.svg")
    served.gate.open()
    (served.repo.root.parent / "fail").unlink()
    served.repo.gofigure("run", "check")
    expect(unseen).to_have_title("✓ repo · gofigure")
    expect(unseen.locator("link[rel=icon]")).to_have_attribute("href", "/static/icon-passed.svg")
    assert {url.rpartition("/")[2] for url in asked} <= {"icon-passed.svg"}
    unseen.evaluate("""() => { const channel = new BroadcastChannel("gofigure");
        window.busy = setInterval(() => channel.postMessage({ stamp: "x.1", state: "running", mark: "● " }), 100); }""")
    expect(unseen).to_have_title("● repo · gofigure")  # however much happens
    unseen.evaluate("clearInterval(window.busy)")
    with unseen.expect_response(f"{served.address}/"):
        unseen.evaluate("window.seen = true; document.dispatchEvent(new Event('visibilitychange'))")
    expect(unseen.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()


def test_a_tab_whose_script_comes_late_hears_what_it_has_missed(
    served: Served, opening: Opening, context: BrowserContext
) -> None:
    listening, late = opening(), context.new_page()
    held: list[Route] = []
    late.route("**/main.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    late.goto(served.address, wait_until="commit")
    expect(late.locator('[data-key="job-check"]')).to_contain_text("it has not run here yet")
    served.repo.gofigure("run", "check")
    listening.bring_to_front()
    expect(listening.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    late.bring_to_front()
    held[0].continue_()
    expect(late.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()


def test_of_many_stages_the_one_that_failed_is_shown(served: Served, opening: Opening) -> None:
    names = [f"s{at}" for at in range(40)]
    stages = "".join(f"[stages.{name}]\nrun = 'exit {int(name == 's30')}'\n" for name in names)
    served.repo.config(f"[jobs.check]\nkeep_going = true\nstages = {names}\n{stages}")
    served.repo.gofigure("allow", "--yes")
    served.repo.commit("fix \u202e " + "ever " * 60, "--no-verify")
    assert served.repo.gofigure("run", "check").returncode == 1
    tab = opening("/runs/1")
    expect(tab.locator(".headline")).to_contain_text("failed in s30 of 40 stages")
    subject = tab.locator(".headline bdi").first  # letters that turn round what follows end there
    assert len(subject.inner_text()) == 100
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.reload()
        for place in (".stages", ".drawing"):
            one = tab.locator(f"{place} [aria-current]")
            expect(one).to_contain_text("s30")
            one.locator("xpath=..").scroll_into_view_if_needed()
            expect(one).to_be_in_viewport()


def test_what_could_not_be_shown_is_said_and_asked_again(served: Served, opening: Opening) -> None:
    served.forgiven = ("500",)
    tab = opening()
    expect(tab.locator('[data-key="job-check"]')).to_contain_text("it has not run here yet")
    tab.route(f"{served.address}/", lambda route: route.fulfill(response=route.fetch(), status=500, body="no"))
    served.repo.gofigure("run", "check")
    expect(tab.locator("#link")).to_contain_text("could not show this")
    tab.unroute_all(behavior="ignoreErrors")
    expect(tab.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    expect(tab.locator("#link")).to_be_empty()


@pytest.mark.parametrize("width", _WIDTHS)
@pytest.mark.parametrize("scheme", _SCHEMES)
def test_nothing_is_wider_than_the_screen(opening: Opening, served: Served, scheme: str, width: int) -> None:
    """GOFIGURE_SCREENSHOTS=FOLDER keeps what it looks like."""
    served.repo.gofigure("run", "check")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a_file_with_a_long_name_to_be_shown_in_full.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    tab = opening()
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of its words
    for name, path in _PLACES:
        tab.goto(served.address + path)
        expect(tab.locator("main")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if _SCREENSHOTS:
            tab.wait_for_timeout(300)
            tab.screenshot(path=f"{_SCREENSHOTS}/{name}-{scheme}-{width}.png")
    ground = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(21, 23, 26)") == (scheme == "dark")


def test_each_attempt_has_its_log(opening: Opening, served: Served) -> None:
    line = "echo attempt; test -e ../second && echo two || { touch ../second; exit 1; }"
    served.repo.config(f"[jobs.j]\nstages = ['s']\n[stages.s]\nrun = '''{line}'''\nretries = 1\n")
    served.repo.gofigure("run", "j")
    tab = opening("/runs/1")
    expect(tab.locator(".log")).to_contain_text("two")
    tab.get_by_role("combobox").select_option("attempt 1, command 1")
    expect(tab.locator(".log")).not_to_contain_text("two")
    served.repo.gofigure("run", "j")  # elsewhere: the page is told, and asks again
    expect(tab.locator(".attempts a")).to_have_count(2)
    expect(tab.locator(".log .line")).to_have_count(1)


def test_a_switch_stays_as_it_was_put(opening: Opening, served: Served) -> None:
    tab = opening()
    switch = tab.locator('[data-key="job-check"]').get_by_role("switch")
    expect(switch).to_have_attribute("aria-checked", "true")  # though no watcher is at work
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(tab.locator('[data-key="job-check"]')).to_contain_text("off: no change starts it")
    tab.reload()
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
