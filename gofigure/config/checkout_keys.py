"""The keys of stages with the target `checkout`, and what they may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config import checks
from gofigure.config.kinds import Key, Kind, Value, Wrong, quote, refuse

if TYPE_CHECKING:
    from gofigure.model import Stage

MOST_COMMITS = 1_000_000
LEAST_POLL = 1.0  # seconds
_TARGET = ("checkout",)
_OF_OTHERS = ("run", "source", "locations", "inputs", "outputs", "checkout", "image")
_FLAG = Kind("true or false", checks.flag)


def address(value: object, kind: Kind) -> Value | list[Wrong]:
    """Where a repository is; what is refused is shown without what may be secret in it."""
    if not isinstance(value, str):
        return refuse(value, kind.expected)
    from gofigure.git.address import BadAddress, parsed, redacted

    try:
        parsed(value)
    except BadAddress as error:
        return [Wrong((), f"found {quote(redacted(value))}, expected {kind.expected}: {error}")]
    return value


def ref(value: object, kind: Kind) -> Value | list[Wrong]:
    if not isinstance(value, str):
        return refuse(value, kind.expected)
    from gofigure.git.address import ref_fault

    fault = ref_fault(value)
    return [Wrong((), f"found {quote(value)}, expected {kind.expected}: {fault}")] if fault else value


def folder(value: object, kind: Kind) -> Value | list[Wrong]:
    """An absolute path, or one below the configuration's folder."""
    if isinstance(value, str) and value.startswith("/"):
        checked = checks.relative(value.lstrip("/") or ".", kind)
        return f"/{checked}" if checked and isinstance(checked, str) else refuse(value, kind.expected)
    checked = checks.relative(value, kind)
    return checked or refuse(value, kind.expected)


def depth(value: object, kind: Kind) -> Value | list[Wrong]:
    # type() and not isinstance(): true and false are no numbers here.
    return value if type(value) is int and 0 <= value <= MOST_COMMITS else refuse(value, kind.expected)


def modules(value: object, kind: Kind) -> Value | list[Wrong]:
    """All, none, or those from some addresses."""
    if isinstance(value, list) and kind.item is not None:
        return checks.items(value, kind)
    return checks.flag(value, kind)


def poll(value: object, kind: Kind) -> Value | list[Wrong]:
    found = checks.seconds(value, kind)
    return refuse(value, kind.expected) if isinstance(found, float) and found < LEAST_POLL else found


_ADDRESS = Kind("the address of a git repository", address)

CHECKOUT_KEYS: tuple[Key, ...] = (
    Key("stages.*", "url", _ADDRESS, None, "Of a checkout: the repository, by https, ssh, git or a path.", _TARGET),
    Key(
        "stages.*",
        "ref",
        Kind("the name of a branch or tag, a full commit id, or pull/N/head", ref),
        "HEAD",
        "Of a checkout: what to check out; HEAD is the remote's own branch.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "dest",
        Kind('an absolute path, or one below this file\'s folder, without ".."', folder),
        None,
        "Of a checkout: its folder, outside of this repository or ignored by git. When left out: in your cache folder.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "depth",
        Kind(f"a whole number from 0 to {MOST_COMMITS}", depth),
        1,
        "Of a checkout: how many commits of history come along; 0: all.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "submodules",
        Kind("true, false or a list of addresses", modules, item=_ADDRESS),
        False,
        "Of a checkout: whether submodules come along, or from which addresses.",
        _TARGET,
    ),
    Key("stages.*", "lfs", _FLAG, False, "Of a checkout: whether files of Git LFS come along.", _TARGET),
    Key(
        "stages.*",
        "filter",
        Kind("a kind of partial clone", checks.choice, choices=("blob:none", "tree:0")),
        None,
        "Of a checkout: what of the history is left with the remote until it is needed.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "credentials",
        Kind("whose credentials git may use", checks.choice, choices=("none", "user")),
        "none",
        "Of a checkout: user lets git use your settings, credential helpers, keys and agent; none, nothing of that.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "poll",
        Kind(f'a number of seconds, or a text like "5m", from {LEAST_POLL:g} second on', poll),
        None,
        "Of a checkout: how often gofigure watch asks the remote for new commits, which start jobs on `change`.",
        _TARGET,
    ),
    Key(
        "stages.*",
        "use_its_jobs",
        _FLAG,
        False,
        "Of a checkout: whether its own gofigure configuration runs there, once you have allowed that.",
        _TARGET,
    ),
)


def checkout_rules(stage: Stage) -> list[Wrong]:
    """What no key of a checkout can say alone."""
    if stage.target != "checkout":
        return _rules_within(stage)
    wrong = []
    url = stage.setting("url")
    if url is None:
        wrong.append(Wrong(("url",), "found none, expected the address of a repository: the target is 'checkout'"))
    elif stage.setting("credentials", "none") == "none" and _is_ssh(url):
        message = 'found none, expected "user": over ssh nothing is to be had without your keys'
        wrong.append(Wrong(("credentials",), message))
    elsewhere = "found with the target 'checkout', expected it in a stage that works on that"
    wrong += [Wrong((name,), elsewhere) for name in _OF_OTHERS if getattr(stage, name)]
    if stage.fix or stage.interactive:
        name = "fix" if stage.fix else "interactive"
        wrong.append(Wrong((name,), "found with the target 'checkout', expected false"))
    return wrong


def _rules_within(stage: Stage) -> list[Wrong]:
    """Of a stage that works in what was checked out."""
    if stage.checkout is None or not stage.outputs:
        return []
    message = "found in a stage with checkout, expected none: outputs are kept of this repository's own folder"
    return [Wrong(("outputs",), message)]


def _is_ssh(url: str) -> bool:
    from gofigure.git.address import parsed

    return parsed(url).protocol == "ssh"
