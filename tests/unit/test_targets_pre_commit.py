"""What the target `pre-commit` makes of a stage."""

from __future__ import annotations

import pytest

from gofigure.config import parse
from gofigure.errors import ConfigError
from gofigure.model import Stage
from gofigure.targets import KINDS, commands_of, source_of, tools_of
from gofigure.targets.pre_commit import asks_git


def test_it_is_always_told_of_files() -> None:
    (by_file,) = commands_of(Stage("s", target="pre-commit", run="--hook-stage manual 'a b'", files="."))
    assert by_file.takes_files
    assert by_file.argv[4:] == ("--hook-stage", "manual", "a b", "--files")
    whole = commands_of(Stage("s", target="pre-commit", locations=("a", "b")))
    assert [(command.argv[4:], command.cwd, command.takes_files) for command in whole] == [
        (("--all-files",), "a", False),
        (("--all-files",), "b", False),
    ]


def test_what_its_result_depends_on() -> None:
    text = '[jobs.a]\nstages = ["s"]\n[stages.s]\ntarget = "pre-commit"\nfiles = "x"\ninputs = ["setup.cfg"]\n'
    stage = parse(text.encode(), "x", targets=tuple(KINDS)).stages["s"]
    assert stage.inputs == (".pre-commit-config.y*ml", "prek.toml", "setup.cfg")
    assert tools_of(stage) == ("prek", "pre-commit")
    whole = Stage("s", target="pre-commit")
    assert source_of(whole) == r"^(\.pre-commit-config\.ya?ml|prek\.toml)$"
    assert source_of(whole._replace(run="-c other.yaml")) is None


@pytest.mark.parametrize("run", ["-c ci/hooks.yaml", "--config=ci/hooks.yaml lint", "x --config './ci/hooks.yaml'"])
def test_a_configuration_elsewhere_is_what_its_result_depends_on(run: str) -> None:
    text = f'[jobs.a]\nstages = ["s"]\n[stages.s]\ntarget = "pre-commit"\nfiles = "x"\nrun = "{run}"\n'
    assert parse(text.encode(), "x", targets=tuple(KINDS)).stages["s"].inputs == ("ci/hooks.yaml",)
    assert source_of(Stage("s", target="pre-commit", run=run)) is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("      - id: no-commit-to-branch\n", True),
        ("hooks: [{id: check-added-large-files}, {id: x}]", True),
        ('{"id": "check-merge-conflict"}', True),
        ("gitleaks git --pre-commit --staged", True),
        ("sh -c 'git rev-parse --abbrev-ref HEAD | grep main'", True),
        ("      - id: trailing-whitespace\n", False),
        ("ruff check --fix", False),
        ("my-no-commit-to-branches", False),
    ],
)
def test_what_asks_git_for_more_than_files(text: str, *, asks: bool) -> None:
    assert asks_git(text) is asks


@pytest.mark.parametrize("target", ["make", "pytest", "docker"])
def test_no_other_target_takes_files(target: str) -> None:
    text = f'[jobs.a]\nstages = ["s"]\n[stages.s]\ntarget = "{target}"\nfiles = "x"\n'
    with pytest.raises(ConfigError, match="expected it with 'pre-commit' or 'shell'"):
        parse(text.encode(), "x", targets=tuple(KINDS))
