"""Whatever these files hold: what is made of it loads, or an error says where. Never anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.imported import imported

from gofigure.errors import ConfigError
from gofigure.importing import FORMATS

WORDS = [
    "repos", "repo", "local", "meta", "hooks", "id", "entry", "language", "system", "fail", "script",
    "docker_image", "files", "exclude", "types", "python", "types_or", "args", "stages", "alias", "pass_filenames",
    "default_stages", "pre-commit", "commit-msg", "pre-push", "commands", "scripts", "jobs", "group", "run", "glob",
    "root", "env", "tags", "skip", "only", "ref", "piped", "priority", "stage_fixed", "interactive", "fail_text",
    "templates", "name", "merge", "husky", "lint-staged", "{staged_files}", "*.py", "*.{a,b}", "!(x)", "[", "test",
    "lint", "build", "tasks", "desc", "steps", "commands", "image", "uses", "actions/checkout@v4", "environment",
    "secrets", "from_secret", "working-directory", "timeout-minutes", "with", "npx lint-staged", "a && b", "'",
    "${{ secrets.X }}", "continue-on-error", "manual", "(?x) a # b", "(", "\u2028", "é", "$(x)",
]  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(WORDS), st.text(max_size=5))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), inner, max_size=4),
    ),
    max_leaves=14,
)
# Something that is nearly right: a value of any kind in the place of one that a person writes.
HOOKS = st.dictionaries(
    st.sampled_from(["id", "entry", "language", "files", "exclude", "types", "args", "stages"]), VALUES
)
JOBS = st.dictionaries(
    st.sampled_from(["run", "glob", "exclude", "root", "env", "skip", "only", "group", "fail_text", "timeout"]), VALUES
)
FILES = {
    ".pre-commit-config.yaml": st.one_of(
        VALUES, HOOKS.map(lambda hook: {"repos": [{"repo": "local", "hooks": [{"id": "a", "entry": "b", **hook}]}]})
    ),
    "lefthook.yml": st.one_of(VALUES, JOBS.map(lambda job: {"pre-commit": {"jobs": [{"run": "x {files}", **job}]}})),
    ".lintstagedrc.json": st.one_of(VALUES, st.dictionaries(st.text(max_size=6), VALUES, max_size=3)),
    "package.json": st.one_of(
        VALUES, VALUES.map(lambda value: {"scripts": value, "husky": {"hooks": {"pre-commit": "a && lint-staged"}}})
    ),
    "Taskfile.yml": VALUES.map(lambda value: {"tasks": {"lint": value, "test": {"cmds": value}}}),
    ".github/workflows/a.yml": VALUES.map(
        lambda value: {"env": value, "jobs": {"a": {"steps": [value, {"run": "x"}]}}}
    ),
    ".woodpecker.yml": VALUES.map(
        lambda value: {"steps": {"a": value, "b": {"commands": ["x"], "environment": value}}}
    ),
}


def loads_or_says_where(file: str, text: str) -> None:
    said = [file]
    try:
        imported({file: text})
    except ConfigError as error:
        said = [one.path for one in error.problems]
    assert set(said) == {file}


@settings(max_examples=25)
@pytest.mark.parametrize("file", FILES)
@given(data=st.data())
def test_whatever_is_written_in_it(file: str, data: st.DataObject) -> None:
    text = json.dumps(data.draw(FILES[file]))
    loads_or_says_where(file, text)


@settings(max_examples=25)
@pytest.mark.parametrize(
    "file", [*FILES, "Makefile", "justfile", ".husky/pre-commit", ".lintstagedrc", "lefthook.toml"]
)
@given(text=st.one_of(st.text(max_size=40), st.text("ab:- \n\t{}[]&*!|>'\"#%@`,?", max_size=40)))
def test_whatever_text_it_is(file: str, text: str) -> None:
    loads_or_says_where(file, text)


def test_every_format_has_its_files_and_they_may_all_be_there_at_once() -> None:
    files = {
        ".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: lint, entry: a, language: system}]}]",
        "lefthook.yml": "pre-commit: {commands: {lint: {run: b}}}",
        ".husky/pre-commit": "c\n",
        ".lintstagedrc": "'*.py': lint",
        "Makefile": "lint:\ntest:\n",
        "Taskfile.yml": "tasks: {lint: x}",
        "justfile": "lint:\n  x\n",
        "package.json": json.dumps({"scripts": {"lint": "x"}}),
        ".github/workflows/lint.yml": "jobs: {lint: {steps: [{name: lint, run: x}]}}",
        ".woodpecker.yml": "steps: {lint: {commands: [y]}}",
    }
    found = imported(files)
    assert [name.partition(" ")[0] for name in found.text.splitlines()[:1]] == ["#"]
    assert {tool for tool in FORMATS if tool in found.text.splitlines()[0]} == set(FORMATS)
    assert len(found.stages) == len({name.casefold() for name in found.stages}) == 11
    assert found.on("pre-commit") == ["lint", "lefthook-lint", "c", "lint-staged-lint"]


def test_what_is_the_same_in_two_places_is_one_stage() -> None:
    found = imported(
        {"lefthook.yml": "pre-commit: {commands: {lint: {run: make-lint}}}", ".husky/pre-push": "make-lint\n"}
    )
    assert list(found.stages) == ["lint"]
    assert found.on("pre-push") == ["lint"]
    assert "# lefthook.yml: pre-commit, lint\n# .husky/pre-push: make-lint\n[stages.lint]" in found.text


def test_no_name_or_comment_can_add_a_line() -> None:
    evil = "x\n[stages.evil]\nrun = 'evil'"
    found = imported({"lefthook.yml": json.dumps({"pre-commit": {"commands": {evil: {"run": "a", "tags": [evil]}}}})})
    assert [stage.run for stage in found.stages.values()] == ["a"]


def test_what_calls_gofigure_is_not_called_by_it() -> None:
    hooks = "[{id: gofigure}, {id: gofigure-commit-msg}, {id: a}]"
    jobs = "{ours: {run: gofigure hook pre-commit}, b: {run: ./gofigure.sh}}"
    found = imported(
        {
            ".pre-commit-config.yaml": f"repos: [{{repo: x, rev: y, hooks: {hooks}}}]",
            "lefthook.yml": f"pre-commit: {{commands: {jobs}}}",
        }
    )
    assert list(found.stages) == ["a", "b"]
    assert sum("it starts gofigure" in line for line in found.said()) == 3
