"""The older JSON files into what a TOML file would say (docs/decisions/0028-older-json.md)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.config.checks import name as is_name
from gofigure.config.checks import relative
from gofigure.config.ignored import ignored_globs
from gofigure.config.json_file import scan_json
from gofigure.config.kinds import Wrong, quote, show
from gofigure.config.layers import Layer, Layers, job_name
from gofigure.config.lines import Node
from gofigure.config.older_keys import JOB_KEYS, PATH, stage_keys
from gofigure.config.report import problem_of
from gofigure.config.schema import TYPES
from gofigure.config.tables import SOURCE_CHOOSES, TYPE_OF, checked
from gofigure.config.toml_file import decode
from gofigure.errors import ConfigError, Problem

# What must be said of a stage without a line of its own, and what that is.
_ASKED = {
    "kubernetes": (("context", "namespace"), "where it deploys to"),
    "checkout": (("url",), "what it checks out"),
}
# What TOML calls otherwise.
_CALLED = {"stages": "jobStages", "strict_dependency": "strictDependency", "on": "hooks", "run": "stageExecution"}
_AS_IN_TOML = ("context", "namespace", "url", "ref", "checkout")
# Of these, too, `source` says which files they are about, and no others (decision 6).
_ABOUT_SOURCE = SOURCE_CHOOSES


class Older(NamedTuple):
    """What all of the files say, as far as it can be understood."""

    data: dict[str, dict[str, dict[str, object]]]  # as TOML would have it: "jobs" and "stages", by name
    places: Mapping[tuple[str, str], tuple[str, int]]  # ("jobs", name) -> file and line
    problems: list[Problem]
    files: Mapping[tuple[str, str], _File] = {}  # ("stages", name) -> the file that says it

    def problem(self, bad: Wrong) -> Problem | None:
        """What is wrong with what these files say, where they say it; None: they do not."""
        file = self.files.get((str(bad.at[0]), str(bad.at[1]))) if len(bad.at) > 1 else None
        if file is None:
            return None
        key = [_CALLED.get(str(part), part) for part in bad.at[2:3]]
        return file.problem(bad._replace(at=(*key, *bad.at[3:])))


class _File(NamedTuple):
    """One file: its good values by key, and where they are."""

    path: str
    values: dict[str, Any]
    root: Node
    problems: list[Problem]
    whole: bool = False  # else it may hold more than this

    def problem(self, bad: Wrong) -> Problem:
        return problem_of(self.path, self.root.line_of(bad.at), bad)

    def lacks(self, key: str) -> bool:
        """Whether a key is missing, and not only wrong, which is told elsewhere."""
        return self.whole and not self.values.get(key) and not self.root.below.get(key)


class _Job(NamedTuple):
    """A job's file, with what its stages need to know of it."""

    name: str
    type: str
    paths: tuple[str, ...]
    file: _File


def stage_paths(layer: Layer) -> Iterator[str]:
    """The stage files that a job's file names, as far as it can be understood."""
    try:
        value = scan_json(decode(layer.data, layer.path)).value
    except ConfigError:
        return
    paths = value.get("jobStages") if isinstance(value, dict) else None
    for path in paths if isinstance(paths, list) else ():
        good = relative(path, PATH)
        if isinstance(good, str) and good:
            yield good


def read_older(layers: Layers, targets: Sequence[str]) -> Older:
    """What those of the layers say that are no TOML; the rest are passed over."""
    folder = os.path.dirname(layers[0].path)
    jobs = [_job(layer) for layer in layers if layer.kind == "job"]
    files = {
        os.path.relpath(layer.path, folder or "."): _file(layer, targets) for layer in layers if layer.kind == "stage"
    }
    ignored, problems = _ignored(layers)
    problems = [one for file in (*(job.file for job in jobs), *files.values()) for one in file.problems] + problems
    data: dict[str, dict[str, dict[str, object]]] = {"jobs": {}, "stages": {}}
    places: dict[tuple[str, str], tuple[str, int]] = {}
    by_name: dict[tuple[str, str], _File] = {}
    for path, file in files.items():
        name = file.values.get("stage")
        if name is None:
            continue
        line = file.root.line_of(("stage",))
        if (at := places.setdefault(("stages", name), (file.path, line))) != (file.path, line):
            message = f"found {quote(name)}, which {at[0]}:{at[1]} is called already; expected each name once"
            problems.append(file.problem(Wrong(("stage",), message)))
        by_name.setdefault(("stages", name), file)
        kinds = [job.type for job in jobs if path in job.paths]
        data["stages"].setdefault(name, _stage(file.values, kinds, ignored, targets))
    for job in jobs:
        places["jobs", job.name] = (job.file.path, 1)
        by_name["jobs", job.name] = job.file
        named = [files[path].values.get("stage") for path in job.paths if path in files]
        data["jobs"][job.name] = _as_job(job.file.values, [name for name in named if name])
    return Older(data, places, problems, by_name)


def same_names(older: Older, data: Mapping[str, object], path: str, root: Node) -> Iterator[Problem]:
    """Each name that a TOML file uses as well."""
    for (table, name), (file, line) in older.places.items():
        others = data.get(table)
        if isinstance(others, dict) and name in others:
            at = f"{path}:{root.line_of((table, name))}"
            word = table.removesuffix("s")
            message = f"the {word} {quote(name)} is also in {at}; expected it in one of them"
            yield Problem(file, line, "", f"{message} (after gofigure import, remove this file)")


