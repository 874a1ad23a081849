"""What may be written about a checkout, and what is said of the rest."""

from __future__ import annotations

import json

import pytest

from gofigure.config import parse
from gofigure.errors import ConfigError
from gofigure.targets import KINDS, commands_of

HEAD = '[stages.src]\ntarget = "checkout"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), "x.toml", targets=tuple(KINDS))
    return [f"{one.key}: {one.message}" for one in caught.value.problems]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "stages.src.url: found none"),
        ('url = "--upload-pack=x"', "an option is no address"),
        ('url = "https://u:hunter2@h/x"', "it holds a password"),
        ('url = "git@host:x"', 'stages.src.credentials: found none, expected "user"'),
        ('url = "/x"\nref = "-x"', "an option is no name"),
        ('url = "/x"\ndepth = -1', "a whole number from 0"),
        ('url = "/x"\nfilter = "blob:limit=1"', "a kind of partial clone"),
        ('url = "/x"\npoll = 0.5', "from 1 second on"),
        ('url = "/x"\nsubmodules = ["ext::sh"]', "transport helpers"),
        ('url = "/x"\ndest = "../x"', "stages.src.dest"),
        ('url = "/x"\nrun = "true"', "stages.src.run: found with the target 'checkout'"),
        ('url = "/x"\nfix = true', "stages.src.fix"),
        ('url = "/x"\ntype = "build"', 'expected "checkout" or nothing'),
    ],
)
def test_what_is_wrong(lines: str, said: str) -> None:
    found = problems(f"{HEAD}{lines}\n")
    assert any(said in one for one in found), found
    assert not any("hunter2" in one for one in found)


def test_its_keys_stand_with_it_alone() -> None:
    assert problems('[stages.s]\nrun = "true"\nurl = "/x"\n') == [
        "stages.s.url: found with the target 'shell', expected it with 'checkout'"
    ]


def test_only_a_checkout_can_be_worked_in() -> None:
    text = f'{HEAD}url = "/x"\n[stages.a]\nrun = "true"\n[stages.b]\ncheckout = "a"\nrun = "true"\n'
    assert "expected a stage with the target 'checkout'" in problems(text)[0]


def test_what_is_asked_for_is_its_command_and_what_is_not_part_of_it() -> None:
    def spec(lines: str) -> dict[str, object]:
        config = parse(f'{HEAD}url = "/x"\n{lines}\n'.encode(), "x.toml", targets=tuple(KINDS))
        (command,) = commands_of(config.stages["src"])
        found: dict[str, object] = json.loads(command.argv[2])
        return found

    plain = spec("")
    assert (plain["ref"], plain["depth"], plain["credentials"], plain["submodules"]) == ("HEAD", 1, "none", False)
    assert spec("poll = 60") == plain, "how often somebody asks changes nothing"
    for line in ('ref = "main"', "depth = 0", "lfs = true", 'filter = "tree:0"', "submodules = true"):
        assert spec(line) != plain


def test_a_stage_that_works_there_needs_it() -> None:
    text = f'{HEAD}url = "/x"\n[stages.b]\ncheckout = "src"\nrun = "true"\n'
    stages = parse(text.encode(), "x.toml", targets=tuple(KINDS)).stages
    assert stages["b"].needs == ("src",)
    assert stages["src"].type == "checkout"


def test_two_in_one_folder() -> None:
    one = 'url = "/x"\ndest = "/there"\n'
    said = problems(f"{HEAD}{one}{HEAD.replace('src', 'twin')}{one}")
    assert said == ['stages.twin.dest: found "/there", where stage "src" checks out already; expected each in its own']


def fine(text: str) -> bool:
    return bool(parse(text.encode(), "x.toml", targets=tuple(KINDS)).stages)


@pytest.mark.parametrize(("first", "second"), [("/there", "/there/sub"), ("a/b/c", "a/b")])
def test_one_below_the_other(first: str, second: str) -> None:
    text = f'{HEAD}url = "/x"\ndest = "{first}"\n{HEAD.replace("src", "twin")}url = "/x"\ndest = "{second}"\n'
    [said] = problems(text)
    assert said == (
        f'stages.twin.dest: found "{second}", and "{first}" is where stage "src" checks out already; '
        "expected each in its own"
    )
    assert fine(text.replace(f'"{second}"', '"other"'))
    assert fine(text.replace(f'"{second}"', f'"{first}-other"'))


@pytest.mark.parametrize("outputs", ["third", "third/**", "third/lib", "third/*"])
def test_in_what_another_stage_makes(outputs: str) -> None:
    text = f'{HEAD}url = "/x"\ndest = "third/lib"\n[stages.a]\nrun = "x"\noutputs = ["{outputs}"]\n'
    [said] = problems(text)
    assert said.startswith('stages.src.dest: found "third/lib", which is among the outputs of stage "a"; expected')
    assert fine(text.replace(f'["{outputs}"]', '["build/**"]'))


def test_what_is_no_checkout() -> None:
    text = f'{HEAD}url = "/x"\n[stages.a]\nrun = "x"\ncheckout = "scr"\n[stages.b]\nrun = "x"\ncheckout = "a"\n'
    assert problems(text) == [
        "stages.a.checkout: unknown stage \"scr\"; did you mean 'src'?",
        "stages.b.checkout: found \"a\", expected a stage with the target 'checkout'; valid: src",
    ]
