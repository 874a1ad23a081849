"""`gofigure validate`: check the configuration and show what it means."""

from __future__ import annotations

import click

from gofigure.cli.as_json import dump
from gofigure.cli.here import here
from gofigure.errors import EXIT_USER, ConfigError
from gofigure.project import load_config


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def validate(*, as_json: bool) -> int:
    """Check .gofigure.toml; every problem at once, each with its line."""
    project = here().project
    if not as_json:
        config = load_config(project).config
        print(f"{project.config_file}: {len(config.jobs)} job(s), {len(config.stages)} stage(s), no problem")
        return 0
    try:
        load_config(project)
    except ConfigError as error:
        print(dump({"problems": [problem._asdict() for problem in error.problems]}))
        return EXIT_USER
    print(dump({"problems": []}))
    return 0
