"""GitHub Actions: the `run` steps of each job, by hand; what only that service has is named."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from gofigure.importing import commands
from gofigure.importing.facts import COPY, Found, Job, Line, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, Table, get, shown
from gofigure.starter import Place

_FILE = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_SECRET = re.compile(r"\$\{\{\s*secrets\.(\w+)\s*\}\}")
_ENV = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")
_OF_THE_SERVICE = re.compile(r"\bGITHUB_(?!TOKEN)\w+|\bRUNNER_\w+|::set-output|::add-mask")
# What sh does not know, or reads otherwise.
_BASH = re.compile(
    r"\[\[|pipefail|<\(|>\(|<<<|\w+\+?=\(|\$\{\w+(?:\[|//|\^|,|:\d)|\$\{!|\(\(|&>|\|&|\$'|\{[\w.]*(?:,[\w.]*)+\}|\{\d+\.\.\d+\}"
    r"|\[ [^]]*==|^\s*(?:source|declare|shopt|mapfile|readarray|function|local|let|pushd|popd)\s|\becho -e\b"
    r"|\$(?:RANDOM|SECONDS|BASH\w*|PIPESTATUS)\b",
    re.MULTILINE,
)
_PLAIN = re.compile(r"[\w@%+=:,./ -]+", re.ASCII)
_OWN_SHELL = re.compile(r"(?:bash|sh)(?: (?:--noprofile|--norc|-\w+(?: pipefail)?))* \{0\}")
_SHELLS = {"bash": "bash -eo pipefail -c", "python": "python3 -c", "sh": "", "": ""}
# What a job of theirs has and a stage does not.
_JOB_LEFT = {
    "strategy": ("a matrix: it runs here once, on this machine", ""),
    "services": ("services that run beside it", "start them before you run it, or by a line of its own"),
    "container": ("the image that it runs in", 'image = "..." in its stages'),
    "if": ("a condition", "branches, during or changed"),
    "uses": ("another workflow", "bring that one over"),
    "needs": ("the order of jobs", "gofigure run JOB JOB runs them one after the other"),
    "environment": ("a deployment's approval", ""),
}
_MOST = 200  # steps of a job


class _Around(NamedTuple):
    """What a step has from its job and workflow."""

    file: str
    job: str
    env: dict[str, str]
    folder: str
    shell: str


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in place.files if _FILE.fullmatch(name))


def read(place: Place, names: tuple[str, ...]) -> Found:
    reading = Reading(names[0])
    jobs: list[Job] = []
    for name in names:
        reading.file = name
        top = reading.table(read_any(place.read(name), name), "the file")
        workflow = name.rpartition("/")[2].rpartition(".")[0]
        for job, given in reading.table(get(top, "jobs"), "jobs").items():
            jobs += _job(reading, top, workflow, job, given)
    return Found("github", names, tuple(jobs), tuple(reading.left))


def _job(reading: Reading, top: Table, workflow: str, name: str, given: Given) -> list[Job]:
    table = reading.table(given, f"jobs.{name}")
    for key, (why, todo) in _JOB_LEFT.items():
        if key in table:
            reading.leave(table[key].line, f"{name}.{key}", why, todo)
    around = _Around(
        reading.file,
        name,
        {**reading.pairs(get(top, "env"), "env"), **reading.pairs(get(table, "env"), f"{name}.env")},
        _default(reading, top, table, "working-directory"),
        _default(reading, top, table, "shell"),
    )
    prepared: list[str] = []
    stages: list[Stage] = []
    for at, step in enumerate(reading.items(get(table, "steps"), f"{name}.steps")[:_MOST]):
        stage = _step(reading, around, reading.table(step, f"{name}.steps[{at}]"), step.line, prepared)
        stages += [stage] if stage is not None else []
    if not stages:
        return []
    needs = f"; it needs {', '.join(prepared)}" if prepared else ""
    why = f"{reading.file}: the job {name}{needs}"
    return [Job(f"{workflow}-{name}", tuple(stages), why, could=("pre-push",), strict=True)]


def _default(reading: Reading, top: Table, table: Table, key: str) -> str:
    for one in (table, top):
        run = reading.table(get(reading.table(get(one, "defaults"), "defaults"), "run"), "defaults.run")
        if key in run:
            return reading.text(run[key], f"defaults.run.{key}")
    return ""


def _step(reading: Reading, around: _Around, step: Table, line: int, prepared: list[str]) -> Stage | None:
    what = reading.text(get(step, "name"), f"{around.job}: name") or reading.text(get(step, "id"), f"{around.job}: id")
    uses = reading.text(get(step, "uses"), f"{around.job}: uses")
    if uses:
        _tell_action(reading, around, line, uses, prepared)
        return None
    run = reading.text(get(step, "run"), f"{around.job}: run")
    what = what or next((one for one in run.splitlines() if one.strip()), "")
    shell = reading.text(get(step, "shell"), f"{around.job}: shell") or around.shell
    folder = reading.text(get(step, "working-directory"), f"{around.job}: working-directory") or around.folder
    around = around._replace(folder=folder)
    why_not = _why_not(step, run, shell, folder)
    if why_not:
        reading.leave(line, f"{around.job}: {shown(what)}", why_not, "write what it does as a stage")
        return None
    if commands.only_prepares(run):
        prepared += [one.strip() for one in run.splitlines() if one.strip()]
        reading.leave(line, f"{around.job}: {shown(what)}", "it installs something", "run it by hand, once")
        return None
    installs = next((one.strip() for one in run.splitlines() if commands.prepares(one)), "")
    if installs:
        reading.leave(line, f"{around.job}: {shown(installs)}", "it installs something, here at each run",
                      "take it out of the stage, and run it by hand, once")  # fmt: skip
    return _stage(reading, around, step, what, run, shell)


def _tell_action(reading: Reading, around: _Around, line: int, uses: str, prepared: list[str]) -> None:
    name = uses.partition("@")[0]
    if name == "actions/checkout":
        return
    if re.search(r"(?:^|/)setup-|/cache$|-setup$|toolchain", name):
        prepared.append(name.rpartition("/")[2].replace("setup-", ""))
        return
    reading.leave(line, f"{around.job}: uses: {shown(uses)}", "an action of that service", "a line that does the same")


def _why_not(step: Table, run: str, shell: str, folder: str) -> str:
    """Why a step cannot be carried over; "" if it can."""
    if "if" in step:
        return "a condition decides whether it runs"
    if not run.strip():
        return "it has nothing to run"
    if shell not in _SHELLS and not _OWN_SHELL.fullmatch(shell):
        return f"it is for {shown(shell)}"
    left = _EXPRESSION.search(run if shell == "python" else _ENV.sub("", run)) or _EXPRESSION.search(folder)
    if left:
        return f"{shown(left[0])} is filled in by that service"
    own = _OF_THE_SERVICE.search(run)
    return f"{own[0]} is of that service" if own else ""


def _stage(reading: Reading, around: _Around, step: Table, what: str, script: str, shell: str) -> Stage:
    table = {**around.env, **reading.pairs(get(step, "env"), f"{around.job}: env")}
    env: dict[str, str] = {}
    secrets: list[str] = []
    for name, value in table.items():
        secret = _SECRET.fullmatch(value.strip())
        if secret:
            secrets.append(name)
        elif "${{" in value:
            why = f"{shown(value)} is filled in by that service"
            reading.leave(0, f"{around.job}: env.{name}", why, "set it by hand")
        else:
            env[name] = value
    run = _by(shell, _ENV.sub(r"$\1", script))
    if around.folder not in ("", "."):
        run = f"cd {shlex.quote(around.folder)}\n{run.rstrip()}\n"
    minutes = reading.text(get(step, "timeout-minutes"), f"{around.job}: timeout-minutes")
    made = lines(
        env=env,
        secrets=tuple(dict.fromkeys(secrets)),
        timeout=f"{minutes}m" if minutes.isdecimal() and int(minutes) else "",
    )
    if get(step, "continue-on-error").value is True:
        made = (*made, Line("allow_failure", True))
    made = (*made, COPY)
    return Stage(what, (*commands.how_to_run(run), *made), f"{around.file}: {around.job}, {shown(what)}")


def _by(shell: str, script: str) -> str:
    """What starts a script as that service would; itself where our own shell does the same."""
    lines = [one.rstrip() for one in script.strip().splitlines()]
    text = lines[0] if len(lines) == 1 else "\n".join(lines) + "\n"
    if shell == "" and not _BASH.search(text):
        return text
    if shell == "sh" or (shell == "bash" and _PLAIN.fullmatch(text)):
        return text
    starts = _SHELLS.get(shell) or shell.replace("{0}", "-c")
    return f"{starts if shell else 'bash -e -c'} {shlex.quote(text)}"
