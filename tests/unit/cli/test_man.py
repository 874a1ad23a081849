"""The manual page says what --help says, and says it in clean roff."""

from __future__ import annotations

import os
import shutil
import subprocess

import click
import pytest

from gofigure.cli.main import gofigure
from gofigure.cli.man import _text, page

PAGE = "\n".join(page(gofigure)) + "\n"


def test_every_command_and_option_is_in_it() -> None:
    context = click.Context(gofigure)
    for name in gofigure.list_commands(context):
        assert f'.SS "gofigure {name}"' in PAGE
        command = gofigure.get_command(context, name)
        assert command is not None
        for one in command.params:
            if isinstance(one, click.Option) and not one.hidden:
                assert _text(one.opts[0]) in PAGE, (name, one.opts)
    assert PAGE.count(_text("-h, --help")) == len(gofigure.list_commands(context)) + 1
    assert "until\\-eof" not in PAGE  # which is hidden


def test_nothing_in_a_text_is_obeyed() -> None:
    assert _text(".TH x") == "\\&.TH x"
    assert _text("a\\fB 'x' --y") == "a\\efB \\(aqx\\(aq \\-\\-y"


@pytest.mark.parametrize(
    "argv",
    [
        ["groff", "-man", "-Tutf8", "-ww", "-Kutf8"],
        ["mandoc", "-Tlint", "-Werror"],
        ["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l", "-"],
    ],
)
def test_those_who_show_it_have_nothing_to_complain_of(argv: list[str]) -> None:
    if shutil.which(argv[0]) is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(f"no {argv[0]} here")
    done = subprocess.run(argv, input=PAGE, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
