"""The configuration: `.gofigure.toml` in, one checked `Config` out, or every problem at once."""

from __future__ import annotations

from gofigure.config.load import load, parse
from gofigure.config.selection import choose, jobs_for
from gofigure.config.toml_file import read

__all__ = ["choose", "jobs_for", "load", "parse", "read"]
