"""The personal layer: what it changes, and which file is named when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.config import Layer, changed_by_layers, choose, load, parse_layers, read_layers
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import Config

TARGETS = ("make", "pytest", "shell")
SHARED = """\
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "unit"]
[stages.lint]
run = "lint"
env = { A = "1", B = "2" }
[stages.unit]
run = "unit"
inputs = ["src/**", "tests/**"]
timeout = "1m"
"""


def layered(local: str, shared: str = SHARED) -> Config:
    layers = (Layer("shared", shared.encode()), Layer("local", local.encode(), "local"))
    return parse_layers(layers, targets=TARGETS)


def problems(local: str, shared: str = SHARED) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        layered(local, shared)
    return list(map(str, caught.value.problems))


def test_a_value_takes_the_place_of_the_one_below_and_the_rest_stays() -> None:
    config = layered('[stages.unit]\ntimeout = "20m"\ninputs = ["src/**"]\n')
    unit = config.stages["unit"]
    assert unit.timeout == 1200
    assert unit.inputs == ("src/**",), "lists are replaced, not joined"
    assert unit.run == "unit"
    assert config.local == ("local",)
    assert config.path == "shared"


def test_tables_are_merged_key_by_key_also_that_of_variables() -> None:
    lint = layered('[stages.lint.env]\nB = "3"\nC = "4"\n').stages["lint"]
    assert lint.env == (("A", "1"), ("B", "3"), ("C", "4"))


def test_it_may_add_stages_and_jobs() -> None:
    config = layered('[jobs.mine]\nstages = ["extra"]\n[stages.extra]\nrun = "x"\nneeds = ["lint"]\n')
    assert list(config.jobs) == ["check", "mine"]
    assert list(config.stages) == ["lint", "unit", "extra"]


def test_without_a_personal_file_there_is_one_layer(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    path.write_text(SHARED)
    assert load(str(path), targets=TARGETS).local == ()
    assert [layer.path for layer in read_layers(str(path))] == [str(path)]


def test_the_bytes_that_were_read_are_the_bytes_that_are_parsed(tmp_path: Path) -> None:
    path, local = tmp_path / ".gofigure.toml", tmp_path / ".gofigure.local.toml"
    path.write_text(SHARED)
    local.write_text('[stages.lint]\nrun = "mine"\n')
    layers = read_layers(str(path))
    assert [layer[:2] for layer in layers] == [(str(path), path.read_bytes()), (str(local), local.read_bytes())]
    path.unlink()
    local.write_text("nonsense")
    assert parse_layers(layers, targets=TARGETS).stages["lint"].run == "mine"


def test_a_personal_file_that_leads_nowhere_is_not_overlooked(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    path.write_text(SHARED)
    (tmp_path / ".gofigure.local.toml").symlink_to("nowhere")
    with pytest.raises(GofigureError, match=r"\.gofigure\.local\.toml"):
        read_layers(str(path))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("\n[stages.unit]\ntiemout = 3", "local:3: stages.unit.tiemout: unknown key; did you mean 'timeout'?"),
        ("[stages.unit]\nneeds = ['lnt']", 'local:2: stages.unit.needs[0]: unknown stage "lnt"; did'),
        ("\n\n[stages.new]\ntype = 'build'", "local:3: stages.new.run: found none, expected a shell line"),
        ("[stages.lint]\n\nneeds = ['unit']\n[stages.unit]\nneeds = ['lint']", "local:3: stages.lint.needs[0]: found"),
        ("a = ", "local:1: not valid TOML: "),
        ("[stages.unit]\nsource = 'x'", "local:1: stages.unit.inputs: found together with 'source'"),
        ("stages = 3", "local:1: stages: found 3 (integer), expected a table of stages"),
    ],
)  # fmt: skip
def test_what_the_personal_layer_causes_names_its_file(local: str, expected: str) -> None:
    first, *rest = problems(local)
    assert first.startswith(expected)
    assert all(other.startswith("local:") for other in rest)


def test_a_problem_of_the_shared_file_is_its_own_even_where_a_layer_hides_it() -> None:
    shared = SHARED.replace('"1m"', '"soon"')
    assert [told.split(":")[:2] for told in problems("", shared)] == [["shared", "10"]]
    hidden = problems('[stages.unit]\ntimeout = "1m"\n', shared)
    assert [told.split(":")[:2] for told in hidden] == [["shared", "10"]], "everybody else still has it"
    both = problems("[stages.unit]\nretries = -1\n", shared)
    assert [told.split(":")[:2] for told in both] == [["shared", "10"], ["local", "2"]]


def test_what_it_changes() -> None:
    local = """
[stages.unit]
timeout = "1m"
run = "mine"
[stages.lint.env]
B = "3"
[stages.new]
run = "x"
[jobs.check]
strict_dependency = false
"""
    layers = (Layer("shared", SHARED.encode()), Layer("local", local.encode(), "local"))
    changed = ("stages.unit.run", "stages.lint.env.B", "stages.new", "jobs.check.strict_dependency")
    assert changed_by_layers(layers, targets=TARGETS) == {"local": changed}
    assert changed_by_layers(layers[:1], targets=TARGETS) == {}


def test_deeply_nested_tables_are_only_a_wrong_value() -> None:
    deep = "[" + ".".join(["stages", "lint", "env"] + ["a"] * 400) + "]\nx = 1\n"
    both = problems(deep, SHARED.replace('env = { A = "1", B = "2" }\n', "") + deep)
    assert any("stages.lint.env" in told for told in both)


def test_disabled_stages_and_jobs_are_as_if_they_were_not_written() -> None:
    config = layered("[stages.unit]\nenabled = false\n")
    assert list(config.stages) == ["lint"]
    assert config.jobs["check"].stages == ("lint",)
    assert config.disabled == ("unit",)
    config = layered("[jobs.check]\nenabled = false\n")
    assert not config.jobs
    assert list(config.stages) == ["lint", "unit"]
    with pytest.raises(GofigureError, match=r"^'check' is disabled \(enabled = false\)$"):
        choose(config, ["check"])


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (
            "[stages.lint]\nenabled = false\n[stages.unit]\nneeds = ['lint']",
            (
                'local:2: stages.lint.enabled: found false, but it is needed by "unit"; '
                "expected that what needs it is disabled, too"
            ),
        ),
        (
            "[stages.lint]\nenabled = false\n[stages.unit]\nenabled = false",
            (
                'local:2: stages.lint.enabled: found false, and so no stage is left of the job "check"; '
                "expected enabled = false in [jobs.check], too"
            ),
        ),
    ],
)
def test_a_disabled_stage_that_is_missed_is_an_error(local: str, expected: str) -> None:
    assert problems(local) == [expected]


def test_what_needs_a_disabled_stage_may_be_disabled_with_it() -> None:
    shared = SHARED + 'needs = ["lint"]\n[stages.other]\nrun = "x"\n[jobs.more]\nstages = ["other"]\n'
    local = "[jobs.check]\nenabled = false\n[stages.lint]\nenabled = false\n[stages.unit]\nenabled = false\n"
    config = layered(local, shared)
    assert list(config.stages) == ["other"]
    assert config.disabled == ("check", "lint", "unit")
