"""Why a stage must run, is not proven, or proves nothing, in words; from the content and from stored evidence."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gofigure.model import FAILED
from gofigure.runner.plan import Content, Step
from gofigure.snapshot.select import covers, show
from gofigure.store.ledger import StageRow
from gofigure.store.proofs import Proof

NO_PROOF = "no proof yet"
_HEX = 64  # of a key; what follows in what is needed is what that makes


def ago(then_ns: int) -> str:
    """Words such as `3 min ago`, by the wall clock; a clock set back reads as `just now`."""
    seconds = max(0, (time.time_ns() - then_ns) // 1_000_000_000)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago" if seconds else "just now"


def must_run(step: Step, content: Content, *, use_proofs: bool) -> str:
    """Why no proof would be enough; "" where one would."""
    never = never_reused(step)
    if never:
        return f"never reused ({never})"
    if not use_proofs:
        return "asked to (--no-cache)"
    if step.image is not None and not step.image.id:
        return f"its image {step.image.name}: {step.image.why_unknown}"
    if step.in_the_dark:
        return f"what {step.in_the_dark} makes is not known yet"
    if _reads_in_vain(step):
        return "its inputs match no file"
    blind = _unseen(step, content.about.unprovable)
    return f"{show(blind)}: {content.about.unprovable[blind]}" if blind is not None else ""


def unprovable(step: Step, content: Content) -> str:
    """Why its passing will prove nothing; "" where it proves something."""
    if never_reused(step):
        return step.handed or "its result is never reused"
    if step.image is not None and not step.image.id:
        return f"its image {step.image.name} was not known when it began"
    if step.in_the_dark:
        return f"nobody knows what {step.in_the_dark} has made"
    if _reads_in_vain(step):
        return "its inputs match no file"
    reasons = {**content.about.unprovable, **(content.here.unprovable if step.place == "in place" else {})}
    blind = _unseen(step, reasons)
    if blind is not None:
        return f"{show(blind)}: {reasons[blind]}"
    return f"it ran on other content: {', '.join(step.differs)}" if step.astray else step.leads_back


def _reads_in_vain(step: Step) -> bool:
    """Whether nothing is there of what it says that it reads."""
    # An image may be made of its Dockerfile alone, all else being left out.
    reads = step.reads if step.stage.target == "docker" else step.reads[:1]
    return not any(read.files for read in reads) and bool(step.inputs.selector.locations)


def never_reused(step: Step) -> str:
    """What it is about a stage that keeps it from ever being proven; "" mostly."""
    if step.stage.type == "deploy" or step.stage.target == "checkout":
        return f"a {step.stage.type}"
    if step.stage.interactive:
        return "it asks a person"
    return step.handed if step.stage.cache else "cache = false"


def read_of(step: Step, paths: Mapping[bytes, str]) -> Iterator[bytes]:
    """Those of the paths that it reads."""
    return (path for path in paths if any(covers(one.selector, path) for one in step.reads))


def _unseen(step: Step, paths: Mapping[bytes, str]) -> bytes | None:
    """The first of the paths that its proof is about: what it reads, and what is made."""
    made = (path for path in paths if any(covers(maker.selector, path) for maker in step.makers))
    return next(itertools.chain(read_of(step, paths), made), None)


def failed_here(last: StageRow | None, key: bytes) -> str:
    """That it failed on this very content; "" if it did not. `last`: the last time that it was executed."""
    if last is not None and last.key == key and last.state in FAILED:
        return f"{last.state} on this content in run {last.run}"
    return ""


_Names = Callable[[bytes], list[str]]


def first_difference(
    now: Mapping[str, Any], proofs: Sequence[Proof], changed_inputs: _Names, changed_outputs: _Names
) -> str:
    """The first thing in which `now` differs from the proof that is nearest to it.

    `changed_inputs` names the selected files in which an earlier tree differs from the present one; `changed_outputs`
    those of them that stages make.
    """
    if not proofs:
        return NO_PROOF
    import json  # 10 ms that a proven run does not spend

    now = json.loads(json.dumps(now))  # as the stored ones are: lists, not tuples
    told = [differences(json.loads(proof.manifest), now, changed_inputs, changed_outputs) for proof in proofs]
    nearest = min(told, key=len)
    return nearest[0] if nearest else NO_PROOF


def differences(
    old: Mapping[str, Any], now: Mapping[str, Any], changed_inputs: _Names, changed_outputs: _Names
) -> list[str]:
    """Everything that differs between two manifests, in words.

    What concerns every input comes before single files, and those before what follows from them.
    """
    words: list[str] = []
    if old["command"] != now["command"] or old["type"] != now["type"]:
        words.append("its command changed")
    if old["selector"] != now["selector"]:
        words.append("its choice of inputs changed")
    words += _mapping("env", old["env"], now["env"], show_values=False)
    words += _mapping("", old["tools"], now["tools"], show_values=True)
    if old["platform"] != now["platform"]:
        words.append(f"platform {old['platform']} → {now['platform']}")
    if (old["inputs"], old.get("shared")) != (now["inputs"], now["shared"]):
        words += changed_inputs(bytes.fromhex(old["tree"])) or ["its inputs changed"]
    needed = [{name: key[:_HEX] for name, key in one["upstream"].items()} for one in (old, now)]
    words += [
        word.replace(" changed", ", which it needs, changed")
        for word in _mapping("", needed[0], needed[1], show_values=False)
    ]
    if old.get("outputs") != now.get("outputs"):
        words += changed_outputs(bytes.fromhex(old["tree"])) or ["what is made changed"]
    made = [{name: key[_HEX:] for name, key in one["upstream"].items()} for one in (old, now)]
    if needed[0] == needed[1]:
        words += [f"what {name} makes changed" for name in sorted(made[1]) if made[0][name] != made[1][name]]
    return words


def _mapping(label: str, old: Mapping[str, str], now: Mapping[str, str], *, show_values: bool) -> list[str]:
    words = []
    for name in sorted(old.keys() | now.keys()):
        before, after = old.get(name), now.get(name)
        if before == after:
            continue
        named = f"{label} {name}".strip()
        if before is None:
            words.append(f"{named} added")
        elif after is None:
            words.append(f"{named} removed")
        elif show_values:
            words.append(f"{named} {_from_to(before, after)}")
        else:
            words.append(f"{named} changed")
    return words


def _from_to(before: str, after: str) -> str:
    """Two identities as people compare them: by version, or by digest where the versions are equal or unknown."""
    if ", " in before + after:  # another one in each location
        return f"{before} → {after}"
    (old_version, old_digest), (new_version, new_digest) = _parts(before), _parts(after)
    if old_version != new_version:
        return f"{old_version or old_digest} → {new_version or new_digest}"
    return f"{old_version} {old_digest} → {new_digest}".lstrip()


def _parts(identity: str) -> tuple[str, str]:
    """(version, start of the digest) of "Python 3.11.7 (1f2e3d4c5b6a7988)"."""
    version, bracket, digest = identity.rpartition("(")
    return (version.rstrip(), digest[:8]) if bracket else (identity, "")
