"""What was found, as the text of a `.gofigure.toml` that loads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure import config as configuration
from gofigure.errors import ConfigError
from gofigure.importing.facts import Found, Job, Left, Line, Stage, Value
from gofigure.importing.names import Names
from gofigure.starter.text import commented, literal, plain
from gofigure.targets import KINDS, commands_of

_OURSELVES = re.compile(r"(?<![\w./-])gofigure(?:-commit-msg)?(?:\s+(?:hook|run|watch)\b|$)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONG = 110
_HEAD = """\
# Made by gofigure import from {tools}, and yours to change; then: gofigure validate, gofigure status
version = 1
"""


class Written(NamedTuple):
    """A configuration, and what did not come into it."""

    text: str
    jobs: Mapping[str, Job]  # by the names that they got
    stages: Mapping[str, Stage]
    left: tuple[Left, ...]


class _Placed(NamedTuple):
    """A stage with its own name."""

    name: str
    lines: tuple[Line, ...]
    why: tuple[str, ...]
    stage: Stage


def write(found: Sequence[Found]) -> Written:
    """All of it in one text; a stage that is the same in two places is written once."""
    left = list(dict.fromkeys(one for each in found for one in each.left))
    names, places = Names(), Names()
    placed: dict[str, _Placed] = {}
    jobs: dict[str, tuple[Job, tuple[str, ...]]] = {}
    for each in found:
        for job in each.jobs:
            listed = _place(each, job, names, placed, left)
            if not listed or _is_there(job, listed, jobs.values()):
                continue
            jobs[places.give(job.name, f"{each.tool}-{job.name}", "job")] = _on_or_off(job), listed
    stages = {one.name: one for one in placed.values()}
    parts = [
        _HEAD.format(tools=", ".join(each.tool for each in found)),
        *(_job(name, job, listed) for name, (job, listed) in jobs.items()),
    ]
    parts += [_stage(one) for one in stages.values()]
    if left:
        parts.append("# Not carried over, or not as it was:\n" + "".join(_told(left)))
    text = "\n".join(parts) if jobs else ""
    if text:
        configuration.parse(text.encode(), "what was made", targets=tuple(KINDS))  # what does not load is not shown
    return Written(
        text,
        {name: job for name, (job, _) in jobs.items()},
        {name: one.stage for name, one in stages.items()},
        tuple(left),
    )


def _place(found: Found, job: Job, names: Names, placed: dict[str, _Placed], left: list[Left]) -> tuple[str, ...]:
    """Give each stage of a job its name, and say so where one cannot be written."""
    here: dict[int, str] = {}
    for at, stage in enumerate(job.stages):
        needs = tuple(here[one] for one in stage.needs if one in here)
        lines = (*stage.lines, Line("needs", needs)) if needs else stage.lines
        file = found.files[0] if found.files else found.tool
        if any(line.key == "run" and _OURSELVES.search(str(line.value)) for line in lines):
            left.append(Left(file, 0, stage.name, "it starts gofigure, which runs all this itself"))
            continue
        fault = _fault(lines)
        if fault:
            left.append(Left(file, 0, stage.name, f"it cannot be written down: {fault}", "write it by hand"))
            continue
        known = placed.get(_lines(lines))
        if known is None:
            known = _Placed(names.give(stage.name, f"{found.tool}-{stage.name}"), lines, (), stage)
        if stage.why not in known.why:
            known = known._replace(why=(*known.why, stage.why))
        placed[_lines(lines)] = known
        here[at] = known.name
    return tuple(dict.fromkeys(here.values()))


def _is_there(job: Job, listed: tuple[str, ...], jobs: Iterable[tuple[Job, tuple[str, ...]]]) -> bool:
    """Whether another job does all of it at the same hooks: lint-staged's is a part of husky's."""
    return bool(job.on) and any(other.on == job.on and set(listed) <= set(stages) for other, stages in jobs)


def _on_or_off(job: Job) -> Job:
    """A job must have something to do, or be off as well."""
    if not all(_is_off(stage) for stage in job.stages):
        return job
    return job._replace(lines=(*job.lines, Line("enabled", False, "as all of its stages")))


def _is_off(stage: Stage) -> bool:
    return any(line.key == "enabled" and not line.value for line in stage.lines)


def _fault(lines: Sequence[Line]) -> str:
    """What the configuration says against these lines; "" if nothing."""
    own = [line for line in lines if line.key not in ("needs", "enabled")]
    text = f"[jobs.a]\nstages = ['a']\n[stages.a]\n{_lines(own)}"
    try:
        config = configuration.parse(text.encode(), "", targets=tuple(KINDS))
        for stage in config.stages.values():
            commands_of(stage)
    except UnicodeEncodeError:
        return "half a character"
    except ConfigError as error:
        key, message = error.problems[0].key.rpartition(".")[2], error.problems[0].message
        return f"{key}: {message}" if key else message
    except ValueError as error:
        return str(error)
    return ""


def _job(name: str, job: Job, listed: Sequence[str]) -> str:
    lines = [Line("on", job.on)] if job.on else []
    lines += [Line("stages", tuple(listed))]
    if job.strict and len(listed) > 1:
        lines.append(Line("strict_dependency", True, "in this order, and stop at the first failure"))
    if job.goes_on and len(listed) > 1:
        lines.append(Line("keep_going", True, "all that is wrong is shown at once, as before"))
    text = f"# {plain(job.why)}\n[jobs.{_key(name)}]\n"
    if not job.on:
        could = f"; for git to start it: on = {literal(job.could)}" if job.could else ""
        text += f"# by hand: gofigure run {name}{could}\n"
    return text + _lines([*lines, *job.lines])


def _stage(one: _Placed) -> str:
    return "".join(f"# {plain(why)}\n" for why in one.why) + f"[stages.{_key(one.name)}]\n{_lines(one.lines)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else literal(name)


def _lines(lines: Sequence[Line]) -> str:
    return commented((f"{line.key} = {_value(line.key, line.value)}", line.why) for line in lines)


def _value(key: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return literal({_key(name): text for name, text in value.items()})
    text = literal(value)
    if isinstance(value, tuple) and len(key) + len(text) > _LONG:
        return "[\n" + "".join(f"    {literal(item)},\n" for item in value) + "]"
    return text


def _told(left: Iterable[Left]) -> Iterator[str]:
    import textwrap

    for one in left:
        text = "".join(char if char.isprintable() else "?" for char in words(one, str))
        yield textwrap.fill(text, _LONG, initial_indent="# - ", subsequent_indent="#   ", break_long_words=False) + "\n"


def words(left: Left, show: Callable[[str], str] = plain) -> str:
    """One thing that is not carried over: where it stands, what it is, why, and what to do."""
    where = f"{left.file}:{left.line}" if left.line else left.file
    todo = f" ({left.todo})" if left.todo else ""
    return f"{show(where)}: {show(left.what)}: {show(left.why)}{show(todo)}"
