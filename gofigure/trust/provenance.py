"""Where a configuration's bytes are from: written here, or brought by somebody else's commit.

Asked only for bytes that nobody has approved yet, and in this order; whatever cannot be told is not ours:

1. A folder without git has no remote: what is in it was put there on this machine.
2. The bytes on disk must be those that git would store, and nothing may be under way that leaves no trace.
3. Each commit that brought them must have been made here (git's reflogs say so). So must each that brought what they
   were made *from*, down to what was approved: an edit on top of a pulled change carries that change along.
4. No merge may have put them together with a branch that has the file under another name, or not at all.
5. No line may be new in them that is also new in somebody else's commit, nor missing from both: text gets out of git's
   sight (a merge that is left half done, a stash, a squash, a reset), and lines are what git merges by.

Nothing that a repository's configuration names is started: no filter, no diff driver, no signature check.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from gofigure.errors import GofigureError
from gofigure.git.attributes import conversions
from gofigure.git.repository import Repository
from gofigure.model import CONFIG_NAME
from gofigure.trust.history import History, Reader, Step
from gofigure.trust.lines import Change, Line, all_lines, has_in_common, lines_of
from gofigure.trust.made import Made
from gofigure.trust.record import Layer, Trust, approved_texts, is_approved, last_used

_HEADS = ("HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_STAGES = (":0", ":1", ":2", ":3")  # of the index (gitrevisions)
_CONFIG_END, _LOCAL_END = f"/{CONFIG_NAME}", "/.gofigure.local.toml"


def why_not_ours(trust: Trust, token: bytes, layer: Layer) -> str:
    """Why it cannot be said that these bytes were written here; "" if they were."""
    if trust.repository is None:
        return ""
    if trust.repository.is_bare:
        return _lies_in_another(trust.repository.root)
    try:
        return _no_evidence(trust.repository, layer) or _Judge(trust, token, layer, Reader(trust.repository)).foreign()
    except GofigureError as error:
        return f"it cannot be told where it is from ({error})"


def _lies_in_another(folder: str) -> str:
    """Nothing that git does writes beside a bare repository's own files, unless it lies in a working tree itself."""
    above = os.path.dirname(folder)
    while not os.path.lexists(os.path.join(above, ".git")):
        if above == os.path.dirname(above):
            return ""
        above = os.path.dirname(above)
    return f"this bare repository lies in {above}, with which the file may have come"


def _no_evidence(repository: Repository, layer: Layer) -> str:
    """Rule 2: what keeps the bytes in the working tree from being compared with those that git stores."""
    if said := _odd_path(repository, layer.name):
        return said
    if b"\r" in layer.data:
        return "it has carriage returns, which git may have put in, so that nobody can tell where it is from"
    if os.fsencode(layer.name) in conversions(repository.git, [os.fsencode(layer.name)]).always:
        return "git converts it at checkout (gitattributes), so that nobody can tell where it is from"
    for name in ("SQUASH_MSG", "rebase-apply"):
        if os.path.lexists(os.path.join(repository.git_dir, name)):
            return f"{name} in the git directory says that something is being applied, which may be in it"
    return ""


def _odd_path(repository: Repository, path: str) -> str:
    """Why the file may be another one than the one that git has under this name; "" if it is not."""
    folder = repository.root
    if "/" in path and not os.path.lexists(os.path.join(folder, path)):
        return ""  # it was read from the index, where git has it under this very name
    for name in path.split("/"):
        place = os.path.join(folder, name)
        if os.path.islink(place):
            return "it is a link, and what that leads to has changed"
        if name not in os.listdir(folder):  # a file system that takes other names for the same
            return "its name in the folder is spelled in another way"
        folder = place
    # A personal file is ignored; git looks at what it is laid over.
    seen = path.removesuffix(_LOCAL_END) + _CONFIG_END if path.endswith(_LOCAL_END) else path
    if "/" in path and not _in_sight(repository, seen):
        return "git does not look at it (it is ignored, or in another repository), so nobody can tell where it is from"
    return ""


def _in_sight(repository: Repository, name: str) -> bool:
    """Whether git tracks a file, or would show it as untracked: what a submodule or a package brings, it does not."""
    listed = repository.git.run("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", name)
    return os.fsencode(name) in listed.split(b"\0")


