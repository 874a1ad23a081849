"""Problems of whole configurations: rules between keys, names, and all of them at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gofigure.config import parse
from gofigure.errors import ConfigError
from gofigure.model import Job, Stage

TARGETS = ("go_test", "make", "pytest", "shell")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), ".gofigure.toml", targets=TARGETS)
    return [str(problem).removeprefix(".gofigure.toml:") for problem in caught.value.problems]


def test_a_configuration_of_the_design() -> None:
    text = """
[jobs.check]
on = ["pre-commit", "pre-push"]
stages = ["lint", "unit"]
strict_dependency = true
[stages.lint]
run = 'ruff check "$@"'
files = '\\.py$'
[stages.unit]
target = "pytest"
locations = ["services/api", "services/web"]
source = '.*test.*\\.py'
needs = ["lint"]
"""
    config = parse(text.encode(), "x", targets=TARGETS)
    assert config.jobs == {"check": Job("check", ("lint", "unit"), ("pre-commit", "pre-push"), True)}
    assert config.stages == {
        "lint": Stage("lint", run='ruff check "$@"', files="\\.py$"),
        "unit": Stage(
            "unit",
            target="pytest",
            locations=("services/api", "services/web"),
            source=".*test.*\\.py",
            needs=("lint",),
        ),
    }


def test_every_problem_at_once_in_the_order_of_the_file() -> None:
    text = """\
version = 2
[job.check]
stages = []

[jobs.check]
on = ["pre-comit", "pre-push",
      "pre-push"]
stages = ["lnt", "unit"]
strict = true

[jobs.none]

[stages.lint]
run = "x"
tiemout = 3
needs = ["unit"]

[stages.unit]
retries = "3"
needs = [
  "lint",
  "linter",
]

