"""What stages in a private checkout get from the working tree, and what of it leads them back there."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping

from gofigure.git.repository import Repository
from gofigure.runner.plan import Plan, Shared, Step
from gofigure.snapshot.select import Selecting, Selector, as_bytes
from gofigure.store.contents import Contents
from gofigure.workspace.leads_back import Back, ways_back
from gofigure.workspace.share import BESIDE, by_default, shared


def shared_by(
    steps: Iterable[Step],
    tree: bytes,
    repository: Repository,
    environ: Mapping[str, str],
    selecting: Selecting,
    contents: Contents,
) -> Shared:
    """What these steps share, together."""
    stages = [step.stage for step in steps]
    asked = sorted({as_bytes(path).strip(b"/") for stage in stages for path in stage.share or ()})
    found: list[bytes] = []
    if any(stage.share is None for stage in stages):
        names = "|".join(re.escape(name) for name in BESIDE)
        manifests = selecting.files(tree, Selector(pattern=f"(?:^|/)(?:{names})$"))
        found = by_default(path for path, _ in manifests)
    folders, refused = shared(repository, tree, list(dict.fromkeys([*asked, *found])), contents.load_tree)
    ways = ways_back(repository.root, map(os.fsdecode, folders), environ)
    return Shared(tuple(folders), tuple(path for path in refused if path in asked), tuple(ways))


def lacks_checkout(step: Step, plan: Plan) -> str:
    """What to write where a stage that has failed in a private checkout needs what others check out beside it."""
    for name in step.stage.needs if step.stage.checkout is None else ():
        needed = plan.steps[name].stage
        dest = needed.setting("dest") if needed.target == "checkout" else None
        if dest is None or dest.startswith("/"):
            continue
        if not any(f"{dest}/".startswith(f"{os.fsdecode(folder)}/") for folder in plan.shared.folders):
            return f'{dest}, where {name} checks out, is not in a private checkout; share = ["{dest}"] brings it'
    return ""


def leads_back(step: Step, shared: Shared) -> str:
    """Why what a step does in a private checkout may be about the working tree's files after all; "" if it is not.

    What another stage of the run shares is there for this one, too.
    """
    python_path = dict(step.stage.env).get("PYTHONPATH", "").split(":")
    for way in shared.ways_back:
        if not (way.python and _comes_first(way, step, python_path)):
            return _words(way, fix=step.stage.fix)
    return ""


def _comes_first(way: Back, step: Step, python_path: list[str]) -> bool:
    """Whether the stage's own PYTHONPATH names the same folder of the checkout, wherever it is started."""
    return all(
        any(entry and posixpath.normpath(posixpath.join(command.cwd, entry)) == way.leads_to for entry in python_path)
        for command in step.commands
    )


def _words(way: Back, *, fix: bool) -> str:
    what = "the whole of it" if way.leads_to == "." else way.leads_to
    if way.python:
        mend = f'env = {{ PYTHONPATH = "{way.leads_to}" }} makes it import what is checked'
    elif fix:
        mend = f"a share without {way.shared} keeps to the checkout"
    else:
        mend = f'workspace = "in-place", or a share without {way.shared}, keeps to one of them'
    return f"{way.shared} leads back into the working tree ({what}); {mend}"
