"""What a person types; the only package that prints."""

from __future__ import annotations


def main() -> None:
    """The `gofigure` command."""
    from gofigure.cli.main import main as run

    run()
