"""One configuration file into one checked `Config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config.graph_check import check_graph
from gofigure.config.tables import Read, read_tables
from gofigure.config.toml_file import decode, parse_toml, read
from gofigure.model import Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gofigure.config.kinds import Wrong


def load(path: str, *, targets: Sequence[str]) -> Config:
    """The configuration in a file; raises `ConfigError` with every problem at once."""
    return parse(read(path), path, targets=targets)


def parse(data: bytes, path: str, *, targets: Sequence[str]) -> Config:
    """The configuration in these bytes; `path` is only for messages."""
    text = decode(data, path)
    tables = read_tables(parse_toml(text, path), targets)
    wrong = [*tables.wrong, *_graph(tables)]
    if wrong:
        from gofigure.config.report import report

        raise report(wrong, text, path)
    return Config(path, tables.jobs, tables.stages)


def _graph(tables: Read) -> list[Wrong]:
    # With no stage understood, every name would be called unknown, and the cause is reported already.
    if not tables.stages and tables.wrong:
        return []
    return check_graph(tables.jobs, tables.stages)
