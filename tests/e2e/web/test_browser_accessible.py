"""What axe-core finds fault with on any page, light or dark, wide or narrow: nothing."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page
from support.page import Served


def test_nothing_to_find_fault_with(seen: Page, served: Served, faults: Callable[[Page, Served, str], None]) -> None:
    served.repo.gofigure("run", "check")
    (served.repo.root.parent / "fail").touch()
    served.repo.write("a.py", "a = 2\n")
    served.repo.gofigure("run", "check")
    for path in ("/", "/runs/2", *(f"/runs/2?tab={name}#{name}" for name in ("why", "compare", "repeat")), "/runs/99"):
        faults(seen, served, path)
