"""The first configuration of a project: what is there → facts → text. Runs nothing of the project's."""

from __future__ import annotations

from typing import Protocol

from gofigure.starter import cargo, containers, go, husky, lefthook, make, node, pre_commit, python
from gofigure.starter.facts import Draft, Found, Place
from gofigure.starter.folder import look
from gofigure.starter.text import chosen, config_text

__all__ = ["ECOSYSTEMS", "Draft", "Found", "Place", "chosen", "config_text", "look", "survey"]


class Ecosystem(Protocol):
    """What a module of one ecosystem offers; it sees the project only through a Place."""

    def find(self, place: Place) -> Found | None:
        """What of this ecosystem is there."""


# In the order of their stages. Adding one is a file and a line.
ECOSYSTEMS: tuple[Ecosystem, ...] = (pre_commit, python, node, go, cargo, make, containers, lefthook, husky)


def survey(place: Place) -> tuple[Found, ...]:
    """Everything that is recognised."""
    return tuple(found for one in ECOSYSTEMS if (found := one.find(place)) is not None)
