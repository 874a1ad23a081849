"""What an image is called: its name, and its tags besides the one that its content gives it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.recipes.order import project
from gofigure.targets.docker import image_name, in_tag

if TYPE_CHECKING:
    from gofigure.recipes.order import Order

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*")
_GIT = "{git}"
_SHORT = 12  # digits of a commit in a tag
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class Names(NamedTuple):
    name: str
    templates: Sequence[str]
    location: str  # as it stands in a tag
    commit: str  # in short, where what is built is exactly that commit's; "" where it is nobody's

    def tags(self, content: str) -> list[str]:
        """The tags for an image of this content. Raises GofigureError for one that docker would refuse."""
        values = {"digest": content, "location": self.location, "time": time.strftime("%Y%m%d-%H%M%S", time.gmtime())}
        if self.commit:
            values["git"] = self.commit
        tags = [_filled(template, values) for template in self.templates if self.commit or _GIT not in template]
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise GofigureError(f"{tag!r} is no tag: 128 of letters, digits, _, . and - at most", hint="mend tags")
        return tags


def names_of(spec: Mapping[str, Any], order: Order, commit: str = "") -> Names:
    """`commit`: see commit_of. Raises GofigureError for a name that docker would refuse."""
    name = image_name(spec["name"], project(order.state_dir), order.location)
    if not _NAME.fullmatch(name):
        raise GofigureError(f"{name!r} is no name of an image", hint='give it one: name = "shop/api"')
    return Names(name, spec.get("tags", ()), in_tag(order.location), commit)


def fixed(spec: Mapping[str, Any], order: Order) -> list[str]:
    """The tags that say nothing of the moment: they are to be on this image as long as it is what was built last."""
    location = names_of(spec, order).location
    moving = ("{time}", "{git}", "{digest}")
    return [
        _filled(tag, {"location": location}) for tag in spec.get("tags", ()) if not any(one in tag for one in moving)
    ]


def of_commits(spec: Mapping[str, Any], order: Order, content: str) -> list[str]:
    """The tags that name a commit, without its name: with it, they are to be there in a run about that commit."""
    values = {"location": names_of(spec, order).location, "digest": content}
    return [_filled(tag, values) for tag in spec.get("tags", ()) if _GIT in tag and "{time}" not in tag]


def commit_of(spec: Mapping[str, Any]) -> str:
    """The commit that this folder holds exactly; "" where there is none, or no tag asks. Says what is left out.

    Before a commit is made, HEAD is the one before it, and the folder differs from that.
    """
    asking = [template for template in spec.get("tags", ()) if _GIT in template]
    if not asking:
        return ""
    env = dict(os.environ)
    head = capture(["git", "rev-parse", "--verify", "-q", "HEAD"], env=env)
    differs = capture(["git", "status", "--porcelain", "--untracked-files=all", "--", "."], env=env)
    if head.code == 0 and differs.code == 0 and not differs.out:
        return head.out.decode().strip()[:_SHORT]
    first = differs.out.decode(errors="replace").partition("\n")[0]
    why = "there is no commit" if head.code != 0 else f"what is here is no commit's ({first.strip()})"
    print(f"gofigure: without the tag {', '.join(asking)}: {why}", flush=True)
    return ""


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)
