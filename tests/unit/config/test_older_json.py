"""The older job and stage files: the same values as TOML, and every problem of all files at once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from support.older import put_examples

from gofigure.config import is_there, parse_layers, read_layers
from gofigure.config.background import share_in_background
from gofigure.config.json_schema import older_schema
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import Config, Job, Stage

TARGETS = ("checkout", "docker", "go_test", "kubernetes", "make", "pytest", "shell")
MAKE = {"stage": "x", "target": "make"}
BELOW = 'expected a path below the root, without ".." or a leading "/"'
NAMES = "letters, digits, _, - and . (100 at most)"
BY_HAND = "expected both or none: what is not automated runs by hand"


def put(root: Path, name: str, value: Any) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(value if isinstance(value, str) else json.dumps(value))


def a_job(root: Path, stage: dict[str, Any], **job: Any) -> None:
    put(root, "gofigure-a.json", {"jobStages": ["stage-s.json"], **job})
    put(root, "stage-s.json", {"stage": "s", "stageExecution": "true", **stage})


def loaded(root: Path, targets: tuple[str, ...] = TARGETS) -> Config:
    return parse_layers(read_layers(str(root / ".gofigure.toml")), targets=targets)


def problems(root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(root)
    return [str(problem).replace(f"{root}/", "") for problem in caught.value.problems]


def test_the_four_examples(tmp_path: Path) -> None:
    put_examples(tmp_path, "corrected")
    config = loaded(tmp_path)
    assert config.jobs == {"build": Job("build", ("test", "build", "deploy"), ("change",), strict_dependency=True)}
    assert config.stages == {
        "test": Stage("test", target="go_test", source=".*_test\\.go", locations=("services/api", "services/web")),
        "build": Stage("build", "build", target="docker", source="Dockerfile", locations=("services/api",)),
        "deploy": Stage(
            "deploy", "deploy", run="/bin/bash script.sh", source=".*deploy.*\\.yml", locations=("deploy",)
        ),
    }
    assert config.files == (
        "gofigure-build.json",
        *(f"stages/stage-{name}.json" for name in ("test", "build", "deploy")),
    )
    assert config.path == str(tmp_path / "gofigure-build.json")


def test_a_target_that_is_made_for_one_type_leaves_no_choice(tmp_path: Path) -> None:
    a_job(tmp_path, {"stage": "test-images", "target": "docker", "stageExecution": "default"})
    assert loaded(tmp_path).stages["test-images"].type == "build"


def test_what_a_target_must_be_told(tmp_path: Path) -> None:
    a_job(tmp_path, {"target": "checkout", "stageExecution": "default"})
    line = 'expected what it checks out, or a shell line in "stageExecution"'
    assert problems(tmp_path) == [f"stage-s.json:1: url: found none, {line}"]
    a_job(tmp_path, {"target": "checkout", "url": "/srv/x.git", "ref": "v1", "stageExecution": "default"})
    assert dict(loaded(tmp_path).stages["s"].settings) == {"url": "/srv/x.git", "ref": "v1"}


def test_what_names_a_stage_that_is_none_is_told_of_in_its_own_file(tmp_path: Path) -> None:
    a_job(tmp_path, {"checkout": "src"})
    assert problems(tmp_path) == ['stage-s.json:1: checkout: unknown stage "src"']
    put(tmp_path, "stage-s.json", '{\n"stage": "s",\n"target": "kubernetes",\n"context": "a",\n"namespace": "X"}')
    (said,) = problems(tmp_path)
    assert said.startswith("stage-s.json:5: namespace: ")


def test_the_four_examples_uncorrected(tmp_path: Path) -> None:
    put_examples(tmp_path, "uncorrected")
    assert problems(tmp_path) == [
        'gofigure-build.json:3: column 3: expected a comma after "build"',
        'gofigure-build.json:5: column 5: expected a comma after "stages/stage-test.json"',
        'gofigure-build.json:6: column 5: expected a comma after "stages/stage-build.json"',
        "gofigure-build.json:8: column 3: expected a comma after ]",
        "gofigure-build.json:9: column 3: expected a comma after true",
        'gofigure-build.json:9: column 15: expected a colon after "automated"',
        'stages/stage-test.json:4: column 3: expected a comma after "go_test"',
        "stages/stage-test.json:6: column 3: expected a comma after ]",
        'stages/stage-build.json:3: column 3: expected a comma after "build"',
        'stages/stage-build.json:5: column 3: expected a comma after "Dockerfile"',
        'stages/stage-deploy.json:5: column 3: expected a comma after ".*deploy.*\\\\.yml"',
        "stages/stage-deploy.json:6: column 3: expected a comma after ]",
    ]


@pytest.mark.parametrize(
    ("job", "on"),
    [
        ({}, ()),
        ({"automated": False}, ()),
        ({"automated": True}, ("change",)),
        ({"automated": True, "hooks": ["pre-commit", "pre-push"]}, ("pre-commit", "pre-push", "change")),
    ],
)
def test_what_starts_a_job(tmp_path: Path, job: dict[str, Any], on: tuple[str, ...]) -> None:
    a_job(tmp_path, {}, **job)
    assert loaded(tmp_path).jobs["a"].on == on


@pytest.mark.parametrize(
    ("stage", "job", "kind"),
    [
        ({"stage": "s"}, {}, "test"),
        ({"stage": "s"}, {"jobType": "deploy"}, "deploy"),
        ({"stage": "s", "target": "pytest"}, {"jobType": "deploy"}, "test"),
        ({"stage": "s", "target": "docker"}, {}, "build"),
        ({"stage": "s", "target": "make"}, {"jobType": "build"}, "build"),
        ({"stage": "api-build"}, {"jobType": "test"}, "build"),
        ({"stage": "test_deploy"}, {}, "deploy"),
        ({"stage": "Deploy", "target": "pytest"}, {}, "deploy"),
        ({"stage": "checkout.code"}, {}, "checkout"),
    ],
)
def test_what_a_stage_is_for(tmp_path: Path, stage: dict[str, Any], job: dict[str, Any], kind: str) -> None:
    a_job(tmp_path, stage, **job)
    assert next(iter(loaded(tmp_path).stages.values())).type == kind


def test_a_stage_of_two_jobs_of_which_one_deploys_is_never_taken_for_done(tmp_path: Path) -> None:
    a_job(tmp_path, {}, jobType="build")
    put(tmp_path, "gofigure-b.json", {"jobStages": ["./stage-s.json"], "jobType": "deploy"})
    config = loaded(tmp_path)
    assert config.stages["s"].type == "deploy"
    assert [job.stages for job in config.jobs.values()] == [("s",), ("s",)]


@pytest.mark.parametrize(
    ("target", "source"),
    [("shell", "x"), ("make", "x"), ("kubernetes", "x"), ("go_test", None), ("pytest", None), ("docker", None)],
)
def test_a_line_of_its_own_reads_all_that_a_test_would(tmp_path: Path, target: str, source: str | None) -> None:
    a_job(tmp_path, {"target": target, "source": "x", "locations": ["."]})
    assert loaded(tmp_path).stages["s"] == Stage(
        "s", loaded(tmp_path).stages["s"].type, run="true", locations=("",), source=source
    )


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"gofigure-a.json": "[]"}, ["gofigure-a.json:1: found an array of 0 items, expected {"]),
        ({"gofigure-a.json": "{}"}, ["gofigure-a.json:1: jobStages: found no stage, expected a list of at least one"]),
        (
            {"gofigure-a.json": {"jobStages": ["../x.json", "/y.json", 3]}},
            [
                f'gofigure-a.json:1: jobStages[0]: found "../x.json" (string), {BELOW}',
                f'gofigure-a.json:1: jobStages[1]: found "/y.json" (string), {BELOW}',
                f"gofigure-a.json:1: jobStages[2]: found 3 (integer), {BELOW}",
            ],
        ),
        (
            {"gofigure-a.json": '{"jobStages": ["s.json"],\n"automted": true}', "s.json": MAKE},
            ["gofigure-a.json:2: automted: unknown key; did you mean 'automated'?"],
        ),
        (
            {
                "gofigure-a.json": '{\n"jobStages": ["s.json"],\n"automated": null, "watchFunction": "mtime"}',
                "s.json": '{"stage": "s/t", "stageExecution": "x"}',
            },
            [
                "gofigure-a.json:3: automated: found null, expected true or false",
                'gofigure-a.json:3: watchFunction: found "mtime" (string), expected "file_hash"; valid: file_hash',
                f's.json:1: stage: found "s/t", expected a stage\'s name of {NAMES}',
            ],
        ),
        (
            {"gofigure-a.json": {"jobStages": ["s.json"], "hooks": ["pre-commit"]}, "s.json": MAKE},
            [f'gofigure-a.json:1: hooks: found hooks without "automated": true, {BY_HAND}'],
        ),
        (
            {
                "gofigure-a.json": {"jobStages": ["s.json", "t.json"]},
                "s.json": {"stageExecution": "x"},
                "t.json": {"stage": "t"},
            },
            [
                "s.json:1: stage: found none, expected the stage's name",
                "t.json:1: stageExecution: found \"default\", expected a shell line, because the target is 'shell'",
            ],
        ),
        (
            {
                "gofigure-a.json": {"jobStages": ["s.json", "t.json"]},
                "s.json": MAKE,
                "t.json": '{\n"stage": "x",\n"target": "make"}',
            },
            ['t.json:2: stage: found "x", which s.json:1 is called already; expected each name once'],
        ),
        (
            {"gofigure-a.json": {"jobStages": ["s.json"]}, "s.json": {"stage": "x", "target": "gotest"}},
            ["s.json:1: target: found \"gotest\" (string), expected the name of a target; did you mean 'go_test'?"],
        ),
        (
            {"gofigure-a.json": "\ufeff{}", "gofigure-b.json": "{" + " " * 1024 * 1024 + "}"},
            [
                "gofigure-a.json:1: found a byte order mark, expected UTF-8 without one",
                "gofigure-b.json: found more than 1048576 bytes, expected at most that many",
            ],
        ),
        (
            {"gofigure- .json": {"jobStages": ["s.json"]}, "s.json": MAKE},
            [f'gofigure- .json: found a job called " ", expected gofigure-JOB.json, and JOB of {NAMES}'],
        ),
        (
            {"gofigure-a.json": {"jobStages": ["no\nline.json"]}},
            ["no\nline.json: its name cannot be printed; expected another one"],
        ),
    ],
)
def test_problems(tmp_path: Path, files: dict[str, Any], told: list[str]) -> None:
    for name, value in files.items():
        put(tmp_path, name, value)
    assert problems(tmp_path) == told


def test_what_a_fault_cuts_off_is_not_called_missing(tmp_path: Path) -> None:
    put(tmp_path, "gofigure-a.json", '{"automated": true,\n"jobType": "build,\n "jobStages": []}')
    (told,) = problems(tmp_path)
    assert told.startswith("gofigure-a.json:2: column 12: found a quote that nothing closes")


def test_a_stage_file_that_is_not_there_or_leads_out(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root, "gofigure-a.json", {"jobStages": ["gone.json", "out.json", "in/s.json", "folder"]})
    put(tmp_path, "other.json", {"stage": "o", "target": "make"})
    (root / "out.json").symlink_to("../other.json")
    (root / "in").symlink_to("..")
    (root / "folder").mkdir()
    real = os.path.realpath(tmp_path)
    assert problems(root) == [
        f"gone.json: no gone.json in {root}",
        f"out.json: found a link that leads to {real}/other.json, expected a file below {real}/root",
        f"in/s.json: found a link that leads to {real}/s.json, expected a file below {real}/root",
        "folder: cannot read folder: Is a directory",
    ]


def test_both_kinds_side_by_side(tmp_path: Path) -> None:
    a_job(tmp_path, {})
    put(tmp_path, ".gofigure.toml", '[jobs.b]\nstages = ["s", "t"]\n[stages.t]\nrun = "true"\nneeds = ["s"]\n')
    config = loaded(tmp_path)
    assert {name: job.stages for name, job in config.jobs.items()} == {"a": ("s",), "b": ("s", "t")}
    assert config.path == str(tmp_path / ".gofigure.toml")
    assert config.local == ()


def test_a_name_in_both_is_an_error_that_names_both(tmp_path: Path) -> None:
    a_job(tmp_path, {})
    put(tmp_path, ".gofigure.toml", '\n[jobs.a]\nstages = ["s"]\n\n[stages.s]\nrun = "true"\n')
    put(tmp_path, "stage-s.json", '{\n"stageExecution": "true",\n"stage": "s"}')
    more = "expected it in one of them (after gofigure import, remove this file)"
    assert problems(tmp_path) == [
        f'gofigure-a.json:1: the job "a" is also in {tmp_path}/.gofigure.toml:2; {more}'.replace(f"{tmp_path}/", ""),
        f'stage-s.json:3: the stage "s" is also in {tmp_path}/.gofigure.toml:5; {more}'.replace(f"{tmp_path}/", ""),
    ]


def test_problems_of_both_kinds_at_once(tmp_path: Path) -> None:
    a_job(tmp_path, {"target": "nothing"})
    put(tmp_path, ".gofigure.toml", '[jobs.b]\nstages = ["s"]\non = ["pre-comit"]\n')
    told = problems(tmp_path)
    assert [line.partition(": ")[0] for line in told] == [".gofigure.toml:3", "stage-s.json:1"]
    put(tmp_path, ".gofigure.toml", "[jobs.b\n")
    assert [line.partition(": ")[0] for line in problems(tmp_path)] == [".gofigure.toml:1", "stage-s.json:1"]


def test_the_personal_layer_lies_over_both(tmp_path: Path) -> None:
    a_job(tmp_path, {}, automated=True)
    put(tmp_path, ".gofigure.local.toml", '[stages.s]\ntimeout = 3\n[jobs.a]\non = ["pre-commit"]\n')
    config = loaded(tmp_path)
    assert config.stages["s"].timeout == 3
    assert config.jobs["a"].on == ("pre-commit",)
    assert config.local == (str(tmp_path / ".gofigure.local.toml"),)
    put(tmp_path, ".gofigure.local.toml", '[stages.s]\ntimeout = "x"\n')
    assert [line.partition(": ")[0] for line in problems(tmp_path)] == [".gofigure.local.toml:2"]


def test_no_configuration_is_still_none(tmp_path: Path) -> None:
    put(tmp_path, "stage-s.json", {})
    put(tmp_path, ".fignore", "..")
    assert not is_there(str(tmp_path / ".gofigure.toml"))
    with pytest.raises(GofigureError, match=r"no \.gofigure\.toml in"):
        loaded(tmp_path)


def test_a_job_that_a_personal_layer_puts_into_the_background(tmp_path: Path) -> None:
    a_job(tmp_path, {}, automated=True, hooks=["post-commit"])
    path = str(tmp_path / ".gofigure.toml")
    assert share_in_background(path, "post-commit") == "none"
    put(tmp_path, ".gofigure.toml", '[jobs.b]\non = ["post-commit"]\nbackground = true\nstages = ["s"]\n')
    assert share_in_background(path, "post-commit") == "some"
    put(tmp_path, ".gofigure.local.toml", "[jobs.a]\nbackground = true\n")
    assert share_in_background(path, "post-commit") == "all"


def test_names_to_ignore(tmp_path: Path) -> None:
    a_job(tmp_path, {})
    put(tmp_path, ".fignore", "# words\nnode_modules\n *.log \nbuild*/\n/top\nsome/path/\ndocs/*.md\n\nname/\n")
    assert loaded(tmp_path).stages["s"].ignore == (
        "**/node_modules",
        "**/*.log",
        "**/*.log/**",
        "**/build*/**",
        "top",
        "some/path",
        "docs/*.md",
        "docs/*.md/**",
        "**/name",
    )
    put(tmp_path, ".fignore", "!a\n../b\n/\n")
    expected = 'expected a name, a path from the root or a glob, without ".." or a leading "!"'
    assert problems(tmp_path) == [
        f'.fignore:1: found "!a", {expected}',
        f'.fignore:2: found "../b", {expected}',
        f'.fignore:3: found "/", {expected}',
    ]


def test_the_examples_fit_their_schemas(tmp_path: Path) -> None:
    put_examples(tmp_path, "corrected")
    for path in tmp_path.rglob("*.json"):
        schema = older_schema("stage" if path.parent.name == "stages" else "job", TARGETS)
        jsonschema.Draft202012Validator.check_schema(schema)
        value = json.loads(path.read_text())
        assert not [*jsonschema.Draft202012Validator(schema).iter_errors(value)]
        for wrong in ({**value, "jobStages": [], "stage": "a/b"}, {}, {**value, "other": 1}):
            assert not jsonschema.Draft202012Validator(schema).is_valid(wrong)
