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
        ("run: |\n          pip install -e .\n          pytest", "pip install -e .\npytest\n"),
        ("run: pip install -e . && pytest", "pip install -e . && pytest"),
        ("run: |\n          if x; then\n            pip install y\n          fi", "if x; then\n  pip install y\nfi\n"),
        ("run: |\n          pip install \\\n            y\n          pytest", "pip install \\\n  y\npytest\n"),
        ("{run: 'a | b', shell: bash}", "bash -eo pipefail -c 'a | b'"),
        ("{run: 'a | b'}", "a | b"),
        ("{run: 'a | b', shell: sh}", "a | b"),
        ("{run: pytest -q, shell: bash}", "pytest -q"),
        ("{run: 'a | b', shell: 'bash {0}'}", "bash -c 'a | b'"),
        ("{run: a, shell: 'bash -el {0}'}", "bash -el -c a"),
        ("{run: print(1), shell: python, working-directory: web}", "cd web\npython3 -c 'print(1)'\n"),
        ("run: |\n          make a\n          make b", "make a\nmake b\n"),
        ("run: echo ${{ env.NAME }}", "echo $NAME"),
        ("run: '[[ a == b ]]'", "bash -e -c '[[ a == b ]]'"),
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
        ("{run: x, working-directory: '${{ matrix.p }}'}", "test: x: ${{ matrix.p }} is filled in by that service"),
        ("run: |\n          pip install \\\n            y", "test: pip install \\: it installs something"),
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


def test_lines_stay_lines_in_the_file() -> None:
    found = github("{run: \"a | b\\nc 'd'\\n\", shell: bash}")
    assert "run = '''\nbash -eo pipefail -c 'a | b\nc " in found.text
    assert "u000a" not in found.text


def test_a_shell_that_holds_for_all_steps() -> None:
    found = github("run: a | b", "defaults: {run: {shell: bash}}\n")
    assert [stage.run for stage in found.stages.values()] == ["bash -eo pipefail -c 'a | b'"]


def test_what_installs_among_other_lines_is_named_and_stays() -> None:
    found = github("run: |\n          npm ci\n          npm test")
    assert [stage.run for stage in found.stages.values()] == ["npm ci\nnpm test\n"]
    assert found.said() == ["6 test: npm ci: it installs something, here at each run"]


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
    below = imported({".woodpecker.yml": "steps: [{name: a, image: x, directory: web, commands: [b]}]"})
    assert below.stages["a"].run == "cd web\nb\n"
    older = imported({".woodpecker.yml": "pipeline: {a: {image: x, commands: [b]}}"})
    assert older.stages["a"].run == "b"
    assert list(older.config.jobs) == ["ci"]
