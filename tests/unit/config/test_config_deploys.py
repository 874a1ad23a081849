"""What a stage of the target `kubernetes` must say, and must not."""

from __future__ import annotations

import pytest

from gofigure.config.load import parse
from gofigure.errors import ConfigError
from gofigure.targets import KINDS

_WHERE = 'context = "minikube"\nnamespace = "dev"\n'


def _stage(text: str) -> str:
    return f'[jobs.j]\nstages = ["d"]\n[stages.d]\ntarget = "kubernetes"\n{text}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('namespace = "dev"\n', "stages.d.context: found none, expected a kubectl context"),
        ('context = "x"\n', "stages.d.namespace: found none, expected a namespace"),
        ('context = "x"\nnamespace = "De v"\n', 'stages.d.namespace: found "De v" (string), expected a namespace'),
        (f'{_WHERE}run = "x"\n', "stages.d.run: found with the target 'kubernetes'"),
        (f'{_WHERE}type = "test"\n', 'stages.d.type: found "test" with the target'),
        (f'{_WHERE}manifests = "helm"\nsource = "x"\n', 'stages.d.source: found with manifests = "helm"'),
        (f'{_WHERE}reset = "all"\n', 'stages.d.reset: found "all", expected allow_delete_all = true'),
        (f"{_WHERE}wait = 0\n", "stages.d.wait: found 0 (integer), expected true, false, or a time"),
        (f'{_WHERE}env = {{ HOME = "." }}\n', "stages.d.env.HOME: found with the target 'kubernetes'"),
        (f'{_WHERE}env = {{ GOFIGURE_YES = "1" }}\n', "stages.d.env.GOFIGURE_YES: found with the target"),
        (
            'context = "x"\nnamespace = "kube-system"\nreset = "all"\nallow_delete_all = true\n',
            'stages.d.namespace: found "kube-system" with reset = "all"',
        ),
    ],
)
def test_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(_stage(text).encode(), ".gofigure.toml", targets=("kubernetes", "shell"))
    assert [problem for problem in map(str, error.value.problems) if said in problem]
    assert len(error.value.problems) == 1


def test_keys_of_a_deploy_stand_with_no_other_target() -> None:
    text = '[jobs.j]\nstages = ["d"]\n[stages.d]\nrun = "true"\ncontext = "x"\n'
    with pytest.raises(ConfigError, match=r"found with the target 'shell', expected it with 'kubernetes'"):
        parse(text.encode(), ".gofigure.toml", targets=("kubernetes", "shell"))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (_WHERE, False),
        (f"{_WHERE}protected = true\n", True),
        ('context = "eu-prod"\nnamespace = "dev"\n', True),
    ],
)
def test_who_must_type_a_name_gets_the_terminal(text: str, *, asks: bool) -> None:
    stage = parse(_stage(text).encode(), ".gofigure.toml", targets=("kubernetes", "shell")).stages["d"]
    assert (stage.type, stage.interactive) == ("deploy", asks)


@pytest.mark.parametrize(("written", "seconds"), [("true", 120.0), ("false", 0.0), ('"5m"', 300.0), ("7", 7.0)])
def test_how_long_a_deploy_waits(written: str, seconds: float) -> None:
    text = _stage(f"{_WHERE}wait = {written}\n").encode()
    stage = parse(text, ".gofigure.toml", targets=("kubernetes", "shell")).stages["d"]
    assert stage.setting("wait") == seconds


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("docker", "fix = true"),
        ("docker", "interactive = true"),
        ("kubernetes", "retries = 2"),
        ("kubernetes", "fix = true"),
    ],
)
def test_what_says_nothing_of_what_a_target_does(target: str, line: str) -> None:
    more = 'context = "minikube"\nnamespace = "dev"\n' if target == "kubernetes" else ""
    text = f'[stages.s]\ntarget = "{target}"\n{more}{line}\n'
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), "x.toml", targets=tuple(KINDS))
    (said,) = caught.value.problems
    assert said.message == f"found with the target '{target}', expected it in a stage that runs a command of yours"
