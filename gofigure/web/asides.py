"""What has become of the store while the page lives, whoever met it first: who saw it may have shown it to nobody."""

from __future__ import annotations

import os

from gofigure.events import Event, Note
from gofigure.store.names import ASIDE, NAME, SIDE_FILES

_SIDES = tuple(name.removeprefix(NAME) for name in SIDE_FILES)


class Asides:
    """The stores that were set aside since this was made, with the words of those who do it."""

    def __init__(self, store_file: str) -> None:
        self._folder = os.path.dirname(store_file)
        self._before = self._there()
        self._words: dict[str, str] = {}  # by name
        self._said = ""

    def hear(self, event: Event) -> None:
        """What is said as a store is opened."""
        if isinstance(event, Note):
            self._said = event.text

    def look(self) -> tuple[str, ...]:
        """A line for each, as it was said, or as it mostly is."""
        for name in sorted(self._there() - self._before - self._words.keys()):
            usual = f"{NAME} is damaged; kept as {name}, a new one was begun"
            self._words[name] = self._said if name in self._said else usual
        return tuple(self._words.values())

    def _there(self) -> set[str]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return set()
        return {name for name in names if name.startswith(ASIDE) and not name.endswith(_SIDES)}
