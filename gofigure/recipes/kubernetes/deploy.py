"""The main line of a deploy: render → tags → dry run and difference → apply → wait → report → record."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.errors import GofigureError
from gofigure.model import BY_A_PERSON
from gofigure.recipes.kubernetes.documents import Document, read_documents
from gofigure.recipes.kubernetes.journal import Journal, Known, together
from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused
from gofigure.recipes.kubernetes.marks import containers_in, images_of, label, labels_of, put_in
from gofigure.recipes.kubernetes.objects import UNRECORDED, Object, as_records, of_value
from gofigure.recipes.kubernetes.pinned import private
from gofigure.recipes.kubernetes.removal import not_made_here, remove_all, remove_left, to_remove
from gofigure.recipes.kubernetes.render import render
from gofigure.recipes.kubernetes.report import report
from gofigure.recipes.kubernetes.waiting import wait
from gofigure.recipes.order import Order, project

_APPLYING = 300.0  # seconds for one call that sends everything
_TRIED = 50  # objects that are tried one by one
_LARGEST_DIFFERENCE = 256 * 1024  # characters that are recorded


class Sent(NamedTuple):
    """What is to be there."""

    documents: Sequence[Document]
    file: str  # they, as they are sent
    digest: str  # of its text
    ours: Mapping[str, str]  # the labels that are in them


def deploy(kubectl: Kubectl, spec: Mapping[str, Any], order: Order, folder: str) -> int:
    """The exit code. `folder`: for what the next deploy has to know."""
    documents = _documents(spec, order)
    ours = labels_of(project(order.state_dir), order.stage)
    label(documents, ours)
    text = _text(documents)
    # It may hold Secrets, so it is kept where what a kill has left is removed.
    with private(os.path.join(folder, "pinned"), "manifests", text) as file:
        return _send(kubectl, spec, order, folder, Sent(documents, file, digest_bytes(text.encode()).hex(), ours))


def _send(kubectl: Kubectl, spec: Mapping[str, Any], order: Order, folder: str, sent: Sent) -> int:
    documents, file, digest, ours = sent
    objects = [of_value(one.value) for one in documents]
    journal = Journal(folder, order.stage, kubectl.context, kubectl.namespace)
    known = journal.read()
    _refuse_to_repeat(known, digest, order)
    _try_out(kubectl, file, documents, os.path.join(folder, "pinned"))
    doomed: Sequence[Object] = ()
    record = {**_record(kubectl, spec, documents, digest), "diff": _difference(kubectl, documents, order.made)}
    if spec["reset"] == "all" and not spec["rollback"]:
        doomed = to_remove(kubectl, spec, order)
    gone = {one.same for one in doomed}
    others = not_made_here(kubectl, file, known.objects, ours) - gone
    mine = _without(known.objects, others)
    run = int(order.mark.rpartition(":")[2])
    journal.write(Known(together(mine, _without(objects, others)), digest, run))
    order.hand_back({**record, "objects": as_records(objects)})
    remove_all(kubectl, doomed)
    kubectl.run("apply", "-f", file, patience=_APPLYING)
    objects = _as_they_are(kubectl, file)
    journal.write(Known(together(mine, _without(objects, others)), digest, run))
    order.hand_back({**record, "objects": as_records(objects)})
    passed = _comes_to_be(kubectl, file, spec["wait"], order)
    left = mine
    if passed and spec["reset"] == "owned":
        left = remove_left(kubectl, mine, objects, ours, rollback=bool(spec["rollback"]))
    journal.write(Known(together(left, _without(objects, others))))
    if passed:
        print(f"{len(objects)} object(s) are deployed to {kubectl.namespace} of {kubectl.context}")
    return 0 if passed else 1


def _without(objects: Sequence[Object], others: Collection[tuple[str, str, str]]) -> list[Object]:
    return [one for one in objects if one.same not in others]


def _documents(spec: Mapping[str, Any], order: Order) -> list[Document]:
    """The objects to apply: those that are written, with the images that were built; or those that were kept."""
    if spec["rollback"]:
        with open(spec["rollback"], encoding="utf-8") as file:
            return read_documents(file.read(), os.path.basename(spec["rollback"]))
    documents = render(spec, order.root, order.stage)
    for words in put_in(documents, images_of(order.needed)):
        print(f"warning: {words}")
    return documents


def _text(documents: Sequence[Document]) -> str:
    """The objects as they are sent: JSON, which is YAML that nobody can read in two ways."""
    try:
        return "".join(f"---\n{json.dumps(one.value, indent=2, ensure_ascii=False)}\n" for one in documents)
    except TypeError:  # !!binary and the like
        places = ", ".join(one.place for one in documents if not _is_plain(one.value))
        raise GofigureError(f"{places}: holds a value that no manifest can hold", hint="write it as a text") from None


def _is_plain(value: object) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


def _written(documents: Sequence[Document], folder: str, name: str) -> str:
    """A file to hand to kubectl, private to the user."""
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(_text(documents))
    return path


def _refuse_to_repeat(known: Known, digest: str, order: Order) -> None:
    """What was cut off may have done half of its work: whether to do it again is a person's to say."""
    if known.under_way == digest and order.trigger not in BY_A_PERSON:
        raise GofigureError(
            f"run {known.run} was cut off while it deployed this very set; it is not repeated by itself",
            hint=f"gofigure run {order.stage}, or gofigure rollback {order.stage}",
        )


