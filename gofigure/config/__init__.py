"""The configuration: `.gofigure.toml` in, one checked `Config` out, or every problem at once."""

from __future__ import annotations

from gofigure.config.layers import LOCAL_NAME, Layer, Layers, names_of, personal, shared
from gofigure.config.load import changed_by_layers, load, parse, parse_layers
from gofigure.config.reading import is_there, job_files, read_layers
from gofigure.config.selection import choose, jobs_for, meant, nearest_folder, unknown
from gofigure.config.toml_file import read

__all__ = [
    "LOCAL_NAME",
    "Layer",
    "Layers",
    "changed_by_layers",
    "choose",
    "is_there",
    "job_files",
    "jobs_for",
    "load",
    "meant",
    "names_of",
    "nearest_folder",
    "parse",
    "parse_layers",
    "personal",
    "read",
    "read_layers",
    "shared",
    "unknown",
]
