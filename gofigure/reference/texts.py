"""The README and the example configuration: in an installed package beside this file, in a checkout at its top."""

from __future__ import annotations

import os
from importlib import resources

_OF_A_CHECKOUT = {"guide.md": "README.md", "example.toml": ".gofigure.toml.example"}


def guide() -> str:
    return _text("guide.md")


def example() -> str:
    return _text("example.toml")


def _text(name: str) -> str:
    packed = resources.files("gofigure.reference") / name
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(top, _OF_A_CHECKOUT[name]), encoding="utf-8") as file:
        return file.read()
