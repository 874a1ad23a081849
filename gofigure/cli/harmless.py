"""What a program printed, for a terminal: its colours stay, whatever else a terminal would obey goes."""

from __future__ import annotations

import codecs
import re

from gofigure.runner.clean import CONTROL

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
# What the next bytes may make a sequence of, or a line's end.
_BEGUN = re.compile(r"(?:\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|\][^\x07\x1b]{0,512}\x1b?)?|\r)\Z")
RESET = "\x1b[0m"


class Harmless:
    """Takes bytes as they come; sequences and letters may be split over them."""

    def __init__(self, *, colours: bool) -> None:
        self.coloured = False
        self._colours = colours
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        self._held = ""

    def feed(self, data: bytes) -> str:
        text = self._held + self._decode(data)
        begun = _BEGUN.search(text)
        self._held = begun[0] if begun else ""
        return self._clean(text[: len(text) - len(self._held)])

    def end(self) -> str:
        """What was held back, and the end of its colours."""
        text = self._clean(self._held + self._decode(b"", final=True))
        self._held = ""
        return text + RESET if self.coloured else text

    def _clean(self, text: str) -> str:
        # A line that is written over, as progress bars do, would hide what it said before.
        return CONTROL.sub(self._kept, text.replace("\r\n", "\n").replace("\r", "\n"))

    def _kept(self, found: re.Match[str]) -> str:
        if self._colours and _COLOUR.fullmatch(found[0]):
            self.coloured = True
            return found[0]
        return ""
