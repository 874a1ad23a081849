"""Whether this stage may deploy where it says, now; and what a person has to say yes to."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.digest.content import digest_bytes
from gofigure.errors import GofigureError
from gofigure.model import CHANGE, MANUAL, PAGE, YES_VARIABLE
from gofigure.recipes.kubernetes.contexts import Judged
from gofigure.recipes.order import Order

_ANY_LIST = "1"  # the yes of `gofigure run --yes`


def require(spec: Mapping[str, Any], order: Order, judged: Judged, own_path: str) -> None:
    """Raise GofigureError where nothing may be deployed there, or not by what has started this run."""
    context = spec["context"]
    if judged.verdict == "refused":
        raise GofigureError(
            f'the context "{context}" is no local cluster ({judged.why}), so nothing is deployed to it',
            hint=f'if it is yours to deploy to, write into {own_path}: allow_contexts = ["{context}"]',
        )
    by_hand = f"gofigure run {order.stage}"
    if judged.verdict != "local" and order.trigger == CHANGE:
        raise GofigureError(
            f'"{context}" is no local cluster: no deploy to it starts when a file is saved', hint=by_hand
        )
    if is_protected(spec, judged) and order.trigger != MANUAL:
        raise GofigureError(
            f'"{context}" is protected: it is deployed to by hand only, not {_by(order.trigger)}',
            hint=f"at a terminal: {by_hand}",
        )
    if spec["reset"] == "all" and not spec["rollback"]:
        _require_for_all(judged, order, context, by_hand)


def is_protected(spec: Mapping[str, Any], judged: Judged) -> bool:
    return bool(spec["protected"]) or judged.protected


def _require_for_all(judged: Judged, order: Order, context: str, by_hand: str) -> None:
    if judged.verdict != "local":
        raise GofigureError(
            f'reset = "all" deletes only on local clusters, and "{context}" is none', hint='reset = "owned"'
        )
    if order.trigger == PAGE and _yes() in ("", _ANY_LIST):
        raise GofigureError(
            f'reset = "all" deletes only what somebody has seen: the page Deploy shows the list of {order.stage}',
            hint=f"there: Look, then Reset; or at a terminal: {by_hand}",
        )
    if order.trigger not in (MANUAL, PAGE):
        raise GofigureError(
            f'reset = "all" deletes by hand only, not by {order.trigger}', hint=f'{by_hand}, or reset = "owned"'
        )


def _by(trigger: str) -> str:
    return "from the page" if trigger == PAGE else f"by {trigger}"


def ask_for_context(spec: Mapping[str, Any], order: Order) -> None:
    """A protected context's name must be typed. Raises GofigureError."""
    context = spec["context"]
    if not _at_a_terminal():
        raise GofigureError(
            f'"{context}" is protected: its name must be typed, and no terminal is here',
            hint=f"at a terminal: gofigure run {order.stage}  (with protected = true in [stages.{order.stage}])",
        )
    if _typed(f'"{context}" is protected. Type its name to deploy to {spec["namespace"]}: ') != context:
        raise GofigureError(f'nothing was deployed: that was not "{context}"', hint=f"gofigure run {order.stage}")


def list_named(names: Sequence[str], spec: Mapping[str, Any]) -> str:
    """What a list of objects to delete is called: a yes to it is a yes to no other."""
    said = json.dumps([spec["context"], spec["namespace"], *sorted(names)])
    return digest_bytes(said.encode()).hex()[:16]


def ask_to_delete(names: list[str], spec: Mapping[str, Any], order: Order) -> None:
    """Show what would be deleted, and go on only with a yes. Raises GofigureError."""
    namespace, context = spec["namespace"], spec["context"]
    print(f'reset = "all" deletes {len(names)} object(s) in the namespace {namespace} of {context}:')
    for name in names:
        print(f"  {name}")
    sys.stdout.flush()
    if _yes() == _ANY_LIST and order.trigger == MANUAL:
        return
    if _yes():
        if _yes() == list_named(names, spec):
            return
        raise GofigureError(
            "nothing was deleted or deployed: this is another list than the one that somebody has said yes to",
            hint="look at it again",
        )
    if not _at_a_terminal():
        hint = f"gofigure run --yes {order.stage}"
        raise GofigureError(f"nothing was deleted or deployed: nobody has said yes to these {len(names)}", hint=hint)
    if _typed("Type the namespace to delete them: ") != namespace:
        raise GofigureError(
            f'nothing was deleted or deployed: that was not "{namespace}"', hint=f"gofigure run {order.stage}"
        )


def _yes() -> str:
    return os.environ.get(YES_VARIABLE, "")


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _typed(question: str) -> str:
    print(question, end="", flush=True)
    return sys.stdin.readline().strip()
