"""What the docs show is so: configurations load or are refused as told, commands and their options exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli
from support.told import Block, blocks

from docs.site.pages import ROOT, sections
from gofigure.cli.main import gofigure
from gofigure.config import load
from gofigure.errors import ConfigError
from gofigure.targets import KINDS

PAGES = [page.source for section in sections() for page in section.pages]
# The guide marks none itself: these begin pieces of a configuration whose stages stand elsewhere.
_PIECES = {("README.md", "[jobs.after]")}
_QUOTED = re.compile(r'\*\*"([^"*]+)"\.\*\*')  # a message, as a page quotes it
_SET = re.compile(r"^(?:[A-Z_]+=\S* )*")
_ENDS = re.compile(r"\s(?:\||>|2>|<|&&|;|\|\|)\s?.*$|\s{2,}.*$|\s#.*$")


def _shown(kind: str) -> Iterator[tuple[str, Block, str]]:
    """(page, block, the block after it)."""
    for source in PAGES:
        found = blocks((ROOT / source).read_text())
        for at, block in enumerate(found):
            after = found[at + 1] if at + 1 < len(found) else Block("", "", "")
            if block.kind == kind:
                yield source, block, after.text if after.kind == "text" else ""


def _tried(text: str, folder: Path) -> list[str]:
    """What is wrong with a configuration, as `gofigure validate` would say it."""
    (folder / ".gofigure.toml").write_text(text)
    try:
        load(str(folder / ".gofigure.toml"), targets=tuple(KINDS))
    except ConfigError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


def _completed(text: str) -> str:
    """A piece with the stages that it names and does not have."""
    data = tomli.loads(text)
    entries = [*data.get("jobs", {}).values(), *data.get("stages", {}).values()]
    named = {name for entry in entries for key in ("stages", "needs") for name in entry.get(key, ())}
    return text + "".join(f"\n[stages.{name}]\nrun = 'true'\n" for name in sorted(named - set(data.get("stages", {}))))


def test_every_configuration_loads(tmp_path: Path) -> None:
    count = 0
    for source, block, _ in _shown("toml"):
        if block.more not in {"", "fragment"}:  # refused as told, see below; or a file of a page that is played
            continue
        wrong = _tried(block.text, tmp_path)
        if block.more == "fragment" or (source, block.text.partition("\n")[0]) in _PIECES:
            assert wrong, f"{source}: it loads, so it is no fragment:\n{block.text}"
            wrong = _tried(_completed(block.text), tmp_path)
        assert wrong == [], f"{source}:\n{block.text}"
        count += 1
    assert count > 20


def test_a_file_is_named_before_it_is_shown() -> None:
    count = 0
    for source in PAGES:
        text = (ROOT / source).read_text()
        for block in blocks(text):
            if block.more not in {"", "fragment", "wrong"}:
                said = text.partition(f"```{block.kind} {block.more}\n{block.text}")[0].rstrip().rpartition("\n\n")[2]
                assert f"`{block.more}`" in said, f"{source}: {block.more}, after {said!r}"
                count += 1
    assert count >= 8


def test_what_is_wrong_is_refused_as_told(tmp_path: Path) -> None:
    count = 0
    for source, block, told in _shown("toml"):
        if block.more == "wrong":
            assert told.splitlines() == _tried(block.text, tmp_path), source
            count += 1
    assert count >= 4


def test_messages_that_are_quoted_are_said_by_the_program() -> None:
    code = "\n".join(file.read_text() for file in sorted((ROOT / "gofigure").rglob("*.py")))
    quoted = [(source, found[1]) for source in PAGES for found in _QUOTED.finditer((ROOT / source).read_text())]
    assert len(quoted) > 8
    for source, message in quoted:
        for part in filter(None, map(str.strip, message.split("…"))):
            assert part in code, f"{source}: {message}"


def _command_lines() -> Iterator[tuple[str, str]]:
    for source in PAGES:
        text = (ROOT / source).read_text()
        for block in blocks(text):
            if block.kind in {"", "sh", "console"}:
                for line in block.text.splitlines():
                    yield from ((source, part) for part in line.removeprefix("$ ").split(" && "))
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        yield from ((source, found[1].replace("\\|", "|")) for found in re.finditer(r"`([^`\n]+)`", prose))


def _words(line: str) -> list[str]:
    line = _ENDS.sub("", _SET.sub("", line))
    try:
        return shlex.split(line.replace("[", " ").replace("]", " ").replace("...", " ").replace("…", " "))
    except ValueError:
        return []


def test_every_command_line_names_what_there_is() -> None:
    count = 0
    context = gofigure.make_context("gofigure", [], resilient_parsing=True)
    for source, line in _command_lines():
        words = _words(line)
        if (
            len(words) < 2
            or words[0] != "gofigure"
            or not re.fullmatch(r"[a-z][a-z-]*", words[1])
            or "# exit 2" in line
        ):
            continue
        command = gofigure.get_command(context, words[1])
        assert command is not None, f"{source}: {line}"
        known = {"--help", "-h"} | {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        for word in words[2:]:
            if word.startswith("-") and words[1] != "hook":
                assert word.partition("=")[0] in known, f"{source}: {line}"
        count += 1
    assert count > 100


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SKIP=a,b gofigure run --all-files   # words", ["gofigure", "run", "--all-files"]),
        ("gofigure schema > schema.json", ["gofigure", "schema"]),
        ("gofigure install-hooks [--via folder|config]", ["gofigure", "install-hooks", "--via", "folder|config"]),
    ],
)
def test_how_a_line_is_read(line: str, words: list[str]) -> None:
    assert _words(line) == words
