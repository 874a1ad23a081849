"""pre-commit's configuration: which hooks become stages of ours, which stay with pre-commit, on which files."""

from __future__ import annotations

import re

import pytest
from support.imported import Imported, imported

from gofigure.errors import ConfigError

FILE = ".pre-commit-config.yaml"


def of(hooks: str, top: str = "", files: dict[str, str] | None = None) -> Imported:
    """Local hooks, indented by eight."""
    return imported({FILE: f"{top}\nrepos:\n  - repo: local\n    hooks:\n{hooks}", **(files or {})})


def hook(**keys: str) -> str:
    told = {"id": "one", "name": "one", "entry": "tool --x", "language": "system", **keys}
    return "      - " + "\n        ".join(f"{key}: {value}" for key, value in told.items()) + "\n"


@pytest.mark.parametrize(
    ("keys", "run"),
    [
        ({}, 'tool --x "$@"'),
        ({"args": "[--y, 'a b']"}, "tool --x --y 'a b' \"$@\""),
        ({"language": "script", "entry": "check.sh"}, './check.sh "$@"'),
        ({"language": "script", "entry": "bin/check.sh"}, 'bin/check.sh "$@"'),
        ({"entry": "'bash -c ''echo \"$@\"'' --'"}, 'bash -c \'echo "$@"\' -- "$@"'),
        ({"language": "unsupported"}, 'tool --x "$@"'),
        ({"pass_filenames": "false"}, "tool --x"),
        ({"pass_filenames": "false", "always_run": "true"}, "tool --x"),
        ({"language": "fail", "entry": "No such file"}, "printf '%s\\n' 'No such file' \"$@\" >&2; exit 1"),
        ({"language": "docker_image", "entry": "--entrypoint /lint img:1 -q"}, '/lint -q "$@"'),
        ({"language": "docker_image", "entry": "img:1 lint -q"}, 'lint -q "$@"'),
    ],
)
def test_a_local_hook_is_a_line_of_its_words(keys: dict[str, str], run: str) -> None:
    stage = of(hook(**keys)).stages["one"]
    assert stage.run == run
    assert stage.target == "shell"
    assert (stage.files is None) == ("pass_filenames" in keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"language": "python"},
        {"language": "pygrep"},
        {"language": "docker_image", "entry": "img:1"},
        {"language": "docker_image", "entry": "img:1 -q"},
        {"types": "[executable]"},
        {"types_or": "[python, symlink]"},
        {"exclude_types": "[binary]"},
        {"types": "[bash]"},
    ],
)
def test_what_only_pre_commit_can_do_stays_with_it(keys: dict[str, str]) -> None:
    stage = of(hook(**keys)).stages["one"]
    assert (stage.target, stage.run) == ("pre-commit", "one")
    assert ".pre-commit-config.y*ml" in stage.inputs


@pytest.mark.parametrize(
    ("keys", "top", "yes", "no"),
    [
        ({}, "", ["a", "b/c.py"], []),
        ({"files": r"\.py$"}, "", ["a.py", "b/c.py"], ["a.pyc"]),
        ({"files": r"\.py$", "exclude": "^tests/"}, "", ["a.py"], ["tests/a.py"]),
        ({"exclude": "gen|^x"}, "", ["a.py"], ["a/gen.py", "xy"]),
        ({"types": "[python]"}, "", ["a.py", "b/a.pyw"], ["a.rb", "py", "a.pyi"]),
        ({"types": "[file]"}, "", ["a.py", "x.png"], []),
        ({"types": "[text]"}, "", ["a.py", "x"], ["x.png", "a/y.jpeg"]),
        ({"types_or": "[python, toml]"}, "", ["a.py", "x/b.toml", "poetry.lock"], ["a.json"]),
        ({"types": "[yaml]", "exclude_types": "[python]"}, "", ["a.yml"], ["a.py"]),
        ({"types": "[python]", "files": "^src/"}, "", ["src/a.py"], ["a.py", "src/a.txt"]),
        ({"types": "[dockerfile]"}, "", ["Dockerfile", "x/Dockerfile.dev"], ["Dockerfiles"]),
        ({"files": r"\.py$"}, "exclude: ^vendor/", ["a.py"], ["vendor/a.py"]),
        ({"files": r"\.py$"}, "files: ^src/", ["src/a.py"], ["a.py"]),
        ({"exclude": "|\n          (?x)^(a/.*|  # ours\n           b/.*)$"}, "", ["c/a"], ["a/b", "b/c"]),
    ],
)
def test_the_files_are_those_that_pre_commit_would_hand_over(
    keys: dict[str, str], top: str, yes: list[str], no: list[str]
) -> None:
    pattern = of(hook(**keys), top).stages["one"].files
    assert pattern is not None
    assert [path for path in yes if not re.search(pattern, path)] == []
    assert [path for path in no if re.search(pattern, path)] == []


