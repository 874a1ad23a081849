"""husky's hooks, and lint-staged's globs and commands."""

from __future__ import annotations

import json
import re

import pytest
from support.imported import Imported, imported, line

SH = '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\n'


def package(**keys: object) -> str:
    return json.dumps(keys, indent=2)


def runs(found: Imported, hook: str) -> list[str]:
    return [line(found.stages[name]) for name in found.on(hook)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("npm test\n", ["npm test"]),
        (f"{SH}npm test\n# a comment\nnpx tsc --noEmit\n", ["npm test", "npx tsc --noEmit"]),
        ("npm test && npm run lint\n", ["npm test", "npm run lint"]),
        ("echo 'a && b'\n", ["echo 'a && b'"]),
        ("a | b && c\n", ["a | b && c"]),
        ("if x; then y; fi\n", ['PATH="node_modules/.bin:$PATH" sh -e .husky/pre-commit']),
        ("cd web\nnpm test\n", ['PATH="node_modules/.bin:$PATH" sh -e .husky/pre-commit']),
        ("npm \\\n test\n", ['PATH="node_modules/.bin:$PATH" sh -e .husky/pre-commit']),
        ("jest\n", ["node_modules/.bin/jest"]),
    ],
)
def test_a_script_that_is_a_list_of_commands_becomes_stages(script: str, expected: list[str]) -> None:
    found = imported({".husky/pre-commit": script, "node_modules/.bin/jest": ""})
    assert runs(found, "pre-commit") == expected
    assert found.config.jobs["pre-commit"].strict_dependency == (len(expected) > 1)


def test_what_git_hands_over_arrives_in_the_same_place() -> None:
    found = imported(
        {".husky/commit-msg": 'npx --no -- commitlint --edit "$1"\n', ".husky/pre-push": "while a; do b; done"}
    )
    assert runs(found, "commit-msg") == ['npx --no -- commitlint --edit "$1"']
    assert runs(found, "pre-push") == ['PATH="node_modules/.bin:$PATH" sh -e .husky/pre-push "$@"']


STAGED = {"*.{js,ts}": ["eslint --fix", "git add"], "*.css": "stylelint", "src/**/*.md": ["prettier --write"]}


@pytest.mark.parametrize(
    "call",
    [
        "npx lint-staged",
        "lint-staged",
        "yarn lint-staged",
        "pnpm exec lint-staged",
        "npx --no-install lint-staged",
        "npm run -s lint-staged",
    ],
)
def test_where_a_hook_calls_lint_staged_its_stages_stand(call: str) -> None:
    found = imported({".husky/pre-commit": f"{call}\nnpm test\n", "package.json": package(**{"lint-staged": STAGED})})
    assert runs(found, "pre-commit") == ['eslint --fix "$@"', 'stylelint "$@"', 'prettier --write "$@"', "npm test"]
    assert [stage.fix for stage in found.stages.values()] == [True, False, True, False]
    assert list(found.config.jobs) == ["pre-commit"]
    js = found.stages["eslint"].files
    assert js is not None
    assert re.search(js, "a/b.ts")
    assert not re.search(js, "a/b.css")


def test_husky_4_in_package_json() -> None:
    hooks = {
        "pre-commit": "lint-staged && npm test",
        "commit-msg": "commitlint -E HUSKY_GIT_PARAMS",
        "prepare-commit-msg": "look $HUSKY_GIT_PARAMS",
        "post-merge": "tell $HUSKY_GIT_STDIN",
        "lunch": "x",
    }
    found = imported({"package.json": package(husky={"hooks": hooks}, **{"lint-staged": {"*.py": "black"}})})
    assert runs(found, "pre-commit") == ['black "$@"', "npm test"]
    assert runs(found, "commit-msg") == ['commitlint --edit "$1"']
    assert runs(found, "prepare-commit-msg") == ['look "$@"']
    assert "husky's variables are not there" in str(found.left)
    assert any("husky.hooks.lunch: no hook of git" in told for told in found.said())


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".lintstagedrc", "{'*.py': 'black'}".replace("'", '"')),
        (".lintstagedrc", "'*.py': black\n"),
        (".lintstagedrc.json", '{"*.py": ["black"]}'),
        (".lintstagedrc.yml", "'*.py':\n  - black\n"),
    ],
)
def test_lint_staged_alone(file: str, text: str) -> None:
    found = imported({file: text, "pyproject.toml": ""})
    assert runs(found, "pre-commit") == ['black "$@"']
    assert found.stages["black"].inputs == ("pyproject.toml",)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"lint-staged.config.mjs": "export default {}"}, "0 the whole file: a program decides"),
        ({"packages/a/.lintstagedrc.json": "{}"}, "0 the whole file: settings of a folder below"),
        (
            {"package.json": "{}", "packages/b/package.json": package(**{"lint-staged": {"*.py": "black"}})},
            "0 the whole file: settings of a folder below",
        ),
        ({".lintstagedrc": "'[': x"}, "1 [: a glob that is not understood"),
        ({".lintstagedrc": "'*': {a: b}"}, "1 *: found a table, expected a text"),
        ({".lintstagedrc": "'*': 'echo \"a'"}, '1 echo "a: its quotes are not closed'),
        ({".husky/pre-commit": "npx lint-staged"}, "0 npx lint-staged: no settings of lint-staged were found"),
        ({".husky/pre-commit": "npx lint-staged -p 2", ".lintstagedrc": "'*': a"}, "0 npx lint-staged -p 2: gofigure"),
        ({".husky/pre-commit": "a", "package.json": package(scripts={"prepare": "husky"})}, "0 scripts.prepare: npm"),
        ({"package.json": package(husky={"hooks": 7})}, '3 husky.hooks: found "7", expected a table'),
    ],
)  # fmt: skip
def test_what_is_not_carried_over_is_named(files: dict[str, str], said: str) -> None:
    found = imported(files).said()
    assert any(told.startswith(said) for told in found), found
