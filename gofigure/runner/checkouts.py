"""The places that a plan's stages run in, open as long as the run takes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.events import Note
from gofigure.git.repository import Head, Repository
from gofigure.model import Place, Snapshot
from gofigure.runner.places import fallen_back
from gofigure.runner.plan import Plan
from gofigure.runner.setting import Setting
from gofigure.snapshot.select import Selector


class Places(NamedTuple):
    """The folders that stages run in, and how to look at what stands there."""

    repositories: Mapping[Place, Repository | None]
    roots: Mapping[Place, str]
    look: Callable[[Place], Snapshot]
    tree: str = ""  # git's tree that the private checkout holds


@contextlib.contextmanager
def opened(setting: Setting, plan: Plan) -> Iterator[tuple[Plan, Places]]:
    """The plan's places; and the plan as it can be carried out, if there can be no private checkout after all."""
    here = Places({"in place": setting.repository}, {"in place": setting.root}, lambda _place: setting.look())
    if not plan.private or setting.repository is None:
        yield plan, here
        return
    with contextlib.ExitStack() as stack:
        try:
            places = stack.enter_context(_private(setting, setting.repository, plan))
        except (GitError, OSError) as error:
            setting.observe(Note(f"a private checkout cannot be made: {error}"))
            yield fallen_back(plan, str(error)), here
            return
        yield plan, places


@contextlib.contextmanager
def _private(setting: Setting, repository: Repository, plan: Plan) -> Iterator[Places]:
    from gofigure.snapshot.commits import tree_to_check_out
    from gofigure.snapshot.working_tree import of_checkout
    from gofigure.workspace.private import Wanted, private_checkout

    about, contents = plan.content.about, setting.store.contents
    oid = tree_to_check_out(repository, about, setting.trigger.index_file, contents, setting.observe)
    head = Head(about.commit, oid) if about.commit is not None else repository.head
    wanted = Wanted(oid, head, plan.shared.folders)
    with private_checkout(repository, wanted, setting.environ, setting.observe) as checkout:
        root = checkout.repository.root
        _bring_lfs(setting, checkout.repository, plan)

        def look(place: Place) -> Snapshot:
            if place == "in place":
                return setting.look()
            return of_checkout(checkout.repository, checkout.shared, contents, setting.observe)

        repositories: dict[Place, Repository | None] = {"in place": repository, "private": checkout.repository}
        yield Places(repositories, {"in place": setting.root, "private": root}, look, oid)
        _tell_led_into(setting, root, plan)


def _tell_led_into(setting: Setting, checkout: str, plan: Plan) -> None:
    """Say so if a stage has installed the project from the checkout into an environment that the user works with."""
    from gofigure.workspace.leads_back import ways_back

    folders = map(os.fsdecode, plan.shared.folders)
    for name in dict.fromkeys(way.shared for way in ways_back(setting.root, folders, setting.environ, checkout)):
        setting.observe(
            Note(
                f"{name} imports from the private checkout now: a stage has installed the project there."
                ' Install it again here, and give that stage workspace = "in-place"'
            )
        )


_ATTRIBUTES = Selector(pattern=r"(?:^|/)\.gitattributes$")


def _bring_lfs(setting: Setting, checkout: Repository, plan: Plan) -> None:
    """Files of Git LFS that were not here when the checkout was last made may have come since."""
    selecting, tree = setting.planner.selecting, plan.content.about.tree
    if selecting.select(tree, _ATTRIBUTES).files == 0:
        return
    from gofigure.git import lfs

    root = os.fsencode(checkout.root)
    for path, _ in selecting.files(tree, _ATTRIBUTES):
        with open(os.path.join(root, path), "rb") as file:
            if lfs.names_the_filter(file.read()):
                break
    else:
        return
    left = lfs.pointers(root, lfs.filtered(lfs.start_filtered(checkout.git)))
    if left:
        lfs.bring(checkout.git, left)
