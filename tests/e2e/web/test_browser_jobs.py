"""The Jobs page as a person uses it: form, text, errors, preview, saving, and the yes in the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from support.page import AtTerminal, Served
from support.repo import Repo
from support.rig import Rig

from .conftest import CONFIG, Opening


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


def test_another_file_that_names_it_is_shown_before_a_save(opening: Opening, served: Served) -> None:
    served.repo.write(".gofigure.local.toml", "[stages.types]\ntimeout = 5\n")
    tab = opening("/jobs")
    _stage(tab, "types")
    expect(tab.locator("fieldset")).to_contain_text("wherever this file names it; other files stay as they are")
    tab.locator("#field-name").fill("kinds")
    tab.keyboard.press("Enter")
    expect(tab.locator("#chip-stages-kinds")).to_be_visible()
    tab.keyboard.press("Control+s")
    review = tab.get_by_role("region", name="Preview")
    expect(review).to_contain_text(".gofigure.local.toml, line 1: stages.types.run")
    expect(review).to_contain_text("nothing runs until that is mended")


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


def test_what_is_on_disk_is_shown_though_it_was_there_before_a_save(opening: Opening, served: Served) -> None:
    before = _on_disk(served.repo)
    tab = opening("/jobs")
    expect(tab.locator("#chip-stages-types")).to_be_visible()
    tab.locator("#text").fill(before + "# mine\n")
    tab.keyboard.press("Control+s")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#disk")).not_to_have_attribute(
        "data-seen", tab.locator("#editor").get_attribute("data-seen") or ""
    )
    expect(tab.locator(".moved")).to_be_hidden()
    tab.locator("#text").fill(before + "# mine\n# more\n")
    served.repo.git("checkout", ".gofigure.toml")
    expect(tab.locator(".moved")).to_be_visible()
    tab.locator("#text").fill(before + "# mine\n")  # as it was saved: nothing is lost with it
    expect(tab.locator("#text")).to_have_value(before)
    expect(tab.locator(".moved")).to_be_hidden()


def test_what_is_edited_stays_though_its_file_has_gone(opening: Opening, served: Served) -> None:
    served.forgiven = ("404 (Not Found)", "409 (Conflict)")
    repo, text = served.repo, '[stages.there]\nrun = "true"\n'
    repo.git("branch", "other")
    repo.write("lib/.gofigure.toml", text)
    repo.commit("lib")
    tab = opening("/jobs?file=lib/.gofigure.toml")
    _stage(tab, "there")
    tab.locator("#field-stages-there-timeout").fill("5m")
    tab.keyboard.press("Tab")
    expect(tab.locator("#text")).to_have_value(f'{text}timeout = "5m"\n')
    repo.git("checkout", "-q", "other")
    expect(tab.locator("#link")).to_contain_text("no such file: what you have changed here stays")
    repo.git("checkout", "-q", "-")
    expect(tab.locator("#link")).to_have_text("")
    assert _text(tab) == f'{text}timeout = "5m"\n'
    tab.locator("#text").fill(text)
    repo.git("checkout", "-q", "other")
    expect(tab.locator("main")).to_contain_text("no such file")  # of what was not changed nothing is lost


def test_a_change_of_the_form_is_taken_back(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    _stage(tab, "types")
    whole = '[stages.types]\nrun = "true"\n\n[stages.last]\nrun = "x"\n'
    tab.locator("#text").click()
    tab.keyboard.press("Control+a")
    tab.keyboard.insert_text(whole)
    expect(tab.locator("#chip-stages-last")).to_be_visible()
    tab.locator("#field-stages-types-timeout").fill("5m")
    tab.keyboard.press("Tab")
    changed = whole.replace('"true"\n', '"true"\ntimeout = "5m"\n')
    expect(tab.locator("#text")).to_have_value(changed)
    assert tab.evaluate("document.activeElement.closest('.form') !== null")  # who is in the form stays there
    tab.locator("#text").click()
    tab.keyboard.press("Control+z")
    expect(tab.locator("#text")).to_have_value(whole)
    expect(tab.locator("#field-stages-types-timeout")).to_have_value("")
    tab.keyboard.press("Control+Shift+z")
    expect(tab.locator("#text")).to_have_value(changed)
    tab.keyboard.press("Control+z")
    tab.keyboard.press("Control+End")
    tab.keyboard.type("# typed")
    tab.locator("#field-stages-types-timeout").fill("6m")
    tab.keyboard.press("Tab")
    expect(tab.locator("#text")).to_have_value(changed.replace("5m", "6m") + "# typed")
    tab.locator("#text").click()
    tab.keyboard.press("Control+z")
    expect(tab.locator("#text")).to_have_value(whole + "# typed")


def test_nor_is_a_long_text_made_of_two(opening: Opening, served: Served) -> None:
    """Thousands of lines take a browser minutes: a name is typed where it stands; behind more is no step back."""
    tab = opening("/jobs")
    expect(tab.locator("#chip-stages-types")).to_be_visible()
    tab.locator("#text").press("Control+a")
    tab.keyboard.insert_text("# all is new\n")
    expect(tab.locator(".chip")).to_have_count(0)
    tab.on("dialog", lambda dialog: dialog.accept())
    rest = "\n".join(f"# {number}" for number in range(3000))
    long = f'[jobs.a]\nstages = ["x"]\n{rest}\n[stages.x]\nrun = "true"\n'
    served.repo.config(long)
    tab.get_by_role("button", name="Reload it").click()
    expect(tab.locator("#text")).to_have_value(long)
    tab.locator("#text").click()
    tab.keyboard.press("Control+z")
    assert _text(tab) == long
    tab.locator("#chip-stages-x").click()
    tab.locator("#field-name").fill("y")
    tab.keyboard.press("Enter")
    renamed = long.replace('"x"', '"y"').replace("s.x]", "s.y]")
    expect(tab.locator("#text")).to_have_value(renamed)
    tab.locator("#text").click()
    tab.keyboard.press("Control+z")
    tab.keyboard.press("Control+z")
    expect(tab.locator("#text")).to_have_value(long)


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


def test_a_code_that_counts_no_more_is_not_asked_for(sitting: AtTerminal, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(sitting.login)
    tab.goto(f"{sitting.address}/jobs")
    expect(tab.locator("#chip-stages-types")).to_be_visible()
    tab.locator("#text").fill(_text(tab) + "# more\n")
    tab.keyboard.press("Control+s")
    tab.get_by_role("button", name="Save", exact=True).click()
    for number in range(5):
        tab.locator("#code").fill("WRONG")
        tab.keyboard.press("Enter")
        if number < 4:
            expect(tab.locator("#code")).to_have_value("")
    expect(tab.locator("#said")).to_contain_text("it counts no more (in a terminal: gofigure allow)")
    expect(tab.locator("#code")).to_have_count(0)


def test_what_is_no_value_is_said_beside_its_field(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    before = _text(tab)
    _stage(tab, "types")
    env, said = tab.locator("#field-stages-types-env"), tab.locator("#field-stages-types-env-said")
    for typed, words in (
        ("A=1\nCI", "CI is no NAME=value"),
        ("=1", "=1 is no NAME=value"),
        ("A=1\nA=2", "A is there twice"),
    ):
        env.fill(typed)
        tab.keyboard.press("Tab")
        expect(said).to_contain_text(words)
        expect(env).to_have_attribute("aria-invalid", "true")
    tab.locator("#field-stages-types-timeout").fill("5m")
    tab.keyboard.press("Control+s")
    expect(tab.locator("#text")).to_have_value(before.replace("[stages.unit]", 'timeout = "5m"\n[stages.unit]'))
    expect(env).to_have_value("A=1\nA=2")  # it stays, and is marked
    expect(tab.locator("#chip-stages-types.bad")).to_be_visible()
    expect(tab.locator("#save")).to_be_disabled()
    env.fill("A=1\nB=2=3")
    tab.keyboard.press("Control+s")  # without leaving the field
    expect(tab.locator(".review .plus")).to_have_text(['+ timeout = "5m"\n', '+ env = { A = "1", B = "2=3" }\n'])
    expect(said).not_to_contain_text("not in the text")
    expect(tab.locator("#save")).to_be_enabled()


def test_of_a_thousand_names_some_are_to_be_seen(opening: Opening, served: Served) -> None:
    tab = opening("/jobs")
    names = [f"s{number}" for number in range(1000)]
    more = "".join(f'[stages.{name}]\nrun = "true"\n' for name in names)
    served.repo.config(_on_disk(served.repo) + more)
    expect(tab.locator("#chip-stages-s999")).to_be_attached()
    tab.locator("#chip-stages-s500").click()
    expect(tab.locator("#field-name")).to_have_value("s500")
    expect(tab.locator("#field-name")).to_be_in_viewport()
    expect(tab.locator("#chip-stages-s500")).to_be_in_viewport()  # the list stays where it was
    tab.locator("#new-stages").fill("last")
    tab.keyboard.press("Enter")
    expect(tab.locator("#field-name")).to_have_value("last")
    expect(tab.locator("#chip-stages-last")).to_be_in_viewport()


def test_what_was_saved_is_shown_before_its_turn(opening: Opening, served: Served) -> None:
    """Who looks on asks seldom; who has acted does not wait. The tab's clock stands: nobody's turn would come."""
    tab = opening("/jobs")
    expect(tab.locator("#chip-stages-types")).to_be_visible()
    tab.clock.install()
    tab.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    served.repo.config(_on_disk(served.repo) + "# theirs\n")
    expect(tab.locator("#text")).to_have_value(_on_disk(served.repo))
    tab.locator("#text").fill(_text(tab) + '[stages.more]\nrun = "x"\n')
    tab.keyboard.press("Control+s")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#may-run")).to_contain_text("nobody has said yes")


def test_a_page_to_look_at_says_so(rig: Rig, repo: Repo, context: BrowserContext) -> None:
    repo.config(CONFIG % "true")
    page = Served(rig, repo, "--read-only")
    tab = context.new_page()
    tab.goto(page.login)
    tab.goto(f"{page.address}/jobs")
    _stage(tab, "types")
    expect(tab.locator("#top")).to_contain_text("read-only")
    expect(tab.locator("#field-stages-types-run")).to_be_disabled()
    expect(tab.locator("#text")).not_to_be_editable()
    ground = "one => getComputedStyle(one).backgroundColor"
    sunk = tab.locator(".gutter").evaluate(ground)
    for name in ("#field-stages-types-run", "#field-stages-types-inputs", "#field-stages-types-type", "#text"):
        assert tab.locator(name).evaluate(ground) == sunk, name


def test_what_no_text_field_holds_is_marked(opening: Opening, served: Served) -> None:
    served.repo.write(".gofigure.toml", b"\xef\xbb\xbf" + _on_disk(served.repo).encode())
    tab = opening("/jobs")
    expect(tab.locator(".form")).to_contain_text("what is wrong is marked in it")
    expect(tab.locator("#problems li")).to_have_count(1)
    expect(tab.locator("#problems")).to_contain_text("byte order mark")
    expect(tab.locator(".gutter .bad")).to_have_text("1")


def test_a_file_that_is_not_there(opening: Opening, served: Served) -> None:
    served.forgiven = ("404 (Not Found)",)
    tab = opening("/jobs?file=local")
    expect(tab.locator("#may-run")).to_contain_text("no .gofigure.local.toml yet")
    expect(tab.locator("#text")).to_have_value("")
    tab.goto(served.address + "/jobs?file=other")
    expect(tab.locator("main")).to_contain_text("no such file")
