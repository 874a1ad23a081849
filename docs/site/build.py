"""Builds the whole site into a folder: pages, style, script, search index, pictures. Needs no network."""

from __future__ import annotations

import json
import os
import shutil
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from docs.site.made import completed
from docs.site.pages import ROOT, Page, Section, decisions, sections, title_of
from docs.site.render import Heading, Rendered, render
from gofigure import __version__

_HERE = Path(__file__).resolve().parent
_PAGE_CSS = ROOT / "gofigure" / "web" / "static" / "page.css"
_COLOURS_END = "* { box-sizing"  # what stands above it in the page's style are the names of colours
_PICTURES = (".png", ".svg", ".jpg", ".gif")


class NoSuchFileError(Exception):
    """A page leads to a file that is not there."""


class Site(NamedTuple):
    sections: list[Section]
    pages: dict[str, Page]  # by source

    def address(self, page: Page, path: str, out: Path) -> str:
        """Where `path` of the repository is, from `page`; a file that is no page is taken along."""
        if path in self.pages:
            return page.up + self.pages[path].out
        file = ROOT / path
        if not file.is_file():
            raise NoSuchFileError(f"{page.source} leads to {path}, which is not there")
        name = f"files/{path.lstrip('.').replace('/', '-')}"
        name = name if name.endswith(_PICTURES) else f"{name}.txt"  # so that a browser shows it
        (out / "files").mkdir(exist_ok=True)
        shutil.copyfile(file, out / name)
        return page.up + name


def build(out: Path) -> list[Page]:
    """`out` is emptied, if it is a site of ours. Raises NoSuchFileError."""
    _make_room(out)
    parts = sections()
    every = [*(page for section in parts for page in section.pages), *decisions()]
    site = Site(parts, {page.source: page for page in every})
    template = Template((_HERE / "page.html").read_text())
    index: list[tuple[str, str, str, str]] = []
    for page in every:
        rendered = _rendered(site, page, out)
        place = out / page.out
        place.parent.mkdir(exist_ok=True)
        place.write_text(template.substitute(_filled(site, page, rendered)))
        index += [(f"{page.out}#{one.anchor}", page.title, one.title, one.words) for one in rendered.found]
    (out / "index.js").write_text(f"window.docsIndex = {json.dumps(index, ensure_ascii=True)};\n")
    shutil.copyfile(_HERE / "site.js", out / "site.js")
    return every


def _make_room(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / "site.css").is_file():
            raise FileExistsError(f"{out} holds something else")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    # First of all: by this file a site that was left half made is known as ours.
    (out / "site.css").write_text(_PAGE_CSS.read_text().partition(_COLOURS_END)[0] + (_HERE / "site.css").read_text())


def _rendered(site: Site, page: Page, out: Path) -> Rendered:
    text = completed((ROOT / page.source).read_text())
    # What is made names pages from the top of docs/, wherever it is put.
    text = text.replace("](configuration.md", f"]({os.path.relpath('docs/configuration.md', Path(page.source).parent)}")
    return render(text, source=page.source, leads=lambda path: site.address(page, path, out))


def _filled(site: Site, page: Page, rendered: Rendered) -> dict[str, str]:
    title = title_of((ROOT / page.source).read_text()) or page.title
    return {
        "title": escape(title),
        "up": page.up,
        "version": escape(__version__),
        "list": "\n".join(_listed(section, page) for section in site.sections),
        "body": rendered.html,
        "here": _contents(rendered.headings),
        "source": escape(page.source),
    }


def _listed(section: Section, here: Page) -> str:
    links = (
        f'<li><a href="{here.up}{page.out}"{" aria-current=page" if page == here else ""}>{escape(page.title)}</a></li>'
        for page in section.pages
    )
    return f"<h2>{escape(section.title)}</h2>\n<ul>{''.join(links)}</ul>"


def _contents(headings: tuple[Heading, ...]) -> str:
    """The titles of the second level; where there is more than one."""
    shown = [one for one in headings if one.level == 2]
    if len(shown) < 2:
        return ""
    links = "".join(f'<li><a href="#{one.anchor}">{escape(one.title)}</a></li>' for one in shown)
    return f'<nav class="here" aria-label="On this page"><h2>On this page</h2><ul>{links}</ul></nav>'
