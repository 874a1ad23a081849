"""A log of any size and shape: each of its lines can be reached, and what is read stays where it is."""

from __future__ import annotations

import functools
import os
import signal

from playwright.sync_api import BrowserContext, Page, expect
from support.page import Served
from support.rig import Rig, until

from .conftest import Opening

_OF = 'awk \'BEGIN { for (i = 0; i < %d; i++) { for (j = 0; j < %s; j++) printf "0123456789"; print "" } }\''
_WIDE = f"""
[jobs.check]
stages = ["sixty", "few", "one", "mixed"]
[stages.sixty]
run = '''{_OF % (60, 25)}'''
[stages.few]
run = '''{_OF % (5, 300)}'''
[stages.one]
run = '''{_OF % (1, 1500)}'''
[stages.mixed]
run = '''{_OF % (80, "(i < 50 ? 80 : i % 3)")}; echo Error: the last line; false'''
"""
_HIGH = """
[jobs.check]
stages = ["many"]
[stages.many]
run = "seq 1 1000000; echo Error: the last line says why; false"
"""
_GROWS = """
[jobs.check]
stages = ["grows"]
[stages.grows]
run = '''seq 1 400; %s; seq 401 800'''
cache = false
"""
# Numbers of the lines that can be seen, how far the last row ends below what can be seen, and what is empty above.
_LOOK = """log => {
  const { top } = log.getBoundingClientRect();
  const bottom = top + log.clientHeight;
  const rows = [...log.querySelectorAll(".line")].map((row) => [row, row.getBoundingClientRect()]);
  const seen = rows.filter(([, at]) => at.bottom > top + 1 && at.top < bottom - 1);
  return {
    lines: seen.map(([row]) => Number(row.firstChild.textContent)),
    below: rows.length ? rows.at(-1)[1].bottom - bottom : 0,
    above: seen.length ? Math.max(seen[0][1].top - top, 0) : 0,
  };
}"""
# Where it is, in lines and px.
_PLACE = "log => [log.scrollTop, log.querySelector('.rows').getBoundingClientRect().top, log.innerText].join()"


def _seen(tab: Page) -> list[int]:
    found = tab.locator(".log").evaluate(_LOOK)["lines"]
    assert isinstance(found, list)
    return found


def _ends_with(tab: Page, line: int) -> None:
    """The very end of the last line is to be seen, below lines that fill what is above it."""

    def is_so() -> bool:
        at = tab.locator(".log").evaluate(_LOOK)
        return bool(at["lines"] and at["lines"][-1] == line and -30 < at["below"] <= 0 and not at["above"])

    until(is_so, what=f"line {line} ends the log")


def _begins(tab: Page) -> None:
    until(lambda: _first_is(tab, 1), what="the first line is to be seen")


def _scroll(tab: Page, to: str) -> None:
    tab.locator(".log").evaluate(f"log => {{ log.scrollTop = {to}; }}")


def _first_is(tab: Page, line: int) -> bool:
    return _seen(tab)[:1] == [line]


def _is_elsewhere(tab: Page, than: str) -> bool:
    return bool(tab.locator(".log").evaluate(_PLACE) != than)


def _wheel_up_to_the_first(tab: Page) -> None:
    """As somebody reads: no line is left out."""
    tab.locator(".log").hover()
    last = _seen(tab)[0]
    while last > 1:
        was = tab.locator(".log").evaluate(_PLACE)
        tab.mouse.wheel(0, -250)
        until(functools.partial(_is_elsewhere, tab, was), what="it moves")
        seen = _seen(tab)
        assert seen[-1] >= last - 1, (seen, last)
        last = seen[0]


