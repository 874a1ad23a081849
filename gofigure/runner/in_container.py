"""How a command of a stage with an `image` is started: by the recipe that puts it into a container."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from gofigure.model import Place
from gofigure.recipes import recipe
from gofigure.runner.environment import INSIDE_VARIABLE, RUN_VARIABLE
from gofigure.runner.plan import ContainerImage

# Of this machine, and yet of use inside: how to speak, and by which way to the world.
_OF_USE = ("TERM", "TZ", "NO_COLOR", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def in_container(
    image: ContainerImage, variables: Iterable[str], roots: Mapping[Place, str], root: str
) -> tuple[str, ...]:
    """What comes before the command's own words. `variables`: the names of those that it gets.

    Its folder is there under the same name; and so is the working tree, where a private checkout has links to it.
    """
    names = dict.fromkeys([*variables, *_OF_USE, INSIDE_VARIABLE, RUN_VARIABLE])
    spec = {
        "image": image.name,
        "id": image.id,
        "socket": image.socket,
        "env": list(names),
        "folders": sorted({root, roots["in place"]}),
    }
    return recipe(("container", json.dumps(spec, sort_keys=True)))
