"""Images of one name: each location that is built has its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gofigure.config.kinds import KeyPath, Wrong, quote

if TYPE_CHECKING:
    from gofigure.model import Stage


def check_image_names(stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    """Locations whose images would take a name from each other, as `x.y` and `x-y` do: to both, - stands there."""
    docker = [stage for stage in stages.values() if stage.target == "docker"]
    if not docker:
        return
    from gofigure.targets.docker import image_name, in_tag

    taken: dict[str, tuple[str, str]] = {}
    for stage in docker:
        tags = [tag for tag in stage.setting("tags", ("dev",)) if "{digest}" not in tag]
        for index, location in enumerate(stage.locations or ("",)):
            at: KeyPath = ("stages", stage.name, "locations", index) if stage.locations else ("stages", stage.name)
            name = image_name(stage.setting("name", "{project}/{location}"), "{project}", location)
            for tag in tags:
                called = f"{name}:{tag.replace('{location}', in_tag(location))}"
                first, other = taken.setdefault(called, (stage.name, location))
                if other != location:
                    whose = quote(other) if first == stage.name else f"{quote(other)} of stage {quote(first)}"
                    message = f"found {quote(location)}, whose image would be called {called} as that of {whose} is"
                    yield Wrong(at, f"{message}; expected another name or tags (or a stage of its own with a name)")
                    break
