"""The parsed dictionary into jobs and stages, with everything that is wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gofigure.config.checkout_keys import checkout_rules
from gofigure.config.checks import name as is_name
from gofigure.config.image_checks import image_rules
from gofigure.config.kinds import Key, Wrong, quote, refuse
from gofigure.config.schema import tables
from gofigure.model import Job, Stage, StageType
from gofigure.targets.pre_commit import settings as pre_commit_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RULE = "choose inputs in one way: files (with inputs that all of them depend on), or inputs, or locations with source"
_INPUT_KEYS = ("files", "inputs", "source")
TAKES_FILES = ("pre-commit", "shell")
# Of any other target, `source` only says where there is something to do, so `inputs` may stand beside it (decision 6).
SOURCE_CHOOSES = ("kubernetes", "make", "shell")
# Targets that are made for one type of stage.
TYPE_OF: Mapping[str, StageType] = {"checkout": "checkout", "docker": "build", "kubernetes": "deploy"}
# What says nothing of what they do; a deploy is never repeated by itself.
NOT_WITH: Mapping[str, tuple[str, ...]] = {
    "docker": ("fix", "interactive"),
    "kubernetes": ("fix", "outputs", "retries"),
}
_EVERYTHING = ("", "**", "**/*", "**/**")


class Read(NamedTuple):
    """What the file says, as far as it can be understood."""

    jobs: dict[str, Job]
    stages: dict[str, Stage]
    wrong: list[Wrong]
    top: dict[str, Any]  # beside the tables


def read_tables(data: Mapping[str, object], targets: Sequence[str]) -> Read:
    """Every key of the file against the schema; names and graphs are checked later."""
    keys = tables(targets)
    top, wrong = checked(data, keys.top)
    jobs: dict[str, Job] = {}
    stages: dict[str, Stage] = {}
    for name, values, bad in _named(data.get("jobs"), keys.job, "job"):
        jobs[name] = Job(name=name, **{"stages": (), **values})
        wrong += _below(("jobs", name), [*bad, *_no_stages(values, bad)])
    for name, values, bad in _named(data.get("stages"), keys.stage, "stage"):
        stages[name] = _stage(name, values, keys.stage)
        misplaced = _misplaced(values, keys.stage, stages[name].target)
        wrong += _below(("stages", name), [*bad, *misplaced, *_stage_rules(stages[name], bad)])
    return Read(jobs, stages, wrong, {name: value for name, value in top.items() if name == "settle"})


def _stage(name: str, values: Mapping[str, Any], keys: Mapping[str, Key]) -> Stage:
    """The stage; what is of its target alone apart, and what it works in a checkout of among what it needs."""
    settings = tuple(sorted((key, value) for key, value in values.items() if keys[key].targets))
    common = {key: value for key, value in values.items() if not keys[key].targets}
    stage = Stage(name=name, **{"type": TYPE_OF.get(values.get("target", ""), "test"), **common}, settings=settings)
    if stage.target == "kubernetes":
        from gofigure.config.deploys import with_terminal

        stage = with_terminal(stage)
    if stage.target == "pre-commit" and (stage.files is not None or stage.inputs):
        stage = stage._replace(inputs=tuple(dict.fromkeys((*pre_commit_settings(stage.run or ""), *stage.inputs))))
    if stage.checkout is not None and stage.checkout not in stage.needs:
        stage = stage._replace(needs=(*stage.needs, stage.checkout))
    return stage


def _misplaced(values: Mapping[str, Any], keys: Mapping[str, Key], target: str) -> list[Wrong]:
    """Keys of another target, and a type that is none of this one's."""
    wrong = [
        Wrong((name,), f"found with the target '{target}', expected it with {_either(keys[name].targets)}")
        for name in values
        if keys[name].targets and target not in keys[name].targets
    ]
    only = TYPE_OF.get(target)
    if only is not None and values.get("type", only) != only:
        message = f"found {quote(values['type'])} with the target '{target}', expected \"{only}\" or nothing"
        wrong.append(Wrong(("type",), message))
    return wrong


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def _named(holder: object, keys: Mapping[str, Key], word: str) -> list[tuple[str, dict[str, Any], list[Wrong]]]:
    """The tables of `jobs` or `stages`: name, good values, what is wrong."""
    found: list[tuple[str, dict[str, Any], list[Wrong]]] = []
    for name, table in holder.items() if isinstance(holder, dict) else ():
        if isinstance(table, dict):
            values, wrong = checked(table, keys)
        else:
            values, wrong = (
                {},
                refuse(table, f"a table, [{word}s.{name[:60]}]" if is_name(name) else "a table"),
            )
        if not is_name(name):
            expected = f"a {word}'s name of letters, digits, _, - and ., not - or . first (100 at most)"
            wrong.insert(0, Wrong((), f"found {quote(name)}, expected {expected}"))
        found.append((name, values, wrong))
    return found


