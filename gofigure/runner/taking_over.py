"""What fixers have changed in a private checkout, brought to the user: into the index, and into the working tree."""

from __future__ import annotations

from collections.abc import Callable

from gofigure.events import Note
from gofigure.git.checkout import changed_files
from gofigure.git.fixes import harvest, into_index, unseen
from gofigure.git.index import scratch
from gofigure.runner.checkouts import Places
from gofigure.runner.plan import Plan
from gofigure.runner.setting import Setting
from gofigure.runner.words import shortened
from gofigure.snapshot.select import Selector, selects, show
from gofigure.workspace.take_over import Source
from gofigure.workspace.take_over import take_over as into_files

_NAMED = 5


def take_over(
    setting: Setting, plan: Plan, places: Places, keep: Callable[[bytes], str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bring what fixers changed in the checkout into the index and the working tree; returns the names of the
    files that are mended now, and of those that are left alone in the working tree.

    What a stage that a fixer needs makes by its own word (`outputs`) stays in the checkout: it mends nothing.

    `keep`: stores a patch that could not be applied, and returns where. Raises GitError where another process has
    the index.
    """
    in_index = plan.content.about.kind == "index" and not setting.leaves_index(plan.content.about)
    repository, checkout = setting.repository, places.repositories.get("private")
    if repository is None or checkout is None:
        return (), ()
    with scratch(repository) as folder:
        made = [Selector(globs=step.stage.outputs) for step in plan.steps.values() if step.stage.outputs]
        fixes = [
            fix for fix in harvest(checkout, places.tree, folder) if not any(selects(one, fix.path) for one in made)
        ]
        if not fixes:
            return (), ()
        if in_index:
            into_index(repository, setting.trigger.index_file, fixes)
        hidden = unseen(repository, setting.trigger.index_file)
        left = into_files(repository, Source(checkout, places.tree), fixes, hidden, folder)
    names = tuple(show(fix.path) for fix in fixes if in_index or fix.path not in left)
    if names:
        where = " and ".join((["in what is being committed"] * in_index) + (["in the working tree"] * (not left)))
        setting.observe(Note(f"mended {where}: {shortened(names, _NAMED)}"))
    if left:
        kept = keep(changed_files(checkout, list(left)))
        for why in dict.fromkeys(left.values()):
            alone = shortened([show(path) for path, reason in left.items() if reason == why], _NAMED)
            setting.observe(Note(f"left alone in the working tree, as {why}: {alone}; see {kept}"))
    return names, tuple(map(show, left))
