"""`gofigure man`: the manual page, made of the very help texts that --help prints (man-pages(7), groff_man(7))."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from gofigure import __version__
from gofigure.errors import EXIT_BUG, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USER

_CODES = {
    EXIT_PASSED: "Passed, or reused: proven already.",
    EXIT_FAILED: "A stage failed or could not run.",
    EXIT_USER: "Something to be mended by who typed it: configuration, arguments, permission.",
    EXIT_BUG: "A bug in gofigure; a report file is written and named.",
    EXIT_INTERRUPTED: "Interrupted.",
}
_FILES = {
    ".gofigure.toml": "The jobs and stages; gofigure init writes a commented one.",
    ".gofigure.local.toml": "A layer of your own over it, never committed.",
    ".gofigure": "What has run, and what is proven: one SQLite file, kept out of git. It can be rebuilt.",
    "~/.local/share/gofigure": "What was allowed to run on this machine ($XDG_DATA_HOME).",
    "~/.cache/gofigure": "Private checkouts ($XDG_CACHE_HOME).",
    "~/.config/gofigure": "Your own settings and secrets ($XDG_CONFIG_HOME).",
}
_VARIABLES = {
    "GOFIGURE=0": "Let a hook run nothing; it is recorded.",
    "SKIP": "Names of stages or jobs to leave out, with commas between them.",
    "GOFIGURE_ONLY": "The only ones to run.",
    "NO_COLOR, FORCE_COLOR": "No colours; colours also into a pipe.",
    "GOFIGURE_PUBLISHED": "In a container: the port of the host's loopback that leads to the page.",
}


# What roff would obey, or set as another sign than it is in a shell (groff_char(7)).
_WRITTEN = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"})


@click.command()
def man() -> int:
    """Print the manual page.

    \b
    gofigure man | man -l -
    gofigure man > ~/.local/share/man/man1/gofigure.1     and from then on: man gofigure
    """  # noqa: D301 - the \b is for click: these lines stay as they are
    from gofigure.cli.main import gofigure

    print("\n".join(page(gofigure)))
    return 0


def page(group: click.Group) -> Iterator[str]:
    """The lines of the page's source."""
    yield f'.TH GOFIGURE 1 "" "gofigure {__version__}" "User Commands"'
    title, *about = _paragraphs(group)
    yield from (".SH NAME", rf"gofigure \- {_text(title.rstrip('.'))}")
    yield from (".SH SYNOPSIS", r"\fBgofigure\fR [\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]")
    yield ".SH DESCRIPTION"
    yield from _body(about)
    context = click.Context(group, info_name="gofigure", **group.context_settings)
    yield ".SH OPTIONS"
    yield from _options(group, context)
    yield ".SH COMMANDS"
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield from _command(command, click.Context(command, info_name=name, parent=context))
    for title, rows in (("EXIT STATUS", _CODES), ("ENVIRONMENT", _VARIABLES), ("FILES", _FILES)):
        yield f".SH {title}"
        for word, what in rows.items():
            yield from (".TP", rf"\fB{_text(str(word))}\fR", _text(what))
    yield from (".SH SEE ALSO", ".BR git (1),", ".BR githooks (5)")


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f'.SS "gofigure {context.info_name}"'
    usage = " ".join(command.collect_usage_pieces(context))
    yield rf"\fBgofigure {_text(context.info_name or '')}\fR {_text(usage)}"
    yield from _body(_paragraphs(command), first=".PP")
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for one in command.get_params(context):
        row = one.get_help_record(context) if isinstance(one, click.Option) else None
        if row is not None:
            yield from (".TP", rf"\fB{_text(row[0])}\fR", _text(row[1]) or "\\&")


def _paragraphs(command: click.Command) -> list[str]:
    return inspect.cleandoc(command.help or "").split("\n\n")


def _body(paragraphs: list[str], first: str = "") -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        if number or first:
            yield ".PP"
        if paragraph.startswith("\b\n"):  # click's mark for lines that stay as they are
            yield from (".nf", *map(_text, paragraph.split("\n")[1:]), ".fi")
        else:
            yield _text(" ".join(paragraph.split()))


def _text(text: str) -> str:
    """Nothing in it is a request, an escape, or a hyphen where a minus is meant."""
    plain = text.translate(_WRITTEN)
    return f"\\&{plain}" if plain.startswith(".") else plain