class _Judge:
    """One question about one file, by the rules 3 to 5."""

    def __init__(self, trust: Trust, token: bytes, layer: Layer, reader: Reader) -> None:
        self._trust = trust
        self._token = token
        self._layer = layer
        self._reader = reader

    def foreign(self) -> str:
        """Which commit from elsewhere is in it; "" if none is."""
        merging = self._reader.heads_in("MERGE_HEAD")
        own, at_hand, committed = self._versions_at_hand(merging)
        unapproved = self._unapproved(at_hand)
        mine = self._my_change(at_hand - unapproved)
        to_explain = unapproved | ({own} if own else set())
        if not (to_explain or merging or mine.added or mine.removed):
            return ""  # saved by an editor, and made of approved lines only
        history = self._reader.history(self._layer.name)
        return (
            self._brought_from_elsewhere(history, to_explain, committed)
            or self._being_merged_with_another_name(merging, own)
            or self._line_from_elsewhere(history, mine)
        )

    def _versions_at_hand(self, merging: Sequence[str]) -> tuple[str, set[str], set[str]]:
        """The blob of these bytes ("": git has none), the versions they may be made from, those of them in commits."""
        own = self._reader.run("hash-object", "--no-filters", "--stdin", stdin=self._layer.data).decode().strip()
        places = [f"{place}:{self._layer.name}" for place in (*_STAGES, *_HEADS, *merging)]
        stored, *here = self._reader.blobs([own, *places])
        return stored, {*here} - {""}, {*here[len(_STAGES) :]} - {""}

    def _brought_from_elsewhere(self, history: History, to_explain: set[str], committed: set[str]) -> str:
        """Rule 3, and 4 for merges that are committed."""
        seen, left = set(to_explain), list(to_explain)
        while left:
            version = left.pop()
            steps = history.brought_by.get(version, [])
            if not steps and version in to_explain - committed:
                continue  # it was only staged, and what it was made from is to be explained as well
            made_here = self._reader.made_here
            said = _foreign_among(steps, made_here) or _merged_with_another_name(steps, made_here)
            if said:
                return said
            sources = {source for step in steps for source in history.made_from.get(step.commit, ())} - seen
            seen |= sources
            left += self._unapproved(sources)
        return ""

    def _being_merged_with_another_name(self, merging: Sequence[str], own: str) -> str:
        """Rule 4, for a merge under way."""
        head, *others = self._reader.versions(self._layer.name, ["HEAD", *merging])
        for commit, version in zip(merging, others, strict=True):
            if not version and own != head and commit not in self._reader.made_here:
                return _renamed(commit)
        return ""

    def _line_from_elsewhere(self, history: History, mine: Change) -> str:
        """Rule 5."""
        if not (mine.added or mine.removed):
            return ""
        former = self._reader.former_names(self._layer.name, history)
        for one in (history, *former.values()):
            steps = _foreign_steps(one, self._reader.made_here)
            contents = self._reader.contents(_blobs_of(steps))
            lines = {version: lines_of(data) for version, data in contents.items() if self._reader.seconds_left()}
            for step in steps:
                if step.version not in contents:
                    return f"commit {step.commit[:10]} has a version that is too big to compare"
                shared = has_in_common(mine, _their_change(step, lines), self._known)
                if shared and not self._is_approved(contents[step.version]):
                    return f"some of it is also in this one: {_foreign_among([step], self._reader.made_here)}"
        return ""

    def _my_change(self, approved_at_hand: Iterable[str]) -> Change:
        """What is in no approved text, and what is in all that these bytes can have been made from."""
        now = lines_of(self._layer.data)
        bases = [*self._reader.contents(approved_at_hand).values()]
        used = last_used(self._trust, self._token, self._layer.name)
        if used is not None:
            bases.append(used)
        before = frozenset.intersection(*map(lines_of, bases)) if bases else frozenset()
        return Change(now - self._known, before - now)

    @cached_property
    def _known(self) -> frozenset[Line]:
        return all_lines(approved_texts(self._trust, self._token, self._layer.name))

    def _unapproved(self, versions: Iterable[str]) -> set[str]:
        wanted = set(versions)
        contents = self._reader.contents(wanted)
        return {version for version in wanted if version not in contents or not self._is_approved(contents[version])}

    def _is_approved(self, data: bytes) -> bool:
        return is_approved(self._trust, self._token, Layer(self._layer.name, data))


def _foreign_among(steps: Sequence[Step], made_here: Mapping[str, Made]) -> str:
    """Which of the commits that brought a version was not made here.

    A commit that a rebase or a cherry-pick made says nothing alone; it must repeat what was committed here before.
    """
    if not steps:
        return "no commit that git knows says where it is from"
    for step in steps:
        if step.commit not in made_here:
            return f"commit {step.commit[:10]} was not made here"
    repeats = _repeats(steps, made_here)
    return f"commit {repeats[0].commit[:10]} repeats another one, and it cannot be told whose" if repeats else ""


def _repeats(steps: Sequence[Step], made_here: Mapping[str, Made]) -> list[Step]:
    """The commits that only repeat others, of which none was made here by hand before."""
    made = [(step, made_here[step.commit]) for step in steps if step.commit in made_here]
    written = min((one.at for _, one in made if one.by_hand), default=None)
    return [step for step, one in made if not one.by_hand and (written is None or one.at < written)]


def _foreign_steps(history: History, made_here: Mapping[str, Made]) -> list[Step]:
    """The commits, of all that brought a version, which cannot be said to be ours."""
    found: list[Step] = []
    for steps in history.brought_by.values():
        found += [step for step in steps if step.commit not in made_here]
        found += _repeats(steps, made_here)
    return found


def _merged_with_another_name(steps: Sequence[Step], made_here: Mapping[str, Made]) -> str:
    """Git follows a rename: what the other side changed under the old name arrives under the new one."""
    for step in steps:
        for parent, before in zip(step.parents, step.before, strict=True):
            if len(step.parents) > 1 and not before and parent not in made_here:
                return _renamed(parent)
    return ""


def _renamed(commit: str) -> str:
    return f"it was merged with commit {commit[:10]}, which may have it under another name"


def _their_change(step: Step, lines: Mapping[str, frozenset[Line]]) -> Change:
    before = frozenset[Line]().union(*(lines.get(version, ()) for version in step.before))
    return Change(lines[step.version] - before, before - lines[step.version])


def _blobs_of(steps: Iterable[Step]) -> set[str]:
    return {version for step in steps for version in (step.version, *step.before) if version}