def test_all_of_wrapped_lines_is_reached(opening: Opening, served: Served) -> None:
    served.repo.config(_WIDE)
    served.repo.gofigure("allow", "--yes")
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1")
    log = tab.locator(".log")
    for width, stages in ((390, ("sixty", "mixed")), (1280, ("sixty", "few", "one", "mixed"))):
        tab.set_viewport_size({"width": width, "height": 900})
        for stage in stages:
            tab.goto(f"{served.address}/runs/1?stage={stage}")
            expect(log.locator(".line").first).to_be_visible()
            tab.keyboard.press("w")
            log.press("End")
            _ends_with(tab, {"sixty": 60, "few": 5, "one": 1, "mixed": 81}[stage])
            log.press("Home")
            _begins(tab)
    tab.keyboard.press("n")
    until(lambda: 81 in _seen(tab), what="the line that complains is to be seen")
    _wheel_up_to_the_first(tab)
    tab.locator(".stages a", has_text="few").click()
    expect(tab.get_by_role("heading", name="few")).to_be_visible()  # whose log it is
    expect(tab.get_by_label("Search in the log")).to_have_attribute("placeholder", "Search few ( / )")
    tab.set_viewport_size({"width": 390, "height": 900})
    expect(tab.get_by_role("heading", name="few")).to_be_hidden()  # the field says it, at no height
    expect(tab.get_by_label("Search in the log")).to_be_visible()


def test_a_log_higher_than_a_browser_can_show(opening: Opening, served: Served) -> None:
    served.repo.config(_HIGH)
    served.repo.gofigure("allow", "--yes")
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1")
    log = tab.locator(".log")
    expect(tab.locator("[data-log-found]")).to_have_text("1 of 1")
    _ends_with(tab, 1000001)  # which complains
    _scroll(tab, "0")
    _begins(tab)
    _scroll(tab, "log.scrollHeight")
    _ends_with(tab, 1000001)
    log.press("Home")
    _begins(tab)
    _scroll(tab, "log.scrollHeight / 2")
    until(lambda: 499_000 < next(iter(_seen(tab)), 0) < 501_000, what="the middle is to be seen")
    for step in (180, 180, -180, 180):
        was = _seen(tab)[0]
        log.evaluate("(log, step) => log.scrollBy(0, step)", step)
        until(functools.partial(_first_is, tab, was + step // 18), what="it moves by lines")
    tab.get_by_role("button", name="Copy", exact=True).first.click()
    expect(tab.locator("#said")).to_contain_text("copied lines ")
    copied = tab.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied == [str(number) for number in _seen(tab)]


def test_what_is_read_stays_while_a_log_grows(
    opening: Opening, served: Served, rig: Rig, context: BrowserContext
) -> None:
    assert served.gate is not None
    served.repo.config(_GROWS % served.gate.sh)
    served.repo.gofigure("allow", "--yes")
    tab = opening()
    tab.locator('[data-key="job-check"]').get_by_role("button", name="Run").click()
    served.gate.arrive()
    tab.goto(f"{served.address}/runs/1?stage=grows&line=100")
    expect(tab.locator(".log .found")).to_have_text("100100")
    _scroll(tab, "18 * 299")
    until(functools.partial(_first_is, tab, 300), what="line 300 is the first")
    os.kill(served.running.pid, signal.SIGKILL)
    served.running.finish()
    served.forgiven = ("401 (Unauthorized)",)
    again = Served(rig, served.repo)
    new = context.new_page()
    with tab.expect_request(lambda request: "seen=" in request.url):  # it has been read anew, and waits for more
        new.goto(again.login)
    new.close()
    tab.bring_to_front()
    assert _seen(tab)[0] == 300
    tab.get_by_label("Search in the log").fill("398")
    expect(tab.locator(".log .found")).to_have_text("398398")
    served.gate.open()
    expect(tab.locator("h1 .mark.passed")).to_be_visible()
    expect(tab.get_by_role("button", name="Follow")).to_be_hidden()
    until(lambda: tab.locator(".log").evaluate("log => log.scrollHeight") > 18 * 799, what="all of it has come")
    assert 398 in _seen(tab)
