"""`gofigure config`: what counts, and which file says it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from gofigure.cli.as_json import dump
from gofigure.cli.here import Here, here
from gofigure.cli.terminal import printable
from gofigure.config.explain import Explained, Explaining, Origin
from gofigure.errors import EXIT_PASSED, GofigureError
from gofigure.own import KEYS, OwnKey, path_of, read
from gofigure.project import parse_config, read_config
from gofigure.targets import KINDS

if TYPE_CHECKING:
    from typing import Any

_USER = "user."


@click.command()
@click.option("--explain", "key", metavar="KEY", help="Only this key, such as unit.timeout: each file that says it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, with the defaults.")
def config(*, key: str | None, as_json: bool) -> int:
    """Show the configuration that counts, each value with the file and line that says it.

    KEY is settle, JOB.KEY or STAGE.KEY; or jobs.NAME.KEY and stages.NAME.KEY, as the file says it; of another folder
    FOLDER:NAME.KEY; of your own file user.KEY. A job or stage alone: all that is said of it.
    """
    where = here()
    if key is not None and key.startswith(_USER):
        found = [_own(where.environ, key.removeprefix(_USER))]
    else:
        layers = read_config(where.project)
        explaining = Explaining(layers, parse_config(layers), tuple(KINDS))
        if key is not None:
            found = explaining.about(key, where.folder)
        else:
            own = read(where.environ)
            found = [*explaining.everything(), *(_own_of(where.environ, one, own) for one in KEYS)]
    if as_json:
        print(dump({"values": [_json(one) for one in found]}))
    elif key is not None:
        print("\n\n".join("\n".join(_explained(one, where)) for one in found))
    else:
        for line in _table(found, where):
            print(line)
    return EXIT_PASSED


def _own(environ: Mapping[str, str], name: str) -> Explained:
    for one in KEYS:
        if one.name == name:
            return _own_of(environ, one, read(environ))
    from gofigure.config.suggest import single_quoted, suggestion

    valid = tuple(one.name for one in KEYS)
    raise GofigureError(f"your own file has no key {single_quoted(name)}{suggestion(name, valid)}")


def _own_of(environ: Mapping[str, str], key: OwnKey, said: Mapping[str, Any]) -> Explained:
    origins: list[Origin] = []
    if key.name in said:
        from gofigure.config.lines import line_of

        with open(path_of(environ), encoding="utf-8") as file:
            origins.append(Origin(path_of(environ), line_of(file.read(), (key.name,)), said[key.name]))
    value = said.get(key.name, key.default)
    if key.name == "color":
        for name, means in (("FORCE_COLOR", "always"), ("NO_COLOR", "never")):
            if environ.get(name):
                origins.append(Origin(f"the environment: {name}", 0, environ[name]))
                value = means
    return Explained(f"{_USER}{key.name}", value, tuple(origins), key.default, key.expected, key.doc)


def _explained(one: Explained, where: Here) -> Iterator[str]:
    yield printable(f"{one.key} = {_text(one.value)}")
    yield printable(f"  {one.doc}")
    yield printable(f"  expected: {one.expected}")
    places = [_place(origin, where) for origin in one.origins]
    width = max(map(len, [*places, "default"]))
    last = len(places) - 1
    for at, (place, origin) in enumerate(zip(places, one.origins, strict=True)):
        counts = "  <- counts" if at == last else ""
        yield printable(f"  {place:<{width}}  {_text(origin.value)}{counts}")
    counts = "" if places else "  <- counts: nobody says anything else"
    yield printable(f"  {'default':<{width}}  {_text(one.default)}{counts}")


def _table(found: Sequence[Explained], where: Here) -> Iterator[str]:
    said = [one for one in found if one.origins]
    width = max((len(one.key) for one in said), default=0)
    for one in said:
        yield printable(f"{one.key:<{width}} = {_text(one.value)}  # {_place(one.origins[-1], where)}")
    if not said:
        yield "nobody says anything: all is as by default"


def _place(origin: Origin, where: Here) -> str:
    root = where.project.root
    path = os.path.relpath(origin.path, root) if origin.path.startswith(f"{root}/") else origin.path
    return f"{path}:{origin.line}" if origin.line else path


def _text(value: object) -> str:  # noqa: PLR0911 - one return a type
    """As TOML would have it, on one line."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case tuple() | list():
            if value and all(isinstance(one, tuple) for one in value):
                return _text(dict(value))
            return f"[{', '.join(map(_text, value))}]"
        case dict():
            return "{ " + ", ".join(f"{name} = {_text(one)}" for name, one in value.items()) + " }" if value else "{}"
        case str():
            import json

            return json.dumps(value, ensure_ascii=False)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _json(one: Explained) -> dict[str, object]:
    return {**one._asdict(), "origins": [origin._asdict() for origin in one.origins]}
