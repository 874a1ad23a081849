"""What became of a stage, or would become of it now, in words: the same on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def ended(verdict: str, exit_code: int | None) -> str:
    """How the command of a stage, or of a part of one, failed; "" where there is no more to say than the verdict."""
    if verdict != "failed" or exit_code is None:
        return ""
    return f"ended by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


FORGET = "gofigure history --tests --forget-flaky lets the next pass count"


def way_out(words: Iterable[str]) -> str:
    """What to type where some of these notes or reasons tell of a flaky test; "" where none does."""
    return FORGET if any(text.startswith("flaky: ") or " flaky: " in text for text in words) else ""
