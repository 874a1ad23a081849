"""lefthook: it may stay; its hooks are kept, and run first."""

from __future__ import annotations

from gofigure.starter.facts import Found, Place

_FILES = ("lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml")


def find(place: Place) -> Found | None:
    names = tuple(name for name in _FILES if name in place.files)
    if not names:
        return None
    remark = f"{names[0]}: lefthook's installed hooks are kept, and run first; or: gofigure import"
    return Found("lefthook", names[:1], remark=remark)