@pytest.mark.parametrize(
    ("keys", "top", "hooks"),
    [
        ({}, "", ["pre-commit"]),
        ({}, "default_install_hook_types: [pre-commit, pre-push, commit-msg]", ["pre-commit", "pre-push"]),
        ({"stages": "[commit, push]"}, "", ["pre-commit", "pre-push"]),
        ({"stages": "[merge-commit]"}, "", ["pre-merge-commit"]),
        ({}, "default_stages: [pre-push]", ["pre-push"]),
        ({"stages": "[commit-msg]"}, "default_stages: [pre-push]", ["commit-msg"]),
        ({"stages": "[manual]"}, "", []),
    ],
)
def test_the_hooks_of_git_that_run_it(keys: dict[str, str], top: str, hooks: list[str]) -> None:
    found = of(hook(**keys), top)
    assert [name for job in found.config.jobs.values() for name in job.on] == hooks
    assert list(found.stages) == ["one"]


def test_a_message_arrives_as_the_first_argument() -> None:
    found = of(hook(stages="[commit-msg]") + hook(id="py", language="python", stages="[commit-msg]"))
    assert found.stages["one"].run == 'tool --x "$1"'
    assert found.stages["py"].run == 'pre-commit run --hook-stage commit-msg py --commit-msg-filename "$1"'


REMOTE = """\
fail_fast: true
ci: {autofix_prs: false}
minimum_pre_commit_version: 3.2.0
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.6.0
    hooks:
      - id: trailing-whitespace
      - id: check-yaml
        exclude: ^charts/
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks:
      - id: ruff
        args: [--fix]
      - id: ruff
        alias: ruff-again
  - repo: https://github.com/compilerla/conventional-pre-commit
    rev: v3
    hooks: [{id: conventional-pre-commit}]
  - repo: meta
    hooks: [{id: check-hooks-apply}, {id: identity}]
"""


def test_a_remote_hook_is_a_stage_for_each_file_by_pre_commit() -> None:
    found = imported({FILE: REMOTE, "pyproject.toml": "", "web/setup.cfg": ""})
    assert found.on("pre-commit") == ["trailing-whitespace", "check-yaml", "ruff", "ruff-again", "check-hooks-apply"]
    assert found.on("commit-msg") == ["conventional-pre-commit"]
    assert found.config.jobs["pre-commit"].strict_dependency
    ruff = found.stages["ruff"]
    assert (ruff.target, ruff.run, ruff.fix) == ("pre-commit", "ruff", True)
    assert ruff.inputs == (".pre-commit-config.y*ml", "prek.toml", "pyproject.toml")
    assert ruff.files is not None
    assert re.search(ruff.files, "a.py")
    assert re.search(ruff.files, "bin/script")  # perhaps Python, by its first line: pre-commit looks
    assert not re.search(ruff.files, "a.md.txt")
    assert found.stages["ruff-again"].run == "ruff-again"
    assert not found.stages["ruff-again"].fix
    assert found.stages["check-hooks-apply"].files is None
    assert [line.partition(":")[0] for line in found.said()] == ["2 ci", "3 minimum_pre_commit_version", "22 identity"]


def test_without_pre_commit_what_needs_it_is_there_and_off() -> None:
    found = imported({FILE: REMOTE + "  - repo: local\n    hooks:\n" + hook()}, programs=())
    assert list(found.stages) == ["one"]
    assert "ruff" in found.config.disabled
    assert any("neither can be started here" in line for line in found.said())
    only = imported({FILE: REMOTE}, programs=())
    assert "pre-commit" in only.config.disabled
    assert not only.stages


def test_the_projects_own_script_is_what_every_file_depends_on() -> None:
    found = of(hook(language="script", entry="bin/check.sh"), files={"bin/check.sh": "", "bin/other.sh": ""})
    assert found.stages["one"].inputs == ("bin/check.sh",)


def test_a_script_that_is_known_by_its_first_line_is_handed_over_by_its_name() -> None:
    files = {"bin/tool": "#!/usr/bin/env python3\n", "bin/sh": "#!/bin/sh\n", "LICENSE": "free"}
    pattern = of(hook(types="[python]", exclude="^x"), files=files).stages["one"].files
    assert pattern is not None
    assert [path for path in (*files, "a.py", "x.py", "my/bin/tool") if re.search(pattern, path)] == [
        "bin/tool",
        "a.py",
    ]


def test_a_hook_that_ends_the_rest_keeps_the_order() -> None:
    found = of(hook(fail_fast="true") + hook(id="two", entry="x"))
    assert found.config.jobs["pre-commit"].strict_dependency
    job = of(hook() + hook(id="two", entry="x")).config.jobs["pre-commit"]
    assert (job.strict_dependency, job.keep_going) == (False, True)


