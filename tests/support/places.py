"""A folder that is not there, as `gofigure init` would see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gofigure.starter import Place


def place(
    files: Mapping[str, str],
    programs: Collection[str] = (),
    *,
    modules: Collection[str] = (),
    in_git: bool = True,
) -> Place:
    return Place(
        tuple(sorted(files)),
        lambda path: files.get(path, ""),
        lambda path: path in files,
        lambda name: name in programs,
        lambda name: name in modules,
        in_git,
    )
