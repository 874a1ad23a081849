"""Content: what stands in a tree, what it is called, who reads it, and what has changed since a job was green."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

from gofigure.about_path import ROLES
from gofigure.digest.tree import FOLDER, KIND_WORDS, Entry, look_up
from gofigure.errors import StoreError
from gofigure.snapshot.select import show
from gofigure.store.db import DamagedError
from gofigure.store.ledger import RunRow
from gofigure.web.listing import Reader as Who
from gofigure.web.listing import Readers, changes, folder, rows
from gofigure.web.looks import COMMIT, INDEX, WORKING, Seen, Which, explaining, looking, within
from gofigure.web.page import Answer, Ask, Facts, Page, Question

PATH = "/content"
_ROWS = 500  # of a folder, at once
_CHANGES = 300
_LONGEST = 4096  # bytes of a path
_NEWEST = 1 << 62


class _Asked(NamedTuple):
    """What the address asks for."""

    which: Which
    path: bytes  # from the root, without a slash at its end; b"": the root
    explain: bool
    since: str  # a job
    first: int  # of the entries of the folder


def _asked(raw: bytes) -> _Asked:
    """Paths are bytes: what is no UTF-8 is what its owner called it."""
    said = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="surrogateescape"))
    commit = said.get("commit", "").replace("\0", "").strip()[:200]
    kinds = {"index": INDEX, "commit": COMMIT}
    kind = kinds.get(said.get("tree", ""), COMMIT if commit else WORKING)
    first = said.get("first", "")
    return _Asked(
        Which(kind, commit if kind == COMMIT else ""),
        _typed(said.get("path", "").encode("utf-8", "surrogateescape")[:_LONGEST]),
        explain=bool(said.get("explain")),
        since=said.get("since", "")[:200],
        first=int(first) if first.isascii() and first.isdecimal() and len(first) < 10 else 0,
    )


def _typed(path: bytes) -> bytes:
    """A path as people type it; one that leads out of the root keeps its "..", which nothing in a tree is called."""
    normal = os.path.normpath(path) if path else b"."
    return b"" if normal == b"." else normal


def _questions(_query: Mapping[str, str], raw: bytes) -> Sequence[Question]:
    asked = _asked(raw)
    explained = (explaining(asked.path),) if _wants_explanation(asked) else ()
    return (looking(asked.which), *explained)


def _wants_explanation(asked: _Asked) -> bool:
    return asked.explain and not asked.first and asked.which.kind == WORKING


def _facts(ask: Ask) -> Facts:
    typed = _asked(ask.raw)
    asked = typed._replace(path=within(typed.path, ask.project.root))
    answer = ask.answers.get(looking(asked.which).name, Answer())
    seen: Seen | None = answer.value
    jobs = sorted(ask.config.jobs) if ask.config is not None else []
    facts: Facts = {
        "which": {"tree": _WORDS[asked.which.kind], "commit": _plain(asked.which.commit)},
        "looking": not answer.at_ns,
        "error": answer.error,
        "hint": answer.hint,
        "at_ns": answer.at_ns,
        "tree": None,
        "note": seen.note if seen is not None else "",
        "path": show(asked.path),
        "typed": _address_of(asked.path),
        "again": _address(asked, asked.path, first=asked.first, explain=int(asked.explain)),
        "crumbs": _crumbs(asked),
        "root_address": _address(asked, b""),
        "entry": None,
        "listing": None,
        "since": _plain(asked.since),
        "changes": None,
        "jobs": jobs,
        "stages": _stages(seen) if seen is not None else [],
        **_explained(asked, ask, typed.path),
    }
    if seen is None:
        return facts
    try:
        return {**facts, **_found(asked, seen, ask)}
    except DamagedError:
        raise
    except StoreError as error:  # tidied up since
        return {**facts, "error": f"{error}", "hint": "load this page again"}
    finally:
        ask.store.contents.forget()  # a tab may walk through all of a large tree


_WORDS = {WORKING: "", INDEX: "index", COMMIT: "commit"}


def _found(asked: _Asked, seen: Seen, ask: Ask) -> Facts:
    load = ask.store.contents.load_tree
    entry = look_up(seen.tree, asked.path, load)
    found: Facts = {
        "tree": {
            "digest": seen.tree.hex(),
            "oid": seen.oid,
            "commit": seen.commit,
            "left_out": list(seen.left),
        },
        "changes": _changes(asked, seen, ask) if asked.since else None,
    }
    if entry is None:
        return found
    found["entry"] = {
        "kind": KIND_WORDS[entry.kind],
        "digest": entry.digest.hex(),
        "unprovable": seen.hiding.text(seen.unprovable.get(asked.path, "")),
        "read_by": [] if entry.kind == FOLDER else _told(Readers(seen.reads).of_file(asked.path, entry.kind)),
    }
    if entry.kind == FOLDER:
        found["listing"] = _listing(asked, seen, entry, ask)
    return found


def _listing(asked: _Asked, seen: Seen, entry: Entry, ask: Ask) -> Facts:
    load = ask.store.contents.load_tree
    entries = folder(entry.digest, load)
    some = entries[asked.first : asked.first + _ROWS]
    prefix = asked.path + b"/" if asked.path else b""
    can_explain = asked.which.kind == WORKING
    told = []
    for row in rows(some, asked.path, seen.reads, load):
        name = show(row.name)
        hidden = seen.hiding.text(name)
        told.append(
            {
                "name": hidden,
                "kind": KIND_WORDS[row.entry.kind],
                "digest": row.entry.digest.hex(),
                "read_by": _told(row.readers),
                "address": _address(asked, prefix + row.name, **_more(asked, row.entry)) if hidden == name else "",
                "all_at": _address(asked, prefix + row.name, explain=int(can_explain)) if hidden == name else "",
            }
        )
    following = asked.first + _ROWS
    return {
        "entries": told,
        "total": len(entries),
        "first": asked.first,
        "up": _address(asked, asked.path.rpartition(b"/")[0]) if asked.path else "",
        "before": _address(asked, asked.path, first=max(0, asked.first - _ROWS)) if asked.first else "",
        "after": _address(asked, asked.path, first=following) if following < len(entries) else "",
    }


def _more(asked: _Asked, entry: Entry) -> dict[str, int]:
    """A file is explained at once, where that can be; a folder only if somebody wants it: all below it is looked at."""
    return {"explain": 1} if entry.kind != FOLDER and asked.which.kind == WORKING else {}


def _told(readers: Sequence[Who]) -> list[dict[str, Any]]:
    return [{**one._asdict(), "jobs": list(one.jobs)} for one in readers]


def _stages(seen: Seen) -> list[dict[str, Any]]:
    """Every stage of every job, and what would become of it on this content."""
    return [
        {"job": one.job, "stage": one.stage, "proven": one.proven, "outlook": one.outlook, "reason": one.reason}
        for one in seen.reads
    ]


def _changes(asked: _Asked, seen: Seen, ask: Ask) -> Facts:
    """Against the newest run of a job here that passed, on whatever content that was."""
    job = _plain(asked.since)
    green = ask.store.recent.last_passed(job, ask.project.root, _NEWEST)
    if green is None or not green.tree:
        return {"run": 0, "shown": [], "more": False, "gone": False}
    told: Facts = {"run": green.id, "started_ns": green.started_ns, "content": green.content, "gone": False}
    return {**told, **_differing(asked, green, seen, ask)}


def _differing(asked: _Asked, green: RunRow, seen: Seen, ask: Ask) -> Facts:
    load = ask.store.contents.load_tree
    if not ask.store.contents.has_tree(bytes(green.tree)):
        return {"shown": [], "more": False, "gone": True}
    reads = [one for one in seen.reads if one.job == asked.since]
    found = list(islice(changes(bytes(green.tree), seen.tree, reads, load), _CHANGES + 1))
    shown = [
        {
            "path": seen.hiding.text(show(one.path)),
            "how": one.how,
            "is_read": one.is_read,
            "address": _address(asked, one.path, explain=1) if one.how != "removed" else "",
        }
        for one in found[:_CHANGES]
    ]
    return {"shown": shown, "more": len(found) > _CHANGES}


def _explained(asked: _Asked, ask: Ask, typed: bytes) -> Facts:
    """What `gofigure why PATH` says, of the working tree."""
    told: Facts = {
        "about": None,
        "about_error": "",
        "about_looking": False,
        "explain": "",
        "changed_how": "",
        "command": _command(asked.path),
    }
    if not _wants_explanation(asked):
        can = asked.which.kind == WORKING
        return {**told, "explain": _address(asked, asked.path, explain=1) if can else ""}
    answer = ask.answers.get(explaining(typed).name, Answer())
    wrote = answer.value["last_written"] if answer.value else None
    return {
        **told,
        "about": answer.value,
        "about_error": f"{answer.error}; {answer.hint}" if answer.hint else answer.error,
        "about_looking": not answer.at_ns,
        "changed_how": ROLES.get(wrote["as"], "") if wrote else "",
    }


def _command(path: bytes) -> str:
    """What says the same in a terminal; "" for a name that cannot be typed."""
    name = show(path) or "."
    return shlex.join(("gofigure", "why", name)) if os.fsencode(name) == (path or b".") else ""


def _crumbs(asked: _Asked) -> list[dict[str, str]]:
    names = asked.path.split(b"/") if asked.path else []
    return [
        {"name": show(name), "address": _address(asked, b"/".join(names[: at + 1]))} for at, name in enumerate(names)
    ]


def _address(asked: _Asked, path: bytes, **more: object) -> str:
    """Of the same tree, with another path."""
    given = {"tree": _WORDS[asked.which.kind], "commit": asked.which.commit, "since": asked.since, **more}
    said = {name: str(value).encode("utf-8", "surrogateescape") for name, value in given.items() if value}
    words = [f"{name}={quote(value, safe='')}" for name, value in said.items()]
    words = [f"path={_address_of(path)}", *words] if path else words
    return f"{PATH}?{'&'.join(words)}" if words else PATH


def _address_of(path: bytes) -> str:
    return quote(path, safe="/")


def _plain(text: str) -> str:
    """As SQLite, JSON and a screen can take it."""
    return text.encode("utf-8", "replace").decode()


PAGE = Page("Content", PATH, "content.html", _facts, questions=_questions)
