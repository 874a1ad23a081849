"""What SKIP and GOFIGURE_ONLY leave out, and the conditions that need no git to be told."""

from __future__ import annotations

import pytest

from gofigure.model import Config, Job, Stage
from gofigure.runner.skips import Skips, required, unheeded
from gofigure.snapshot.since import branch_matches, chooser

STAGES = {
    stage.name: stage
    for stage in (
        Stage("build"),
        Stage("unit", needs=("build",)),
        Stage("lint"),
        Stage("audit", needs=("lint",), required=True),
    )
}
CHECK = Job("check", ("lint", "unit"))
SAFE = Job("safe", ("unit",), required=True)
ALL = Job("all", ("unit", "audit"))
CONFIG = Config("x", {job.name: job for job in (CHECK, SAFE, ALL)}, STAGES)


def left_out(job: Job, stages: str, **environ: str) -> dict[str, str]:
    skips = Skips(CONFIG, environ)
    return {name: reason for name in stages.split() if (reason := skips.reason(name, job))}


def test_only_what_is_named_and_what_it_needs_is_left_in() -> None:
    assert left_out(CHECK, "build unit lint", GOFIGURE_ONLY=" unit ,") == {"lint": "GOFIGURE_ONLY=unit"}
    assert left_out(CHECK, "build unit lint", GOFIGURE_ONLY="check") == {}
    assert left_out(ALL, "build unit", GOFIGURE_ONLY="check") == dict.fromkeys(("build", "unit"), "GOFIGURE_ONLY=check")


@pytest.mark.parametrize("value", ["", " , ", "nobody"])
def test_a_list_without_a_name_that_exists_leaves_nothing_out(value: str) -> None:
    assert left_out(CHECK, "build unit lint", GOFIGURE_ONLY=value) == {}


def test_a_name_that_exists_counts_beside_one_that_does_not() -> None:
    assert left_out(CHECK, "build unit lint", GOFIGURE_ONLY="nobody,lint").keys() == {"build", "unit"}


def test_both_together() -> None:
    assert left_out(CHECK, "build unit lint", GOFIGURE_ONLY="unit", SKIP="build") == {
        "build": "SKIP=build",
        "lint": "GOFIGURE_ONLY=unit",
    }


def test_what_is_required_and_what_it_needs_stays() -> None:
    assert required(CONFIG, CHECK) == set()
    assert required(CONFIG, SAFE) == {"unit", "build"}
    assert required(CONFIG, ALL) == {"audit", "lint"}
    assert left_out(SAFE, "build unit", SKIP="unit,safe,build", GOFIGURE_ONLY="lint") == {}
    assert left_out(ALL, "build unit lint audit", SKIP="all") == {"build": "SKIP=all", "unit": "SKIP=all"}
    assert left_out(CHECK, "lint", SKIP="lint") == {"lint": "SKIP=lint"}, "required is what the other job runs"


def test_what_is_asked_for_in_vain_is_said() -> None:
    told = list(unheeded(CONFIG, [CHECK, ALL], {"SKIP": "lint,unit"}))
    assert [words.split()[1] for words in told] == ["lint"]
    assert [words.split()[1] for words in unheeded(CONFIG, [ALL], {"SKIP": "all"})] == ["audit", "lint"]
    assert list(unheeded(CONFIG, [ALL], {"GOFIGURE_ONLY": "unit"})) == []


@pytest.mark.parametrize(
    ("globs", "branch", "matches"),
    [
        ("main", "main", True),
        ("main", "main2", False),
        ("release", "release/1", False),
        ("release/*", "release/1", True),
        ("release/*", "release/1/2", False),
        ("release/**", "release/1/2", True),
        ("!wip/*", "main", True),
        ("!wip/*", "wip/x", False),
        ("* !main", "main", False),
        ("!* main", "main", True),
        ("*", "", False),
        ("**", "", False),
        ("!main", "", True),
        ("!**", "", False),
        ("main !main", "", False),
    ],
)
def test_branches(globs: str, branch: str, matches: bool) -> None:
    assert branch_matches(tuple(globs.split()), branch) is matches


@pytest.mark.parametrize(
    ("globs", "path", "chosen"),
    [
        ("src", b"src/a/b", True),
        ("*.md", b"docs/a.md", False),
        ("!docs", b"src/a", True),
        ("!docs", b"docs/a", False),
        ("!docs docs/api", b"docs/api/x", True),
        ("docs !docs/old", b"docs/old/x", False),
    ],
)
def test_changed_paths(globs: str, path: bytes, chosen: bool) -> None:
    assert chooser(tuple(globs.split()))(path) is chosen
