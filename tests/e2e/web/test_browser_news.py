"""What a person has chosen or typed outlives news, Back, and what goes wrong meanwhile."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect
from support.page import Served

from .conftest import CONFIG, Opening

_LONG = "a" * 100


def test_back_leads_to_the_line_again(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1?stage=unit&file=0&find=50&line=50")
    expect(tab.locator(".log .found")).to_have_text("5050")
    tab.locator(".stages a", has_text="lint").click()
    expect(tab.locator(".log")).to_contain_text("all good")
    assert tab.get_by_label("Search in the log").input_value() == ""
    tab.go_back()
    expect(tab.locator(".log .found")).to_have_text("5050")
    expect(tab.get_by_label("Search in the log")).to_have_value("50")
    expect(tab.get_by_role("button", name="Next find")).to_be_visible()


def test_news_leaves_the_tools_of_a_log(opening: Opening, served: Served) -> None:
    assert served.gate is not None
    tab = opening()
    tab.locator('[data-key="job-slow"]').get_by_role("button", name="Run").click()
    served.gate.arrive()
    tab.goto(f"{served.address}/runs/1")
    expect(tab.locator(".log")).to_contain_text("before")
    tab.keyboard.press("w")
    tab.get_by_label("Search in the log").fill("before")
    expect(tab.locator("[data-log-found]")).to_contain_text("1 of ")
    served.gate.open()
    expect(tab.locator("h1 .mark.passed")).to_be_visible()
    expect(tab.locator(".log")).to_contain_text("after")
    expect(tab.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("button", name="Next find")).to_be_visible()
    expect(tab.locator("[data-log-found]")).to_contain_text("1 of ")
    expect(tab.get_by_role("button", name="Follow")).to_be_hidden()
    tab.get_by_label("Search in the log").press("Escape")
    expect(tab.get_by_role("button", name="Next error")).to_be_visible()
    expect(tab.locator("[data-log-found]")).to_be_empty()
    expect(tab.locator(".log .found")).to_have_count(0)
    tab.get_by_role("tab", name="Why").click()
    expect(tab.locator("#panel-why")).to_contain_text("none: ")
    expect(tab.locator("#panel-why")).not_to_contain_text("not proven: ")


def test_a_search_says_how_far_it_is(opening: Opening, served: Served) -> None:
    served.repo.config("[jobs.check]\nstages = ['s']\n[stages.s]\nrun = 'echo hm; exit 1'\n")
    served.repo.gofigure("allow", "--yes")
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1")
    expect(tab.locator("[data-log-found]")).to_have_text("no line complains")
    held: list[Route] = []
    tab.route("**/search?q=*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    tab.get_by_label("Search in the log").fill("hm")
    expect(tab.locator("[data-log-found]")).to_have_text("searching…")
    held[0].continue_()
    expect(tab.locator("[data-log-found]")).to_contain_text("1 of ")


def test_the_log_of_another_attempt_and_back(opening: Opening, served: Served) -> None:
    served.repo.config("[jobs.check]\nstages = ['s']\n[stages.s]\nrun = 'echo from $$; exit 1'\nretries = 1\n")
    served.repo.gofigure("allow", "--yes")
    served.repo.gofigure("run", "check")
    tab = opening("/runs/1")
    log, which = tab.locator(".log .line").first, tab.get_by_label("Which log")
    expect(which).to_have_value("1")
    expect(log).to_contain_text("from")
    second = log.inner_text()
    for _ in range(2):
        which.select_option("0")
        expect(log).not_to_have_text(second)
        expect(log).to_contain_text("from")
        expect(tab.get_by_role("link", name="Download")).to_have_attribute("href", re.compile("/0/0/raw$"))
        tab.go_back()
        expect(which).to_have_value("1")
        expect(log).to_contain_text(second.split()[-1])


def test_a_button_that_becomes_another_keeps_the_focus(opening: Opening, served: Served) -> None:
    assert served.gate is not None
    tab = opening()
    slow = tab.locator('[data-key="job-slow"]')
    slow.get_by_role("button", name="Run").focus()
    tab.keyboard.press("Enter")
    served.gate.arrive()
    expect(slow.get_by_role("button", name="Cancel")).to_be_focused()


def test_of_two_choices_that_exclude_each_other_the_newer_counts(opening: Opening, served: Served) -> None:
    served.repo.gofigure("run", "check")
    tab = opening("/content")
    which = tab.get_by_label("Content of")
    tab.get_by_role("searchbox", name="Commit").fill("HEAD")
    expect(which).to_have_value("commit")
    tab.get_by_role("button", name="Show").click()
    expect(tab.locator(".crumbs")).to_contain_text("commit")
    tab.wait_for_load_state()  # before that nobody hears what is chosen
    which.select_option("the working tree")
    tab.get_by_role("button", name="Show").click()
    expect(tab).to_have_url(re.compile(r"/content\??$"))
    expect(which).to_have_value("")
    tab.goto(f"{served.address}/history?show=durations")
    expect(tab.locator("[name=job]")).to_have_value("check")  # the one that is drawn
    tab.locator("[name=stage]").select_option("unit")
    tab.get_by_role("button", name="Show").click()
    expect(tab.locator("#trend")).to_contain_text("Stage unit")
    expect(tab).not_to_have_url(f"{served.address}/history?show=durations&job=check&stage=unit")


def _has_cells_that_run_over(tab: Page) -> bool:
    cells = "[...document.querySelectorAll('.tree [role=cell]')]"
    return bool(tab.evaluate(f"{cells}.some((one) => one.scrollWidth > one.clientWidth + 1)"))


def test_long_names_and_small_screens(opening: Opening, served: Served) -> None:
    assert served.gate is not None
    served.repo.config((CONFIG % served.gate.sh).replace("types", _LONG))
    served.repo.gofigure("allow", "--yes")
    served.repo.gofigure("run", "check")
    tab = opening("/content")
    expect(tab.locator(".who").first).to_be_visible()
    assert not _has_cells_that_run_over(tab)
    tab.set_viewport_size({"width": 390, "height": 800})
    assert not _has_cells_that_run_over(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.goto(served.address)
    expect(tab.locator('[data-key="job-check"] time')).to_be_visible()
    tab.goto(f"{served.address}/runs/1")
    labels = "[...document.querySelectorAll('.drawing .label')]"
    assert tab.evaluate(f"{labels}.every((one) => one.getBBox().width > 20 && one.getBBox().width <= 136)")
    brand, keys = tab.locator(".brand").bounding_box(), tab.locator("#help").bounding_box()
    assert brand is not None
    assert keys is not None
    assert keys["y"] < brand["y"] + brand["height"]


def test_docs_have_no_marks_of_their_source(opening: Opening, served: Served) -> None:
    tab = opening("/docs")
    expect(tab.locator('[id="jobs.on"] code').first).to_have_text("change")
    assert "`" not in "".join(tab.locator("article > p").all_inner_texts())
    assert tab.locator("td", has_text="Durations over time").count() == 0
