"""GitHub Actions and Woodpecker: the steps that are a line for a shell."""

from __future__ import annotations

import pytest
from support.imported import Imported, imported, line

HEAD = "jobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"


def github(step: str, top: str = "") -> Imported:
    return imported({".github/workflows/ci.yml": f"{top}{HEAD}      - {step}\n"})


@pytest.mark.parametrize(
    ("step", "run"),
    [
        ("run: pytest -q", "pytest -q"),
        ("{run: npm test, working-directory: web}", "cd web\nnpm test\n"),
        ("run: |\n          pip install -e .\n          pytest", "pytest"),
        ("run: |\n          make a\n          make b", "make a\nmake b\n"),
        ("run: echo ${{ env.NAME }}", "echo $NAME"),
        ("run: '[[ a == b ]]'", "bash -eo pipefail -c '[[ a == b ]]'"),
    ],
)
def test_a_step_is_a_stage(step: str, run: str) -> None:
    found = github(step)
    assert [line(stage) for stage in found.stages.values()] == [run]
    assert found.config.jobs["ci-test"].on == ()
    assert found.config.jobs["ci-test"].strict_dependency is False or len(found.stages) > 1


def test_what_a_step_says_beside_its_line() -> None:
    step = (
        "{name: Unit tests, run: x, env: {A: b, TOKEN: '${{ secrets.GH }}', S: '${{ github.sha }}'},"
        " timeout-minutes: 5, continue-on-error: true}"
    )
    found = github(step, "env: {TOP: 1}\n")
    stage = found.stages["Unit-tests"]
    assert stage.env == (("A", "b"), ("TOP", "1"))
    assert stage.secrets == ("TOKEN",)
    assert (stage.timeout, stage.allow_failure) == (300.0, True)
    assert any("env.S: ${{ github.sha }} is filled in" in told for told in found.said())


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("run: echo ${{ matrix.x }}", "test: echo ${{ matrix.x }}: ${{ matrix.x }} is filled in by that service"),
        ("{run: x, if: always()}", "test: x: a condition decides"),
        ("{run: x, shell: pwsh}", "test: x: it is for pwsh"),
        ("run: echo a >> $GITHUB_OUTPUT", "GITHUB_OUTPUT is of that service"),
        ("uses: codecov/codecov-action@v4", "test: uses: codecov/codecov-action@v4: an action"),
        ("run: npm ci", "test: npm ci: it installs something"),
        ("run: [a]", "test: run: found a list, expected a text"),
        ("7", 'test.steps[1]: found "7", expected a table'),
    ],
)
def test_what_cannot_be_carried_over_is_named(step: str, said: str) -> None:
    found = github(step)
    assert not found.stages
    assert any(said in told for told in found.said()), found.said()


def test_what_a_job_has_and_a_stage_does_not() -> None:
    top = (
        "jobs:\n  a:\n    strategy: {matrix: {x: [1]}}\n    services: {db: {image: y}}\n    needs: [b]\n"
        "    steps: [{run: x}]\n"
    )
    found = imported({".github/workflows/ci.yml": top, ".github/workflows/more.yaml": "jobs: {a: {steps: [{run: z}]}}"})
    assert list(found.config.jobs) == ["ci-a", "more-a"]
    assert [told.partition(":")[0] for told in found.said()] == ["3 a.strategy", "4 a.services", "5 a.needs"]


def test_what_a_job_sets_up_is_a_comment() -> None:
    assert "the job test; it needs python" in github("uses: actions/setup-python@v5\n      - run: x").text


WOODPECKER = """\
when: [{event: push}]
steps:
  - name: lint
    image: golang:1.22
    commands: [go vet ./..., go test ./...]
    environment: {A: b, T: {from_secret: tok}}
    failure: ignore
  - {name: publish, image: plugins/docker, settings: {repo: x}}
  - {name: tell, image: alpine, commands: ['echo $CI_COMMIT_SHA']}
  - {name: release, image: alpine, commands: [x], when: {event: tag}}
services: {db: {image: postgres}}
"""


def test_woodpecker() -> None:
    found = imported({".woodpecker/build.yml": WOODPECKER})
    stage = found.stages["lint"]
    assert list(found.stages) == ["lint"]
    assert (stage.run, stage.image) == ("go vet ./...\ngo test ./...\n", "golang:1.22")
    assert (stage.env, stage.secrets, stage.allow_failure) == ((("A", "b"),), ("T",), True)
    assert [told.partition(":")[0] for told in found.said()] == ["11 services", "8 publish", "9 tell", "10 release"]
    older = imported({".woodpecker.yml": "pipeline: {a: {image: x, commands: [b]}}"})
    assert older.stages["a"].run == "b"
    assert list(older.config.jobs) == ["ci"]
