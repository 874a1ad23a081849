"""When a job runs again by itself, and when not: no loops, whoever starts a run.

The rule:

    What changed under a run is the run's own if it is a declared output, ignored by git (then nobody sees it), or
    born untracked under a run and written only by runs since. Any other change makes the verdict *stale*.

    A change outside of every run begins a new chain, and runs whatever reads it. So does who asks for a run.
    Else, where what a job reads is not what its last verdict is about:
        on what it has run on in this chain, it stops: two tools disagree;
        where only suspects changed under it, it is held;
        it follows up, the second time only after a pause: who edits on will be seen outside of a run then;
        after two it is held, and what changed under its last run is suspect until it changes outside of one.

So each change outside, and each run that somebody asks for, costs a job three runs at most (docs/decisions/0027).

All is values and no clock. The engine keeps one Chain for each job: `decide` at every look, `after` every run of the
job, by whomever; runner/window.py makes the values from trees and the ledger, and a Chain after a restart.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from gofigure.runner.words import shortened
from gofigure.snapshot.select import show

Role = Literal["output", "born", "other", "stale"]  # what a change under a run is; stale: an other that the job reads
FOLLOW_UPS = 2
_PAUSE = (3.0, 30.0)  # seconds: as long as the run took, but within these
_NAMED = 3


class Chain(NamedTuple):
    """What is known of one job; `Chain()` is a job that has never run."""

    consumed: bytes = b""  # the job's digest that its newest verdict is about
    fresh: bool = True  # something has changed outside of every run since it ran last
    ran: frozenset[bytes] = frozenset()  # the digests that it ran on in this chain
    follow_ups: int = 0  # of its runs in this chain
    seconds: float = 0.0  # that its newest run took
    stale: frozenset[bytes] = frozenset()  # what changed under its newest run, and is not in its verdict
    suspects: frozenset[bytes] = frozenset()  # what has made it be held
    held: str = ""  # why it does not run by itself, and what to type about it; may have several lines
    held_at: bytes = b""  # the job's digest then


class Seen(NamedTuple):
    """What a look has shown."""

    digest: bytes  # the job's, on what stands there now: see runner.plan.job_digest
    outside: frozenset[bytes] | None = frozenset()  # what changed outside of every run since the look before, whether
    # or not the job reads it; None: nobody can tell, which counts as a change


class Ran(NamedTuple):
    """A run of the job that came to an end, or was cut short for a change (superseded)."""

    digest: bytes  # the job's when it began; b"": it was about something else than what stands in the working tree
    consumed: bytes  # what its verdict is about; b"": it has none
    stale: frozenset[bytes] = frozenset()  # what changed under it, is not its own, and is read by the job
    seconds: float = 0.0
    asked: bool = False  # by a person or by git, not by a change


class Decision(NamedTuple):
    """What becomes of a job after a look."""

    act: Literal["run", "follow up", "nothing", "hold", "stop", "held"]  # hold, stop: from now on; held: as before
    reason: str  # for people; of hold, stop and held it may have several lines
    chain: Chain  # to be kept, whatever the act
    pause: float = 0.0  # seconds without any change that must have gone by before it is carried out


def decide(chain: Chain, seen: Seen) -> Decision:
    """What becomes of a job now. The same again until something changes, or it has run."""
    if seen.outside is None or seen.outside:
        chain = chain._replace(fresh=True, suspects=chain.suspects - (seen.outside or frozenset()))
    if seen.digest == chain.consumed:
        chain = chain._replace(stale=frozenset(), held="", held_at=b"")
        return Decision("nothing", "what it reads is what it ran on", chain)
    if chain.held and (not chain.fresh or seen.digest == chain.held_at):
        return Decision("held", chain.held, chain)
    if chain.fresh:
        reason = "what it reads has changed" if chain.consumed else "it has not run here yet"
        return Decision("run", reason, chain._replace(held="", held_at=b""))
    if seen.digest in chain.ran:
        return _hold(chain, seen, "stop", _disagree(chain.stale))
    if chain.follow_ups >= FOLLOW_UPS or (chain.stale and chain.stale <= chain.suspects):
        return _hold(chain, seen, "hold", _each_time(chain.stale))
    least, most = _PAUSE
    pause = min(max(chain.seconds, least), most) if chain.follow_ups else 0.0
    return Decision("follow up", f"{_names(chain.stale)} changed while it ran", chain, pause)


def after(chain: Chain, ran: Ran) -> Chain:
    """The chain when a run of the job has ended, whoever started it."""
    if not ran.digest:
        return chain
    begins = chain.fresh or ran.asked
    then = chain._replace(
        fresh=False,
        ran=frozenset() if begins else chain.ran,
        follow_ups=0 if begins else chain.follow_ups + 1,
        stale=ran.stale,
        held="",
        held_at=b"",
    )
    if not ran.consumed:  # cut short: it may run on the same once more
        return then
    return then._replace(consumed=ran.consumed, ran=then.ran | {ran.digest}, seconds=ran.seconds)


def cuts_short(chain: Chain, changed: frozenset[bytes]) -> bool:
    """Whether a change under a run may end that run (on_busy = "restart"). `chain`: from before that run.

    Not what changed under the run before it, too, or is suspect: that may be its own doing. And one follow-up must
    be left, or nothing would ever come to a verdict.
    """
    is_left = chain.fresh or chain.follow_ups + 1 < FOLLOW_UPS
    return is_left and not changed <= chain.stale | chain.suspects


def role_of(*, declared: bool, tracked: bool, by_runs: bool) -> Role:
    """What a change under a run is. `by_runs`: what stood there before was nothing, or born under a run."""
    if declared:
        return "output"
    return "born" if by_runs and not tracked else "other"


def _hold(chain: Chain, seen: Seen, act: Literal["hold", "stop"], words: str) -> Decision:
    chain = chain._replace(held=words, held_at=seen.digest, suspects=chain.suspects | chain.stale)
    return Decision(act, words, chain)


def _each_time(files: frozenset[bytes]) -> str:
    if not files:
        return "what it reads changes with each run, and nobody else changes anything: other jobs write it, in a circle"
    return (
        f"{_names(files)} changed under each run, and nobody was seen to change it\n"
        f"if a stage makes it: {_line(files)} for that stage, or name it in .gitignore\n"
        'if you do, while it runs: save it once more, or have workspace = "private"'
    )


def _disagree(files: frozenset[bytes]) -> str:
    return f"two tools disagree on {_names(files)}: it is again what it was before\n" + (
        f"if one of them makes it: {_line(files)} for that stage" if files else "let one of them have the last word"
    )


def _names(files: Iterable[bytes]) -> str:
    return shortened(sorted(map(show, files)), _NAMED) or "what it reads"


def _line(files: Iterable[bytes]) -> str:
    """What to add to the configuration."""
    from json import dumps  # a text in quotes is the same in TOML

    names = sorted(map(show, files))
    return f"outputs = {dumps(names[:_NAMED], ensure_ascii=False)}"
