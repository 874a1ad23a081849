"""What the environment leaves out: SKIP=lint,unit and GOFIGURE_ONLY=lint; and what it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gofigure.model import Config, Job

SKIP, ONLY = "SKIP", "GOFIGURE_ONLY"


class Skips:
    """What the two variables mean for each stage of a job."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self._config = config
        self._skip = named(environ, SKIP)
        only = named(environ, ONLY)
        only |= {job.name for job in config.jobs.values() if job.folder in only}
        # A name that is none, and no other: rather everything than nothing.
        self._only = only if any(name in config.jobs or name in config.stages for name in only) else frozenset()
        self._chosen: set[str] | None = None
        self._required: dict[Job, frozenset[str]] = {}

    def reason(self, stage: str, job: Job) -> str:
        """The variable that leaves a stage out, with its word; "" if none does."""
        if not self._skip and not self._only:
            return ""
        skip = next((name for name in (stage, job.name, self._config.stages[stage].folder) if name in self._skip), None)
        if skip is None and (not self._only or job.name in self._only or stage in self._named()):
            return ""
        if job not in self._required:
            self._required[job] = required(self._config, job)
        if stage in self._required[job]:
            return ""
        return f"{SKIP}={skip}" if skip is not None else f"{ONLY}={','.join(sorted(self._only))}"

    def _named(self) -> set[str]:
        """The stages that GOFIGURE_ONLY names, with what they need."""
        if self._chosen is None:
            self._chosen = with_needs(self._config, self._only.intersection(self._config.stages))
        return self._chosen


def named(environ: Mapping[str, str], variable: str) -> frozenset[str]:
    """The names in a variable: `SKIP=lint,unit git commit`."""
    return frozenset(name for word in environ.get(variable, "").split(",") if (name := word.strip()))


def required(config: Config, job: Job) -> frozenset[str]:
    """The stages of a job that nothing in the environment can leave out: what they need is no less required."""
    stages = with_needs(config, job.stages)
    return frozenset(with_needs(config, (name for name in stages if job.required or config.stages[name].required)))


def with_needs(config: Config, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(config.stages[name].needs)
    return found


def unheeded(config: Config, jobs: Iterable[Job], environ: Mapping[str, str]) -> Iterator[str]:
    """In words, what SKIP asks for in vain."""
    skip = named(environ, SKIP)
    for job in jobs if skip else ():
        kept = required(config, job)
        for name in sorted(kept if {job.name, job.folder} & skip else kept & skip):
            yield f"{SKIP}: {name} is not left out: it is required, or something required needs it"
