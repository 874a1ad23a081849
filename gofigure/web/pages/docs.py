"""Docs: the guide, every key and every command, as they are in the version that is running. Works offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from gofigure.reference.html import to_html
from gofigure.reference.keys import groups
from gofigure.reference.markdown import sections
from gofigure.targets import KINDS
from gofigure.web.page import Ask, Facts, Page


def _facts(ask: Ask) -> Facts:
    return _reference(ask.commands)


@lru_cache(maxsize=1)
def _reference(commands: Callable[[], Sequence[Any]]) -> dict[str, Any]:
    """The same as long as this program runs."""
    return {
        # Our own words, and markup in them counts for nothing; so this is the one place where HTML is not escaped.
        "guide": [
            {"anchor": one.anchor, "title": one.title, "html": Markup(to_html(one.text))}  # noqa: S704
            for one in sections()
        ],
        "keys": [{**group._asdict(), "keys": [key._asdict() for key in group.keys]} for group in groups(tuple(KINDS))],
        "commands": [{**one._asdict(), "options": [option._asdict() for option in one.options]} for one in commands()],
    }


PAGE = Page("Docs", "/docs", "docs.html", _facts)
