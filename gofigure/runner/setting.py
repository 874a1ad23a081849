"""What a run is given, besides its plan."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from gofigure.events import Observer
from gofigure.git.repository import Repository
from gofigure.model import Snapshot, Trigger
from gofigure.runner.planner import Planner
from gofigure.store.store import Store


class Setting(NamedTuple):
    """Where and how plans are carried out."""

    root: str
    repository: Repository | None
    state_dir: str
    lock_file: str
    mark: str  # the repository's part of the run marker
    trigger: Trigger
    store: Store
    planner: Planner
    observe: Observer
    look: Callable[[], Snapshot]  # at the working tree, anew
    parallel: int
    keep_going: bool
    environ: Mapping[str, str]  # of whoever started this
    mended: list[str]  # git's trees of the index after each time that fixers have changed it; the newest counts
    make_way: Callable[[int], bool]  # asks a process to stop, if nobody waits for what it runs; whether it is one
    in_background: bool = False  # its user goes on working in the working tree
    wants_output: bool = False  # somebody looks on: tell what stages print
    use_proofs: bool = True
    attend: Callable[[Collection[str]], None] | None = None  # told often which stages are under way; may end the run
    tracked: Callable[[Sequence[str]], list[str]] = list  # which of these git tracks, by the newest look
    causes: Sequence[bytes] = ()  # what has changed since the job ran before, where that is why it runs

    def leaves_index(self, about: Snapshot) -> bool:
        """Whether what is staged is pre-commit's: it goes back to that index where its stash does not fit any more."""
        return about.kind == "index" and self.environ.get("PRE_COMMIT") == "1"