def checked(table: Mapping[str, object], keys: Mapping[str, Key]) -> tuple[dict[str, Any], list[Wrong]]:
    """One table against its keys."""
    values: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for name, value in table.items():
        key = keys.get(name)
        if key is None:
            wrong.append(Wrong((name,), "unknown key", names=tuple(keys), name=name))
            continue
        good = key.kind.check(value, key.kind)
        if isinstance(good, list):
            wrong += _below((name,), good)
        else:
            values[name] = good
    return values, wrong


def _no_stages(values: Mapping[str, object], bad: list[Wrong]) -> list[Wrong]:
    if values.get("stages") or _touched("stages", bad) or not all(wrong.at for wrong in bad):
        return []
    message = "found no stage, expected a list of at least one"
    return [Wrong(("stages",), message)]


def _stage_rules(stage: Stage, bad: list[Wrong]) -> list[Wrong]:
    """What no key can say alone."""
    if not all(wrong.at for wrong in bad):
        return []  # no table at all, or no name: the rest would be guesses
    wrong: list[Wrong] = []
    if stage.target == "shell" and stage.run is None and not _touched("run", bad) and not _touched("target", bad):
        message = "found none, expected a shell line, because the target is 'shell'"
        wrong.append(Wrong(("run",), message))
    wrong += [one for one in checkout_rules(stage) if not _touched(str(one.at[0]), bad)]
    if stage.files is not None and stage.target not in TAKES_FILES and not _touched("target", bad):
        message = (
            f"found with the target '{stage.target}', expected it with {_either(TAKES_FILES)}: no other takes files"
        )
        return [*wrong, Wrong(("files",), message)]
    chooses = stage.target in SOURCE_CHOOSES
    ways = [key for key in _INPUT_KEYS if getattr(stage, key) and (chooses or key != "source")]
    if len(ways) > 1 and ways != ["files", "inputs"]:
        others = " and ".join(f"'{key}'" for key in ways[1:])
        wrong.append(Wrong((ways[0],), f"found together with {others}; {_RULE}"))
    if stage.fix and stage.workspace == "in-place" and not _touched("workspace", bad):
        message = 'found "in-place" with \'fix\', expected "auto" or "private": what is mended is taken over from there'
        wrong.append(Wrong(("workspace",), message))
    if stage.outputs:
        wrong += _output_rules(stage)
    if stage.target == "kubernetes":
        from gofigure.config.deploys import deploy_rules

        wrong += deploy_rules(stage, {str(one.at[0]) for one in bad if one.at})
    wrong += _left_out("ignore", stage.ignore)
    wrong += image_rules(stage)
    message = f"found with the target '{stage.target}', expected it in a stage that runs a command of yours"
    wrong += [Wrong((key,), message) for key in NOT_WITH.get(stage.target, ()) if getattr(stage, key)]
    told = {**dict.fromkeys(stage.pass_env, "pass_env"), **{name: "env" for name, _ in stage.env}}
    for index, name in enumerate(stage.secrets):
        if name in told:
            message = f"found {quote(name)} in '{told[name]}' too, expected it in one of them"
            wrong.append(Wrong(("secrets", index), message))
    return wrong


def _output_rules(stage: Stage) -> list[Wrong]:
    if stage.fix:
        message = (
            "found with 'fix', expected one of them: what a fixer changes is taken over, what a stage makes is not"
        )
        return [Wrong(("outputs",), message)]
    if stage.files is not None:
        message = (
            "found with 'files', expected it in another stage: a file is proven by itself, whatever is made of others"
        )
        return [Wrong(("outputs",), message)]
    wrong = _left_out("outputs", stage.outputs)
    for index, glob in enumerate(stage.outputs):
        if glob in stage.inputs and glob not in _EVERYTHING:
            message = f"found {quote(glob)} in 'inputs' too, expected it in one of them: what it makes it does not read"
            wrong.append(Wrong(("outputs", index), message))
    return wrong


def _left_out(key: str, globs: Sequence[str]) -> list[Wrong]:
    """What is wrong with globs of what is not read: nothing to take away from, or nothing left to read."""
    wrong: list[Wrong] = []
    if globs and globs[0].startswith("!"):
        message = f"found {quote(globs[0])} first, expected after globs from which it takes something away"
        wrong.append(Wrong((key, 0), message))
    for index, glob in enumerate(globs):
        if glob in _EVERYTHING:
            message = f"found {quote(glob or '.')}, expected less than everything: such a stage would read nothing"
            wrong.append(Wrong((key, index), message))
    return wrong


def _touched(key: str, wrong: list[Wrong]) -> bool:
    return any(bad.at[:1] == (key,) for bad in wrong)


def _below(at: tuple[str, ...], wrong: list[Wrong]) -> list[Wrong]:
    return [bad._replace(at=at + bad.at) for bad in wrong]
