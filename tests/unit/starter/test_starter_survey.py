"""What a project holds, and the stages that follow from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import pytest
from support.places import place

from gofigure.config import parse
from gofigure.starter import Draft, chosen, config_text, survey
from gofigure.targets import KINDS

TARGETS = tuple(KINDS)
RUFF = "[tool.ruff]\nline-length = 100\n"
UNITTEST = "import unittest\n"
SCRIPTS = json.dumps({"scripts": {"lint": "eslint .", "test": "node --test", "build": "tsc"}})


def drafts(files: Mapping[str, str], programs: Collection[str] = (), modules: Collection[str] = ()) -> dict[str, Draft]:
    """The stages that would be written, by name; what is written loads, in the same order."""
    found = survey(place(files, programs, modules=modules))
    made = chosen(found)
    text = config_text(made, [one.remark for one in found if one.remark])
    config = parse(text.encode(), "x", targets=TARGETS)
    assert list(config.stages) == [one.name for one in made if one.active]
    return {one.name: one for one in made}


def active(files: Mapping[str, str], programs: Collection[str] = ()) -> list[str]:
    return [name for name, draft in drafts(files, programs).items() if draft.active]


def line(draft: Draft, key: str) -> object:
    return {one.key: one.value for one in draft.lines}.get(key)


@pytest.mark.parametrize(
    ("files", "programs", "expected"),
    [
        ({}, [], ["markers"]),
        ({"README.md": ""}, ["ruff", "make"], ["markers"]),
        ({"pyproject.toml": RUFF, "a.py": ""}, ["ruff"], ["ruff"]),
        ({"pyproject.toml": RUFF}, [], ["markers"]),
        ({"pyproject.toml": "[tool.rufflike]\n"}, ["ruff"], ["markers"]),
        ({"pyproject.toml": "# [tool.ruff]\n"}, ["ruff"], ["markers"]),
        ({"pyproject.toml": "[tool.ruff.lint]\n", "tests/test_a.py": ""}, ["ruff", "pytest"], ["ruff", "pytest"]),
        ({"setup.cfg": "[flake8]\n[mypy]\n"}, ["flake8", "mypy"], ["flake8", "mypy"]),
        ({"tests/conftest.py": "", "pyproject.toml": "[tool.pytest.ini_options]\n"}, ["pytest"], ["markers"]),
        ({"src/a_test.py": ""}, ["pytest"], ["pytest"]),
        ({"package.json": SCRIPTS}, ["npm"], ["npm-lint", "npm-test", "npm-build"]),
        ({"package.json": SCRIPTS}, [], ["markers"]),
        ({"package.json": "{"}, ["npm"], ["markers"]),
        ({"package.json": "[" * 5000}, ["npm"], ["markers"]),
        ({"package.json": '{"scripts": 7}'}, ["npm"], ["markers"]),
        ({"package.json": '{"scripts": {"test": 7, "lint": " "}}'}, ["npm"], ["markers"]),
        ({"go.mod": "module x", "a_test.go": ""}, ["go"], ["go-test"]),
        ({"go.mod": "module x", "a.go": ""}, ["go"], ["go-vet"]),
        ({"Cargo.toml": ""}, ["cargo"], ["cargo-test"]),
        ({"Makefile": "test: x\nbuild:\ntested:\nlint := 1\ncheck ::= 2\n"}, ["make"], ["make-test", "make-build"]),
        ({"Makefile": "check:\nlint:\n"}, ["make"], ["make-lint", "make-check"]),
        ({"Makefile": "test:\ncheck:\n"}, ["make"], ["make-test"]),
        ({"Makefile": "all:\n"}, ["make"], ["markers", "make-all"]),
        ({"Makefile": "build:\n"}, ["make"], ["markers", "make-build"]),
        ({".pre-commit-config.yaml": ""}, ["prek"], ["pre-commit"]),
        ({".pre-commit-config.yaml": ""}, [], ["markers"]),
        ({"Dockerfile": "", "k8s/a.yml": "kind: Pod\napiVersion: v1\n"}, ["docker", "kubectl"], ["markers"]),
        ({"lefthook.yml": ""}, ["lefthook"], ["markers"]),
    ],
)
def test_what_is_there_and_can_run_becomes_a_stage(
    files: dict[str, str], programs: list[str], expected: list[str]
) -> None:
    assert sorted(active(files, programs)) == sorted(expected)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({".husky/pre-commit": "npm test"}, "what husky has; gofigure import"),
        ({".lintstagedrc": "{}"}, "what lint-staged has; gofigure import"),
        ({"package.json": '{"husky": {"hooks": {}}, "lint-staged": {"*": "a"}}'}, "what husky and lint-staged has"),
        ({"package.json": '{"devDependencies": {"lint-staged": "15", "husky": "9"}}'}, ""),
        ({".pre-commit-config.yaml": "repos: [{hooks: [{id: a, stages: [commit-msg]}]}]"}, "what is for commit-msg;"),
        ({".pre-commit-config.yaml": "default_install_hook_types: [pre-commit, pre-push]"}, "what is for pre-push;"),
        ({".pre-commit-config.yaml": "repos: [{hooks: [{id: a}]}]"}, ""),
    ],
)
def test_what_another_tool_runs_and_this_file_does_not_is_told(files: dict[str, str], said: str) -> None:
    remarks = [one.remark for one in survey(place(files, ["prek", "npm"])) if "gofigure import" in one.remark]
    assert bool(remarks) == bool(said)
    assert all(said in remark for remark in remarks)


def test_the_placeholder_of_npm_is_no_test() -> None:
    scripts = {"test": 'echo "Error: no test specified" && exit 1'}
    assert active({"package.json": json.dumps({"scripts": scripts})}, ["npm"]) == ["markers"]


def test_packages_that_are_not_fetched_yet_leave_a_comment() -> None:
    package = json.dumps({"scripts": {"test": "jest"}, "devDependencies": {"jest": "1"}})
    made = drafts({"package.json": package}, ["npm"])
    assert "npm install" in made["npm-test"].missing
    assert active({"package.json": package, "node_modules": ""}, ["npm"]) == ["npm-test"]


@pytest.mark.parametrize(("lock", "program"), [("yarn.lock", "yarn"), ("pnpm-lock.yaml", "pnpm")])
def test_the_package_manager_is_the_projects_own(lock: str, program: str) -> None:
    made = drafts({"package.json": SCRIPTS, lock: ""}, ["npm", program])
    assert line(made[f"{program}-lint"], "run") == f"{program} run lint"
    assert active({"package.json": SCRIPTS, lock: ""}, ["npm"]) == ["markers"]


def test_tests_run_with_what_there_is() -> None:
    files = {"pyproject.toml": "", "tests/test_a.py": UNITTEST}
    assert line(drafts(files, ["pytest", ".venv/bin/pytest"])["pytest"], "run") == ".venv/bin/pytest"
    assert line(drafts(files, ["pytest"])["pytest"], "target") == "pytest"
    assert line(drafts(files, ["python3"], modules=["pytest"])["pytest"], "run") == "python3 -m pytest"
    assert line(drafts(files, ["python3"])["unittest"], "run") == "python3 -m unittest discover -s tests"
    assert not drafts(files, [])["pytest"].active
    needs_pytest = {**files, "tests/test_b.py": "import pytest\n"}
    assert not drafts(needs_pytest, ["python3"])["pytest"].active


def test_bytecode_is_not_left_behind_where_git_would_see_it() -> None:
    files = {"pyproject.toml": "", "test_a.py": ""}
    assert line(drafts(files, ["pytest"])["pytest"], "env")
    assert not line(drafts({**files, ".gitignore": "__pycache__/\n"}, ["pytest"])["pytest"], "env")


def test_a_module_is_checked_with_what_it_imports() -> None:
    """File by file, a change in one module would leave the proof of another standing."""
    made = drafts({"pyproject.toml": "[tool.mypy]\n"}, ["mypy"])["mypy"]
    assert line(made, "files") is None
    assert line(made, "run") == "mypy ."
    assert line(drafts({"mypy.ini": "[mypy]\nfiles = src\n"}, ["mypy"])["mypy"], "run") == "mypy"


def test_each_module_of_a_monorepo_by_itself_if_they_are_apart() -> None:
    files = {"a/go.mod": "module a", "a/x_test.go": "", "b/go.mod": "module b", "b/c/x_test.go": "", "d/go.mod": ""}
    apart = drafts(files, ["go"])["go-test"]
    assert line(apart, "locations") == ("a", "b")
    for more in ({"go.work": "use ./a"}, {"b/go.mod": "replace a => ../a"}):
        together = drafts({**files, **more}, ["go"])["go-test"]
        assert line(together, "locations") is None
        assert line(together, "run") == "(cd a && go test ./...)\n(cd b && go test ./...)\n"


def test_a_target_needs_no_shell_line() -> None:
    found = survey(place({"a/go.mod": "", "a/x_test.go": ""}, ["go"]))
    (draft,) = chosen(found)
    assert (line(draft, "target"), line(draft, "run")) == ("go_test", None)


def test_sub_projects_of_python() -> None:
    files = {"a/pyproject.toml": "", "a/tests/test_x.py": "", "b/pyproject.toml": ""}
    assert line(drafts(files, ["pytest"])["pytest"], "locations") == ("a",)
    together = drafts({**files, "a/pyproject.toml": 'b = { path = "../b" }'}, ["pytest"])["pytest"]
    assert line(together, "run") == "(cd a && pytest)"

    at_the_root = drafts({**files, "test_y.py": ""}, ["pytest"])["pytest"]
    assert line(at_the_root, "locations") is None


def test_samples_are_no_projects() -> None:
    files = {"tests/x/package.json": SCRIPTS, "examples/y/go.mod": "", "docs/Cargo.toml": ""}
    assert active(files, ["npm", "go", "cargo"]) == ["markers"]


def test_make_gives_way_to_what_knows_the_language() -> None:
    files = {"package.json": SCRIPTS, "Makefile": "test:\nlint:\n"}
    assert active(files, ["npm", "make"]) == ["npm-lint", "npm-test", "npm-build"]
    assert active(files, ["make"]) == ["make-lint", "make-test"]


def test_builds_wait_for_the_push() -> None:
    made = chosen(survey(place({"package.json": SCRIPTS}, ["npm"])))
    config = parse(config_text(made).encode(), "x", targets=TARGETS)
    assert config.jobs["build"].on == ("pre-push",)
    assert config.jobs["build"].stages == ("npm-build",)
    assert config.jobs["check"].stages == ("npm-lint", "npm-test")
