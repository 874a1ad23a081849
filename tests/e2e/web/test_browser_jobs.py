"""The Jobs page as a person uses it: form, text, errors, preview, saving, and the yes in the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from support.page import AtTerminal, Served
from support.repo import Repo

from .conftest import Opening


def _text(tab: Page) -> str:
    return tab.locator("#text").input_value()


def _stage(tab: Page, name: str) -> None:
    tab.locator(f"#chip-stages-{name}").click()
    expect(tab.locator("#field-name")).to_have_value(name)


def _on_disk(repo: Repo) -> str:
    return (repo.root / ".gofigure.toml").read_text()


def test_form_text_error_preview_save_and_the_yes(opening: Opening, served: Served) -> None:
    repo = served.repo
    before = _on_disk(repo)
    served.forgiven = ("409 (Conflict)",)  # what is refused below
    tab = opening("/jobs")
    expect(tab.locator("#may-run")).to_contain_text("may run")
    _stage(tab, "types")
    tab.locator("#field-stages-types-timeout").fill("5 minutes")
    tab.keyboard.press("Tab")
    expect(tab.locator("#problems")).to_contain_text('found "5 minutes"')
    expect(tab.locator("#field-stages-types-timeout")).to_have_attribute("aria-invalid", "true")
    expect(tab.locator("#field-stages-types-timeout-said")).to_contain_text("expected a number of seconds")
    line = _text(tab).split("\n").index('timeout = "5 minutes"') + 1
    expect(tab.locator(".gutter .bad")).to_have_text(str(line))
    tab.get_by_role("button", name=f"line {line}").click()
    chosen = tab.evaluate(
        "(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(text)"
    )
    assert chosen == 'timeout = "5 minutes"'
    tab.get_by_role("button", name="Preview and save…").click()
    expect(tab.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    tab.locator("#field-stages-types-timeout").fill("5m")
    tab.keyboard.press("Tab")
    expect(tab.locator("#problems li")).to_have_count(0)
    tab.locator("#field-stages-types-run").fill("touch ../from-the-page")
    tab.keyboard.press("Tab")
    was, is_now = (
        'run = "true"\ninputs = ["*.py"]\n',
        'run = "touch ../from-the-page"\ninputs = ["*.py"]\ntimeout = "5m"\n',
    )
    expect(tab.locator("#text")).to_have_value(before.replace(was, is_now))
    tab.keyboard.press("Control+s")
    review = tab.get_by_role("region", name="Preview")
    expect(review.locator(".plus").first).to_have_text('+ run = "touch ../from-the-page"\n')
    expect(review.locator(".plan")).to_contain_text("1 file a.py")
    assert not (repo.root.parent / "from-the-page").exists()
    review.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#may-run")).to_contain_text("nobody has said yes")
    assert _on_disk(repo) == _text(tab)
    tab.goto(served.address)
    tab.locator('[data-key="job-check"]').get_by_role("button", name="Run").click()
    expect(tab.locator("#said")).to_contain_text("nobody has said yes")
    assert repo.gofigure("run", "check").returncode == 2
    tab.goto(served.address + "/jobs")
    expect(tab.locator("#may-run")).to_contain_text("gofigure allow")
    assert repo.gofigure("allow", "--yes").returncode == 0
    expect(tab.locator("#may-run")).to_contain_text("may run")
    tab.goto(served.address)
    tab.locator('[data-key="job-check"]').get_by_role("button", name="Run").click()
    expect(tab.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    assert (repo.root.parent / "from-the-page").exists()


def test_the_text_fills_the_form(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    _stage(tab, "types")
    text = _text(tab)
    tab.locator("#text").fill(
        text + "[stages.more]\nrun = '''\na\nb'''\nenv = { A = \"1\" }\ninputs = [\"x\", \"y\"]\ncache = false\n"
    )
    _stage(tab, "more")
    expect(tab.locator("#field-stages-more-run")).to_have_value("a\nb")
    expect(tab.locator("#field-stages-more-env")).to_have_value("A=1")
    expect(tab.locator("#field-stages-more-inputs")).to_have_value("x\ny")
    expect(tab.locator("#field-stages-more-cache")).to_have_value("false")
    tab.locator("#text").fill(text + "[stages")
    expect(tab.locator(".form")).to_contain_text("no TOML yet")
    expect(tab.locator("#problems")).to_contain_text("not valid TOML")
    tab.locator("#text").fill("[jobs.\"<img src=x onerror=alert(1)>\"]\nstages = ['<b>x</b>']\n")
    expect(tab.locator("#problems")).to_contain_text("<img src=x")
    assert tab.locator("main img, main .form b").count() == 0
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Discard").click()
    expect(tab.locator("#text")).to_have_value(text)


def test_new_renamed_and_removed(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    tab.locator("#new-stages").fill("suite")
    tab.locator("#new-target").select_option("pytest")
    tab.locator("#new-stages").press("Enter")
    expect(tab.locator("#field-name")).to_have_value("suite")
    expect(tab.locator("#new-stages")).to_have_value("")
    expect(tab).to_have_title(re.compile("Jobs · repo"))
    assert '# locations = ["services/api"]' in _text(tab)
    tab.locator("#chip-jobs-check").click()
    tab.locator("#field-jobs-check-stages").fill("lint\nunit\ntypes\nsuite")
    tab.locator("#field-jobs-check-on").get_by_label("pre-push").check()
    expect(tab.locator("#field-jobs-check-on").get_by_label("pre-push")).to_be_checked()
    _stage(tab, "suite")
    tab.locator("#field-name").fill("all-tests")
    tab.keyboard.press("Enter")
    expect(tab.locator("#chip-stages-all-tests")).to_be_visible()
    assert 'stages = ["lint", "unit", "types", "all-tests"]' in _text(tab)
    assert 'on = ["change", "pre-push"]' in _text(tab) or 'on = ["pre-push", "change"]' in _text(tab)
    tab.get_by_role("button", name="Remove this stage").click()
    expect(tab.locator("#problems")).to_contain_text("all-tests")
    assert "[stages.all-tests]" not in _text(tab)


def test_somebody_else_writes_it_meanwhile(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    _stage(tab, "types")
    served.repo.config(_on_disk(served.repo) + "# theirs\n")
    expect(tab.locator("#text")).to_have_value(_on_disk(served.repo))  # nothing was edited here
    tab.locator("#text").fill(_text(tab) + "# mine\n")
    served.repo.config(_on_disk(served.repo) + "# theirs, again\n")
    expect(tab.locator(".moved")).to_be_visible()
    assert _text(tab).endswith("# mine\n")
    tab.get_by_role("button", name="Show both").click()
    review = tab.get_by_role("region", name="Preview")
    expect(review.locator(".minus")).to_have_text("- # theirs, again\n")
    expect(review).to_contain_text("goes away")
    tab.get_by_role("button", name="Reload it").click()  # and say no
    assert _text(tab).endswith("# mine\n")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Reload it").click()
    expect(tab.locator("#text")).to_have_value(_on_disk(served.repo))
    expect(tab.locator(".moved")).to_be_hidden()


@pytest.fixture
def sitting(repo: Repo, served: Served) -> Iterator[AtTerminal]:
    served.running.close()
    made = AtTerminal(repo)
    yield made
    made.close()


def test_the_code_typed_into_the_page(sitting: AtTerminal, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(sitting.login)
    tab.goto(f"{sitting.address}/jobs")
    expect(tab.locator("#chip-stages-types")).to_be_visible()
    tab.locator("#text").fill(_text(tab).replace('run = "true"', 'run = "touch ../by-code"'))
    tab.keyboard.press("Control+s")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#said")).to_contain_text("above the text")
    sitting.terminal.until("type into the page")
    expect(tab.locator("#code")).to_be_in_viewport()
    expect(tab.locator("#may-run")).to_contain_text("nobody has said yes")
    tab.locator("#code").fill("WRONG")
    tab.get_by_role("button", name="Allow").click()
    expect(tab.locator("#said")).to_contain_text("not the code")
    tab.locator("#code").fill(sitting.code)
    tab.keyboard.press("Enter")
    expect(tab.locator("#may-run")).to_contain_text("may run")
    assert sitting.repo.gofigure("run", "types").returncode == 0
    assert Path(sitting.repo.root.parent / "by-code").exists()


def test_a_file_that_is_not_there(opening: Opening, served: Served) -> None:
    served.forgiven = ("404 (Not Found)",)
    tab = opening("/jobs?file=local")
    expect(tab.locator("#may-run")).to_contain_text("no .gofigure.local.toml yet")
    expect(tab.locator("#text")).to_have_value("")
    tab.goto(served.address + "/jobs?file=other")
    expect(tab.locator("main")).to_contain_text("no such file")
