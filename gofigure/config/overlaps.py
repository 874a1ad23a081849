"""Two stages that may make the same file: what one has kept would hold what the other has made of other content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure.config.kinds import Wrong, quote

if TYPE_CHECKING:
    from gofigure.model import Stage

_ANY = "**"  # as a word: any number of them
_WILD = re.compile(r"[*?\[\\]")


class _Glob(NamedTuple):
    stage: str
    at: int
    text: str
    not_those: tuple[str, ...]  # the globs after it that take something away

    @property
    def folder(self) -> tuple[str, ...]:
        """The words before the first one with a wildcard."""
        words = self.text.split("/")
        return tuple(words[: next((at for at, word in enumerate(words) if _WILD.search(word)), len(words))])


def overlaps(stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    """Outputs of which a path may be those of two stages. A stage in a checkout writes there, and not beside others."""
    makers = [stage for stage in stages.values() if stage.outputs and stage.checkout is None and stage.enabled]
    globs = [glob for stage in makers for glob in _globs(stage)]
    by_folder: dict[tuple[str, ...], list[_Glob]] = {}
    for glob in globs:
        by_folder.setdefault(glob.folder, []).append(glob)
    told: set[str] = set()
    for glob in globs:  # where two take the same path, the folder of one is that of the other, or above it
        above = (other for end in range(len(glob.folder) + 1) for other in by_folder.get(glob.folder[:end], ()))
        for other in above:
            if other.stage == glob.stage or {other.stage, glob.stage} <= told or not _meet(glob, other):
                continue
            told |= {other.stage, glob.stage}
            first, second = sorted((glob, other), key=globs.index)
            yield _wrong(first, second)


def _globs(stage: Stage) -> Iterable[_Glob]:
    for index, glob in enumerate(stage.outputs):
        if not glob.startswith("!"):
            takes_away = tuple(other[1:] for other in stage.outputs[index + 1 :] if other.startswith("!"))
            yield _Glob(stage.name, index, glob, takes_away)


def _wrong(first: _Glob, second: _Glob) -> Wrong:
    shared = [one for one, other in zip(first.folder, second.folder, strict=False) if one == other]
    say = " and ".join(quote("/".join((*shared, one.stage, _ANY))) for one in (first, second))
    message = (
        f"found {quote(second.text)}, which takes what stages.{first.stage}.outputs ({quote(first.text)}) takes too, "
        f"expected that each stage makes files of its own: {say}"
    )
    return Wrong(("stages", second.stage, "outputs", second.at), message)


def _meet(one: _Glob, other: _Glob) -> bool:
    """Whether a path may match both; where that is hard to tell, it may."""
    if _takes_away(one.not_those, other.text) or _takes_away(other.not_those, one.text):
        return False
    return _words_meet(_words(one.text), _words(other.text))


def _takes_away(not_those: Iterable[str], glob: str) -> bool:
    """Whether one of these takes all that another glob gives."""
    for text in not_those:
        folder = text.removesuffix("/" + _ANY)
        if not _WILD.search(folder) and (glob == text or glob.startswith(folder + "/")):
            return True
    return False


def _words(glob: str) -> list[str]:
    words = [_ANY if _ANY in word else word for word in glob.split("/")]
    return words if re.search(r"[*?[]", words[-1]) else [*words, _ANY]  # it may name a folder


def _words_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """By each pair of their ends, from the back: whether what is left of both can be the same."""
    below = [all(word == _ANY for word in other[at:]) for at in range(len(other) + 1)]
    for at in range(len(one) - 1, -1, -1):
        row = [False] * len(other) + [below[-1] and one[at] == _ANY]
        for beside in range(len(other) - 1, -1, -1):
            if _ANY in (one[at], other[beside]):
                row[beside] = (one[at] == _ANY and below[beside]) or row[beside + 1]
                row[beside] = row[beside] or (other[beside] == _ANY and below[beside]) or below[beside + 1]
            else:
                row[beside] = below[beside + 1] and _may_be_same(one[at], other[beside])
        below = row
    return below[0]


def _may_be_same(one: str, other: str) -> bool:
    """Two names with wildcards, by what comes before the first and behind the last."""
    if not _WILD.search(one) and not _WILD.search(other):
        return one == other
    starts, ends = [_WILD.split(name)[0] for name in (one, other)], [_end(name) for name in (one, other)]
    starts.sort(key=len)
    ends.sort(key=len)
    return starts[1].startswith(starts[0]) and ends[1].endswith(ends[0])


def _end(name: str) -> str:
    return "" if "\\" in name else re.split(r"[*?\]]", name)[-1]
