"""What others call git's hooks."""

from __future__ import annotations

_OLD = {"commit": "pre-commit", "push": "pre-push", "merge-commit": "pre-merge-commit"}


def as_hook(name: str) -> str:
    """pre-commit's older names in git's words; any other name as it is."""
    return _OLD.get(name, name)
