"""A step of a plan in words and as JSON: on every screen the same."""

from __future__ import annotations

from typing import Any

from gofigure.runner.plan import Step


def step_told(step: Step) -> dict[str, Any]:
    """What would become of a stage now."""
    return {
        "proven": step.reused,
        "left_out": step.left_out,
        "reason": step.reason,
        "key": step.key.hex(),
        "place": step.place,
        "why_there": step.why_there,
        "puts_back": max(0, step.puts_back),
    }


def outlook(step: Step) -> str:
    """The same in a word or two."""
    return "proven" if step.reused else "left out" if step.left_out else "to run"
