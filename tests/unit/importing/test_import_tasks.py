"""Make, just, Task and npm: the tasks that mean something, by hand."""

from __future__ import annotations

import json

import pytest
from support.imported import imported

from gofigure.importing.roles import role_of

MAKEFILE = """\
# Variables
X := 1
lint check: build  ## All linters
\truff check
# The unit tests
# of everything
test:
\tpytest
.PHONY: test
test-watch:
fmt::
\truff format
%.o: %.c
install clean:
deploy:
y:= z
"""


def test_makes_targets_with_what_the_makefile_says_of_them() -> None:
    found = imported({"Makefile": MAKEFILE})
    assert [(stage.target, stage.run, stage.fix) for stage in found.stages.values()] == [
        ("make", "lint", False),
        ("make", "check", False),
        ("make", "test", False),
        ("make", "fmt", True),
    ]
    assert found.config.jobs["make"].on == ()
    assert "# Makefile: lint (All linters)\n" in found.text
    assert "# Makefile: test (of everything)\n" in found.text
    assert 'on = ["pre-commit"]' in found.text


JUSTFILE = """\
set shell := ["bash", "-c"]
x := "1"
# Look at all
@check:
  ruff check
[private]
lint:
  x
test *args:
  pytest {{args}}
build target mode="debug":
  x
format: check
"""


def test_justs_recipes() -> None:
    found = imported({"justfile": JUSTFILE})
    assert [stage.run for stage in found.stages.values()] == ["just check", "just test", "just format"]
    assert "# justfile: check (Look at all)\n" in found.text
    assert found.said() == ["11 build: it wants to be told target"]


TASKS = """\
version: '3'
tasks:
  lint: {desc: All linters, cmds: [x], sources: ['**/*.go']}
  test: go test
  build: {cmds: [x], requires: {vars: [V]}}
  check: {internal: true, cmds: [x]}
  dev: x
  fmt:*: x
  test:loop: {cmds: [x], watch: true}
  lint:ask: {cmds: [x], prompt: Sure}
"""


def test_tasks() -> None:
    found = imported({"Taskfile.yml": TASKS})
    assert [stage.run for stage in found.stages.values()] == ["task lint", "task test"]
    assert [line.partition(":")[0] for line in found.said()] == [
        "3 lint.sources",
        "5 build",
        "8 fmt",
        "9 test",
        "10 lint",
    ]


SCRIPTS = {
    "lint": "eslint .", "lint:fix": "eslint --fix", "test": "vitest run", "test:watch": "vitest", "typecheck": "tsc",
    "format:check": "prettier -c .", "build": "vite build", "dev": "vite", "prepare": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("lock", "program"), [("package-lock.json", "npm"), ("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn")]
)
def test_scripts(lock: str, program: str) -> None:
    found = imported({"package.json": json.dumps({"scripts": SCRIPTS}), lock: ""})
    names = ["lint", "lint-fix", "test", "typecheck", "format-check", "build"]
    assert list(found.stages) == names
    assert found.stages["test"].target == ("npm_test" if program == "npm" else "shell")
    assert found.stages["lint"].run == f"{program} run lint"
    assert found.stages["lint-fix"].fix
    assert found.stages["build"].type == "build"


def test_the_placeholder_of_npm_init_is_no_test() -> None:
    text = json.dumps({"scripts": {"test": 'echo "Error: no test specified" && exit 1'}})
    assert not imported({"package.json": text}).stages


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("lint", "lint"), ("test:unit", "test"), ("unit-tests", "test"), ("type-check", "lint"), ("typeCheck", "lint"),
        ("fmt", "fix"), ("fmt-check", "lint"), ("lint:fix", "fix"), ("test-watch", None), ("deploy", None), ("", None),
        ("testing", None), ("check", "lint"), ("all", "build"),
    ],
)  # fmt: skip
def test_what_a_name_means(name: str, role: str | None) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Makefile": "deploy:\n"}, "0 its targets: none has a name"),
        ({"justfile": "deploy:\n"}, "0 its recipes: none has a name"),
        ({"Taskfile.yml": "tasks: [a]\n"}, "1 tasks: found a list, expected a table"),
        ({"package.json": '{"scripts": {"test": 7}}'}, None),
        ({"package.json": '{"scripts": {"test": ["a"]}}'}, "1 scripts.test: found a list, expected a text"),
        ({"package.json": "[]"}, "1 the file: found a list, expected a table"),
    ],
)
def test_what_is_not_understood_is_named(files: dict[str, str], said: str | None) -> None:
    found = imported(files).said()
    assert said is None or any(line.startswith(said) for line in found), found
