"""`gofigure import` of other tools' files: shown as TOML, with what could not be carried over; written if asked to."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.cli.as_json import dump
from gofigure.cli.consent import visible
from gofigure.cli.fresh_file import create
from gofigure.cli.streams import write
from gofigure.cli.terminal import tell
from gofigure.errors import EXIT_PASSED, EXIT_USER, GofigureError
from gofigure.importing import Found, Left, Written, chosen, survey, words
from gofigure.importing import write as written_out
from gofigure.model import HOOKS

if TYPE_CHECKING:
    from gofigure.cli.here import Here
    from gofigure.starter import Place


def import_others(where: Here, place: Place, names: Sequence[str], *, do_write: bool, as_json: bool) -> int:
    """What these files, or all that are known, come to. Raises GofigureError where there are none."""
    files = chosen(place, names)
    _refuse_unknown(files, names)
    found = survey(place, files)
    made = written_out(found)
    file = where.project.config_file
    wrote = do_write and bool(made.text) and _create(file, made.text)
    there = not wrote and os.path.lexists(file)
    if as_json:
        print(dump(_as_json(file, found, made, written=wrote)))
    else:
        write(sys.stdout, "".join(f"{visible(line)}\n" for line in made.text.splitlines()))
        _tell(where, found, made, wrote=wrote, there=there)
    return EXIT_USER if do_write and not wrote else EXIT_PASSED


def _create(file: str, text: str) -> bool:
    """Whether the file is new; what is there stays as it is, also what came a moment ago."""
    try:
        create(file, text, hint="gofigure import shows what it would hold")
    except FileExistsError:
        return False
    return True


def _refuse_unknown(files: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    known = {file for some in files.values() for file in some}
    for name in names:
        if name not in known:
            raise GofigureError(
                f"{name} is no file that gofigure import knows", hint="gofigure import  shows all it finds"
            )
    if not known:
        raise GofigureError(
            "nothing to bring over: no gofigure-JOB.json, and no file of another tool that is known",
            hint="gofigure init looks at the project and writes a .gofigure.toml",
        )


def _tell(where: Here, found: Sequence[Found], made: Written, *, wrote: bool, there: bool) -> None:
    file = where.project.config_file
    for left in made.left:
        tell(f"not carried over: {words(left, visible)}")
    count = f"{len(made.jobs)} job(s), {len(made.stages)} stage(s)"
    if not made.text:
        tell("nothing of it can be carried over; gofigure init looks at the project itself")
        return
    if there:
        tell(f"{file} is there already, and stays as it is: take over from this what you want, by hand")
        return
    tell(f"wrote {file}: {count}" if wrote else f"{count}; nothing is written yet: gofigure import --write")
    tell("next, when you have read it:")
    for line in _next_steps(where, found, made):
        tell(f"  {line}")


def _next_steps(where: Here, found: Sequence[Found], made: Written) -> list[str]:
    """What to type then, and what for."""
    steps = [(line, "its own hooks would check everything a second time") for one in found for line in one.take_over]
    hooks = [hook for hook in HOOKS if any(hook in job.on for job in made.jobs.values())]
    if hooks and where.project.repository is not None:
        steps.append(("gofigure install-hooks", f"allows this file, and git calls it: {', '.join(hooks)}"))
    else:
        steps.append(("gofigure allow", "says yes to this file"))
    of_hooks = [name for name, job in made.jobs.items() if job.on]
    if of_hooks:
        steps.append((f"gofigure run {' '.join(of_hooks)}", "tries them, also on files that you have not touched"))
    else:
        steps.append(("gofigure status", "what there is to run, by its name"))
    width = max(len(line) for line, _ in steps)
    return [f"{line:<{width}}  {why}" for line, why in steps]


def _as_json(file: str, found: Sequence[Found], made: Written, *, written: bool) -> dict[str, object]:
    def left(one: Left) -> dict[str, object]:
        return one._asdict()

    return {
        "file": file,
        "written": written,
        "found": [{"tool": one.tool, "files": one.files} for one in found],
        "jobs": [{"job": name, "on": job.on} for name, job in made.jobs.items()],
        "stages": [{"stage": name, "from": stage.why} for name, stage in made.stages.items()],
        "left": [left(one) for one in made.left],
        "text": made.text,
    }
