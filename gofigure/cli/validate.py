"""`gofigure validate`: check the configuration and show what it means."""

from __future__ import annotations

import os

import click

from gofigure.cli.as_json import dump
from gofigure.cli.here import here
from gofigure.cli.terminal import tell
from gofigure.config import Layers
from gofigure.config.suggest import listed
from gofigure.errors import EXIT_PASSED, EXIT_USER, ConfigError
from gofigure.model import CONFIG_NAME, Config
from gofigure.project import changed_by_personal, parse_config, read_config


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def validate(*, as_json: bool) -> int:
    """Check .gofigure.toml, and .gofigure.local.toml over it; every problem at once, each with its line."""
    layers = read_config(here().project)
    if not as_json:
        _tell(layers, parse_config(layers))
        return EXIT_PASSED
    try:
        config = parse_config(layers)
    except ConfigError as error:
        print(dump({"problems": [problem._asdict() for problem in error.problems]}))
        return EXIT_USER
    local = {"files": config.local, "changes": [key for keys in changed_by_personal(layers).values() for key in keys]}
    print(
        dump(
            {
                "problems": [],
                "files": config.files,
                "folders": config.folders,
                "local": local,
                "disabled": config.disabled,
            }
        )
    )
    return EXIT_PASSED


def _tell(layers: Layers, config: Config) -> None:
    tell(f"{config.path}: {len(config.jobs)} job(s), {len(config.stages)} stage(s), no problem")
    if config.folders:
        tell(f"folders with one of their own: {listed(config.folders)}")
    others = [name for name in config.files if config.path != os.path.join(os.path.dirname(config.path), name)]
    if older := [name for name in others if os.path.basename(name) != CONFIG_NAME]:
        tell(f"with the older {listed(older)}")
    for path, keys in changed_by_personal(layers).items():
        tell(f"{path} is laid over it; it says: {', '.join(keys) or 'nothing else'}")
    if config.disabled:
        tell(f"disabled: {', '.join(config.disabled)}")
