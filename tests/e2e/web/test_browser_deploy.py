"""Deploy and Docs in a real browser: the way back, a reset that was seen, and words that are found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.kubernetes.cluster import Cluster, project_on, stub_cluster
from support.kubernetes.manifests import config_map, configure, deployment
from support.page import Served
from support.repo import Repo
from support.rig import Rig, until

from .conftest import Opening

_SCREENSHOTS = os.environ.get("GOFIGURE_SCREENSHOTS")
_BAD = "<img src=x onerror=alert(1)>"


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return stub_cluster(tmp_path / "cluster")


@pytest.fixture
def served(rig: Rig, repo: Repo, cluster: Cluster) -> Served:
    """In place of the usual one: a project with two deploys behind it, of which the second has hostile names."""
    project = project_on(cluster, repo)
    configure(project, cluster, 'reset = "all"\nallow_delete_all = true\n')
    both = (project.root / ".gofigure.toml").read_text()
    both += '[jobs.more]\nstages = ["owned", "live"]\n'
    for name, more in (("owned", 'reset = "owned"'), ("live", "protected = true")):
        both += f'[stages.{name}]\ntarget = "kubernetes"\nlocations = ["{name}"]\n'
        both += f'context = "kind-tests"\nnamespace = "{cluster.namespace}"\n{more}\n'
    project.config(both)
    project.write("owned/a.yml", config_map("settings", "one") + "---\n" + deployment("api", "shop/api:1"))
    project.write("deploy/b.yml", config_map("b"))
    project.write("live/c.yml", config_map("c"))
    project.commit()
    served = Served(rig, project)
    assert project.gofigure("run", "owned").returncode == 0
    project.write("owned/a.yml", config_map("settings", f"'{_BAD}'") + "---\n" + deployment("api", f"'shop/{_BAD}'"))
    assert project.gofigure("run", "owned").returncode == 0
    return served


def test_the_way_back_is_shown_first(opening: Opening, served: Served, cluster: Cluster) -> None:
    tab = opening("/deploy?stage=owned")
    where = tab.locator(".where")
    expect(where).to_contain_text("local cluster")
    expect(where).to_contain_text("kind-tests")
    tab.get_by_role("tab", name="Changed").click()
    expect(tab.locator("#panel-changed .new").first).to_be_visible()
    expect(tab.locator("#panel-changed")).to_contain_text(_BAD)
    tab.get_by_role("tab", name="Images").click()
    expect(tab.locator("#panel-images")).to_contain_text("no stage of this repository")
    assert tab.locator("img").count() == 0
    tab.get_by_role("link", name="Roll back…").click()
    expect(tab.locator(".back .gone").first).to_be_visible()
    assert cluster.objects()["configmap/settings"]["data"]["ports"] == _BAD  # nothing has happened yet
    tab.get_by_role("button", name="Roll back to run 1").click()
    tab.get_by_role("tab", name="Deploys").click()
    expect(tab.locator("#panel-deploys tbody tr").first).to_contain_text("back to run 1")
    assert cluster.objects()["configmap/settings"]["data"]["ports"] == "one"


def test_a_reset_wants_its_list_seen_and_its_name_typed(opening: Opening, served: Served, cluster: Cluster) -> None:
    served.forgiven = ("409",)  # what it is refused with
    tab = opening("/deploy?stage=deploy")
    assert tab.get_by_role("button", name="Deploy", exact=True).count() == 0
    tab.get_by_role("button", name="Look").click()
    tab.get_by_role("tab", name="Cluster").click()
    expect(tab.locator(".reset")).to_contain_text("deployment/api")
    tab.get_by_role("button", name="Reset and deploy").click()
    expect(tab.locator("#said")).to_contain_text("type the stage's name")
    assert "deployment/api" in cluster.objects()
    tab.get_by_label("Type deploy").fill("deploy")
    tab.get_by_role("button", name="Reset and deploy").click()
    expect(tab.locator(".where .mark.passed")).to_be_visible()
    assert "deployment/api" not in cluster.objects()


def test_what_is_protected_says_so_in_words(opening: Opening, served: Served) -> None:
    tab = opening("/deploy?stage=live")
    expect(tab.locator(".where")).to_contain_text("protected")
    expect(tab.locator(".where")).to_contain_text("by hand only, never from the page")
    assert tab.locator("[data-do]").count() == 0


def test_a_look_that_fails_says_so_where_it_was_asked_for(opening: Opening, served: Served) -> None:
    text = (served.repo.root / ".gofigure.toml").read_text()
    served.repo.config(text.replace('context = "kind-tests"', 'context = "no-such"'))
    served.repo.gofigure("allow", "--yes")
    tab = opening("/deploy?stage=owned")
    tab.get_by_role("button", name="Look").click()
    expect(tab.locator(".where .bad")).to_contain_text("no-such")


def test_keys_lead_through_the_stages(opening: Opening, served: Served) -> None:
    tab = opening("/deploy")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{served.address}/deploy?stage=owned")


def test_docs_are_searched_and_led_to(opening: Opening, served: Served) -> None:
    tab = opening("/docs")
    tab.keyboard.press("/")
    tab.keyboard.type("allow_delete_all")
    expect(tab.locator('[id="stages.allow_delete_all"]')).to_be_visible()
    expect(tab.locator('[id="jobs.on"]')).to_be_hidden()
    served.repo.gofigure("run", "owned")  # elsewhere: what was looked for is still
    expect(tab.locator('[id="jobs.on"]')).to_be_hidden()
    tab.keyboard.type(" nothing_like_it")
    expect(tab.locator("[data-search-found]")).to_have_text("nothing holds these words")
    tab.keyboard.press("Escape")
    expect(tab.locator('[id="jobs.on"]')).to_be_visible()
    expect(tab.locator("#gofigure-run")).to_contain_text("--staged")
    served.repo.config("[jobs.check]\non = ['never']\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    tab = opening("/")
    tab.locator(".notice a", has_text="jobs.check.on").click()
    expect(tab).to_have_url(f"{served.address}/docs#jobs.on")


@pytest.fixture
def looked(served: Served) -> Served:
    served.do("look", stage="owned")
    served.do("look", stage="deploy")
    asked = [f"/deploy?stage={one}" for one in ("owned", "deploy")]
    until(lambda: not any(served.get(one)["shown"]["live"]["under_way"] for one in asked), what="they have answered")
    served.login = f"{served.address}/login?ticket={served.get('/ticket')['ticket']}"  # the first one is used up
    return served


_PATHS = (
    ("deploy", "/deploy?stage=owned"),
    ("deploy-objects", "/deploy?stage=owned#objects"),
    ("deploy-back", "/deploy?stage=owned&to=1"),
    ("deploy-cluster", "/deploy?stage=owned#cluster"),
    ("deploy-reset", "/deploy?stage=deploy#cluster"),
    ("deploy-protected", "/deploy?stage=live"),
    ("docs", "/docs"),
    ("docs-key", "/docs#stages.reset"),
)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits(opening: Opening, looked: Served, scheme: str, width: int) -> None:
    tab = opening()
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of its words
    for name, path in _PATHS:
        tab.goto(looked.address + path)
        expect(tab.locator("main")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if _SCREENSHOTS:
            tab.wait_for_timeout(300)
            tab.screenshot(path=f"{_SCREENSHOTS}/{name}-{scheme}-{width}.png")


def test_nothing_is_wrong_with_deploy(looked: Served, seen: Page, faults: Callable[[Page, Served, str], None]) -> None:
    for path in ("/deploy?stage=owned&to=1", "/deploy?stage=deploy#cluster", "/deploy?stage=live"):
        faults(seen, looked, path)


def test_nothing_is_wrong_with_docs(seen: Page, served: Served, axe: str) -> None:
    """A page of much text takes axe-core long: it is asked once in each light."""
    for scheme, width in (("light", 1280), ("dark", 390)):
        seen.set_viewport_size({"width": width, "height": 800})
        seen.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        seen.goto(f"{served.address}/docs")
        seen.evaluate(axe)
        found = seen.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
