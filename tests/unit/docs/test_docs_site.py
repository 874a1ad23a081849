"""The site: it builds, every page is sound, every link leads somewhere, and nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from docs.site.build import NoSuchFileError, Site, build
from docs.site.made import completed
from docs.site.pages import ROOT, Page, decisions, sections
from docs.site.render import render
from gofigure.config.schema import KEYS
from gofigure.targets import KINDS

PAGES = [page for section in sections() for page in section.pages]
_VOID = {"meta", "link", "input", "br", "hr", "img"}


class Read(HTMLParser):
    """One page, as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.wrong: list[str] = []
        self.titles: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids += [said["id"]] if "id" in said else []
        self.leads += [said["href"]] if tag == "a" else []
        self.loads += [said[name] for name in ("src", "href") if name in said and tag != "a"]
        self.wrong += [f"{tag} with {name}" for name in said if name.startswith("on") or name == "style"]
        self.wrong += [f"a picture without words: {said.get('src')}"] if tag == "img" and not said.get("alt") else []
        self.titles += [tag] if re.fullmatch("h[1-6]", tag) else []
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> ends nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"} and data.strip():
            self.wrong.append(f"inline {self.open[-1]}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build(out)
    return out


@pytest.fixture(scope="module")
def read(site: Path) -> dict[str, Read]:
    """By their place in the site."""
    return {str(file.relative_to(site)): Read(file.read_text()) for file in site.rglob("*.html")}


def test_every_page_is_sound(read: dict[str, Read]) -> None:
    assert len(read) == len(PAGES) + len(decisions())
    for name, page in read.items():
        assert (page.wrong, page.open) == ([], []), name
        assert len(page.ids) == len(set(page.ids)), f"{name}: {page.ids}"
        assert page.titles.count("h1") == 1, name


def test_every_link_leads_somewhere(site: Path, read: dict[str, Read]) -> None:
    for name, page in read.items():
        for address in page.leads:
            if re.match("https://", address):
                continue
            path, _, anchor = unquote(address).partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            assert (site / there).is_file(), f"{name} leads to {address}"
            assert not anchor or anchor in read[there].ids, f"{name} leads to {address}"


def test_nothing_comes_from_elsewhere(site: Path, read: dict[str, Read]) -> None:
    for name, page in read.items():
        for address in page.loads:
            there = site / os.path.dirname(name) / address
            assert address == "data:," or there.is_file(), f"{name} loads {address}"
    for file in (*site.glob("*.css"), site / "site.js"):
        assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttpRequest", file.read_text().replace("not fetch", ""))


def test_no_page_is_forgotten() -> None:
    known = {page.source for page in (*PAGES, *decisions())}
    there = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md")}
    assert there - known == set(), "a page that docs/site/pages.py does not name"
    for target in KINDS:
        assert f"docs/targets/{target}.md" in known
        assert f"(targets/{target}.md)" in (ROOT / "docs/targets.md").read_text()


def test_the_page_of_a_target_has_every_key_that_is_its_own() -> None:
    for key in KEYS:
        for target in key.targets:
            text = completed((ROOT / f"docs/targets/{target}.md").read_text())
            assert f"configuration.md#stages.{key.name})" in text, f"{target}: {key.name}"


def test_every_key_command_and_decision_is_in_the_reference(site: Path, read: dict[str, Read]) -> None:
    from gofigure.cli.main import gofigure

    for key in KEYS:
        assert f"{key.table.partition('.')[0]}.{key.name}".lstrip(".") in read["configuration.html"].ids
    commands = (site / "commands.html").read_text()
    context = gofigure.make_context("gofigure", [], resilient_parsing=True)
    for name in gofigure.list_commands(context):
        command = gofigure.get_command(context, name)
        assert f"gofigure-{name}" in read["commands.html"].ids
        assert command is not None
        for parameter in command.params:
            if getattr(parameter, "hidden", False):
                continue
            assert all(option in commands for option in parameter.opts if option.startswith("-")), f"{name} {parameter}"
    for page in decisions():
        assert page.out in read["decisions.html"].leads


def test_a_search_finds_every_section(site: Path) -> None:
    import json

    index = json.loads((site / "index.js").read_text().removeprefix("window.docsIndex = ").removesuffix(";\n"))
    found = {address for address, *_ in index}
    assert "configuration.html#stages.needs" in found
    assert "hooks.html#fixers" in found
    assert any("made again" in words for *_, words in index)


def test_a_link_to_nothing_stops_the_build(tmp_path: Path) -> None:
    page = Page("docs/x.md", "x.html", "X")
    site = Site([], {page.source: page})
    with pytest.raises(NoSuchFileError, match=r"docs/x\.md leads to docs/gone\.md, which is not there"):
        render("[gone](gone.md#there)", source=page.source, leads=lambda path: site.address(page, path, tmp_path))


def test_titles_get_anchors_and_markup_is_text() -> None:
    done = render(
        "# A `b` c\n## Same\n## Same\n### x {#y.z}\n<b onclick=x>\n", source="docs/x.md", leads=lambda path: path
    )
    assert [(one.anchor, one.title) for one in done.headings] == [
        ("a-b-c", "A b c"), ("same", "Same"), ("same-1", "Same"), ("y.z", "x"),
    ]  # fmt: skip
    assert "{#y.z}" not in done.html
    assert "<b" not in done.html


def test_a_folder_of_somebody_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something else"):
        build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def _lines() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for line in (ROOT / page.source).read_text().splitlines():
            yield page.source, line


def test_a_remark_is_no_text(read: dict[str, Read], site: Path) -> None:
    assert any("<!--" in line for _, line in _lines())
    for name in read:
        assert "<p>&lt;!--" not in (site / name).read_text(), name
