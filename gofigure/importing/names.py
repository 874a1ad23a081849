"""Names that a configuration may hold, each once."""

from __future__ import annotations

import re

_LONGEST = 60


def made_valid(wish: str, otherwise: str = "stage") -> str:
    """Letters, digits, `-` and `_`; what somebody called it is still to be seen."""
    name = re.sub(r"[^A-Za-z0-9_]+", "-", wish.strip())
    return re.sub(r"-{2,}", "-", name)[:_LONGEST].strip("-.") or otherwise


class Names:
    """Gives each name once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, wish: str, second: str = "", otherwise: str = "stage") -> str:
        """The wish, or the second one, or one with a number, whichever is free."""
        wish = made_valid(wish, otherwise)
        wishes = [wish, made_valid(second)] if second else [wish]
        name = next((one for one in wishes if one.casefold() not in self._taken), "")
        number = 2
        while not name:
            numbered = f"{wish}-{number}"
            name = "" if numbered.casefold() in self._taken else numbered
            number += 1
        self._taken.add(name.casefold())
        return name
