"""What the name of a context says."""

from __future__ import annotations

import re

_PROTECTED = re.compile(r"prod|(?<![ao])live(?!r)", re.IGNORECASE)  # delivery and olive are no live systems


def is_protected(context: str) -> bool:
    """Whether its name says that people depend on it."""
    return _PROTECTED.search(context) is not None