[stages.build]
target = "mak"
"""
    assert problems(text) == [
        "1: version: found 2 (integer), expected the number 1",
        "2: job: unknown key; did you mean 'jobs'?",
        (
            '6: jobs.check.on[0]: found "pre-comit" (string), expected a git hook or "change"; '
            "did you mean 'pre-commit'?"
        ),
        '7: jobs.check.on[2]: found "pre-push" twice (first as item [1]), expected each item once',
        "8: jobs.check.stages[0]: unknown stage \"lnt\"; did you mean 'lint'?",
        "9: jobs.check.strict: unknown key; did you mean 'strict_dependency'?",
        "11: jobs.none.stages: found no stage, expected a list of at least one",
        "15: stages.lint.tiemout: unknown key; did you mean 'timeout'?",
        "16: stages.lint.needs[0]: found the cycle lint → unit → lint, expected that no stage needs itself",
        "18: stages.unit.run: found none, expected a shell line, because the target is 'shell'",
        '19: stages.unit.retries: found "3" (string), expected a whole number from 0 to 100',
        "22: stages.unit.needs[1]: unknown stage \"linter\"; did you mean 'lint'?",
        ("26: stages.build.target: found \"mak\" (string), expected the name of a target; did you mean 'make'?"),
    ]


def test_only_a_shell_stage_must_have_a_line_to_run() -> None:
    assert parse(b"[stages.a]\ntarget = 'make'", "x", targets=TARGETS).stages["a"].run is None
    assert problems("[stages.a]\ntarget = 'shell'") == [
        "1: stages.a.run: found none, expected a shell line, because the target is 'shell'"
    ]
    # One cause, one problem.
    assert problems("[stages.a]\nrun = ' '") == [
        '2: stages.a.run: found " " (string), expected a text that is not empty'
    ]


RULE = "choose inputs in one way: files (with inputs that all of them depend on), or inputs, or locations with source"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["source = 'a'", "files = 'a'"], f"4: stages.a.files: found together with 'source'; {RULE}"),
        (["inputs = ['a']", "source = 'a'"], f"3: stages.a.inputs: found together with 'source'; {RULE}"),
        (
            ["inputs = ['a']", "source = 'a'", "files = 'a'"],
            f"5: stages.a.files: found together with 'inputs' and 'source'; {RULE}",
        ),
    ],
)
def test_inputs_are_chosen_in_one_way(lines: list[str], expected: str) -> None:
    assert problems("\n".join(["[stages.a]", "run = 'x'", *lines])) == [expected]


def test_only_a_shell_stage_takes_files() -> None:
    for target in ("pytest", "go_test"):
        (said,) = problems(f"[stages.a]\ntarget = '{target}'\nfiles = 'a'")
        assert said.startswith(f"3: stages.a.files: found with the target '{target}'"), said


def test_source_may_stand_beside_inputs_where_it_only_says_where_there_is_something_to_do() -> None:
    lines = "inputs = ['src/**']\nsource = 'a'"
    config = parse(f"[stages.a]\ntarget = 'pytest'\n{lines}".encode(), "x", targets=TARGETS)
    assert config.stages["a"].source == "a"
    assert problems(f"[stages.a]\ntarget = 'make'\n{lines}") == [
        f"3: stages.a.inputs: found together with 'source'; {RULE}"
    ]


@pytest.mark.parametrize(("key", "value"), [("pass_env", "['B', 'A']"), ("env", "{ A = 'x' }")])
def test_a_secret_is_only_that(key: str, value: str) -> None:
    """What is in the other two is part of the key, and so of the store."""
    (only,) = problems(f"[stages.a]\nrun = 'x'\n{key} = {value}\nsecrets = ['C', 'A']")
    assert only == f"4: stages.a.secrets[1]: found \"A\" in '{key}' too, expected it in one of them"


@pytest.mark.parametrize("value", ["'TOKEN'", "['A-B']", "['A', 'A']", "[1]", "['']"])
def test_secrets_are_a_list_of_names(value: str) -> None:
    (only,) = problems(f"[stages.a]\nrun = 'x'\nsecrets = {value}")
    assert only.startswith("3: stages.a.secrets")


def test_files_may_have_inputs_that_all_of_them_depend_on() -> None:
    parse(b"[stages.a]\nrun='x'\nfiles='a'\ninputs=['ruff.toml']", "x", targets=TARGETS)


def test_locations_with_source_is_one_way() -> None:
    parse(b"[stages.a]\nrun='x'\nlocations=['a']\nsource='b'", "x", targets=TARGETS)


@pytest.mark.parametrize("key", ["artifacts", "cluster"])
def test_keys_of_later_versions_are_unknown(key: str) -> None:
    (only,) = problems(f"[stages.a]\nrun = 'x'\n{key} = 1")
    assert only.startswith(f"3: stages.a.{key}: unknown key; ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jobs = 3", ["1: jobs: found 3 (integer), expected a table of jobs"]),
        ("stages = []", ["1: stages: found an array of 0 items, expected a table of stages"]),
        ("[[stages.a]]", ["1: stages.a: found an array of 1 item, expected a table, [stages.a]"]),
        (
            "[stages.a]\nrun='x'\n[jobs]\ncheck = ['a']",
            ["4: jobs.check: found an array of 1 item, expected a table, [jobs.check]"],
        ),
        (
            "[stages.'a/b']\nrun='x'",
            [
                (
                    '1: stages."a/b": found "a/b", expected a stage\'s name of letters, digits, _, - and .,'
                    " not - or . first (100 at most)"
                )
            ],
        ),
        ("[jobs.a]\nstages = []", ["2: jobs.a.stages: found no stage, expected a list of at least one"]),
        ("[jobs.a]\nstages = ['x']", ['2: jobs.a.stages[0]: unknown stage "x"']),
        # The misspelt table is the one cause: its stages are not called unknown as well.
        ("[jobs.a]\nstages = ['x']\n[stage.x]", ["3: stage: unknown key; did you mean 'stages'?"]),
    ],
)
def test_tables_and_names(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_names_may_be_quoted_dotted_or_not_english() -> None:
    text = "[stages.'a.b']\nrun='x'\n[stages.'prüfung-1']\nrun='x'"
    assert list(parse(text.encode(), "x", targets=TARGETS).stages) == ["a.b", "prüfung-1"]


def test_a_good_file_imports_nothing_that_only_errors_need() -> None:
    code = (
        "import sys; from gofigure.config import parse;"
        "parse(b'[stages.a]\\nrun=\"x\"\\nsource=\"a\"', 'x', targets=('shell',));"
        "print(sorted({'difflib', 'gofigure.config.lines', 'gofigure.config.report',"
        "'gofigure.config.suggest',"
        "'dataclasses', 'inspect'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
