"""History and Content in a real browser: filters, words in logs, a tree to walk, and a place that is not lost."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect
from support.page import Served

from .conftest import Opening


def test_filters_live_in_the_address(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    tab = opening("/history")
    expect(tab.locator(".past .item")).to_have_count(2)
    tab.get_by_label("Verdict").select_option("failed")
    tab.get_by_label("Text").fill("it is wrong")
    tab.get_by_role("button", name="Show").click()
    expect(tab).to_have_url(f"{served.address}/history?verdict=failed&text=it+is+wrong")
    expect(tab.locator(".past .item")).to_have_count(1)
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{served.address}/runs/2")
    tab.go_back()
    tab.get_by_role("link", name="Clear").click()
    expect(tab.locator(".past .item")).to_have_count(2)


def test_words_in_a_log_lead_to_their_line(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    tab = opening("/history?show=logs")
    tab.keyboard.press("/")
    tab.keyboard.type("2345")
    tab.keyboard.press("Enter")
    expect(tab.locator(".finds mark")).to_have_text("2345")
    tab.locator("a.find").click()
    expect(tab).to_have_url(re.compile(r"/runs/1\?stage=unit&file=0&find=2345&line=2345$"))
    expect(tab.locator(".log .found")).to_have_text("23452345")
    expect(tab.locator(".log .found")).to_be_in_viewport()
    tab.keyboard.press("n")
    expect(tab.locator("[data-log-found]")).to_contain_text("1 of 1")


def test_new_runs_do_not_take_a_reader_s_place(opening: Opening, served: Served) -> None:
    served.repo.config("[jobs.check]\nstages = ['lint']\n[stages.lint]\nrun = 'true'\ncache = false\n")
    for _ in range(30):
        served.repo.gofigure("run", "check")
    tab = opening("/history")
    row = tab.locator('[data-key="run-3"]')
    row.scroll_into_view_if_needed()
    row.focus()
    before = row.bounding_box()
    served.repo.gofigure("run", "check")
    expect(tab.locator('[data-key="run-31"]')).to_have_count(1)
    expect(row).to_be_focused()
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 3
    tab.get_by_label("Text").fill("half of a wor")
    served.repo.gofigure("run", "check")
    expect(tab.locator('[data-key="run-32"]')).to_have_count(1)
    expect(tab.get_by_label("Text")).to_have_value("half of a wor")


def test_a_point_leads_to_its_run(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    tab = opening("/history?show=stages")
    tab.get_by_role("link", name="unit", exact=True).click()
    expect(tab.locator("#trend")).to_contain_text("Stage unit")
    point = tab.get_by_role("link", name=re.compile("run 1: passed in"))
    tab.wait_for_load_state()  # before that nobody hears a key
    tab.keyboard.press("j")
    expect(point).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{served.address}/runs/1?stage=unit")


def test_a_tree_is_walked_by_keys_and_told_what_is_proven_since(opening: Opening, served: Served) -> None:
    served.repo.write("src/<i>odd\n.py", "x\n")
    tab = opening("/content")
    tab.evaluate("window.same = true")
    row = tab.locator('[data-key="at-a.py"]')
    expect(row).to_contain_text("○ lint", timeout=20_000)
    served.repo.gofigure("run", "check")  # elsewhere
    expect(row).to_contain_text("✓ lint", timeout=60_000)  # it is looked at again, though not at once
    assert tab.evaluate("window.same")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{served.address}/content?path=src")
    expect(tab.locator(".tree")).to_contain_text(r"<i>odd\n.py")
    tab.wait_for_load_state()  # who presses keys before there is a script is not heard
    tab.keyboard.press("j")
    expect(tab.locator('[data-key="up"]')).to_be_focused()
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab.locator(".panel").first).to_contain_text("It is a")
    assert tab.locator("main i").count() == 0
    tab.keyboard.press("/")
    tab.keyboard.type("dist/x")
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_contain_text("there is nothing, neither in the content nor on disk")


def _look_again(tab: Page) -> None:
    """As the page tells a person who has no script, while it does not know yet."""
    tab.wait_for_load_state()
    while tab.get_by_text("It is shown here as soon as it is known").count():
        tab.reload()


def test_it_works_without_a_script(browser: Browser, served: Served) -> None:
    served.repo.gofigure("run", "check")
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(20_000)
    tab = context.new_page()
    tab.goto(served.login)
    tab.goto(f"{served.address}/history")
    tab.get_by_label("Job").select_option("check")
    tab.get_by_role("button", name="Show").click()
    expect(tab.locator(".past .item")).to_have_count(1)
    tab.goto(f"{served.address}/history?show=logs")
    tab.get_by_label("Words in logs").fill("ALL good")
    tab.get_by_role("button", name="Search").click()
    _look_again(tab)
    expect(tab.locator(".finds")).to_contain_text("all good <img src=x onerror=alert(1)>")
    tab.goto(f"{served.address}/content")
    _look_again(tab)
    tab.get_by_role("link", name="a.py").click()
    expect(tab).to_have_url(f"{served.address}/content?path=a.py&explain=1")
    context.close()
