"""Which jobs a hook starts, and what the names on a command line mean."""

from __future__ import annotations

import pytest

from gofigure.config import choose, jobs_for
from gofigure.config.suggest import nearest
from gofigure.errors import GofigureError
from gofigure.model import Config, Job, Stage

STAGES = {
    "lint": Stage("lint"),
    "unit": Stage("unit", needs=("build", "lint")),
    "build": Stage("build", needs=("fetch",)),
    "fetch": Stage("fetch"),
    "both": Stage("both"),
}
JOBS = {
    "check": Job("check", ("lint", "unit"), on=("pre-commit", "pre-push")),
    "ship": Job("ship", ("build",), on=("pre-push",)),
    "both": Job("both", ("lint",)),
}
CONFIG = Config("x", JOBS, STAGES)


def test_jobs_for_a_hook() -> None:
    assert jobs_for(CONFIG, "pre-push") == (JOBS["check"], JOBS["ship"])
    assert jobs_for(CONFIG, "pre-commit") == (JOBS["check"],)
    assert jobs_for(CONFIG, "post-commit") == ()


def test_no_names_are_all_jobs() -> None:
    assert choose(CONFIG, ()) == tuple(JOBS.values())


def test_jobs_by_name_in_the_order_asked_for_each_once() -> None:
    assert choose(CONFIG, ["ship", "check", "ship"]) == (JOBS["ship"], JOBS["check"])


def test_a_stage_comes_with_what_it_needs_first() -> None:
    assert choose(CONFIG, ["unit"]) == (Job("unit", ("fetch", "build", "lint", "unit")),)


def test_stages_become_one_job_in_the_place_of_the_first() -> None:
    assert choose(CONFIG, ["build", "ship", "lint", "build"]) == (
        Job("build+lint", ("fetch", "build", "lint")),
        JOBS["ship"],
    )


def test_a_name_of_both_is_the_job() -> None:
    assert choose(CONFIG, ["both"]) == (JOBS["both"],)


def test_a_long_chain_and_a_dense_graph() -> None:
    chain = {f"s{n}": Stage(f"s{n}", needs=tuple(f"s{m}" for m in range(max(0, n - 3), n))) for n in range(5000)}
    (job,) = choose(Config("x", {}, chain), ["s4999"])
    assert job.stages == tuple(chain)


def test_unknown_names() -> None:
    with pytest.raises(GofigureError) as caught:
        choose(CONFIG, ["chek", "lint", "zzz"])
    assert str(caught.value) == "no job or stage is named 'chek'; did you mean 'check'?\nno job or stage is named 'zzz'"
    assert caught.value.hint == "jobs: check, ship, both; stages: lint, unit, build, fetch, both"


def test_nearest_ignores_case_and_refuses_what_is_far() -> None:
    assert nearest("LINT", ["unit", "Lint"]) == "Lint"
    assert nearest("stage", ["jobs", "stages", "version"]) == "stages"
    assert nearest("zzz", ["jobs", "stages"]) is None
    assert nearest("x", []) is None


def test_nearest_completes_a_beginning_that_only_one_name_has() -> None:
    assert nearest("strict", ["on", "stages", "strict_dependency"]) == "strict_dependency"
    assert nearest("int", ["integration_of_web", "integration_of_api"]) is None
    assert nearest("st", ["strict_dependency"]) is None
