"""What becomes of stages whose checkout is left out, for whatever reason."""

from __future__ import annotations

from collections.abc import Callable

from gofigure.runner.plan import Step


def leave_out_without_checkouts(steps: dict[str, Step], is_left_out: Callable[[Step], bool]) -> None:
    """What works on such a one is left out, too, proven or not: nobody knows what that would have brought now.

    `steps`: in dependency order.
    """
    without: set[str] = set()
    for name, step in steps.items():
        if step.stage.target == "checkout":
            if is_left_out(step):
                without.add(name)
        elif (need := next((need for need in step.stage.needs if need in without), None)) is not None:
            without.add(name)
            steps[name] = step._replace(fate="leave out", reason=f"it needs {need}, which is left out", proof=None)
