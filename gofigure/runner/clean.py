"""Text that no terminal obeys."""

from __future__ import annotations

import re

# What a terminal obeys; and marks that turn the order of letters: a line would read as what it is not (TR36).
CONTROL = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
# A sequence whose end has not come yet: its letters are no text either.
_BEGUN = re.compile(r"\x1b(\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?\Z")
_BREAK = re.compile(r"[\r\n]+")


def clean(text: str) -> str:
    """The text without control characters and sequences; tabs and line ends stay."""
    return CONTROL.sub("", text)


def last_line(text: str) -> str:
    """The last line that says something, cleaned, of what may break off anywhere; "" if none does.

    A carriage return ends a line as well: what a progress bar last came to is what counts.
    """
    for line in reversed(_BREAK.split(_BEGUN.sub("", text))):
        told = clean(line).replace("\t", " ").strip()
        if told:
            return told
    return ""
