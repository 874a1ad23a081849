"""husky: the commands of its hooks are stages; where a hook calls lint-staged, lint-staged's own stages stand."""

from __future__ import annotations

import re
import shlex

from gofigure.importing import commands, lint_staged
from gofigure.importing.facts import Found, Job, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Reading, get, shown
from gofigure.importing.shell_lines import commands_of, split_at_and
from gofigure.model import HANDS_NOTHING, HOOKS
from gofigure.starter import Place

_FOLDER = ".husky"
_RC = (".huskyrc", ".huskyrc.json", ".huskyrc.yaml", ".huskyrc.yml")
_PARAMETERS = re.compile(r"""(["']?)\$\{?HUSKY_GIT_PARAMS?\}?\1""")
_COMMITLINT = re.compile(r"(?:-E|--env)[ =]HUSKY_GIT_PARAMS\b")  # the name of a variable, which it reads
_STARTERS = ("npx", "run", "exec", "--no", "--", "--no-install", "node", "sh", "bash")
_CALLS = re.compile(
    r"^(?:(?:npx|bunx|pnpx)(?:\s+(?:--no-install|--no|--yes|-y|--))*"
    r"|(?:yarn|pnpm|bun|npm)(?:\s+(?:-s|--silent|run|exec|dlx|x|--))*)?"
    r"\s*(?:\./)?(?:node_modules/\.bin/)?lint-staged(?:\s|$)"
)


def files(place: Place) -> tuple[str, ...]:
    scripts = tuple(f"{_FOLDER}/{hook}" for hook in HOOKS if f"{_FOLDER}/{hook}" in place.files)
    rc = tuple(name for name in _RC if name in place.files)
    inside = (lint_staged.PACKAGE,) if re.search(r'"husky"\s*:\s*\{', place.read(lint_staged.PACKAGE)) else ()
    return (*scripts, *rc, *inside)


def read(place: Place, names: tuple[str, ...]) -> Found:
    reading = Reading(names[0])
    staged = _lint_staged(place)
    jobs: list[Job] = []
    for name in names:
        reading.file = name
        if name.startswith(f"{_FOLDER}/"):
            jobs += _script(place, reading, name, staged)
        else:
            jobs += _table(place, reading, name, staged)
    left = (*reading.left, *(staged.left if staged is not None else ()))
    if re.search(r'"(?:prepare|postinstall)"\s*:\s*"[^"]*\bhusky\b', place.read(lint_staged.PACKAGE)):
        reading.file = lint_staged.PACKAGE
        reading.leave(0, "scripts.prepare", "npm install puts husky's hooks back", "take husky out of that script")
        left = (*left, reading.left[-1])
    installed = place.exists(f"{_FOLDER}/_")
    return Found("husky", names, tuple(jobs), left, ("git config --unset core.hooksPath",) if installed else ())


def _lint_staged(place: Place) -> Found | None:
    there = lint_staged.files(place)
    return lint_staged.read(place, there) if there else None


def _script(place: Place, reading: Reading, name: str, staged: Found | None) -> list[Job]:
    hook = name.rpartition("/")[2]
    found = commands_of(place.read(name))
    if found is None:
        if "lint-staged" in place.read(name):
            reading.leave(
                0, "lint-staged", "the script decides when it is called", "move it into .gofigure.toml by hand"
            )
        arguments = "" if hook in HANDS_NOTHING else f" {commands.FILES}"
        run = f'PATH="node_modules/.bin:$PATH" sh -e {shlex.quote(name)}{arguments}'
        stage = Stage(f"husky-{hook}", lines(run=run), f"{name}: the script as it is")
        return [Job(hook, (stage,), f"{name}", (hook,))]
    return _job(place, reading, hook, [(0, line) for line in found], staged)


def _table(place: Place, reading: Reading, name: str, staged: Found | None) -> list[Job]:
    """Husky before 5: lines by the names of hooks."""
    top = reading.table(read_any(place.read(name), name), name)
    if name == lint_staged.PACKAGE:
        top = reading.table(get(top, "husky"), "husky")
    jobs: list[Job] = []
    for hook, given in reading.table(get(top, "hooks"), "husky.hooks").items():
        line = reading.text(given, f"husky.hooks.{hook}")
        if hook not in HOOKS:
            reading.leave(given.line, f"husky.hooks.{shown(hook)}", "no hook of git that gofigure knows")
        elif line:
            line = _PARAMETERS.sub(commands.FILES, _COMMITLINT.sub('--edit "$1"', line))
            if "HUSKY_GIT_" in line:
                reading.leave(given.line, shown(line), "husky's variables are not there", 'git\'s arguments are "$@"')
            jobs += _job(place, reading, hook, [(given.line, one) for one in split_at_and(line)], staged)
    return jobs


def _job(place: Place, reading: Reading, hook: str, found: list[tuple[int, str]], staged: Found | None) -> list[Job]:
    stages: list[Stage] = []
    for at, line in found:
        if _CALLS.match(line):
            stages += _of_lint_staged(reading, at, line, staged)
        else:
            stages.append(_stage(place, reading.file, hook, line))
    if not stages:
        return []
    return [Job(hook, tuple(stages), f"{reading.file}: {hook}", (hook,), strict=len(found) > 1)]


def _of_lint_staged(reading: Reading, at: int, line: str, staged: Found | None) -> tuple[Stage, ...]:
    stages = staged.jobs[0].stages if staged is not None and staged.jobs else ()
    if not stages and (staged is None or not staged.left):
        reading.leave(at, shown(line), "no settings of lint-staged were found", "write what it runs as stages")
    options = _CALLS.sub("", line).strip()
    if options:
        reading.leave(at, shown(line), "gofigure has its own order and files: its options say nothing here")
    return stages


def _stage(place: Place, file: str, hook: str, line: str) -> Stage:
    words = line.split()
    own = commands.from_modules(place, words)
    if own != words:
        line = line.replace(words[0], own[0], 1)
    known = [
        word for word in words if word not in ("npx", "run", "exec", "--no", "--", "--no-install", "node", "sh", "bash")
    ]
    plain = [word.rpartition("/")[2] for word in known if word[:1].isalnum() or word[:1] in "./"]
    return Stage("-".join(plain[:2]) or hook, commands.how_to_run(line), f"{file}: {shown(line)}")
