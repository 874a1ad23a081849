"""Which words could stand where the cursor is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from gofigure.cli.candidates import FILES, SOURCES, source_of
from gofigure.cli.completing import answer, first_line
from gofigure.cli.main import gofigure
from gofigure.model import HOOKS

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint"]
[stages.lint]
run = "true"
[stages.unit]
target = "pytest"
"""
DEPLOYS = """
[stages.shipped]
type = "deploy"
run = "true"
[stages.live]
target = "kubernetes"
"""

# What only the person knows.
FREE = {"args", "host", "since", "text", "until"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".gofigure.toml").write_text(CONFIG)
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    return tmp_path


def bash(line: str) -> list[str]:
    return list(answer("bash", [line]))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gofigure run ", ["check", "lint", "unit"]),
        ("gofigure run li", ["lint"]),
        ("gofigure run --no-cache check u", ["unit"]),
        ("gofigure watch ", ["check"]),
        ("gofigure watch --interval 3 c", ["check"]),
        ("gofigure why u", ["unit", FILES]),
        ("gofigure logs ", ["last", "last-1"]),
        ("gofigure logs last ", ["lint", "unit"]),
        ("gofigure logs last unit ", []),
        ("gofigure history --job ", ["check"]),
        ("gofigure history --job=", ["check"]),
        ("gofigure history --verdict pa", ["passed"]),
        ("gofigure history --verdict tim", ["timed\\ out"]),
        ("gofigure history --verdict timed\\ o", ["timed\\ out"]),
        ("gofigure run --junit ", [FILES]),
        ("gofigure run --junit=a", [FILES]),
        ("gofigure run --jobs ", []),
        ("gofigure hook pre-p", ["pre-push"]),
        ("gofigure install-hooks --via ", ["folder", "config"]),
        ("gofigure ru", ["run"]),
        ("gofigure nothing ", []),
        ("gofigure nothing --", []),
        ("gofigure run 'li", ["lint"]),
        ('gofigure run "', ["check", "lint", "unit"]),
        ("gofigure run -- -", []),
        ("gofigure logs --fo", ["--follow"]),
        ("gofigure watch --no-n", ["--no-notify"]),
        ("gofigure --ver", ["--version"]),
    ],
)
def test_what_could_stand_there(project: Path, line: str, expected: list[str]) -> None:
    assert bash(line) == expected


def test_only_deploys_can_be_rolled_back(project: Path) -> None:
    assert bash("gofigure rollback ") == []
    (project / ".gofigure.toml").write_text(CONFIG + DEPLOYS)
    assert bash("gofigure rollback ") == ["shipped", "live"]


def test_others_say_what_it_is(project: Path) -> None:
    assert list(answer("zsh", ["gofigure", "run", ""])) == ["check\tpre-commit", "lint\ttrue", "unit\tpytest"]
    assert list(answer("fish", ["gofigure", "history", "--job=c"])) == ["--job=check\tpre-commit"]
    assert "run\tRun jobs or stages now; without NAMES, all jobs." in list(answer("fish", ["gofigure", "ru"]))


def test_bash_takes_a_colon_for_the_end_of_a_word(project: Path) -> None:
    (project / ".gofigure.toml").write_text('[jobs."services/api:check"]\n')
    assert bash("gofigure run services/api:c") == ["check"]
    assert bash("gofigure run ser") == ["services/api:check"]


@pytest.mark.parametrize("text", ["[jobs", "jobs = 3\nstages = []", "\x00", '[jobs."a\\u001b[2J\\tb"]'])
def test_a_configuration_that_is_wrong_has_no_names(project: Path, text: str) -> None:
    (project / ".gofigure.toml").write_text(text)
    assert not [word for word in bash("gofigure run ") if not word.isprintable()]


def test_the_older_files_have_names_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gofigure-check.json").write_text('{"jobType": "test", "jobStages": ["stage-unit.json"]}')
    (tmp_path / "stage-unit.json").write_text('{"stage": "unit", "target": "make"}')
    monkeypatch.chdir(tmp_path)
    assert bash("gofigure run ") == ["check", "unit"]


def test_the_personal_layer_counts(project: Path) -> None:
    (project / ".gofigure.local.toml").write_text('[jobs.mine]\nstages = ["unit"]\n')
    assert bash("gofigure watch ") == ["check", "mine"]


def test_what_a_command_is_said_to_do_is_its_help() -> None:
    context = click.Context(gofigure)
    for name in gofigure.list_commands(context):
        command = gofigure.get_command(context, name)
        assert command is not None
        assert first_line(name) == (command.help or "").partition("\n")[0], name


def parameters() -> Sequence[tuple[str, click.Parameter]]:
    context = click.Context(gofigure)
    commands = [(name, gofigure.get_command(context, name)) for name in gofigure.list_commands(context)]
    return [(name, one) for name, command in commands if command is not None for one in command.params]


def test_every_value_is_known_or_free() -> None:
    """Who adds an option says where its values are found."""
    for command, one in parameters():
        if isinstance(one, click.Option) and (one.is_flag or one.count or one.hidden):
            continue
        if isinstance(one.type, click.Choice | click.types.IntParamType | click.types.FloatParamType):
            continue
        assert source_of(command, one) in SOURCES or one.name in FREE, (command, one.name)


def test_the_hooks_are_those_that_jobs_may_name() -> None:
    assert bash("gofigure hook ") == list(HOOKS)
