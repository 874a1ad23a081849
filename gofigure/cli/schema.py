"""`gofigure schema`: what editors need to know of the configuration."""

from __future__ import annotations

import click

from gofigure.cli.as_json import dump
from gofigure.config.json_schema import json_schema, older_schema
from gofigure.targets import KINDS


@click.command()
@click.option("--local", is_flag=True, help="Of .gofigure.local.toml, where nothing is required.")
@click.option("--older-job", is_flag=True, help="Of gofigure-JOB.json, a job in the older format.")
@click.option("--older-stage", is_flag=True, help="Of a stage in the older format.")
def schema(*, local: bool, older_job: bool, older_stage: bool) -> int:
    """Print the JSON Schema of .gofigure.toml, for editors; or of what an option names.

    Most read TOML with one that a first line names: #:schema ./schema.json
    """
    if local + older_job + older_stage > 1:
        raise click.UsageError("--local, --older-job and --older-stage are three schemas: choose one")
    targets = tuple(KINDS)
    if older_job or older_stage:
        print(dump(older_schema("job" if older_job else "stage", targets)))
    else:
        print(dump(json_schema(targets, local=local)))
    return 0