def _record(kubectl: Kubectl, spec: Mapping[str, Any], documents: Sequence[Document], digest: str) -> dict[str, Any]:
    """What is to be known of this deploy later; all that a rollback needs."""
    kept = [one for one in documents if one.value["kind"] != UNRECORDED]
    images = {str(one["image"]) for document in documents for one in containers_in(document.value)}
    return {
        "context": kubectl.context,
        "namespace": kubectl.namespace,
        "server": spec["server"],
        "cluster": spec["cluster"],  # contexts.Judged.verdict
        "set": digest,
        "manifests": _text(kept),
        "not_recorded": _called([one for one in documents if one.value["kind"] == UNRECORDED]),
        "uses": sorted(images),
        "rolled_back_to": spec["rollback_run"],
    }


def _try_out(kubectl: Kubectl, file: str, documents: Sequence[Document], folder: str) -> None:
    """Have the server say what it thinks of all of it, before anything is changed."""
    try:
        kubectl.run("apply", "--dry-run=server", "-f", file, patience=_APPLYING)
    except Refused as error:
        named = [one for one in documents if f'"{one.value["metadata"]["name"]}"' in str(error)]
        if not named and f'"{file}"' in str(error) and "(NotFound)" not in str(error):  # it could not even be read
            named = _unreadable(kubectl, documents, folder)
        places = "".join(f"\n{of_value(one.value).called} is in {one.place}" for one in named)
        hint = error.hint
        if named and "immutable" in str(error):  # a Job, or what selects pods
            hint = f"delete it first, or give it another name: {kubectl.shown('delete', *_called(named))}"
        raise Refused(f"{error}{places}", hint=hint) from None


def _unreadable(kubectl: Kubectl, documents: Sequence[Document], folder: str) -> list[Document]:
    """The first object that the server refuses by itself: its answer names no object, and no file but ours."""
    for one in documents[:_TRIED]:
        with private(folder, "one", _text([one])) as file:
            if kubectl.try_("apply", "--dry-run=server", "-f", file).code != 0:
                return [one]
    return []


def _called(documents: Sequence[Document]) -> list[str]:
    return [of_value(one.value).called for one in documents]


def _difference(kubectl: Kubectl, documents: Sequence[Document], folder: str) -> str:
    """What will change in the cluster; printed, and kept. That it cannot be told keeps nobody from deploying.

    Secrets are not compared: kubectl covers what they hold, but not the copy of it in their annotations.
    """
    compared = [one for one in documents if one.value["kind"] != UNRECORDED]
    if not compared:
        return ""
    file = _written(compared, folder, "compared.yaml")
    words = ("diff", "-f", file)
    print(f"$ {kubectl.shown(*words)}", flush=True)
    said = kubectl.try_(*words, patience=_APPLYING)
    text = said.out.decode(errors="replace")
    if said.code == 0:
        print("nothing differs", flush=True)
    elif said.code == 1 and text:
        print(text, flush=True)
    else:
        print(f"the difference cannot be told: {said.err.decode(errors='replace').strip()}", flush=True)
    return text[:_LARGEST_DIFFERENCE]


def _as_they_are(kubectl: Kubectl, file: str) -> list[Object]:
    return [of_value(value) for value in kubectl.get("-f", file)]


def _comes_to_be(kubectl: Kubectl, file: str, seconds: float, order: Order) -> bool:
    """Wait for it, if that is wanted, and tell what goes wrong."""
    failed = wait(kubectl, file, seconds) if seconds else None
    if failed is None:
        return True
    for words in failed.words:
        print(f"error: {words}")
    report(kubectl, failed)
    for one in failed.objects:
        if one.kind in ("DaemonSet", "Deployment", "StatefulSet"):
            print(f"to look further: {kubectl.shown('rollout', 'status', one.called)}")
    print(f"to go back to what was there before: gofigure rollback {order.stage}", flush=True)
    return False
