"""The door of all recipes."""

from __future__ import annotations

import importlib
import json
import sys

from gofigure.errors import GofigureError
from gofigure.recipes.order import taken

# Name -> module, which has `run(spec, order, arguments) -> exit code`. Adding a recipe is a file and a line.
RECIPES: dict[str, str] = {
    "checkout": "gofigure.recipes.checkout",
    "kubernetes": "gofigure.recipes.kubernetes.main",
    "container": "gofigure.recipes.container",
    "docker": "gofigure.recipes.docker",
}


def main(argv: list[str]) -> int:
    """Exit codes: what the recipe says; 2 where a person has to mend something first."""
    name, spec, *arguments = argv
    order = taken()
    module = importlib.import_module(RECIPES[name])
    try:
        return int(module.run(json.loads(spec), order, arguments))
    except GofigureError as error:
        print(f"gofigure: {order.stage}: {error}", *([error.hint] if error.hint else []), sep="\n  ", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
