"""The map of the site: which file is which page, and where it stands in the list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent


class Page(NamedTuple):
    source: str  # its Markdown, from the repository's top
    out: str  # "targets/docker.html", from the site's top
    title: str  # in the list

    @property
    def up(self) -> str:
        """From this page to the site's top."""
        return "../" * self.out.count("/")


class Section(NamedTuple):
    title: str
    pages: tuple[Page, ...]


_TARGETS = (
    "shell", "make", "pytest", "go_test", "npm_test", "cargo_test", "pre-commit", "checkout", "docker", "kubernetes",
)  # fmt: skip


def sections() -> list[Section]:
    return [
        Section("Begin", (
            _doc("index", "What it is"), _doc("tutorial", "Tutorial"), _guide(), _doc("import", "Import")
        )),
        Section("Work", (
            _doc("hooks", "Hooks"), _doc("watch", "Watch"), _doc("page", "The page"), _doc("monorepo", "Many projects"),
            _doc("image", "In a container"),
        )),
        Section("Targets", (_doc("targets", "Which target"), *(_doc(f"targets/{name}", name) for name in _TARGETS))),
        Section("Reference", (
            _doc("configuration", "Configuration"), _doc("commands", "Commands"), _doc("events", "JSON and events"),
            _doc("errors", "Errors, exit codes"), _doc("api", "The page's JSON"),
        )),
        Section("Inside", (
            _doc("security", "Security"), _doc("architecture", "Architecture"), _doc("adding", "Add a target"),
            Page("CONTRIBUTING.md", "contributing.html", "Contributing"), _doc("benchmarks", "Benchmarks"),
            _doc("compared", "Compared"), _doc("decisions", "Decisions"),
        )),
    ]  # fmt: skip


def decisions() -> list[Page]:
    """Those are not in the list of every page; `decisions.md` names them."""
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    return [
        Page(f"docs/decisions/{one.name}", f"decisions/{one.stem}.html", title_of(one.read_text())) for one in found
    ]


def title_of(text: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1] if found else ""


def _doc(name: str, title: str) -> Page:
    return Page(f"docs/{name}.md", f"{name}.html", title)


def _guide() -> Page:
    return Page("README.md", "guide.html", "Guide")
