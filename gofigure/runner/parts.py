"""The parts of a stage: one for each location, those in which there is nothing to do included."""

from __future__ import annotations

from gofigure.model import Part
from gofigure.runner.locations import said_of
from gofigure.runner.plan import Step
from gofigure.targets import source_of


def parts_of(step: Step, ran: tuple[Part, ...]) -> tuple[Part, ...]:
    """All parts of a stage in the order of its locations; `ran`: what became of those that were to run."""
    if not step.missing:
        return ran
    known = {part.location: part for part in ran}
    source = source_of(step.stage)
    known |= {one: Part(one, "failed", reason=said_of((one,), source)) for one in step.missing}
    return tuple(known[command.cwd] for command in step.commands if command.cwd in known)


def mend(step: Step) -> str:
    """What to do about locations in which there is nothing to do; "" where there is none."""
    if not step.missing:
        return ""
    words = said_of(step.missing, source_of(step.stage))
    return f"{words}: mend `locations`, or let `source` say what to look for"
