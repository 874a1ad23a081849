"""What an image is called: its name, and its tags besides the one that its content gives it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.recipes.order import project, slug

if TYPE_CHECKING:
    from gofigure.recipes.order import Order

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class Names(NamedTuple):
    name: str
    templates: Sequence[str]
    location: str  # as it stands in a tag
    root: str  # of what is built

    def tags(self, content: str) -> list[str]:
        """The tags for an image of this content. Raises GofigureError for one that docker would refuse."""
        values = {"digest": content, "location": self.location, "time": time.strftime("%Y%m%d-%H%M%S", time.gmtime())}
        if any("{git}" in template for template in self.templates):
            values["git"] = _commit(self.root)
        tags = [_filled(template, values) for template in self.templates]
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise GofigureError(f"{tag!r} is no tag: 128 of letters, digits, _, . and - at most", hint="mend tags")
        return tags


def names_of(spec: Mapping[str, Any], order: Order) -> Names:
    """Raises GofigureError for a name that docker would refuse."""
    location = "/".join(filter(None, map(slug, order.location.split("/"))))
    name = _filled(spec["name"], {"project": project(order.state_dir), "location": location})
    name = re.sub(r"/{2,}", "/", name).strip("/-._")
    if not _NAME.fullmatch(name):
        raise GofigureError(f"{name!r} is no name of an image", hint='give it one: name = "shop/api"')
    return Names(name, spec.get("tags", ()), location.replace("/", "-") or "root", order.root)


def fixed(spec: Mapping[str, Any], order: Order) -> list[str]:
    """The tags that say nothing of the moment: they are to be on this image as long as it is what was built last."""
    location = names_of(spec, order).location
    moving = ("{time}", "{git}", "{digest}")
    return [
        _filled(tag, {"location": location}) for tag in spec.get("tags", ()) if not any(one in tag for one in moving)
    ]


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def _commit(root: str) -> str:
    """The commit that is checked out, in short; "none" where there is none."""
    done = capture(["git", "-C", root, "rev-parse", "--short=12", "--verify", "-q", "HEAD"], env=dict(os.environ))
    return done.out.decode().strip() if done.code == 0 else "none"