def test_two_hooks_of_one_name_get_two_names() -> None:
    found = of(hook() + hook(entry="other"))
    assert [stage.run for stage in found.stages.values()] == ['tool --x "$@"', 'other "$@"']


def test_what_is_installed_is_to_be_taken_out() -> None:
    from support.places import place

    from gofigure.importing import chosen, survey

    there = place({FILE: REMOTE, ".git/hooks/pre-commit": "# File generated by prek: https://x\n"})
    (found,) = survey(there, chosen(there, ()))
    assert found.take_over == ("prek uninstall",)


def test_prek_has_the_same_in_toml() -> None:
    hook = 'id = "a"\nname = "a"\nentry = "b"\nlanguage = "system"\n'
    found = imported({"prek.toml": f'[[repos]]\nrepo = "local"\n[[repos.hooks]]\n{hook}'})
    assert found.stages["a"].run == 'b "$@"'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x: 1\n", 1, "no key 'repos'"),
        ("repos: [\n", 2, "not valid YAML"),
    ],
)
def test_a_file_that_is_none_is_an_error(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        imported({FILE: text})
    assert (caught.value.problems[0].line, words in caught.value.problems[0].message) == (line, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repos: 7\n", '1 repos: found "7", expected a list'),
        ("repos: [7]\n", '1 repos[0]: found "7", expected a table'),
        ("repos: [{hooks: []}]\n", "1 repos[0]: it names no repository"),
        ("repos: [{repo: local, hooks: {a: b}}]\n", "1 repos[0].hooks: found a table, expected a list"),
        ("repos: [{repo: local, hooks: [{name: x}]}]\n", "1 repos[0].hooks[0]: a hook without an id"),
        ("repos: [{repo: x, hooks: [{id: a, colour: b}]}]\n", "1 a.colour: unknown key"),
        ("repos: [{repo: x, hooks: [{id: a, files: '('}]}]\n", "1 a.files: (: no regular expression"),
        ("repos: [{repo: x, hooks: [{id: a, stages: [lunch]}]}]\n", "1 a: stages: lunch: no hook of git"),
        ("repos: [{repo: x, hooks: [{id: a, args: 7}]}]\n", '1 a.args: found "7", expected a list'),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    assert any(line.startswith(said) for line in imported({FILE: text}).said()), imported({FILE: text}).said()


@pytest.mark.parametrize(
    "name", ["no-commit-to-branch", "check-added-large-files", "check-merge-conflict", "destroyed-symlinks", "gitleaks"]
)
def test_what_asks_git_for_more_than_files_is_asked_each_time_and_here(name: str) -> None:
    found = imported({FILE: f"repos:\n  - repo: https://x/y\n    rev: v1\n    hooks: [{{id: {name}}}]\n"})
    stage = found.stages[name]
    assert (stage.cache, stage.workspace) == (False, "in-place")
    assert "it asks git for the branch" in found.text


def test_so_it_is_with_a_line_of_ones_own() -> None:
    stage = of(hook(entry="git diff --cached --check", pass_filenames="false")).stages["one"]
    assert (stage.cache, stage.workspace) == (False, "in-place")
    assert of(hook()).stages["one"].cache


@pytest.mark.parametrize(
    ("keys", "inputs"),
    [
        ({"language": "python", "entry": "python tools/check.py"}, "tools/check.py"),
        ({"language": "python", "entry": "python -m tools.check"}, "tools/check.py"),
        ({"language": "python", "additional_dependencies": "[./tools, x]"}, "tools/**"),
        (
            {"language": "pygrep", "types": "[executable]", "entry": "x", "args": "[--words, tools/words]"},
            "tools/words",
        ),
    ],
)
def test_what_makes_up_a_delegated_hook_of_ones_own_is_what_every_file_depends_on(
    keys: dict[str, str], inputs: str
) -> None:
    stage = of(hook(**keys), files={"tools/check.py": "", "tools/words": ""}).stages["one"]
    assert stage.target == "pre-commit"
    assert inputs in stage.inputs


def test_what_prek_alone_knows() -> None:
    found = of(hook(env="{A: b}", pass_filenames="2"))
    stage = found.stages["one"]
    assert dict(stage.env) == {"A": "b"}
    assert stage.run == "printf '%s\\0' \"$@\" | xargs -0 -n 2 tool --x"
    assert stage.files is not None
    assert found.said() == []


def test_what_a_stage_of_its_own_does_not_do_is_named() -> None:
    assert of(hook(log_file="x", additional_dependencies="[y]")).said() == [
        "9 one.log_file: a stage of its own has no such thing",
        "10 one.additional_dependencies: a stage of its own has no such thing",
    ]
    assert of(hook(log_file="x", language="python", verbose="true")).said() == []


def test_an_error_tells_how_to_do_without_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        imported({FILE: "x: 1\n", "Makefile": "lint:\n"})
    assert "gofigure import Makefile" in (caught.value.hint or "")
