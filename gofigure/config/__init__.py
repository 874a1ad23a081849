"""The configuration: `.gofigure.toml` in, one checked `Config` out, or every problem at once."""

from __future__ import annotations

from gofigure.config.load import load, parse
from gofigure.config.selection import choose, jobs_for, unknown

__all__ = ["choose", "jobs_for", "load", "parse", "unknown"]
