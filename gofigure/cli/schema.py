"""`gofigure schema`: what editors need to know of the configuration."""

from __future__ import annotations

import click

from gofigure.cli.as_json import dump
from gofigure.config.json_schema import json_schema
from gofigure.targets import KINDS


@click.command()
@click.option("--local", is_flag=True, help="Of .gofigure.local.toml, where nothing is required.")
def schema(*, local: bool) -> int:
    """Print the JSON Schema of .gofigure.toml, for editors.

    Most read TOML with one that a first line names: #:schema ./schema.json
    """
    print(dump(json_schema(tuple(KINDS), local=local)))
    return 0
