"""The submodules of a private checkout, from what the repository has of them already; nothing is fetched."""

from __future__ import annotations

import os

from gofigure.errors import GitError
from gofigure.git import checkout
from gofigure.git.modules import kept_at, modules_of
from gofigure.git.objects import tree_of
from gofigure.git.repository import Head, Repository
from gofigure.workspace.slots import forget_the_rest


def check_out_modules(repository: Repository, outer: Repository, tree: str, folder: str) -> None:
    """Check out each submodule of `tree` inside `outer`; one that is not here at its commit stays an empty folder.

    `repository`: the user's own, which has them; `folder`: for the git directories.
    """
    top = os.path.realpath(outer.root)
    for module in modules_of(outer, tree):
        kept = kept_at(repository, module)
        place = os.path.join(outer.root, os.fsdecode(module.path))
        # A stage may have made a folder on the way a link into the user's own files: nothing is written there.
        if kept is None or os.path.realpath(place) != os.path.join(top, os.fsdecode(module.path)):
            continue
        git = outer.git._replace(folder=kept, git_dir=kept)
        shares = Repository(os.path.join(repository.root, os.fsdecode(module.path)), kept, kept, git, None)
        own = os.path.join(folder, module.name.replace("/", "%2f"))
        try:
            inner_tree = tree_of(git, module.commit)[1]
        except GitError:
            continue  # the commit is not here
        forget_the_rest(os.path.join(own, "git"))
        inner = checkout.prepare(shares, os.path.join(own, "git"), place, Head(module.commit, inner_tree))
        checkout.switch(inner, inner_tree)
        checkout.clean(inner)
        check_out_modules(shares, inner, inner_tree, os.path.join(own, "modules"))