def _job(layer: Layer) -> _Job:
    name, file = job_name(layer.path), _checked(layer, JOB_KEYS)
    if not is_name(name):
        expected = "gofigure-JOB.json, and JOB of letters, digits, _, - and . (100 at most)"
        file.problems.append(Problem(layer.path, 0, "", f"found a job called {quote(name)}, expected {expected}"))
    if file.lacks("jobStages") or file.values.get("jobStages") == ():
        file.problems.append(file.problem(Wrong(("jobStages",), "found no stage, expected a list of at least one")))
    if file.values.get("hooks") and not file.values.get("automated"):
        message = 'found hooks without "automated": true, expected both or none: what is not automated runs by hand'
        file.problems.append(file.problem(Wrong(("hooks",), message)))
    return _Job(name, file.values.get("jobType", ""), file.values.get("jobStages", ()), file)


def _file(layer: Layer, targets: Sequence[str]) -> _File:
    """A stage's file."""
    file = _checked(layer, stage_keys(targets))
    values = file.values
    wrong: list[Wrong] = []
    name, target = values.get("stage"), values.get("target", "shell")
    if file.lacks("stage"):
        wrong.append(Wrong(("stage",), "found none, expected the stage's name"))
    if name is not None and not is_name(name):
        expected = "a stage's name of letters, digits, _, - and . (100 at most)"
        wrong.append(Wrong(("stage",), f"found {quote(name)}, expected {expected}"))
    by_default = values.get("stageExecution") == "default" or file.lacks("stageExecution")
    if by_default and ("target" in values or file.lacks("target")):
        if target == "shell":
            message = "found \"default\", expected a shell line, because the target is 'shell'"
            wrong.append(Wrong(("stageExecution",), message))
        elif target in _ASKED:
            keys, what = _ASKED[target]
            message = f'found none, expected {what}, or a shell line in "stageExecution"'
            wrong += [Wrong((key,), message) for key in keys if file.lacks(key)]
    file.problems.extend(map(file.problem, wrong))
    return file


def _checked(layer: Layer, keys: Mapping[str, Any]) -> _File:
    """What a file says, key by key; nothing where it cannot be understood at all."""
    if layer.fault:
        return _File(layer.path, {}, Node(0), [Problem(layer.path, 0, "", layer.fault)])
    try:
        value, root, faults, whole = scan_json(decode(layer.data, layer.path))
    except ConfigError as error:
        return _File(layer.path, {}, Node(0), list(error.problems))
    problems = [Problem(layer.path, line, "", f"column {column}: {message}") for line, column, message in faults]
    if not isinstance(value, dict):
        if not faults:
            problems.append(Problem(layer.path, root.line, "", f"found {show(value)}, expected {{"))
        return _File(layer.path, {}, root, problems)
    values, wrong = checked(value, keys)
    file = _File(layer.path, values, root, problems, whole)
    file.problems.extend(map(file.problem, wrong))
    return file


def _ignored(layers: Layers) -> tuple[list[str], list[Problem]]:
    globs: list[str] = []
    for layer in layers:
        if layer.kind != "ignore":
            continue
        if layer.fault:
            return [], [Problem(layer.path, 0, "", layer.fault)]
        try:
            found, problems = ignored_globs(decode(layer.data, layer.path), layer.path)
        except ConfigError as error:
            return [], list(error.problems)
        return found, problems
    return globs, []


def _as_job(values: Mapping[str, Any], stages: list[str]) -> dict[str, object]:
    on = [*values.get("hooks", ()), "change"] if values.get("automated") else []
    return {
        **({"on": on} if on else {}),
        "stages": stages,
        **({"strict_dependency": True} if values.get("strictDependency") else {}),
    }


def _stage(
    values: Mapping[str, Any], jobs: Sequence[str], ignored: list[str], targets: Sequence[str]
) -> dict[str, object]:
    target, line = values.get("target", "shell"), values.get("stageExecution", "default")
    by_line = line != "default"
    told: dict[str, object] = {
        # A target made for one type leaves no choice; a line of one's own in its place does.
        "type": (not by_line and TYPE_OF.get(target)) or stage_type(values["stage"], target, jobs, targets),
        "target": "shell" if by_line else target,
        "run": line if by_line else None,
        "locations": [location or "." for location in values.get("locations", ())],
        # What a line of one's own does in place of a test, nobody knows: it may read all that the test would have.
        "source": values.get("source") if not by_line or target in _ABOUT_SOURCE else None,
        "ignore": ignored,
        **{key: values.get(key) for key in _AS_IN_TOML},
    }
    return {name: value for name, value in told.items() if value}


def stage_type(name: str, target: str, jobs: Sequence[str], targets: Sequence[str]) -> str:
    """What a stage is for: by a word of its name, by its target, or by the jobs that it is in.

    Where there is a choice it is a deploy, which is never taken for done.
    """
    words = name.replace("-", " ").replace("_", " ").replace(".", " ").casefold().split()
    by_target = TYPE_OF.get(target) or ("test" if target in targets and target not in SOURCE_CHOOSES else "")
    for found in ([word for word in words if word in TYPES], [by_target] if by_target else [], list(jobs)):
        if found and any(found):
            return "deploy" if "deploy" in found else next(filter(None, found))
    return "test"
